//! S = ΞVᵀ with the features in the lanes, for few queries.

use super::{Vector, lanes, splat};
use crate::rows::Rows;
use attractor_lagrangian::Real;
use pulp::{Arch, Simd, WithSimd};

/// Queries at a time, and sums for each of them that do not wait for one another.
const MANY: usize = 4;
pub(super) const CHAINS: usize = 2;
/// So many queries see a memory before the next one comes: they stay in the nearest cache.
const GROUP: usize = 2 * MANY;

/// `out` (q × n) = `queries` (q × d) · `memories`ᵀ (n × d), all row by row.
pub(crate) fn dots<T: Real>(memories: Rows<'_, T>, queries: &[T], d: usize, out: &mut [T]) {
    dots_on(Arch::new(), memories, queries, d, out);
}

pub(super) fn dots_on<T: Real>(
    arch: Arch,
    memories: Rows<'_, T>,
    queries: &[T],
    d: usize,
    out: &mut [T],
) {
    arch.dispatch(Dots { memories, queries, d, out });
}

struct Dots<'a, T> {
    memories: Rows<'a, T>,
    queries: &'a [T],
    d: usize,
    out: &'a mut [T],
}

impl<T: Real> WithSimd for Dots<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { mut memories, queries, d, out } = self;
        let n = (memories.rows.len() / d).max(1);
        for (queries, out) in queries.chunks(GROUP * d).zip(out.chunks_mut(GROUP * n)) {
            let group = Dots { memories: memories.clone(), queries, d, out };
            match queries.len() / d {
                1 => group.rows::<S, 1, 0>(simd),
                2 => group.rows::<S, 2, 0>(simd),
                3 => group.rows::<S, 3, 0>(simd),
                4 => group.rows::<S, MANY, 0>(simd),
                5 => group.rows::<S, MANY, 1>(simd),
                6 => group.rows::<S, MANY, 2>(simd),
                7 => group.rows::<S, MANY, 3>(simd),
                _ => group.rows::<S, MANY, MANY>(simd),
            }
            memories.next = 0..0; // it has been asked for
        }
    }
}

impl<T: Real> Dots<'_, T> {
    /// All memories, each for the first queries and then for the others.
    #[inline(always)]
    fn rows<S: Simd, const FIRST: usize, const OTHERS: usize>(mut self, simd: S) {
        let (d, n) = (self.d, self.memories.rows.len() / self.d);
        let (first, others) = self.queries.split_at(FIRST * d);
        let (first, others) = (Query::<S, T>::all(simd, first, d), Query::all(simd, others, d));
        // two share what is loaded of the queries, where there are registers for their sums
        let pairs = if S::REGISTER_COUNT >= 32 { n / 2 * 2 } else { 0 };
        for mu in (0..pairs).step_by(2) {
            self.take::<S, 2, FIRST, OTHERS>(simd, mu, &first, &others);
        }
        for mu in pairs..n {
            self.take::<S, 1, FIRST, OTHERS>(simd, mu, &first, &others);
        }
    }

    /// Some memories from one on.
    #[inline(always)]
    fn take<S: Simd, const ROWS: usize, const FIRST: usize, const OTHERS: usize>(
        &mut self,
        simd: S,
        mu: usize,
        first: &[Query<'_, S, T>; FIRST],
        others: &[Query<'_, S, T>; OTHERS],
    ) {
        let (d, n) = (self.d, self.memories.rows.len() / self.d);
        let mut rows: [&[T]; ROWS] = [&[]; ROWS];
        for (i, row) in rows.iter_mut().enumerate() {
            *row = &self.memories.rows[(mu + i) * d..][..d];
        }
        let (out, other_out) = self.out.split_at_mut(FIRST * n);
        let ask = |at: usize, count: usize| {
            for mu in mu..mu + ROWS {
                self.memories.ask(mu * d, at, count);
            }
        };
        place(dots_of::<S, T, ROWS, FIRST>(simd, rows, first, ask), &mut out[mu..], n);
        if OTHERS > 0 {
            let dots = dots_of::<S, T, ROWS, OTHERS>(simd, rows, others, |_, _| ());
            place(dots, &mut other_out[mu..], n);
        }
    }
}

/// A query as vectors.
#[derive(Clone, Copy)]
struct Query<'a, S: Simd, T: Real> {
    whole: &'a [Vector<S, T>],
    /// The last numbers, of which those that are in a whole vector are 0.
    end: Vector<S, T>,
    /// All numbers, if they fill no vector.
    short: &'a [T],
}

