//! What `recall` prints: one JSON object, or a table.

use crate::args::Model;
use crate::failure::Failure;
use crate::files::Taken;
use crate::model::model_name;
use crate::query::Query;
use crate::separation;
use attractor_lagrangian::AnyLagrangian;
use attractor_synapse::{Element, Memories};
use serde::Serialize;
use std::fmt;
use std::io::Write;

/// Which model a result came from, with all that it takes to repeat it.
#[derive(Debug, Serialize)]
pub(crate) struct ModelFacts<'a> {
    model: &'static str,
    separation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    beta: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    power: Option<u64>,
    /// The separation with all its parameters, in the form that `--separation` takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    lagrangian: Option<&'a AnyLagrangian>,
    memories: usize,
    features: usize,
    dtype: &'static str,
}

impl<'a> ModelFacts<'a> {
    pub(crate) fn new<T: Element>(
        model: Model,
        hidden: &'a AnyLagrangian,
        memories: &impl Memories<T>,
    ) -> Self {
        Self {
            model: model_name(model),
            separation: hidden.name(),
            beta: separation::beta(hidden),
            power: separation::power(hidden),
            lagrangian: Some(hidden),
            memories: memories.memories(),
            features: memories.features(),
            dtype: T::NAME,
        }
    }

    /// The log-sum-ReLU memory, which has no hidden Lagrangian.
    pub(crate) fn epanechnikov<T: Element>(beta: f64, memories: &impl Memories<T>) -> Self {
        Self {
            model: model_name(Model::Epanechnikov),
            separation: "log-sum-relu",
            beta: Some(beta),
            power: None,
            lagrangian: None,
            memories: memories.memories(),
            features: memories.features(),
            dtype: T::NAME,
        }
    }
}

impl fmt::Display for ModelFacts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, separation, memories, features, dtype, .. } = self;
        write!(f, "{model}, {features} feature and {memories} hidden neurons, {separation}")?;
        let beta = self.beta.map(|beta| format!(", beta = {beta}"));
        let power = self.power.map(|power| format!(", power = {power}"));
        let parameters = beta.into_iter().chain(power).collect::<String>();
        write!(f, "{parameters}, {dtype}")
    }
}

/// The object that `recall --json` prints.
#[derive(Debug, Serialize)]
pub(crate) struct Report<'a> {
    pub(crate) schema: &'static str,
    #[serde(flatten)]
    pub(crate) model: ModelFacts<'a>,
    /// How spins were flipped, where not all at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<&'static str>,
    /// How couplings were learned, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) learning: Option<&'static str>,
    /// What the precision of the memory file has taken, where it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) taken: Option<Taken>,
    pub(crate) guarantee: &'static str,
    pub(crate) proof: &'static str,
    pub(crate) queries: Vec<Query<'a>>,
}
impl Report<'_> {
    /// One JSON object.
    pub(crate) fn print_json(&self) -> Result<(), Failure> {
        print_json(self)
    }

    /// A table with one line per cue.
    pub(crate) fn print_table(&self) -> Result<(), Failure> {
        let mut out = String::from(
            "  cue  outcome       steps  kind        memories  nearest  overlap        energy  certified drop  label\n",
        );
        for (cue, query) in self.queries.iter().enumerate() {
            out.push_str(&query.line(cue));
        }
        if self.queries.iter().any(|query| query.explained.is_some()) {
            out.push_str("\n  cue   memory  other weights  error at most  separation  enough  slope at most  fixed point within\n");
            for (cue, query) in self.queries.iter().enumerate() {
                out.extend(query.explained.as_ref().map(|explained| explained.line(cue)));
            }
        }
        for (cue, query) in self.queries.iter().enumerate().filter(|(_, q)| !q.votes.is_empty()) {
            let votes = query.votes.iter().take(5);
            let votes: Vec<_> =
                votes.map(|vote| format!("{} {:.4}", vote.label, vote.probability)).collect();
            let head = if cue == 0 { "\n  cue  labels vote\n" } else { "" };
            out.push_str(&format!("{head}{cue:5}  {}\n", votes.join(", ")));
        }
        print_bytes(out.as_bytes())
    }
}

/// One JSON object on standard output.
pub(crate) fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_vec(value).map_err(std::io::Error::from)?;
    text.push(b'\n');
    print_bytes(&text)
}

/// Bytes on standard output; a closed pipe ends the program quietly.
pub(crate) fn print_bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}
