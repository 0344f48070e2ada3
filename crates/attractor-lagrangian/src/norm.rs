//! L(x) = ‖x‖: the spherical layer of model C (KH eq. 17–22).

use crate::lagrangian::{at_least_zero, or_difference};
use crate::length::{Length, norm};
use crate::{Growth, Lagrangian, Properties, Real, ZeroModes};

/// L(x) = ‖x‖, g = x/‖x‖; at x = 0, where every vector of the unit ball is a subgradient, the
/// previous output is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Norm;

impl<T: Real> Lagrangian<T> for Norm {
    fn value(&self, x: &[T]) -> f64 {
        Length::PLAIN.of(x)
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        let norm = Length::PLAIN.of(x);
        if norm > 0.0 || norm.is_nan() {
            g.iter_mut().zip(x).for_each(|(g, x)| *g = T::of(x.f64() / norm));
        } else if self.conjugate(g) > 0.0 {
            g.fill(T::ZERO);
        }
    }

    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        Length::PLAIN.curve(x, d, 1.0, out);
    }

    /// 0 on the unit ball; rounding leaves x/‖x‖ outside it in a quarter of the cases.
    fn conjugate(&self, p: &[T]) -> f64 {
        let slack = (8.0 + p.len() as f64) * T::UNIT_ROUNDOFF;
        if Length::PLAIN.of(p) <= 1.0 + slack { 0.0 } else { f64::INFINITY }
    }

    fn properties(&self) -> Properties {
        Properties {
            convex: true,
            growth: Growth::Linear,
            group: None,
            lipschitz: None,
            zero_modes: ZeroModes::RADIAL,
            bounded_activation: true,
            homogeneous: true,
        }
    }

    /// ‖t‖ − ĝ·t with ĝ = a/‖a‖, or with the stored output of a state that began at the kink.
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        let inside = norm(slope) < 0.999;
        if inside || from.iter().all(|a| *a == T::ZERO) {
            let along: f64 = to.iter().zip(slope).map(|(t, s)| t.f64() * s.f64()).sum();
            let gap = at_least_zero(Length::PLAIN.of(to) - along);
            return or_difference(self, gap, (to, from, slope));
        }
        or_difference(self, Length::PLAIN.gap(to, from), (to, from, slope))
    }
}
