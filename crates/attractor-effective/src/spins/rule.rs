//! Which spins are looked at, in which order, and what makes one flip.

use attractor_dynamics::Guarantee;

/// A rule for flipping spins.
///
/// All of them look at the energy difference of one spin, the others as they are:
/// A_i = 2I_i + Σ_μ[F(ξ_μi + s_μi) − F(−ξ_μi + s_μi)] with s_μi = Σ_{j≠i} ξ_μj σ_j, which is
/// E(σ_i = −1) − E(σ_i = +1). For F = ½h² it is twice the field of the zero-diagonal T = ΞᵀΞ.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum SpinRule {
    /// One after the other, σ_i ← sign A_i; ties keep the spin. **E falls at every flip**, by |A_i|.
    Cyclic,
    /// The same in an order drawn anew for each sweep. **E falls at every flip.**
    Random {
        /// Every cue is given the same draws, so its answer does not depend on the others.
        seed: u64,
    },
    /// Always the spin with the largest |A_i| among those that should flip; a sweep is d flips, and
    /// costs d times as much. **E falls at every flip.**
    Greedy,
    /// All at once, σ ← sign A: the classical synchronous rule without self-coupling. **Nothing is
    /// proved**: ξ = (1, 1) with F = h² goes round (1, −1) ↔ (−1, 1). A cycle is found and named.
    Simultaneous,
    /// Each spin of a sweep is drawn anew: P(σ_i = +1) = 1/(1 + e^{−A_i/T}) (Glauber dynamics). Its states
    /// tend to e^{−E/T}; **nothing is proved of the energy**, and it does not settle.
    Glauber {
        /// T, in the unit of the energy.
        temperature: f64,
        /// As for [`SpinRule::Random`].
        seed: u64,
    },
}

impl SpinRule {
    /// What is proved of the energy under this rule, whatever the energy is.
    pub fn guarantee(self) -> Guarantee {
        match self {
            Self::Cyclic | Self::Random { .. } | Self::Greedy => Guarantee::Unconditional,
            Self::Simultaneous | Self::Glauber { .. } => Guarantee::None,
        }
    }

    /// The name on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cyclic => "cyclic",
            Self::Random { .. } => "random",
            Self::Greedy => "greedy",
            Self::Simultaneous => "simultaneous",
            Self::Glauber { .. } => "glauber",
        }
    }
}

/// A run that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SpinRuleError {
    /// A temperature that is not positive.
    #[error(
        "the temperature is {0}: it must be a positive finite number; at 0 use the rule `random`"
    )]
    Temperature(f64),
    /// No rest to come to.
    #[error("spins drawn at a temperature never come to rest: ask for a number of sweeps instead")]
    NoRest,
}

/// How spins are run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpinRecall {
    pub(super) rule: SpinRule,
    pub(super) max_sweeps: usize,
    pub(super) exactly: bool,
    pub(super) top: usize,
}

impl SpinRecall {
    /// Sweeps until no spin flips, 1,000 at most.
    ///
    /// # Errors
    /// [`SpinRuleError::NoRest`] for [`SpinRule::Glauber`].
    pub fn to_rest(rule: SpinRule) -> Result<Self, SpinRuleError> {
        match rule {
            SpinRule::Glauber { .. } => Err(SpinRuleError::NoRest),
            _ => Ok(Self { rule, max_sweeps: 1000, exactly: false, top: 3 }),
        }
    }

    /// Exactly so many sweeps over all spins.
    ///
    /// # Errors
    /// [`SpinRuleError::Temperature`] unless it is positive and finite.
    pub fn sweeps(rule: SpinRule, sweeps: usize) -> Result<Self, SpinRuleError> {
        match rule {
            SpinRule::Glauber { temperature, .. }
                if !(temperature > 0.0 && temperature.is_finite()) =>
            {
                Err(SpinRuleError::Temperature(temperature))
            }
            _ => Ok(Self { rule, max_sweeps: sweeps, exactly: true, top: 3 }),
        }
    }

    /// At most so many sweeps.
    #[must_use]
    pub fn at_most(self, max_sweeps: usize) -> Self {
        Self { max_sweeps, ..self }
    }

    /// Names so many of the heaviest memories, 3 by default.
    #[must_use]
    pub fn naming(self, top: usize) -> Self {
        Self { top, ..self }
    }

    /// Whether a number of sweeps was asked for, rather than rest.
    pub fn is_exact(&self) -> bool {
        self.exactly
    }

    /// The rule.
    pub fn rule(&self) -> SpinRule {
        self.rule
    }
}
