//! All tokens move: one after another, or at once.

use super::force::Weight;
use super::state::seen;
use super::sum::Sum;
use super::{EnergyTransformer, Motion, TokenState, motion};
use attractor_dynamics::{Certificate, Guarantee, Proof};
use attractor_lagrangian::{Lagrangian, Real};
use attractor_synapse::Element;

/// Whether a token knows of the moves of those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Token after token: the energy falls at every step size, with a certificate.
    OneByOne,
    /// All tokens at once, as published: nothing is proved, and the certificate says 0.
    AtOnce,
}

/// How a block steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scheme {
    /// How each token moves.
    pub motion: Motion,
    /// One after another or at once.
    pub order: Order,
    /// Whether a certificate counts D_H.
    pub proof: Proof,
}

impl Scheme {
    /// Token after token, with all of the decrease in the certificate.
    pub fn one_by_one(motion: Motion) -> Self {
        Self { motion, order: Order::OneByOne, proof: Proof::Full }
    }

    /// All tokens at once, as published models run.
    pub fn at_once(motion: Motion) -> Self {
        Self { motion, order: Order::AtOnce, proof: Proof::Visible }
    }

    /// What is proved of the energy.
    pub fn guarantee(&self) -> Guarantee {
        match self.order {
            Order::OneByOne => Guarantee::Unconditional,
            Order::AtOnce => Guarantee::None,
        }
    }
}

impl<T: Element> EnergyTransformer<T> {
    /// Moves every token that is not frozen once; returns by how much that lowers the energy of the
    /// scheme's motion. Allocates nothing.
    pub fn step(&self, state: &mut TokenState<T>, scheme: &Scheme) -> Certificate {
        match scheme.order {
            Order::OneByOne => self.sweep(state, scheme),
            Order::AtOnce => self.leap(state, scheme.motion),
        }
    }

    fn sweep(&self, state: &mut TokenState<T>, scheme: &Scheme) -> Certificate {
        let mut total = Certificate::ZERO;
        self.sum_ahead(state);
        for token in 0..state.tokens {
            self.sum_around(state, token);
            if !state.frozen[token] {
                total += self.move_one(state, token, scheme);
                self.sum_anew(state, token);
            }
            self.pass(state, token);
        }
        state.totals.copy_from_slice(&state.scratch.before);
        total
    }

    fn move_one(&self, state: &mut TokenState<T>, token: usize, scheme: &Scheme) -> Certificate {
        let mut weight = self.aim(state, token);
        let [detour, bregman] = self.relax(state, token, scheme.motion);
        self.project(state);
        let mut hidden = 0.0;
        if scheme.proof == Proof::Full {
            let (gap, after) = self.gap(state, token);
            hidden = gap;
            weight = Weight {
                query: weight.query,
                key: weight.key + after.key,
                activity: weight.activity + after.activity,
            };
        }
        let terms = [detour, bregman, hidden];
        let rounding = self.rounding(state, token, scheme.motion, (&terms, &weight));
        self.commit(state, token);
        Certificate::of_terms(&terms, rounding, scheme.proof)
    }

    fn leap(&self, state: &mut TokenState<T>, motion: Motion) -> Certificate {
        self.find_forces(state);
        for token in 0..state.tokens {
            if state.frozen[token] {
                continue;
            }
            let own = state.own(token);
            let TokenState { x, g, scratch, .. } = state;
            let before = (&x[own.clone()], &scratch.forces[own.clone()]);
            motion::mix(motion, before, &mut scratch.x);
            x[own.clone()].copy_from_slice(&scratch.x);
            self.norm.0.activate(&scratch.x, &mut g[own]);
        }
        self.refresh(state);
        Certificate { proof: Proof::Visible, ..Certificate::ZERO }
    }

    /// The sums over the keys after each token, last token first; none is before.
    fn sum_ahead(&self, state: &mut TokenState<T>) {
        let n = state.tokens;
        state.scratch.before.fill(Sum::EMPTY);
        for (h, head) in self.heads.iter().enumerate() {
            for query in 0..n {
                sum_after(state, (h, query), 0, head.beta());
            }
        }
    }

    /// The sums over all keys but the token's, and with it.
    fn sum_around(&self, state: &mut TokenState<T>, token: usize) {
        let n = state.tokens;
        let TokenState { scratch, totals, scores, .. } = state;
        for (h, head) in self.heads.iter().enumerate() {
            let beta = head.beta();
            for query in 0..n {
                let (at, place) = (h * n + query, (h * n + token) * n + query);
                scratch.rest[at] = scratch.before[at].merge(scratch.after[place], beta);
                totals[at] = scratch.rest[at];
                if query != token {
                    totals[at] = totals[at].merge(Sum::of(scores[place].f64()), beta);
                }
            }
        }
    }

    /// The sums of the token's own query, all of whose scores have changed.
    fn sum_anew(&self, state: &mut TokenState<T>, token: usize) {
        let n = state.tokens;
        for (h, head) in self.heads.iter().enumerate() {
            let block = &state.scores[h * n * n..(h + 1) * n * n];
            state.scratch.before[h * n + token] = seen(token, 0..token, block, n, head.beta());
            sum_after(state, (h, token), token, head.beta());
        }
    }

    /// The token's key joins those that come before.
    fn pass(&self, state: &mut TokenState<T>, token: usize) {
        let n = state.tokens;
        for (h, head) in self.heads.iter().enumerate() {
            let row = &state.scores[(h * n + token) * n..][..n];
            for query in (0..n).filter(|query| *query != token) {
                let sum = &mut state.scratch.before[h * n + query];
                *sum = sum.merge(Sum::of(row[query].f64()), head.beta());
            }
        }
    }
}

/// The sums of one query over the keys after each token from `first` on.
fn sum_after<T: Real>(
    state: &mut TokenState<T>,
    (h, query): (usize, usize),
    first: usize,
    beta: f64,
) {
    let n = state.tokens;
    let mut sum = Sum::EMPTY;
    for token in (first..n).rev() {
        state.scratch.after[(h * n + token) * n + query] = sum;
        if token != query {
            sum = sum.merge(Sum::of(state.scores[(h * n + token) * n + query].f64()), beta);
        }
    }
}
