//! What an experiment found: numbers beside their oracles, and a figure.

use crate::interval::Estimate;
use crate::verdict::Verdict;
use attractor_figure::Svg;
use serde::Serialize;
use std::collections::BTreeMap;

/// One number of a claim beside its oracle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// What it is.
    pub name: String,
    /// What the oracle says.
    pub expected: f64,
    /// What was measured.
    #[serde(flatten)]
    pub found: Estimate,
    /// How far the two may be apart, in the same unit.
    pub tolerance: f64,
    /// What follows.
    pub verdict: Verdict,
    /// What else is known of it by name, such as the literature's asymptote at this size.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub beside: BTreeMap<String, f64>,
}

impl Part {
    /// A number that the oracle has within a tolerance.
    #[must_use]
    pub fn new(name: impl Into<String>, expected: f64, found: Estimate, tolerance: f64) -> Self {
        let verdict = Verdict::of(&found, expected, tolerance);
        Self { name: name.into(), expected, found, tolerance, verdict, beside: BTreeMap::new() }
    }

    /// A statement that is right (1) or wrong (0).
    #[must_use]
    pub fn truth(name: impl Into<String>, holds: bool) -> Self {
        Self::new(name, 1.0, Estimate::truth(holds), 0.0)
    }

    /// Adds a number that no verdict depends on.
    #[must_use]
    pub fn beside(mut self, name: &str, value: f64) -> Self {
        if value.is_finite() {
            self.beside.insert(name.to_owned(), value);
        }
        self
    }

    /// How far it is from its oracle in units of the tolerance.
    pub(crate) fn distance(&self) -> f64 {
        let off = (self.found.measured - self.expected).abs();
        if off > 0.0 { off / self.tolerance } else { 0.0 }
    }
}

/// All that one experiment found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The numbers, at least one.
    pub parts: Vec<Part>,
    /// What the numbers mean where that is not plain, among it what is wrong or empty in the literature.
    pub notes: Vec<String>,
    /// The figure and its caption.
    pub figure: (Svg, String),
    /// The sizes that were chosen, by name.
    pub parameters: BTreeMap<String, String>,
}

impl Finding {
    /// Numbers with their figure.
    #[must_use]
    pub fn new(parts: Vec<Part>, figure: Svg, caption: impl Into<String>) -> Self {
        let (notes, parameters) = (Vec::new(), BTreeMap::new());
        Self { parts, notes, figure: (figure, caption.into()), parameters }
    }

    /// Adds a sentence.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.parameters.insert(name.to_owned(), value.to_string());
        self
    }

    /// The part that speaks for the claim: the furthest from its oracle in units of its tolerance, among those with
    /// the worst verdict.
    pub(crate) fn spokesman(&self) -> Option<&Part> {
        let far = |a: &&Part, b: &&Part| {
            let rank = a.verdict.rank().cmp(&b.verdict.rank());
            rank.then(a.distance().total_cmp(&b.distance()))
        };
        self.parts.iter().reduce(|a, b| if far(&a, &b).is_lt() { b } else { a })
    }
}
