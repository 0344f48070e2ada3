//! L(x) = Σ(x − θ)₊: neurons that fire or do not.

use crate::lagrangian::or_difference;
use crate::{
    Additive, Growth, Lagrangian, OnePass, ParameterError, Pool, Primitive, Properties, Real,
    ZeroModes,
};

/// L(x) = Σ(x_i − θ)₊, g = 1 where x > θ and 0 where x < θ; a current of exactly θ keeps the output
/// that it had. As a hidden layer: every memory within reach counts alike (a sum of ReLUs).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    step: Additive<Step>,
}

impl Threshold {
    /// The threshold θ, in units of the currents.
    ///
    /// # Errors
    /// [`ParameterError::Threshold`] unless θ is finite.
    pub fn new(theta: f64) -> Result<Self, ParameterError> {
        if theta.is_finite() {
            Ok(Self { step: Additive(Step { theta }) })
        } else {
            Err(ParameterError::Threshold(theta))
        }
    }

    /// θ.
    pub fn theta(self) -> f64 {
        self.step.0.theta
    }

    /// The output at x, `kept` where x = θ and `kept` is a subgradient.
    fn fire<T: Real>(self, x: T, kept: T) -> T {
        let above = x.f64() - self.theta();
        if above > 0.0 {
            T::ONE
        } else if above < 0.0 {
            T::ZERO
        } else if above.is_nan() {
            T::of(f64::NAN)
        } else if kept >= T::ZERO && kept <= T::ONE {
            kept
        } else {
            T::ZERO
        }
    }
}

impl<T: Real> Lagrangian<T> for Threshold {
    fn value(&self, x: &[T]) -> f64 {
        self.step.value(x)
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        g.iter_mut().zip(x).for_each(|(g, x)| *g = self.fire(*x, *g));
    }

    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        self.step.curve(x, d, out);
    }

    fn conjugate(&self, p: &[T]) -> f64 {
        self.step.conjugate(p)
    }

    fn properties(&self) -> Properties {
        self.step.0.properties()
    }

    /// Σ(t − θ)₊ − s·(t − θ): the output that was kept at θ counts.
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        let gap = |(t, s): (&T, &T)| {
            let above = t.f64() - self.theta();
            if above > 0.0 { (1.0 - s.f64()) * above } else { -s.f64() * above }
        };
        or_difference(self, to.iter().zip(slope).map(gap).sum(), (to, from, slope))
    }

    fn one_pass(&self) -> Option<OnePass<'_, T>> {
        Some(OnePass::Sum(&self.step as &dyn Pool<T>))
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Step {
    theta: f64,
}

impl Primitive for Step {
    fn value(&self, x: f64) -> f64 {
        let above = x - self.theta;
        if above < 0.0 { 0.0 } else { above }
    }

    fn slope(&self, x: f64) -> f64 {
        match x - self.theta {
            above if above > 0.0 => 1.0,
            above if above.is_nan() => above,
            _ => 0.0,
        }
    }

    fn curvature(&self, _x: f64) -> f64 {
        0.0
    }

    fn conjugate(&self, p: f64) -> f64 {
        if (0.0..=1.0).contains(&p) || p.is_nan() { self.theta * p } else { f64::INFINITY }
    }

    fn domain(&self) -> (f64, f64) {
        (0.0, 1.0)
    }

    fn gap(&self, to: f64, from: f64, _by: f64) -> f64 {
        if (to > self.theta) == (from > self.theta) { 0.0 } else { (to - self.theta).abs() }
    }

    fn properties(&self) -> Properties {
        Properties {
            zero_modes: ZeroModes::ALL,
            bounded_activation: true,
            ..Properties::separable(Growth::Linear)
        }
    }
}
