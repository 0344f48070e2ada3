//! S = ΞVᵀ with the features in the lanes, for few queries.

use super::{Row, splat, total, vectors};
use attractor_lagrangian::Real;
use pulp::{Arch, Simd, WithSimd};

/// Queries at a time, and sums for each of them that do not wait for one another.
const MANY: usize = 4;
const CHAINS: usize = 2;
/// So many queries see a memory before the next one comes: they stay in the nearest cache.
const GROUP: usize = 2 * MANY;

/// `out` (q × n) = `queries` (q × d) · `memories`ᵀ (n × d), all row by row.
///
/// The memories are taken one after the other, as they lie: the processor foresees one stream better than it
/// does several.
pub(crate) fn dots<T: Real>(memories: &[T], queries: &[T], d: usize, out: &mut [T]) {
    dots_on(Arch::new(), memories, queries, d, out);
}

pub(super) fn dots_on<T: Real>(arch: Arch, memories: &[T], queries: &[T], d: usize, out: &mut [T]) {
    arch.dispatch(Dots { memories, queries, d, out });
}

struct Dots<'a, T> {
    memories: &'a [T],
    queries: &'a [T],
    d: usize,
    out: &'a mut [T],
}

impl<T: Real> WithSimd for Dots<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { memories, queries, d, out } = self;
        let n = (memories.len() / d).max(1);
        for (queries, out) in queries.chunks(GROUP * d).zip(out.chunks_mut(GROUP * n)) {
            let group = Dots { memories, queries, d, out };
            match queries.len() / d {
                1 => group.rows::<S, 1>(simd),
                2 => group.rows::<S, 2>(simd),
                3 => group.rows::<S, 3>(simd),
                _ => group.rows::<S, MANY>(simd),
            }
        }
    }
}

impl<T: Real> Dots<'_, T> {
    /// All memories, for the first queries and then for what is left of a group.
    #[inline(always)]
    fn rows<S: Simd, const FIRST: usize>(self, simd: S) {
        let (d, n) = (self.d, self.memories.len() / self.d);
        let (first, rest) = self.queries.split_at(FIRST * d);
        let first = vectors::<S, T, FIRST>(first, d);
        for (mu, row) in self.memories.chunks_exact(d).enumerate() {
            let row = T::lanes::<S>(row);
            place(dots_of(simd, row, &first), &mut self.out[mu..], n);
            if rest.is_empty() {
                continue;
            }
            let out = &mut self.out[FIRST * n + mu..];
            match rest.len() / d {
                1 => place(dots_of(simd, row, &vectors::<S, T, 1>(rest, d)), out, n),
                2 => place(dots_of(simd, row, &vectors::<S, T, 2>(rest, d)), out, n),
                3 => place(dots_of(simd, row, &vectors::<S, T, 3>(rest, d)), out, n),
                _ => place(dots_of(simd, row, &vectors::<S, T, MANY>(rest, d)), out, n),
            }
        }
    }
}

/// Writes into every n-th place.
#[inline(always)]
fn place<T: Real, const MANY: usize>(dots: [T; MANY], out: &mut [T], n: usize) {
    for (place, dot) in out.iter_mut().step_by(n).zip(dots) {
        *place = dot;
    }
}

/// The products of a memory with some queries.
#[inline(always)]
fn dots_of<S: Simd, T: Real, const MANY: usize>(
    simd: S,
    row: Row<'_, S, T>,
    queries: &[Row<'_, S, T>; MANY],
) -> [T; MANY] {
    let mut sums = [[splat(simd, T::ZERO); CHAINS]; MANY];
    let whole = row.0.len() / CHAINS * CHAINS;
    for k in (0..whole).step_by(CHAINS) {
        for chain in 0..CHAINS {
            let x = row.0[k + chain];
            for (query, sums) in queries.iter().zip(&mut sums) {
                sums[chain] = T::lanes_mul_add(simd, x, query.0[k + chain], sums[chain]);
            }
        }
    }
    if whole < row.0.len() {
        for (query, sums) in queries.iter().zip(&mut sums) {
            sums[0] = T::lanes_mul_add(simd, row.0[whole], query.0[whole], sums[0]);
        }
    }
    let mut dots = [T::ZERO; MANY];
    for ((query, [a, b]), dot) in queries.iter().zip(sums).zip(&mut dots) {
        *dot = total::<S, T>(T::lanes_add(simd, a, b));
        row.1.iter().zip(query.1).for_each(|(x, y)| *dot += *x * *y);
    }
    dots
}
