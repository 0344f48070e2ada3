//! Activations whose potential is not convex: they carry no guarantee.

use crate::error::exponent;
use crate::lagrangian::product;
use crate::special::{logistic, softplus};
use crate::{Growth, Lagrangian, ParameterError, Properties, Real};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// A sum L(x) = Σ F(x_i) with an F that is *not convex*: no step with it is certain to lower the
/// energy.
///
/// It says so (`convex: false`), so every pair with it is refused by
/// [`admissible`](crate::admissible); [`Lagrangian::bregman`] is NaN, so that no certificate can be
/// made of it; and L* is +∞, because its maximum is not where the activation is. What needs values
/// and activations only, like the energy-difference rule of Krotov & Hopfield 2016, can use it.
///
/// ```
/// use attractor_lagrangian::{Absolute, Inadmissible, Lagrangian, NotConvex, admissible};
/// let cube = NotConvex::odd_power(3)?;
/// let of = |l: &dyn Lagrangian<f64>| l.properties();
/// assert_eq!(admissible(&of(&Absolute), &of(&cube)), Err(Inadmissible::NotConvex("hidden")));
/// # Ok::<(), attractor_lagrangian::ParameterError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NotConvex {
    of: Function,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Function {
    OddPower(u32),
    Gelu,
    Silu,
}

impl NotConvex {
    /// F(x) = (1/n)·xⁿ with odd n ≥ 3 (KH eq. 7 taken literally): f falls for x < 0.
    ///
    /// # Errors
    /// [`ParameterError::EvenPower`] if n is even (convex: use [`EvenPower`](crate::EvenPower)),
    /// [`ParameterError::LowPower`] if n < 3, [`ParameterError::HighPower`] if n > 2³¹ − 1.
    pub fn odd_power(n: u32) -> Result<Self, ParameterError> {
        match n {
            0..3 => Err(ParameterError::LowPower(n)),
            n if n % 2 == 0 => Err(ParameterError::EvenPower(n)),
            n => exponent(n).map(|n| Self { of: Function::OddPower(n) }),
        }
    }

    /// The potential of GELU, f(x) = x·Φ(x) with Φ the normal distribution: ½[(x² − 1)Φ + xφ].
    pub const fn gelu() -> Self {
        Self { of: Function::Gelu }
    }

    /// The potential of SiLU (swish), f(x) = x·σ(x): x·ln(1 + eˣ) + Li₂(−eˣ).
    pub const fn silu() -> Self {
        Self { of: Function::Silu }
    }

    fn potential(self, x: f64) -> f64 {
        match self.of {
            Function::OddPower(n) => x.powi(n.cast_signed()) / f64::from(n),
            Function::Gelu => 0.5 * (product(x * x - 1.0, normal(x)) + x * density(x)),
            // the squares of both terms cancel, beyond the floats as well
            Function::Silu if x > 0.0 => {
                0.5 * x * x + x * (-x).exp().ln_1p() - PI * PI / 6.0 - dilogarithm(-x)
            }
            Function::Silu => x * softplus(x) + dilogarithm(x),
        }
    }

    fn slope(self, x: f64) -> f64 {
        match self.of {
            Function::OddPower(n) => x.powi(n.cast_signed() - 1),
            Function::Gelu => x * normal(x),
            Function::Silu => x * logistic(x),
        }
    }

    fn curvature(self, x: f64) -> f64 {
        match self.of {
            Function::OddPower(n) => f64::from(n - 1) * x.powi(n.cast_signed() - 2),
            Function::Gelu => normal(x) + x * density(x),
            Function::Silu => logistic(x) * (1.0 + x * logistic(-x)),
        }
    }
}

impl<T: Real> Lagrangian<T> for NotConvex {
    fn value(&self, x: &[T]) -> f64 {
        x.iter().map(|x| self.potential(x.f64())).sum()
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        g.iter_mut().zip(x).for_each(|(g, x)| *g = T::of(self.slope(x.f64())));
    }

    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        for ((out, x), d) in out.iter_mut().zip(x).zip(d) {
            *out = T::of(product(self.curvature(x.f64()), d.f64()));
        }
    }

    fn conjugate(&self, _p: &[T]) -> f64 {
        f64::INFINITY
    }

    fn properties(&self) -> Properties {
        let degree = match self.of {
            Function::OddPower(n) => f64::from(n),
            Function::Gelu | Function::Silu => 2.0,
        };
        let growth = Growth::Power { degree, factor: 1.0 };
        Properties { convex: false, ..Properties::separable(growth) }
    }

    fn bregman(&self, _to: &[T], _from: &[T], _slope: &[T]) -> f64 {
        f64::NAN
    }
}

/// Φ(x), the normal distribution.
fn normal(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

/// φ(x) = Φ'(x).
fn density(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * PI).sqrt()
}

/// Li₂(−eˣ), by its inversion formula for x > 0 and Σ Bₖuᵏ⁺¹/(k+1)! in u = −ln(1 + eˣ) below.
fn dilogarithm(x: f64) -> f64 {
    if x > 0.0 {
        return -PI * PI / 6.0 - 0.5 * x * x - dilogarithm(-x);
    }
    // B₂ₖ/(2k + 1)!; |u| ≤ ln 2, so the term after the last is below 1e-18 of the first
    const TERMS: [f64; 8] = [
        1.0 / 36.0,
        -1.0 / 3_600.0,
        1.0 / 211_680.0,
        -1.0 / 10_886_400.0,
        1.0 / 526_901_760.0,
        -691.0 / 16_999_766_784_000.0,
        1.0 / 1_120_863_744_000.0,
        -3617.0 / 181_400_588_328_960_000.0,
    ];
    let u = -softplus(x);
    let square = u * u;
    let series = TERMS.iter().rev().fold(0.0, |sum, term| sum * square + term);
    u - 0.25 * square + u * square * series
}
