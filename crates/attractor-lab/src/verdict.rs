//! What a measurement says about a claim.

use crate::interval::Estimate;
use serde::Serialize;

/// What a measurement says about a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All of the 95 % interval lies within the tolerance.
    Agrees,
    /// It lies on both sides of the tolerance's edge: more work would tell.
    Undecided,
    /// All of it lies outside.
    Disagrees,
    /// Not measured, for a stated reason.
    Skipped,
}

impl Verdict {
    /// The one rule: with the tolerance t, `agrees` where `[low, high]` lies in `[expected − t, expected + t]`,
    /// `disagrees` where the two have no point in common, `undecided` otherwise, also where the interval is not
    /// finite. An exact number, whose interval has no width, is never undecided.
    #[must_use]
    pub fn of(found: &Estimate, expected: f64, tolerance: f64) -> Self {
        let (least, most) = (expected - tolerance, expected + tolerance);
        match () {
            () if !found.is_sound() || !least.is_finite() || !most.is_finite() => Self::Undecided,
            () if least <= found.low && found.high <= most => Self::Agrees,
            () if found.high < least || most < found.low => Self::Disagrees,
            () => Self::Undecided,
        }
    }

    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Undecided => "undecided",
            Self::Disagrees => "disagrees",
            Self::Skipped => "skipped",
        }
    }

    /// Of a claim with several parts, the one with the largest rank speaks for it.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Skipped => 0,
            Self::Agrees => 1,
            Self::Undecided => 2,
            Self::Disagrees => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(low: f64, high: f64) -> Verdict {
        let found = Estimate { measured: 0.5 * (low + high), low, high };
        Verdict::of(&found, 1.0, 0.1)
    }

    #[test]
    fn the_whole_interval_decides() {
        assert_eq!(verdict(0.95, 1.05), Verdict::Agrees);
        assert_eq!(verdict(0.85, 0.95), Verdict::Undecided, "over the lower edge");
        assert_eq!(verdict(0.5, 1.5), Verdict::Undecided, "too wide to tell");
        assert_eq!(verdict(1.2, 1.3), Verdict::Disagrees);
        assert_eq!(verdict(0.2, 0.3), Verdict::Disagrees);
        assert_eq!(verdict(f64::NAN, 1.0), Verdict::Undecided);
        assert_eq!(verdict(f64::NEG_INFINITY, f64::INFINITY), Verdict::Undecided);
    }

    #[test]
    fn what_is_exact_is_decided_by_equality_alone() {
        assert_eq!(Verdict::of(&Estimate::exact(1.0), 1.0, 0.0), Verdict::Agrees);
        assert_eq!(Verdict::of(&Estimate::exact(0.0), 1.0, 0.0), Verdict::Disagrees);
        assert_eq!(Verdict::of(&Estimate::exact(f64::NAN), 1.0, 0.0), Verdict::Undecided);
    }
}