impl<'a, S: Simd, T: Real> Query<'a, S, T> {
    #[inline(always)]
    fn all<const N: usize>(simd: S, queries: &'a [T], d: usize) -> [Self; N] {
        let mut all = [Self { whole: &[], end: splat(simd, T::ZERO), short: &[] }; N];
        for (i, place) in all.iter_mut().enumerate() {
            *place = Self::new(simd, &queries[i * d..][..d]);
        }
        all
    }

    #[inline(always)]
    fn new(simd: S, query: &'a [T]) -> Self {
        let (whole, rest) = T::lanes::<S>(query);
        let mut end = [splat(simd, T::ZERO)];
        let lanes = T::each_lane_mut::<S>(&mut end);
        let one = lanes.len();
        lanes[one - rest.len()..].copy_from_slice(rest);
        Self { whole, end: end[0], short: if whole.is_empty() { rest } else { &[] } }
    }
}

/// Writes the products of each query into places beside each other, those of the next n places on.
#[inline(always)]
fn place<T: Real, const ROWS: usize, const MANY: usize>(
    dots: [[T; MANY]; ROWS],
    out: &mut [T],
    n: usize,
) {
    for (i, dots) in dots.into_iter().enumerate() {
        for (place, dot) in out[i..].iter_mut().step_by(n).zip(dots) {
            *place = dot;
        }
    }
}

/// The products of some memories with some queries; on the way it asks for what is at these places of the next ones.
#[inline(always)]
fn dots_of<S: Simd, T: Real, const ROWS: usize, const MANY: usize>(
    simd: S,
    rows: [&[T]; ROWS],
    queries: &[Query<'_, S, T>; MANY],
    ask: impl Fn(usize, usize),
) -> [[T; MANY]; ROWS] {
    let mut sums = [[[splat(simd, T::ZERO); CHAINS]; MANY]; ROWS];
    let (d, one) = (rows[0].len(), lanes::<S, T>());
    let (vectors, whole) = (d / one, d / one / CHAINS * CHAINS);
    let mut x: [&[Vector<S, T>]; ROWS] = [&[]; ROWS];
    for (x, row) in x.iter_mut().zip(rows) {
        *x = &T::lanes::<S>(row).0[..vectors];
    }
    for k in (0..whole).step_by(CHAINS) {
        ask(k * one, CHAINS * one);
        for chain in 0..CHAINS {
            for (x, sums) in x.iter().zip(&mut sums) {
                for (query, sums) in queries.iter().zip(sums) {
                    let g = query.whole[k + chain];
                    sums[chain] = T::lanes_mul_add(simd, x[k + chain], g, sums[chain]);
                }
            }
        }
    }
    ask(whole * one, d - whole * one);
    let mut dots = [[T::ZERO; MANY]; ROWS];
    for i in 0..ROWS {
        for ((query, sums), dot) in queries.iter().zip(&mut sums[i]).zip(&mut dots[i]) {
            if whole < vectors {
                sums[0] = T::lanes_mul_add(simd, x[i][whole], query.whole[whole], sums[0]);
            }
            if vectors * one < d && vectors > 0 {
                let end = T::lanes::<S>(&rows[i][d - one..]).0[0];
                sums[1] = T::lanes_mul_add(simd, end, query.end, sums[1]);
            }
            *dot = T::lanes_total(simd, T::lanes_add(simd, sums[0], sums[1]));
            rows[i].iter().zip(query.short).for_each(|(x, y)| *dot += *x * *y);
        }
    }
    dots
}
