//! The tensors of an encoder by name, and the two maps that they make.

use super::EncoderError;
use attractor_io::{NamedTensors, Tensor};
use attractor_synapse::Element;
use rayon::prelude::*;

/// Tokens that are multiplied together, on one thread.
const ROWS: usize = 32;

/// Tensors, found under any of the names that files give them.
pub(super) struct Weights<'w>(&'w NamedTensors<f64>);

impl<'w> Weights<'w> {
    pub(super) fn new(tensors: &'w NamedTensors<f64>) -> Self {
        Self(tensors)
    }

    /// The numbers of a tensor, which must have this shape; `None` is any size from 1.
    pub(super) fn get(
        &self,
        name: &str,
        expected: &[Option<usize>],
    ) -> Result<&'w [f64], EncoderError> {
        let (name_of, wanted) = (|| name.to_owned(), || expected.to_vec());
        let tensor = self.find(name);
        let tensor =
            tensor.ok_or_else(|| EncoderError::Missing { name: name_of(), expected: wanted() })?;
        let found = tensor.shape();
        let same = |(n, wanted): (&usize, &Option<usize>)| wanted.map_or(*n > 0, |w| w == *n);
        if found.len() == expected.len() && found.iter().zip(expected).all(same) {
            return Ok(tensor.data());
        }
        let found = found.to_vec();
        Err(EncoderError::Shape { name: name_of(), expected: wanted(), found })
    }

    fn find(&self, name: &str) -> Option<&'w Tensor<f64>> {
        let either = |name: &str| self.0.get(name).or_else(|| self.0.get(&format!("bert.{name}")));
        let (new, old) =
            (["LayerNorm.weight", "LayerNorm.bias"], ["LayerNorm.gamma", "LayerNorm.beta"]);
        either(name).or_else(|| {
            let (new, old) = new.iter().zip(old).find(|(new, _)| name.ends_with(**new))?;
            either(&name.replace(new, old))
        })
    }

    pub(super) fn linear(
        &self,
        name: &str,
        inputs: usize,
        outputs: usize,
    ) -> Result<Linear<'w>, EncoderError> {
        let weight = self.get(&format!("{name}.weight"), &[Some(outputs), Some(inputs)])?;
        let bias = self.get(&format!("{name}.bias"), &[Some(outputs)])?;
        Ok(Linear { weight, bias, inputs })
    }

    pub(super) fn norm(&self, name: &str, h: usize, eps: f64) -> Result<Norm<'w>, EncoderError> {
        let scale = self.get(&format!("{name}.weight"), &[Some(h)])?;
        let shift = self.get(&format!("{name}.bias"), &[Some(h)])?;
        Ok(Norm { scale, shift, eps })
    }
}

/// x ↦ Wx + b for each row.
#[derive(Debug, Clone)]
pub(super) struct Linear<'w> {
    weight: &'w [f64],
    bias: &'w [f64],
    inputs: usize,
}

impl Linear<'_> {
    pub(super) fn apply(&self, x: &[f64]) -> Vec<f64> {
        let outputs = self.bias.len();
        let mut y = vec![0.0; x.len() / self.inputs * outputs];
        let rows = x.par_chunks(ROWS * self.inputs).zip(y.par_chunks_mut(ROWS * outputs));
        rows.for_each(|(x, y)| {
            f64::scores(x, self.weight, self.inputs, y);
            y.chunks_exact_mut(outputs).for_each(|y| add(y, self.bias));
        });
        y
    }
}

/// y += x.
pub(super) fn add(y: &mut [f64], x: &[f64]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += x);
}

/// x ↦ γ(x − mean)/√(variance + ε) + β for each row.
#[derive(Debug, Clone)]
pub(super) struct Norm<'w> {
    scale: &'w [f64],
    shift: &'w [f64],
    eps: f64,
}

impl Norm<'_> {
    /// Numbers per row.
    pub(super) fn width(&self) -> usize {
        self.scale.len()
    }

    pub(super) fn apply(&self, x: &mut [f64]) {
        x.chunks_exact_mut(self.scale.len()).for_each(|row| self.row(row));
    }

    fn row(&self, x: &mut [f64]) {
        let n = x.len() as f64;
        let mean = x.iter().sum::<f64>() / n;
        let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        let unit = 1.0 / (variance + self.eps).sqrt();
        for ((x, scale), shift) in x.iter_mut().zip(self.scale).zip(self.shift) {
            *x = (*x - mean) * unit * scale + shift;
        }
    }
}
