//! F(x) = β⁻¹·e^{βx}: exponential capacity.

use crate::additive::or_beyond;
use crate::special::{phi, x_ln_x};
use crate::vector::{self, Form};
use crate::{Growth, Lagrangian, LogSumExp, ParameterError, Primitive, Properties, Real, Tally};

/// F(x) = β⁻¹·e^{βx} with activation e^{βx} (KH eq. 8).
///
/// Under a 1-homogeneous visible layer without input the models use its [`Lagrangian::log_form`],
/// log-sum-exp with the same β: the same orbit, and no overflow at any β.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exponential(LogSumExp);

impl Exponential {
    /// The exponential with inverse temperature β.
    ///
    /// # Errors
    /// [`ParameterError::Beta`] unless β is positive and finite.
    pub fn new(beta: f64) -> Result<Self, ParameterError> {
        LogSumExp::new(beta).map(Self)
    }

    /// β.
    pub fn beta(self) -> f64 {
        self.0.beta()
    }
}

impl Primitive for Exponential {
    fn value(&self, x: f64) -> f64 {
        self.slope(x) / self.beta()
    }

    fn slope(&self, x: f64) -> f64 {
        (self.beta() * x).exp()
    }

    fn slopes<T: Real>(&self, x: &[T], g: &mut [T]) {
        vector::exp(self.beta(), x, g);
    }

    fn weigh<T: Real>(&self, tile: &mut [T], tallies: &mut [Tally]) -> bool {
        let done = vector::weigh_tile(Form::Exp { beta: self.beta() }, tile, tallies);
        tallies.iter_mut().for_each(|tally| tally.value /= self.beta());
        done
    }

    fn curvature(&self, x: f64) -> f64 {
        self.beta() * self.slope(x)
    }

    fn conjugate(&self, p: f64) -> f64 {
        if p < 0.0 { f64::INFINITY } else { (x_ln_x(p) - p) / self.beta() }
    }

    fn gap(&self, to: f64, from: f64, by: f64) -> f64 {
        let u = self.beta() * by;
        if u > 1.0 {
            return or_beyond(self.value(to) - self.value(from) * (1.0 + u), to, from);
        }
        or_beyond(self.value(from) * phi(u), to, from)
    }

    fn properties(&self) -> Properties {
        Properties::separable(Growth::Exponential)
    }

    fn log_form<T: Real>(&self) -> Option<&dyn Lagrangian<T>> {
        Some(&self.0)
    }
}
