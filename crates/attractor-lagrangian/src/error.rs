//! What can be wrong with a parameter.

/// A parameter outside the range in which its Lagrangian is convex and finite.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ParameterError {
    /// β must be positive and finite.
    #[error("beta is {0}: it must be a positive finite number")]
    Beta(f64),
    /// Odd powers are not convex: their activation falls for x < 0.
    #[error(
        "power {0} is odd and (1/n)xⁿ is not convex: use the rectified power {0} or an even power"
    )]
    OddPower(u32),
    /// Even powers are convex and have a type with a guarantee.
    #[error(
        "power {0} is even and (1/n)xⁿ is convex: use the even power {0}, which has a guarantee"
    )]
    EvenPower(u32),
    /// Powers start at 2, odd ones at 3.
    #[error("power {0} is too low: use a power of at least 2 (odd ones: 3)")]
    LowPower(u32),
    /// Beyond 2³¹ − 1 a power is no exponent of the processor's.
    #[error("power {0} is too high: use a power of at most 2147483647")]
    HighPower(u32),
    /// θ must be finite.
    #[error("the threshold is {0}: it must be a finite number")]
    Threshold(f64),
    /// A group needs a neuron.
    #[error("the group size is 0: every group needs at least one neuron")]
    EmptyGroup,
    /// ε must be finite, and positive where the length alone has a kink.
    #[error("epsilon is {0}: it must be a finite number, {1}")]
    Epsilon(f64, &'static str),
    /// The gain γ of layer and RMS norm must be one positive number.
    #[error(
        "gamma is {0}: it must be one positive finite number (a gain per neuron makes the Jacobian asymmetric, so no energy has it as activation)"
    )]
    Gain(f64),
    /// The shift δ of layer norm must be finite.
    #[error("delta {0} is {1}: every shift must be a finite number")]
    Shift(
        /// Where it stands.
        usize,
        /// The number.
        f64,
    ),
    /// α-entmax begins beyond softmax.
    #[error("alpha is {0}: it must be a finite number above 1 (the limit at 1 is log-sum-exp)")]
    Alpha(f64),
    /// γ-normmax needs a norm that is strictly convex.
    #[error("gamma is {0}: it must be a finite number above 1")]
    NormOrder(f64),
    /// A subset needs a neuron.
    #[error("k is 0: a subset needs at least one neuron")]
    EmptySubset,
    /// A step must move towards its target and not beyond it.
    #[error(
        "the step factor η is {0}: the energy is proved to fall for 0 < η ≤ 1; use a smaller step or the exponential step, which is safe at any size"
    )]
    Factor(f64),
    /// The decay α of a 1-homogeneous layer must be finite.
    #[error(
        "alpha is {0}: the decay of a 1-homogeneous layer must be a finite number (1 in the paper's other layers)"
    )]
    Decay(f64),
    /// A time step must be positive.
    #[error("dt/τ is {0}: it must be a positive finite number")]
    TimeStep(f64),
}

/// A power that can be taken: `f64::powi` takes an `i32`.
pub(crate) fn exponent(n: u32) -> Result<u32, ParameterError> {
    if i32::try_from(n).is_ok() { Ok(n) } else { Err(ParameterError::HighPower(n)) }
}

pub(crate) fn positive_beta(beta: f64) -> Result<f64, ParameterError> {
    if beta > 0.0 && beta.is_finite() { Ok(beta) } else { Err(ParameterError::Beta(beta)) }
}
