//! What can go wrong in an experiment.

use crate::interval::Unmeasured;
use attractor_attention::{AttentionError, EncoderError};
use attractor_dynamics::StopError;
use attractor_effective::{EpanechnikovError, ModelError, SpinRuleError};
use attractor_figure::FigureError;
use attractor_lagrangian::ParameterError;
use attractor_network::{NetworkError, PlanError};
use attractor_synapse::PatternError;
use thiserror::Error;

/// Why an experiment ended without a result.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LabError {
    /// Samples that make no estimate.
    #[error(transparent)]
    Unmeasured(#[from] Unmeasured),
    /// A model that cannot be.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A parameter out of its range.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// Patterns that cannot be.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// A log-sum-ReLU memory that cannot be.
    #[error(transparent)]
    Epanechnikov(#[from] EpanechnikovError),
    /// A stopping rule that cannot be.
    #[error(transparent)]
    Stop(#[from] StopError),
    /// A rule that spins do not have.
    #[error(transparent)]
    Rule(#[from] SpinRuleError),
    /// A two-layer network that cannot be.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A plan of a run that cannot be.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Heads of attention that cannot be.
    #[error(transparent)]
    Attention(#[from] AttentionError),
    /// An encoder that cannot be.
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    /// A figure that cannot be drawn.
    #[error("the figure cannot be drawn: {0}")]
    Figure(#[from] FigureError),
}
