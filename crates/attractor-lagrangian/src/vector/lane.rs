//! What kernels know of the two types of numbers.

use pulp::{Simd, bytemuck};
use std::fmt::Debug;

/// A number that goes through kernels in the lanes of its own type.
pub trait Lane: Copy + 'static {
    /// As many of them as the instruction set takes at once.
    type Vector<S: Simd>: bytemuck::Pod + Debug;

    /// An f64 needs no second number of its type.
    const WHOLE: bool;
    /// The β whose products neither overflow nor lose digits in this type.
    const FACTORS: (f64, f64);
    /// The largest |βx| whose multiple of ln 2 is found.
    const FAR_OUT: f64;
    /// How many times 2 a weight may exceed its unit, with room for a sum of them.
    const HEADROOM: i32;
    /// s of eʳ = 1 + r + r²·s(r) for |r| ≤ ½ ln 2, from the constant term, two terms at a time. Of
    /// all polynomials of their degree these have the least largest error relative to eʳ − 1 (Remez).
    const SERIES: ([f64; 2], &'static [[f64; 2]]);
    /// Added to a number of at most a quarter of it, this leaves the nearest integer in the lowest bits.
    const INTEGER: f64;
    /// The exponent of 1 as it is stored.
    const BIAS: f64;
    /// The upper bits of ln 2, so few that k times them is exact.
    const LN_2_HIGH: f64;
    /// The rest of them.
    const LN_2_LOW: f64;
    /// Subnormal results are made 2^`UP` times too large, and then rounded once.
    const UP: i32;
    /// At the one end e^y is 0 and at the other infinite, by no more than 2ᵏ can tell.
    const RANGE: (f64, f64);
    /// The upper half of the bits of a significand: the product of two of these is exact.
    const UPPER_HALF: Self;

    /// The whole vectors of a slice, and what is less than one.
    fn lanes<S: Simd>(x: &[Self]) -> (&[Self::Vector<S>], &[Self]);
    /// The same, to be written.
    fn lanes_mut<S: Simd>(x: &mut [Self]) -> (&mut [Self::Vector<S>], &mut [Self]);
    /// The numbers of vectors.
    fn each_lane<S: Simd>(x: &[Self::Vector<S>]) -> &[Self];
    /// The same, to be written.
    fn each_lane_mut<S: Simd>(x: &mut [Self::Vector<S>]) -> &mut [Self];
    /// The nearest number of this type.
    fn rounded(x: f64) -> f64;
    /// The nearest number to x in all lanes.
    fn lanes_of<S: Simd>(simd: S, x: f64) -> Self::Vector<S>;
    /// x in all lanes.
    fn lanes_splat<S: Simd>(simd: S, x: Self) -> Self::Vector<S>;
    /// a + b.
    fn lanes_add<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// a − b.
    fn lanes_sub<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// ab.
    fn lanes_mul<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// a/b.
    fn lanes_div<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// The bits that both have.
    fn lanes_and<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// The bits that one has.
    fn lanes_or<S: Simd>(simd: S, a: Self::Vector<S>, b: Self::Vector<S>) -> Self::Vector<S>;
    /// −a.
    fn lanes_neg<S: Simd>(simd: S, a: Self::Vector<S>) -> Self::Vector<S>;
    /// |a|.
    fn lanes_abs<S: Simd>(simd: S, a: Self::Vector<S>) -> Self::Vector<S>;
    /// ab + c, in one rounding where that is one instruction.
    fn lanes_mul_add<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// `then` where a < b; `otherwise` elsewhere, also where a or b is NaN.
    fn lanes_if_less<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        then: Self::Vector<S>,
        otherwise: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// The larger of a bound and x; x where it is NaN.
    fn lanes_at_least<S: Simd>(
        simd: S,
        bound: Self::Vector<S>,
        x: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// a·2ᵏ: adds the bits of the exponent k, as they are where the exponent is, to those of a.
    fn lanes_add_exponent<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        k: Self::Vector<S>,
    ) -> Self::Vector<S>;
    /// The lowest bits, moved to where the exponent is.
    fn lanes_low_bits_as_exponent<S: Simd>(x: Self::Vector<S>) -> Self::Vector<S>;
    /// The same numbers as f64, in one vector of these or two; what is left over is 0.
    fn lanes_wide<S: Simd>(simd: S, x: Self::Vector<S>) -> [S::f64s; 2];
    /// The sum of all lanes, always in the same order.
    fn lanes_total<S: Simd>(simd: S, x: Self::Vector<S>) -> Self;
}

