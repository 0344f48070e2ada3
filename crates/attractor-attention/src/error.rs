//! Why a layer or its input is refused.

use attractor_effective::ModelError;
use attractor_lagrangian::ParameterError;
use attractor_synapse::PatternError;

/// A layer that cannot be built, or an input that it cannot take.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AttentionError {
    /// Something of another size than what it is used with.
    #[error("{what} has {found}, {expected} is needed: give parts of one layer that fit together")]
    Size {
        /// What it is.
        what: &'static str,
        /// The size needed.
        expected: usize,
        /// The size found.
        found: usize,
    },
    /// A width or a number of heads that does not divide.
    #[error("{what}, {count}, does not divide into {parts} heads: choose another number of heads")]
    Heads {
        /// What it is.
        what: &'static str,
        /// What is to be divided.
        count: usize,
        /// The number of parts.
        parts: usize,
    },
    /// A layer without heads.
    #[error("a layer needs at least one head")]
    NoHeads,
    /// No step at all.
    #[error("0 steps return no memory: take at least 1, which is one softmax")]
    NoSteps,
    /// A tolerance that is none.
    #[error("the tolerance is {0}: give a number of at least 0")]
    Tolerance(f64),
    /// A number that is not finite.
    #[error("{what}, number {index}, is {value}: only finite numbers can be used")]
    NotFinite {
        /// What it is.
        what: &'static str,
        /// Where it stands.
        index: usize,
        /// What stood there.
        value: f64,
    },
    /// A number of an additive mask that no score can take.
    #[error(
        "the additive mask is {value} for query {query} and key {key}: finite numbers, or -inf to ignore a key"
    )]
    Added {
        /// The query, counted from 0.
        query: usize,
        /// The key, counted from 0.
        key: usize,
        /// What stood there.
        value: f64,
    },
    /// Scores beyond the range of the scalar.
    #[error(
        "query {query} can have scores of {score:e}, beyond the range of {dtype}: scale queries or keys down, or use f64"
    )]
    Overflow {
        /// The query, counted from 0.
        query: usize,
        /// ‖q‖·max‖k‖.
        score: f64,
        /// The scalar's name.
        dtype: &'static str,
    },
    /// A layer that answers out of the scalar's range.
    #[error("{what} leaves the range of {dtype}: scale the weights down, or use f64")]
    Range {
        /// What it is.
        what: &'static str,
        /// The scalar's name.
        dtype: &'static str,
    },
    /// A tensor that is not among a layer's weights.
    #[error("there is no tensor {name:?}: {remedy}")]
    Missing {
        /// Its name.
        name: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A tensor of another shape.
    #[error("tensor {name:?} has the shape {found:?}, {expected} is needed")]
    Shape {
        /// Its name.
        name: String,
        /// The shape needed.
        expected: String,
        /// The shape found.
        found: Vec<usize>,
    },
    /// A tensor with a meaning that the layer does not have.
    #[error("tensor {name:?}: {reason}")]
    Unsupported {
        /// Its name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// What model B has to say of a head.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Rows that are no patterns.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A β or another parameter out of its range.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
}

pub(crate) fn size(
    what: &'static str,
    found: usize,
    expected: usize,
) -> Result<(), AttentionError> {
    if found == expected { Ok(()) } else { Err(AttentionError::Size { what, expected, found }) }
}
