//! The Bregman gap, on which every certificate rests.

use crate::measure::*;
use crate::violation::{Claim, Violation};
use attractor_lagrangian::{Lagrangian, Real};

/// `bregman` is L(to) − L(from) − slope·(to − from), wherever that difference has digits.
///
/// # Errors
/// If the two differ by more than the rounding of the difference.
pub fn bregman_definition<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    to: &[T],
    from: &[T],
) -> Result<(), Violation> {
    if !(fits(l, to) && fits(l, from)) {
        return Ok(());
    }
    let (slope, step) = (activation(l, from), difference(to, from));
    let by_definition = l.value(to) - l.value(from) - dot(&slope, &step);
    let rounded_slope = 16.0 * T::UNIT_ROUNDOFF * mass(&slope, &step);
    let sum = magnitude(l, to, &activation(l, to)) + magnitude(l, from, &slope);
    let slack = rounded_slope
        + (64 + 8 * to.len()) as f64 * U * (sum + mass(&slope, &step))
        + 1e-5 * f64::from(u8::from(!double::<T>())) * by_definition.abs()
        + underflow::<T>(&step);
    let hint = "left is `bregman`, right L(to) − L(from) − slope·(to − from): a wrong gap makes a wrong certificate";
    let claim = Claim { law: "bregman_definition", point: &lift(from), hint };
    claim.equal(l.bregman(to, from, &slope), by_definition, slack)
}

/// `bregman` is a number, finite and ≥ 0, also for the smallest and for no step.
///
/// # Errors
/// If it is negative, infinite or NaN.
pub fn bregman_positive<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    to: &[T],
    from: &[T],
) -> Result<(), Violation> {
    let nudged = |by: f64| -> Vec<T> {
        from.iter().zip(to).map(|(a, t)| T::of(a.f64() + by * t.f64())).collect()
    };
    let hint = "left is 0, right `bregman`: it must be finite and never negative, or a certificate proves nothing";
    let claim = Claim { law: "bregman_positive", point: &lift(from), hint };
    let slope = activation(l, from);
    for to in [to.to_vec(), nudged(1e-3), nudged(1e-9), from.to_vec()] {
        if !(fits(l, &to) && fits(l, from)) {
            continue;
        }
        let gap = l.bregman(&to, from, &slope);
        claim.holds(gap >= 0.0 && gap.is_finite(), 0.0, gap, 0.0)?;
    }
    Ok(())
}
