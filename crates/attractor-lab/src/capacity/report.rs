//! What an experiment found.

use super::checkpoint::{Entry, Ledger};
use super::error::CapacityError;
use super::fit::{Exponent, Passing, exponents, passing};
use super::plan::{Axis, CapacityPlan};
use super::point::Point;
use super::search::Curve;
use super::tally::Tally;
use super::theory::{Theory, theory};
use super::world::World;
use crate::{Estimate, Provenance};
use serde::Serialize;

/// The result of a capacity experiment: a function of its plan, with all that it takes to repeat it.
#[derive(Debug, Clone, Serialize)]
pub struct CapacityReport {
    /// `attractor.capacity/1`.
    pub schema: &'static str,
    /// Nothing interrupted the run.
    pub complete: bool,
    /// Who made it.
    pub provenance: Provenance,
    /// What was asked for.
    pub plan: CapacityPlan,
    /// `bits` where networks were made of one bit per synapse, else `numbers`.
    pub synapses: &'static str,
    /// All points that were looked at, in the order of the axes.
    pub points: Vec<PointReport>,
    /// Where curves pass the probability that was looked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub thresholds: Vec<Passing>,
    /// Power laws through these thresholds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exponents: Vec<Exponent>,
}

/// What was found at one point.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct PointReport {
    /// Where it is.
    #[serde(flatten)]
    pub point: Point,
    /// Networks drawn.
    pub networks: u64,
    /// Cues of all of them.
    pub cues: u64,
    /// The probability of recall; the interval is Clopper and Pearson's for `effective_cues`.
    pub recall: Estimate,
    /// The cues divided by their design effect, at least 1: cues of one network share its patterns.
    pub effective_cues: f64,
    /// The mean overlap with the cue's own memory, with Student's interval over the networks; without it for one.
    pub overlap: Estimate,
    /// Steps per cue.
    pub steps: f64,
    /// Where the cues ended.
    pub ends: Ends,
    /// What theory says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theory: Option<Theory>,
}

/// Where cues ended, in numbers of cues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ends {
    /// At their own memory.
    pub own: u64,
    /// At another one.
    pub other: u64,
    /// At the negative of a memory.
    pub negated: u64,
    /// At no memory.
    pub spurious: u64,
    /// With a weight that several memories share.
    pub metastable: u64,
    /// With a weight that all memories share.
    pub global: u64,
    /// Not at rest.
    pub restless: u64,
    /// Spurious states at rest that differ, summed over the networks.
    pub spurious_states: u64,
    /// How many such states there are at least, by Chao's estimate from those that were met once and twice
    /// (Scand. J. Stat. 11, 1984).
    pub spurious_states_at_least: u64,
}

/// A share of cues in networks that may scatter more than independent cues would.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Share {
    pub(super) recall: Estimate,
    pub(super) effective: f64,
}

impl CapacityReport {
    pub(super) fn new(
        world: &World<'_>,
        ledger: &Ledger,
        curves: &[Curve],
        complete: bool,
    ) -> Result<Self, CapacityError> {
        let plan = world.plan;
        let mut entries: Vec<&Entry> = ledger.entries().iter().collect();
        let place = |entry: &Entry| Axis::ALL.map(|axis| entry.point.on(axis));
        entries.sort_by(|a, b| {
            let pairs = place(a).into_iter().zip(place(b)).map(|(a, b)| a.total_cmp(&b));
            pairs.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        let points: Result<_, _> = entries.into_iter().map(|e| PointReport::new(plan, e)).collect();
        let done = curves.iter().filter(|curve| curve.next().is_none());
        let passings = done.map(|curve| passing(plan, ledger, curve));
        let thresholds: Vec<Passing> = passings.collect();
        Ok(Self {
            schema: "attractor.capacity/1",
            complete,
            provenance: Provenance::new(plan.seed, plan.dtype.name()),
            plan: plan.clone(),
            synapses: if world.packed { "bits" } else { "numbers" },
            points: points?,
            exponents: exponents(plan, &thresholds)?,
            thresholds,
        })
    }
}

impl PointReport {
    fn new(plan: &CapacityPlan, entry: &Entry) -> Result<Self, CapacityError> {
        let Entry { point, tallies } = entry;
        let sum = |of: fn(&Tally) -> u64| tallies.iter().map(of).sum::<u64>();
        let share = Share::of(tallies);
        let means: Vec<f64> = tallies.iter().map(|t| t.overlap / t.cues as f64).collect();
        let overlap = match means.as_slice() {
            [one] => Estimate::exact(*one),
            many => Estimate::mean(many)?,
        };
        Ok(Self {
            point: *point,
            networks: tallies.len() as u64,
            cues: sum(|t| t.cues),
            recall: share.recall,
            effective_cues: share.effective,
            overlap,
            steps: sum(|t| t.steps) as f64 / sum(|t| t.cues) as f64,
            ends: Ends::of(tallies),
            theory: theory(plan, point),
        })
    }
}

impl Ends {
    fn of(tallies: &[Tally]) -> Self {
        let sum = |of: fn(&Tally) -> u64| tallies.iter().map(of).sum::<u64>();
        // f₁(f₁ − 1)/2(f₂ + 1) states were not met, of each network
        let unmet =
            |t: &Tally| t.distinct[1] * t.distinct[1].saturating_sub(1) / (2 * (t.distinct[2] + 1));
        Self {
            own: sum(|t| t.recalled),
            other: sum(|t| t.other),
            negated: sum(|t| t.negated),
            spurious: sum(|t| t.spurious),
            metastable: sum(|t| t.metastable),
            global: sum(|t| t.global),
            restless: sum(|t| t.restless),
            spurious_states: sum(|t| t.distinct[0]),
            spurious_states_at_least: tallies.iter().map(|t| t.distinct[0] + unmet(t)).sum(),
        }
    }
}

impl Share {
    /// The share of cues recalled: its scatter between networks over that of independent cues is the design effect
    /// by which the number of cues is divided.
    pub(super) fn of(tallies: &[Tally]) -> Self {
        let cues: f64 = tallies.iter().map(|t| t.cues as f64).sum();
        let hits: f64 = tallies.iter().map(|t| t.recalled as f64).sum();
        let (p, n) = (hits / cues, tallies.len() as f64);
        let off = |t: &Tally| (t.recalled as f64 - p * t.cues as f64).powi(2);
        let between = n / (n - 1.0).max(1.0) * tallies.iter().map(off).sum::<f64>();
        let binomial = cues * p * (1.0 - p);
        let design = if binomial > 0.0 { (between / binomial).max(1.0) } else { 1.0 };
        let effective = cues / design;
        Self { recall: Estimate::proportion_of(p * effective, effective), effective }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(cues: u64, recalled: u64) -> Tally {
        Tally { cues, recalled, ..Tally::default() }
    }

    #[test]
    fn cues_that_stand_or_fall_together_count_once() {
        let together = Share::of(&[tally(10, 10), tally(10, 0), tally(10, 10), tally(10, 0)]);
        assert!(together.effective < 4.1 && (together.recall.measured - 0.5).abs() < 1e-12);
        let apart = Share::of(&[tally(10, 5), tally(10, 5), tally(10, 6), tally(10, 4)]);
        assert!((apart.effective - 40.0).abs() < 1e-9);
        let plain = Estimate::proportion(20, 40).unwrap();
        assert!((apart.recall.low - plain.low).abs() < 1e-12, "{apart:?} {plain:?}");
        let all = Share::of(&[tally(10, 10), tally(10, 10)]).recall;
        assert!(all.high >= 1.0 && all.low > 0.8);
    }
}
