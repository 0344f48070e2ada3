//! What is timed: prepared, run as often as one likes, and asked for its result.

use std::error::Error;
use std::fmt::Debug;

/// Why something could not be made or run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A pointer that is null, or not where such numbers can be.
    #[error("{0}: the pointer is null or not aligned")]
    Pointer(&'static str),
    /// Sizes of which one is 0, or whose product no array can have.
    #[error("{what}: no array has the sizes {sizes:?}")]
    Length {
        /// Of what.
        what: &'static str,
        /// The sizes.
        sizes: Vec<usize>,
    },
    /// Room that does not fit.
    #[error("{what} is for {found} numbers, there are {expected}")]
    Room {
        /// For what.
        what: &'static str,
        /// The size needed.
        expected: usize,
        /// The size found.
        found: usize,
    },
    /// What the library says about its data.
    #[error("{0}")]
    Refused(#[from] Box<dyn Error>),
    /// A panic, caught.
    #[error("it panicked: {0}")]
    Panicked(String),
}

impl Failure {
    /// An error of one of our crates.
    pub(crate) fn of(error: impl Error + 'static) -> Self {
        Self::Refused(Box::new(error))
    }

    /// A sentence.
    pub(crate) fn saying(sentence: impl Into<String>) -> Self {
        Self::Refused(sentence.into().into())
    }

    /// What the C interface returns for it; 0 is success.
    pub(crate) fn code(&self) -> i32 {
        match self {
            Self::Pointer(_) => 1,
            Self::Length { .. } | Self::Room { .. } => 2,
            Self::Refused(_) => 3,
            Self::Panicked(_) => 4,
        }
    }
}

/// One kind of work on data of its own. Every run does the same work after a preparation.
pub(crate) trait Contestant: Debug {
    /// What a run needs and is not timed with it.
    fn prepare(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// The work.
    fn run(&mut self) -> Result<(), Failure>;

    /// The result of the last run, or of the preparation if that came later.
    fn output(&self) -> Vec<f64>;
}

/// The numbers as f64, which is exact.
pub(crate) fn widened<T: attractor_lagrangian::Real>(numbers: &[T]) -> Vec<f64> {
    numbers.iter().map(|x| x.f64()).collect()
}
