//! What a retrieval says about itself.

use crate::error::width;
use crate::{Batch, Effective, ModelError};
use attractor_dynamics::{
    Certificate, Energy, Observer, Outcome, Proof, Run, StopError, StopRule, settle,
};
use attractor_lagrangian::{Factor, Lagrangian, Real};
use attractor_synapse::{Answer, Memories, Nearest, Weight};

/// What kind of state a retrieval ended in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// One memory: n_eff ≤ 1.1, or |overlap| ≥ 0.99 for spins (of −ξ if `negated`).
    Single {
        /// The spins are the negative of the memory.
        negated: bool,
    },
    /// Several memories share the state: 1.1 < n_eff < 0.9·N.
    Metastable,
    /// All memories share the state: n_eff ≥ 0.9·N.
    Global,
    /// Spins that agree with no memory: |overlap| < 0.99 for all.
    Mixture,
    /// No hidden neuron is active.
    Silent,
}

impl Kind {
    /// The kind of some spins, by their overlaps.
    pub(crate) fn of_spins(nearest: &Nearest) -> Self {
        match () {
            () if nearest.overlap >= 0.99 => Self::Single { negated: false },
            () if nearest.opposite_overlap <= -0.99 => Self::Single { negated: true },
            () => Self::Mixture,
        }
    }

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Single { .. } => "single",
            Self::Metastable => "metastable",
            Self::Global => "global",
            Self::Mixture => "mixture",
            Self::Silent => "silent",
        }
    }
}

/// How to run a retrieval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recall {
    /// The step factor η.
    pub factor: Factor,
    /// What the certificates account for.
    pub proof: Proof,
    /// When to stop.
    pub rule: StopRule,
    /// How many of the heaviest memories to name.
    pub top: usize,
}

impl Recall {
    /// The default: map steps with the visible proof until the residual is at most `tolerance`,
    /// 1,000 steps at most, the 3 heaviest memories named.
    ///
    /// # Errors
    /// [`StopError`] for a tolerance that is negative or not finite.
    pub fn to_rest(tolerance: f64) -> Result<Self, StopError> {
        Ok(Self::by(StopRule::rest(tolerance, 1000)?))
    }

    /// Exactly `steps` map steps; what is reported as settled is decided by `tolerance`.
    ///
    /// # Errors
    /// As [`Recall::to_rest`].
    pub fn steps(steps: usize, tolerance: f64) -> Result<Self, StopError> {
        Ok(Self::by(StopRule::exactly(steps, tolerance)?))
    }

    /// Map steps by `rule`.
    pub fn by(rule: StopRule) -> Self {
        Self { factor: Factor::MAP, proof: Proof::Visible, rule, top: 3 }
    }

    /// The tolerance that suits a scalar: 1e-6 for `f32`, 1e-10 for `f64`.
    pub fn tolerance<T: Real>() -> f64 {
        if T::UNIT_ROUNDOFF > 1e-10 { 1e-6 } else { 1e-10 }
    }
}

/// What was found for one cue, and how: all that the reads on the way tell. What costs reads of its own is
/// asked for: [`Effective::vote`], [`Effective::associate`], [`ModernHopfield::explain`](crate::ModernHopfield::explain),
/// [`Effective::settled_gradient`].
#[derive(Debug, Clone, PartialEq)]
pub struct Retrieval<T> {
    /// The recalled output g, d numbers.
    pub state: Vec<T>,
    /// Map or relaxation steps taken.
    pub steps: usize,
    /// Why it stopped.
    pub outcome: Outcome,
    /// The energy of the cue, without additive constants.
    pub energy_start: Energy,
    /// The energy of the recalled state.
    pub energy: Energy,
    /// The proven decrease between the two.
    pub certificate: Certificate,
    /// ‖∂L_v(I + Ξᵀf) − g‖/‖g‖ of the recalled state.
    pub residual: f64,
    /// n_eff = 1/Σp², p_μ = |f_μ|/Σ|f|.
    pub effective_memories: f64,
    /// How many memories have any weight, counted, where the separation gives most of them exactly 0
    /// (sparsemax, entmax, normmax, k-subset).
    pub active: Option<usize>,
    /// What kind of state it is.
    pub kind: Kind,
    /// The memories that the state is most and least aligned with.
    pub nearest: Nearest,
    /// The heaviest memories with their share of the weight.
    pub top: Vec<Weight>,
}

