//! Associative memories with the hidden neurons integrated out.
//!
//! [`Effective`] is the network of Krotov & Hopfield (arXiv 2008.06996) in the limit of fast hidden
//! neurons. A pair of Lagrangians makes the model:
//!
//! | model | visible | hidden | update |
//! |---|---|---|---|
//! | [`DenseMemory`] (A, KH 6–8) | Σ\|v\| | ΣF(h) | σ ← sign Ξᵀ F'(Ξσ) |
//! | [`ModernHopfield`] (B, KH 11–16) | ½‖v‖² | log-sum-exp | v ← Ξᵀ softmax(βΞv): attention |
//! | [`SphericalMemory`] (C, KH 17–22) | ‖v‖ | ΣF(h) | g ← Ξᵀ F'(Ξg), normalised |
//! | [`ClassicalHopfield`] (1982) | Σ\|v\| | ½‖h‖² | σ ← sign ΞᵀΞσ |
//! | [`GradedHopfield`] (1984, KH 24–28) | ln cosh | ½‖h‖² | g ← tanh βΞᵀΞg |
//!
//! Every step, at any step size η ≤ 1, lowers the energy by a certified amount; a [`Retrieval`]
//! says what it found, how sure it is, why it stopped and how far the energy provably fell.
//! [`Spins`] and [`Couplings`] flip some spins at a time, for energies that need not be convex and couplings
//! that are learned. [`Effective::energy_gradient`], [`Effective::steps_gradient`] and
//! [`Effective::settled_gradient`] differentiate.
//!
//! Energies carry no additive constants. An exponential F under a 1-homogeneous visible layer is
//! evaluated as log-sum-exp: the same orbit without overflow, and its energy is −β⁻¹ ln Σ e^{βh}.
//!
//! [`Epanechnikov`], the log-sum-ReLU memory, looks at distances instead of overlaps: it recalls exactly,
//! in finitely many certified steps, and lists all of its minima.
//!
//! What it deliberately is not: it has no ODE solver and no hidden dynamics (that is the two-layer
//! network), reads no files, and runs no rule without a stated guarantee.
//!
//! ```
//! use attractor_effective::DenseMemory;
//! use attractor_lagrangian::RectifiedPower;
//! use attractor_synapse::Synapses;
//! let memories = Synapses::from_rows(&[[1.0f32, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]])?;
//! let model = DenseMemory::dense(memories, RectifiedPower::new(3)?)?;
//! let recalled = model.recall(&[1.0, 1.0, -1.0, 1.0])?; // one bit damaged
//! assert_eq!(recalled.state, [1.0, 1.0, -1.0, -1.0]);
//! assert!(recalled.certificate.drop > 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// States and steps.
mod batch;
mod clamped;
mod descent;
// Before any cue.
mod conditions;
mod error;
mod model;
// After a run.
mod explain;
mod gradient;
mod readout;
mod retrieval;
// Spins, some at a time.
mod spins;
// Spins on memories of one bit per sign.
mod packed;
// Balls around the memories.
mod epanechnikov;

pub use batch::Batch;
pub use conditions::{needed_separation, sufficient_beta};
pub use descent::Descent;
pub use epanechnikov::{Epanechnikov, EpanechnikovBatch, EpanechnikovError, Minimum};
pub use error::ModelError;
pub use explain::{Explanation, explain};
pub use gradient::{Gradient, Outer};
pub use model::{
    ClassicalHopfield, CoupledForm, DenseMemory, Effective, GradedHopfield, ModernHopfield,
    SphericalMemory,
};
pub use packed::{PackedSpins, SignEnergy, SignField, SignScratch, SignStep, SignWalk};
pub use readout::{Vote, associate, vote};
pub use retrieval::{Kind, Recall, Retrieval};
pub use spins::{
    Couplings, Learning, SpinEvent, SpinPath, SpinRecall, SpinRetrieval, SpinRule, SpinRuleError,
    Spins,
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
