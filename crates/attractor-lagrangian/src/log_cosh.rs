//! L(x) = β⁻¹·Σ ln cosh βx: the graded neurons of Hopfield 1984 (KH eq. 24–28).

use crate::error::positive_beta;
use crate::lagrangian::forward;
use crate::special::{ln_cosh, softplus_gap, x_ln_x};
use crate::vector;
use crate::{Additive, Growth, Lagrangian, OnePass, ParameterError, Primitive, Properties, Real};

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

forward!(self => self.sum; impl<T: Real> Lagrangian<T> for LogCosh);

#[derive(Debug, Clone, Copy, PartialEq)]
struct Scalar {
    beta: f64,
}

impl Primitive for Scalar {
    fn value(&self, x: f64) -> f64 {
        let steep = self.beta * x;
        // beyond every float ln cosh is the straight line
        if steep.is_infinite() { x.abs() } else { ln_cosh(steep) / self.beta }
    }

    fn slope(&self, x: f64) -> f64 {
        (self.beta * x).tanh()
    }

    fn slopes<T: Real>(&self, x: &[T], g: &mut [T]) {
        vector::tanh(self.beta, x, g);
    }

    fn curvature(&self, x: f64) -> f64 {
        let e = (-2.0 * (self.beta * x).abs()).exp();
        self.beta * (4.0 * e / (1.0 + e).powi(2))
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

    fn domain(&self) -> (f64, f64) {
        (-1.0, 1.0)
    }

    /// ln cosh x is ln(1 + e^{2x}) but for a linear part.
    fn gap(&self, to: f64, from: f64, by: f64) -> f64 {
        let steep = 2.0 * self.beta;
        softplus_gap(steep * to, steep * from, steep * by) / self.beta
    }

    fn properties(&self) -> Properties {
        Properties {
            lipschitz: Some(self.beta),
            bounded_activation: true,
            ..Properties::separable(Growth::Linear)
        }
    }
}
