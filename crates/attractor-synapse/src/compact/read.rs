//! The one-pass read-out over memories that are decoded on the way, a tile at a time.

use super::Compact;
use crate::kernel::{self, Sums};
use crate::partial::Partial;
use crate::question::{Answer, Answers, Question};
use crate::read::check;
use crate::rows::Rows;
use crate::{Element, Errand, Memories, Relay, Synapses, answer};
use attractor_lagrangian::{OnePass, Pool, Tally};
use rayon::prelude::*;
use std::ops::Range;

/// Memories per tile at most, so that a sum over a tile is short enough for `f32`.
const TILE: usize = 256;
/// Numbers per tile: decoded, they stay in the cache until they are used.
const TILE_NUMBERS: usize = 1 << 16;
/// Queries that are read together.
const CHUNK: usize = 128;
/// Shares that threads work on; fixed, so that the merge order does not depend on the threads.
const SHARES: usize = 16;

impl<T: Element> Memories<T> for Compact {
    fn memories(&self) -> usize {
        self.len()
    }

    fn features(&self) -> usize {
        self.features
    }

    fn largest_norm(&self) -> f64 {
        self.largest_norm
    }

    fn squared_norms(&self) -> Vec<f64> {
        let (mut row, d) = (vec![0.0f64; self.features], self.features);
        let squares = (0..self.len()).map(|memory| {
            self.numbers.decode(memory..memory + 1, d, &mut row);
            crate::synapses::square(&row)
        });
        squares.collect()
    }

    /// Decodes all memories for it.
    fn spectral_norm(&self) -> f64 {
        self.patterns::<f64>()
            .map_or(f64::NAN, |patterns| crate::spectrum::spectral_norm(&patterns))
    }

    fn read(&self, question: &Question<'_, T>, answers: &mut Answers<T>) {
        let (n, d) = (self.len(), self.features);
        check(n, d, question);
        let queries = question.outputs.len() / d;
        let Answers { features, answers, fields, .. } = answers;
        *features = d;
        answers.resize_with(queries, Answer::default);
        fields.resize(queries * d, 0.0);
        for first in (0..queries).step_by(CHUNK) {
            let question = question.of_some(first..queries.min(first + CHUNK), d);
            let partial = self.partial(&question);
            fields[first * d..][..partial.fields.len()].copy_from_slice(&partial.fields);
            for (q, place) in answers[first..][..partial.queries()].iter_mut().enumerate() {
                answer::write(&question, &partial, q, partial.field(q), place);
            }
        }
    }

    /// Decodes all memories for it: the two-body network, which is read many times, is better built over
    /// [`Compact::patterns`].
    ///
    /// # Panics
    /// As [`Memories::relay`], and if a number kept in f64 is beyond the range of f32 and read as that.
    fn relay(&self, errand: Errand<'_, T>, relay: &mut Relay<T>) {
        let all = self.patterns().unwrap_or_else(|error| panic!("{error}"));
        Synapses::new(all).relay(errand, relay);
    }
}

impl Compact {
    /// What all memories say to the queries of one chunk.
    fn partial<T: Element>(&self, question: &Question<'_, T>) -> Partial {
        let n = self.len();
        let Some(OnePass::Sum(pool)) = question.hidden.one_pass() else {
            return Reader::new(self, question).two_reads();
        };
        let count = n.div_ceil(TILE).min(SHARES);
        let share = |reader: &mut Reader<'_, T>, i: usize| {
            reader.read(pool, i * n / count..(i + 1) * n / count)
        };
        let parts: Vec<Partial> =
            (0..count).into_par_iter().map_init(|| Reader::new(self, question), share).collect();
        merge(parts)
    }
}

/// Joins the shares in a fixed tree.
fn merge(mut parts: Vec<Partial>) -> Partial {
    while parts.len() > 1 {
        let mut pairs = parts.into_iter();
        parts = Vec::new();
        while let Some(mut left) = pairs.next() {
            if let Some(right) = pairs.next() {
                left.merge(&right);
            }
            parts.push(left);
        }
    }
    parts.swap_remove(0)
}

