//! Experiments with energy-based associative memory that end in a number, an interval and a verdict.
//!
//! Every result is an [`Estimate`], `low ≤ measured ≤ high`, carries its [`Provenance`], and draws its random
//! numbers from one [`generator`] per item of work, so that it is the same to the bit for any number of threads.
//!
//! What it deliberately is not: it has no physics of its own, it prints nothing and opens no files.

// Numbers with their intervals.
mod interval;
mod regression;
// What it takes to repeat a result.
mod provenance;
mod seeds;
// What can go wrong.
mod error;

pub use error::LabError;
pub use interval::{Estimate, Unmeasured};
pub use provenance::{Machine, Provenance};
pub use regression::Regression;
pub use seeds::{GENERATOR, generator};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
