//! The vector–Jacobian product of a step of all tokens at once.

use super::{EnergyTransformer, EnergyTransformerError, Motion, TokenState, width};
use attractor_lagrangian::{Lagrangian, Real};
use attractor_synapse::{Element, Memories};

/// How ℓ depends on a block and its tokens, through one step of all tokens at once.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenGradient {
    /// ∂ℓ/∂x of the currents before the step, n × D.
    pub tokens: Vec<f64>,
    /// ∂ℓ/∂W^Q, H·Y × D.
    pub queries: Vec<f64>,
    /// ∂ℓ/∂W^K, H·Y × D.
    pub keys: Vec<f64>,
    /// ∂ℓ/∂Ξ, M × D.
    pub memories: Vec<f64>,
    /// ∂ℓ/∂ln β of every head.
    pub log_betas: Vec<f64>,
}

impl<T: Element> EnergyTransformer<T> {
    /// ∂ℓ/∂(tokens, W^Q, W^K, Ξ, ln β), where `pull`, n × D, is ∂ℓ/∂x' of the currents that a step of all tokens at
    /// once leads to ([`Order::AtOnce`](super::Order::AtOnce)), from the state before it. No token may be frozen.
    ///
    /// The forces are the gradient of H = −(E_att + E_hop), so what a pull w says through them is the derivative of
    /// w·∂H/∂g, the change of H along w: with ∂²H symmetric, ∂ℓ/∂x = (1 − η)w + η·∂²L(x)·∂²H·w, or w + α·∂²L·∂²H·w.
    /// Costs a few times a step, in f64, and allocates.
    ///
    /// # Errors
    /// [`EnergyTransformerError::Width`] for a pull of another length, [`EnergyTransformerError::NotFinite`],
    /// [`EnergyTransformerError::Overflow`] where the gradient is not finite.
    pub fn step_vjp(
        &self,
        state: &TokenState<T>,
        motion: Motion,
        pull: &[f64],
    ) -> Result<TokenGradient, EnergyTransformerError> {
        let d = self.features();
        width("the pull on the tokens", state.x.len(), pull.len())?;
        if let Some(at) = pull.iter().position(|x| !x.is_finite()) {
            let (token, feature, value) = (at / d, at % d, pull[at]);
            return Err(EnergyTransformerError::NotFinite { token, feature, value });
        }
        let (keep, take) = motion.shares();
        let along = Along { block: self, state, by: pull.iter().map(|w| take * w).collect() };
        let mut gradient = TokenGradient {
            tokens: vec![0.0; pull.len()],
            queries: vec![0.0; self.queries.as_slice().len()],
            keys: vec![0.0; self.keys.as_slice().len()],
            memories: vec![0.0; self.memories.memories() * d],
            log_betas: vec![0.0; self.heads()],
        };
        (0..self.heads()).for_each(|head| along.add_head(head, &mut gradient));
        (0..state.tokens).for_each(|token| along.add_memories(token, &mut gradient));
        self.through_norm(state, &mut gradient.tokens);
        gradient.tokens.iter_mut().zip(pull).for_each(|(x, w)| *x += keep * w);
        let all = [&gradient.tokens, &gradient.queries, &gradient.keys, &gradient.memories];
        let finite = all.iter().all(|part| part.iter().all(|x| x.is_finite()));
        if finite { Ok(gradient) } else { Err(EnergyTransformerError::Overflow { dtype: T::NAME }) }
    }

    /// ∂²L(x) of every token.
    fn through_norm(&self, state: &TokenState<T>, slopes: &mut [f64]) {
        let d = self.features();
        for (x, slope) in state.x.chunks_exact(d).zip(slopes.chunks_exact_mut(d)) {
            let (x, by) = (lift(x), slope.to_vec());
            self.norm.0.curve(&x, &by, slope);
        }
    }
}

/// A change of all outputs, along which H changes.
struct Along<'a, T> {
    block: &'a EnergyTransformer<T>,
    state: &'a TokenState<T>,
    /// u, n × D.
    by: Vec<f64>,
}

/// A head's weights, and what they make of outputs and of their change: n × Y each.
struct Roles {
    weights: [Vec<f64>; 2],
    places: [Vec<f64>; 2],
    moves: [Vec<f64>; 2],
}