macro_rules! lane {
    ($t:ident, $bits:ident, $vector:ident, $lanes:ident, $lanes_mut:ident, $splat:ident, $mul_add:ident,
     $less:ident, $select:ident, $max:ident, $add_bits:ident, $total:ident; two: $($two:ident = $own:ident),*; one: $($one:ident = $of:ident),*;
     $($constants:tt)*) => {
        impl Lane for $t {
            type Vector<S: Simd> = S::$vector;
            $($constants)*

            #[inline(always)]
            fn lanes<S: Simd>(x: &[Self]) -> (&[S::$vector], &[Self]) {
                S::$lanes(x)
            }
            #[inline(always)]
            fn lanes_mut<S: Simd>(x: &mut [Self]) -> (&mut [S::$vector], &mut [Self]) {
                S::$lanes_mut(x)
            }
            #[inline(always)]
            fn each_lane<S: Simd>(x: &[S::$vector]) -> &[Self] {
                bytemuck::cast_slice(x)
            }
            #[inline(always)]
            fn each_lane_mut<S: Simd>(x: &mut [S::$vector]) -> &mut [Self] {
                bytemuck::cast_slice_mut(x)
            }
            #[inline(always)]
            fn rounded(x: f64) -> f64 {
                f64::from(x as Self)
            }
            #[inline(always)]
            fn lanes_of<S: Simd>(simd: S, x: f64) -> S::$vector {
                simd.$splat(x as Self)
            }
            #[inline(always)]
            fn lanes_splat<S: Simd>(simd: S, x: Self) -> S::$vector {
                simd.$splat(x)
            }
            $(#[inline(always)]
            fn $two<S: Simd>(simd: S, a: S::$vector, b: S::$vector) -> S::$vector {
                simd.$own(a, b)
            })*
            $(#[inline(always)]
            fn $one<S: Simd>(simd: S, a: S::$vector) -> S::$vector {
                simd.$of(a)
            })*
            #[inline(always)]
            fn lanes_mul_add<S: Simd>(
                simd: S,
                a: S::$vector,
                b: S::$vector,
                c: S::$vector,
            ) -> S::$vector {
                simd.$mul_add(a, b, c)
            }
            #[inline(always)]
            fn lanes_if_less<S: Simd>(
                simd: S,
                a: S::$vector,
                b: S::$vector,
                then: S::$vector,
                otherwise: S::$vector,
            ) -> S::$vector {
                simd.$select(simd.$less(a, b), then, otherwise)
            }
            #[inline(always)]
            fn lanes_at_least<S: Simd>(simd: S, bound: S::$vector, x: S::$vector) -> S::$vector {
                if S::IS_SCALAR {
                    return Self::lanes_if_less(simd, x, bound, bound, x);
                }
                simd.$max(bound, x) // of two operands x86 takes the second if one is NaN
            }
            #[inline(always)]
            fn lanes_add_exponent<S: Simd>(
                simd: S,
                a: S::$vector,
                k: S::$vector,
            ) -> S::$vector {
                let sum = simd.$add_bits(bytemuck::cast(a), bytemuck::cast(k));
                bytemuck::cast(sum)
            }
            #[inline(always)]
            fn lanes_low_bits_as_exponent<S: Simd>(mut x: S::$vector) -> S::$vector {
                let bits: &mut [$bits] = bytemuck::cast_slice_mut(std::slice::from_mut(&mut x));
                bits.iter_mut().for_each(|bits| *bits <<= Self::MANTISSA_DIGITS - 1);
                x
            }
            #[inline(always)]
            fn lanes_wide<S: Simd>(simd: S, x: S::$vector) -> [S::f64s; 2] {
                let mut wide = [simd.splat_f64s(0.0); 2];
                let places: &mut [f64] = bytemuck::cast_slice_mut(&mut wide);
                let numbers = [x];
                let numbers: &[$t] = bytemuck::cast_slice(&numbers);
                for (place, x) in places.iter_mut().zip(numbers) {
                    *place = f64::from(*x);
                }
                wide
            }
            #[inline(always)]
            fn lanes_total<S: Simd>(simd: S, x: S::$vector) -> Self {
                simd.$total(x)
            }
        }
    };
}

