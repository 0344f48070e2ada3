//! One layer: self-attention and a feed-forward block, each added to its input and normalised.

use super::EncoderError;
use super::attention::read_outs;
use super::weights::{Linear, Norm, Weights, add};
use crate::HeadSample;
use attractor_io::{EncoderActivation, EncoderConfig};
use rayon::prelude::*;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI};

#[derive(Debug, Clone)]
pub(super) struct Layer<'w> {
    heads: usize,
    query: Linear<'w>,
    key: Linear<'w>,
    value: Linear<'w>,
    mix: Linear<'w>,
    mix_norm: Norm<'w>,
    widen: Linear<'w>,
    activation: EncoderActivation,
    narrow: Linear<'w>,
    norm: Norm<'w>,
}

impl<'w> Layer<'w> {
    pub(super) fn new(
        weights: &Weights<'w>,
        config: &EncoderConfig,
        layer: usize,
    ) -> Result<Self, EncoderError> {
        let (h, f, eps) = (config.hidden, config.intermediate, config.norm_eps);
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        let linear = |part: &str, inputs, outputs| weights.linear(&name(part), inputs, outputs);
        Ok(Self {
            heads: config.heads,
            query: linear("attention.self.query", h, h)?,
            key: linear("attention.self.key", h, h)?,
            value: linear("attention.self.value", h, h)?,
            mix: linear("attention.output.dense", h, h)?,
            mix_norm: weights.norm(&name("attention.output.LayerNorm"), h, eps)?,
            widen: linear("intermediate.dense", h, f)?,
            activation: config.activation,
            narrow: linear("output.dense", f, h)?,
            norm: weights.norm(&name("output.LayerNorm"), h, eps)?,
        })
    }

    /// What each head sees in the tokens `x`, and what it reads out.
    pub(super) fn heads(&self, x: &[f64], layer: usize) -> Vec<HeadSample<f64>> {
        let (q, k, v) = (self.query.apply(x), self.key.apply(x), self.value.apply(x));
        let d = q.len() / self.tokens(&q) / self.heads;
        let beta = 1.0 / (d as f64).sqrt();
        let part = |all: &[f64], head| columns(all, d, head, self.heads);
        let read = |head| {
            let (queries, keys, values) = (part(&q, head), part(&k, head), part(&v, head));
            let (from_keys, from_values) = read_outs((&queries, &keys, &values), d, beta);
            HeadSample { layer, head, features: d, queries, keys, values, from_keys, from_values }
        };
        (0..self.heads).into_par_iter().map(read).collect()
    }

    /// The tokens after this layer, of the tokens before it and what its heads read out of them.
    pub(super) fn forward(&self, x: &[f64], heads: &[HeadSample<f64>]) -> Vec<f64> {
        let mut context = Vec::with_capacity(x.len());
        for token in 0..self.tokens(x) {
            let read = heads.iter().map(|head| &head.from_values[token * head.features..]);
            read.zip(heads).for_each(|(read, head)| context.extend(&read[..head.features]));
        }
        let mut attended = self.mix.apply(&context);
        add(&mut attended, x);
        self.mix_norm.apply(&mut attended);
        let mut wide = self.widen.apply(&attended);
        wide.par_iter_mut().for_each(|x| *x = activated(self.activation, *x));
        let mut out = self.narrow.apply(&wide);
        add(&mut out, &attended);
        self.norm.apply(&mut out);
        out
    }

    fn tokens(&self, x: &[f64]) -> usize {
        x.len() / self.norm.width()
    }
}

/// The columns of one head, row by row.
fn columns(all: &[f64], d: usize, head: usize, heads: usize) -> Vec<f64> {
    all.chunks_exact(d * heads).flat_map(|row| &row[head * d..][..d]).copied().collect()
}

fn activated(activation: EncoderActivation, x: f64) -> f64 {
    match activation {
        EncoderActivation::GeluTanh => {
            0.5 * x * (1.0 + (FRAC_2_PI.sqrt() * (x + 0.044715 * x * x * x)).tanh())
        }
        EncoderActivation::Relu => x.max(0.0),
        _ => 0.5 * x * (1.0 + libm::erf(x * FRAC_1_SQRT_2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activations_have_their_known_values() {
        let cases = [
            (EncoderActivation::Gelu, 1.0, 0.841_344_746_068_543),
            (EncoderActivation::Gelu, -1.0, -0.158_655_253_931_457),
            (EncoderActivation::GeluTanh, 1.0, 0.841_191_990_608_276_8),
            (EncoderActivation::Relu, -1.0, 0.0),
        ];
        for (activation, x, expected) in cases {
            let y = activated(activation, x);
            assert!((y - expected).abs() < 1e-14, "{activation:?}: {y}");
        }
    }

    #[test]
    fn a_head_has_its_own_columns() {
        assert_eq!(
            columns(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], 2, 1, 2),
            [3.0, 4.0, 7.0, 8.0]
        );
    }
}
