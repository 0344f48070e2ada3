//! What a run of spins tells.

use super::overlaps::Overlaps;
use super::walk::{Kept, Walk};
use super::{Certificate, Energy, Guarantee, Nearest, Outcome, SpinRecall, Spins};
use crate::error::{whole_cues, width};
use crate::{Kind, ModelError};
use attractor_lagrangian::{Lagrangian, Quadratic, Real};
use attractor_synapse::{Answer, Answers, Element, Memories, Question, Synapses, Weight};
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
    /// the number of threads. Overlaps with memories are read for all ends together: they do not depend
    /// on the others beyond the rounding of that read. Negative numbers become −1, all others +1. With `known`, q × d as well,
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
        check_cues(cues, known, self.features())?;
        let start = || Overlaps::new(self);
        let shares = |walk: &Walk<Overlaps<'_, T, L>>| {
            Some(shares(walk.kept.h.iter().map(|h| self.slope(*h).abs()).collect(), how.top))
        };
        Ok(retrieve((cues, known), how, &self.memories, start, shares))
    }
}

/// Refuses cues of another width, flags that do not fit them, and numbers that are not finite.
pub(super) fn check_cues<T: Real>(
    cues: &[T],
    known: Option<&[bool]>,
    d: usize,
) -> Result<(), ModelError> {
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

/// 1/Σp² and the heaviest memories.
type Shares = (f64, Vec<Weight>);

/// Runs every cue by itself, and names the memories of all ends in one read. The shares are those of |h|
/// where `shares` has none.
pub(super) fn retrieve<T: Element, K: Kept>(
    (cues, known): (&[T], Option<&[bool]>),
    how: &SpinRecall,
    memories: &Synapses<T>,
    start: impl Fn() -> K + Sync,
    shares: impl Fn(&Walk<K>) -> Option<Shares> + Sync,
) -> Vec<SpinRetrieval<T>> {
    let d = memories.patterns().features();
    let known = |q: usize| known.map(|known| &known[q * d..][..d]);
    let find = |(q, cue)| {
        let mut walk = Walk::new(start(), cue, known(q));
        let found = find(&mut walk, how);
        (found, shares(&walk))
    };
    let found: Vec<(SpinRetrieval<T>, Option<Shares>)> =
        cues.par_chunks_exact(d).enumerate().map(find).collect();
    let states: Vec<T> = found.iter().flat_map(|(found, _)| &found.state).copied().collect();
    let answers = named(memories, &states, how.top);
    let tell =
        |(q, (found, shares)): (usize, (SpinRetrieval<T>, _))| found.named(answers.get(q), shares);
    found.into_iter().enumerate().map(tell).collect()
}

/// The memories that some states are most aligned with, and the shares of |h|.
fn named<T: Element>(memories: &Synapses<T>, states: &[T], top: usize) -> Answers<T> {
    let mut answers = Answers::default();
    memories.read(&Question { top, ..Question::of(&Quadratic, states) }, &mut answers);
    answers
}

fn find<T: Real, K: Kept>(walk: &mut Walk<K>, how: &SpinRecall) -> SpinRetrieval<T> {
    let energy_start = walk.energy();
    let (sweeps, outcome) = walk.run(how);
    let (guarantee, restless) = (how.rule.guarantee(), walk.restless().count() as f64);
    SpinRetrieval {
        state: stored(&walk.spins),
        sweeps,
        flips: walk.flips,
        outcome,
        guarantee,
        energy_start,
        energy: walk.energy(),
        certificate: (guarantee == Guarantee::Unconditional).then_some(walk.certificate),
        residual: 2.0 * (restless / walk.spins.len() as f64).sqrt(),
        effective_memories: 0.0,
        kind: Kind::Mixture,
        nearest: Nearest::default(),
        top: Vec::new(),
    }
}

impl<T> SpinRetrieval<T> {
    fn named(self, answer: &Answer, shares: Option<Shares>) -> Self {
        let (effective_memories, top) =
            shares.unwrap_or_else(|| (answer.effective_memories, answer.top.clone()));
        let (nearest, kind) = (answer.nearest, Kind::of_spins(&answer.nearest));
        Self { effective_memories, top, nearest, kind, ..self }
    }
}

/// 1/Σp² and the largest p of some weights, heaviest first; nothing where all are 0.
fn shares(weights: Vec<f64>, top: usize) -> Shares {
    let Ok(shares) = crate::readout::shares(weights, "f64") else { return (0.0, Vec::new()) };
    let squares: f64 = shares.iter().map(|p| p * p).sum();
    if squares <= 0.0 {
        return (0.0, Vec::new());
    }
    let mut all: Vec<Weight> =
        shares.into_iter().enumerate().map(|(memory, weight)| Weight { memory, weight }).collect();
    all.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.memory.cmp(&b.memory)));
    all.truncate(top);
    (1.0 / squares, all)
}

/// Spins in the scalar of the model.
pub(super) fn stored<T: Real>(spins: &[f64]) -> Vec<T> {
    spins.iter().map(|s| T::of(*s)).collect()
}
