//! L(x) = √(‖x‖² + ε): the norm without its kink.

use crate::lagrangian::or_difference;
use crate::length::{Length, norm};
use crate::{Growth, Lagrangian, ParameterError, Properties, Real, ZeroModes};

/// L(x) = √(‖x‖² + ε), g = x/L: as the norm for ‖x‖² ≫ ε, linear near 0. It is not 1-homogeneous,
/// so unlike under [`Norm`](crate::Norm) the leak α of a network is not free.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SmoothedNorm {
    length: Length,
}

impl SmoothedNorm {
    /// The norm smoothed by ε, in units of the squared currents.
    ///
    /// # Errors
    /// [`ParameterError::Epsilon`] unless ε is positive and finite.
    pub fn new(epsilon: f64) -> Result<Self, ParameterError> {
        if epsilon > 0.0 && epsilon.is_finite() {
            Ok(Self { length: Length { epsilon, centred: false } })
        } else {
            Err(ParameterError::Epsilon(epsilon, "above 0 (at 0 it is the norm)"))
        }
    }

    /// ε.
    pub fn epsilon(self) -> f64 {
        self.length.epsilon
    }
}

impl<T: Real> Lagrangian<T> for SmoothedNorm {
    fn value(&self, x: &[T]) -> f64 {
        self.length.of(x)
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        let length = self.length.of(x);
        g.iter_mut().zip(x).for_each(|(g, x)| *g = T::of(x.f64() / length));
    }

    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        self.length.curve(x, d, 1.0, out);
    }

    /// −√ε·√(1 − ‖p‖²) on the unit ball.
    fn conjugate(&self, p: &[T]) -> f64 {
        let slack = (8.0 + p.len() as f64) * T::UNIT_ROUNDOFF;
        self.length.conjugate(norm(p), slack)
    }

    fn properties(&self) -> Properties {
        Properties {
            convex: true,
            growth: Growth::Linear,
            group: None,
            lipschitz: Some(1.0 / self.epsilon().sqrt()),
            zero_modes: ZeroModes::NONE,
            bounded_activation: true,
            homogeneous: false,
        }
    }

    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        or_difference(self, self.length.gap(to, from), (to, from, slope))
    }
}
