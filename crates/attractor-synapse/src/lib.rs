//! (in progress)
mod normalize;
mod patterns;
pub use normalize::{Normalization, Normalize, UnknownNormalize};
pub use patterns::{PatternError, Patterns};
