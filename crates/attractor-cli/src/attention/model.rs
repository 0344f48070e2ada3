//! `attractor attention MODEL_DIR`: every head of an encoder next to model B.

use super::figure::draw;
use crate::args::{AttentionArgs, Dtype};
use crate::failure::Failure;
use crate::report::{print_bytes, print_json};
use attractor_attention::{Encoded, Encoder, HeadEquivalence, equivalence};
use attractor_io::{check_output, read_encoder_folder, read_tokenizer, write_output};
use serde::Serialize;
use std::fmt::Write;
use std::path::Path;

/// What is read where no text is given.
const TEXT: &str = "A memory that is stored can be recalled from a part of it: the cue falls into the basin \
    of the nearest pattern, and the energy falls with it.";

pub(super) fn run(args: &AttentionArgs) -> Result<u8, Failure> {
    refuse_layer_options(args)?;
    if let Some(path) = &args.figure {
        crate::files::expect_svg(path)?;
        check_output(path, args.overwrite())?;
    }
    let Read { found, tokens, heads: per_layer } = read(&args.model, args.text.as_deref())?;
    let heads = match args.dtype.unwrap_or(Dtype::F64) {
        Dtype::F64 => equivalence(&found.heads, found.beta)?,
        Dtype::F32 => equivalence(&found.heads_in::<f32>(), found.beta)?,
    };
    if let Some(path) = &args.figure {
        let svg = draw(&heads, per_layer)?;
        write_output(path, args.overwrite(), svg.as_bytes())?;
    }
    let report = Report { schema: "attractor.attention/1", reference: "own f64", tokens, heads };
    match args.json {
        true => print_json(&report)?,
        false => print_bytes(report.table().as_bytes())?,
    }
    Ok(0)
}

/// What an encoder made of a text.
pub(crate) struct Read {
    pub(crate) found: Encoded,
    pub(crate) tokens: usize,
    /// Heads per layer.
    heads: usize,
}

/// Runs the encoder in a folder on a text, or on a sentence about memory.
pub(crate) fn read(model: &str, text: Option<&str>) -> Result<Read, Failure> {
    let folder = Path::new(model);
    let own = read_encoder_folder::<f64>(folder)?;
    let ids = read_tokenizer(folder)?.ids(text.unwrap_or(TEXT), own.config.positions)?;
    let broken =
        |error: attractor_attention::EncoderError| Failure::input(format!("{model}: {error}"));
    let encoder = Encoder::new(own.config.clone(), &own.tensors).map_err(broken)?;
    let found = encoder.encode(&ids).map_err(broken)?;
    Ok(Read { found, tokens: ids.len(), heads: own.config.heads })
}

fn refuse_layer_options(args: &AttentionArgs) -> Result<(), Failure> {
    let given = [
        ("--query", args.query.is_some()),
        ("--keys", args.keys.is_some()),
        ("--values", args.values.is_some()),
        ("--heads", args.heads.is_some()),
        ("--ignore", args.ignore.is_some()),
        ("--causal", args.causal),
        ("--beta", !args.beta.is_empty()),
        ("--steps", args.steps.is_some()),
        ("--layer", args.layer.is_some()),
        ("-o", args.output.is_some()),
    ];
    match given.iter().find(|(_, given)| *given) {
        None => Ok(()),
        Some((option, _)) => Err(Failure::usage(format!(
            "{option} is for one layer, and {} is a folder: name the layer's safetensors file",
            args.model
        ))),
    }
}

/// The object that `attention --json` prints.
#[derive(Debug, Serialize)]
struct Report {
    schema: &'static str,
    reference: &'static str,
    tokens: usize,
    heads: Vec<HeadEquivalence>,
}

impl Report {
    fn table(&self) -> String {
        let mut out = String::from(
            "  layer  head  memories  deviation   n_eff  context norm  energy before     after  single  metastable  global\n",
        );
        for head in &self.heads {
            // writing to a string does not fail
            let _ = writeln!(
                out,
                "{:7}  {:4}  {:8}  {:9.1e}  {:6.1}  {:12.3}  {:13.3}  {:8.3}  {:5.0}%  {:9.0}%  {:5.0}%",
                head.layer,
                head.head,
                head.memories,
                head.max_deviation,
                head.effective_memories,
                head.context_norm,
                head.energy_before,
                head.energy_after,
                100.0 * head.single,
                100.0 * head.metastable,
                100.0 * head.global,
            );
        }
        out.push_str(&self.summary());
        out
    }

    fn summary(&self) -> String {
        let most = self.heads.iter().fold(0.0f64, |most, head| most.max(head.max_deviation));
        format!(
            "\n{} heads, {} tokens with [CLS] and [SEP]. One step of model B is off by at most {most:.1e} of a head's largest entry.\n\
             The reference is this program's own straightforward f64 encoder; the project's `oracle` compares with candle.\n",
            self.heads.len(),
            self.tokens
        )
    }
}
