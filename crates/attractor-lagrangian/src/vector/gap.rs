//! The sums behind the hidden term of the log-sum-exps' certificate, in f64 whatever the scores are.

use super::exp::Factor;
use super::lanes::{Lanes, PACK};
use super::takes;
use crate::{Before, Real};
use pulp::{Arch, Simd, WithSimd};

/// Up to this |x| neither e^x nor wφ(x) is beyond the range, whatever w is: what underflows then is below e^−400.
const NEAR: f64 = 300.0;

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
        let all = if self.farthest::<S>(simd, numbers, tilt) < NEAR {
            self.all::<S, false>(simd, numbers, look)
        } else {
            self.all::<S, true>(simd, numbers, look)
        };
        for (i, part) in all.iter().enumerate() {
            for (lane, x) in part.as_slice().iter().enumerate() {
                self.sums[lane % queries][i] += x;
            }
        }
        self.scores.len() / numbers * numbers
    }
}

impl<T: Real> Gap<'_, T> {
    /// The largest |x|; anything where there is a NaN, which either way makes its terms NaN.
    #[inline(always)]
    fn farthest<S: Simd>(&self, simd: S, numbers: usize, tilt: Pack64<S>) -> f64 {
        let mut most = Pack64::splat(simd, 0.0);
        for moves in self.moves.chunks_exact(numbers) {
            let x = pack(simd, moves.iter().map(|d| d.f64())) - tilt;
            most = most.larger(x.abs());
        }
        let most =
            most.as_slice().iter().fold(0.0, |most: f64, x| if *x <= most { most } else { *x });
        most * self.beta
    }

    #[inline(always)]
    fn all<S: Simd, const FAR: bool>(
        &self,
        simd: S,
        numbers: usize,
        look: Look<S>,
    ) -> [Pack64<S>; 3] {
        let mut all = [Pack64::splat(simd, 0.0); 3];
        let tiles = self.scores.chunks_exact(numbers).zip(self.moves.chunks_exact(numbers));
        for (scores, moves) in tiles {
            let h = pack(simd, scores.iter().map(|h| h.f64()));
            let found = look.terms::<FAR>(h, pack(simd, moves.iter().map(|d| d.f64())));
            all = [all[0] + found[0], all[1] + found[1], all[2] + found[2]];
        }
        all
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
    /// w, wx and wφ(x); `FAR` where some |x| may be large.
    #[inline(always)]
    fn terms<const FAR: bool>(self, h: Pack64<S>, d: Pack64<S>) -> [Pack64<S>; 3] {
        let (above, rest) = h.sum(-self.value); // h − L to the last digit
        let w = self.beta.exp((above - d) + rest);
        let by = d - self.tilt;
        let x = by * d.all(self.beta.beta);
        if !FAR {
            return [w, w * x, w * self.beta.phi(by)];
        }
        let most = NEAR / self.beta.beta;
        let near = w * self.beta.phi(-(-by.at_least(-most)).at_least(-most));
        // wφ(x) as one exponential: w may underflow where wφ(x) does not
        let far = self.beta.exp((above - self.tilt) + rest) - w * (x + x.all(1.0));
        [w, w * x, x.abs().if_below(1.0, near, far)]
    }
}
