//! F(x) = (1/n)·xⁿ with even n; n = 2 is Hopfield 1982.

use crate::additive::{or_beyond, power_gap, power_growth, weigh_powers};
use crate::error::exponent;
use crate::{ParameterError, Primitive, Properties, Real, Tally};

/// F(x) = (1/n)·xⁿ, n even, with activation x^{n−1} (KH eq. 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvenPower(u32);

impl EvenPower {
    pub(crate) const SQUARE: Self = Self(2);

    /// The even power n.
    ///
    /// # Errors
    /// [`ParameterError::OddPower`] if n is odd (not convex), [`ParameterError::LowPower`] if n is 0,
    /// [`ParameterError::HighPower`] if n > 2³¹ − 1.
    pub fn new(n: u32) -> Result<Self, ParameterError> {
        match n {
            0 => Err(ParameterError::LowPower(n)),
            n if n % 2 == 1 => Err(ParameterError::OddPower(n)),
            n => exponent(n).map(Self),
        }
    }

    /// n.
    pub fn power(self) -> u32 {
        self.0
    }
}

impl Primitive for EvenPower {
    fn value(&self, x: f64) -> f64 {
        x.powi(self.0.cast_signed()) / f64::from(self.0)
    }

    fn slope(&self, x: f64) -> f64 {
        x.powi(self.0.cast_signed() - 1)
    }

    fn weigh<T: Real>(&self, tile: &mut [T], tallies: &mut [Tally]) -> bool {
        weigh_powers(self.0, false, tile, tallies)
    }

    fn curvature(&self, x: f64) -> f64 {
        f64::from(self.0 - 1) * x.powi(self.0.cast_signed() - 2)
    }

    fn conjugate(&self, p: f64) -> f64 {
        let n = f64::from(self.0);
        (n - 1.0) / n * p.abs() * p.abs().powf(1.0 / (n - 1.0))
    }

    fn gap(&self, t: f64, a: f64, by: f64) -> f64 {
        let n = self.0;
        if (a >= 0.0) == (t >= 0.0) {
            return or_beyond(power_gap(n, t.abs(), a.abs(), by), t, a);
        }
        let share = 1.0 - 1.0 / f64::from(n);
        let gap = self.value(t) + share * a.powi(n.cast_signed()) + self.slope(a).abs() * t.abs();
        or_beyond(gap, t, a)
    }

    fn properties(&self) -> Properties {
        let lipschitz = (self.0 == 2).then_some(1.0);
        Properties { lipschitz, ..Properties::separable(power_growth(self.0)) }
    }
}
