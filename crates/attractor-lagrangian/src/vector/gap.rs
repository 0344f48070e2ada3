//! The sums behind the hidden term of the log-sum-exps' certificate, in f64 whatever the scores are.

use super::exp::Factor;
use super::lanes::{Lanes, PACK};
use super::takes;
use crate::{Before, Real};
use pulp::{Arch, Simd, WithSimd};

/// Up to this |x| neither e^x nor wφ(x) is beyond the range, whatever w is: what underflows then is below e^−400.
const NEAR: f64 = 300.0;

/// Adds Σw, Σwx and Σwφ(x) of a tile with w = e^{β(h − δ − L)}, x = β(δ − c). It does nothing and returns false where
/// β is out of the lanes' range or packs of vectors are no whole rows.
pub(crate) fn gap<T: Real>(
    beta: f64,
    scores: &[T],
    moves: &[T],
    before: &[Before],
    sums: &mut [[f64; 3]],
) -> bool {
    gap_on(Arch::new(), beta, scores, moves, before, sums)
}

pub(super) fn gap_on<T: Real>(
    arch: Arch,
    beta: f64,
    scores: &[T],
    moves: &[T],
    before: &[Before],
    sums: &mut [[f64; 3]],
) -> bool {
    takes::<f64>(beta) && arch.dispatch(Gap { beta, scores, moves, before, sums })
}

struct Gap<'a, T> {
    beta: f64,
    scores: &'a [T],
    moves: &'a [T],
    before: &'a [Before],
    sums: &'a mut [[f64; 3]],
}

pub(super) type Pack64<S> = Lanes<S, f64, PACK>;

impl<T: Real> WithSimd for Gap<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let (queries, numbers) = (self.before.len(), PACK * size_of::<S::f64s>() / 8);
        if !numbers.is_multiple_of(queries) {
            return false;
        }
        let of =
            |what: fn(&Before) -> f64| pack::<S>(simd, self.before.iter().cycle().map(what), 0.0);
        let (value, tilt) = (of(|before| before.value), of(|before| before.tilt));
        let look = Look { beta: Factor::new(simd, self.beta), value, tilt };
        if self.farthest::<S>(simd, numbers, tilt) < NEAR {
            self.add::<S, false>(simd, numbers, look);
        } else {
            self.add::<S, true>(simd, numbers, look);
        }
        true
    }
}

impl<T: Real> Gap<'_, T> {
    /// The largest |x|; anything where there is a NaN, which either way makes its terms NaN.
    #[inline(always)]
    fn farthest<S: Simd>(&self, simd: S, numbers: usize, tilt: Pack64<S>) -> f64 {
        let mut most = Pack64::splat(simd, 0.0);
        for moves in self.moves.chunks(numbers) {
            let x = pack(simd, moves.iter().map(|d| d.f64()), 0.0) - tilt;
            most = most.larger(x.abs());
        }
        let most =
            most.as_slice().iter().fold(0.0, |most: f64, x| if *x <= most { most } else { *x });
        most * self.beta
    }

    #[inline(always)]
    fn add<S: Simd, const FAR: bool>(self, simd: S, numbers: usize, look: Look<S>) {
        let (scores, moves) = (self.scores.chunks_exact(numbers), self.moves.chunks_exact(numbers));
        let (last, last_moves) = (scores.remainder(), moves.remainder());
        let mut all = [Pack64::splat(simd, 0.0); 3];
        for (scores, moves) in scores.zip(moves) {
            let found = look.of::<T, FAR>(simd, scores, moves);
            all = [all[0] + found[0], all[1] + found[1], all[2] + found[2]];
        }
        if self.before.len() == 1 {
            self.sums[0].iter_mut().zip(all).for_each(|(sum, part)| *sum += part.total());
        } else {
            note(self.sums, &all, numbers);
        }
        if !last.is_empty() {
            note(self.sums, &look.of::<T, FAR>(simd, last, last_moves), last.len());
        }
    }
}

/// Adds the first lanes, row by row.
#[inline(always)]
fn note<S: Simd>(sums: &mut [[f64; 3]], terms: &[Pack64<S>; 3], count: usize) {
    for (i, part) in terms.iter().enumerate() {
        for row in part.as_slice()[..count].chunks_exact(sums.len()) {
            sums.iter_mut().zip(row).for_each(|(sum, x)| sum[i] += x);
        }
    }
}

/// The numbers, and `fill` where there are no more of them.
#[inline(always)]
pub(super) fn pack<S: Simd>(simd: S, numbers: impl Iterator<Item = f64>, fill: f64) -> Pack64<S> {
    let mut pack = Pack64::splat(simd, fill).get();
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
    /// The terms of a pack or of less; the other lanes say nothing.
    #[inline(always)]
    fn of<T: Real, const FAR: bool>(self, simd: S, scores: &[T], moves: &[T]) -> [Pack64<S>; 3] {
        let h = pack(simd, scores.iter().map(|h| h.f64()), 0.0);
        self.terms::<FAR>(h, pack(simd, moves.iter().map(|d| d.f64()), 0.0))
    }

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
