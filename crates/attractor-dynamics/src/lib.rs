//! What a descending system is: energies, certificates of descent, stopping rules, settling.
//!
//! A model that lowers an energy implements [`System`]; [`settle`] runs a batch of queries, stops
//! each by its residual, and adds up the [`Certificate`]s of its steps: a proven decrease as a sum
//! of non-negative terms, with the rounding it cannot see (THEORY of the project, §3; Krotov &
//! Hopfield, arXiv 2008.06996, eq. 4). All scalars are `f64`.
//!
//! What it deliberately is not: it knows no neurons, no vectors and no files, and it never decides
//! anything by subtracting two energies.
//!
//! ```
//! use attractor_dynamics::{Certificate, Proof};
//! let step = Certificate::of_terms(&[0.5, 1e-20], 1e-16, Proof::Full);
//! assert!(step.drop >= 0.5 && step.is_finite());
//! ```

// What a step proves.
mod certificate;
// Watching.
mod observer;
// Running.
mod settle;
// The trait.
mod system;

pub use certificate::{Certificate, Energy, Guarantee, Proof};
pub use observer::{Observer, Trace};
pub use settle::{Outcome, Run, StopError, StopRule, settle};
pub use system::{Look, System};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
