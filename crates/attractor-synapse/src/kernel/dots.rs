//! S = ΞVᵀ with the features in the lanes, for few queries.

use super::{splat, total, vectors};
use attractor_lagrangian::Real;
use pulp::{Arch, Simd, WithSimd};

/// `out` (q × n) = `queries` (q × d) · `memories`ᵀ (n × d), all row by row.
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
    fn with_simd<S: Simd>(mut self, simd: S) {
        let queries = self.queries.len() / self.d;
        let mut q = 0;
        while q + 4 <= queries {
            self.rows::<S, 3, 4>(simd, q);
            q += 4;
        }
        match queries - q {
            1 => self.rows::<S, 8, 1>(simd, q),
            2 => self.rows::<S, 4, 2>(simd, q),
            3 => self.rows::<S, 4, 3>(simd, q),
            _ => {}
        }
    }
}

impl<T: Real> Dots<'_, T> {
    /// All memories, `ROWS` at a time, for `MANY` queries from the q-th.
    #[inline(always)]
    fn rows<S: Simd, const ROWS: usize, const MANY: usize>(&mut self, simd: S, q: usize) {
        let n = self.memories.len() / self.d;
        let mut mu = 0;
        while mu + ROWS <= n {
            self.block::<S, ROWS, MANY>(simd, mu, q);
            mu += ROWS;
        }
        while mu < n {
            self.block::<S, 1, MANY>(simd, mu, q);
            mu += 1;
        }
    }

    #[inline(always)]
    fn block<S: Simd, const ROWS: usize, const MANY: usize>(
        &mut self,
        simd: S,
        mu: usize,
        q: usize,
    ) {
        let (d, n) = (self.d, self.memories.len() / self.d);
        let rows = vectors::<S, T, ROWS>(&self.memories[mu * d..], d);
        let queries = vectors::<S, T, MANY>(&self.queries[q * d..], d);
        let mut sums = [[splat(simd, T::ZERO); MANY]; ROWS];
        for k in 0..T::lanes::<S>(&self.queries[..d]).0.len() {
            for (row, sums) in rows.iter().zip(&mut sums) {
                for (query, sum) in queries.iter().zip(sums) {
                    *sum = T::lanes_mul_add(simd, row.0[k], query.0[k], *sum);
                }
            }
        }
        for (i, (row, sums)) in rows.iter().zip(sums).enumerate() {
            for (j, (query, sum)) in queries.iter().zip(sums).enumerate() {
                let mut sum = total::<S, T>(sum);
                row.1.iter().zip(query.1).for_each(|(x, y)| sum += *x * *y);
                self.out[(q + j) * n + mu + i] = sum;
            }
        }
    }
}
