//! The trait: a convex potential whose gradient is a layer's activation.

use crate::{OnePass, Properties, Real};
use std::fmt::Debug;

/// A convex potential L : Rⁿ → R whose gradient is a layer's activation, g = ∂L/∂x (KH eq. 3).
///
/// Required methods are the definition, provided ones are theorems about it. The laws, all of them
/// checked for the Lagrangians of this crate:
///
/// * `activate` is the gradient of `value`, and monotone: ⟨g(x) − g(y), x − y⟩ ≥ 0;
/// * `curve` is the derivative of `activate`, symmetric and positive semi-definite;
/// * Fenchel–Young: L(x) + L*(g(x)) = x·g(x);
/// * `bregman` is L(to) − L(from) − slope·(to − from) ≥ 0, and small steps cost it no digits.
///
/// A whole implementation, for L = Σ√(1 + x²), whose activation is x/√(1 + x²):
///
/// ```
/// use attractor_lagrangian::{Growth, Lagrangian, Properties, Real};
///
/// #[derive(Debug)]
/// struct Hyperbolic;
///
/// impl<T: Real> Lagrangian<T> for Hyperbolic {
///     fn value(&self, x: &[T]) -> f64 {
///         x.iter().map(|x| x.f64().hypot(1.0)).sum()
///     }
///     fn activate(&self, x: &[T], g: &mut [T]) {
///         for (g, x) in g.iter_mut().zip(x) {
///             *g = T::of(x.f64() / x.f64().hypot(1.0));
///         }
///     }
///     fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
///         for ((out, x), d) in out.iter_mut().zip(x).zip(d) {
///             *out = T::of(d.f64() / x.f64().hypot(1.0).powi(3));
///         }
///     }
///     fn conjugate(&self, p: &[T]) -> f64 {
///         let square = |p: &T| 1.0 - p.f64() * p.f64();
///         p.iter().map(square).map(|s| if s < 0.0 { f64::INFINITY } else { -s.sqrt() }).sum()
///     }
///     fn properties(&self) -> Properties {
///         Properties { lipschitz: Some(1.0), bounded_activation: true, ..Properties::separable(Growth::Linear) }
///     }
/// }
///
/// let (x, mut g) = ([0.75f64, 0.0], [0.0; 2]);
/// Hyperbolic.activate(&x, &mut g);
/// assert_eq!(g, [0.6, 0.0]);
/// let gap = Hyperbolic.value(&x) + Hyperbolic.conjugate(&g) - 0.75 * 0.6;
/// assert!(gap.abs() < 1e-15);
/// ```
///
/// # Numbers
/// Finite numbers never give NaN: what overflows is ±∞, or the limit where it is defined (the softmax of
/// βx beyond every float is the one of the largest currents, the tanh is ±1). NaN among the currents gives
/// NaN; an infinite current gives its limit, or NaN where it has none. `conjugate` counts NaN as outside
/// the domain where it is bounded.
///
/// # Panics
/// `activate`, `curve` and `bregman` may, if the slices differ in length.
pub trait Lagrangian<T: Real>: Debug + Send + Sync {
    /// L(x).
    fn value(&self, x: &[T]) -> f64;

    /// Writes g = ∂L/∂x. On entry `g` holds a previous output or zeros; it is read only where ∂L
    /// is set-valued, and kept there if it still is a subgradient.
    fn activate(&self, x: &[T], g: &mut [T]);

    /// Writes ∂²L(x)·d.
    fn curve(&self, x: &[T], d: &[T], out: &mut [T]);

    /// L*(p) = sup_x p·x − L(x), +∞ outside its domain (clamped at rounding).
    fn conjugate(&self, p: &[T]) -> f64;

    /// Convexity, growth, Lipschitz constant and the like.
    fn properties(&self) -> Properties;

    /// D_L(to, from) = L(to) − L(from) − slope·(to − from) ≥ 0, where `slope` is the stored output
    /// at `from`.
    ///
    /// For a 1-homogeneous L the length of `from` does not matter. The provided form takes the
    /// difference and subtracts what rounding can add, so it is a lower bound and vanishes for
    /// small steps: override it with a formula that has no cancellation.
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        let gap = difference(self.value(to), self.value(from), (to, from, slope));
        settled(gap, (to, from, slope), || f64::INFINITY)
    }

    /// How a hidden layer with this Lagrangian is read out in one pass over the memories; `None`
    /// means two passes and N numbers per query.
    fn one_pass(&self) -> Option<OnePass<'_, T>> {
        None
    }

    /// A Lagrangian with the same direction of ∂L everywhere that stays finite where this one
    /// overflows. Under a 1-homogeneous visible layer without input it gives the same orbit, so it
    /// is what the exponential *means* there (log-sum-exp).
    fn log_form(&self) -> Option<&dyn Lagrangian<T>> {
        None
    }
}

