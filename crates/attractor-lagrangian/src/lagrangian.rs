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
        let (high, low) = (self.value(to), self.value(from));
        let (mut tilt, mut size) = (0.0, high.abs() + low.abs());
        for ((t, a), s) in to.iter().zip(from).zip(slope) {
            let term = s.f64() * (t.f64() - a.f64());
            tilt += term;
            size += term.abs();
        }
        let rounding = (to.len() + 8) as f64 * f64::UNIT_ROUNDOFF * size;
        at_least_zero(high - low - tilt - rounding)
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
