//! The claims, one a file.

use crate::claim::Claim;

mod adiabatic;
mod attention;
mod bit_error;
mod capacity_exponent;
mod diffusion;
mod energy_identity;
mod epanechnikov;
mod exponential;
mod fixed_points;
mod hidden_bound;
mod hopfield;
mod many_body;
mod no_error_capacity;
mod one_step;
mod orders;
mod ramsauer_capacity;
mod rem_threshold;
mod sparse_margin;
mod spherical_capacity;
mod xor;

/// All claims in the order of the table.
pub(crate) const CLAIMS: &[Claim] = &[
    energy_identity::CLAIM,
    bit_error::CLAIM,
    capacity_exponent::CLAIM,
    no_error_capacity::CLAIM,
    hopfield::CLAIM,
    exponential::CLAIM,
    one_step::CLAIM,
    ramsauer_capacity::CLAIM,
    fixed_points::CLAIM,
    many_body::CLAIM,
    hidden_bound::CLAIM,
    rem_threshold::CLAIM,
    sparse_margin::CLAIM,
    epanechnikov::CLAIM,
    adiabatic::CLAIM,
    orders::CLAIM,
    spherical_capacity::CLAIM,
    xor::CLAIM,
    attention::CLAIM,
    diffusion::CLAIM,
];
