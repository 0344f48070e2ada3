//! L(x) = β⁻¹·Σ ln(1 + e^{βx}): logistic neurons.

use crate::error::positive_beta;
use crate::lagrangian::forward;
use crate::special::{logistic, softplus_gap, x_ln_x};
use crate::vector;
use crate::{Additive, Growth, Lagrangian, OnePass, ParameterError, Primitive, Properties, Real};

/// L(x) = β⁻¹·Σ ln(1 + e^{βx_i}), g = 1/(1 + e^{−βx}).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Softplus {
    sum: Additive<Scalar>,
}

impl Softplus {
    /// Softplus with inverse temperature β.
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

forward!(self => self.sum; impl<T: Real> Lagrangian<T> for Softplus);

#[derive(Debug, Clone, Copy, PartialEq)]
struct Scalar {
    beta: f64,
}

impl Primitive for Scalar {
    fn value(&self, x: f64) -> f64 {
        x.max(0.0) + (-(self.beta * x).abs()).exp().ln_1p() / self.beta
    }

    fn slope(&self, x: f64) -> f64 {
        logistic(self.beta * x)
    }

    fn slopes<T: Real>(&self, x: &[T], g: &mut [T]) {
        vector::logistic(self.beta, x, g);
    }

    fn curvature(&self, x: f64) -> f64 {
        let e = (-(self.beta * x).abs()).exp();
        self.beta * (e / (1.0 + e).powi(2))
    }

    fn conjugate(&self, p: f64) -> f64 {
        if !(0.0..=1.0).contains(&p) {
            return if p.is_nan() { p } else { f64::INFINITY };
        }
        let rest = if p < 1.0 { (1.0 - p) * (-p).ln_1p() } else { 0.0 };
        (x_ln_x(p) + rest) / self.beta
    }

    fn domain(&self) -> (f64, f64) {
        (0.0, 1.0)
    }

    fn gap(&self, to: f64, from: f64, by: f64) -> f64 {
        softplus_gap(self.beta * to, self.beta * from, self.beta * by) / self.beta
    }

    fn properties(&self) -> Properties {
        Properties {
            lipschitz: Some(self.beta / 4.0),
            bounded_activation: true,
            ..Properties::separable(Growth::Linear)
        }
    }
}
