//! One cue's part of a report.

use crate::explain::Insight;
use crate::files::Facts;
use attractor_dynamics::{Certificate, Energy, Outcome};
use attractor_effective::{Kind, Retrieval, SpinRetrieval, Vote};
use attractor_lagrangian::Real;
use attractor_synapse::{Nearest, Weight};
use serde::Serialize;

/// One cue's line; a query that is not finite has no numbers.
#[derive(Debug, Serialize)]
pub(crate) struct Query<'a> {
    steps: usize,
    outcome: &'static str,
    /// The length of the cycle that the outcome is.
    #[serde(skip_serializing_if = "Option::is_none")]
    cycle: Option<usize>,
    /// Spins flipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    flips: Option<usize>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    found: Option<Found<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) explained: Option<Explained>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) votes: Vec<Ballot<'a>>,
}

/// What labels say.
#[derive(Debug, Serialize)]
pub(crate) struct Ballot<'a> {
    pub(crate) label: &'a str,
    pub(crate) probability: f64,
}

/// What is proved of a state of model B.
#[derive(Debug, Serialize)]
pub(crate) struct Explained {
    memory: usize,
    /// As in [`Top`].
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    /// Σ_{j≠i} p_j
    others: f64,
    /// ‖F(v) − I − ξ_i‖ is at most this.
    error: f64,
    /// Absent where there is no other memory.
    separation: Option<f64>,
    well_separated: bool,
    /// β·tr Cov
    slope: f64,
    residual: f64,
    /// A fixed point is proved to be this near.
    distance: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Found<'a> {
    energy_start: f64,
    energy: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    certified_drop: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rounding: Option<f64>,
    residual: f64,
    effective_memories: f64,
    /// Memories with any weight, where the separation makes most weights exactly 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<usize>,
    kind: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    negated: bool,
    nearest: usize,
    /// As in [`Top`].
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest_id: Option<u64>,
    overlap: f64,
    top: Vec<Top<'a>>,
}

#[derive(Debug, Serialize)]
struct Top<'a> {
    index: usize,
    /// Where memories were forgotten, so that places are not ids.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<u64>,
    weight: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'a str>,
}

impl<'a> Query<'a> {
    pub(crate) fn new<T: Real>(found: &Retrieval<T>, facts: &'a Facts) -> Self {
        let finite = found.outcome != Outcome::NotFinite;
        Self {
            steps: found.steps,
            outcome: found.outcome.name(),
            cycle: None,
            flips: None,
            found: finite.then(|| {
                let energies = [found.energy_start, found.energy];
                let certificate = Some(found.certificate);
                Place::of(found).found(energies, certificate, found.residual, facts)
            }),
            explained: None,
            votes: vec![],
        }
    }

    pub(crate) fn spins<T: Real>(found: &SpinRetrieval<T>, facts: &'a Facts) -> Self {
        let cycle = match found.outcome {
            Outcome::Cycle { length } => Some(length),
            _ => None,
        };
        let (energies, place) = ([found.energy_start, found.energy], Place::of_spins(found));
        Self {
            steps: found.sweeps,
            outcome: found.outcome.name(),
            cycle,
            flips: Some(found.flips),
            found: Some(place.found(energies, found.certificate, found.residual, facts)),
            explained: None,
            votes: vec![],
        }
    }
}

/// Where a state is.
struct Place<'p> {
    effective_memories: f64,
    active: Option<usize>,
    kind: Kind,
    nearest: &'p Nearest,
    top: &'p [Weight],
}

impl<'p> Place<'p> {
    fn of<T>(found: &'p Retrieval<T>) -> Self {
        let Retrieval { effective_memories, active, kind, nearest, top, .. } = found;
        Self { effective_memories: *effective_memories, active: *active, kind: *kind, nearest, top }
    }

    fn of_spins<T>(found: &'p SpinRetrieval<T>) -> Self {
        let SpinRetrieval { effective_memories, kind, nearest, top, .. } = found;
        Self { effective_memories: *effective_memories, active: None, kind: *kind, nearest, top }
    }

    fn found<'a>(
        &self,
        [start, end]: [Energy; 2],
        certificate: Option<Certificate>,
        residual: f64,
        facts: &'a Facts,
    ) -> Found<'a> {
        let label = |memory: usize| facts.labels.as_ref()?.get(memory).map(String::as_str);
        let negated = self.kind == Kind::Single { negated: true };
        let nearest = self.nearest;
        let memory = if negated { nearest.opposite } else { nearest.memory };
        let top = self.top.iter();
        Found {
            energy_start: start.value,
            energy: end.value,
            certified_drop: certificate.map(|c| c.drop),
            rounding: certificate.map(|c| c.rounding),
            residual,
            effective_memories: self.effective_memories,
            active: self.active,
            kind: self.kind.name(),
            negated,
            nearest: facts.place(memory),
            nearest_id: facts.id(memory),
            overlap: if negated { nearest.opposite_overlap } else { nearest.overlap },
            top: top
                .map(|w| Top {
                    index: facts.place(w.memory),
                    id: facts.id(w.memory),
                    weight: w.weight,
                    label: label(w.memory),
                })
                .collect(),
        }
    }
}

impl<'a> Query<'a> {
    pub(crate) fn explained(self, insight: Option<&Insight<'a>>, facts: &Facts) -> Self {
        let Some(insight) = insight else { return self };
        let ballot =
            |vote: &Vote<&'a str>| Ballot { label: vote.label, probability: vote.probability };
        let votes = insight.votes.iter().map(ballot).collect();
        let explained = insight.proved.map(|proved| Explained {
            memory: facts.place(proved.memory),
            id: facts.id(proved.memory),
            others: proved.others,
            error: proved.error,
            separation: Some(proved.separation).filter(|s| s.is_finite()),
            well_separated: proved.well_separated,
            slope: proved.slope,
            residual: proved.residual,
            distance: proved.distance,
        });
        Self { explained, votes, ..self }
    }
}
impl Query<'_> {
    pub(crate) fn line(&self, cue: usize) -> String {
        let start = format!("{cue:5}  {:12}  {:5}", self.outcome, self.steps);
        let Some(found) = &self.found else { return format!("{start}\n") };
        let kind = if found.negated { "−single" } else { found.kind };
        let label = found.top.first().and_then(|top| top.label).unwrap_or("");
        let drop = found.certified_drop.map(|drop| format!("{drop:.6e}")).unwrap_or_default();
        let line = format!(
            "{start}  {kind:10}  {:8.2}  {:7}  {:7.4}  {:12.6e}  {drop:>14}  {label}",
            found.effective_memories,
            found.nearest_id.unwrap_or(found.nearest as u64),
            found.overlap,
            found.energy
        );
        format!("{}\n", line.trim_end())
    }
}

impl Explained {
    pub(crate) fn line(&self, cue: usize) -> String {
        let separation = self.separation.map_or("-".to_owned(), |s| format!("{s:.4}"));
        let distance = self.distance.map_or("not proved".to_owned(), |d| format!("{d:.2e}"));
        let enough = if self.well_separated { "yes" } else { "no" };
        format!(
            "{cue:5}  {:7}  {:13.3e}  {:13.3e}  {separation:>10}  {enough:>6}  {:13.3e}  {distance:>18}\n",
            self.id.unwrap_or(self.memory as u64),
            self.others,
            self.error,
            self.slope
        )
    }
}
