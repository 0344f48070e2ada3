#![doc = include_str!("../README.md")]

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
mod system;
// One line makes them tests.
mod macros;

pub use bregman::{bregman_definition, bregman_positive};
pub use calculus::{curvature, curvature_positive, curvature_symmetric, gradient, monotone};
pub use declared::{bounded_activation, growth, homogeneity, lipschitz, separability, zero_modes};
pub use duality::{conjugate_domain, fenchel_young, stale_output};
pub use law::{Law, assert_descent_law, assert_law, check};
pub use measure::Both;
pub use precision::{log_form, precision};
pub use relaxation::{relaxation_identity, relaxation_positive};
pub use sample::{Sample, currents, samples};
pub use streaming::{streaming, streaming_gap, streaming_merge};
pub use system::{
    certificate_positive, energy_descends, energy_identity, look_repeats, nan_reported,
    queries_independent, rest_is_fixed, run_repeats,
};
pub use violation::Violation;

#[doc(hidden)]
pub use proptest;
