//! BERT in candle, f32 throughout, which keeps what its heads see.

use crate::rows::numbers;
use attractor_attention::HeadSample;
use attractor_io::{EncoderActivation, EncoderConfig, NamedTensors};
use candle_core::{D, DType, Device, Error, Result, Tensor};
use candle_nn::ops::softmax;

/// A BERT encoder of candle's tensors and operations.
#[derive(Debug)]
pub struct CandleEncoder<'w> {
    config: EncoderConfig,
    tensors: &'w NamedTensors<f32>,
}

impl<'w> CandleEncoder<'w> {
    /// The encoder with these weights, named as in the transformers library.
    pub fn new(config: EncoderConfig, tensors: &'w NamedTensors<f32>) -> Self {
        Self { config, tensors }
    }

    /// β = 1/√d of every head.
    pub fn beta(&self) -> f64 {
        1.0 / (self.config.head_size() as f64).sqrt()
    }

    /// What every head sees of a text, and what candle's attention reads out.
    ///
    /// # Errors
    /// Candle's, and one of its messages for a tensor that is not there.
    pub fn heads(&self, ids: &[u32]) -> Result<Vec<HeadSample<f32>>> {
        let ids = Tensor::new(ids, &Device::Cpu)?;
        let words = self.tensor("embeddings.word_embeddings.weight")?.index_select(&ids, 0)?;
        let positions =
            self.tensor("embeddings.position_embeddings.weight")?.narrow(0, 0, ids.dims1()?)?;
        let segment = self.tensor("embeddings.token_type_embeddings.weight")?.narrow(0, 0, 1)?;
        let sum = (words + positions)?.broadcast_add(&segment)?;
        let mut x = self.norm(&sum, "embeddings.LayerNorm")?;
        let mut all = Vec::new();
        for layer in 0..self.config.layers {
            let name = |part: &str| format!("encoder.layer.{layer}.{part}");
            let (context, heads) = self.attention(&x, layer)?;
            all.extend(heads);
            let mixed = self.linear(&context, &name("attention.output.dense"))?;
            let attended = self.norm(&(mixed + x)?, &name("attention.output.LayerNorm"))?;
            let wide = self.activate(&self.linear(&attended, &name("intermediate.dense"))?)?;
            let narrow = self.linear(&wide, &name("output.dense"))?;
            x = self.norm(&(narrow + attended)?, &name("output.LayerNorm"))?;
        }
        Ok(all)
    }

    /// softmax(βQKᵀ)V of all heads side by side, and what they saw.
    fn attention(&self, x: &Tensor, layer: usize) -> Result<(Tensor, Vec<HeadSample<f32>>)> {
        let (heads, d) = (self.config.heads, self.config.head_size());
        let part = |part: &str| {
            let rows = self.linear(x, &format!("encoder.layer.{layer}.attention.self.{part}"))?;
            rows.reshape((x.dim(0)?, heads, d))?.transpose(0, 1)?.contiguous()
        };
        let (q, k, v) = (part("query")?, part("key")?, part("value")?);
        let scores = (q.matmul(&k.transpose(1, 2)?.contiguous()?)? * self.beta())?;
        let weights = softmax(&scores, D::Minus1)?;
        let (from_keys, from_values) = (weights.matmul(&k)?, weights.matmul(&v)?);
        let sample = |head: usize| {
            Ok(HeadSample {
                layer,
                head,
                features: d,
                queries: numbers(&q.get(head)?)?,
                keys: numbers(&k.get(head)?)?,
                values: numbers(&v.get(head)?)?,
                from_keys: lift(&numbers(&from_keys.get(head)?)?),
                from_values: lift(&numbers(&from_values.get(head)?)?),
            })
        };
        let samples = (0..heads).map(sample).collect::<Result<_>>()?;
        let context = from_values.transpose(0, 1)?.reshape((x.dim(0)?, heads * d))?;
        Ok((context, samples))
    }

    fn activate(&self, x: &Tensor) -> Result<Tensor> {
        match self.config.activation {
            EncoderActivation::Gelu => x.gelu_erf(),
            EncoderActivation::Relu => x.relu(),
            _ => x.gelu(),
        }
    }

    fn linear(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        let (weight, bias) =
            (self.tensor(&format!("{name}.weight"))?, self.tensor(&format!("{name}.bias"))?);
        x.matmul(&weight.t()?)?.broadcast_add(&bias)
    }

    fn norm(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        let (gain, shift) =
            (self.tensor(&format!("{name}.weight"))?, self.tensor(&format!("{name}.bias"))?);
        let centred = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let variance = (centred.sqr()?.mean_keepdim(D::Minus1)? + self.config.norm_eps)?;
        centred.broadcast_div(&variance.sqrt()?)?.broadcast_mul(&gain)?.broadcast_add(&shift)
    }

    fn tensor(&self, name: &str) -> Result<Tensor> {
        let prefixed = format!("bert.{name}");
        let found = self.tensors.get(name).or_else(|| self.tensors.get(&prefixed));
        let found = found.ok_or_else(|| Error::Msg(format!("there is no tensor {name}")))?;
        Tensor::from_slice(found.data(), found.shape(), &Device::Cpu)?.to_dtype(DType::F32)
    }
}

fn lift(numbers: &[f32]) -> Vec<f64> {
    numbers.iter().map(|x| f64::from(*x)).collect()
}
