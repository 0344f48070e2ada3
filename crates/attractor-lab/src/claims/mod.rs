//! The claims, one a file.

use crate::claim::Claim;

mod bit_error;
mod capacity_exponent;
mod exponential;
mod hopfield;
mod no_error_capacity;
mod ramsauer_capacity;
mod xor;

/// All claims in the order of the table.
pub(crate) const CLAIMS: &[Claim] = &[
    bit_error::CLAIM,
    capacity_exponent::CLAIM,
    no_error_capacity::CLAIM,
    hopfield::CLAIM,
    exponential::CLAIM,
    ramsauer_capacity::CLAIM,
    xor::CLAIM,
];
