//! Why an energy transformer, or its tokens, are refused.

use attractor_lagrangian::{Inadmissible, ParameterError};

/// A block that cannot keep its promises, or tokens that it cannot start from.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EnergyTransformerError {
    /// A β.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// A hidden Lagrangian that is not convex.
    #[error(transparent)]
    Inadmissible(#[from] Inadmissible),
    /// A list of the wrong length.
    #[error("{what} has {found} entries, {expected} are needed")]
    Width {
        /// What it is.
        what: &'static str,
        /// The length needed.
        expected: usize,
        /// The length found.
        found: usize,
    },
    /// Rows of W^Q and W^K that are no whole number of heads.
    #[error("{rows} rows of W^Q do not divide into {heads} heads of the same width: give H·Y rows")]
    Heads {
        /// H·Y.
        rows: usize,
        /// H.
        heads: usize,
    },
    /// Layer norm without ε.
    #[error(
        "layer norm has ε = 0 and no gradient where the currents of a token are all equal: use a small ε, such as 1e-5"
    )]
    Epsilon,
    /// Numbers that are no whole number of tokens, or none.
    #[error("{numbers} numbers are not one or more tokens of {features} features each")]
    Tokens {
        /// How many numbers there are.
        numbers: usize,
        /// D.
        features: usize,
    },
    /// A number that is not finite.
    #[error("token {token}, feature {feature} is {value}: only finite numbers can be used")]
    NotFinite {
        /// The token, counted from 0.
        token: usize,
        /// The feature, counted from 0.
        feature: usize,
        /// What stood there.
        value: f64,
    },
    /// Scores or energies beyond the range of the scalar.
    #[error(
        "the scores or the energy of these tokens are not finite in {dtype}: use f64, or scale W^Q, W^K or the memories down"
    )]
    Overflow {
        /// The scalar's name.
        dtype: &'static str,
    },
    /// A step that is none.
    #[error("the step α is {0}: it must be a positive finite number")]
    Step(f64),
}
