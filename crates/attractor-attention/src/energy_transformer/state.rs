//! Tokens with what heads and memories make of them.

use super::sum::Sum;
use super::{EnergyTransformer, EnergyTransformerError};
use attractor_lagrangian::{Lagrangian, Real};
use attractor_synapse::{Element, Memories};

/// Currents and outputs of n tokens, their keys, queries and overlaps, and the storage in which they move.
///
/// Everything is kept in step with the outputs, so an energy needs no product.
#[derive(Debug, Clone)]
pub struct TokenState<T> {
    pub(super) tokens: usize,
    /// n × D.
    pub(super) x: Vec<T>,
    pub(super) g: Vec<T>,
    pub(super) frozen: Vec<bool>,
    /// H × n × Y.
    pub(super) keys: Vec<T>,
    pub(super) queries: Vec<T>,
    /// H × n × n: of every key with every query, which runs fastest.
    pub(super) scores: Vec<T>,
    /// H × n: over all keys of a query but its own.
    pub(super) totals: Vec<Sum>,
    /// n × M.
    pub(super) overlaps: Vec<T>,
    pub(super) scratch: Scratch<T>,
}

/// Where a token moves before it is there, and the sums of a sweep.
#[derive(Debug, Clone)]
pub(super) struct Scratch<T> {
    /// H × n: over the keys of tokens that have moved, and over those that do not move now.
    pub(super) before: Vec<Sum>,
    pub(super) rest: Vec<Sum>,
    /// H × n × n: over the keys of tokens after the one whose turn it is.
    pub(super) after: Vec<Sum>,
    /// n.
    pub(super) shares: Vec<T>,
    pub(super) from: Vec<f64>,
    pub(super) to: Vec<f64>,
    /// H × Y: Σ pK and Σ pQ.
    pub(super) as_query: Vec<T>,
    pub(super) as_key: Vec<T>,
    /// H × Y: of the token after its move.
    pub(super) query: Vec<T>,
    pub(super) key: Vec<T>,
    /// H × n: scores of its key with all queries, and of its query with all keys.
    pub(super) by_key: Vec<T>,
    pub(super) by_query: Vec<T>,
    /// M.
    pub(super) overlaps: Vec<T>,
    pub(super) f: Vec<T>,
    pub(super) next_f: Vec<T>,
    /// D.
    pub(super) field: Vec<T>,
    pub(super) target: Vec<f64>,
    pub(super) x: Vec<T>,
    pub(super) g: Vec<T>,
    /// n × D.
    pub(super) forces: Vec<f64>,
}

impl<T: Real> TokenState<T> {
    /// n.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// The currents x, n × D.
    pub fn currents(&self) -> &[T] {
        &self.x
    }

    /// The outputs g, n × D.
    pub fn outputs(&self) -> &[T] {
        &self.g
    }

    /// Freezes tokens, as true ones: they keep their currents, are seen by all others, and contribute
    /// nothing to a certificate or a residual.
    ///
    /// # Errors
    /// [`EnergyTransformerError::Width`] unless there is one flag for each token.
    pub fn freeze(&mut self, frozen: &[bool]) -> Result<(), EnergyTransformerError> {
        super::width("the list of frozen tokens", self.tokens, frozen.len())?;
        self.frozen.copy_from_slice(frozen);
        Ok(())
    }

    /// Where token `token` has its D numbers.
    pub(super) fn own(&self, token: usize) -> std::ops::Range<usize> {
        let features = self.x.len() / self.tokens;
        token * features..(token + 1) * features
    }
}

