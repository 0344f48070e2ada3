//! Axes: the range of the data, round ticks in it, and labels that a person can read.

use std::ops::Range;

use plotters::coord::ranged1d::{DefaultFormatting, KeyPointHint, Ranged};

use crate::tick::{Decimal, label_decades, label_steps};

/// One direction of a plot.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    scale: Scale,
    /// The ends, in the scale's own units.
    low: f64,
    high: f64,
    ticks: Vec<(f64, String)>,
    note: Option<String>,
}

#[derive(Debug, Clone, Copy)]
enum Scale {
    /// Values are divided by this number, so that no range overflows.
    Linear { unit: f64 },
    /// Values are replaced by their decimal logarithms.
    Log,
}

impl Scale {
    fn apply(self, value: f64) -> f64 {
        match self {
            Self::Linear { unit } => value / unit,
            Self::Log => value.log10(),
        }
    }
}

impl Axis {
    /// An even axis over `low..=high`, widened on both sides by `padding` times its length.
    pub(crate) fn linear((low, high): (f64, f64), padding: f64, ticks: usize) -> Self {
        // Below this size the arithmetic of ticks would run out of exponents: it all counts as zero.
        let (unit, ends) = match low.abs().max(high.abs()) {
            largest if largest > 1e-290 => (largest, (low / largest, high / largest)),
            _ => (1.0, (0.0, 0.0)),
        };
        let scale = Scale::Linear { unit };
        let (low, high) = widened(ends, padding, 0.1);
        let mut axis = Self { scale, low, high, ticks: Vec::new(), note: None };
        axis.put_steps(unit, ticks);
        axis
    }

    /// A logarithmic axis over `low..=high`, both positive, widened like a linear one.
    pub(crate) fn log((low, high): (f64, f64), padding: f64, ticks: usize) -> Self {
        let (low, high) = widened((low.log10(), high.log10()), padding, 0.0);
        let mut axis = Self { scale: Scale::Log, low, high, ticks: Vec::new(), note: None };
        if high - low >= 0.7 {
            axis.ticks = label_decades((low, high), ticks);
        } else {
            axis.put_log_steps(ticks);
        }
        axis
    }

    /// Where `value` lies between the ends: 0 at the lower one, 1 at the upper one.
    pub(crate) fn fraction(&self, value: f64) -> f64 {
        let fraction = (self.scale.apply(value) - self.low) / (self.high - self.low);
        if fraction.is_finite() { fraction } else { 0.5 }
    }

    /// Values and their labels, in increasing order.
    pub(crate) fn ticks(&self) -> &[(f64, String)] {
        &self.ticks
    }

    /// The axis's name, with the value from which its labels count, if that is not zero.
    pub(crate) fn describe(&self, name: &str) -> String {
        match &self.note {
            None => name.to_owned(),
            Some(note) if name.is_empty() => note.clone(),
            Some(note) => format!("{name} ({note})"),
        }
    }

    fn put_steps(&mut self, unit: f64, wanted: usize) {
        let step = Decimal::round_step((self.high - self.low) / divisor(wanted) * unit);
        let steps = |end: f64| end * (unit / step.value());
        let (labels, note) = label_steps(step, steps(self.low), steps(self.high));
        self.ticks = labels;
        self.note = note;
    }

    fn put_log_steps(&mut self, wanted: usize) {
        let (low, high) = (10_f64.powf(self.low), 10_f64.powf(self.high).min(f64::MAX));
        let step = Decimal::round_step((high - low) / divisor(wanted));
        let (labels, note) = label_steps(step, low / step.value(), high / step.value());
        self.ticks = labels;
        self.note = note;
    }
}

#[expect(clippy::cast_precision_loss, reason = "a wish for a handful of ticks")]
fn divisor(ticks: usize) -> f64 {
    ticks.max(1) as f64
}

/// The range with a margin; a range without width, or with one that is only rounding, gets one:
/// a share of its size, or a half to both sides.
fn widened((low, high): (f64, f64), padding: f64, share: f64) -> (f64, f64) {
    let size = low.abs().max(high.abs());
    if high - low > 1e-13 * size {
        let margin = padding * (high - low);
        return (low - margin, high + margin);
    }
    let half = if share * size > 0.0 { share * size } else { 0.5 };
    (low - half, high + half)
}

impl Ranged for Axis {
    type FormatOption = DefaultFormatting;
    type ValueType = f64;

    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounded to a pixel of the drawing, and clamped"
    )]
    fn map(&self, value: &f64, (start, end): (i32, i32)) -> i32 {
        let fraction = self.fraction(*value).clamp(-1.0, 2.0);
        start + (fraction * f64::from(end - start)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() {
            return Vec::new();
        }
        self.ticks.iter().map(|(value, _)| *value).collect()
    }

    fn range(&self) -> Range<f64> {
        match self.scale {
            Scale::Linear { unit } => self.low * unit..self.high * unit,
            Scale::Log => 10_f64.powf(self.low)..10_f64.powf(self.high),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks().iter().map(|(_, label)| label.as_str()).collect()
    }

    #[test]
    fn plain_ranges_have_plain_labels() {
        assert_eq!(
            labels(&Axis::linear((0.0, 1.0), 0.0, 5)),
            ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        );
        assert_eq!(labels(&Axis::linear((-20.0, 20.0), 0.0, 4)), ["−20", "−10", "0", "10", "20"]);
    }

    #[test]
    fn extreme_ranges_have_short_labels() {
        for (low, high) in [
            (1e-9, 3e-9),
            (-4e85, 4e85),
            (0.0, 1e300),
            (-f64::MAX, f64::MAX),
            (5e-324, 1e-310),
            (1e-320, 1e10),
        ] {
            for axis in [
                Axis::linear((low, high), 0.05, 5),
                Axis::log((low.abs().max(1e-300), 1e10_f64.max(high)), 0.03, 5),
            ] {
                for (value, label) in axis.ticks() {
                    assert!(value.is_finite());
                    assert!(label.chars().count() <= 12, "{label}");
                }
            }
        }
        assert_eq!(
            labels(&Axis::linear((0.0, 4e85), 0.0, 4)),
            ["0", "1×10⁸⁵", "2×10⁸⁵", "3×10⁸⁵", "4×10⁸⁵"]
        );
    }

    #[test]
    fn a_small_range_far_from_zero_counts_from_a_round_value() {
        let axis = Axis::linear((-12_345.678_9, -12_345.678_8), 0.0, 4);
        assert!(
            axis.describe("energy").starts_with("energy (relative to −12345.678"),
            "{}",
            axis.describe("energy")
        );
        assert!(
            labels(&axis).iter().all(|label| label.chars().count() < 10),
            "{:?}",
            labels(&axis)
        );
        assert!(axis.ticks().len() >= 3);
    }

    #[test]
    fn no_width_still_gives_an_axis() {
        for value in [0.0, 1.0, -3e40, 1e-320] {
            let axis = Axis::linear((value, value), 0.05, 5);
            assert!((axis.fraction(value) - 0.5).abs() < 1e-9);
            assert!(axis.ticks().len() >= 2, "{value}");
        }
        assert!(Axis::log((5.0, 5.0), 0.05, 5).ticks().len() >= 2);
    }

    #[test]
    fn decades_are_labelled_as_powers() {
        assert_eq!(labels(&Axis::log((1.0, 1000.0), 0.0, 5)), ["1", "10", "100", "1000"]);
        assert_eq!(labels(&Axis::log((1e-9, 1e-7), 0.0, 3)), ["10⁻⁹", "10⁻⁸", "10⁻⁷"]);
    }
}