/// L(to) − L(from) − slope·(to − from) less what rounding can add.
fn difference<T: Real>(high: f64, low: f64, (to, from, slope): Points<'_, T>) -> f64 {
    let (mut tilt, mut size) = (0.0, high.abs() + low.abs());
    for ((t, a), s) in to.iter().zip(from).zip(slope) {
        let term = s.f64() * (t.f64() - a.f64());
        tilt += term;
        size += term.abs();
    }
    let rounding = (to.len() + 8) as f64 * f64::UNIT_ROUNDOFF * size;
    at_least_zero(high - low - tilt - rounding)
}

/// `to`, `from` and the output at `from`.
type Points<'a, T> = (&'a [T], &'a [T], &'a [T]);

/// A gap whose formula met 0·∞ or ∞ − ∞: NaN where a number is none, else 0 from a point to itself, and
/// `otherwise`, or +∞ where that overflows too.
fn settled<T: Real>(gap: f64, points: Points<'_, T>, otherwise: impl FnOnce() -> f64) -> f64 {
    let (to, from, slope) = points;
    let finite = |x: &[T]| x.iter().all(|x| x.is_finite());
    if !gap.is_nan() || !finite(to) || !finite(from) || slope.iter().any(|s| s.f64().is_nan()) {
        return gap;
    }
    if to == from {
        return 0.0;
    }
    let other = otherwise();
    if other.is_nan() { f64::INFINITY } else { other }
}

/// A gap by its own formula, or where that overflows between finite points, by the definition.
pub(crate) fn or_difference<T: Real>(
    of: &impl Lagrangian<T>,
    gap: f64,
    points: Points<'_, T>,
) -> f64 {
    settled(gap, points, || difference(of.value(points.0), of.value(points.1), points))
}

/// ∂²L(x)·d once more in smaller units, where `out` has NaN because a sum or product of the numbers of d
/// overflowed: it is linear in d.
pub(crate) fn in_smaller_units<T: Real>(
    (x, d): (&[T], &[T]),
    out: &mut [T],
    curve: impl Fn(&[f64], &[f64], &mut [f64]),
) {
    let unit = f64::from_bits(1 << 34); // 2⁻¹⁰⁴⁰: times the largest float it may be multiplied by that
    let large = d.iter().any(|d| d.f64().abs() > 1e100) && out.iter().any(|o| o.f64().is_nan());
    if !large || !x.iter().chain(d).all(|x| x.is_finite()) {
        return;
    }
    let x: Vec<f64> = x.iter().map(|x| x.f64()).collect();
    let d: Vec<f64> = d.iter().map(|d| d.f64() * unit).collect();
    let mut small = vec![0.0; x.len()];
    curve(&x, &d, &mut small);
    out.iter_mut().zip(small).for_each(|(out, small)| *out = T::of(small / unit));
}

/// ab with 0·∞ = 0, the limit where b is the one that is exact; NaN stays.
pub(crate) fn product(a: f64, b: f64) -> f64 {
    if b == 0.0 && a.is_infinite() { 0.0 } else { a * b }
}

/// The positive part that lets NaN through: a value that is no number must not turn into a proof.
pub(crate) fn at_least_zero(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}

/// Implements the trait through another implementation.
macro_rules! forward {
    ($own:ident => $inner:expr; $($generic:tt)*) => {
        $($generic)* {
            fn value(&$own, x: &[T]) -> f64 {
                $inner.value(x)
            }
            fn activate(&$own, x: &[T], g: &mut [T]) {
                $inner.activate(x, g);
            }
            fn curve(&$own, x: &[T], d: &[T], out: &mut [T]) {
                $inner.curve(x, d, out);
            }
            fn conjugate(&$own, p: &[T]) -> f64 {
                $inner.conjugate(p)
            }
            fn properties(&$own) -> Properties {
                Lagrangian::<T>::properties(&$inner)
            }
            fn bregman(&$own, to: &[T], from: &[T], slope: &[T]) -> f64 {
                $inner.bregman(to, from, slope)
            }
            fn one_pass(&$own) -> Option<OnePass<'_, T>> {
                $inner.one_pass()
            }
            fn log_form(&$own) -> Option<&dyn Lagrangian<T>> {
                $inner.log_form()
            }
        }
    };
}
pub(crate) use forward;

forward!(self => (**self); impl<T: Real, L: Lagrangian<T> + ?Sized> Lagrangian<T> for &L);
forward!(self => (**self); impl<T: Real, L: Lagrangian<T> + ?Sized> Lagrangian<T> for Box<L>);
