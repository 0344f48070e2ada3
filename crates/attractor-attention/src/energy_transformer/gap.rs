//! D_H(g', g) of one token's move: what the curvature of log-sum-exp and L_h takes off the energy.

use super::force::Weight;
use super::{EnergyTransformer, Head, TokenState};
use attractor_lagrangian::{Lagrangian, Real};
use attractor_synapse::Element;

impl<T: Element> EnergyTransformer<T> {
    /// D_H from the state to the token in the scratch, and the weights of the force there.
    pub(super) fn gap(&self, state: &mut TokenState<T>, token: usize) -> (f64, Weight) {
        let mut weight = Weight::default();
        let mut total = self.memory_gap(state, token, &mut weight);
        for (h, head) in self.heads.iter().enumerate() {
            total += state.query_gap(h, token, head);
            let (gap, mass) = state.key_gap(h, token, head);
            total += gap;
            weight.key += head.size * mass;
        }
        (total, weight)
    }

    fn memory_gap(&self, state: &mut TokenState<T>, token: usize, weight: &mut Weight) -> f64 {
        let scratch = &mut state.scratch;
        let m = scratch.overlaps.len();
        let before = &state.overlaps[token * m..(token + 1) * m];
        scratch.next_f.copy_from_slice(&scratch.f);
        self.hidden.activate(&scratch.overlaps, &mut scratch.next_f);
        weight.activity = scratch.next_f.iter().map(|f| f.f64().abs()).sum();
        self.hidden.bregman(&scratch.overlaps, before, &scratch.f)
    }
}

impl<T: Real> TokenState<T> {
    /// Of the token as a query: all its scores move at once.
    fn query_gap(&mut self, h: usize, token: usize, head: &Head) -> f64 {
        let (n, scratch) = (self.tokens, &mut self.scratch);
        if n == 1 {
            return 0.0;
        }
        let block = &self.scores[h * n * n..(h + 1) * n * n];
        for (place, key) in (0..n).filter(|key| *key != token).enumerate() {
            scratch.from[place] = block[key * n + token].f64();
            scratch.to[place] = scratch.by_query[h * n + key].f64();
        }
        let (to, from) = (&scratch.to[..n - 1], &scratch.from[..n - 1]);
        Lagrangian::<f64>::bregman(&head.all, to, from, &[])
    }

    /// Of the token as a key of every other query, where one score moves beside the rest; and the share
    /// that the key has afterwards. With no rest the query's term is linear.
    fn key_gap(&mut self, h: usize, token: usize, head: &Head) -> (f64, f64) {
        let (n, beta) = (self.tokens, head.beta());
        let (mut count, mut mass) = (0, 0.0);
        for query in (0..n).filter(|query| *query != token) {
            let (rest, scratch) = (self.scratch.rest[h * n + query], &mut self.scratch);
            if rest.is_empty() {
                mass += 1.0;
                continue;
            }
            let to = rest.above(scratch.by_key[h * n + query].f64(), beta);
            mass += 1.0 / (1.0 + (-beta * to).exp());
            scratch.to[count] = to;
            scratch.from[count] = rest.above(self.scores[(h * n + token) * n + query].f64(), beta);
            count += 1;
        }
        let (to, from) = (&self.scratch.to[..count], &self.scratch.from[..count]);
        (Lagrangian::<f64>::bregman(&head.one, to, from, &[]), mass)
    }
}
