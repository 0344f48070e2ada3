//! A straightforward BERT encoder in f64, which keeps what its heads see.

mod attention;
mod error;
mod layer;
mod weights;

pub use error::EncoderError;

use crate::HeadSample;
use attractor_io::{EncoderConfig, NamedTensors};
use attractor_lagrangian::Real;
use layer::Layer;
use rayon::prelude::*;
use weights::{Norm, Weights};

/// A BERT encoder (Devlin et al., arXiv 1810.04805) in `f64`: embeddings, then layers of self-attention and
/// feed-forward blocks, each added to its input and normalised.
///
/// It is here to be compared with. Its attention is written down as in the paper, softmax(QKᵀ/√d)V over
/// an n × n matrix of weights that is held in full, and shares no code with model B.
///
/// It borrows the weights. A text of n tokens costs, for each layer with h numbers per token and f inside
/// the feed-forward block, n·(4h² + 2h·f) + 3n²·h multiplications, and 8n² bytes for each thread.
#[derive(Debug, Clone)]
pub struct Encoder<'w> {
    config: EncoderConfig,
    words: &'w [f64],
    positions: &'w [f64],
    /// The embedding of a first segment, which every token of a single text is in.
    segment: &'w [f64],
    norm: Norm<'w>,
    layers: Vec<Layer<'w>>,
}

/// What an encoder makes of one text of n tokens.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Encoded {
    /// All heads, layer by layer.
    pub heads: Vec<HeadSample<f64>>,
    /// The outputs of the last layer, n × hidden.
    pub outputs: Vec<f64>,
    /// β = 1/√d of every head.
    pub beta: f64,
}

impl Encoded {
    /// The heads with queries, keys and values rounded to another precision, and what attention in f64 reads out of
    /// those.
    pub fn heads_in<T: Real>(&self) -> Vec<HeadSample<T>> {
        let round = |numbers: &[f64]| numbers.iter().map(|x| T::of(*x)).collect::<Vec<T>>();
        let head = |head: &HeadSample<f64>| {
            let (queries, keys, values) =
                (round(&head.queries), round(&head.keys), round(&head.values));
            let (from_keys, from_values) =
                attention::read_outs((&queries, &keys, &values), head.features, self.beta);
            let HeadSample { layer, head, features, .. } = *head;
            HeadSample { layer, head, features, queries, keys, values, from_keys, from_values }
        };
        self.heads.par_iter().map(head).collect()
    }
}

impl<'w> Encoder<'w> {
    /// The encoder with these weights. Their names are those of the `bert` models of the transformers
    /// library, with or without `bert.` before them, and with `gamma` and `beta` as older files have it.
    ///
    /// # Errors
    /// [`EncoderError::Missing`] or [`EncoderError::Shape`] by the tensor's name.
    pub fn new(
        config: EncoderConfig,
        tensors: &'w NamedTensors<f64>,
    ) -> Result<Self, EncoderError> {
        let weights = Weights::new(tensors);
        let h = config.hidden;
        let table =
            |name: &str, rows| weights.get(&format!("embeddings.{name}.weight"), &[rows, Some(h)]);
        let (words, positions) = (
            table("word_embeddings", None)?,
            table("position_embeddings", Some(config.positions))?,
        );
        let segment = &table("token_type_embeddings", None)?[..h];
        let norm = weights.norm("embeddings.LayerNorm", h, config.norm_eps)?;
        let layers: Result<_, _> =
            (0..config.layers).map(|layer| Layer::new(&weights, &config, layer)).collect();
        Ok(Self { layers: layers?, config, words, positions, segment, norm })
    }

    fn beta(&self) -> f64 {
        1.0 / (self.config.head_size() as f64).sqrt()
    }

    /// Runs the encoder on the token ids of one text.
    ///
    /// # Errors
    /// [`EncoderError::NoTokens`], [`EncoderError::TooManyTokens`] or [`EncoderError::Token`] for ids that
    /// it has no embedding for; [`EncoderError::NotFinite`] where weights drive the numbers out of range.
    pub fn encode(&self, ids: &[u32]) -> Result<Encoded, EncoderError> {
        let mut outputs = self.embed(ids)?;
        let mut heads = Vec::new();
        for (index, layer) in self.layers.iter().enumerate() {
            let seen = layer.heads(&outputs, index);
            outputs = layer.forward(&outputs, &seen);
            heads.extend(seen);
            if !outputs.iter().all(|x| x.is_finite()) {
                return Err(EncoderError::NotFinite { layer: index });
            }
        }
        Ok(Encoded { heads, outputs, beta: self.beta() })
    }

    fn embed(&self, ids: &[u32]) -> Result<Vec<f64>, EncoderError> {
        let (h, limit) = (self.config.hidden, self.config.positions);
        if ids.is_empty() {
            return Err(EncoderError::NoTokens);
        }
        if ids.len() > limit {
            return Err(EncoderError::TooManyTokens { tokens: ids.len(), limit });
        }
        let mut sum = Vec::with_capacity(ids.len() * h);
        for ((index, id), position) in ids.iter().enumerate().zip(self.positions.chunks_exact(h)) {
            let word = self.word(index, *id)?.iter();
            sum.extend(word.zip(position).zip(self.segment).map(|((w, p), s)| w + p + s));
        }
        self.norm.apply(&mut sum);
        Ok(sum)
    }

    fn word(&self, index: usize, id: u32) -> Result<&'w [f64], EncoderError> {
        let mut rows = self.words.chunks_exact(self.config.hidden);
        let vocabulary = rows.len();
        rows.nth(id as usize).ok_or(EncoderError::Token { index, id, vocabulary })
    }
}
