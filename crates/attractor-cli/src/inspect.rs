//! `attractor inspect`: what a memory file holds and what can be promised for it.

use crate::args::{Beta, InspectArgs};
use crate::failure::Failure;
use crate::model::{auto_beta, separations};
use crate::report::{print_bytes, print_json};
use crate::source::source;
use attractor_effective::needed_separation;
use attractor_io::{LoadedMemory, load_memory};
use attractor_synapse::{Memories, Synapses};
use serde::Serialize;
use std::fmt::Write;

#[derive(Debug, Serialize)]
struct Inspection {
    schema: &'static str,
    memories: usize,
    features: usize,
    stored: String,
    normalize: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<[usize; 2]>,
    labels: usize,
    /// Where patterns were forgotten: how many, of how many that ever were.
    #[serde(skip_serializing_if = "Option::is_none")]
    forgotten: Option<u64>,
    next_id: u64,
    norm: Range,
    /// Over `measured` evenly spaced memories; absent for a single memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    separation: Option<Range>,
    measured: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    conditions: Option<Conditions>,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Range {
    smallest: f64,
    median: f64,
    largest: f64,
}

/// What holds for model B at one β.
#[derive(Debug, Serialize)]
struct Conditions {
    beta: f64,
    needed_separation: f64,
    /// The fraction of the measured memories with at least the needed separation.
    well_separated: f64,
    /// β·diam² < 4, with diam ≤ 2M: one fixed point only.
    single_fixed_point: bool,
}

pub(crate) fn run(args: &InspectArgs) -> Result<u8, Failure> {
    let LoadedMemory { memory, stored, .. } = load_memory::<f64>(&source(&args.memory))?;
    let (image, labels) = (memory.image(), memory.labels().map_or(0, <[String]>::len));
    let next_id = memory.next_id();
    let forgotten = next_id - memory.ids().len() as u64;
    let normalize = memory.normalization().kind().name();
    let synapses = Synapses::new(memory.into_patterns());
    let separations = separations(&synapses, false);
    let norms = synapses.squared_norms().iter().map(|s| s.sqrt()).collect();
    let inspection = Inspection {
        schema: "attractor.inspect/1",
        memories: synapses.memories(),
        features: synapses.features(),
        stored: stored.to_string(),
        normalize,
        image: image.map(|(h, w)| [h, w]),
        labels,
        forgotten: Some(forgotten).filter(|count| *count > 0),
        next_id,
        norm: range(norms),
        separation: (synapses.memories() > 1).then(|| range(separations.clone())),
        measured: separations.len(),
        conditions: conditions(args, &synapses, &separations)?,
    };
    if args.json {
        print_json(&inspection)?;
    } else {
        print_bytes(inspection.table().as_bytes())?;
    }
    Ok(0)
}

fn range(mut values: Vec<f64>) -> Range {
    values.sort_by(f64::total_cmp);
    let last = values.len() - 1;
    Range { smallest: values[0], median: values[last.div_ceil(2)], largest: values[last] }
}

fn conditions(
    args: &InspectArgs,
    synapses: &Synapses<f64>,
    separations: &[f64],
) -> Result<Option<Conditions>, Failure> {
    let beta = match args.beta {
        None => return Ok(None),
        Some(Beta::Auto) => auto_beta(synapses, false)?,
        Some(Beta::Value(beta)) => beta,
    };
    let (n, norm) = (synapses.memories(), synapses.largest_norm());
    let needed = needed_separation(beta, n, norm);
    let enough = separations.iter().filter(|&&delta| delta >= needed).count();
    Ok(Some(Conditions {
        beta,
        needed_separation: needed,
        well_separated: enough as f64 / separations.len() as f64,
        single_fixed_point: beta * 4.0 * norm * norm < 4.0,
    }))
}

impl Inspection {
    fn table(&self) -> String {
        let mut out = String::new();
        let mut line = |name: &str, value: String| {
            let _ = writeln!(out, "{name:20} {value}"); // writing to a string cannot fail
        };
        line("memories", self.memories.to_string());
        line("features", self.features.to_string());
        line("stored as", self.stored.clone());
        line("normalisation", self.normalize.to_owned());
        if let Some([height, width]) = self.image {
            line("pictures", format!("{height} × {width}"));
        }
        line("labels", if self.labels == 0 { "none".into() } else { self.labels.to_string() });
        if let Some(count) = self.forgotten {
            line("forgotten", format!("{count}; the next id is {}", self.next_id));
        }
        line("norms", self.norm.to_string());
        if let Some(separation) = self.separation {
            line("separation Δ", format!("{separation} (over {} memories)", self.measured));
        }
        if let Some(conditions) = &self.conditions {
            line("beta", conditions.beta.to_string());
            line("separation needed", format!("{:.6}", conditions.needed_separation));
            let percent = 100.0 * conditions.well_separated;
            line("well separated", format!("{percent:.1} % of {} memories", self.measured));
            let single = if conditions.single_fixed_point { "proved" } else { "not proved" };
            line("one fixed point", single.to_owned());
        }
        out
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.4} to {:.4}, median {:.4}", self.smallest, self.largest, self.median)
    }
}
