//! e^{βx}/Σ in two passes over a vector: the weights and their sum, and the shares.

use super::exp::{Factor, two_to};
use super::lanes::{Lanes, Pack};
use super::{Lane, packs, packs_mut, padded, takes, unpad};
use crate::Real;
use crate::special::difference;
use pulp::{Arch, Simd, WithSimd};
use std::f64::consts::LOG2_E;

/// As many numbers as it takes to guess how large the largest is.
const HEAD: usize = 64;

/// Writes softmax(βx), or nothing if the numbers are out of the lanes' range; then it returns false.
/// With a ghost, one more state at 0 takes its share.
pub(crate) fn softmax<T: Real>(beta: f64, ghost: bool, x: &[T], g: &mut [T]) -> bool {
    softmax_on(Arch::new(), beta, ghost, x, g)
}

pub(super) fn softmax_on<T: Real>(
    arch: Arch,
    beta: f64,
    ghost: bool,
    x: &[T],
    g: &mut [T],
) -> bool {
    let n = x.len().min(g.len());
    let softmax = Softmax { beta, ghost, x: &x[..n], g: &mut g[..n] };
    takes::<T>(beta) && arch.dispatch(softmax)
}

struct Softmax<'a, T> {
    beta: f64,
    ghost: bool,
    x: &'a [T],
    g: &'a mut [T],
}

impl<T: Real> WithSimd for Softmax<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let Self { beta, ghost, x, g } = self;
        let head = &x[..x.len().min(HEAD.max(x.len() / HEAD))];
        let mut weights = Weights::<S, T>::new(simd, beta, ghost, head);
        weights.weigh_all(x, g);
        let largest = weights.largest();
        if !((beta * largest).abs() <= T::FAR_OUT) {
            return false;
        }
        if !weights.holds(largest) {
            weights = Weights::new(simd, beta, ghost, &[T::of(largest)]);
            weights.weigh_all(x, g);
        }
        weights.shares().take_all(g);
        true
    }
}

/// e^{βx} in units of 2^`unit`, and their sum, whose rounding errors are summed too.
///
/// Any of the numbers will do as the unit from which the largest is not too far: the digits of a weight
/// do not depend on it.
#[derive(Clone, Copy)]
struct Weights<S: Simd, T: Lane> {
    simd: S,
    beta: Factor<S, T>,
    ghost: bool,
    unit: f64,
    /// Below this there is no weight.
    least: f64,
    most: Lanes<S, T>,
    sum: Sum<S, T>,
}

impl<S: Simd, T: Real> Weights<S, T> {
    /// With the largest of some numbers as the unit.
    #[inline(always)]
    fn new(simd: S, beta: f64, ghost: bool, some: &[T]) -> Self {
        let least = if ghost { 0.0 } else { f64::NEG_INFINITY };
        let max = some.iter().fold(least, |max, x| x.f64().max(max));
        let unit = if max.is_finite() { octaves(beta, max) } else { 0.0 };
        Self {
            simd,
            beta: Factor::new(simd, beta),
            ghost,
            unit,
            least: unit / (beta * LOG2_E) + T::RANGE.0 / beta,
            most: Lanes::splat(simd, least),
            sum: Sum::new(simd),
        }
    }

    #[inline(always)]
    fn weigh_all(&mut self, x: &[T], g: &mut [T]) {
        let (packs, end) = packs::<S, T>(x);
        let (out, out_end) = packs_mut::<S, T>(g);
        for (x, g) in packs.iter().zip(out) {
            *g = self.weigh(*x);
        }
        let last = self.weigh(padded::<S, T>(self.simd, end, f64::NEG_INFINITY));
        unpad::<S, T>(&last, out_end);
        if self.ghost {
            self.weigh(padded::<S, T>(self.simd, &[T::ZERO], f64::NEG_INFINITY));
        }
    }

