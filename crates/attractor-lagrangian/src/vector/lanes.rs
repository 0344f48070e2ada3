//! A few vectors at once with the operators of one number.

use super::lane::Lane;
use pulp::Simd;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// Vectors that go through a kernel side by side: one alone would mostly wait for itself.
pub(super) const PACK: usize = 4;

pub(super) type Pack<S, T, const N: usize = PACK> = [<T as Lane>::Vector<S>; N];

#[derive(Debug, Clone, Copy)]
pub(super) struct Lanes<S: Simd, T: Lane, const N: usize = PACK> {
    simd: S,
    x: Pack<S, T, N>,
}

/// An operation on every vector of a pack; a closure would not always be inlined.
macro_rules! each {
    ($self:ident, $i:ident => $of:expr) => {{
        let mut x = $self.x;
        let mut $i = 0;
        while $i < N {
            x[$i] = $of;
            $i += 1;
        }
        Self::new($self.simd, x)
    }};
}

/// Whether a product and a sum are one instruction with one rounding.
const fn fused<S: Simd>() -> bool {
    !S::IS_SCALAR && !cfg!(target_family = "wasm")
}

impl<S: Simd, T: Lane> Lanes<S, T> {
    /// The sum of all lanes.
    #[inline(always)]
    pub(super) fn total(self) -> T {
        let [a, b, c, d] = self.x;
        let (ab, cd) = (T::lanes_add(self.simd, a, b), T::lanes_add(self.simd, c, d));
        T::lanes_total(self.simd, T::lanes_add(self.simd, ab, cd))
    }

    /// The vectors of a pack one by one.
    #[inline(always)]
    pub(super) fn each(self) -> [Lanes<S, T, 1>; PACK] {
        let [a, b, c, d] = self.x;
        [[a], [b], [c], [d]].map(|x| Lanes::new(self.simd, x))
    }
}

impl<S: Simd, T: Lane, const N: usize> Lanes<S, T, N> {
    #[inline(always)]
    pub(super) fn new(simd: S, x: Pack<S, T, N>) -> Self {
        Self { simd, x }
    }

    #[inline(always)]
    pub(super) fn splat(simd: S, x: f64) -> Self {
        Self::new(simd, [T::lanes_of(simd, x); N])
    }

    /// The same number in all lanes.
    #[inline(always)]
    pub(super) fn all(self, x: f64) -> Self {
        Self::splat(self.simd, x)
    }

    #[inline(always)]
    pub(super) fn get(self) -> Pack<S, T, N> {
        self.x
    }

    /// The lanes one by one.
    #[inline(always)]
    pub(super) fn as_slice(&self) -> &[T] {
        T::each_lane::<S>(&self.x)
    }

    /// The larger of the two; where one is NaN, that or the other.
    #[inline(always)]
    pub(super) fn larger(self, other: Self) -> Self {
        each!(self, i => T::lanes_at_least(self.simd, self.x[i], other.x[i]))
    }

    /// self·b + c, in one rounding where that is one instruction.
    #[inline(always)]
    pub(super) fn mul_add(self, b: Self, c: Self) -> Self {
        each!(self, i => T::lanes_mul_add(self.simd, self.x[i], b.x[i], c.x[i]))
    }

    #[inline(always)]
    pub(super) fn abs(self) -> Self {
        each!(self, i => T::lanes_abs(self.simd, self.x[i]))
    }

    /// A number that is not negative, with the sign of the other.
    #[inline(always)]
    pub(super) fn with_sign_of(self, other: Self) -> Self {
        let sign = T::lanes_of(self.simd, -0.0);
        each!(self, i => T::lanes_or(self.simd, self.x[i], T::lanes_and(self.simd, other.x[i], sign)))
    }

    /// `then` where self < bound; `otherwise` elsewhere, also where self is NaN.
    #[inline(always)]
    pub(super) fn if_below(self, bound: f64, then: Self, otherwise: Self) -> Self {
        let bound = T::lanes_of(self.simd, bound);
        each!(self, i => T::lanes_if_less(self.simd, self.x[i], bound, then.x[i], otherwise.x[i]))
    }

    /// The lowest bits, moved to where the exponent is.
    #[inline(always)]
    pub(super) fn low_bits_as_exponent(self) -> Self {
        each!(self, i => T::lanes_low_bits_as_exponent::<S>(self.x[i]))
    }

    /// a·2ᵏ, with k as [`Self::low_bits_as_exponent`] leaves it.
    #[inline(always)]
    pub(super) fn times_power(self, k: Self) -> Self {
        each!(self, i => T::lanes_add_exponent(self.simd, self.x[i], k.x[i]))
    }

    /// The larger of this and a bound; NaN stays.
    #[inline(always)]
    pub(super) fn at_least(self, bound: f64) -> Self {
        let bound = T::lanes_of(self.simd, bound);
        each!(self, i => T::lanes_at_least(self.simd, bound, self.x[i]))
    }

    /// self·b − c, rounded once, for a c that is close to the product.
    #[inline(always)]
    pub(super) fn times_minus(self, b: Self, c: Self) -> Self {
        if fused::<S>() {
            return self.mul_add(b, -c);
        }
        let product = self * b;
        let ((high, low), (b_high, b_low)) = (self.halves(), b.halves());
        let rest = ((high * b_high - product) + high * b_low + low * b_high) + low * b_low;
        (product - c) + rest
    }

    /// self·b + c for a c that is small beside the product, rounded once but near the smallest numbers.
    #[inline(always)]
    pub(super) fn times_plus(self, b: Self, c: Self) -> Self {
        if fused::<S>() {
            return self.mul_add(b, c);
        }
        let product = self * b;
        let precise = product + (self.times_minus(b, product) + c);
        // halves of what is all but subnormal would lose their own digits
        product.if_below((6.0 - T::BIAS).exp2(), product + c, precise)
    }

    #[inline(always)]
    fn halves(self) -> (Self, Self) {
        let upper = T::lanes_splat(self.simd, T::UPPER_HALF);
        let high = each!(self, i => T::lanes_and(self.simd, self.x[i], upper));
        (high, self - high)
    }

    /// self + b as its rounded value and the rounding error, exactly.
    #[inline(always)]
    pub(super) fn sum(self, b: Self) -> (Self, Self) {
        let rounded = self + b;
        let back = rounded - self;
        (rounded, (self - (rounded - back)) + (b - back))
    }
}

macro_rules! operator {
    ($trait:ident, $name:ident, $lanes:ident) => {
        impl<S: Simd, T: Lane, const N: usize> $trait for Lanes<S, T, N> {
            type Output = Self;
            #[inline(always)]
            fn $name(self, b: Self) -> Self {
                each!(self, i => T::$lanes(self.simd, self.x[i], b.x[i]))
            }
        }
    };
}

operator!(Add, add, lanes_add);
operator!(Sub, sub, lanes_sub);
operator!(Mul, mul, lanes_mul);
operator!(Div, div, lanes_div);

impl<S: Simd, T: Lane, const N: usize> Neg for Lanes<S, T, N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        each!(self, i => T::lanes_neg(self.simd, self.x[i]))
    }
}
