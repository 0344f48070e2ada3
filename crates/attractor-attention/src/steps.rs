//! How often a query is led to its keys.

use crate::AttentionError;
use attractor_dynamics::StopRule;

/// How many softmaxes an answer takes. The last one reads the values; those before it move the query among
/// the keys, v ← Kᵀ softmax(βKv), one step of model B each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Steps(Rule);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Rule {
    Exactly(usize),
    Rest { tolerance: f64, at_most: usize },
}

impl Default for Steps {
    fn default() -> Self {
        Self::ONE
    }
}

impl Steps {
    /// One softmax: attention.
    pub const ONE: Self = Self(Rule::Exactly(1));

    /// Exactly n softmaxes.
    ///
    /// # Errors
    /// [`AttentionError::NoSteps`] for none.
    pub fn exactly(n: usize) -> Result<Self, AttentionError> {
        if n == 0 { Err(AttentionError::NoSteps) } else { Ok(Self(Rule::Exactly(n))) }
    }

    /// Every query of every head by itself until its residual ‖Kᵀ softmax(βKv) − v‖/‖v‖ is at most
    /// `tolerance`, or `at_most` softmaxes were taken; the values are read there.
    ///
    /// # Errors
    /// [`AttentionError::NoSteps`], or [`AttentionError::Tolerance`] unless it is a number ≥ 0.
    pub fn to_rest(tolerance: f64, at_most: usize) -> Result<Self, AttentionError> {
        if at_most == 0 {
            return Err(AttentionError::NoSteps);
        }
        StopRule::rest(tolerance, at_most).map_err(|_| AttentionError::Tolerance(tolerance))?;
        Ok(Self(Rule::Rest { tolerance, at_most }))
    }

    /// Whether queries stop by themselves.
    pub fn settles(self) -> bool {
        matches!(self.0, Rule::Rest { .. })
    }

    /// The most softmaxes that are taken.
    pub fn most(self) -> usize {
        match self.0 {
            Rule::Exactly(n) => n,
            Rule::Rest { at_most, .. } => at_most,
        }
    }

    /// The rule of the steps before the last, if there are any.
    pub(crate) fn rule(self) -> Option<StopRule> {
        match self.0 {
            Rule::Exactly(1) => None,
            Rule::Exactly(n) => StopRule::exactly(n - 1, 0.0).ok(),
            Rule::Rest { tolerance, at_most } => StopRule::rest(tolerance, at_most - 1).ok(),
        }
    }
}