    #[inline(always)]
    fn weigh(&mut self, x: Pack<S, T>) -> Pack<S, T> {
        let x = Lanes::new(self.simd, x);
        self.most = self.most.larger(x);
        let weight = self.beta.exp_far_out(x.at_least(self.least), self.unit);
        for weight in weight.each() {
            self.sum.add(weight);
        }
        weight.get()
    }

    /// The largest of all; anything where there is a NaN, whose weight spoils all others.
    #[inline(always)]
    fn largest(&self) -> f64 {
        let most = self.most.as_slice();
        most.iter().fold(f64::NEG_INFINITY, |all, x| if x.f64() < all { all } else { x.f64() })
    }

    #[inline(always)]
    fn holds(&self, largest: f64) -> bool {
        let above = octaves(self.beta.beta, largest) - self.unit;
        (0.0..=f64::from(T::HEADROOM)).contains(&above)
    }

    #[inline(always)]
    fn shares(self) -> Shares<S, T> {
        let (high, low) = self.sum.total();
        let inverse = 1.0 / high;
        let rest = ((-high).mul_add(inverse, 1.0) - low * inverse) * inverse;
        let rest = (inverse - T::rounded(inverse)) + rest;
        let splat = |x| Lanes::splat(self.simd, x);
        Shares { simd: self.simd, inverse: splat(inverse), rest: splat(rest) }
    }
}

/// A sum in each lane, as its rounded value and the sum of what rounding took from it.
#[derive(Clone, Copy)]
struct Sum<S: Simd, T: Lane> {
    high: Lanes<S, T, 1>,
    low: Lanes<S, T, 1>,
}

impl<S: Simd, T: Real> Sum<S, T> {
    /// Above every weight: what is added to more than itself tells what was lost in three additions. An f32
    /// has too few digits to begin there.
    const START: f64 = if T::WHOLE { two_to(T::UP + T::HEADROOM + 2) } else { 0.0 };

    #[inline(always)]
    fn new(simd: S) -> Self {
        Self { high: Lanes::splat(simd, Self::START), low: Lanes::splat(simd, 0.0) }
    }

    #[inline(always)]
    fn add(&mut self, x: Lanes<S, T, 1>) {
        if T::WHOLE {
            let rounded = self.high + x;
            self.low = self.low + (x - (rounded - self.high));
            self.high = rounded;
        } else {
            let (rounded, lost) = self.high.sum(x);
            (self.high, self.low) = (rounded, self.low + lost);
        }
    }

    /// The sum of all lanes, twice as precisely as a number.
    #[inline(always)]
    fn total(&self) -> (f64, f64) {
        let (mut high, mut low) = (0.0, 0.0);
        let lows = self.low.as_slice().iter().map(|x| x.f64());
        let highs = self.high.as_slice().iter().map(|x| x.f64() - Self::START); // exactly
        for x in highs.chain(lows) {
            let (rounded, lost) = difference(high, -x);
            (high, low) = (rounded, low + lost);
        }
        difference(high, -low)
    }
}

/// log₂ e^{βx}, rounded.
#[inline(always)]
fn octaves(beta: f64, x: f64) -> f64 {
    (beta * x * LOG2_E).round_ties_even()
}

/// 1/Σ, and what rounding took from it.
#[derive(Clone, Copy)]
struct Shares<S: Simd, T: Lane> {
    simd: S,
    inverse: Lanes<S, T>,
    rest: Lanes<S, T>,
}

impl<S: Simd, T: Lane> Shares<S, T> {
    /// Divides all weights by their sum.
    #[inline(always)]
    fn take_all(&self, g: &mut [T]) {
        let (packs, end) = packs_mut::<S, T>(g);
        for g in packs {
            *g = self.of(*g);
        }
        let last = self.of(padded::<S, T>(self.simd, end, 0.0));
        unpad::<S, T>(&last, end);
    }

    #[inline(always)]
    fn of(&self, weight: Pack<S, T>) -> Pack<S, T> {
        let weight = Lanes::new(self.simd, weight);
        weight.times_plus(self.inverse, weight * self.rest).get()
    }
}
