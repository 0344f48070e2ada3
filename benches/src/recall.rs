//! One update v' = Ξᵀ softmax(βΞv) of a batch of queries, with its answer.

use crate::contestant::{Contestant, Failure, widened};
use attractor_dynamics::{Look, Proof, System};
use attractor_effective::{Batch, Effective};
use attractor_lagrangian::{Factor, LogSumExp, Quadratic};
use attractor_synapse::{Element, Synapses};
use std::sync::Arc;

type Model<T> = Effective<T, Quadratic, LogSumExp, Arc<Synapses<T>>>;

/// A certified step of model B: energies, the weights' participation and the heaviest memory of every query, and
/// the next state.
///
/// With the visible proof a run begins at the cues, in the storage of the run before, and reads the memories once.
/// The full proof takes into account the move that led to a state, so there a run begins behind a first step, which
/// the preparation takes; it too reads the memories once.
#[derive(Debug)]
pub(crate) struct Recall<T> {
    model: Model<T>,
    cues: Vec<T>,
    proof: Proof,
    batch: Batch<T>,
}

impl<T: Element> Recall<T> {
    pub(crate) fn new(
        memories: Arc<Synapses<T>>,
        cues: &[T],
        beta: f64,
        proof: Proof,
    ) -> Result<Self, Failure> {
        let softmax = LogSumExp::new(beta).map_err(Failure::of)?;
        let model = Model::modern(memories, softmax).map_err(Failure::of)?;
        Ok(Self { model, cues: cues.to_vec(), proof, batch: Batch::default() })
    }

    fn step(&mut self) -> Result<(), Failure> {
        let batch = &mut self.batch;
        let descent = self.model.descent(Factor::MAP, self.proof, 1);
        let all: Vec<usize> = (0..batch.queries()).collect();
        let mut looks = vec![Look::NONE; all.len()];
        descent.look(batch, &all, &mut looks);
        descent.advance(batch, &all);
        match looks.iter().position(|look| !look.is_finite()) {
            None => Ok(()),
            Some(query) => Err(Failure::saying(format!("the look at query {query} is not finite"))),
        }
    }
}

impl<T: Element> Contestant for Recall<T> {
    fn prepare(&mut self) -> Result<(), Failure> {
        self.model.restart(&mut self.batch, &self.cues).map_err(Failure::of)?;
        if self.proof == Proof::Full { self.step() } else { Ok(()) }
    }

    fn run(&mut self) -> Result<(), Failure> {
        match self.proof {
            Proof::Full if self.batch.queries() == 0 => {
                return Err(Failure::saying("the full proof needs a preparation"));
            }
            Proof::Full => {}
            _ => self.model.restart(&mut self.batch, &self.cues).map_err(Failure::of)?,
        }
        self.step()
    }

    fn output(&self) -> Vec<f64> {
        widened(self.batch.outputs())
    }
}