lane! {
    f32, u32, f32s, as_simd_f32s, as_mut_simd_f32s, splat_f32s, mul_add_e_f32s, less_than_f32s,
    select_f32s, max_f32s, add_u32s, reduce_sum_f32s;
    two: lanes_add = add_f32s, lanes_sub = sub_f32s, lanes_mul = mul_f32s, lanes_div = div_f32s,
        lanes_and = and_f32s, lanes_or = or_f32s;
    one: lanes_neg = neg_f32s, lanes_abs = abs_f32s;
    const WHOLE: bool = false;
    const FACTORS: (f64, f64) = (1e-30, 1e30);
    const FAR_OUT: f64 = (1u64 << 20) as f64;
    const HEADROOM: i32 = 28;
    /// Off by 2⁻³² at most.
    const SERIES: ([f64; 2], &'static [[f64; 2]]) = (
        [0.001394100827738704, 0.0001991416905937489],
        &[
            [0.5000000046413603, 0.1666666681707012],
            [0.04166635466413476, 0.00833327305175393],
        ],
    );
    const INTEGER: f64 = 1.5 * (1u32 << 23) as f64;
    const BIAS: f64 = 127.0;
    const LN_2_HIGH: f64 = 0.693145751953125; // 16 bits
    const LN_2_LOW: f64 = 1.4286068203094173e-6;
    const UP: i32 = 64;
    const RANGE: (f64, f64) = (-105.0, 88.9);
    const UPPER_HALF: Self = Self::from_bits(!0 << 12);
}

lane! {
    f64, u64, f64s, as_simd_f64s, as_mut_simd_f64s, splat_f64s, mul_add_e_f64s, less_than_f64s,
    select_f64s, max_f64s, add_u64s, reduce_sum_f64s;
    two: lanes_add = add_f64s, lanes_sub = sub_f64s, lanes_mul = mul_f64s, lanes_div = div_f64s,
        lanes_and = and_f64s, lanes_or = or_f64s;
    one: lanes_neg = neg_f64s, lanes_abs = abs_f64s;
    const WHOLE: bool = true;
    const FACTORS: (f64, f64) = (1e-300, 1e300);
    const FAR_OUT: f64 = (1u64 << 20) as f64;
    const HEADROOM: i32 = 28;
    /// Off by 2⁻⁵⁵·⁶ at most.
    const SERIES: ([f64; 2], &'static [[f64; 2]]) = (
        [2.762632655327874e-7, 2.511447658353813e-8],
        &[
            [0.5000000000000006, 0.16666666666666685],
            [0.04166666666657363, 0.008333333333314591],
            [0.0013888888932378906, 0.00019841269903034072],
            [2.480150444586969e-5, 2.7557227946747926e-6],
        ],
    );
    const INTEGER: f64 = 1.5 * (1u64 << 52) as f64;
    const BIAS: f64 = 1023.0;
    const LN_2_HIGH: f64 = 0.6931471803691238; // 32 bits
    const LN_2_LOW: f64 = 1.9082149292705877e-10;
    const UP: i32 = 128;
    const RANGE: (f64, f64) = (-747.0, 709.9);
    const UPPER_HALF: Self = Self::from_bits(!0 << 27);
}
