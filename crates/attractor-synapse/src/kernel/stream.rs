//! Both products for one query in one loop: while the memories at hand are summed from cache, the next
//! ones arrive, so that neither waits for the other.

use super::prefetch::{LINE, prefetch};
use super::{Row, lanes, splat, total, vectors};
use attractor_lagrangian::Real;
use pulp::{Arch, Simd, WithSimd};

/// Memories that are scored and summed side by side.
const ROWS: usize = 4;

/// How many memories before it is its turn each is asked for.
const AHEAD: usize = 16;

/// Scores the next memories and sums those at hand.
pub(crate) struct Stream<'a, T> {
    /// The memories to score, n × d, and those that follow them; there may be none.
    pub next: &'a [T],
    /// One query or two, m × d; none if there is nothing to score.
    pub queries: &'a [T],
    /// Their scores, m × n.
    pub scores: &'a mut [T],
    /// The memories to sum, n' × d; there may be none.
    pub now: &'a [T],
    /// Their weights, n'.
    pub weights: &'a [T],
    /// Σ weight·memory, d numbers, written afresh.
    pub sum: &'a mut [T],
}

pub(crate) fn stream<T: Real>(work: Stream<'_, T>) {
    stream_on(Arch::new(), work);
}

pub(super) fn stream_on<T: Real>(arch: Arch, work: Stream<'_, T>) {
    arch.dispatch(work);
}

impl<T: Real> WithSimd for Stream<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.queries.len() / self.sum.len() {
            0 => self.run::<S, 0>(simd),
            1 => self.run::<S, 1>(simd),
            _ => self.run::<S, 2>(simd),
        }
    }
}

impl<T: Real> Stream<'_, T> {
    #[inline(always)]
    fn run<S: Simd, const MANY: usize>(self, simd: S) {
        let Self { next, queries, scores, now, weights, sum } = self;
        let d = sum.len();
        let (to_score, to_sum) = (scores.len() / MANY.max(1), weights.len());
        let both = to_score.min(to_sum) / ROWS * ROWS;
        sum.fill(T::ZERO);
        let queries = vectors::<S, T, MANY>(queries, d);
        for at in (0..both).step_by(ROWS) {
            let rows = vectors::<S, T, ROWS>(&next[at * d..], d);
            let now = Some((vectors::<S, T, ROWS>(&now[at * d..], d), &weights[at..at + ROWS]));
            ask(next, at + AHEAD, d);
            let found = step(simd, &rows, &queries, now, sum);
            place(&found, at, to_score, scores);
        }
        for at in (both..to_score).step_by(ROWS) {
            if at + ROWS <= to_score {
                let rows = vectors::<S, T, ROWS>(&next[at * d..], d);
                ask(next, at + AHEAD, d);
                place(&step(simd, &rows, &queries, None, sum), at, to_score, scores);
            } else {
                for at in at..to_score {
                    let row = vectors::<S, T, 1>(&next[at * d..], d);
                    place(&step(simd, &row, &queries, None, sum), at, to_score, scores);
                }
            }
        }
        for at in both..to_sum {
            let row = vectors::<S, T, 1>(&now[at * d..], d);
            step::<S, T, 1, 0>(simd, &row, &[], Some((row, &weights[at..=at])), sum);
        }
    }
}

/// Asks for some rows.
#[inline(always)]
fn ask<T: Real>(rows: &[T], at: usize, d: usize) {
    if let Some(rows) = rows.get(at * d..(at + ROWS) * d) {
        rows.iter().step_by(LINE / size_of::<T>()).for_each(prefetch);
    }
}

/// Rows and their weights.
type Weighted<'a, S, T, const N: usize> = ([Row<'a, S, T>; N], &'a [T]);

/// The scores of some rows, while `sum` takes up weights of others.
#[inline(always)]
fn step<S: Simd, T: Real, const N: usize, const MANY: usize>(
    simd: S,
    next: &[Row<'_, S, T>; N],
    queries: &[Row<'_, S, T>; MANY],
    now: Option<Weighted<'_, S, T, N>>,
    sum: &mut [T],
) -> [[T; MANY]; N] {
    let whole = sum.len() / lanes::<S, T>() * lanes::<S, T>();
    let (sums, end) = sum.split_at_mut(whole);
    let sums = T::lanes_mut::<S>(sums).0;
    let mut found = [[splat(simd, T::ZERO); MANY]; N];
    let mut weights = [splat(simd, T::ZERO); N];
    if let Some((_, given)) = &now {
        weights.iter_mut().zip(*given).for_each(|(to, w)| *to = splat(simd, *w));
    }
    for (k, sum) in sums.iter_mut().enumerate() {
        for (row, found) in next.iter().zip(&mut found) {
            for (query, found) in queries.iter().zip(found) {
                *found = T::lanes_mul_add(simd, row.0[k], query.0[k], *found);
            }
        }
        if let Some((rows, _)) = &now {
            for (row, weight) in rows.iter().zip(&weights) {
                *sum = T::lanes_mul_add(simd, row.0[k], *weight, *sum);
            }
        }
    }
    if let Some((rows, weights)) = &now {
        for (row, weight) in rows.iter().zip(*weights) {
            end.iter_mut().zip(row.1).for_each(|(sum, x)| *sum += *weight * *x);
        }
    }
    let mut scores = [[T::ZERO; MANY]; N];
    for ((row, found), scores) in next.iter().zip(found).zip(&mut scores) {
        for ((query, found), score) in queries.iter().zip(found).zip(scores) {
            *score = total::<S, T>(found);
            row.1.iter().zip(query.1).for_each(|(x, y)| *score += *x * *y);
        }
    }
    scores
}

/// Writes the scores of the memories from the `at`-th of `n`.
#[inline(always)]
fn place<T: Real, const N: usize, const MANY: usize>(
    found: &[[T; MANY]; N],
    at: usize,
    n: usize,
    scores: &mut [T],
) {
    for (i, found) in found.iter().enumerate() {
        for (m, score) in found.iter().enumerate() {
            scores[m * n + at + i] = *score;
        }
    }
}
