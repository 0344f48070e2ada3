//! `attractor attention LAYER.safetensors`: one layer, run on files.

use crate::args::AttentionArgs;
use crate::failure::Failure;
use crate::mask;
use crate::report::{print_bytes, print_json};
use crate::source::source;
use attractor_attention::{
    Associated, Association, Ignore, Lookup, Mask, Pooling, Sets, Steps, layers_of,
};
use attractor_io::{
    NamedTensors, OutputKind, ReadOptions, check_output, encode_rows, read_patterns, read_tensors,
    write_output,
};
use attractor_synapse::{Element, Patterns};
use serde::Serialize;

pub(super) fn run<T: Element>(args: &AttentionArgs) -> Result<u8, Failure> {
    let Some(path) = &args.output else {
        return Err(Failure::usage(format!(
            "{}: a layer needs -o for its answers (a folder would be a whole model)",
            args.model
        )));
    };
    OutputKind::from_path(path)?;
    check_output(path, args.overwrite())?;
    let tensors = read_tensors::<T>(&source(&args.model))?;
    let found =
        Layer::read(args, &tensors).map_err(|failure| failure.about(&args.model))?.run(args)?;
    let rows = &found.output;
    let bytes = encode_rows(OutputKind::from_path(path)?, rows.as_slice(), rows.features(), None)?;
    write_output(path, args.overwrite(), &bytes)?;
    for query in found.blind() {
        anstream::eprintln!("warning: query {query} sees no key: every head gives it zeros");
    }
    if path.as_os_str() == "-" {
        return Ok(0);
    }
    let report = Report::of(args, &found);
    if args.json {
        print_json(&report).map(|()| 0)
    } else {
        print_bytes(report.table().as_bytes()).map(|()| 0)
    }
}

/// A layer, perhaps with queries or memories of its own.
struct Layer<T> {
    association: Association<T>,
    queries: Option<Patterns<T>>,
    memories: Option<Patterns<T>>,
    targets: Option<Patterns<T>>,
}

impl<T: Element> Layer<T> {
    fn read(args: &AttentionArgs, tensors: &NamedTensors<T>) -> Result<Self, Failure> {
        let prefix = prefix(args, tensors)?;
        let heads = args.heads.ok_or_else(|| {
            Failure::usage("a layer needs --heads: its file does not say how many it has")
        })?;
        let outer = prefix.strip_suffix("hopfield.");
        let has = |name: &str| {
            outer.is_some_and(|outer| tensors.get(&format!("{outer}{name}")).is_some())
        };
        let mut layer = Self {
            association: Association::new(1)?,
            queries: None,
            memories: None,
            targets: None,
        };
        match outer {
            Some(outer) if has("pooling_weights") => {
                let pooling = Pooling::from_state_dict(tensors, outer, heads)?;
                (layer.association, layer.queries) = (pooling.association, Some(pooling.queries));
            }
            Some(outer) if has("lookup_weights") => {
                let lookup = Lookup::from_state_dict(tensors, outer, heads)?;
                (layer.association, layer.memories, layer.targets) =
                    (lookup.association, Some(lookup.memories), lookup.targets);
            }
            _ => layer.association = Association::from_state_dict(tensors, &prefix, heads)?,
        }
        if !args.beta.is_empty() {
            layer.association = layer.association.with_betas(&args.beta)?;
        }
        layer.association = layer.association.with_steps(Steps::exactly(args.steps.unwrap_or(1))?);
        Ok(layer)
    }

    fn run(&self, args: &AttentionArgs) -> Result<Associated<T>, Failure> {
        let queries = set(&args.query, self.queries.as_ref())?;
        let Some(queries) = queries else {
            return Err(Failure::usage("a layer needs --query: what asks, one row each"));
        };
        let keys = set(&args.keys, self.memories.as_ref())?.unwrap_or_else(|| queries.clone());
        let own = if args.keys.is_none() { self.targets.as_ref() } else { None };
        let values = set(&args.values, own)?.unwrap_or_else(|| keys.clone());
        let mask = read_mask(args, queries.len(), keys.len())?;
        let sets = Sets { queries: &queries, keys: &keys, values: &values };
        Ok(self.association.associate(&sets, &mask)?)
    }
}

/// A set from a file, or the layer's own.
fn set<T: Element>(
    path: &Option<String>,
    own: Option<&Patterns<T>>,
) -> Result<Option<Patterns<T>>, Failure> {
    let Some(path) = path else { return Ok(own.cloned()) };
    Ok(Some(read_patterns(&source(path), &ReadOptions::default())?.patterns))
}

fn read_mask(args: &AttentionArgs, queries: usize, keys: usize) -> Result<Mask, Failure> {
    let mask = if args.causal { Mask::default().causal() } else { Mask::default() };
    let Some(path) = &args.ignore else { return Ok(mask) };
    let (rows, flags) = mask::pairs(path, queries, keys)?;
    Ok(if rows == 1 { mask.keys(Ignore(flags)) } else { mask.pairs(Ignore(flags)) })
}

/// What the tensors' names of the layer begin with: as said, or the only one there is.
fn prefix<T: Element>(args: &AttentionArgs, tensors: &NamedTensors<T>) -> Result<String, Failure> {
    if let Some(layer) = &args.layer {
        let dotted = layer.is_empty() || layer.ends_with('.');
        return Ok(if dotted { layer.clone() } else { format!("{layer}.") });
    }
    let found = layers_of(tensors);
    match found.len() {
        0 => Ok(String::new()), // reading it says what is missing
        1 => Ok(found.into_iter().next().unwrap_or_default()),
        count => Err(Failure::usage(format!(
            "{}: holds {count} layers, choose one with --layer: {}",
            args.model,
            found.join(", ")
        ))),
    }
}

/// How the heads answered.
#[derive(Debug, Serialize)]
struct Report {
    schema: &'static str,
    queries: usize,
    width: usize,
    blind: Vec<usize>,
    heads: Vec<HeadReport>,
}

#[derive(Debug, Serialize)]
struct HeadReport {
    head: usize,
    /// Mean over the queries that see a key.
    effective_memories: f64,
    /// What the moves among the keys provably took off the energy, of all queries.
    certified_drop: f64,
}

impl Report {
    fn of<T: Element>(args: &AttentionArgs, found: &Associated<T>) -> Self {
        let (queries, blind) = (found.output.len(), found.blind());
        let seeing = (queries - blind.len()).max(1) as f64;
        let head = |head: usize| {
            let runs = (0..queries).map(|query| found.run(head, query));
            let effective_memories =
                runs.clone().map(|run| run.effective_memories).sum::<f64>() / seeing;
            let certified_drop = runs.map(|run| run.certificate.drop).sum();
            HeadReport { head, effective_memories, certified_drop }
        };
        let heads = (0..args.heads.unwrap_or(1)).map(head).collect();
        Self {
            schema: "attractor.attention-layer/1",
            queries,
            width: found.output.features(),
            blind,
            heads,
        }
    }

    fn table(&self) -> String {
        let mut out = format!("{} queries, answers of {} numbers\n", self.queries, self.width);
        out.push_str("  head  memories  certified drop\n");
        for head in &self.heads {
            out.push_str(&format!(
                "{:6}  {:8.2}  {:14.6}\n",
                head.head, head.effective_memories, head.certified_drop
            ));
        }
        out
    }
}
