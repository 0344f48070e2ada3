//! The laws of convex Lagrangians as functions, and a macro that makes them tests.
//!
//! A Lagrangian promises that its activation is the gradient of a convex function, that its
//! conjugate, curvature and Bregman gap belong to the same function, and whatever its
//! [`Properties`](attractor_lagrangian::Properties) say. The theorems on descent hold for anything
//! that keeps those promises, and for nothing else. One line tries them all:
//!
//! ```
//! use attractor_lagrangian::{Lagrangian, LogCosh};
//! # #[cfg(test)]
//! attractor_laws::lagrangian_laws!(tanh, LogCosh::new(2.0).unwrap()); // 23 laws, f32 and f64
//!
//! // or one law at one point:
//! let tanh = LogCosh::new(2.0)?;
//! attractor_laws::fenchel_young(&tanh, &[0.3f64, -1.0])?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What it deliberately is not: a proof (it tries finitely many points), a source of Lagrangians,
//! or a judge of speed. It knows no matrices.

// How a broken law is reported.
mod violation;
// The points at which laws are tried, and the laws by name.
mod law;
mod sample;
// Derivatives from values, sizes and tolerances.
mod derivative;
mod measure;
// The laws, by subject.
mod bregman;
mod calculus;
mod declared;
mod duality;
mod precision;
mod relaxation;
mod streaming;
// One line makes them tests.
mod macros;

pub use bregman::{bregman_definition, bregman_positive};
pub use calculus::{curvature, curvature_positive, curvature_symmetric, gradient, monotone};
pub use declared::{bounded_activation, growth, homogeneity, lipschitz, separability, zero_modes};
pub use duality::{conjugate_domain, fenchel_young, stale_output};
pub use law::{Law, assert_law, check};
pub use measure::Both;
pub use precision::{log_form, precision};
pub use relaxation::{relaxation_identity, relaxation_positive};
pub use sample::{Sample, samples};
pub use streaming::{streaming, streaming_gap, streaming_merge};
pub use violation::Violation;

#[doc(hidden)]
pub use proptest;
