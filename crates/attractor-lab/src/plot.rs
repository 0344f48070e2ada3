//! Charts of theory as lines and measurements as points with their intervals.

use crate::interval::Estimate;
use attractor_figure::Chart;

/// What charts of claims are made of.
pub(crate) trait Plot: Sized {
    /// Measurements as points, each with its interval as a bar.
    fn measured(self, name: &str, points: &[(f64, Estimate)]) -> Self;

    /// Theory: a function along some numbers, as a dashed line. Solid lines get marks where there are several, and marks
    /// are for what is measured.
    fn curve(self, name: &str, along: &[f64], f: impl Fn(f64) -> f64) -> Self;
}

impl Plot for Chart {
    fn measured(self, name: &str, points: &[(f64, Estimate)]) -> Self {
        let dots: Vec<_> = points.iter().map(|(x, y)| (*x, y.measured)).collect();
        let bars: Vec<_> = points.iter().map(|(x, y)| (*x, y.low, y.high)).collect();
        self.bars(name, &bars).points(name, &dots)
    }

    fn curve(self, name: &str, along: &[f64], f: impl Fn(f64) -> f64) -> Self {
        let points: Vec<_> = along.iter().map(|&x| (x, f(x))).collect();
        self.dashed(name, &points)
    }
}

/// 200 numbers from one end to the other, evenly.
pub(crate) fn evenly(low: f64, high: f64) -> Vec<f64> {
    (0..200).map(|k| low + (high - low) * f64::from(k) / 199.0).collect()
}

/// 200 numbers from one end to the other, by equal factors.
pub(crate) fn by_factors(low: f64, high: f64) -> Vec<f64> {
    evenly(low.ln(), high.ln()).into_iter().map(f64::exp).collect()
}
