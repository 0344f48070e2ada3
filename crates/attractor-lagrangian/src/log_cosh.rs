//! L(x) = β⁻¹·Σ ln cosh βx: the graded neurons of Hopfield 1984 (KH eq. 24–28).

use crate::error::positive_beta;
use crate::lagrangian::at_least_zero;
use crate::special::{ln_cosh, phi, x_ln_x};
use crate::{
    Additive, Growth, Lagrangian, OnePass, ParameterError, Pool, Primitive, Properties, Real,
};

/// L(x) = β⁻¹·Σ ln cosh βx_i, g = tanh βx.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogCosh {
    sum: Additive<Scalar>,
}

impl LogCosh {
    /// Log-cosh with inverse temperature β.
    ///
    /// # Errors
    /// [`ParameterError::Beta`] unless β is positive and finite.
    pub fn new(beta: f64) -> Result<Self, ParameterError> {
        positive_beta(beta).map(|beta| Self { sum: Additive(Scalar { beta }) })
    }

    /// β.
    pub fn beta(self) -> f64 {
        self.sum.0.beta
    }
}

impl<T: Real> Lagrangian<T> for LogCosh {
    fn value(&self, x: &[T]) -> f64 {
        self.sum.value(x)
    }
    fn activate(&self, x: &[T], g: &mut [T]) {
        self.sum.activate(x, g);
    }
    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        self.sum.curve(x, d, out);
    }
    fn conjugate(&self, p: &[T]) -> f64 {
        // |tanh| may round to 1 and a sum of two roundings beyond it
        let slack = 4.0 * T::UNIT_ROUNDOFF;
        let clamped = |p: &T| {
            p.f64().clamp(-1.0, 1.0) + if p.f64().abs() > 1.0 + slack { f64::INFINITY } else { 0.0 }
        };
        p.iter().map(|p| self.sum.0.conjugate(clamped(p))).sum()
    }
    fn properties(&self) -> Properties {
        self.sum.0.properties()
    }
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        Lagrangian::<T>::bregman(&self.sum, to, from, slope)
    }
    fn one_pass(&self) -> Option<OnePass<'_, T>> {
        Some(OnePass::Sum(&self.sum as &dyn Pool<T>))
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Scalar {
    beta: f64,
}

impl Primitive for Scalar {
    fn value(&self, x: f64) -> f64 {
        ln_cosh(self.beta * x) / self.beta
    }

    fn slope(&self, x: f64) -> f64 {
        (self.beta * x).tanh()
    }

    fn curvature(&self, x: f64) -> f64 {
        let e = (-2.0 * (self.beta * x).abs()).exp();
        4.0 * self.beta * e / (1.0 + e).powi(2)
    }

    fn conjugate(&self, p: f64) -> f64 {
        if p.abs() > 1.0 {
            return f64::INFINITY;
        }
        let twice = if p.abs() < 0.5 {
            // the same without the cancellation of p against −p
            p * (p.ln_1p() - (-p).ln_1p()) + (-p * p).ln_1p()
        } else {
            x_ln_x(1.0 + p) + x_ln_x(1.0 - p)
        };
        twice / (2.0 * self.beta)
    }

    /// The relative entropy of the two states ±, p = σ(2βa) against σ(2βt).
    fn gap(&self, to: f64, from: f64, by: f64) -> f64 {
        let side = if from < 0.0 { -2.0 * self.beta } else { 2.0 * self.beta };
        let (t, a, u) = (side * to, side * from, side * by);
        let (p, q) = (softplus(-a), softplus(a));
        let (p, q) = ((-p).exp(), (-q).exp());
        let gap = if u.abs() > 1.0 {
            softplus(-t) - softplus(-a) + q * u // a ≥ 0, so that only small numbers cancel
        } else {
            (p * phi(q * u) + q * phi(-p * u)).ln_1p()
        };
        at_least_zero(gap / self.beta)
    }

    fn properties(&self) -> Properties {
        Properties {
            lipschitz: Some(self.beta),
            bounded_activation: true,
            ..Properties::separable(Growth::Linear)
        }
    }
}

/// ln(1 + eᵃ) = −ln σ(−a).
fn softplus(a: f64) -> f64 {
    a.max(0.0) + (-a.abs()).exp().ln_1p()
}