/// The tile at hand with the scratch for it.
struct Reader<'a, T> {
    memories: &'a Compact,
    question: &'a Question<'a, T>,
    queries: usize,
    rows: Vec<T>,
    /// q × n, and then the weights.
    scores: Vec<T>,
    moves: Vec<T>,
    sums: Vec<T>,
    tallies: Vec<Tally>,
}

/// Memories per tile.
fn tile(features: usize) -> usize {
    (TILE_NUMBERS / features).clamp(16, TILE)
}

impl<'a, T: Element> Reader<'a, T> {
    fn new(memories: &'a Compact, question: &'a Question<'a, T>) -> Self {
        let d = memories.features;
        let (queries, tile) = (question.outputs.len() / d, tile(d));
        let places = |count: usize| vec![T::ZERO; count];
        Self {
            memories,
            question,
            queries,
            rows: places(tile * d),
            scores: places(tile * queries),
            moves: places(if question.moved.is_some() { tile * queries } else { 0 }),
            sums: places(queries * d),
            tallies: vec![Tally::EMPTY; queries],
        }
    }

    fn empty(&self) -> Partial {
        Partial::empty(self.queries, self.memories.features, self.question.top)
    }

    fn read(&mut self, pool: &dyn Pool<T>, range: Range<usize>) -> Partial {
        let mut partial = self.empty();
        for start in range.clone().step_by(tile(self.memories.features)) {
            let tile = start..range.end.min(start + tile(self.memories.features));
            self.pool_tile(pool, tile, &mut partial);
        }
        partial
    }

    fn pool_tile(&mut self, pool: &dyn Pool<T>, range: Range<usize>, partial: &mut Partial) {
        let (d, n) = (self.memories.features, range.len());
        self.score(range.clone(), partial);
        if let Some(moved) = self.question.moved {
            let moves = &mut self.moves[..n * self.queries];
            kernel::dots(Rows::from(&self.rows[..n * d]), moved.by, d, moves);
            let columns = self.scores.chunks_exact(n).zip(moves.chunks_exact(n)).enumerate();
            for (q, (scores, moves)) in columns {
                pool.gap(scores, moves, &moved.before[q..=q], &mut partial.gaps[q..=q]);
            }
        }
        let columns = self.scores[..n * self.queries].chunks_exact_mut(n).enumerate();
        for (q, scores) in columns {
            pool.weigh(scores, &mut self.tallies[q..=q]);
            rank(scores, &self.tallies[q], range.start, q, partial);
        }
        self.sum(n);
        for (q, sum) in self.sums.chunks_exact(d).enumerate() {
            partial.absorb(q, &self.tallies[q], sum);
        }
    }

    /// Σ weight·ξ̂ of the tile for every query.
    fn sum(&mut self, n: usize) {
        let m = self.memories.features;
        kernel::sums(Sums {
            weights: &self.scores[..n * self.queries],
            values: Rows::from(&self.rows[..n * m]),
            m,
            out: &mut self.sums,
        });
    }

    /// h = Ξ̂g + b of a tile, q × n; the overlaps are noted before the bias.
    fn score(&mut self, range: Range<usize>, partial: &mut Partial) {
        let (d, n) = (self.memories.features, range.len());
        let rows = &mut self.rows[..n * d];
        self.memories.numbers.decode(range.clone(), d, rows);
        let scores = &mut self.scores[..n * self.queries];
        kernel::dots(Rows::from(&*rows), self.question.outputs, d, scores);
        for (column, nearest) in scores.chunks_exact_mut(n).zip(&mut partial.nearest) {
            for (score, memory) in column.iter_mut().zip(range.clone()) {
                nearest.see(memory, score.f64() * self.memories.inverse_norms()[memory]);
                if let Some(bias) = self.question.bias {
                    *score = T::of(score.f64() + bias[memory]);
                }
            }
        }
    }

