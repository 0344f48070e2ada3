//! What a retrieval tells.

use super::geometry::square_distance;
use super::{Epanechnikov, EpanechnikovBatch, EpanechnikovError};
use crate::error::width;
use crate::{Kind, Recall, Retrieval};
use attractor_dynamics::{Observer, Run, StopRule, settle};
use attractor_lagrangian::{Factor, Quadratic};
use attractor_synapse::{Answers, Element, Memories, Question, Weight};

impl<T: Element> Epanechnikov<T> {
    /// Recalls one cue, until it rests exactly.
    ///
    /// # Errors
    /// As [`Epanechnikov::start`].
    pub fn recall(&self, cue: &[T]) -> Result<Retrieval<T>, EpanechnikovError> {
        width("the cue", cue.len(), self.features())?;
        let rule = StopRule::rest(0.0, 1000).unwrap_or_else(|_| unreachable!("0 is a tolerance"));
        Ok(self.retrieve(cue, &Recall::by(rule), &mut ())?.swap_remove(0))
    }

    /// Recalls a batch of cues, q × d; each stops by itself, and its answer depends neither on the others
    /// nor on the number of threads.
    ///
    /// The residual is ‖x' − x‖/√(2/β), which is 0 at rest and takes no origin for special; a tolerance
    /// of 0 asks for rest itself, which comes after finitely many steps. The certificates are always full.
    /// The active memories share the weight equally, the nearest by distance is named first; `kind` counts them.
    ///
    /// # Errors
    /// As [`Epanechnikov::start`], and [`EpanechnikovError::Factor`] for a step factor below 1.
    pub fn retrieve(
        &self,
        cues: &[T],
        how: &Recall,
        observer: &mut dyn Observer,
    ) -> Result<Vec<Retrieval<T>>, EpanechnikovError> {
        if how.factor != Factor::MAP {
            return Err(EpanechnikovError::Factor);
        }
        let mut batch = self.start(cues)?;
        let runs = settle(self, &mut batch, &how.rule, observer);
        let mut answers = Answers::default();
        let describe = |(q, run)| self.describe(&batch, q, run, how.top, &mut answers);
        Ok(runs.iter().enumerate().map(describe).collect())
    }

    fn describe(
        &self,
        batch: &EpanechnikovBatch<T>,
        q: usize,
        run: &Run,
        top: usize,
        answers: &mut Answers<T>,
    ) -> Retrieval<T> {
        let (state, active) = (batch.state(q), batch.active(q));
        // one by one: a product's rounding depends on how many are read together
        self.memories.read(&Question::of(&Quadratic, state), answers);
        Retrieval {
            state: state.to_vec(),
            steps: run.steps,
            outcome: run.outcome,
            energy_start: run.energy_start,
            energy: run.energy,
            certificate: run.certificate,
            residual: run.residual,
            effective_memories: active.len() as f64,
            active: Some(active.len()),
            kind: self.kind(active.len()),
            nearest: answers.get(0).nearest,
            top: self.heaviest(state, active, top),
        }
    }

    fn kind(&self, active: usize) -> Kind {
        match active {
            0 => Kind::Silent,
            1 => Kind::Single { negated: false },
            all if all == self.memories.memories() => Kind::Global,
            _ => Kind::Metastable,
        }
    }

    /// The nearest `top` of the active memories, each with its share.
    fn heaviest(&self, state: &[T], active: &[usize], top: usize) -> Vec<Weight> {
        let square = |mu: usize| square_distance(state, self.memories.patterns().row(mu));
        let mut nearest: Vec<(f64, usize)> = active.iter().map(|&mu| (square(mu), mu)).collect();
        nearest.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        nearest.truncate(top);
        let weight = 1.0 / active.len() as f64;
        nearest.into_iter().map(|(_, memory)| Weight { memory, weight }).collect()
    }
}
