//! A measured number with its 95 % interval.

use serde::Serialize;
use statrs::distribution::{Beta, ContinuousCDF, StudentsT};
use thiserror::Error;

/// What an interval leaves out on each side.
const TAIL: f64 = 0.025;

/// `low ≤ measured ≤ high`, all finite: a number with its two-sided 95 % interval, which has no width where nothing
/// is random.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The number itself.
    pub measured: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Why there is no estimate.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum Unmeasured {
    /// Too few samples to tell how far they scatter.
    #[error("{found} samples, {needed} are needed for an interval: take more")]
    Samples {
        /// How many there are.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// More successes than trials, or no trials.
    #[error("{successes} successes of {trials} trials make no proportion")]
    Trials {
        /// Successes.
        successes: u64,
        /// Trials.
        trials: u64,
    },
    /// A number that is not finite.
    #[error("sample {index} is {value}: measure finite numbers")]
    NotFinite {
        /// Its place, from 0.
        index: usize,
        /// The number.
        value: f64,
    },
    /// All abscissae of a regression are the same, or an interval is not in order.
    #[error("no line goes through points that share one abscissa: vary it")]
    Upright,
}

impl Estimate {
    /// A number about which nothing is random.
    #[must_use]
    pub const fn exact(measured: f64) -> Self {
        Self { measured, low: measured, high: measured }
    }

    /// 1 if a claim that is either right or wrong is right, else 0.
    #[must_use]
    pub const fn truth(holds: bool) -> Self {
        Self::exact(if holds { 1.0 } else { 0.0 })
    }

    /// `measured ± half`.
    #[must_use]
    pub fn within(measured: f64, half: f64) -> Self {
        Self { measured, low: measured - half.abs(), high: measured + half.abs() }
    }

    /// Successes over trials with the interval of Clopper & Pearson (Biometrika 26, 1934): never too narrow.
    ///
    /// # Errors
    /// [`Unmeasured::Trials`] for no trials or more successes than trials.
    pub fn proportion(successes: u64, trials: u64) -> Result<Self, Unmeasured> {
        if trials == 0 || successes > trials {
            return Err(Unmeasured::Trials { successes, trials });
        }
        Ok(Self::proportion_of(successes as f64, trials as f64))
    }

    /// The same of numbers that need not be whole, such as trials that are worth fewer because they depend on each
    /// other (Korn & Graubard, Survey Methodology 24, 1998).
    pub(crate) fn proportion_of(k: f64, n: f64) -> Self {
        // with more trials the quantiles take for ever; as many of fewer give a wider interval
        const MOST: f64 = 1e6;
        let measured = k / n;
        let fewer = (MOST / n).min(1.0);
        let (k, n) = (k * fewer, n * fewer);
        let low = if k > 0.0 { beta(k, n - k + 1.0, TAIL) } else { 0.0 };
        let high = if k < n { beta(k + 1.0, n - k, 1.0 - TAIL) } else { 1.0 };
        Self { measured, low: low.min(measured), high: high.max(measured) }
    }

    /// The mean of independent samples with Student's interval.
    ///
    /// # Errors
    /// [`Unmeasured::Samples`] for fewer than two, [`Unmeasured::NotFinite`] for samples, or sums and squares
    /// of them, beyond f64.
    pub fn mean(samples: &[f64]) -> Result<Self, Unmeasured> {
        let n = samples.len();
        if n < 2 {
            return Err(Unmeasured::Samples { found: n, needed: 2 });
        }
        finite(samples)?;
        let mean = samples.iter().sum::<f64>() / n as f64;
        let squares: f64 = samples.iter().map(|x| (x - mean) * (x - mean)).sum();
        let error = (squares / (n as f64 * (n - 1) as f64)).sqrt();
        finite(&[mean, error])?; // finite samples may have sums and squares that are not
        Ok(Self::within(mean, student(n - 1) * error))
    }

    /// The same about f(x), f monotonic on the interval. Where f is no number, [`Estimate::is_sound`] tells.
    #[must_use]
    pub fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let (a, b) = (f(self.low), f(self.high));
        Self { measured: f(self.measured), low: a.min(b), high: a.max(b) }
    }

    /// Whether all three numbers are finite and in order.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let finite = self.low.is_finite() && self.high.is_finite();
        finite && self.low <= self.measured && self.measured <= self.high
    }
}