    /// A hidden Lagrangian that does not stream: all scores, its activation, and the tiles once more.
    fn two_reads(mut self) -> Partial {
        let (n, d, queries) = (self.memories.len(), self.memories.features, self.queries);
        let mut partial = self.empty();
        let (mut h, mut moves) = (vec![vec![T::ZERO; n]; queries], vec![vec![T::ZERO; n]; queries]);
        for range in tiles(n, d) {
            self.score(range.clone(), &mut partial);
            spread(&self.scores, &mut h, range.clone());
            if let Some(moved) = self.question.moved {
                let rows = &self.rows[..range.len() * d];
                kernel::dots(
                    Rows::from(rows),
                    moved.by,
                    d,
                    &mut self.moves[..range.len() * queries],
                );
                spread(&self.moves, &mut moves, range);
            }
        }
        let weights: Vec<Vec<T>> =
            (0..queries).map(|q| self.activate(q, &h[q], &moves[q], &mut partial)).collect();
        for range in tiles(n, d) {
            self.add(range, &weights, &mut partial);
        }
        partial
    }

    /// The weights of all memories for one query.
    fn activate(&mut self, q: usize, h: &[T], moves: &[T], partial: &mut Partial) -> Vec<T> {
        let hidden = self.question.hidden;
        if self.question.moved.is_some() {
            let from: Vec<T> = h.iter().zip(moves).map(|(&h, &d)| h - d).collect();
            let mut slope = vec![T::ZERO; h.len()];
            hidden.activate(&from, &mut slope);
            let tilt = slope.iter().zip(moves).map(|(f, d)| f.f64() * d.f64()).sum();
            partial.gaps[q] = [hidden.bregman(h, &from, &slope), tilt, 0.0];
        }
        let mut f = vec![T::ZERO; h.len()];
        hidden.activate(h, &mut f);
        if matches!(hidden.one_pass(), Some(OnePass::Select(_))) {
            partial.active[q] = Some(f.iter().filter(|f| **f != T::ZERO).count());
        }
        let (value, weight) = (hidden.value(h), f.iter().map(|f| f.f64().abs()).sum());
        let square = f.iter().map(|f| f.f64() * f.f64()).sum();
        self.tallies[q] = Tally { log_scale: 0.0, value, weight, square };
        f
    }

    /// Adds the weighted sums of a tile; the tally of all memories goes with the first.
    fn add(&mut self, range: Range<usize>, weights: &[Vec<T>], partial: &mut Partial) {
        let d = self.memories.features;
        let rows = &mut self.rows[..range.len() * d];
        self.memories.numbers.decode(range.clone(), d, rows);
        let places = self.scores.chunks_exact_mut(range.len());
        for (q, (place, weights)) in places.zip(weights).enumerate() {
            place.copy_from_slice(&weights[range.clone()]);
            rank(&weights[range.clone()], &self.tallies[q], range.start, q, partial);
        }
        self.sum(range.len());
        for (q, sum) in self.sums.chunks_exact(d).enumerate() {
            let rest = Tally { value: 0.0, weight: 0.0, square: 0.0, ..self.tallies[q] };
            let tally = if range.start == 0 { self.tallies[q] } else { rest };
            partial.absorb(q, &tally, sum);
        }
    }
}

fn tiles(n: usize, features: usize) -> impl Iterator<Item = Range<usize>> {
    let tile = tile(features);
    (0..n).step_by(tile).map(move |start| start..n.min(start + tile))
}

/// A tile, q × n, into one list for each query.
fn spread<T: Copy>(tile: &[T], lists: &mut [Vec<T>], range: Range<usize>) {
    for (column, list) in tile.chunks_exact(range.len()).zip(lists) {
        list[range.clone()].copy_from_slice(column);
    }
}

/// Notes the heaviest weights of a tile for query q.
fn rank<T: Element>(weights: &[T], tally: &Tally, first: usize, q: usize, partial: &mut Partial) {
    let bar = |partial: &Partial| (partial.tops[q].bar() - tally.log_scale).exp();
    let mut least = bar(partial);
    for (weight, memory) in weights.iter().map(|w| w.abs().f64()).zip(first..) {
        if weight > least {
            partial.rank(q, memory, weight, tally.log_scale);
            least = bar(partial);
        }
    }
}