impl<T> Retrieval<T> {
    /// One memory has all the weight and all others exactly 0: a step of model B from here gives that
    /// memory to the bit (without input). It holds where its score leads by the separation's margin
    /// ([`Sparsemax::margin`](attractor_lagrangian::Sparsemax::margin) and the like); for softmax never. So a memory
    /// whose [separation](attractor_synapse::Synapses::separations) is at least that is a fixed point exactly.
    pub fn is_exact(&self) -> bool {
        self.active == Some(1)
    }
}

impl<T: Real, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Effective<T, Lv, Lh, M> {
    /// Recalls one cue with the defaults of [`Recall::to_rest`].
    ///
    /// # Errors
    /// As [`Effective::start`], and [`ModelError::Width`] if the cue is not d numbers long.
    pub fn recall(&self, cue: &[T]) -> Result<Retrieval<T>, ModelError> {
        width("the cue", cue.len(), self.features())?;
        let rule = StopRule::rest(Recall::tolerance::<T>(), 1000);
        let how = Recall::by(rule.unwrap_or_else(|_| unreachable!("the tolerance is a constant")));
        let mut found = self.retrieve(cue, &how, &mut ())?;
        Ok(found.swap_remove(0))
    }

    /// Recalls a batch of cues, q × d; every cue stops by itself.
    ///
    /// Costs one read of the memories per step, and one more.
    ///
    /// # Errors
    /// As [`Effective::start`].
    pub fn retrieve(
        &self,
        cues: &[T],
        how: &Recall,
        observer: &mut dyn Observer,
    ) -> Result<Vec<Retrieval<T>>, ModelError> {
        Ok(self.settle(self.start(cues)?, how, observer))
    }

    /// Completes a batch of cues of which some features are known, q × d flags: those keep the output that
    /// the cue gives them, the others follow.
    ///
    /// ```
    /// use attractor_effective::{ModernHopfield, Recall};
    /// use attractor_lagrangian::LogSumExp;
    /// use attractor_synapse::Synapses;
    /// let memories = Synapses::from_rows(&[[1.0f64, 0.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0]])?;
    /// let model = ModernHopfield::modern(memories, LogSumExp::new(8.0)?)?;
    /// let (cue, known) = ([1.0, 0.0, 0.0, 0.0], [true, true, false, false]);
    /// let found = model.complete(&cue, &known, &Recall::to_rest(1e-9)?, &mut ())?;
    /// assert!(found[0].state[..2] == [1.0, 0.0] && found[0].state[3] > 0.999);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Effective::start_clamped`].
    pub fn complete(
        &self,
        cues: &[T],
        known: &[bool],
        how: &Recall,
        observer: &mut dyn Observer,
    ) -> Result<Vec<Retrieval<T>>, ModelError> {
        Ok(self.settle(self.start_clamped(cues, known)?, how, observer))
    }

    fn settle(
        &self,
        mut batch: Batch<T>,
        how: &Recall,
        observer: &mut dyn Observer,
    ) -> Vec<Retrieval<T>> {
        let descent = self.descent(how.factor, how.proof, how.top);
        let runs = settle(&descent, &mut batch, &how.rule, observer);
        descent.name(&mut batch);
        runs.iter().enumerate().map(|(q, run)| self.describe(&batch, q, run)).collect()
    }

    fn describe(&self, batch: &Batch<T>, q: usize, run: &Run) -> Retrieval<T> {
        let answer = batch.queries[q].answer.as_ref().unwrap_or_else(|| unreachable!("looked at"));
        Retrieval {
            state: batch.output(q).to_vec(),
            steps: run.steps,
            outcome: run.outcome,
            energy_start: run.energy_start,
            energy: run.energy,
            certificate: run.certificate,
            residual: run.residual,
            effective_memories: answer.effective_memories,
            active: answer.active,
            kind: self.kind(answer),
            nearest: answer.nearest,
            top: answer.top.clone(),
        }
    }

    fn kind(&self, answer: &Answer) -> Kind {
        let n_eff = answer.effective_memories;
        match () {
            () if self.has_spins() => Kind::of_spins(&answer.nearest),
            () if n_eff == 0.0 => Kind::Silent,
            () if n_eff <= 1.1 => Kind::Single { negated: false },
            () if n_eff >= 0.9 * self.memories.memories() as f64 => Kind::Global,
            () => Kind::Metastable,
        }
    }
}
