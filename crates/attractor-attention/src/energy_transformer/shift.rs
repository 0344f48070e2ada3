//! What a token's move changes of scores and overlaps: a row and a column of each head.

use super::{EnergyTransformer, TokenState};
use attractor_synapse::Element;

impl<T: Element> EnergyTransformer<T> {
    /// Keys, queries, scores and overlaps of the token in the scratch, beside the state's.
    pub(super) fn project(&self, state: &mut TokenState<T>) {
        let (n, d, y) = (state.tokens, self.features(), self.head_width());
        let scratch = &mut state.scratch;
        T::scores(self.queries.as_slice(), &scratch.g, d, &mut scratch.query);
        T::scores(self.keys.as_slice(), &scratch.g, d, &mut scratch.key);
        T::scores(self.memories.patterns().as_slice(), &scratch.g, d, &mut scratch.overlaps);
        let own = scratch.query.chunks_exact(y).zip(scratch.key.chunks_exact(y));
        let others = state.keys.chunks_exact(n * y).zip(state.queries.chunks_exact(n * y));
        let scores = scratch.by_query.chunks_exact_mut(n).zip(scratch.by_key.chunks_exact_mut(n));
        for (((query, key), (keys, queries)), (by_query, by_key)) in own.zip(others).zip(scores) {
            T::scores(keys, query, y, by_query);
            T::scores(queries, key, y, by_key);
        }
    }

    /// The token takes its place in the scratch.
    pub(super) fn commit(&self, state: &mut TokenState<T>, token: usize) {
        let (n, y, own) = (state.tokens, self.head_width(), state.own(token));
        let TokenState { x, g, keys, queries, scores, overlaps, scratch, .. } = state;
        x[own.clone()].copy_from_slice(&scratch.x);
        g[own].copy_from_slice(&scratch.g);
        let m = scratch.overlaps.len();
        overlaps[token * m..(token + 1) * m].copy_from_slice(&scratch.overlaps);
        for h in 0..self.heads() {
            let (place, part) = ((h * n + token) * y, h * y..(h + 1) * y);
            keys[place..place + y].copy_from_slice(&scratch.key[part.clone()]);
            queries[place..place + y].copy_from_slice(&scratch.query[part]);
            let block = &mut scores[h * n * n..(h + 1) * n * n];
            for key in (0..n).filter(|key| *key != token) {
                block[key * n + token] = scratch.by_query[h * n + key];
            }
            for query in (0..n).filter(|query| *query != token) {
                block[token * n + query] = scratch.by_key[h * n + query];
            }
        }
    }
}
