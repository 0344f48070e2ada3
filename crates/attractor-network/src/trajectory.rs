//! What a run leaves: records of bounded number, how it ended, and whether the energy ever rose.

use crate::EnergyTerms;
use attractor_dynamics::{Certificate, Guarantee, Outcome};
use std::fmt;

/// The network at one moment of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Record<T> {
    /// Steps taken.
    pub step: usize,
    /// The time passed.
    pub time: f64,
    /// The energy, part by part.
    pub energy: EnergyTerms,
    /// The certificate of all steps since the record before, where the integrator proves one.
    pub certificate: Option<Certificate>,
    /// How far the state is from rest.
    pub residual: f64,
    /// v and then h, if the plan keeps states; else empty.
    pub state: Vec<T>,
}

/// A step that raised the energy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rise {
    /// The step, counted from 1.
    pub step: usize,
    /// The time before it.
    pub time: f64,
    /// Its size.
    pub dt: f64,
    /// By how much the energy rose, beyond what rounding explains.
    pub by: f64,
    /// The largest step at which the integrator is proved not to do so, if one is known.
    pub safe: Option<f64>,
}

impl fmt::Display for Rise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, time, dt, by, safe } = self;
        write!(f, "the energy rose by {by:e} in step {step} (t = {time}, dt = {dt}): use ")?;
        if let Some(safe) = safe {
            write!(f, "a step of at most {safe:e}, or ")?;
        }
        write!(f, "`strang`, whose energy falls at every step size")
    }
}

/// How a run went.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectory<T> {
    /// What was proved of the energy before the run.
    pub guarantee: Guarantee,
    /// Steps taken.
    pub steps: usize,
    /// Why it stopped.
    pub outcome: Outcome,
    /// The first state, every k-th, and the last.
    pub records: Vec<Record<T>>,
    /// The certificate of all steps, where the integrator proves one.
    pub certificate: Option<Certificate>,
    /// The step that raised the energy most, if one did beyond what rounding explains.
    pub rise: Option<Rise>,
    /// A bound of ‖v − v*‖ to the only state of rest, where the plan asked for one.
    pub distance: Option<f64>,
    /// Evaluations of the right-hand side: one is a product with Ξ and one with Ξᵀ.
    pub evaluations: f64,
    /// Reads of the synapses; one can serve both products.
    pub passes: usize,
}

impl<T> Trajectory<T> {
    /// The largest increase of the energy between two records, 0 if there is none.
    pub fn largest_rise(&self) -> f64 {
        let energy = |record: &Record<T>| record.energy.total().value;
        let rise = |pair: &[Record<T>]| energy(&pair[1]) - energy(&pair[0]);
        self.records.windows(2).map(rise).fold(0.0, f64::max)
    }
}

/// The records of a run, thinned out when there are too many.
#[derive(Debug)]
pub(crate) struct Recorder<T> {
    records: Vec<Record<T>>,
    since: Option<Certificate>,
    every: usize,
    keep: usize,
}

impl<T> Recorder<T> {
    pub(crate) fn new(every: usize, keep: usize) -> Self {
        Self { records: Vec::new(), since: Some(Certificate::ZERO), every, keep }
    }

    /// Adds the certificate of a step.
    pub(crate) fn prove(&mut self, step: Option<Certificate>) {
        self.since = sum(self.since, step);
    }

    pub(crate) fn wants(&self, step: usize) -> bool {
        step.is_multiple_of(self.every)
    }

    pub(crate) fn push(&mut self, record: Record<T>) {
        self.add(record);
        if self.records.len() >= self.keep {
            self.thin();
        }
    }

    fn add(&mut self, mut record: Record<T>) {
        record.certificate = self.since.replace(Certificate::ZERO);
        self.records.push(record);
    }

    /// Drops every second record; what it proved goes to the next one that stays.
    fn thin(&mut self) {
        self.every *= 2;
        let mut carried = Some(Certificate::ZERO);
        let every = self.every;
        self.records.retain_mut(|record| {
            let total = sum(carried, record.certificate);
            if record.step.is_multiple_of(every) {
                record.certificate = total;
                carried = Some(Certificate::ZERO);
                return true;
            }
            carried = total;
            false
        });
        self.since = sum(carried, self.since);
    }

    /// The records with the last state, which no thinning drops.
    pub(crate) fn finish(mut self, last: Record<T>) -> Vec<Record<T>> {
        self.add(last);
        self.records
    }
}

pub(crate) fn sum(a: Option<Certificate>, b: Option<Certificate>) -> Option<Certificate> {
    let mut total = a?;
    total += b?;
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use attractor_dynamics::Proof;

    fn record(step: usize) -> Record<f64> {
        let energy = EnergyTerms::default();
        Record { step, time: 0.0, energy, certificate: None, residual: 0.0, state: vec![] }
    }

    #[test]
    fn thinning_keeps_the_last_state_and_every_drop() {
        for (keep, last) in (2..9).flat_map(|keep| (1..40).map(move |last| (keep, last))) {
            let mut recorder = Recorder::new(1, keep);
            for step in 0..last {
                if recorder.wants(step) {
                    recorder.push(record(step));
                }
                recorder.prove(Some(Certificate::of_terms(&[1.0], 0.0, Proof::Full)));
            }
            let records = recorder.finish(record(last));
            let steps = |i: usize| records[i].step;
            assert!(records.len() <= keep && steps(0) == 0 && steps(records.len() - 1) == last);
            for (i, pair) in records.windows(2).enumerate() {
                let drop = pair[1].certificate.map(|c| c.drop as usize);
                assert_eq!(drop, Some(steps(i + 1) - steps(i)), "{keep} of {last}");
            }
        }
    }
}
