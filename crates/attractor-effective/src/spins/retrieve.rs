//! What a run of spins tells.

use super::walk::Walk;
use super::{Certificate, Energy, Guarantee, Nearest, Outcome, SpinRecall, Spins};
use crate::error::{whole_cues, width};
use crate::{Kind, ModelError};
use attractor_lagrangian::{Lagrangian, Quadratic};
use attractor_synapse::{Answers, Element, Memories, Question, Weight};
use rayon::prelude::*;

/// What was found for one cue, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct SpinRetrieval<T> {
    /// The spins, d numbers ±1.
    pub state: Vec<T>,
    /// Sweeps in which a spin flipped, or as many as were asked for.
    pub sweeps: usize,
    /// Spins flipped, counted each time.
    pub flips: usize,
    /// Why it stopped: also [`Outcome::Cycle`].
    pub outcome: Outcome,
    /// What was proved of the energy before the run.
    pub guarantee: Guarantee,
    /// The energy of the cue's spins.
    pub energy_start: Energy,
    /// The energy of the spins found.
    pub energy: Energy,
    /// The proven decrease between the two, Σ|A_i| over all flips; `None` under a rule that proves none.
    pub certificate: Option<Certificate>,
    /// ‖σ' − σ‖/‖σ‖ of what the rule would flip at once: 2√(k/d) for k such spins.
    pub residual: f64,
    /// n_eff = 1/Σp², p_μ = |F'(h_μ)|/Σ|F'(h)|.
    pub effective_memories: f64,
    /// What kind of state it is, by its overlaps.
    pub kind: Kind,
    /// The memories that the state is most and least aligned with.
    pub nearest: Nearest,
    /// The heaviest memories with their share of the weight.
    pub top: Vec<Weight>,
}

impl<T: Element, L: Lagrangian<f64>> Spins<T, L> {
    /// Recalls one cue.
    ///
    /// # Errors
    /// As [`Spins::retrieve`].
    pub fn recall(&self, cue: &[T], how: &SpinRecall) -> Result<SpinRetrieval<T>, ModelError> {
        width("the cue", cue.len(), self.features())?;
        Ok(self.retrieve(cue, None, how)?.swap_remove(0))
    }

    /// Recalls a batch of cues, q × d, each by itself: its answer does not depend on the others, nor on
    /// the number of threads. Negative numbers become −1, all others +1. With `known`, q × d as well,
    /// spins that are known keep the sign of the cue.
    ///
    /// A sweep costs d·N evaluations of F and q·(d + 2N) numbers.
    ///
    /// # Errors
    /// [`ModelError::Width`] if the cues are no multiple of d or `known` is not as long as they;
    /// [`ModelError::NotFinite`] by cue.
    pub fn retrieve(
        &self,
        cues: &[T],
        known: Option<&[bool]>,
        how: &SpinRecall,
    ) -> Result<Vec<SpinRetrieval<T>>, ModelError> {
        let d = self.features();
        self.check_cues(cues, known)?;
        let known = |q: usize| known.map(|known| &known[q * d..][..d]);
        let find = |(q, cue)| self.find(Walk::new(self, cue, known(q)), how);
        Ok(cues.par_chunks_exact(d).enumerate().map(find).collect())
    }

    pub(super) fn check_cues(&self, cues: &[T], known: Option<&[bool]>) -> Result<(), ModelError> {
        let d = self.features();
        whole_cues(cues.len(), d)?;
        known.map_or(Ok(()), |known| width("the mask", known.len(), cues.len()))?;
        match cues.iter().position(|x| !x.is_finite()) {
            Some(at) => {
                let (what, index, value) = ("a number of cue", at / d, cues[at].f64());
                Err(ModelError::NotFinite { what, index, value })
            }
            None => Ok(()),
        }
    }

    fn find(&self, mut walk: Walk<'_, T, L>, how: &SpinRecall) -> SpinRetrieval<T> {
        let energy_start = walk.energy();
        let (sweeps, outcome) = walk.run(how);
        let state = stored(&walk.spins);
        let guarantee = self.guarantee(how.rule);
        let restless = walk.restless().count() as f64;
        let mut answers = Answers::default();
        self.memories.read(&Question::of(&Quadratic, &state), &mut answers);
        let nearest = answers.get(0).nearest;
        let shares = shares(walk.h.iter().map(|h| self.slope(*h).abs()).collect(), how.top);
        SpinRetrieval {
            sweeps,
            flips: walk.flips,
            outcome,
            guarantee,
            energy_start,
            energy: walk.energy(),
            certificate: (guarantee == Guarantee::Unconditional).then_some(walk.certificate),
            residual: 2.0 * (restless / state.len() as f64).sqrt(),
            effective_memories: shares.0,
            kind: Kind::of_spins(&nearest),
            nearest,
            top: shares.1,
            state,
        }
    }
}

/// 1/Σp² and the largest p of some weights, heaviest first; nothing where all are 0.
fn shares(weights: Vec<f64>, top: usize) -> (f64, Vec<Weight>) {
    let (total, squares) = weights.iter().fold((0.0, 0.0), |(t, s), w| (t + w, s + w * w));
    if total == 0.0 {
        return (0.0, Vec::new());
    }
    let weights = weights.into_iter().map(|weight| weight / total);
    let mut all: Vec<Weight> =
        weights.enumerate().map(|(memory, weight)| Weight { memory, weight }).collect();
    all.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.memory.cmp(&b.memory)));
    all.truncate(top);
    (total * total / squares, all)
}

/// Spins in the scalar of the model.
pub(super) fn stored<T: Element>(spins: &[f64]) -> Vec<T> {
    spins.iter().map(|s| T::of(*s)).collect()
}
