//! F(x) = (1/n)·max(x, 0)ⁿ: model A's polynomial, convex for every n ≥ 2.

use crate::additive::{or_beyond, power_gap, power_growth, weigh_powers};
use crate::error::exponent;
use crate::{ParameterError, Primitive, Properties, Real, Tally, ZeroModes, vector};

/// F(x) = (1/n)·x₊ⁿ with activation x₊^{n−1} (KH eq. 7, rectified so that odd n is convex too).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RectifiedPower(u32);

impl RectifiedPower {
    /// The rectified power n.
    ///
    /// # Errors
    /// [`ParameterError::LowPower`] if n < 2, [`ParameterError::HighPower`] if n > 2³¹ − 1.
    pub fn new(n: u32) -> Result<Self, ParameterError> {
        if n < 2 { Err(ParameterError::LowPower(n)) } else { exponent(n).map(Self) }
    }

    /// n.
    pub fn power(self) -> u32 {
        self.0
    }
}

impl Primitive for RectifiedPower {
    fn value(&self, x: f64) -> f64 {
        x.max(0.0).powi(self.0.cast_signed()) / f64::from(self.0) + keep_nan(x)
    }

    fn slope(&self, x: f64) -> f64 {
        x.max(0.0).powi(self.0.cast_signed() - 1) + keep_nan(x)
    }

    fn slopes<T: Real>(&self, x: &[T], g: &mut [T]) {
        vector::rectified_power(self.0 - 1, x, g);
    }

    fn weigh<T: Real>(&self, tile: &mut [T], tallies: &mut [Tally]) -> bool {
        weigh_powers(self.0, true, tile, tallies)
    }

    fn curvature(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        f64::from(self.0 - 1) * x.powi(self.0.cast_signed() - 2)
    }

    fn conjugate(&self, p: f64) -> f64 {
        let n = f64::from(self.0);
        if p < 0.0 { f64::INFINITY } else { (n - 1.0) / n * p * p.powf(1.0 / (n - 1.0)) }
    }

    fn gap(&self, t: f64, a: f64, by: f64) -> f64 {
        let n = self.0;
        let gap = match (a > 0.0, t > 0.0) {
            (true, true) => power_gap(n, t, a, by),
            (true, false) => self.slope(a) * ((1.0 - 1.0 / f64::from(n)) * a - t),
            (false, _) => self.value(t) + keep_nan(a),
        };
        or_beyond(gap, t, a)
    }

    fn properties(&self) -> Properties {
        Properties {
            lipschitz: (self.0 == 2).then_some(1.0),
            zero_modes: ZeroModes::DEAD_UNITS,
            ..Properties::separable(power_growth(self.0))
        }
    }
}

/// 0 for every number; `f64::max` would turn NaN into 0 silently.
fn keep_nan(x: f64) -> f64 {
    if x.is_nan() { x } else { 0.0 }
}
