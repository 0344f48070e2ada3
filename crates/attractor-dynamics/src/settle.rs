//! Running a system until every query has come to rest, or for a number of steps.

use crate::{Certificate, Energy, Look, Observer, System};

/// A stopping rule that cannot work.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StopError {
    /// The tolerance must be a number ≥ 0.
    #[error("the tolerance is {0}: it must be a finite number, at least 0")]
    Tolerance(f64),
}

/// When a query stops.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StopRule {
    tolerance: f64,
    max_steps: usize,
    exactly: bool,
}

impl StopRule {
    /// Stop each query at a residual of at most `tolerance`, or after `max_steps` steps. A
    /// tolerance below what the arithmetic resolves is raised to that.
    ///
    /// # Errors
    /// [`StopError::Tolerance`] if it is negative or not finite.
    pub fn rest(tolerance: f64, max_steps: usize) -> Result<Self, StopError> {
        if tolerance >= 0.0 && tolerance.is_finite() {
            Ok(Self { tolerance, max_steps, exactly: false })
        } else {
            Err(StopError::Tolerance(tolerance))
        }
    }

    /// Exactly `steps` steps for every query, at rest or not; `tolerance` decides only what is
    /// reported as settled.
    ///
    /// # Errors
    /// [`StopError::Tolerance`] if it is negative or not finite.
    pub fn exactly(steps: usize, tolerance: f64) -> Result<Self, StopError> {
        Ok(Self { exactly: true, ..Self::rest(tolerance, steps)? })
    }
}

/// Why a query stopped. Not settling is an answer, not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Outcome {
    /// The residual is within the tolerance.
    Settled,
    /// The steps were used up before that.
    OutOfSteps,
    /// A number is no longer finite; the state is the last one reached.
    NotFinite,
    /// The observer asked to stop.
    Interrupted,
    /// The time asked for has passed.
    Finished,
    /// The states repeat themselves; only rules without a guarantee can end so.
    Cycle {
        /// After so many steps, exactly.
        length: usize,
    },
}

impl Outcome {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::OutOfSteps => "out-of-steps",
            Self::NotFinite => "not-finite",
            Self::Interrupted => "interrupted",
            Self::Finished => "finished",
            Self::Cycle { .. } => "cycle",
        }
    }
}

/// How the run of one query went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Run {
    /// Steps taken.
    pub steps: usize,
    /// Why it stopped.
    pub outcome: Outcome,
    /// The energy of the initial state.
    pub energy_start: Energy,
    /// The energy of the returned state.
    pub energy: Energy,
    /// The proven decrease over all steps.
    pub certificate: Certificate,
    /// The residual of the returned state.
    pub residual: f64,
}

/// Runs every query of `state` by `rule`; queries stop one by one. Stopping is decided by residuals,
/// never by energies.
///
/// Costs one look more than the longest run has steps, and a few numbers per query.
pub fn settle<S: System + ?Sized>(
    system: &S,
    state: &mut S::State,
    rule: &StopRule,
    observer: &mut dyn Observer,
) -> Vec<Run> {
    let queries = system.queries(state);
    let tolerance = rule.tolerance.max(system.resolution());
    let mut looks = vec![Look::NONE; queries];
    let mut active: Vec<usize> = (0..queries).collect();
    system.look(state, &active, &mut looks);
    let mut runs: Vec<Run> = looks.iter().map(start).collect();
    for step in 0.. {
        let stop = observer.interrupted();
        active.retain(|&q| {
            observer.look(q, step, &looks[q]);
            let outcome = verdict(&looks[q], step, rule, tolerance, stop);
            record(&mut runs[q], &looks[q], step, outcome);
            if outcome.is_some() {
                observer.stopped(q, &runs[q]);
            }
            outcome.is_none()
        });
        if active.is_empty() {
            break;
        }
        system.advance(state, &active);
        system.look(state, &active, &mut looks);
    }
    runs
}

fn start(look: &Look) -> Run {
    Run {
        steps: 0,
        outcome: Outcome::OutOfSteps,
        energy_start: look.energy,
        energy: look.energy,
        certificate: Certificate::ZERO,
        residual: look.residual,
    }
}

fn verdict(
    look: &Look,
    step: usize,
    rule: &StopRule,
    tolerance: f64,
    stop: bool,
) -> Option<Outcome> {
    let at_rest = look.residual <= tolerance;
    let last = step >= rule.max_steps;
    match () {
        () if !look.is_finite() => Some(Outcome::NotFinite),
        () if at_rest && (last || !rule.exactly) => Some(Outcome::Settled),
        () if last => Some(Outcome::OutOfSteps),
        () if stop => Some(Outcome::Interrupted),
        () => None,
    }
}

fn record(run: &mut Run, look: &Look, step: usize, outcome: Option<Outcome>) {
    run.steps = step;
    run.energy = look.energy;
    if step > 0 {
        run.certificate += look.certificate; // a state that moved before this run brings its own
    }
    run.residual = look.residual;
    run.outcome = outcome.unwrap_or(run.outcome);
}
