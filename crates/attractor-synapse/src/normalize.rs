//! What is done to patterns before they are stored, and to every cue before it is compared.

use crate::{PatternError, Patterns};
use attractor_lagrangian::Real;
use std::fmt::{self, Display};
use std::str::FromStr;

/// The kinds of normalisation by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Normalize {
    /// Nothing is done.
    #[default]
    None,
    /// The mean over the stored patterns, feature by feature, is subtracted.
    Center,
    /// Every pattern is divided by its Euclidean norm.
    Unit,
    /// +1 above the middle of the stored data's range, else −1.
    Sign,
}

impl Normalize {
    /// All kinds in the order of the program's help.
    pub const ALL: [Self; 4] = [Self::None, Self::Center, Self::Unit, Self::Sign];

    /// The name in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Center => "center",
            Self::Unit => "unit",
            Self::Sign => "sign",
        }
    }
}

impl Display for Normalize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A name that is no [`Normalize`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no normalisation is called {0:?}: use none, center, unit or sign")]
pub struct UnknownNormalize(pub String);

impl FromStr for Normalize {
    type Err = UnknownNormalize;
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == name);
        found.ok_or_else(|| UnknownNormalize(name.to_owned()))
    }
}

/// A normalisation with what it took from the data, so that cues get the very same treatment.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Normalization {
    /// Nothing is done.
    #[default]
    None,
    /// `mean` is subtracted, feature by feature.
    Center {
        /// The mean of the patterns it was fitted to, d numbers.
        mean: Vec<f64>,
    },
    /// Division by the Euclidean norm.
    Unit,
    /// +1 above `threshold`, else −1.
    Sign {
        /// The middle of the range of the data it was fitted to.
        threshold: f64,
    },
}

impl Normalization {
    /// Takes from `patterns` what `kind` needs: the mean, or the middle of the range.
    pub fn fit<T: Real>(kind: Normalize, patterns: &Patterns<T>) -> Self {
        match kind {
            Normalize::None => Self::None,
            Normalize::Center => Self::Center { mean: mean(patterns) },
            Normalize::Unit => Self::Unit,
            Normalize::Sign => Self::Sign { threshold: middle(patterns) },
        }
    }

    /// Which kind this is.
    pub fn kind(&self) -> Normalize {
        match self {
            Self::None => Normalize::None,
            Self::Center { .. } => Normalize::Center,
            Self::Unit => Normalize::Unit,
            Self::Sign { .. } => Normalize::Sign,
        }
    }

    /// The patterns after normalisation.
    ///
    /// # Errors
    /// [`PatternError::Zero`] for a zero pattern that would have to become a unit vector,
    /// [`PatternError::Width`] if the mean has another width.
    pub fn apply<T: Real>(&self, mut patterns: Patterns<T>) -> Result<Patterns<T>, PatternError> {
        match self {
            Self::None => {}
            Self::Center { mean } => {
                patterns.expect_features(mean.len()).map_err(|_| PatternError::Width {
                    expected: mean.len(),
                    found: patterns.features(),
                })?;
                for row in patterns.rows_mut() {
                    row.iter_mut().zip(mean).for_each(|(x, m)| *x = T::of(x.f64() - m));
                }
            }
            Self::Unit => {
                for (pattern, row) in patterns.rows_mut().enumerate() {
                    scale_to_unit(row).ok_or(PatternError::Zero { pattern })?;
                }
            }
            Self::Sign { threshold } => {
                let sign = |x: T| if x.f64() > *threshold { T::ONE } else { -T::ONE };
                patterns.rows_mut().flatten().for_each(|x| *x = sign(*x));
            }
        }
        let features = patterns.features();
        Patterns::new(patterns.into_vec(), features)
    }
}

fn mean<T: Real>(patterns: &Patterns<T>) -> Vec<f64> {
    let mut mean = vec![0.0; patterns.features()];
    let share = 1.0 / patterns.len() as f64;
    for row in patterns.rows() {
        mean.iter_mut().zip(row).for_each(|(m, x)| *m += x.f64() * share);
    }
    mean
}

fn middle<T: Real>(patterns: &Patterns<T>) -> f64 {
    let values = || patterns.as_slice().iter().map(|x| x.f64());
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    low / 2.0 + high / 2.0
}

/// Divides by the largest entry first, so that no square overflows.
fn scale_to_unit<T: Real>(row: &mut [T]) -> Option<()> {
    let largest = row.iter().fold(0.0f64, |m, x| m.max(x.f64().abs()));
    let norm = row.iter().map(|x| (x.f64() / largest).powi(2)).sum::<f64>().sqrt();
    if largest == 0.0 {
        return None;
    }
    row.iter_mut().for_each(|x| *x = T::of(x.f64() / largest / norm));
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(kind: Normalize, data: Vec<f64>) -> Vec<f64> {
        let patterns = Patterns::new(data, 2).unwrap();
        Normalization::fit(kind, &patterns).apply(patterns).unwrap().into_vec()
    }

    #[test]
    fn every_kind_does_what_its_name_says() {
        let data = vec![3.0, 4.0, 0.0, 2.0];
        assert_eq!(rows(Normalize::None, data.clone()), data);
        assert_eq!(rows(Normalize::Center, data.clone()), [1.5, 1.0, -1.5, -1.0]);
        assert_eq!(rows(Normalize::Unit, data.clone()), [0.6, 0.8, 0.0, 1.0]);
        assert_eq!(rows(Normalize::Sign, data), [1.0, 1.0, -1.0, -1.0]);
    }

    #[test]
    fn a_zero_pattern_has_no_direction() {
        let patterns = Patterns::new(vec![1.0f32, 0.0, 0.0, 0.0], 2).unwrap();
        assert_eq!(Normalization::Unit.apply(patterns), Err(PatternError::Zero { pattern: 1 }));
    }

    #[test]
    fn huge_patterns_do_not_overflow_their_norm() {
        assert_eq!(rows(Normalize::Unit, vec![3e300, 4e300]), [0.6, 0.8]);
    }

    #[test]
    fn names_round_trip() {
        for kind in Normalize::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        assert!("units".parse::<Normalize>().is_err());
    }
}
