//! Why a model or a cue is refused.

use attractor_lagrangian::Inadmissible;
use attractor_synapse::PatternError;

/// Refuses what has another length than it needs.
pub(crate) fn width(what: &'static str, found: usize, expected: usize) -> Result<(), ModelError> {
    if found == expected { Ok(()) } else { Err(ModelError::Width { what, expected, found }) }
}

/// Refuses numbers that are no multiple of d.
pub(crate) fn whole_cues(found: usize, d: usize) -> Result<(), ModelError> {
    if found.is_multiple_of(d) { Ok(()) } else { width("the last cue", found % d, d) }
}

/// A model that cannot keep its promises, or a cue that it cannot start from.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The energy of this pair of Lagrangians has no lower bound, or one of them is not convex.
    #[error(transparent)]
    Inadmissible(#[from] Inadmissible),
    /// Scores or energies beyond the range of the scalar.
    #[error(
        "the largest possible overlap is {overlap:e}, and the hidden energy there is not finite in {dtype}: scale the memories down, lower the power, or use log-sum-exp"
    )]
    Overflow {
        /// M·max‖g‖.
        overlap: f64,
        /// The scalar's name.
        dtype: &'static str,
    },
    /// Neurons that are no whole number of groups.
    #[error("{count} {what} do not divide into groups of {group}: choose another group size")]
    Groups {
        /// `"features"` or `"memories"`.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// Neurons per group.
        group: usize,
    },
    /// A vector of the wrong length.
    #[error("{what} has {found} numbers, {expected} are needed")]
    Width {
        /// What it is.
        what: &'static str,
        /// The length needed.
        expected: usize,
        /// The length found.
        found: usize,
    },
    /// A number that is not finite.
    #[error("{what} {index} is {value}: only finite numbers can be used")]
    NotFinite {
        /// What it is.
        what: &'static str,
        /// Where it stands.
        index: usize,
        /// What stood there.
        value: f64,
    },
    /// Spins need an energy that is a sum over hidden neurons.
    #[error(
        "the rule looks at one spin at a time, which needs an energy that is a sum over hidden neurons: use a power or an exponential"
    )]
    Coupled,
    /// Clamped features of a layer that cannot have them.
    #[error(
        "features cannot be clamped where the outputs of the visible layer depend on each other: use the model `modern`, `dense`, `hopfield` or `spherical`"
    )]
    CoupledClamp,
    /// Known features that leave no length for the others on the unit sphere.
    #[error(
        "the known numbers of cue {cue} have length {length}, which leaves nothing of the unit sphere for the others: they must be those of a pattern of length 1, as it is stored"
    )]
    ClampedLength {
        /// The cue, counted from 0.
        cue: usize,
        /// ‖g_C‖.
        length: f64,
    },
    /// Couplings that have no energy.
    #[error(
        "the couplings of {row} with {column} and of {column} with {row} differ: only symmetric couplings have an energy"
    )]
    Asymmetric {
        /// One feature.
        row: usize,
        /// The other.
        column: usize,
    },
    /// Patterns that nothing can be learned from.
    #[error(transparent)]
    Pattern(#[from] PatternError),
    /// Derivatives of outputs that are steps.
    #[error(
        "the outputs of spins are steps and have no derivative: use a visible layer with a slope, like log-cosh"
    )]
    Steps,
    /// A derivative beyond the range of the scalar.
    #[error(
        "the gradient leaves the range of {dtype}: use f64, a lower power, or scale the memories down"
    )]
    Steep {
        /// The scalar's name.
        dtype: &'static str,
    },
    /// The derivative of a settled state, of one that is not.
    #[error(
        "the state is not at rest (residual {residual:.3e}): settle it with a smaller tolerance, or differentiate a number of steps"
    )]
    Restless {
        /// ‖g(I + Ξᵀf) − g‖/‖g‖.
        residual: f64,
    },
    /// The derivative of a state that is no minimum of the energy.
    #[error(
        "the state is at rest but no strict minimum of the energy, so a small change can move it far: differentiate a number of steps instead"
    )]
    NotStable,
    /// A time or a rate that cannot be.
    #[error("{what} is {value}: times must be positive and finite, and alpha at least 0")]
    Time {
        /// What it is.
        what: &'static str,
        /// The number.
        value: f64,
    },
    /// A zero cue for a layer that knows directions only.
    #[error(
        "cue {cue} is zero and has no direction to start the spherical model from: leave it out, or use the model `modern`"
    )]
    ZeroCue {
        /// The cue, counted from 0.
        cue: usize,
    },
}
