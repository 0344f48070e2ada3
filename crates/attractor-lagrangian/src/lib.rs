//! (in progress)
mod real;
pub use real::Real;
