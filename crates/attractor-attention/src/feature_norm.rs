//! Layer norm with a gain and a shift for every feature, as layers have it before their projections.

use crate::AttentionError;
use crate::error::size;
use attractor_synapse::{Element, Patterns};

/// y = w·(x − x̄)/√(var + ε) + b, feature by feature. With one gain for all of them it is the activation of
/// [`LayerNorm`](attractor_lagrangian::LayerNorm); with several it is no gradient of a Lagrangian, so it stands
/// before a head and not in its energy.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureNorm {
    weight: Vec<f64>,
    bias: Vec<f64>,
    epsilon: f64,
}

/// ∂ℓ/∂w and ∂ℓ/∂b.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NormGradient {
    /// One number for each feature.
    pub weight: Vec<f64>,
    /// One number for each feature.
    pub bias: Vec<f64>,
}

impl FeatureNorm {
    /// The norm with these gains and shifts, and ε under the root.
    ///
    /// # Errors
    /// [`AttentionError::Size`] unless there is one shift for each gain, [`AttentionError::NotFinite`];
    /// [`AttentionError::Tolerance`] unless ε is positive and finite.
    pub fn new(weight: Vec<f64>, bias: Vec<f64>, epsilon: f64) -> Result<Self, AttentionError> {
        size("the shift of a norm", bias.len(), weight.len())?;
        for (what, numbers) in [("the gain of a norm", &weight), ("the shift of a norm", &bias)] {
            if let Some(index) = numbers.iter().position(|x| !x.is_finite()) {
                return Err(AttentionError::NotFinite { what, index, value: numbers[index] });
            }
        }
        match epsilon > 0.0 && epsilon.is_finite() {
            true => Ok(Self { weight, bias, epsilon }),
            false => Err(AttentionError::Tolerance(epsilon)),
        }
    }

    /// Gains of 1 and no shift, for `features` features.
    ///
    /// # Errors
    /// As [`FeatureNorm::new`].
    pub fn plain(features: usize, epsilon: f64) -> Result<Self, AttentionError> {
        Self::new(vec![1.0; features], vec![0.0; features], epsilon)
    }

    /// The number of features.
    pub fn features(&self) -> usize {
        self.weight.len()
    }

    /// The norm of every row.
    ///
    /// # Errors
    /// [`AttentionError::Size`] for rows of another width, [`AttentionError::Range`] where the result leaves the
    /// scalar's.
    pub fn apply<T: Element>(&self, x: &Patterns<T>) -> Result<Patterns<T>, AttentionError> {
        size("a row that is normalised", x.features(), self.features())?;
        let row = |row: &[T]| {
            let (unit, _) = self.unit(row);
            let y = unit.into_iter().zip(&self.weight).zip(&self.bias);
            y.map(|((x, w), b)| T::of(w * x + b)).collect::<Vec<T>>()
        };
        let out = x.rows().flat_map(row).collect();
        let range = |_| AttentionError::Range { what: "a norm", dtype: T::NAME };
        Patterns::new(out, self.features()).map_err(range)
    }

    /// (x − x̄)/√(var + ε) and the root.
    fn unit<T: Element>(&self, row: &[T]) -> (Vec<f64>, f64) {
        let n = row.len() as f64;
        let mean = row.iter().map(|x| x.f64() / n).sum::<f64>();
        let off = |x: &T| x.f64() - mean;
        let root = (row.iter().map(|x| off(x).powi(2) / n).sum::<f64>() + self.epsilon).sqrt();
        (row.iter().map(|x| off(x) / root).collect(), root)
    }

    /// ∂ℓ/∂x, and what `pull` = ∂ℓ/∂y says of w and b.
    pub(crate) fn pull_back<T: Element>(
        &self,
        x: &Patterns<T>,
        pull: &[T],
    ) -> (Vec<T>, NormGradient) {
        let n = self.features();
        let mut gradient = NormGradient { weight: vec![0.0; n], bias: vec![0.0; n] };
        let mut back = Vec::with_capacity(pull.len());
        for (row, pull) in x.rows().zip(pull.chunks_exact(n)) {
            let (unit, root) = self.unit(row);
            let mut mean = [0.0; 2];
            for (i, (u, p)) in unit.iter().zip(pull).enumerate() {
                let scaled = self.weight[i] * p.f64() / n as f64;
                mean[0] += scaled;
                mean[1] += scaled * u;
                gradient.weight[i] += u * p.f64();
                gradient.bias[i] += p.f64();
            }
            let slope = |(i, u): (usize, &f64)| {
                T::of((self.weight[i] * pull[i].f64() - mean[0] - u * mean[1]) / root)
            };
            back.extend(unit.iter().enumerate().map(slope));
        }
        (back, gradient)
    }
}
