//! Attention and Hopfield layers as models of energy-based associative memory.
//!
//! | what | type |
//! |---|---|
//! | softmax(βqKᵀ)V, one step of model B (Krotov & Hopfield, arXiv 2008.06996, eq. 11–16) over the keys | [`Head`] |
//! | which keys a query sees | [`Mask`], [`Keep`], [`Ignore`] |
//! | multi-head attention, grouped queries, Hopfield layers (Ramsauer et al., arXiv 2008.02217) | [`Association`], [`Pooling`], [`Lookup`] |
//! | attention and memories as one energy of all tokens (Hoover et al., arXiv 2302.07253) | [`EnergyTransformer`] |
//! | the check that the heads of an encoder are model B | [`Encoder`], [`equivalence`] |
//!
//! Forward passes stream: no q × n matrix. Derivatives are vector–Jacobian products that a training framework can
//! wrap: [`Head::vjp`], [`Association::vjp`], [`EnergyTransformer::step_vjp`].
//!
//! What it deliberately is not: no training framework, and it opens no files.

// What can be wrong.
mod error;
// One head.
mod head;
mod head_gradient;
mod mask;
mod steps;
// What stands before and behind the heads.
mod feature_norm;
mod linear;
// Layers.
mod association;
// Layers that others trained.
mod state_dict;
// Attention and memories as one energy of all tokens.
mod energy_transformer;
// A whole encoder, and the check that its heads are model B.
mod encoder;
mod equivalence;
mod sample;

pub use association::{
    Associated, Association, AssociationGradient, Lookup, Pooling, Sets, Side, SideGradient,
};
pub use encoder::{Encoded, Encoder, EncoderError};
pub use energy_transformer::{
    Blocks, EnergyTransformer, EnergyTransformerError, Motion, Order, Scheme, TokenBatch,
    TokenEnergy, TokenGradient, TokenState,
};
pub use equivalence::{HeadEquivalence, equivalence};
pub use error::AttentionError;
pub use feature_norm::{FeatureNorm, NormGradient};
pub use head::{Head, HeadModel, HeadOutput, HeadRun};
pub use head_gradient::HeadGradient;
pub use linear::{Linear, LinearGradient};
pub use mask::{Ignore, Keep, Mask};
pub use sample::HeadSample;
pub use state_dict::layers_of;
pub use steps::Steps;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
