//! Energies for people, certificates for proofs.

use std::ops::AddAssign;

/// An energy with the size of the terms it was made of.
///
/// An energy is a difference of large numbers: `magnitude`, the sum of the absolute values of its
/// terms, is what its rounding error is relative to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Energy {
    /// E, without additive constants.
    pub value: f64,
    /// Σ|terms|.
    pub magnitude: f64,
}

impl Energy {
    /// The sum of its terms. A NaN among them stays, which [`Energy::is_finite`] tells.
    pub fn of_terms(terms: &[f64]) -> Self {
        Self { value: terms.iter().sum(), magnitude: terms.iter().map(|t| t.abs()).sum() }
    }

    /// Neither infinite nor NaN.
    pub fn is_finite(&self) -> bool {
        self.value.is_finite() && self.magnitude.is_finite()
    }
}

/// How much of a step's decrease its certificate accounts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[non_exhaustive]
pub enum Proof {
    /// The hidden term is left out: a proven lower bound of the decrease, at no cost.
    #[default]
    Visible,
    /// The identity: all of the decrease.
    Full,
}

impl Proof {
    /// The name on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Visible => "visible",
            Self::Full => "full",
        }
    }
}

/// The proven decrease of the energy over one or several steps.
///
/// `drop` is a sum of non-negative terms, each from a formula without cancellation, never the
/// difference of two energies. `rounding` bounds how far finite precision can make the true
/// decrease fall short of it: E(after) − E(before) ≤ −`drop` + `rounding`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Certificate {
    /// The decrease, ≥ 0.
    pub drop: f64,
    /// What rounding can take off it, ≥ 0.
    pub rounding: f64,
    /// Whether `drop` is all of the decrease or a lower bound.
    pub proof: Proof,
}

impl Certificate {
    /// The sum over no steps.
    pub const ZERO: Self = Self { drop: 0.0, rounding: 0.0, proof: Proof::Full };

    /// A certificate from its terms.
    ///
    /// A negative term means that a formula is wrong, not that a number is rounded; it makes the
    /// certificate NaN, which every later check reports as not finite.
    pub fn of_terms(terms: &[f64], rounding: f64, proof: Proof) -> Self {
        let sound = terms.iter().all(|&term| term >= 0.0) && rounding >= 0.0;
        let drop = if sound { terms.iter().sum() } else { f64::NAN };
        Self { drop, rounding, proof }
    }

    /// Neither infinite nor NaN.
    pub fn is_finite(&self) -> bool {
        self.drop.is_finite() && self.rounding.is_finite()
    }
}

impl AddAssign for Certificate {
    fn add_assign(&mut self, step: Self) {
        self.drop += step.drop;
        self.rounding += step.rounding;
        self.proof = self.proof.min(step.proof);
    }
}

/// What is known, before a run starts, of the energy along it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Guarantee {
    /// The energy never rises, at any step size: a theorem.
    Unconditional,
    /// The energy never rises while the step is within `bound`.
    Conditional {
        /// The largest step factor for which the theorem holds.
        bound: f64,
    },
    /// Nothing is proved; the energy is only watched.
    None,
}

impl Guarantee {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unconditional => "unconditional",
            Self::Conditional { .. } => "conditional",
            Self::None => "none",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_negative_term_or_nan_is_never_a_proof() {
        for terms in [[1.0, -1e-300], [1.0, f64::NAN]] {
            assert!(!Certificate::of_terms(&terms, 0.0, Proof::Full).is_finite());
        }
    }

    #[test]
    fn a_sum_proves_no_more_than_its_weakest_step() {
        let mut total = Certificate::ZERO;
        total += Certificate::of_terms(&[1.0, 2.0], 0.5, Proof::Visible);
        total += Certificate::of_terms(&[4.0], 0.25, Proof::Full);
        assert_eq!(total, Certificate { drop: 7.0, rounding: 0.75, proof: Proof::Visible });
    }

    #[test]
    fn an_energy_knows_its_magnitude() {
        assert_eq!(Energy::of_terms(&[3.0, -2.0]), Energy { value: 1.0, magnitude: 5.0 });
    }
}
