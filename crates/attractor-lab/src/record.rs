//! Results of a run as data.

use crate::claim::{Claim, Effort, Failed};
use crate::finding::{Finding, Part};
use crate::provenance::Provenance;
use crate::verdict::Verdict;
use attractor_figure::Svg;
use serde::Serialize;
use std::collections::BTreeMap;

/// The schema of [`Reproduction`] as JSON.
pub const SCHEMA: &str = "attractor.reproduce/1";

/// What a run found of some claims.
#[derive(Debug, Clone, Serialize)]
pub struct Reproduction {
    /// The name and version of this form.
    pub schema: &'static str,
    /// The seed of the run.
    pub seed: u64,
    /// `quick` or `full`.
    pub effort: &'static str,
    /// What it takes to repeat it.
    pub provenance: Provenance,
    /// Whether somebody ended it before all claims were measured.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// One record for every claim, in the order in which they were asked for.
    pub claims: Vec<Record>,
}

/// What was found of one claim. The numbers are those of the part that is furthest from its oracle in units of its
/// tolerance, among those with the claim's verdict; a skipped claim has none.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    /// The claim's name.
    pub id: &'static str,
    /// What is claimed.
    pub claim: &'static str,
    /// Where.
    pub source: &'static str,
    /// What it was held against.
    pub oracle: &'static str,
    /// What the oracle says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<f64>,
    /// What was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<f64>,
    /// The lower end of its 95 % interval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// The upper end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// How far the two may be apart.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
    /// Why there is no measurement, or why it broke off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Which part speaks for the claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// All numbers of the claim.
    pub parts: Vec<Part>,
    /// What the numbers mean where that is not plain.
    pub notes: Vec<String>,
    /// The sizes that were chosen.
    pub parameters: BTreeMap<String, String>,
    /// How long it took.
    pub seconds: f64,
    /// The figure and its caption.
    #[serde(skip)]
    pub figure: Option<(Svg, String)>,
}

impl Record {
    pub(crate) fn new(claim: &Claim, outcome: Result<Finding, Failed>, seconds: f64) -> Self {
        match outcome {
            Ok(finding) => Self::of(claim, finding, seconds),
            Err(Failed::Skip(reason)) => {
                Self { reason: Some(reason.to_owned()), ..Self::empty(claim, seconds) }
            }
            Err(Failed::Broke(error)) => Self {
                verdict: Verdict::Undecided,
                reason: Some(error.to_string()),
                ..Self::empty(claim, seconds)
            },
        }
    }

    fn empty(claim: &Claim, seconds: f64) -> Self {
        Self {
            id: claim.id,
            claim: claim.statement,
            source: claim.source,
            oracle: claim.oracle,
            expected: None,
            measured: None,
            low: None,
            high: None,
            tolerance: None,
            verdict: Verdict::Skipped,
            reason: None,
            part: None,
            parts: Vec::new(),
            notes: Vec::new(),
            parameters: BTreeMap::new(),
            seconds,
            figure: None,
        }
    }

    fn of(claim: &Claim, finding: Finding, seconds: f64) -> Self {
        let empty = Self::empty(claim, seconds);
        let Some(part) = finding.spokesman().cloned() else { return empty };
        Self {
            expected: Some(part.expected),
            measured: Some(part.found.measured),
            low: Some(part.found.low),
            high: Some(part.found.high),
            tolerance: Some(part.tolerance),
            verdict: part.verdict,
            part: (finding.parts.len() > 1).then_some(part.name),
            parts: finding.parts,
            notes: finding.notes,
            parameters: finding.parameters,
            figure: Some(finding.figure),
            ..empty
        }
    }
}

impl Reproduction {
    pub(crate) fn empty(seed: u64, effort: Effort) -> Self {
        let provenance = Provenance::new(seed, "f64").with("effort", effort.name());
        Self {
            schema: SCHEMA,
            seed,
            effort: effort.name(),
            provenance,
            interrupted: false,
            claims: Vec::new(),
        }
    }

    /// Whether any claim turned out otherwise.
    #[must_use]
    pub fn disagrees(&self) -> bool {
        self.claims.iter().any(|record| record.verdict == Verdict::Disagrees)
    }
}