impl<T: Element> Along<'_, T> {
    /// The queries' and the keys' roles in a head.
    fn roles(&self, head: usize) -> Roles {
        let (d, y) = (self.block.features(), self.block.head_width());
        let part = head * y * d..(head + 1) * y * d;
        let weights = [&self.block.queries, &self.block.keys];
        let weights = weights.map(|rows| lift(&rows.as_slice()[part.clone()]));
        let (g, of) = (lift(&self.state.g), |rows: &Vec<f64>, x: &[f64]| product(x, rows, d));
        let places = [of(&weights[0], &g), of(&weights[1], &g)];
        let moves = [of(&weights[0], &self.by), of(&weights[1], &self.by)];
        Roles { weights, places, moves }
    }

    /// p and ∂p of a query's keys, and the head's share of ∂ℓ/∂ln β.
    fn shares(&self, roles: &Roles, query: usize, head: usize) -> (Vec<[f64; 2]>, f64) {
        let (n, y) = (self.state.tokens, self.block.head_width());
        let (beta, total) = (self.block.heads[head].beta(), self.state.totals[head * n + query]);
        let row = |rows: &'_ [f64], at: usize| rows[at * y..(at + 1) * y].to_vec();
        let pair = |key: usize| {
            let (k, q) = (row(&roles.places[1], key), row(&roles.places[0], query));
            let moved = dot(&row(&roles.moves[1], key), &q) + dot(&k, &row(&roles.moves[0], query));
            let score = self.state.scores[(head * n + key) * n + query].f64();
            let share = if key == query { 0.0 } else { total.share(score, beta) };
            (share, score, moved)
        };
        let pairs: Vec<_> = (0..n).map(pair).collect();
        let mean: f64 = pairs.iter().map(|(p, _, moved)| p * moved).sum();
        let bent = |(p, _, moved): &(f64, f64, f64)| beta * p * (moved - mean);
        let log_beta = pairs.iter().map(|pair| bent(pair) * pair.1).sum();
        (pairs.iter().map(|pair| [pair.0, bent(pair)]).collect(), log_beta)
    }

    /// ∂(u·∂H/∂g) of a head: to its queries' and keys' weights, and through both roles to the outputs.
    fn add_head(&self, head: usize, gradient: &mut TokenGradient) {
        let (n, d, y) = (self.state.tokens, self.block.features(), self.block.head_width());
        let roles = self.roles(head);
        // what p·(change of score) says of each role's place, and of its move
        let (mut places, mut moves) =
            (roles.places.clone().map(zeros), roles.moves.clone().map(zeros));
        for query in 0..n {
            let (shares, log_beta) = self.shares(&roles, query, head);
            gradient.log_betas[head] += log_beta;
            for (key, [p, bent]) in shares.into_iter().enumerate() {
                for (own, other, role) in [(query, key, 0), (key, query, 1)] {
                    let from = other * y..(other + 1) * y;
                    let into = own * y..(own + 1) * y;
                    let (place, moved) =
                        (&roles.places[1 - role][from.clone()], &roles.moves[1 - role][from]);
                    add(&mut places[role][into.clone()], bent, place);
                    add(&mut places[role][into.clone()], p, moved);
                    add(&mut moves[role][into], p, place);
                }
            }
        }
        let g = lift(&self.state.g);
        let part = head * y * d..(head + 1) * y * d;
        let weights = [&mut gradient.queries[part.clone()], &mut gradient.keys[part]];
        for (role, weights) in weights.into_iter().enumerate() {
            for token in 0..n {
                let (own, row) = (token * y..(token + 1) * y, token * d..(token + 1) * d);
                for (k, (at_place, at_move)) in
                    places[role][own.clone()].iter().zip(&moves[role][own]).enumerate()
                {
                    let line = k * d..(k + 1) * d;
                    add(&mut weights[line.clone()], *at_place, &g[row.clone()]);
                    add(&mut weights[line.clone()], *at_move, &self.by[row.clone()]);
                    add(&mut gradient.tokens[row.clone()], *at_place, &roles.weights[role][line]);
                }
            }
        }
    }

    /// The same of the memories: Ξᵀ∂²L_h·Ξu, and to Ξ.
    fn add_memories(&self, token: usize, gradient: &mut TokenGradient) {
        let d = self.block.features();
        let (row, memories) =
            (token * d..(token + 1) * d, lift(self.block.memories.patterns().as_slice()));
        let (g, by) = (lift(&self.state.g[row.clone()]), &self.by[row.clone()]);
        let m = memories.len() / d;
        let overlaps = &self.state.overlaps[token * m..(token + 1) * m];
        let moved: Vec<T> = product(by, &memories, d).into_iter().map(T::of).collect();
        let (mut f, mut bent) = (vec![T::ZERO; m], vec![T::ZERO; m]);
        self.block.hidden.activate(overlaps, &mut f);
        self.block.hidden.curve(overlaps, &moved, &mut bent);
        for (mu, (f, bent)) in f.iter().zip(&bent).enumerate() {
            let line = mu * d..(mu + 1) * d;
            add(&mut gradient.tokens[row.clone()], bent.f64(), &memories[line.clone()]);
            add(&mut gradient.memories[line.clone()], bent.f64(), &g);
            add(&mut gradient.memories[line], f.f64(), by);
        }
    }
}

fn lift<T: Real>(numbers: &[T]) -> Vec<f64> {
    numbers.iter().map(|x| x.f64()).collect()
}

fn zeros(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.fill(0.0);
    numbers
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(place: &mut [f64], by: f64, row: &[f64]) {
    place.iter_mut().zip(row).for_each(|(place, x)| *place += by * x);
}

/// Every row of `x` with every row of `rows`, both of d numbers.
fn product(x: &[f64], rows: &[f64], d: usize) -> Vec<f64> {
    let rows = || rows.chunks_exact(d);
    x.chunks_exact(d).flat_map(|x| rows().map(move |row| dot(x, row))).collect()
}
