//! L(x) = ‖x‖: the spherical layer of model C (KH eq. 17–22).

use crate::lagrangian::at_least_zero;
use crate::{Growth, Lagrangian, Properties, Real, ZeroModes};

/// L(x) = ‖x‖, g = x/‖x‖; at x = 0, where every vector of the unit ball is a subgradient, the
/// previous output is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Norm;

impl<T: Real> Lagrangian<T> for Norm {
    fn value(&self, x: &[T]) -> f64 {
        norm(x)
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        let norm = norm(x);
        if norm > 0.0 || norm.is_nan() {
            g.iter_mut().zip(x).for_each(|(g, x)| *g = T::of(x.f64() / norm));
        } else if self.conjugate(g) > 0.0 {
            g.fill(T::ZERO);
        }
    }

    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        let norm = norm(x);
        if norm == 0.0 {
            return out.fill(T::ZERO);
        }
        let along = dot(x, d) / norm / norm;
        for ((out, x), d) in out.iter_mut().zip(x).zip(d) {
            *out = T::of((d.f64() - x.f64() * along) / norm);
        }
    }

    /// 0 on the unit ball; rounding leaves x/‖x‖ outside it in a quarter of the cases.
    fn conjugate(&self, p: &[T]) -> f64 {
        let slack = (8.0 + p.len() as f64) * T::UNIT_ROUNDOFF;
        if norm(p) <= 1.0 + slack { 0.0 } else { f64::INFINITY }
    }

    fn properties(&self) -> Properties {
        Properties {
            convex: true,
            growth: Growth::Linear,
            separable: false,
            lipschitz: None,
            zero_modes: ZeroModes::RADIAL,
            bounded_activation: true,
            homogeneous: true,
        }
    }

    /// ‖t‖ − ĝ·t with ĝ = a/‖a‖: the part of t across ĝ, squared, over ‖t‖ + ĝ·t.
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        let (length, a) = (norm(to), norm(from));
        if norm(slope) < 0.999 || a == 0.0 {
            return at_least_zero(length - dot(slope, to)); // a state that began at the kink
        }
        let pairs = || to.iter().zip(from).map(|(t, a_i)| (t.f64(), a_i.f64()));
        let along = pairs().map(|(t, a_i)| a_i / a * t).sum::<f64>();
        if along <= 0.0 {
            return length - along;
        }
        // t across ĝ is d = t − ca across ĝ for every c: a power of two keeps ca exact, and c ≈ 1 (or
        // the ratio of the lengths, where they have different units) leaves d only its own digits
        let c = (along / a).log2().round().exp2();
        let step = |(t, a_i): (f64, f64)| t - c * a_i;
        let forward = pairs().map(|pair| pair.1 / a * step(pair)).sum::<f64>();
        let across = |pair: (f64, f64)| (step(pair) - pair.1 / a * forward).powi(2);
        pairs().map(across).sum::<f64>() / (length + along)
    }
}

/// The Euclidean norm by the largest entry, so that no square overflows or vanishes; NaN stays.
pub(crate) fn norm<T: Real>(x: &[T]) -> f64 {
    let squares: f64 = x.iter().map(|x| x.f64() * x.f64()).sum();
    if squares.is_nan() || (1e-200..1e200).contains(&squares) {
        return squares.sqrt();
    }
    let largest = x.iter().fold(0.0f64, |m, x| m.max(x.f64().abs()));
    if largest == 0.0 || largest.is_infinite() {
        return largest;
    }
    largest * x.iter().map(|x| (x.f64() / largest).powi(2)).sum::<f64>().sqrt()
}

fn dot<T: Real>(x: &[T], y: &[T]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x.f64() * y.f64()).sum()
}