impl<T: Element> EnergyTransformer<T> {
    /// The state with these currents, token after token (n × D).
    ///
    /// # Errors
    /// [`EnergyTransformerError::Tokens`], [`EnergyTransformerError::NotFinite`], and
    /// [`EnergyTransformerError::Overflow`] where scores or the energy leave the scalar's range.
    pub fn start(&self, tokens: &[T]) -> Result<TokenState<T>, EnergyTransformerError> {
        let (numbers, features) = (tokens.len(), self.features());
        if numbers == 0 || !numbers.is_multiple_of(features) {
            return Err(EnergyTransformerError::Tokens { numbers, features });
        }
        if let Some(at) = tokens.iter().position(|x| !x.is_finite()) {
            let (token, feature) = (at / features, at % features);
            return Err(EnergyTransformerError::NotFinite {
                token,
                feature,
                value: tokens[at].f64(),
            });
        }
        let mut state = self.blank(tokens);
        for token in 0..state.tokens {
            let own = state.own(token);
            self.norm.0.activate(&state.x[own.clone()], &mut state.g[own]);
        }
        self.refresh(&mut state);
        let finite = self.energy(&state).total().is_finite();
        if finite { Ok(state) } else { Err(EnergyTransformerError::Overflow { dtype: T::NAME }) }
    }

    fn blank(&self, tokens: &[T]) -> TokenState<T> {
        let (d, rows, m) = (self.features(), self.queries.len(), self.memories.memories());
        let (n, heads) = (tokens.len() / d, self.heads());
        let zeros = |count: usize| vec![T::ZERO; count];
        let sums = |count: usize| vec![Sum::EMPTY; count];
        let scratch = Scratch {
            before: sums(heads * n),
            rest: sums(heads * n),
            after: sums(heads * n * n),
            shares: zeros(n),
            from: vec![0.0; n],
            to: vec![0.0; n],
            as_query: zeros(rows),
            as_key: zeros(rows),
            query: zeros(rows),
            key: zeros(rows),
            by_key: zeros(heads * n),
            by_query: zeros(heads * n),
            overlaps: zeros(m),
            f: zeros(m),
            next_f: zeros(m),
            field: zeros(d),
            target: vec![0.0; d],
            x: zeros(d),
            g: zeros(d),
            forces: vec![0.0; n * d],
        };
        TokenState {
            tokens: n,
            x: tokens.to_vec(),
            g: zeros(n * d),
            frozen: vec![false; n],
            keys: zeros(n * rows),
            queries: zeros(n * rows),
            scores: zeros(heads * n * n),
            totals: sums(heads * n),
            overlaps: zeros(n * m),
            scratch,
        }
    }

    /// Everything that hangs on the outputs, from them.
    pub(super) fn refresh(&self, state: &mut TokenState<T>) {
        let (n, d, y) = (state.tokens, self.features(), self.head_width());
        let weights = self.queries.as_slice().chunks_exact(y * d);
        let weights = weights.zip(self.keys.as_slice().chunks_exact(y * d));
        let places = state.queries.chunks_exact_mut(n * y).zip(state.keys.chunks_exact_mut(n * y));
        let scores = state.scores.chunks_exact_mut(n * n);
        for (((q, k), (queries, keys)), scores) in weights.zip(places).zip(scores) {
            T::scores(&state.g, q, d, queries);
            T::scores(&state.g, k, d, keys);
            T::scores(keys, queries, y, scores);
        }
        let memories = self.memories.patterns().as_slice();
        T::scores(&state.g, memories, d, &mut state.overlaps);
        self.sum_scores(state);
    }

    fn sum_scores(&self, state: &mut TokenState<T>) {
        let n = state.tokens;
        let heads = self.heads.iter().zip(state.totals.chunks_exact_mut(n));
        for ((head, totals), scores) in heads.zip(state.scores.chunks_exact(n * n)) {
            for (query, total) in totals.iter_mut().enumerate() {
                *total = seen(query, 0..n, scores, n, head.beta());
            }
        }
    }
}

/// Over some keys of a query, but for its own.
pub(super) fn seen<T: Real>(
    query: usize,
    keys: std::ops::Range<usize>,
    scores: &[T],
    n: usize,
    beta: f64,
) -> Sum {
    let others = keys.filter(|key| *key != query);
    others.fold(Sum::EMPTY, |sum, key| sum.merge(Sum::of(scores[key * n + query].f64()), beta))
}
