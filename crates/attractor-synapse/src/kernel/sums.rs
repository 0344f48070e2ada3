//! O = PᵀΞ with the features in the lanes.

use super::{Vector, lanes, splat};
use crate::rows::Rows;
use attractor_lagrangian::Real;
use pulp::{Arch, Simd, WithSimd};

/// `out` (q × m) = `weights` (q × n) · `values` (n × m), all row by row.
pub(crate) struct Sums<'a, T> {
    pub weights: &'a [T],
    pub values: Rows<'a, T>,
    pub m: usize,
    pub out: &'a mut [T],
}

pub(crate) fn sums<T: Real>(work: Sums<'_, T>) {
    sums_on(Arch::new(), work);
}

pub(super) fn sums_on<T: Real>(arch: Arch, work: Sums<'_, T>) {
    arch.dispatch(work);
}

impl<T: Real> WithSimd for Sums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        for (q, many) in groups(self.out.len() / self.m, 4) {
            match many {
                1 => self.columns::<S, 1, 8>(simd, q),
                2 => self.columns::<S, 2, 4>(simd, q),
                3 => self.columns::<S, 3, 4>(simd, q),
                _ => self.columns::<S, 4, 2>(simd, q),
            }
            self.values.next = 0..0; // it has been asked for
        }
    }
}

/// The first and the number of each of as few and as equal groups as there can be.
#[inline(always)]
fn groups(queries: usize, most: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = queries.div_ceil(most);
    let start = move |group: usize| group * queries / count;
    (0..count).map(move |group| (start(group), start(group + 1) - start(group)))
}

impl<'a, T: Real> Sums<'a, T> {
    /// All features for `MANY` queries from the q-th, `WIDE` vectors at a time while there are so many. The last vector
    /// ends with the last feature and says again what is in the one before.
    #[inline(always)]
    fn columns<S: Simd, const MANY: usize, const WIDE: usize>(&mut self, simd: S, q: usize) {
        let one = lanes::<S, T>();
        let mut at = self.blocks::<S, MANY, WIDE>(simd, q, 0);
        if WIDE > 4 {
            at = self.blocks::<S, MANY, 4>(simd, q, at);
        }
        if WIDE > 2 {
            at = self.blocks::<S, MANY, 2>(simd, q, at);
        }
        at = self.blocks::<S, MANY, 1>(simd, q, at);
        if at < self.m && one <= self.m {
            self.block::<S, MANY, 1>(simd, q, self.m - one);
        } else if at < self.m {
            self.rest(q..q + MANY, at);
        }
    }

    /// As many whole blocks from a feature on as there are; the feature after them.
    #[inline(always)]
    fn blocks<S: Simd, const MANY: usize, const WIDE: usize>(
        &mut self,
        simd: S,
        q: usize,
        mut at: usize,
    ) -> usize {
        let numbers = WIDE * lanes::<S, T>();
        while at + numbers <= self.m {
            self.block::<S, MANY, WIDE>(simd, q, at);
            at += numbers;
        }
        at
    }

    #[inline(always)]
    fn block<S: Simd, const MANY: usize, const WIDE: usize>(
        &mut self,
        simd: S,
        q: usize,
        at: usize,
    ) {
        let numbers = WIDE * lanes::<S, T>();
        let sums = self.weighted::<S, MANY, WIDE>(simd, q, at);
        for (i, sums) in sums.iter().enumerate() {
            let place = &mut self.out[(q + i) * self.m + at..][..numbers];
            T::lanes_mut::<S>(place).0.copy_from_slice(sums);
        }
    }

    /// Features that are less than a vector.
    #[inline(always)]
    fn rest(&mut self, queries: std::ops::Range<usize>, at: usize) {
        for q in queries {
            let weights = self.of(q);
            let place = &mut self.out[q * self.m + at..(q + 1) * self.m];
            place.fill(T::ZERO);
            for (row, w) in self.values.rows.chunks_exact(self.m).zip(weights) {
                place.iter_mut().zip(&row[at..]).for_each(|(sum, x)| *sum += *w * *x);
            }
        }
    }

    /// The weights of a query.
    #[inline(always)]
    fn of(&self, q: usize) -> &'a [T] {
        let n = self.values.rows.len() / self.m;
        &self.weights[q * n..][..n]
    }

    /// Σ of `WIDE` vectors of each row by the weights of `MANY` queries.
    #[inline(always)]
    fn weighted<S: Simd, const MANY: usize, const WIDE: usize>(
        &self,
        simd: S,
        q: usize,
        at: usize,
    ) -> [[Vector<S, T>; WIDE]; MANY] {
        let (n, numbers) = (self.values.rows.len() / self.m, WIDE * lanes::<S, T>());
        let mut weights: [&[T]; MANY] = [&[]; MANY];
        for (i, weights) in weights.iter_mut().enumerate() {
            *weights = self.of(q + i);
        }
        let mut sums = [[splat(simd, T::ZERO); WIDE]; MANY];
        for mu in 0..n {
            let start = mu * self.m + at;
            self.values.ask(start - at, at, numbers);
            let x: &[Vector<S, T>] = T::lanes::<S>(&self.values.rows[start..start + numbers]).0;
            for (weights, sums) in weights.iter().zip(&mut sums) {
                let w = splat(simd, weights[mu]);
                for (sum, x) in sums.iter_mut().zip(x) {
                    *sum = T::lanes_mul_add(simd, w, *x, *sum);
                }
            }
        }
        sums
    }
}
