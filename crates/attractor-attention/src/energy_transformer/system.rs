//! A batch of token sets, as a system that settles.

use super::{EnergyTransformer, Scheme, TokenState};
use attractor_dynamics::{Guarantee, Look, System};
use attractor_synapse::Element;
use rayon::prelude::*;

/// A block that repeats its step, as a [`System`] that [`settle`](attractor_dynamics::settle) runs.
#[derive(Debug, Clone, Copy)]
pub struct Blocks<'a, T> {
    /// The block.
    pub transformer: &'a EnergyTransformer<T>,
    /// How it steps.
    pub scheme: Scheme,
}

/// The states of a batch: each query is a set of tokens of its own.
#[derive(Debug)]
pub struct TokenBatch<T> {
    states: Vec<(TokenState<T>, Look)>,
    active: Vec<bool>,
}

impl<T: Element> TokenBatch<T> {
    /// A batch of these states.
    pub fn new(states: Vec<TokenState<T>>) -> Self {
        let active = vec![false; states.len()];
        Self { states: states.into_iter().map(|state| (state, Look::NONE)).collect(), active }
    }

    /// The state of query `q`.
    ///
    /// # Panics
    /// If there is no such query.
    #[track_caller]
    pub fn state(&self, q: usize) -> &TokenState<T> {
        &self.states[q].0
    }

    fn each(&mut self, active: &[usize], act: impl Fn(&mut (TokenState<T>, Look)) + Sync) {
        self.active.fill(false);
        active.iter().for_each(|&q| self.active[q] = true);
        let states = self.states.par_iter_mut().zip(&self.active);
        states.filter(|(_, active)| **active).for_each(|(state, _)| act(state));
    }
}

impl<T: Element> System for Blocks<'_, T> {
    type State = TokenBatch<T>;

    fn queries(&self, batch: &TokenBatch<T>) -> usize {
        batch.states.len()
    }

    fn look(&self, batch: &mut TokenBatch<T>, active: &[usize], looks: &mut [Look]) {
        batch.each(active, |(state, look)| {
            look.energy = self.scheme.motion.energy(&self.transformer.energy(state));
            look.residual = self.transformer.residual(state, self.scheme.motion);
        });
        active.iter().for_each(|&q| looks[q] = batch.states[q].1);
    }

    fn advance(&self, batch: &mut TokenBatch<T>, active: &[usize]) {
        batch.each(active, |(state, look)| {
            look.certificate = self.transformer.step(state, &self.scheme);
        });
    }

    fn guarantee(&self) -> Guarantee {
        self.scheme.guarantee()
    }

    fn resolution(&self) -> f64 {
        self.transformer.resolution(self.scheme.motion)
    }
}
