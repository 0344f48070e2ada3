//! L(x) = β⁻¹·ln Σ e^{βx}: softmax, the hidden layer of model B (KH eq. 11–16).

use crate::error::positive_beta;
use crate::lagrangian::forward;
use crate::softmax::Softmax;
use crate::{Lagrangian, OnePass, ParameterError, Properties, Real};

/// L(x) = β⁻¹·ln Σ_i e^{βx_i}, g = softmax(βx).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogSumExp(Softmax);

impl LogSumExp {
    /// Log-sum-exp with inverse temperature β; attention has β = 1/√d.
    ///
    /// # Errors
    /// [`ParameterError::Beta`] unless β is positive and finite.
    pub fn new(beta: f64) -> Result<Self, ParameterError> {
        positive_beta(beta).map(|beta| Self(Softmax { beta, ghost: false }))
    }

    /// β.
    pub fn beta(self) -> f64 {
        self.0.beta
    }
}

forward!(self => self.0; impl<T: Real> Lagrangian<T> for LogSumExp);
