//! T_C = −∂(E_att + E_hop)/∂g_C: as a query, as a key, and from the memories.

use super::{EnergyTransformer, TokenState};
use attractor_lagrangian::{Lagrangian, Real};
use attractor_synapse::Element;

/// What the force on a token was made of, for its rounding.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Weight {
    /// Σ_h ‖W^K_h‖‖W^Q_h‖, of a token that sees another.
    pub(super) query: f64,
    /// The same with each head times Σ_C p_hCA, the shares that its key has.
    pub(super) key: f64,
    /// ‖f‖₁.
    pub(super) activity: f64,
}

impl<T: Element> EnergyTransformer<T> {
    /// The forces T_C = −∂(E_att + E_hop)/∂g_C, n × D:
    ///
    /// T_C = Σ_h [W^Q_hᵀ Σ_{B≠C} p_hCB K_hB + W^K_hᵀ Σ_{B≠C} p_hBC Q_hB] + Ξᵀf(Ξg_C),
    ///
    /// p_hC the softmax over the keys that query C sees. The gradient ∂E/∂g_C is −T_C as published, and
    /// x_C − T_C with the leak.
    pub fn forces(&self, state: &mut TokenState<T>) -> Vec<f64> {
        self.find_forces(state);
        state.scratch.forces.clone()
    }

    pub(super) fn find_forces(&self, state: &mut TokenState<T>) {
        for token in 0..state.tokens {
            self.aim(state, token);
            let own = state.own(token);
            state.scratch.forces[own].copy_from_slice(&state.scratch.target);
        }
    }

    /// Sets `target` to the force on a token, from totals that are those of the state.
    pub(super) fn aim(&self, state: &mut TokenState<T>, token: usize) -> Weight {
        let mut weight = Weight::default();
        self.attend(state, token, &mut weight);
        self.remember(state, token, &mut weight);
        let (d, scratch) = (self.features(), &mut state.scratch);
        scratch.target.fill(0.0);
        let memories = self.memories.patterns().as_slice();
        let roles =
            [(&scratch.as_query, self.queries.as_slice()), (&scratch.as_key, self.keys.as_slice())];
        for (weights, rows) in roles.into_iter().chain([(&scratch.f, memories)]) {
            T::weighted(weights, rows, d, &mut scratch.field);
            scratch.target.iter_mut().zip(&scratch.field).for_each(|(t, f)| *t += f.f64());
        }
        weight
    }

    /// Σ pK of what the token sees, and Σ pQ of what sees it.
    fn attend(&self, state: &mut TokenState<T>, token: usize, weight: &mut Weight) {
        let (n, y) = (state.tokens, self.head_width());
        for (h, head) in self.heads.iter().enumerate() {
            let (block, part) = (h * n * y..(h + 1) * n * y, h * y..(h + 1) * y);
            state.share_as_query(h, token, head.beta());
            let scratch = &mut state.scratch;
            T::weighted(
                &scratch.shares,
                &state.keys[block.clone()],
                y,
                &mut scratch.as_query[part.clone()],
            );
            let mass = state.share_as_key(h, token, head.beta());
            let scratch = &mut state.scratch;
            T::weighted(&scratch.shares, &state.queries[block], y, &mut scratch.as_key[part]);
            weight.query += if n > 1 { head.size } else { 0.0 };
            weight.key += head.size * mass;
        }
    }

    /// f = ∂L_h of the token's overlaps.
    fn remember(&self, state: &mut TokenState<T>, token: usize, weight: &mut Weight) {
        let f = &mut state.scratch.f;
        let m = f.len();
        f.fill(T::ZERO);
        self.hidden.activate(&state.overlaps[token * m..(token + 1) * m], f);
        weight.activity = f.iter().map(|f| f.f64().abs()).sum();
    }
}

impl<T: Real> TokenState<T> {
    /// p_hAB of a query's keys, and 0 for its own.
    pub(super) fn share_as_query(&mut self, head: usize, token: usize, beta: f64) {
        let (n, total) = (self.tokens, self.totals[head * self.tokens + token]);
        let scores = self.scores[head * n * n..].chunks_exact(n);
        for (key, (share, row)) in self.scratch.shares.iter_mut().zip(scores).enumerate() {
            let seen = key != token;
            *share = if seen { T::of(total.share(row[token].f64(), beta)) } else { T::ZERO };
        }
    }

    /// p_hCA of a key with all queries but its own; returns their sum.
    pub(super) fn share_as_key(&mut self, head: usize, token: usize, beta: f64) -> f64 {
        let n = self.tokens;
        let row = &self.scores[(head * n + token) * n..][..n];
        let pairs = row.iter().zip(&self.totals[head * n..]);
        for (query, (share, (score, total))) in
            self.scratch.shares.iter_mut().zip(pairs).enumerate()
        {
            let seen = query != token;
            *share = if seen { T::of(total.share(score.f64(), beta)) } else { T::ZERO };
        }
        self.scratch.shares.iter().map(|share| share.f64()).sum()
    }
}
