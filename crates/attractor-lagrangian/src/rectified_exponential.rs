//! F(x) = e^{βx₊}/β − x₊: exponential separation that leaves negative overlaps out.

use crate::additive::or_beyond;
use crate::error::positive_beta;
use crate::special::phi;
use crate::vector::{self, Form};
use crate::{Growth, ParameterError, Primitive, Properties, Real, Tally, ZeroModes};

/// F(x) = e^{βx₊}/β − x₊ with activation e^{βx₊} − 1, which is 0 for x ≤ 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RectifiedExponential {
    beta: f64,
}

impl RectifiedExponential {
    /// The rectified exponential with inverse temperature β.
    ///
    /// # Errors
    /// [`ParameterError::Beta`] unless β is positive and finite.
    pub fn new(beta: f64) -> Result<Self, ParameterError> {
        positive_beta(beta).map(|beta| Self { beta })
    }

    /// β.
    pub fn beta(self) -> f64 {
        self.beta
    }
}

impl Primitive for RectifiedExponential {
    fn value(&self, x: f64) -> f64 {
        (phi(self.beta * rectified(x)) + 1.0) / self.beta
    }

    fn slope(&self, x: f64) -> f64 {
        (self.beta * rectified(x)).exp_m1()
    }

    fn slopes<T: Real>(&self, x: &[T], g: &mut [T]) {
        vector::rectified_exp_m1(self.beta, x, g);
    }

    /// ΣF is Σ(f − βx₊ + 1)/β.
    fn weigh<T: Real>(&self, tile: &mut [T], tallies: &mut [Tally]) -> bool {
        let memories = (tile.len() / tallies.len()) as f64;
        let done = vector::weigh_tile(Form::RectifiedExpM1 { beta: self.beta }, tile, tallies);
        tallies.iter_mut().for_each(|tally| tally.value = (tally.value + memories) / self.beta);
        done
    }

    fn curvature(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { self.beta * (self.beta * x).exp() }
    }

    fn conjugate(&self, p: f64) -> f64 {
        if p < 0.0 { f64::INFINITY } else { ((1.0 + p) * p.ln_1p() - p - 1.0) / self.beta }
    }

    fn gap(&self, to: f64, from: f64, by: f64) -> f64 {
        let (t, a, u) = (self.beta * to, self.beta * from, self.beta * by);
        let gap = match (a > 0.0, t > 0.0) {
            (true, true) if u > 1.0 => t.exp() - a.exp() * (1.0 + u),
            (true, true) => a.exp() * phi(u),
            (true, false) => a.exp() * phi(-a) - t * a.exp_m1(),
            (false, _) => phi(rectified(t)) + 0.0 * a, // NaN stays
        };
        or_beyond(gap / self.beta, to, from)
    }

    fn properties(&self) -> Properties {
        Properties {
            zero_modes: ZeroModes::DEAD_UNITS,
            ..Properties::separable(Growth::Exponential)
        }
    }
}

/// max(x, 0), NaN included.
fn rectified(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}
