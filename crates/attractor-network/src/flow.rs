//! One layer flows towards a frozen target, exactly: the sub-step of which certified steps are made.

use crate::times::Times;
use attractor_dynamics::{Certificate, Proof};
use attractor_lagrangian::{Factor, Lagrangian, Layer, ParameterError, Real, Scaled};
use std::ops::Range;

/// A layer's flow over some time: x' = x + η(target − x) for every stretch of neurons.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flow<'a, L> {
    pub(crate) layer: &'a Layer<L>,
    pub(crate) times: &'a Times,
    /// 1 but for 1-homogeneous layers.
    pub(crate) alpha: f64,
    pub(crate) dt: f64,
    /// How far rounding may have moved the target.
    pub(crate) slip: Slip,
}

/// How far a computed target can be from the true one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Slip {
    /// Of every number.
    pub(crate) each: f64,
    /// Of all of them, in the 2-norm.
    pub(crate) whole: f64,
}

impl std::ops::AddAssign for Slip {
    fn add_assign(&mut self, other: Self) {
        self.each += other.each;
        self.whole += other.whole;
    }
}

impl<L> Flow<'_, L> {
    /// Moves the layer from (x, y) into `after`; returns what that takes off the energy, and ln of the
    /// unit of the new currents.
    ///
    /// # Errors
    /// [`ParameterError::TimeStep`] if dt/τ leaves the numbers.
    pub(crate) fn relax<T: Real>(
        &self,
        before: (Scaled<'_, T>, &[T]),
        target: Scaled<'_, f64>,
        after: (&mut [T], &mut [T]),
    ) -> Result<(Certificate, f64), ParameterError>
    where
        L: Lagrangian<T>,
    {
        let homogeneous = self.layer.0.properties().homogeneous;
        let ((x, y), (x2, y2)) = (before, after);
        let mut total = Certificate::ZERO;
        let mut unit = 0.0;
        for (range, tau) in self.times.stretches() {
            let (factor, ln_longer) = Factor::homogeneous(self.dt / tau, self.alpha)?;
            let part = |values| Scaled { values, log_scale: x.log_scale };
            let goal = Scaled { values: &target.values[range.clone()], ..target };
            let before = (part(&x.values[range.clone()]), &y[range.clone()]);
            let after = (&mut x2[range.clone()], &mut y2[range.clone()]);
            let (drop, log_scale) = self.layer.relax(before, goal, factor, after);
            let slip = self.slip;
            let at =
                Move { range: range.clone(), x, y, target, x2, y2, log_scale, slip, homogeneous };
            let terms = [drop.detour, drop.bregman];
            total += Certificate::of_terms(&terms, at.rounding(factor, &terms), Proof::Full);
            unit = self.settle_unit(log_scale + ln_longer, range, x2);
        }
        Ok((total, unit))
    }

    /// The currents' unit, multiplied out where several stretches would each have their own, and
    /// where it is the decay alone that made it.
    fn settle_unit<T: Real>(&self, unit: f64, range: &Range<usize>, x: &mut [T]) -> f64 {
        if unit == 0.0 || (self.times.stretches().len() == 1 && unit.abs() > LARGE) {
            return unit;
        }
        let factor = unit.exp();
        x[range.clone()].iter_mut().for_each(|x| *x = T::of(x.f64() * factor));
        0.0
    }
}

/// Currents within e^{±40} of 1 are stored as they are.
const LARGE: f64 = 40.0;

/// A stretch of neurons before and after its move.
pub(crate) struct Move<'a, T> {
    pub(crate) range: Range<usize>,
    pub(crate) x: Scaled<'a, T>,
    pub(crate) y: &'a [T],
    pub(crate) target: Scaled<'a, f64>,
    pub(crate) x2: &'a [T],
    pub(crate) y2: &'a [T],
    pub(crate) log_scale: f64,
    pub(crate) slip: Slip,
    pub(crate) homogeneous: bool,
}

impl<T: Real> Move<'_, T> {
    /// What rounding can take off a drop that is the sum of `terms`.
    ///
    /// The identity is exact for the stored currents and a target that is off by `slip` and by the
    /// rounding of x', u|x'|/η: that costs |Δy| times as much. Stored outputs are rounded, and the
    /// energy bends with them by |x − target| (for a 1-homogeneous layer by |x| and |target|, for
    /// its own energy is taken as 0): 4u(|y| + |y'|) times as much. The gaps' formulas, and their
    /// sums, keep all but the last digits of f64.
    pub(crate) fn rounding(&self, factor: Factor, terms: &[f64]) -> f64 {
        let units = [self.x.log_scale, self.log_scale, self.target.log_scale].map(f64::exp);
        let size =
            |a: f64, b: f64| if self.homogeneous { a.abs() + b.abs() } else { (a - b).abs() };
        let forgets = factor.slack() == 0.0 && self.homogeneous;
        let keeps = if forgets { 0.0 } else { 1.0 };
        let (mut sum, mut moved, mut square) = (0.0, 0.0, 0.0);
        for i in self.range.clone() {
            let x = keeps * times(units[0], self.x.values[i].f64());
            let x2 = times(units[1], self.x2[i].f64());
            let t = times(units[2], self.target.values[i]);
            let (y, y2) = (self.y[i].f64(), self.y2[i].f64());
            let step = (y2 - y).abs();
            sum += 4.0 * (y.abs() + y2.abs()) * (size(x, t) + size(x2, t));
            sum += 2.0 * ((1.0 + factor.slack()) * x2.abs() + x.abs() + t.abs()) * step;
            moved += step;
            square += step * step;
        }
        let digits = (256 + self.range.len()) as f64 * f64::UNIT_ROUNDOFF;
        let own = digits * terms.iter().map(|term| term.abs()).sum::<f64>();
        let length = square.sqrt().min(moved); // a square may overflow
        T::UNIT_ROUNDOFF * sum + own + self.slip.each * moved + self.slip.whole * length
    }
}

/// A product in which 0 wins over an overflow of the unit.
fn times(unit: f64, x: f64) -> f64 {
    if x == 0.0 || unit == 0.0 { 0.0 } else { unit * x }
}
