//! A projection: y = Wx + b.

use crate::AttentionError;
use crate::error::size;
use crate::head_gradient::transpose;
use attractor_synapse::{Element, Patterns};
use rayon::prelude::*;
use std::ops::Range;

/// Rows that one thread projects at a time.
const ROWS: usize = 64;

/// y = Wx + b, W of one row for each output.
///
/// ```
/// use attractor_attention::Linear;
/// use attractor_synapse::Patterns;
/// let turn = Linear::new(Patterns::from_rows(&[[0.0f64, 1.0], [-1.0, 0.0]])?, Some(vec![0.0, 3.0]))?;
/// let x = Patterns::from_rows(&[[1.0, 2.0]])?;
/// assert_eq!(turn.project(&x)?.row(0), [2.0, 2.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Linear<T> {
    weight: Patterns<T>,
    bias: Option<Vec<T>>,
}

/// ∂ℓ/∂W, row by row, and ∂ℓ/∂b, which is empty where there is no bias.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LinearGradient {
    /// As many numbers as W.
    pub weight: Vec<f64>,
    /// As many numbers as b.
    pub bias: Vec<f64>,
}

impl<T: Element> Linear<T> {
    /// The projection with weights W, out × in, and a bias of `out` numbers.
    ///
    /// # Errors
    /// [`AttentionError::Size`] for a bias that does not fit, [`AttentionError::NotFinite`].
    pub fn new(weight: Patterns<T>, bias: Option<Vec<T>>) -> Result<Self, AttentionError> {
        let numbers = bias.as_deref().unwrap_or_default();
        size(
            "the bias of a projection",
            bias.as_ref().map_or(weight.len(), Vec::len),
            weight.len(),
        )?;
        match numbers.iter().position(|x| !x.is_finite()) {
            None => Ok(Self { weight, bias }),
            Some(index) => {
                let (what, value) = ("the bias of a projection", numbers[index].f64());
                Err(AttentionError::NotFinite { what, index, value })
            }
        }
    }

    /// The number of inputs.
    pub fn inputs(&self) -> usize {
        self.weight.features()
    }

    /// The number of outputs.
    pub fn outputs(&self) -> usize {
        self.weight.len()
    }

    /// W.
    pub fn weight(&self) -> &Patterns<T> {
        &self.weight
    }

    /// b.
    pub fn bias(&self) -> Option<&[T]> {
        self.bias.as_deref()
    }

    /// Wx + b of every row.
    ///
    /// # Errors
    /// [`AttentionError::Size`] for rows of another width, [`AttentionError::Range`] where the result leaves the
    /// scalar's.
    pub fn project(&self, x: &Patterns<T>) -> Result<Patterns<T>, AttentionError> {
        self.project_part(x, 0..self.outputs())
    }

    /// Some of the outputs: those of one head.
    pub(crate) fn project_part(
        &self,
        x: &Patterns<T>,
        part: Range<usize>,
    ) -> Result<Patterns<T>, AttentionError> {
        let (inputs, outputs) = (self.inputs(), part.len());
        size("a row that is projected", x.features(), inputs)?;
        let weight = &self.weight.as_slice()[part.start * inputs..part.end * inputs];
        let mut out = vec![T::ZERO; x.len() * outputs];
        let x = x.as_slice().par_chunks(ROWS * inputs);
        out.par_chunks_mut(ROWS * outputs).zip(x).for_each(|(out, x)| {
            T::scores(x, weight, inputs, out);
            if let Some(bias) = &self.bias {
                let add = |row: &mut [T]| {
                    row.iter_mut().zip(&bias[part.clone()]).for_each(|(y, b)| *y += *b)
                };
                out.chunks_exact_mut(outputs).for_each(add);
            }
        });
        let range = |_| AttentionError::Range { what: "a projection", dtype: T::NAME };
        Patterns::new(out, outputs).map_err(range)
    }

    /// ∂ℓ/∂x and what `pull` = ∂ℓ/∂y, rows of `out` numbers, says of W and b.
    pub(crate) fn pull_back(&self, x: &Patterns<T>, pull: &[T]) -> (Vec<T>, LinearGradient) {
        let (inputs, outputs) = (self.inputs(), self.outputs());
        let mut weight = vec![T::ZERO; inputs * outputs];
        T::weighted(pull, x.as_slice(), inputs, &mut weight);
        let mut bias = vec![0.0; if self.bias.is_some() { outputs } else { 0 }];
        for row in pull.chunks_exact(outputs) {
            bias.iter_mut().zip(row).for_each(|(b, x)| *b += x.f64());
        }
        let mut turned = Vec::new();
        transpose(pull, outputs, &mut turned);
        let mut back = vec![T::ZERO; x.as_slice().len()];
        T::weighted(&turned, self.weight.as_slice(), inputs, &mut back);
        let weight = weight.iter().map(|x| x.f64()).collect();
        (back, LinearGradient { weight, bias })
    }
}
