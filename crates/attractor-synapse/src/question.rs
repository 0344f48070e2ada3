//! What a batch of queries asks of the memories, and what it is told.

use crate::coupled::Scratch;
use crate::partial::Nearest;
use crate::read::Desk;
use crate::screen::Earlier;
use attractor_lagrangian::{Before, Lagrangian};
use std::ops::Range;
use std::sync::Arc;

/// What a batch of queries asks of the memories.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a, T> {
    /// L_h, the hidden Lagrangian.
    pub hidden: &'a dyn Lagrangian<T>,
    /// b, one number per memory.
    pub bias: Option<&'a [f64]>,
    /// g, the outputs of the features, q × d.
    pub outputs: &'a [T],
    /// The moves that led here, for the hidden term of the certificate.
    pub moved: Option<Moved<'a, T>>,
    /// How many of the heaviest memories to name.
    pub top: usize,
}

/// The last move of every query.
#[derive(Debug, Clone, Copy)]
pub struct Moved<'a, T> {
    /// Δg, q × d.
    pub by: &'a [T],
    /// What the look before the move found.
    pub before: &'a [Before],
}

impl<'a, T> Question<'a, T> {
    /// The bare question: no bias, no certificate, no names.
    pub fn of(hidden: &'a dyn Lagrangian<T>, outputs: &'a [T]) -> Self {
        Self { hidden, bias: None, outputs, moved: None, top: 0 }
    }
}

impl<T: Copy> Question<'_, T> {
    /// The question of some of the queries.
    pub(crate) fn of_some(&self, queries: Range<usize>, d: usize) -> Self {
        let numbers = queries.start * d..queries.end * d;
        let moved = self
            .moved
            .map(|moved| Moved { by: &moved.by[numbers.clone()], before: &moved.before[queries] });
        Question { outputs: &self.outputs[numbers], moved, ..*self }
    }
}

/// A memory with its share of the weights, p_μ = |f_μ|/Σ|f|.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weight {
    /// The memory's index.
    pub memory: usize,
    /// Its share, 0 to 1.
    pub weight: f64,
}

/// What one read tells one query.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// L_h(Ξg + b).
    pub value: f64,
    /// ln of the unit of [`Answers::field`]: Ξᵀf = e^`log_scale`·field; −∞ if every f is 0.
    pub log_scale: f64,
    /// ‖f‖₁. Where a product of the read leaves the floats, this or `value` is not finite, and no number of
    /// the answer counts.
    pub activity: f64,
    /// n_eff = 1/Σp², the number of memories that share the weight; 0 if every f is 0.
    pub effective_memories: f64,
    /// How many memories have any weight, counted, where the hidden Lagrangian selects
    /// ([`OnePass::Select`](attractor_lagrangian::OnePass::Select)): the others have exactly 0.
    pub active: Option<usize>,
    /// D_{L_h}(h, h − δ) of the last move, 0 if none was given.
    pub gap: f64,
    /// |f(h − δ)·δ − c|, what rounding has made of the first order of that gap.
    pub gap_slack: f64,
    /// The memories most and least aligned with the state.
    pub nearest: Nearest,
    /// The heaviest memories, heaviest first.
    pub top: Vec<Weight>,
}

/// The answers to a batch, with the storage that reads reuse.
#[derive(Debug)]
pub struct Answers<T> {
    pub(crate) features: usize,
    pub(crate) answers: Vec<Answer>,
    pub(crate) fields: Vec<f64>,
    pub(crate) desks: Vec<Desk<T>>,
    pub(crate) coupled: Scratch,
    /// What screens found for the queries of the reads before.
    pub(crate) earlier: Vec<Arc<Earlier>>,
}

impl<T> Default for Answers<T> {
    fn default() -> Self {
        let (answers, fields, desks) = (Vec::new(), Vec::new(), Vec::new());
        let (coupled, earlier) = (Scratch::default(), Vec::new());
        Self { features: 0, answers, fields, desks, coupled, earlier }
    }
}

impl<T> Answers<T> {
    /// The answer to query `q`.
    ///
    /// # Panics
    /// If there is no such query.
    #[track_caller]
    pub fn get(&self, q: usize) -> &Answer {
        &self.answers[q]
    }

    /// Ξᵀf of query `q` in units of e^[`Answer::log_scale`], d numbers.
    ///
    /// # Panics
    /// If there is no such query.
    #[track_caller]
    pub fn field(&self, q: usize) -> &[f64] {
        &self.fields[q * self.features..][..self.features]
    }
}

impl<T> Answers<T> {
    /// Names memories by these instead of their places.
    pub(crate) fn rename(&mut self, ids: &[usize]) {
        let rename = |memory: &mut usize| {
            if let Some(id) = ids.get(*memory) {
                *memory = *id;
            }
        };
        for answer in &mut self.answers {
            rename(&mut answer.nearest.memory);
            rename(&mut answer.nearest.opposite);
            answer.top.iter_mut().for_each(|weight| rename(&mut weight.memory));
        }
    }
}
