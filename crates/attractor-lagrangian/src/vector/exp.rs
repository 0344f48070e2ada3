//! e^{βx} = 2ᵏ·(1 + q) with βx = k·ln 2 + r and q = eʳ − 1 = r + r²·s(r).
//!
//! βx itself is never rounded: of the result such an error would be βx times as large.

use super::lane::Lane;
use super::lanes::Lanes;
use pulp::Simd;
use std::f64::consts::{LN_2, LOG2_E};

/// β, in as many numbers of the vector's type as it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Factor<S: Simd, T: Lane> {
    simd: S,
    pub(super) beta: f64,
    high: T::Vector<S>,
    low: T::Vector<S>,
    octaves: T::Vector<S>,
}

impl<S: Simd, T: Lane> Factor<S, T> {
    #[inline(always)]
    pub(super) fn new(simd: S, beta: f64) -> Self {
        let of = |x| T::lanes_of(simd, x);
        let (high, low) = (of(beta), of(beta - T::rounded(beta)));
        Self { simd, beta, high, low, octaves: of(beta * LOG2_E) }
    }

    #[inline(always)]
    fn lanes(self, x: T::Vector<S>) -> Lanes<S, T> {
        Lanes::new(self.simd, [x; _])
    }

    /// k, and its sum with a number whose lowest bits are that sum then.
    #[inline(always)]
    fn octaves(self, x: Lanes<S, T>, zero: Lanes<S, T>) -> (Lanes<S, T>, Lanes<S, T>) {
        let zero = zero + zero.all(T::INTEGER);
        let shifted = x.mul_add(self.lanes(self.octaves), zero);
        (shifted - zero, shifted.low_bits_as_exponent())
    }

    /// r.
    #[inline(always)]
    fn rest(self, x: Lanes<S, T>, k: Lanes<S, T>) -> Lanes<S, T> {
        let near = self.lanes(self.high).times_minus(x, k * k.all(T::LN_2_HIGH));
        let low = k.all(-T::LN_2_LOW);
        if T::WHOLE {
            return k.mul_add(low, near);
        }
        near + k.mul_add(low, self.lanes(self.low) * x)
    }

    /// r where k has so many bits that k times those of ln 2 must be rounded.
    #[inline(always)]
    fn rest_far_out(self, x: Lanes<S, T>, k: Lanes<S, T>) -> Lanes<S, T> {
        if T::WHOLE {
            return self.rest(x, k); // an f64 has the bits
        }
        let (beta, ln_2) = (self.lanes(self.high), k.all(T::LN_2_HIGH));
        let whole = k * ln_2;
        let near = beta.times_minus(x, whole);
        let lost = k.mul_add(k.all(-T::LN_2_LOW), -k.times_minus(ln_2, whole));
        near + self.lanes(self.low).mul_add(x, lost)
    }

    /// eʳ − 1 to within its own rounding: r is kept in two numbers.
    #[inline(always)]
    fn precisely_less(self, x: Lanes<S, T>, k: Lanes<S, T>) -> Lanes<S, T> {
        let beta = self.lanes(self.high);
        let whole = beta * x;
        let near = whole - k * k.all(T::LN_2_HIGH); // exactly
        let lost = k.mul_add(k.all(-T::LN_2_LOW), beta.times_minus(x, whole));
        let lost = if T::WHOLE { lost } else { self.lanes(self.low).mul_add(x, lost) };
        let r = near + lost;
        r + tail(r, (near - r) + lost)
    }

    /// e^{βx} for −range ≤ βx ≤ 0.
    #[inline(always)]
    pub(super) fn exp_down(self, x: Lanes<S, T>) -> Lanes<S, T> {
        let (k, power) = self.octaves(x, x.all(f64::from(T::UP)));
        let q = less(self.rest(x, k));
        (q + q.all(1.0)).times_power(power) * q.all(two_to(-T::UP))
    }

    /// e^{βx}·2^{−unit + UP}, for 2^unit the nearest power of two to the largest.
    #[inline(always)]
    pub(super) fn exp_far_out(self, x: Lanes<S, T>, unit: f64) -> Lanes<S, T> {
        let (k, power) = self.octaves(x, x.all(f64::from(T::UP) - unit));
        let r = self.rest_far_out(x, k);
        let one = r.all(1.0);
        let most = one + r;
        (most + tail(r, r - (most - one))).times_power(power)
    }

    /// e^{βx}.
    #[inline(always)]
    pub(super) fn exp(self, x: Lanes<S, T>) -> Lanes<S, T> {
        let x = -(-x.at_least(T::RANGE.0 / self.beta)).at_least(-T::RANGE.1 / self.beta);
        let up = f64::from(T::UP);
        let (k, power) = self.octaves(x, x.if_below(0.0, x.all(up), x.all(-up)));
        let q = less(self.rest(x, k));
        let back = x.if_below(0.0, x.all(two_to(-T::UP)), x.all(two_to(T::UP)));
        (q + q.all(1.0)).times_power(power) * back
    }

    /// e^{βx} − 1 for x ≥ 0.
    #[inline(always)]
    pub(super) fn exp_m1_up(self, x: Lanes<S, T>) -> Lanes<S, T> {
        let x = -(-x).at_least(-T::RANGE.1 / self.beta);
        // the largest 2ᵏ overflows, half of it does not
        let (k, half) = self.octaves(x, x.all(T::BIAS - 1.0));
        let (q, rest) = (self.precisely_less(x, k), half - x.all(0.5));
        half.mul_add(q + q, rest) + rest
    }

    /// φ(βx) = e^{βx} − 1 − βx of f64 for |βx| ≤ 300, with its digits also where that is next to nothing: near 0
    /// no more is left than r²·s(r).
    #[inline(always)]
    pub(super) fn phi(self, x: Lanes<S, T>) -> Lanes<S, T> {
        let (k, power) = self.octaves(x, x.all(T::BIAS));
        let r = self.rest(x, k);
        let octaves = (power - x.all(1.0)).mul_add(r + x.all(1.0), -k * x.all(LN_2));
        power.mul_add(tail(r, x.all(0.0)), octaves)
    }

    /// 1 − e^{βx} for −40 ≤ βx ≤ 0.
    #[inline(always)]
    pub(super) fn one_minus_exp_down(self, x: Lanes<S, T>) -> Lanes<S, T> {
        let (k, power) = self.octaves(x, x.all(T::BIAS));
        let q = self.precisely_less(x, k);
        (-power).mul_add(q, x.all(1.0) - power)
    }
}

/// eʳ − 1.
#[inline(always)]
fn less<S: Simd, T: Lane>(r: Lanes<S, T>) -> Lanes<S, T> {
    tail(r, r)
}

/// r²·s(r) + c, two terms at a time: half as long a chain as one at a time.
#[inline(always)]
fn tail<S: Simd, T: Lane>(r: Lanes<S, T>, c: Lanes<S, T>) -> Lanes<S, T> {
    let (r2, (last, terms)) = (r * r, T::SERIES);
    let mut sum = pair(last, r);
    for two in terms.iter().rev() {
        sum = sum.mul_add(r2, pair(*two, r));
    }
    r2.mul_add(sum, c)
}

#[inline(always)]
fn pair<S: Simd, T: Lane>([a, b]: [f64; 2], r: Lanes<S, T>) -> Lanes<S, T> {
    r.all(b).mul_add(r, r.all(a))
}

pub(super) const fn two_to(n: i32) -> f64 {
    f64::from_bits(((1023 + n) as u64) << 52)
}
