//! The one-pass read-out: scores, weights, weighted sum, energy and certificate of a batch of
//! queries, tile by tile.

use crate::coupled::Scratch;
use crate::cover::Reading;
use crate::partial::{Nearest, Partial};
use crate::product::Element;
use crate::{Memories, Synapses};
use attractor_lagrangian::{Before, Lagrangian, OnePass, Pool, Tally, norm};
use rayon::prelude::*;
use std::ops::Range;

/// Memories per tile: with 128 queries of f32 its scores fill 128 kB, and a sum over a tile is
/// short enough for f32.
const TILE: usize = 256;
/// Queries that are read together.
const CHUNK: usize = 128;
/// Shares that threads work on; fixed, so that the merge order does not depend on the threads.
const SHARES: usize = 16;

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
    /// ‖f‖₁.
    pub activity: f64,
    /// n_eff = 1/Σp², the number of memories that share the weight; 0 if every f is 0.
    pub effective_memories: f64,
    /// How many memories have any weight, counted, where the hidden Lagrangian selects
    /// ([`OnePass::Select`]): the others have exactly 0.
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
    shares: Vec<Share<T>>,
    pub(crate) coupled: Scratch,
}

impl<T> Default for Answers<T> {
    fn default() -> Self {
        let (answers, fields, shares) = (Vec::new(), Vec::new(), Vec::new());
        Self { features: 0, answers, fields, shares, coupled: Scratch::default() }
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

/// One share of the memories with its scratch.
#[derive(Debug)]
struct Share<T> {
    partial: Partial,
    scores: Vec<T>,
    moves: Vec<T>,
    sums: Vec<T>,
    tallies: Vec<Tally>,
    /// The weight that enters a query's list of the heaviest, in the tile's unit.
    bars: Vec<f64>,
}

impl<T: Element> Share<T> {
    fn new() -> Self {
        let partial = Partial::empty(0, 0, 0);
        Self { partial, scores: vec![], moves: vec![], sums: vec![], tallies: vec![], bars: vec![] }
    }

    fn prepare(&mut self, rows: usize, queries: usize, part: &Part<'_, T>) {
        let question = &part.question;
        let features = part.reading.width(question.outputs.len() / queries);
        self.partial.clear(queries, features, question.top);
        self.scores.resize(rows * queries, T::ZERO);
        self.moves.resize(if question.moved.is_some() { rows * queries } else { 0 }, T::ZERO);
        self.sums.resize(queries * features, T::ZERO);
        self.tallies.resize(queries, Tally::EMPTY);
    }

    fn read(&mut self, xi: &Synapses<T>, part: &Part<'_, T>, range: Range<usize>) {
        let queries = part.question.outputs.len() / xi.features();
        match part.question.hidden.one_pass() {
            Some(OnePass::Sum(pool)) => {
                self.prepare(TILE, queries, part);
                for start in range.clone().step_by(TILE) {
                    let tile = start..range.end.min(start + TILE);
                    if !part.reading.cover.hides_tile(part.first + queries, &tile) {
                        self.pool_tile(xi, part, pool, tile);
                    }
                }
            }
            _ => {
                self.prepare(range.len(), queries, part);
                self.two_reads(xi, part, range);
            }
        }
    }

    /// One tile: scores (and moves) by a product, weights by the pool, weighted sum by a product.
    fn pool_tile(
        &mut self,
        xi: &Synapses<T>,
        part: &Part<'_, T>,
        pool: &dyn Pool<T>,
        range: Range<usize>,
    ) {
        let (d, queries, question) = (xi.features(), self.tallies.len(), &part.question);
        let memories = &xi.patterns().as_slice()[range.start * d..range.end * d];
        self.score(xi, part, range.clone());
        let tile = range.len() * queries;
        if let Some(moved) = question.moved {
            T::scores(memories, moved.by, d, &mut self.moves[..tile]);
            pool.gap(
                &self.scores[..tile],
                &self.moves[..tile],
                moved.before,
                &mut self.partial.gaps,
            );
        }
        pool.weigh(&mut self.scores[..tile], &mut self.tallies);
        self.rank(range.clone());
        self.sum(xi, part, range, tile);
    }

    /// Adds the sums of the memories, or of their values, by the weights of a tile.
    fn sum(&mut self, xi: &Synapses<T>, part: &Part<'_, T>, range: Range<usize>, tile: usize) {
        let values = part.reading.values.unwrap_or(xi.patterns());
        let m = values.features();
        let values = &values.as_slice()[range.start * m..range.end * m];
        T::weighted(&self.scores[..tile], values, m, &mut self.sums);
        for (q, sum) in self.sums.chunks_exact(m).enumerate() {
            self.partial.absorb(q, &self.tallies[q], sum);
        }
    }

    /// h = Ξg + b of a range of memories; the overlaps are noted before the bias.
    fn score(&mut self, xi: &Synapses<T>, part: &Part<'_, T>, range: Range<usize>) {
        let (d, queries, question) = (xi.features(), self.tallies.len(), &part.question);
        let memories = &xi.patterns().as_slice()[range.start * d..range.end * d];
        let scores = &mut self.scores[..range.len() * queries];
        T::scores(memories, question.outputs, d, scores);
        if part.reading.cover.is_some() {
            return self.score_covered(xi, part, range);
        }
        for (row, memory) in scores.chunks_exact_mut(queries).zip(range) {
            let inverse = xi.inverse_norms()[memory];
            for (score, nearest) in row.iter().zip(&mut self.partial.nearest) {
                nearest.see(memory, score.f64() * inverse);
            }
            if let Some(bias) = question.bias {
                row.iter_mut().for_each(|h| *h = T::of(h.f64() + bias[memory]));
            }
        }
    }

    /// The same behind a cover, from the overlaps: what a query does not see is not near it.
    fn score_covered(&mut self, xi: &Synapses<T>, part: &Part<'_, T>, range: Range<usize>) {
        let (n, queries, cover) = (xi.memories(), self.tallies.len(), &part.reading.cover);
        for (row, memory) in self.scores.chunks_exact_mut(queries).zip(range) {
            let inverse = xi.inverse_norms()[memory];
            for ((q, score), nearest) in (part.first..).zip(&*row).zip(&mut self.partial.nearest) {
                if cover.shows(q, memory, n) {
                    nearest.see(memory, score.f64() * inverse);
                }
            }
            if let Some(bias) = part.question.bias {
                row.iter_mut().for_each(|h| *h = T::of(h.f64() + bias[memory]));
            }
            for (q, score) in (part.first..).zip(row) {
                *score = T::of(cover.score(score.f64(), q, memory, n));
            }
        }
    }

    /// Notes the heaviest weights of the tile just weighed, row by row as they lie in memory.
    fn rank(&mut self, range: Range<usize>) {
        let queries = self.tallies.len();
        let bar = |partial: &Partial, tally: &Tally, q: usize| {
            (partial.tops[q].bar() - tally.log_scale).exp()
        };
        self.bars.clear();
        self.bars.extend((0..queries).map(|q| bar(&self.partial, &self.tallies[q], q)));
        for (row, memory) in self.scores.chunks_exact(queries).zip(range) {
            for (q, weight) in row.iter().map(|w| w.abs().f64()).enumerate() {
                if weight > self.bars[q] {
                    self.partial.rank(q, memory, weight, self.tallies[q].log_scale);
                    self.bars[q] = bar(&self.partial, &self.tallies[q], q);
                }
            }
        }
    }

    /// A hidden Lagrangian that does not stream: all scores of a query, then its activation.
    fn two_reads(&mut self, xi: &Synapses<T>, part: &Part<'_, T>, range: Range<usize>) {
        let (d, queries, question) = (xi.features(), self.tallies.len(), &part.question);
        self.score(xi, part, range.clone());
        if let Some(moved) = question.moved {
            T::scores(xi.patterns().as_slice(), moved.by, d, &mut self.moves);
        }
        let column = |tile: &[T], q: usize| -> Vec<T> {
            tile.iter().skip(q).step_by(queries).copied().collect()
        };
        for q in 0..queries {
            let h = column(&self.scores, q);
            if question.moved.is_some() {
                self.partial.gaps[q] = stored_gap(question.hidden, &h, &column(&self.moves, q));
            }
            let mut f = vec![T::ZERO; h.len()];
            question.hidden.activate(&h, &mut f);
            self.tallies[q] = tally_of(question.hidden.value(&h), &f);
            if matches!(question.hidden.one_pass(), Some(OnePass::Select(_))) {
                self.partial.active[q] = Some(f.iter().filter(|f| **f != T::ZERO).count());
            }
            self.scores.iter_mut().skip(q).step_by(queries).zip(f).for_each(|(s, f)| *s = f);
        }
        self.rank(range.clone());
        self.sum(xi, part, range, self.scores.len());
    }
}

/// The question of the queries that are read together, of which the first is query `first`.
struct Part<'a, T> {
    question: Question<'a, T>,
    reading: Reading<'a, T>,
    first: usize,
}

fn tally_of<T: Element>(value: f64, f: &[T]) -> Tally {
    let weight = f.iter().map(|f| f.f64().abs()).sum();
    let square = f.iter().map(|f| f.f64() * f.f64()).sum();
    Tally { log_scale: 0.0, value, weight, square }
}

/// D_{L_h}(h, h − δ) and the change to first order, f(h − δ)·δ.
fn stored_gap<T: Element>(hidden: &dyn Lagrangian<T>, h: &[T], by: &[T]) -> [f64; 3] {
    let from: Vec<T> = h.iter().zip(by).map(|(&h, &d)| h - d).collect();
    let mut slope = vec![T::ZERO; h.len()];
    hidden.activate(&from, &mut slope);
    let tilt = slope.iter().zip(by).map(|(f, d)| f.f64() * d.f64()).sum();
    [hidden.bregman(h, &from, &slope), tilt, 0.0]
}

/// Reads the memories in chunks of queries, each in fixed shares that are merged in a fixed tree:
/// the bits do not depend on the number of threads.
pub(crate) fn read<T: Element>(
    xi: &Synapses<T>,
    question: &Question<'_, T>,
    reading: &Reading<'_, T>,
    answers: &mut Answers<T>,
) {
    let d = xi.features();
    check(xi, question);
    let queries = question.outputs.len() / d;
    reading.check(xi.memories(), queries, question.hidden);
    let width = reading.width(d);
    answers.features = width;
    answers.answers.resize_with(queries, Answer::default);
    answers.fields.resize(queries * width, 0.0);
    for first in (0..queries).step_by(CHUNK) {
        let question = part(question, first..queries.min(first + CHUNK), d);
        let part = Part { question, reading: *reading, first };
        read_shares(xi, &part, &mut answers.shares);
        let partial = &answers.shares[0].partial;
        answers.fields[first * width..][..partial.fields.len()].copy_from_slice(&partial.fields);
        for (q, place) in answers.answers[first..][..partial.queries()].iter_mut().enumerate() {
            answer(&part.question, partial, q, place);
        }
    }
}

#[track_caller]
pub(crate) fn check<T: Element>(xi: &Synapses<T>, question: &Question<'_, T>) {
    let (n, d, numbers) = (xi.memories(), xi.features(), question.outputs.len());
    assert_eq!(numbers % d, 0, "{numbers} outputs are no multiple of {d} features");
    assert!(question.bias.is_none_or(|b| b.len() == n), "one bias per memory, {n}");
    if let Some(moved) = question.moved {
        let fits = moved.by.len() == numbers && moved.before.len() == numbers / d;
        assert!(fits, "moves for {} numbers, outputs are {numbers}", moved.by.len());
    }
}

/// The question of some of the queries.
fn part<'a, T: Copy>(question: &Question<'a, T>, range: Range<usize>, d: usize) -> Question<'a, T> {
    let numbers = range.start * d..range.end * d;
    let moved = question
        .moved
        .map(|moved| Moved { by: &moved.by[numbers.clone()], before: &moved.before[range] });
    Question { outputs: &question.outputs[numbers], moved, ..*question }
}

