//! Why an experiment cannot be, or came to no end.

use super::plan::Axis;
use crate::interval::Unmeasured;
use attractor_effective::{ModelError, SpinRuleError};
use attractor_figure::FigureError;
use attractor_io::IoError;
use attractor_synapse::PatternError;
use thiserror::Error;

/// Why a capacity experiment gave no result.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CapacityError {
    /// An axis without values where it needs one.
    #[error("the axis {} is empty: give it at least one value", .0.name())]
    Empty(Axis),
    /// A value that an axis cannot have.
    #[error("{} = {value}: {needed}", .axis.name())]
    Value {
        /// The axis.
        axis: Axis,
        /// The value.
        value: f64,
        /// What is needed.
        needed: &'static str,
    },
    /// Choices that do not go together.
    #[error("{0}")]
    Choice(String),
    /// More memory than there is.
    #[error(
        "{memories} memories of {features} features take about {} in each of {threads} threads, and {} are free: ask for fewer memories or features, or fewer threads (--threads)",
        bytes(*.needed), bytes(*.available)
    )]
    Room {
        /// N.
        memories: usize,
        /// d.
        features: usize,
        /// Bytes for one network.
        needed: u64,
        /// How many networks there are at once.
        threads: usize,
        /// Bytes that are free.
        available: u64,
    },
    /// The checkpoint of another experiment.
    #[error(
        "{name}: is the checkpoint of another experiment, {what} there is {found}, here {expected}: give the same options, or begin anew without --resume"
    )]
    Other {
        /// The file.
        name: String,
        /// What differs.
        what: String,
        /// What stands there.
        found: String,
        /// What was asked for.
        expected: String,
    },
    /// Not a checkpoint, or a damaged one.
    #[error("{name}: is not a checkpoint of this program: {problem}; begin anew without --resume")]
    NotCheckpoint {
        /// The file.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Samples that make no estimate.
    #[error(transparent)]
    Unmeasured(#[from] Unmeasured),
    /// A model that cannot be.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A rule that spins do not have.
    #[error(transparent)]
    Rule(#[from] SpinRuleError),
    /// Patterns that cannot be.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A figure that cannot be drawn.
    #[error("the figure cannot be drawn: {0}")]
    Figure(#[from] FigureError),
    /// A checkpoint that cannot be read or written.
    #[error(transparent)]
    Io(#[from] IoError),
}

impl CapacityError {
    /// The request cannot be meant so, rather than the data or the machine.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Empty(_) | Self::Value { .. } | Self::Choice(_) | Self::Rule(_))
    }
}

fn bytes(count: u64) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];
    let mut size = count as f64;
    let mut unit = 0;
    while size >= 1000.0 && unit + 1 < units.len() {
        (size, unit) = (size / 1000.0, unit + 1);
    }
    if unit == 0 { format!("{count} bytes") } else { format!("{size:.1} {}", units[unit]) }
}
