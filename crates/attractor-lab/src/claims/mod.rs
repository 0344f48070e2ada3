//! The claims, one a file.

use crate::claim::Claim;

mod ramsauer_capacity;
mod xor;

/// All claims in the order of the table.
pub(crate) const CLAIMS: &[Claim] = &[ramsauer_capacity::CLAIM, xor::CLAIM];