fn read_shares<T: Element>(xi: &Synapses<T>, part: &Part<'_, T>, shares: &mut Vec<Share<T>>) {
    let n = xi.memories();
    // a selection asks for all scores at once, as long as it is read twice
    let streams = matches!(part.question.hidden.one_pass(), Some(OnePass::Sum(_)));
    let count = if streams { n.div_ceil(TILE).min(SHARES) } else { 1 };
    shares.truncate(count);
    shares.resize_with(count, Share::new);
    let share_of = |i: usize| i * n / count..(i + 1) * n / count;
    if count == 1 {
        shares[0].read(xi, part, 0..n);
    } else {
        shares.par_iter_mut().enumerate().for_each(|(i, share)| share.read(xi, part, share_of(i)));
    }
    let mut stride = 1;
    while stride < count {
        for i in (0..count - stride).step_by(2 * stride) {
            let (left, right) = shares.split_at_mut(i + stride);
            left[i].partial.merge(&right[0].partial);
        }
        stride *= 2;
    }
}

/// Writes the answer to query q, into the storage of an earlier one.
fn answer<T: Element>(question: &Question<'_, T>, partial: &Partial, q: usize, place: &mut Answer) {
    let tally = &partial.tallies[q];
    let pool = match question.hidden.one_pass() {
        Some(OnePass::Sum(pool)) => Some(pool),
        _ => None,
    };
    let value = pool.map_or(tally.value, |pool| pool.potential(tally));
    let log_factor = pool.map_or(0.0, |pool| pool.log_factor(tally));
    let sums = &partial.gaps[q];
    let (gap, gap_slack) = match (pool, question.moved.map(|moved| &moved.before[q])) {
        (Some(pool), Some(before)) => {
            (pool.gap_value(sums, before, value), pool.gap_slack(sums, before))
        }
        (None, Some(before)) => (sums[0], (sums[1] - before.tilt).abs()),
        _ => (0.0, 0.0),
    };
    let silent = tally.weight == 0.0;
    let share = |ln_weight: f64| (ln_weight - tally.log_scale).exp() / tally.weight;
    let ranked = partial.tops[q].ranked().iter().filter(|_| !silent);
    let d = question.outputs.len() / partial.queries();
    let mut top = std::mem::take(&mut place.top);
    top.clear();
    top.extend(ranked.map(|r| Weight { memory: r.memory, weight: share(r.ln_weight) }));
    *place = Answer {
        value,
        log_scale: if silent { f64::NEG_INFINITY } else { log_factor },
        activity: if silent { 0.0 } else { tally.weight * log_factor.exp() },
        effective_memories: if silent { 0.0 } else { tally.weight / tally.square * tally.weight },
        active: partial.active[q],
        gap,
        gap_slack,
        nearest: partial.nearest[q].of_length(norm(&question.outputs[q * d..][..d])),
        top,
    };
}