/// The quantile of the beta distribution; both shapes are at least 1.
fn beta(a: f64, b: f64, p: f64) -> f64 {
    Beta::new(a, b).map_or(f64::NAN, |law| law.inverse_cdf(p))
}

/// How many standard errors the interval reaches with so many degrees of freedom.
pub(crate) fn student(freedom: usize) -> f64 {
    StudentsT::new(0.0, 1.0, freedom as f64).map_or(f64::NAN, |law| law.inverse_cdf(1.0 - TAIL))
}

pub(crate) fn finite(samples: &[f64]) -> Result<(), Unmeasured> {
    match samples.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(index) => Err(Unmeasured::NotFinite { index, value: samples[index] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{Binomial, DiscreteCDF};

    #[test]
    fn very_many_trials_take_no_time_and_no_interval_too_narrow() {
        for trials in [10_000_000, 1_000_000_000, u64::MAX] {
            for successes in [0, 1, trials / 2, trials - 1, trials] {
                let Estimate { measured, low, high } =
                    Estimate::proportion(successes, trials).unwrap();
                assert!(0.0 <= low && low <= measured && measured <= high && high <= 1.0);
                let error = (measured * (1.0 - measured) / trials as f64).sqrt();
                assert!(high - low >= 3.9 * error, "{successes} of {trials}");
            }
        }
    }

    #[test]
    fn the_ends_of_a_proportion_are_those_of_its_definition() {
        // at the lower end so many successes or more have the probability 0.025, at the upper end so many or fewer
        for (k, n) in [(1, 10), (5, 10), (3, 1000), (500, 1000), (999, 1000), (40, 1_000_000)] {
            let p = Estimate::proportion(k, n).unwrap();
            let above = Binomial::new(p.low, n).unwrap().sf(k - 1);
            let below = Binomial::new(p.high, n).unwrap().cdf(k);
            assert!((above - TAIL).abs() < 1e-5, "{k} of {n}: {above} above {}", p.low);
            assert!((below - TAIL).abs() < 1e-5, "{k} of {n}: {below} below {}", p.high);
        }
    }

    #[test]
    fn none_and_all_have_one_sided_ends() {
        let none = Estimate::proportion(0, 100).unwrap();
        assert!(none.low <= 0.0 && (none.high - (1.0 - TAIL.powf(0.01))).abs() < 1e-9, "{none:?}");
        let all = Estimate::proportion(100, 100).unwrap();
        assert!(all.high >= 1.0 && (all.low - TAIL.powf(0.01)).abs() < 1e-9, "{all:?}");
    }

    #[test]
    fn a_mean_has_students_interval() {
        let mean = Estimate::mean(&[1.0, 2.0, 3.0]).unwrap(); // t = 4.302652729911275 with 2 degrees
        assert!((mean.high - (2.0 + 4.302_652_729_911_275 / 3f64.sqrt())).abs() < 1e-9, "{mean:?}");
        assert!(mean.is_sound());
    }

    #[test]
    fn what_cannot_be_estimated_says_why() {
        assert_eq!(Estimate::mean(&[1.0]), Err(Unmeasured::Samples { found: 1, needed: 2 }));
        assert_eq!(Estimate::proportion(2, 1), Err(Unmeasured::Trials { successes: 2, trials: 1 }));
        assert!(matches!(
            Estimate::mean(&[1.0, f64::NAN]),
            Err(Unmeasured::NotFinite { index: 1, .. })
        ));
        assert!(!Estimate { measured: f64::NAN, low: 0.0, high: 1.0 }.is_sound());
    }

    #[test]
    fn a_falling_function_turns_the_interval() {
        let x = Estimate { measured: 2.0, low: 1.0, high: 4.0 }.map(|x| 1.0 / x);
        assert_eq!(x, Estimate { measured: 0.5, low: 0.25, high: 1.0 });
    }
}
