//! The two scalars a vector may be made of.

use crate::vector::{Lane, Vectors};
use std::fmt::{Debug, Display};
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// The element type of currents, outputs and memories: `f32` or `f64`.
///
/// Only vectors are generic: parameters, energies and certificates are `f64` everywhere, because
/// for 784 features and power 30 an energy is 1e85, which no `f32` holds.
///
/// ```
/// use attractor_lagrangian::Real;
/// assert_eq!(f32::of(0.5).f64(), 0.5);
/// assert_eq!(f32::UNIT_ROUNDOFF, 0.5f64.powi(24));
/// ```
pub trait Real:
    sealed::Sealed
    + Lane
    + Copy
    + Default
    + PartialOrd
    + Debug
    + Display
    + std::panic::UnwindSafe
    + std::panic::RefUnwindSafe
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The largest relative error of one rounding, u: 2⁻²⁴ or 2⁻⁵³.
    const UNIT_ROUNDOFF: f64;
    /// Below this, e^x is no normal number: 1e-38 (1e-308) of the largest weight, and slow to make.
    const EXP_FLOOR: f64;
    /// The name of the type as files and the program print it: `"f32"` or `"f64"`.
    const NAME: &'static str;
    /// The nearest value of this type.
    fn of(value: f64) -> Self;
    /// The same value as `f64`, exactly.
    fn f64(self) -> f64;
    /// |self|.
    #[must_use]
    fn abs(self) -> Self;
    /// e^self.
    #[must_use]
    fn exp(self) -> Self;
    /// The larger of the two, ignoring NaN.
    #[must_use]
    fn max(self, other: Self) -> Self;
    /// Neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// What whole vectors of this type go through.
    #[doc(hidden)]
    fn vectors() -> &'static Vectors<Self>;
}

macro_rules! real {
    ($t:ident, $u:expr, $floor:expr) => {
        impl Real for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const UNIT_ROUNDOFF: f64 = $u;
            const EXP_FLOOR: f64 = $floor;
            const NAME: &'static str = stringify!($t);
            #[inline]
            fn of(value: f64) -> Self {
                value as Self
            }
            #[inline]
            fn f64(self) -> f64 {
                f64::from(self)
            }
            #[inline]
            fn abs(self) -> Self {
                self.abs()
            }
            #[inline]
            fn exp(self) -> Self {
                self.exp()
            }
            #[inline]
            fn max(self, other: Self) -> Self {
                self.max(other)
            }
            #[inline]
            fn is_finite(self) -> bool {
                self.is_finite()
            }
            fn vectors() -> &'static Vectors<Self> {
                static ALL: Vectors<$t> = Vectors::ALL;
                &ALL
            }
        }
    };
}

real!(f32, f32::EPSILON as f64 / 2.0, -87.0);
real!(f64, f64::EPSILON / 2.0, -708.0);
