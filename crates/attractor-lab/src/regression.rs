//! Straight lines through measured points.

use crate::interval::{Estimate, Unmeasured, finite, student};

/// The line y = offset + slope·x through points, by least squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Regression {
    /// The slope; its interval is Student's, from how far the points are off the line.
    pub slope: Estimate,
    /// y at x = 0.
    pub offset: f64,
    /// The means of x and y, and half of the 95 % interval of the latter.
    centre: (f64, f64, f64),
}

impl Regression {
    /// Through points (x, y): (ln x, ln y) for the exponent of a power law.
    ///
    /// # Errors
    /// [`Unmeasured::Samples`] for fewer than three points, [`Unmeasured::NotFinite`] for points, or sums and
    /// squares of them, beyond f64, [`Unmeasured::Upright`] where all share one x.
    pub fn through(points: &[(f64, f64)]) -> Result<Self, Unmeasured> {
        let n = points.len();
        if n < 3 {
            return Err(Unmeasured::Samples { found: n, needed: 3 });
        }
        let line = Line::through(points)?;
        let off: f64 =
            points.iter().map(|&(x, y)| (y - line.offset - line.slope * x).powi(2)).sum();
        let error = (off / (n - 2) as f64).sqrt();
        finite(&[error])?;
        Ok(line.with(student(n - 2) * error))
    }

    /// Through points (x, y ± half), where `half` is half of the 95 % interval of y: each point weighs as the
    /// inverse square of its own, and the interval of the slope is what they imply.
    ///
    /// # Errors
    /// As [`Regression::through`], for two points and more; [`Unmeasured::NotFinite`] for an interval without width.
    pub fn weighted(points: &[(f64, f64, f64)]) -> Result<Self, Unmeasured> {
        if points.len() < 2 {
            return Err(Unmeasured::Samples { found: points.len(), needed: 2 });
        }
        let weights: Vec<f64> = points.iter().map(|p| 1.0 / (p.2 * p.2)).collect();
        finite(&weights)?;
        let rows = points.iter().zip(&weights).map(|(&(x, y, _), &w)| (x, y, w));
        let line = Line::of(rows.collect::<Vec<_>>().as_slice())?;
        Ok(line.with(1.0))
    }

    /// Where the line reaches y, with what both its height and its slope leave open. Meant for points around the
    /// crossing.
    #[must_use]
    pub fn crossing(&self, y: f64) -> Estimate {
        let (x, mean, half) = self.centre;
        let slope = self.slope.measured;
        let away = (y - mean) / slope;
        let tilt = 0.5 * (self.slope.high - self.slope.low) * away;
        Estimate::within(x + away, half.hypot(tilt) / slope)
    }

    /// The line at x.
    #[must_use]
    pub fn at(&self, x: f64) -> f64 {
        self.offset + self.slope.measured * x
    }
}

/// The numbers of a line, the means of x and y, Σw and Σw(x − x̄)².
struct Line {
    slope: f64,
    offset: f64,
    mean: (f64, f64),
    total: f64,
    spread: f64,
}

impl Line {
    fn through(points: &[(f64, f64)]) -> Result<Self, Unmeasured> {
        Self::of(&points.iter().map(|&(x, y)| (x, y, 1.0)).collect::<Vec<_>>())
    }

    /// Through points (x, y, weight).
    fn of(rows: &[(f64, f64, f64)]) -> Result<Self, Unmeasured> {
        finite(&rows.iter().flat_map(|r| [r.0, r.1]).collect::<Vec<_>>())?;
        let total: f64 = rows.iter().map(|r| r.2).sum();
        let mean_x = rows.iter().map(|r| r.2 * r.0).sum::<f64>() / total;
        let mean_y = rows.iter().map(|r| r.2 * r.1).sum::<f64>() / total;
        let spread: f64 = rows.iter().map(|r| r.2 * (r.0 - mean_x).powi(2)).sum();
        if !(spread > 0.0) {
            return Err(Unmeasured::Upright);
        }
        let product: f64 = rows.iter().map(|r| r.2 * (r.0 - mean_x) * (r.1 - mean_y)).sum();
        let slope = product / spread;
        let offset = mean_y - slope * mean_x;
        finite(&[slope, offset, total, spread])?;
        Ok(Self { slope, offset, mean: (mean_x, mean_y), total, spread })
    }

    /// Where half of the 95 % interval of a point of weight 1 is this.
    fn with(&self, half: f64) -> Regression {
        let slope = Estimate::within(self.slope, half / self.spread.sqrt());
        let centre = (self.mean.0, self.mean.1, half / self.total.sqrt());
        Regression { slope, offset: self.offset, centre }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_found_exactly() {
        let line = Regression::through(&[(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]).unwrap();
        assert!((line.slope.measured - 2.0).abs() < 1e-15 && (line.offset - 1.0).abs() < 1e-15);
        assert!(line.slope.high - line.slope.low < 1e-14 && (line.at(3.0) - 7.0).abs() < 1e-14);
    }

    #[test]
    fn points_off_the_line_widen_the_interval() {
        // Anscombe's first set: slope 0.5001 with standard error 0.1179, t(9) = 2.2622
        let x = [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0];
        let y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
        let points: Vec<_> = x.into_iter().zip(y).collect();
        let slope = Regression::through(&points).unwrap().slope;
        assert!((slope.measured - 0.500_09).abs() < 1e-4, "{slope:?}");
        assert!((slope.high - slope.measured - 0.1179 * 2.2622).abs() < 1e-3, "{slope:?}");
    }

    #[test]
    fn weights_are_inverse_squares_of_the_intervals() {
        let line = Regression::weighted(&[(0.0, 0.0, 0.1), (1.0, 1.0, 0.1)]).unwrap();
        assert!((line.slope.high - 1.0 - 0.02f64.sqrt()).abs() < 1e-12, "{line:?}");
        let heavy = Regression::weighted(&[(0.0, 0.0, 1e-6), (1.0, 1.0, 1e-6), (1.0, 9.0, 1.0)]);
        assert!((heavy.unwrap().slope.measured - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_crossing_is_as_uncertain_as_height_and_slope() {
        let line = Regression::weighted(&[(-1.0, -2.0, 0.2), (1.0, 2.0, 0.2)]).unwrap();
        let at = line.crossing(0.0); // height ± 0.2/√2 over a slope of 2
        assert!(at.measured.abs() < 1e-15 && (at.high - 0.1 / 2f64.sqrt()).abs() < 1e-12, "{at:?}");
        assert!((line.crossing(4.0).measured - 2.0).abs() < 1e-15);
        assert!(line.crossing(4.0).high - 2.0 > at.high);
    }

    #[test]
    fn what_has_no_slope_says_so() {
        assert_eq!(
            Regression::weighted(&[(1.0, 0.0, 1.0), (1.0, 1.0, 1.0)]),
            Err(Unmeasured::Upright)
        );
        assert!(matches!(
            Regression::through(&[(0.0, 0.0), (1.0, 1.0)]),
            Err(Unmeasured::Samples { found: 2, needed: 3 })
        ));
        assert!(matches!(
            Regression::weighted(&[(0.0, 0.0, 0.0), (1.0, 1.0, 1.0)]),
            Err(Unmeasured::NotFinite { index: 0, .. })
        ));
    }
}
