//! L(x) = β⁻¹·ln(1 + Σ e^{βx}): a softmax that may attend to nothing.

use crate::error::positive_beta;
use crate::lagrangian::forward;
use crate::softmax::Softmax;
use crate::{Lagrangian, OnePass, ParameterError, Properties, Real};

/// L(x) = β⁻¹·ln(1 + Σ_i e^{βx_i}), g = e^{βx}/(1 + Σe^{βx}): one more state with current 0 takes the
/// weight that no neuron earns, so the outputs sum to less than 1.
///
/// ```
/// use attractor_lagrangian::{GhostLogSumExp, Lagrangian};
/// let mut p = [0.0; 2];
/// GhostLogSumExp::new(1.0)?.activate(&[-50.0f64, -60.0], &mut p);
/// assert!(p.iter().sum::<f64>() < 1e-21);
/// # Ok::<(), attractor_lagrangian::ParameterError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GhostLogSumExp(Softmax);

impl GhostLogSumExp {
    /// Log-sum-exp with a ghost, at inverse temperature β.
    ///
    /// # Errors
    /// [`ParameterError::Beta`] unless β is positive and finite.
    pub fn new(beta: f64) -> Result<Self, ParameterError> {
        positive_beta(beta).map(|beta| Self(Softmax { beta, ghost: true }))
    }

    /// β.
    pub fn beta(self) -> f64 {
        self.0.beta
    }
}

forward!(self => self.0; impl<T: Real> Lagrangian<T> for GhostLogSumExp);
