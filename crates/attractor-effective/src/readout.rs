//! What a state stands for: the weights of all memories, what they are paired with, what they vote for.

use crate::error::width;
use crate::{Effective, ModelError};
use attractor_lagrangian::{Lagrangian, Real};
use attractor_synapse::{Element, Errand, Memories, Patterns, Relay};
use std::collections::HashMap;
use std::hash::Hash;

/// A label with the weight of the memories that bear it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Vote<L> {
    /// The label.
    pub label: L,
    /// Σp_μ of its memories, 0 to 1.
    pub probability: f64,
}

/// w/Σw, all 0 where nothing is active; an error where a weight is beyond the range of the numbers.
pub(crate) fn shares(weights: Vec<f64>, dtype: &'static str) -> Result<Vec<f64>, ModelError> {
    if let Some(&overlap) = weights.iter().find(|w| !w.is_finite()) {
        return Err(ModelError::Overflow { overlap, dtype });
    }
    let total: f64 = weights.iter().sum();
    // the sum of numbers within the range may be beyond it
    let unit = if total.is_finite() { 1.0 } else { weights.len() as f64 };
    let total = if total.is_finite() { total } else { weights.iter().map(|w| w / unit).sum() };
    let share = |w: f64| if total > 0.0 { w / unit / total } else { 0.0 };
    Ok(weights.into_iter().map(share).collect())
}

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Effective<T, Lv, Lh, M> {
    /// p_μ = |f_μ|/Σ|f| of every memory at a state g, N numbers; all 0 where no hidden neuron is active.
    /// One product with Ξ.
    ///
    /// # Errors
    /// [`ModelError::Width`], [`ModelError::NotFinite`], or [`ModelError::Overflow`] for an activation beyond the range
    /// of `T`.
    pub fn weights(&self, state: &[T]) -> Result<Vec<f64>, ModelError> {
        let numbers = state.iter().map(|x| x.f64()).collect();
        crate::model::checked("a number of the state", numbers, self.features())?;
        let mut relay = Relay::default();
        self.memories().relay(Errand { outputs: Some(state), weigh: None }, &mut relay);
        let bias = |mu: usize| self.bias().map_or(0.0, |bias| bias[mu]);
        let overlaps = relay.overlaps().iter().enumerate();
        let h: Vec<T> = overlaps.map(|(mu, s)| T::of(s.f64() + bias(mu))).collect();
        let mut f = vec![T::ZERO; h.len()];
        self.hidden().activate(&h, &mut f);
        shares(f.iter().map(|f| f.f64().abs()).collect(), T::NAME)
    }

    /// Σ_μ p_μ·value_μ: what the memories of a state are paired with, where `values` has a row for each of
    /// them (hetero-association). With model B this is attention with values of its own.
    ///
    /// ```
    /// use attractor_effective::ModernHopfield;
    /// use attractor_lagrangian::LogSumExp;
    /// use attractor_synapse::{Patterns, Synapses};
    /// let keys = Synapses::from_rows(&[[1.0f64, 0.0], [0.0, 1.0]])?;
    /// let values = Patterns::new(vec![5.0, 7.0, 9.0, -1.0, -2.0, -3.0], 3)?;
    /// let model = ModernHopfield::modern(keys, LogSumExp::new(30.0)?)?;
    /// let found = model.recall(&[0.8, 0.1])?;
    /// let paired = model.associate(&found.state, &values)?;
    /// assert!((paired[1] - 7.0).abs() < 1e-6);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Effective::weights`]; [`ModelError::Width`] unless there is one value for each memory.
    pub fn associate(&self, state: &[T], values: &Patterns<T>) -> Result<Vec<f64>, ModelError> {
        associate(&self.weights(state)?, values)
    }

    /// What the memories of a state vote for, each with its weight: the labels, likeliest first; of equals
    /// the one that comes first among the memories. Nothing where no hidden neuron is active.
    ///
    /// # Errors
    /// As [`Effective::weights`]; [`ModelError::Width`] unless there is one label for each memory.
    pub fn vote<'l, L: Eq + Hash + ?Sized>(
        &self,
        state: &[T],
        labels: &[&'l L],
    ) -> Result<Vec<Vote<&'l L>>, ModelError> {
        vote(&self.weights(state)?, labels)
    }
}

/// Σ_μ p_μ·value_μ for the weights of all memories, [`Effective::weights`] or those of spins; see
/// [`Effective::associate`].
///
/// # Errors
/// [`ModelError::Width`] unless there is one value for each weight.
pub fn associate<T: Real>(weights: &[f64], values: &Patterns<T>) -> Result<Vec<f64>, ModelError> {
    width("the list of values", values.len(), weights.len())?;
    let mut sum = vec![0.0; values.features()];
    for (mu, p) in weights.iter().enumerate().filter(|(_, p)| **p > 0.0) {
        sum.iter_mut().zip(values.row(mu)).for_each(|(s, x)| *s += p * x.f64());
    }
    Ok(sum)
}

/// What the weights of all memories vote for; see [`Effective::vote`].
///
/// # Errors
/// [`ModelError::Width`] unless there is one label for each weight.
pub fn vote<'l, L: Eq + Hash + ?Sized>(
    weights: &[f64],
    labels: &[&'l L],
) -> Result<Vec<Vote<&'l L>>, ModelError> {
    width("the list of labels", labels.len(), weights.len())?;
    let mut places = HashMap::new();
    let mut votes: Vec<Vote<&L>> = Vec::new();
    for (&label, p) in labels.iter().zip(weights) {
        let place = *places.entry(label).or_insert_with(|| {
            votes.push(Vote { label, probability: 0.0 });
            votes.len() - 1
        });
        votes[place].probability += p;
    }
    votes.retain(|vote| vote.probability > 0.0);
    votes.sort_by(|a, b| b.probability.total_cmp(&a.probability)); // stable
    Ok(votes)
}
