//! Derivatives from values alone, with an error bar that knows about rounding and kinks.

/// Where a derivative must lie.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Interval {
    low: f64,
    high: f64,
}

impl Interval {
    const ALL: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };

    fn around(centre: f64, radius: f64) -> Self {
        Self { low: centre - radius, high: centre + radius }
    }

    /// A value, what extrapolation changes of it, and its rounding error.
    fn extrapolated(value: f64, change: f64, rounding: f64) -> Self {
        let last_digits = 1e-14 * (value.abs() + change.abs());
        Self::around(value + change, change.abs() + rounding + last_digits)
    }

    /// The common part with a better estimate; `None` if that is centred outside, or NaN.
    ///
    /// Its bar alone may reach in where a jump of f, small beside the noise, is taken for a slope.
    fn meet(self, better: Self) -> Option<Self> {
        let centre = better.middle();
        let inside = centre >= self.low && centre <= self.high;
        let (low, high) = (self.low.max(better.low), self.high.min(better.high));
        inside.then_some(Self { low, high })
    }

    /// The middle, if the interval is bounded.
    pub(crate) fn middle(self) -> f64 {
        0.5 * (self.low + self.high)
    }

    pub(crate) fn radius(self) -> f64 {
        0.5 * (self.high - self.low)
    }

    /// Three times as wide: error bars are estimates.
    fn widened(self) -> Self {
        Self::around(self.middle(), 3.0 * self.radius())
    }
}

/// From 2⁻⁴⁸ of the size of x, where only rounding matters, up to an eighth of it.
const OCTAVES: std::ops::RangeInclusive<i32> = 4..=48;

/// The derivative of f at 0 where f is smooth on the scale of some step between `size`·2⁻⁴⁸ and
/// `size`/16; `noise` bounds the rounding error of one value.
///
/// Richardson's extrapolation of central differences, ± rounding ± what the extrapolation changed,
/// with the step chosen by Lepski's rule: from the smallest step up, for as long as an estimate lies
/// within the intervals before it. The smallest step is honest but wide, and a large step on whose scale f is not
/// smooth ends the ascent before it can do harm.
pub(crate) fn central(f: &dyn Fn(f64) -> f64, size: f64, noise: f64) -> Interval {
    ascend(size, |h| {
        let difference = |h: f64| (f(h) - f(-h)) / (2.0 * h);
        let [coarse, fine, finest] = [h, h / 2.0, h / 4.0].map(difference);
        let (earlier, later) = (fine - coarse, finest - fine);
        let change = later / 3.0;
        // Halving the step quarters the error where f is smooth. Where f bends suddenly within the
        // step it only halves it, and extrapolating for h² leaves twice what it changed.
        let bend = if earlier.abs() >= 3.0 * later.abs() { 0.0 } else { 2.0 * change.abs() };
        Interval::extrapolated(finest, change, 6.0 * noise / h + bend)
    })
}

/// The one-sided derivatives of f at 0, from the left and from the right.
pub(crate) fn sides(f: &dyn Fn(f64) -> f64, size: f64, noise: f64) -> [Interval; 2] {
    let here = f(0.0);
    [-1.0, 1.0].map(|side| {
        ascend(size, |h| {
            let difference = |h: f64| side * (f(side * h) - here) / h;
            let (coarse, fine) = (difference(h), difference(h / 2.0));
            let change = fine - coarse;
            Interval::extrapolated(fine, change, 10.0 * noise / h)
        })
    })
}

fn ascend(size: f64, estimate: impl Fn(f64) -> Interval) -> Interval {
    let steps = OCTAVES.rev().step_by(2).map(|k| size * 0.5f64.powi(k));
    let (mut before, mut met) = (Interval::ALL, Interval::ALL);
    for h in steps {
        match met.meet(estimate(h)) {
            Some(smaller) => (before, met) = (met, smaller),
            // what met only just is under suspicion too
            None if before.radius().is_finite() => return before.widened(),
            None => break,
        }
    }
    met.widened()
}

/// Whether f jumps at 0: its change across the smallest steps does not shrink with the step.
pub(crate) fn jumps(f: &dyn Fn(f64) -> f64, size: f64, noise: f64) -> bool {
    let change = |h: f64| (f(h) - f(-h)).abs();
    let h = size * 0.5f64.powi(*OCTAVES.end());
    let (near, far) = (change(h), change(8.0 * h));
    near > 4.0 * noise && far < 2.0 * near
}

/// Whether `slope` is the derivative of f at 0: it lies where [`central`] says, or, where the two
/// [`sides`] differ for certain (a kink), between them. Else the derivative and its error bar.
///
/// Where f is smooth, central differences are far sharper than one-sided ones. Where they are not,
/// there is noise, or a kink that cannot be told from it, and the sides decide too.
pub(crate) fn is_slope(
    f: &dyn Fn(f64) -> f64,
    (size, noise): (f64, f64),
    (slope, slack): (f64, f64),
) -> Result<(), Interval> {
    let within = |low: f64, high: f64| slope >= low - slack && slope <= high + slack;
    let smooth = central(f, size, noise);
    if within(smooth.low, smooth.high) {
        return Ok(());
    }
    let [left, right] = sides(f, size, noise);
    let kink = left.high < right.low || right.high < left.low;
    let blurred = smooth.radius() > 0.1 * left.radius().min(right.radius());
    if (kink || blurred) && within(left.low.min(right.low), left.high.max(right.high)) {
        return Ok(());
    }
    Err(smooth)
}

/// What noise can hide of a derivative: a bend of width w changes it by `bend`(w)·w, and differences
/// of values over w do not see that below their noise; larger steps take it in without a trace.
pub(crate) fn hidden(bend: &dyn Fn(f64) -> f64, size: f64, noise: f64) -> f64 {
    let widths = OCTAVES.map(|k| size * 0.5f64.powi(k));
    widths.map(|w| (bend(w) * w).min(6.0 * noise / w)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steep_transition_is_resolved_and_a_kink_is_seen() {
        let beta = 1e6;
        let soft = |t: f64| ((beta * (1e-7 + t)).cosh()).ln().min(1e300) / beta;
        let found = central(&soft, 1.0, 1e-22);
        assert!((found.middle() - 0.1f64.tanh()).abs() <= found.radius());
        assert!(found.radius() < 1e-6, "{found:?}");

        let kink = |t: f64| t.abs();
        assert!(is_slope(&kink, (1.0, 1e-16), (0.7, 0.0)).is_ok());
        assert!(is_slope(&kink, (1.0, 1e-16), (1.1, 0.0)).is_err());
        assert!(jumps(&|t: f64| t.signum(), 1.0, 1e-16));
        assert!(!jumps(&|t: f64| (1e6 * t).tanh(), 1.0, 1e-16));
    }

    #[test]
    fn a_cubic_is_known_to_many_digits() {
        let found = central(&|t: f64| (1.5 + t).powi(3), 1.0, 1e-15);
        assert!((found.middle() - 6.75).abs() <= found.radius() && found.radius() < 1e-9);
    }

    #[test]
    fn a_function_that_is_no_number_has_no_derivative() {
        assert!(is_slope(&|_| f64::NAN, (1.0, 1e-16), (f64::NAN, 0.0)).is_err());
    }
}
