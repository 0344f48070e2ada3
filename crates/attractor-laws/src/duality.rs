//! Value, activation and conjugate belong together.

use crate::measure::*;
use crate::violation::{Claim, Violation};
use attractor_lagrangian::{Lagrangian, Real};

/// Fenchel–Young: L(x) + L*(g(x)) = x·g(x), to 1e-13 (f64) or 1e-5 (f32) of the magnitudes.
///
/// The best single test of a Lagrangian: it catches wrong constants, a lost β and shifts at once.
///
/// # Errors
/// If the gap is larger.
pub fn fenchel_young<T: Real, L: Lagrangian<T> + ?Sized>(l: &L, x: &[T]) -> Result<(), Violation> {
    let hint = "left is L(x) + L*(g), right x·g: look at the constants of `conjugate` and at where β stands";
    young(l, x, &activation(l, x), "fenchel_young", hint)
}

/// Fenchel–Young after any previous output: what `activate` finds in `g` is kept only where it is
/// a subgradient.
///
/// # Errors
/// If what `activate` left in `g` is not in ∂L(x).
pub fn stale_output<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    x: &[T],
    y: &[T],
) -> Result<(), Violation> {
    if !fits(l, y) {
        return Ok(());
    }
    let mut g = activation(l, y);
    l.activate(x, &mut g);
    let hint = "left is L(x) + L*(g), right x·g, where g came out of `activate` with the output at another point in it: it may be kept only where it is a subgradient";
    young(l, x, &g, "stale_output", hint)
}

fn young<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    x: &[T],
    g: &[T],
    law: &'static str,
    hint: &'static str,
) -> Result<(), Violation> {
    if !fits(l, x) {
        return Ok(());
    }
    let slack = energy_digits::<T>() * magnitude(l, x, g) + underflow::<T>(x);
    let claim = Claim { law, point: &lift(x), hint };
    claim.equal(l.value(x) + l.conjugate(g), dot(x, g), slack)
}

/// L*(p) ≥ x·p − L(x) for every p, so it is +∞ outside its domain; it is finite and convex on the
/// outputs and between them.
///
/// # Errors
/// If Fenchel's inequality fails, or if L* is not finite half-way between two outputs.
pub fn conjugate_domain<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    x: &[T],
    y: &[T],
    p: &[T],
) -> Result<(), Violation> {
    if !(fits(l, x) && fits(l, y)) {
        return Ok(());
    }
    let (gx, gy) = (activation(l, x), activation(l, y));
    let mix = |a: f64, b: f64| -> Vec<T> {
        gx.iter().zip(&gy).map(|(gx, gy)| T::of(a * gx.f64() + b * gy.f64())).collect()
    };
    let middle = mix(0.5, 0.5);
    let point = lift(x);
    let low = Claim {
        law: "conjugate_domain",
        point: &point,
        hint: "left is x·p, right L(x) + L*(p): `conjugate` is too low, or finite outside its domain",
    };
    for p in [p, &middle, &mix(1.25, 0.0), &mix(1.25, -0.25)] {
        let conjugate = l.conjugate(p);
        let slack = (64 + x.len()) as f64 * T::UNIT_ROUNDOFF * (magnitude(l, x, p) + mass(x, p));
        low.at_most(dot(x, p), l.value(x) + conjugate, slack + underflow::<T>(x))?;
    }
    let high = Claim {
        law: "conjugate_domain",
        point: &point,
        hint: "left is L* half-way between two outputs, right the mean of L* at them: the domain is convex and holds every output",
    };
    let mean = 0.5 * (l.conjugate(&gx) + l.conjugate(&gy));
    let size = magnitude(l, x, &gx) + magnitude(l, y, &gy);
    let slack =
        (64 + x.len()) as f64 * T::UNIT_ROUNDOFF * size + underflow::<T>(x) + underflow::<T>(y);
    high.at_most(l.conjugate(&middle), mean, slack)
}
