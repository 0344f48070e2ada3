//! What is asked of a reference integrator, and what is refused.

use crate::PlanError;
use crate::plan::positive;

/// How small the local error of every current x is kept: below `rtol`·|x| + `atol`, in the mean square.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerances {
    /// Relative to the current.
    pub rtol: f64,
    /// In the unit of the currents.
    pub atol: f64,
}

/// A reference run that is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReferenceError {
    /// A time or a tolerance.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Times to keep that do not increase from the start to the end of the run.
    #[error("time {index} to keep is {value}: times must increase, after 0 and up to {end}")]
    Times {
        /// Where it stands.
        index: usize,
        /// The time.
        value: f64,
        /// The end of the run.
        end: f64,
    },
    /// A network whose dense Jacobian is too large.
    #[error(
        "{neurons} neurons are too many for an implicit step: its dense matrices take {megabytes} MB, each Jacobian {neurons} products and {gigaflops} Gflop, each factorisation {factor_gigaflops} Gflop. The limit is {limit} neurons: use `strang`, or `tsit45` where τ_h is not small"
    )]
    TooLarge {
        /// d + N.
        neurons: usize,
        /// How many are allowed.
        limit: usize,
        /// The memory of the Jacobian, the Newton matrix and its factors.
        megabytes: u64,
        /// What one Jacobian costs.
        gigaflops: u64,
        /// What one factorisation costs.
        factor_gigaflops: u64,
    },
}

/// How far and how precisely a reference integrator runs.
///
/// ```
/// use attractor_network::{ReferencePlan, Tolerances};
/// let plan = ReferencePlan::to_time(5.0, Tolerances { rtol: 1e-10, atol: 1e-12 })?
///     .at(&[1.0, 2.0, 5.0])?
///     .at_most(100_000);
/// # Ok::<(), attractor_network::ReferenceError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ReferencePlan {
    pub(super) time: f64,
    pub(super) tolerances: Tolerances,
    pub(super) max_evaluations: usize,
    times: Vec<f64>,
}

impl ReferencePlan {
    /// A run over `time`, of at most 1,000,000 evaluations.
    ///
    /// # Errors
    /// [`PlanError::Positive`] unless the time and both tolerances are positive and finite.
    pub fn to_time(time: f64, tolerances: Tolerances) -> Result<Self, ReferenceError> {
        positive("the relative tolerance", tolerances.rtol)?;
        // a current of 0 would divide by it
        positive("the absolute tolerance", tolerances.atol)?;
        let time = positive("the time to run", time)?;
        Ok(Self { time, tolerances, max_evaluations: 1_000_000, times: Vec::new() })
    }

    /// At most so many evaluations of the right-hand side and products with its Jacobian together.
    #[must_use]
    pub fn at_most(self, max_evaluations: usize) -> Self {
        Self { max_evaluations, ..self }
    }

    /// Stops at these times, counted from the start of the run, and keeps the states there. A stop
    /// shortens the step before it.
    ///
    /// # Errors
    /// [`ReferenceError::Times`] unless they increase, after 0 and up to the end.
    pub fn at(self, times: &[f64]) -> Result<Self, ReferenceError> {
        let mut before = 0.0;
        for (index, &value) in times.iter().enumerate() {
            if !(value > before && value <= self.time) {
                return Err(ReferenceError::Times { index, value, end: self.time });
            }
            before = value;
        }
        Ok(Self { times: times.to_vec(), ..self })
    }

    /// Where the run stops, and whether the state there is kept.
    pub(super) fn stops(&self) -> impl Iterator<Item = (f64, bool)> {
        let ends = self.times.last().is_some_and(|last| *last >= self.time);
        let end = (!ends).then_some((self.time, false));
        self.times.iter().map(|time| (*time, true)).chain(end)
    }
}

/// Where a Jacobian takes 10 MB and a factorisation 1 Gflop.
const LIMIT: usize = 1200;

/// Whether an implicit integrator can hold d + N neurons.
pub(super) fn small_enough(d: usize, n: usize) -> Result<(), ReferenceError> {
    let neurons = d + n;
    if neurons <= LIMIT {
        return Ok(());
    }
    let size = neurons as f64;
    Err(ReferenceError::TooLarge {
        neurons,
        limit: LIMIT,
        megabytes: (3.0 * 8e-6 * size * size).ceil() as u64,
        gigaflops: (4e-9 * size * d as f64 * n as f64).ceil() as u64,
        factor_gigaflops: (2e-9 / 3.0 * size.powi(3)).ceil() as u64,
    })
}
