//! The Huber function: quadratic near 0, linear beyond 1.

use crate::lagrangian::forward;
use crate::{Additive, Growth, Lagrangian, OnePass, Primitive, Properties, Real, ZeroModes};

/// L(x) = Σ huber(x_i), ½x² inside [−1, 1] and |x| − ½ outside; g = clip(x, ±1), the neuron that is
/// linear until it saturates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Huber;

forward!(self => Additive(Clip); impl<T: Real> Lagrangian<T> for Huber);

#[derive(Debug, Clone, Copy, PartialEq)]
struct Clip;

impl Primitive for Clip {
    fn value(&self, x: f64) -> f64 {
        let a = x.abs();
        if a > 1.0 { a - 0.5 } else { 0.5 * a * a }
    }

    fn slope(&self, x: f64) -> f64 {
        x.clamp(-1.0, 1.0)
    }

    fn curvature(&self, x: f64) -> f64 {
        if x.abs() >= 1.0 { 0.0 } else { 1.0 + 0.0 * x }
    }

    fn conjugate(&self, p: f64) -> f64 {
        if p.abs() > 1.0 { f64::INFINITY } else { 0.5 * p * p }
    }

    fn domain(&self) -> (f64, f64) {
        (-1.0, 1.0)
    }

    /// (q − c)(½(q − c) + (t − q)) with c = clip a and q = clip t.
    fn gap(&self, to: f64, from: f64, by: f64) -> f64 {
        let (q, c) = (self.slope(to), self.slope(from));
        let inside = to.abs() <= 1.0 && from.abs() <= 1.0;
        let step = if inside { by } else { q - c };
        step * (0.5 * step + (to - q))
    }

    fn properties(&self) -> Properties {
        Properties {
            lipschitz: Some(1.0),
            zero_modes: ZeroModes::DEAD_UNITS,
            bounded_activation: true,
            ..Properties::separable(Growth::Linear)
        }
    }
}
