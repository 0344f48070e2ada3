//! The sums behind the hidden term of the log-sum-exps' certificate, in f64 whatever the scores are.

use super::exp::Factor;
use super::lanes::{Lanes, PACK};
use super::takes;
use crate::{Before, Real};
use pulp::{Arch, Simd, WithSimd};

/// 1/k! for φ(x) = x²·Σ_k x^{k − 2}/k!; the term after the last is below 1e-17 of the first.
const TERMS: usize = 17;
/// Where that sum is taken; beyond, the difference has its digits.
const NEAR: f64 = 0.7;
/// Where half of the terms do.
const CLOSE: f64 = 0.04;

/// Adds Σw, Σwx and Σwφ(x) of a tile with w = e^{β(h − δ − L)}, x = β(δ − c), as far as the scores fill
/// whole packs of vectors, and returns how many that are; they are whole rows.
pub(crate) fn gap<T: Real>(
    beta: f64,
    scores: &[T],
    moves: &[T],
    before: &[Before],
    sums: &mut [[f64; 3]],
) -> usize {
    gap_on(Arch::new(), beta, scores, moves, before, sums)
}

pub(super) fn gap_on<T: Real>(
    arch: Arch,
    beta: f64,
    scores: &[T],
    moves: &[T],
    before: &[Before],
    sums: &mut [[f64; 3]],
) -> usize {
    if !takes::<f64>(beta) {
        return 0;
    }
    arch.dispatch(Gap { beta, scores, moves, before, sums })
}

struct Gap<'a, T> {
    beta: f64,
    scores: &'a [T],
    moves: &'a [T],
    before: &'a [Before],
    sums: &'a mut [[f64; 3]],
}

type Pack64<S> = Lanes<S, f64, PACK>;

impl<T: Real> WithSimd for Gap<'_, T> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> usize {
        let (queries, numbers) = (self.before.len(), PACK * size_of::<S::f64s>() / 8);
        if !numbers.is_multiple_of(queries) {
            return 0;
        }
        let of = |what: fn(&Before) -> f64| pack::<S>(simd, self.before.iter().cycle().map(what));
        let (value, tilt) = (of(|before| before.value), of(|before| before.tilt));
        let look = Look { beta: Factor::new(simd, self.beta), value, tilt };
        let mut all = [Pack64::splat(simd, 0.0); 3];
        let tiles = self.scores.chunks_exact(numbers).zip(self.moves.chunks_exact(numbers));
        for (scores, moves) in tiles {
            let h = pack(simd, scores.iter().map(|h| h.f64()));
            let found = look.terms(h, pack(simd, moves.iter().map(|d| d.f64())));
            all = [all[0] + found[0], all[1] + found[1], all[2] + found[2]];
        }
        for (i, part) in all.iter().enumerate() {
            for (lane, x) in part.as_slice().iter().enumerate() {
                self.sums[lane % queries][i] += x;
            }
        }
        self.scores.len() / numbers * numbers
    }
}

#[inline(always)]
fn pack<S: Simd>(simd: S, numbers: impl Iterator<Item = f64>) -> Pack64<S> {
    let mut pack = Pack64::splat(simd, 0.0).get();
    let lanes = pulp::bytemuck::cast_slice_mut::<S::f64s, f64>(&mut pack);
    lanes.iter_mut().zip(numbers).for_each(|(lane, x)| *lane = x);
    Lanes::new(simd, pack)
}

/// What each lane knows of the state before.
#[derive(Clone, Copy)]
struct Look<S: Simd> {
    beta: Factor<S, f64>,
    value: Pack64<S>,
    tilt: Pack64<S>,
}

impl<S: Simd> Look<S> {
    #[inline(always)]
    fn terms(self, h: Pack64<S>, d: Pack64<S>) -> [Pack64<S>; 3] {
        let (above, rest) = h.sum(-self.value); // h − L to the last digit
        let w = self.beta.exp((above - d) + rest);
        let x = (d - self.tilt) * d.all(self.beta.beta);
        let most = x.abs().as_slice().iter().fold(0.0f64, |most, x| most.max(*x));
        let rise = if most < CLOSE {
            w * near::<S, { TERMS / 2 }>(x)
        } else {
            let near = w * near::<S, TERMS>(x);
            // wφ(x) as one exponential: w may underflow where wφ(x) does not
            let far = self.beta.exp((above - self.tilt) + rest) - w * (x + x.all(1.0));
            x.abs().if_below(NEAR, near, far)
        };
        [w, w * x, rise]
    }
}

/// φ(x).
#[inline(always)]
fn near<S: Simd, const TERMS: usize>(x: Pack64<S>) -> Pack64<S> {
    let mut sum = x.all(1.0);
    for k in (3..=TERMS + 2).rev() {
        sum = (sum * x).mul_add(x.all(1.0 / k as f64), x.all(1.0));
    }
    sum * x * (x * x.all(0.5))
}
