//! A Lagrangian that only its user knows: the example of the trait's documentation, which leaves
//! `bregman` and `one_pass` as they are provided.

use attractor_lagrangian::{Growth, Lagrangian, Properties, Real};
use attractor_laws::lagrangian_laws;

/// L = Σ√(1 + x²).
#[derive(Debug)]
struct Hyperbolic;

impl<T: Real> Lagrangian<T> for Hyperbolic {
    fn value(&self, x: &[T]) -> f64 {
        x.iter().map(|x| x.f64().hypot(1.0)).sum()
    }
    fn activate(&self, x: &[T], g: &mut [T]) {
        for (g, x) in g.iter_mut().zip(x) {
            *g = T::of(x.f64() / x.f64().hypot(1.0));
        }
    }
    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        for ((out, x), d) in out.iter_mut().zip(x).zip(d) {
            *out = T::of(d.f64() / x.f64().hypot(1.0).powi(3));
        }
    }
    fn conjugate(&self, p: &[T]) -> f64 {
        let square = |p: &T| 1.0 - p.f64() * p.f64();
        p.iter().map(square).map(|s| if s < 0.0 { f64::INFINITY } else { -s.sqrt() }).sum()
    }
    fn properties(&self) -> Properties {
        Properties {
            lipschitz: Some(1.0),
            bounded_activation: true,
            ..Properties::separable(Growth::Linear)
        }
    }
}

/// The Huber function, Σ½x² inside [−1, 1] and |x| − ½ outside: the activation bends at ±1.
#[derive(Debug)]
struct Clipped;

impl<T: Real> Lagrangian<T> for Clipped {
    fn value(&self, x: &[T]) -> f64 {
        let inside = |x: f64| if x < 1.0 { 0.5 * x * x } else { x - 0.5 };
        x.iter().map(|x| inside(x.f64().abs())).sum()
    }
    fn activate(&self, x: &[T], g: &mut [T]) {
        g.iter_mut().zip(x).for_each(|(g, x)| *g = T::of(x.f64().clamp(-1.0, 1.0)));
    }
    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        for ((out, x), d) in out.iter_mut().zip(x).zip(d) {
            *out = if x.f64().abs() < 1.0 { *d } else { T::ZERO };
        }
    }
    fn conjugate(&self, p: &[T]) -> f64 {
        let inside = |p: f64| if p.abs() <= 1.0 { 0.5 * p * p } else { f64::INFINITY };
        p.iter().map(|p| inside(p.f64())).sum()
    }
    fn properties(&self) -> Properties {
        Properties {
            lipschitz: Some(1.0),
            zero_modes: attractor_lagrangian::ZeroModes::DEAD_UNITS,
            bounded_activation: true,
            ..Properties::separable(Growth::Linear)
        }
    }
}

lagrangian_laws!(hyperbolic, Hyperbolic);
lagrangian_laws!(clipped, Clipped);
