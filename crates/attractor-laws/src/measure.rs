//! Sizes and tolerances that several laws share.

use attractor_lagrangian::{Growth, Lagrangian, Real};

/// A Lagrangian that has the law's precision and, for the reference, double precision.
pub trait Both<T: Real>: Lagrangian<T> + Lagrangian<f64> {}

impl<T: Real, L: Lagrangian<T> + Lagrangian<f64> + ?Sized> Both<T> for L {}

pub(crate) fn lift<T: Real>(x: &[T]) -> Vec<f64> {
    x.iter().map(|x| x.f64()).collect()
}

pub(crate) fn stored<T: Real>(x: &[f64]) -> Vec<T> {
    x.iter().map(|x| T::of(*x)).collect()
}

pub(crate) fn dot<T: Real, U: Real>(x: &[T], y: &[U]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x.f64() * y.f64()).sum()
}

/// Σ|x_i·y_i|, what rounding in x·y is measured against.
pub(crate) fn mass<T: Real, U: Real>(x: &[T], y: &[U]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (x.f64() * y.f64()).abs()).sum()
}

pub(crate) fn largest<T: Real>(x: &[T]) -> f64 {
    x.iter().fold(0.0, |m, x| m.max(x.f64().abs()))
}

pub(crate) fn norm<T: Real>(x: &[T]) -> f64 {
    let size = largest(x);
    if size == 0.0 {
        return 0.0;
    }
    size * x.iter().map(|x| (x.f64() / size).powi(2)).sum::<f64>().sqrt()
}

pub(crate) fn difference<T: Real>(x: &[T], y: &[T]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| x.f64() - y.f64()).collect()
}

/// The power of two at or above the largest |x|, 1 for x = 0: steps taken in it are exact.
pub(crate) fn size_of(x: &[f64]) -> f64 {
    let size = largest(x);
    if size == 0.0 { 1.0 } else { size.log2().ceil().exp2() }
}

/// x + t·d.
pub(crate) fn along(x: &[f64], d: &[f64], t: f64) -> Vec<f64> {
    x.iter().zip(d).map(|(x, d)| x + t * d).collect()
}

/// ∂L(x) from a fresh output.
pub(crate) fn activation<T: Real, L: Lagrangian<T> + ?Sized>(l: &L, x: &[T]) -> Vec<T> {
    let mut g = vec![T::ZERO; x.len()];
    l.activate(x, &mut g);
    g
}

/// ∂²L(x)·d.
pub(crate) fn curved<T: Real, L: Lagrangian<T> + ?Sized>(l: &L, x: &[T], d: &[T]) -> Vec<T> {
    let mut out = vec![T::ZERO; x.len()];
    l.curve(x, d, &mut out);
    out
}

/// The i-th axis.
pub(crate) fn axis<T: Real>(n: usize, i: usize) -> Vec<T> {
    let mut e = vec![T::ZERO; n];
    e[i] = T::ONE;
    e
}

/// tr ∂²L(x), which bounds the norm of a convex L's Hessian.
fn trace<T: Real, L: Lagrangian<T> + ?Sized>(l: &L, x: &[T]) -> f64 {
    (0..x.len()).map(|i| curved(l, x, &axis(x.len(), i))[i].f64().abs()).sum()
}

/// x less its mean, which is all that a layer feels whose zero modes include the uniform one.
fn deviations<T: Real>(x: &[T]) -> Vec<f64> {
    let mean = x.iter().map(|x| x.f64()).sum::<f64>() / x.len() as f64;
    x.iter().map(|x| x.f64() - mean).collect()
}

/// What rounding in ∂²L(x)·d is measured against: a formula with a cancellation, like p∘(d − p·d),
/// has the size of what cancels.
pub(crate) fn steepness<T: Real, L: Lagrangian<T> + ?Sized>(l: &L, x: &[T]) -> f64 {
    let properties = l.properties();
    let length = if properties.zero_modes.uniform { norm(&deviations(x)) } else { norm(x) };
    let radial = properties.homogeneous && length > 0.0;
    trace(l, x)
        + properties.lipschitz.unwrap_or(0.0)
        + if radial { norm(&activation(l, x)) / length } else { 0.0 }
}

/// Whether L and its activation at x are numbers that the type can hold. A Lagrangian of linear
/// growth has no excuse; NaN is never one.
pub(crate) fn fits<T: Real, L: Lagrangian<T> + ?Sized>(l: &L, x: &[T]) -> bool {
    if l.properties().growth == Growth::Linear {
        return true;
    }
    let limit = if double::<T>() { 1e140 } else { 1e30 };
    let overflows = |v: f64| v.abs() > limit;
    !(overflows(l.value(x)) || activation(l, x).iter().any(|g| overflows(g.f64())))
}

/// |L(x)| + |L*(g)| + Σ|x_i·g_i|: what rounding in an energy is measured against.
pub(crate) fn magnitude<T: Real, L: Lagrangian<T> + ?Sized>(l: &L, x: &[T], g: &[T]) -> f64 {
    let conjugate = l.conjugate(g).abs();
    let conjugate = if conjugate.is_finite() { conjugate } else { 0.0 };
    l.value(x).abs() + conjugate + mass(x, g)
}

/// What an output that vanishes below the smallest number of the type can add to x·g; energies have
/// their own floor, where f64 loses its digits.
pub(crate) fn underflow<T: Real>(x: &[impl Real]) -> f64 {
    let least = if double::<T>() { 0.0 } else { f64::from(f32::from_bits(1)) };
    2.0 * least * x.iter().map(|x| x.f64().abs()).sum::<f64>() + 1e-295
}

pub(crate) fn double<T: Real>() -> bool {
    T::UNIT_ROUNDOFF < 1e-10
}

/// 1e-13 in f64, 1e-5 in f32: what an energy may lose of its magnitude.
pub(crate) fn energy_digits<T: Real>() -> f64 {
    if double::<T>() { 1e-13 } else { 1e-5 }
}

/// The unit roundoff of energies, which are f64 whatever the vectors are.
pub(crate) const U: f64 = f64::EPSILON / 2.0;
