//! Why a network or a state is refused.

use attractor_lagrangian::{Inadmissible, ParameterError};

/// A network that cannot keep its promises, or a state that it cannot start from.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The energy of this pair of Lagrangians has no lower bound, or one of them is not convex.
    #[error(transparent)]
    Inadmissible(#[from] Inadmissible),
    /// A parameter of the layers or of a step.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// Currents or energies beyond the range of the scalar.
    #[error(
        "the largest possible current of a hidden neuron is {current:e}, and its energy or output there is not finite in {dtype}: use f64, scale the memories down, lower the power or beta, or use log-sum-exp"
    )]
    Overflow {
        /// M·max‖g‖ + max|b|.
        current: f64,
        /// The scalar's name.
        dtype: &'static str,
    },
    /// Neurons that are no whole number of groups.
    #[error(
        "{neurons} {layer} neurons do not divide into groups of {group}: choose another group size"
    )]
    Groups {
        /// `"feature"` or `"hidden"`.
        layer: &'static str,
        /// How many neurons there are.
        neurons: usize,
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
    /// A zero state for a layer that knows directions only.
    #[error(
        "the currents of the features are all 0 and have no direction, which this visible layer needs: start elsewhere"
    )]
    ZeroState,
    /// A time constant that is none.
    #[error(
        "time constant {index} of the {layer} neurons is {value}: it must be a positive finite number"
    )]
    TimeConstant {
        /// `"feature"` or `"hidden"`.
        layer: &'static str,
        /// Where it stands.
        index: usize,
        /// What stood there.
        value: f64,
    },
    /// Time constants that differ within neurons whose outputs depend on each other.
    #[error(
        "the time constants of {layer} neurons {index} and {next} differ, and this Lagrangian couples the two: the energy could rise. Use one time constant for the layer (or for each group), or a Lagrangian that is a sum over neurons"
    )]
    CoupledTimes {
        /// `"feature"` or `"hidden"`.
        layer: &'static str,
        /// The neuron.
        index: usize,
        /// The one after it.
        next: usize,
    },
    /// A layer without neurons.
    #[error("a layer has no neurons: it needs at least one")]
    Empty,
    /// A layer connected with itself.
    #[error(
        "layer {0} is to be connected with itself: synapses connect two layers, and lateral ones are no part of this theory"
    )]
    Loop(usize),
    /// A hierarchy whose energy may have no lower bound.
    #[error(
        "the energy may have no lower bound: at layer {layer} the sum of √(ββ')·‖Ξ‖ over synapses to layers without bounded activation is {load:.6} and must stay below 1 (infinite for powers above 2 and exponentials). Scale the synapses down, or use a bounded activation (log-sum-exp, log-cosh, norm) on one side"
    )]
    Unbounded {
        /// The layer, counted from 0.
        layer: usize,
        /// The sum.
        load: f64,
    },
    /// No distance from rest can be proved.
    #[error(
        "no distance from rest can be proved: ℓ_gℓ_f‖Ξ‖₂² = {0} must be below 1 for that, with Lipschitz continuous activations. Run to rest instead"
    )]
    NoDistance(f64),
    /// A decay α ≠ 1 where the length of v matters.
    #[error(
        "alpha is {0}, but only a visible layer whose output does not depend on the length of v (absolute, norm) leaves it free: use 1"
    )]
    FixedDecay(f64),
}
