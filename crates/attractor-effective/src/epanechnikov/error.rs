//! Why a log-sum-ReLU memory or its cue is refused.

use crate::ModelError;

/// A log-sum-ReLU memory that cannot keep its promises, or a cue that it cannot start from.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EpanechnikovError {
    /// A cue of the wrong width or with a number that is not finite.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// An inverse temperature that no radius √(2/β) belongs to.
    #[error("beta is {0:e}: it must lie between 1e-300 and 1e300, the radius is √(2/beta)")]
    Beta(f64),
    /// A floor that is none.
    #[error("epsilon is {0}: it must be a finite number, at least 0")]
    Epsilon(f64),
    /// A tolerated distance that is none.
    #[error("delta is {0}: it must be a finite number, at least 0")]
    Delta(f64),
    /// A tolerated distance for which exact recall is not proved.
    #[error(
        "delta = {delta} is not below half of r = {separation}, the distance between memories {first} and {second}: recall is exact for delta < r/2 only; take a smaller delta, or remove one of the two memories"
    )]
    Guard {
        /// Δ.
        delta: f64,
        /// r, the smallest distance between two memories.
        separation: f64,
        /// One of the closest two memories.
        first: usize,
        /// The other.
        second: usize,
    },
    /// Two memories that no radius tells apart.
    #[error("memories {first} and {second} are equal: remove one of them")]
    Duplicates {
        /// The one.
        first: usize,
        /// The other.
        second: usize,
    },
    /// A single memory has no distance to another.
    #[error(
        "a single memory has no distance to another that could set the radius: choose a beta below 2/delta² with `Epanechnikov::new`"
    )]
    Alone,
    /// A cue of infinite energy.
    #[error(
        "cue {cue} is outside the balls of all memories and its energy is infinite: memory {memory} is the nearest, at {distance:.4e}, the radius is {radius:.4e}; lower beta below 2/distance² = {reach:.4e}, or use an epsilon > 0", reach = 2.0 / (distance * distance)
    )]
    Outside {
        /// The cue, counted from 0.
        cue: usize,
        /// The memory nearest to it.
        memory: usize,
        /// How far that is away.
        distance: f64,
        /// √(2/β).
        radius: f64,
    },
    /// A step factor that this model has not.
    #[error(
        "a step goes to the mean of the active memories: leave the step factor at 1, `Factor::MAP`"
    )]
    Factor,
    /// A list of minima that grows too long to make.
    #[error(
        "more than {limit} sets of memories may share a minimum: raise the limit, or raise beta so that fewer balls overlap"
    )]
    TooMany {
        /// How many sets were looked at.
        limit: usize,
    },
}
