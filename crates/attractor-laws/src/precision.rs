//! The same numbers in another precision.

use crate::measure::*;
use crate::violation::{Claim, Violation};
use attractor_lagrangian::{Lagrangian, Real};

/// What f32 gives is what f64 gives, rounded: value and conjugate to all digits of f64 (energies
/// are f64 whatever the vectors are), activation and curvature to those of the vectors.
///
/// # Errors
/// If they differ by more.
pub fn precision<T: Real, L: Both<T> + ?Sized>(l: &L, x: &[T], d: &[T]) -> Result<(), Violation> {
    if !fits::<T, _>(l, x) {
        return Ok(());
    }
    let (point, d64) = (lift(x), lift(d));
    let claim = Claim {
        law: "precision",
        point: &point,
        hint: "left is what these vectors give, right what the same numbers give as f64: evaluate in f64, round once",
    };
    let (g, reference) = (activation::<T, _>(l, x), activation::<f64, _>(l, &point));
    let magnitude = magnitude::<T, _>(l, x, &g);
    let value = Lagrangian::<f64>::value(l, &point);
    claim.equal(Lagrangian::<T>::value(l, x), value, 1e-12 * magnitude)?;
    let u = T::UNIT_ROUNDOFF;
    let slack = 64.0 * u * largest(&reference) + underflow::<T>(&[T::ONE]);
    for (g, reference) in g.iter().zip(&reference) {
        claim.equal(g.f64(), *reference, slack)?;
    }
    let (h, reference) = (curved::<T, _>(l, x, d), curved::<f64, _>(l, &point, &d64));
    let slack = 64.0 * u * steepness::<f64, _>(l, &point) * norm(d) + underflow::<T>(&[T::ONE]);
    h.iter().zip(&reference).try_for_each(|(h, reference)| {
        claim.equal(h.f64(), *reference, slack + 64.0 * u * reference.abs())
    })
}

/// `log_form`, where there is one, has an activation parallel to the original's.
///
/// # Errors
/// If the directions differ by more than rounding.
pub fn log_form<T: Real, L: Lagrangian<T> + ?Sized>(l: &L, x: &[T]) -> Result<(), Violation> {
    let Some(form) = l.log_form() else { return Ok(()) };
    if !fits(l, x) {
        return Ok(());
    }
    let hint = "left is g_i/g_max of `log_form`, right that of the original: the two must have the same direction";
    let claim = Claim { law: "log_form", point: &lift(x), hint };
    let (g, s) = (activation(l, x), activation(form, x));
    let (top, steepest) = (largest(&g), largest(&s));
    if top < 1e-30 {
        return Ok(()); // the original underflows: the reason for a log form
    }
    let slack = 64.0 * T::UNIT_ROUNDOFF + 16.0 * U * (1.0 + top.ln().abs());
    g.iter().zip(&s).try_for_each(|(g, s)| claim.equal(s.f64() / steepest, g.f64() / top, slack))
}
