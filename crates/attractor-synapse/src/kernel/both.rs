//! Both products of memories with one query whose weights are known: every row is read once.

use super::dots::CHAINS;
use super::{Vector, lanes, splat};
use crate::rows::Rows;
use attractor_lagrangian::Real;
use pulp::{Arch, Simd, WithSimd};

/// Rows side by side, where there are registers for them: what is summed goes through the nearest cache once for all of
/// them. Else one after the other, in the order in which they come from memory: on a Zen 3 up to 1.3 times as fast.
const ROWS: usize = 4;

/// The products ξ·g of n memories, and Σ w·ξ: the same bits as `dots` and `sums` give, so
/// that what a look says does not depend on what it was read with.
pub(crate) struct Both<'a, T> {
    /// n × d.
    pub memories: Rows<'a, T>,
    /// g, d numbers.
    pub outputs: &'a [T],
    /// n numbers.
    pub weights: &'a [T],
    /// n numbers.
    pub scores: &'a mut [T],
    /// d numbers.
    pub sum: &'a mut [T],
}

pub(crate) fn both<T: Real>(work: Both<'_, T>) {
    both_on(Arch::new(), work);
}

pub(super) fn both_on<T: Real>(arch: Arch, work: Both<'_, T>) {
    arch.dispatch(work);
}

impl<T: Real> WithSimd for Both<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { memories, outputs, weights, scores, sum } = self;
        let d = outputs.len();
        sum.fill(T::ZERO);
        let (outputs, outputs_rest) = T::lanes::<S>(outputs);
        let (sum, sum_rest) = T::lanes_mut::<S>(sum);
        if outputs.is_empty() {
            return short(memories.rows, outputs_rest, weights, scores, sum_rest);
        }
        let mut ends = [splat(simd, T::ZERO); 2];
        let one = lanes::<S, T>();
        T::each_lane_mut::<S>(&mut ends)[one - outputs_rest.len()..one]
            .copy_from_slice(outputs_rest);
        let mut work = Block { simd, memories, d, outputs, end: ends[0], sum, sum_end: ends[1] };
        let whole = if S::REGISTER_COUNT >= 32 { weights.len() / ROWS * ROWS } else { 0 };
        for at in (0..whole).step_by(ROWS) {
            work.take::<ROWS>(at, &weights[at..], &mut scores[at..]);
        }
        for at in whole..weights.len() {
            work.take::<1>(at, &weights[at..], &mut scores[at..]);
        }
        let sum_end = [work.sum_end];
        let last = &T::each_lane::<S>(&sum_end)[one - sum_rest.len()..];
        sum_rest.copy_from_slice(last);
    }
}

/// Rows that fill no vector.
fn short<T: Real>(memories: &[T], g: &[T], weights: &[T], scores: &mut [T], sum: &mut [T]) {
    let rows = memories.chunks_exact(g.len()).zip(weights).zip(scores);
    for ((row, w), score) in rows {
        *score = T::ZERO;
        for ((x, g), sum) in row.iter().zip(g).zip(&mut *sum) {
            *score += *x * *g;
            *sum += *w * *x;
        }
    }
}

struct Block<'a, S: Simd, T: Real> {
    simd: S,
    memories: Rows<'a, T>,
    d: usize,
    outputs: &'a [Vector<S, T>],
    /// The last numbers of g; those that are in a whole vector are 0 here.
    end: Vector<S, T>,
    sum: &'a mut [Vector<S, T>],
    /// What is summed of the last vector of each row, which overlaps the one before.
    sum_end: Vector<S, T>,
}

impl<S: Simd, T: Real> Block<'_, S, T> {
    #[inline(always)]
    fn take<const N: usize>(&mut self, at: usize, weights: &[T], scores: &mut [T]) {
        let (simd, d) = (self.simd, self.d);
        let mut rows: [&[Vector<S, T>]; N] = [&[]; N];
        let mut ends = [self.end; N];
        let mut w = [self.end; N];
        for i in 0..N {
            let row = &self.memories.rows[(at + i) * d..][..d];
            rows[i] = &T::lanes::<S>(row).0[..self.outputs.len()];
            ends[i] = T::lanes::<S>(&row[d - lanes::<S, T>()..]).0[0];
            w[i] = splat(simd, weights[i]);
        }
        let mut dots = [[splat(simd, T::ZERO); CHAINS]; N];
        let (vectors, whole) = (self.outputs.len(), self.outputs.len() / CHAINS * CHAINS);
        // as much of the next rows as is read of these, but in the order in which it lies
        let some = N * lanes::<S, T>();
        for k in (0..whole).step_by(CHAINS) {
            self.memories.ask(at * d, k * some, CHAINS * some);
            for chain in 0..CHAINS {
                self.vector(k + chain, &rows, &w, &mut dots, chain);
            }
        }
        if whole < vectors {
            self.memories.ask(at * d, whole * some, some);
            self.vector(whole, &rows, &w, &mut dots, 0);
        }
        for i in 0..N {
            if self.outputs.len() * lanes::<S, T>() < d {
                dots[i][1] = T::lanes_mul_add(simd, ends[i], self.end, dots[i][1]);
                self.sum_end = T::lanes_mul_add(simd, w[i], ends[i], self.sum_end);
            }
            scores[i] = T::lanes_total(simd, T::lanes_add(simd, dots[i][0], dots[i][1]));
        }
    }

    /// One vector of some rows, whose products go into one of their two sums.
    #[inline(always)]
    fn vector<const N: usize>(
        &mut self,
        k: usize,
        rows: &[&[Vector<S, T>]; N],
        w: &[Vector<S, T>; N],
        dots: &mut [[Vector<S, T>; CHAINS]; N],
        chain: usize,
    ) {
        let (g, mut total) = (self.outputs[k], self.sum[k]);
        for i in 0..N {
            let x = rows[i][k];
            dots[i][chain] = T::lanes_mul_add(self.simd, x, g, dots[i][chain]);
            total = T::lanes_mul_add(self.simd, w[i], x, total);
        }
        self.sum[k] = total;
    }
}
