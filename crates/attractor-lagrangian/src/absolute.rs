//! L(x) = Σ|x_i|: the spins of model A (KH eq. 6).

use crate::lagrangian::or_difference;
use crate::{Growth, Lagrangian, Properties, Real, ZeroModes};

/// L(x) = Σ|x_i|, σ = sign(x); a current of exactly 0 keeps the spin it had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Absolute;

impl<T: Real> Lagrangian<T> for Absolute {
    fn value(&self, x: &[T]) -> f64 {
        x.iter().map(|x| x.f64().abs()).sum()
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        for (g, &x) in g.iter_mut().zip(x) {
            *g = spin(x, *g);
        }
    }

    fn curve(&self, _x: &[T], _d: &[T], out: &mut [T]) {
        out.fill(T::ZERO);
    }

    fn conjugate(&self, p: &[T]) -> f64 {
        let slack = 4.0 * T::UNIT_ROUNDOFF;
        if p.iter().all(|p| p.f64().abs() <= 1.0 + slack) { 0.0 } else { f64::INFINITY }
    }

    fn properties(&self) -> Properties {
        Properties {
            zero_modes: ZeroModes::ALL,
            bounded_activation: true,
            homogeneous: true,
            ..Properties::separable(Growth::Linear)
        }
    }

    /// Σ|t| − s·t: the spin that was kept at 0 counts, not the sign of 0.
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        let gap = |(t, s): (&T, &T)| t.f64().abs() - s.f64() * t.f64();
        let gap = to.iter().zip(slope).map(gap).sum();
        or_difference(self, gap, (to, from, slope))
    }
}

fn spin<T: Real>(x: T, kept: T) -> T {
    if x > T::ZERO {
        T::ONE
    } else if x < T::ZERO {
        -T::ONE
    } else if x.is_finite() && kept.abs() <= T::ONE {
        kept
    } else {
        x * T::ZERO // NaN stays NaN, a kept output that is no subgradient becomes 0
    }
}
