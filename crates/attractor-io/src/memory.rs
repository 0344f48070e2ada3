//! What is stored: patterns, how they were normalised, what they are called.

use attractor_lagrangian::Real;
use attractor_synapse::{Normalization, PatternError, Patterns};

/// Parts that do not make a memory together.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MemoryError {
    /// Not one label for each pattern.
    #[error("there are {labels} labels for {patterns} patterns: give one label for each")]
    LabelCount {
        /// How many patterns there are.
        patterns: usize,
        /// How many labels.
        labels: usize,
    },
    /// Patterns without labels are to join patterns with labels.
    #[error("the memory has labels and the new patterns have none: give a label for each of them")]
    LabelsMissing,
    /// Patterns with labels are to join patterns without.
    #[error(
        "the memory has no labels: store its patterns again with labels, or leave the new labels away"
    )]
    LabelsUnexpected,
    /// A picture size that is not that of the patterns.
    #[error("pictures of {} x {} pixels do not have {features} features: give the size of the patterns, or none", image.0, image.1)]
    Image {
        /// Height and width.
        image: (usize, usize),
        /// The width of the patterns.
        features: usize,
    },
    /// A mean of another width than the patterns.
    #[error(
        "the mean has {found} features, the patterns have {expected}: fit the normalisation to these patterns"
    )]
    MeanWidth {
        /// The width of the patterns.
        expected: usize,
        /// The length of the mean.
        found: usize,
    },
    /// A mean or threshold that is NaN or infinite.
    #[error("the normalisation contains {value}: fit it to finite patterns")]
    NormalizationNotFinite {
        /// What stood there.
        value: f64,
    },
    /// Patterns that cannot be normalised, or of another width.
    #[error(transparent)]
    Patterns(#[from] PatternError),
}

/// Stored patterns, ready for recall: normalised, with all that is needed to treat cues the same.
///
/// ```
/// use attractor_io::Memory;
/// use attractor_synapse::{Normalization, Normalize, Patterns};
/// let raw = Patterns::from_rows(&[[0.0f32, 200.0], [255.0, 10.0]])?;
/// let sign = Normalization::fit(Normalize::Sign, &raw);
/// let labels = Some(vec!["a".to_owned(), "b".to_owned()]);
/// let memory = Memory::new(sign.apply(raw)?, sign, labels, None)?;
/// assert_eq!(memory.patterns().row(0), [-1.0, 1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Memory<T> {
    patterns: Patterns<T>,
    normalization: Normalization,
    labels: Option<Vec<String>>,
    image: Option<(usize, usize)>,
}

impl<T: Real> Memory<T> {
    /// A memory of `patterns`, to which `normalization` was applied already.
    ///
    /// `labels` are one for each pattern, `image` the height and width in pixels if the patterns
    /// are pictures.
    ///
    /// # Errors
    /// [`MemoryError`] for parts whose sizes do not fit, or a normalisation that is not finite.
    pub fn new(
        patterns: Patterns<T>,
        normalization: Normalization,
        labels: Option<Vec<String>>,
        image: Option<(usize, usize)>,
    ) -> Result<Self, MemoryError> {
        check_normalization(&normalization, patterns.features())?;
        if let Some(labels) = &labels {
            check_count(patterns.len(), labels.len())?;
        }
        let features = patterns.features();
        match image {
            Some(image) if image.0.checked_mul(image.1) != Some(features) => {
                Err(MemoryError::Image { image, features })
            }
            _ => Ok(Self { patterns, normalization, labels, image }),
        }
    }

    /// The patterns as they are stored, after normalisation.
    pub fn patterns(&self) -> &Patterns<T> {
        &self.patterns
    }

    /// What was done to the patterns, and has to be done to cues.
    pub fn normalization(&self) -> &Normalization {
        &self.normalization
    }

    /// What the patterns are called, if they have names.
    pub fn labels(&self) -> Option<&[String]> {
        self.labels.as_deref()
    }

    /// What pattern `index` is called, if it has a name.
    pub fn label(&self, index: usize) -> Option<&str> {
        self.labels.as_ref()?.get(index).map(String::as_str)
    }

    /// Height and width in pixels, if the patterns are pictures.
    pub fn image(&self) -> Option<(usize, usize)> {
        self.image
    }

    /// The patterns, without a copy.
    pub fn into_patterns(self) -> Patterns<T> {
        self.patterns
    }

    /// Stores further patterns, to which the kept normalisation is applied.
    ///
    /// # Errors
    /// [`MemoryError`] if they have another width, cannot be normalised, or if labels are given
    /// for some patterns and not for others. Nothing is changed then.
    pub fn append(
        &mut self,
        raw: Patterns<T>,
        labels: Option<Vec<String>>,
    ) -> Result<(), MemoryError> {
        match (&self.labels, &labels) {
            (Some(_), None) => return Err(MemoryError::LabelsMissing),
            (None, Some(_)) => return Err(MemoryError::LabelsUnexpected),
            (Some(_), Some(new)) => check_count(raw.len(), new.len())?,
            (None, None) => {}
        }
        self.patterns.expect_features(raw.features())?;
        self.patterns.append(&self.normalization.apply(raw)?)?;
        if let (Some(all), Some(new)) = (&mut self.labels, labels) {
            all.extend(new);
        }
        Ok(())
    }
}

fn check_count(patterns: usize, labels: usize) -> Result<(), MemoryError> {
    if patterns == labels { Ok(()) } else { Err(MemoryError::LabelCount { patterns, labels }) }
}

fn check_normalization(normalization: &Normalization, features: usize) -> Result<(), MemoryError> {
    let numbers: &[f64] = match normalization {
        Normalization::Center { mean } if mean.len() != features => {
            return Err(MemoryError::MeanWidth { expected: features, found: mean.len() });
        }
        Normalization::Center { mean } => mean,
        Normalization::Sign { threshold } => std::slice::from_ref(threshold),
        _ => &[],
    };
    match numbers.iter().find(|x| !x.is_finite()) {
        Some(value) => Err(MemoryError::NormalizationNotFinite { value: *value }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(rows: &[[f64; 2]]) -> Patterns<f64> {
        Patterns::from_rows(rows).unwrap()
    }

    fn names(names: &[&str]) -> Option<Vec<String>> {
        Some(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let two = patterns(&[[1.0, 2.0], [3.0, 4.0]]);
        let new =
            |normalization, labels, image| Memory::new(two.clone(), normalization, labels, image);
        assert!(matches!(
            new(Normalization::None, names(&["a"]), None),
            Err(MemoryError::LabelCount { patterns: 2, labels: 1 })
        ));
        assert!(matches!(
            new(Normalization::None, None, Some((2, 2))),
            Err(MemoryError::Image { image: (2, 2), features: 2 })
        ));
        assert!(new(Normalization::None, None, Some((usize::MAX, 4))).is_err());
        assert!(matches!(
            new(Normalization::Center { mean: vec![0.0] }, None, None),
            Err(MemoryError::MeanWidth { expected: 2, found: 1 })
        ));
        let nan = Normalization::Sign { threshold: f64::NAN };
        assert!(matches!(new(nan, None, None), Err(MemoryError::NormalizationNotFinite { .. })));
    }

    #[test]
    fn what_is_appended_is_normalised_and_labelled_like_the_rest() {
        let center = Normalization::Center { mean: vec![1.0, 1.0] };
        let mut memory = Memory::new(patterns(&[[0.0, 0.0]]), center, names(&["a"]), None).unwrap();
        let new = patterns(&[[3.0, 1.0]]);
        assert_eq!(memory.append(new.clone(), None), Err(MemoryError::LabelsMissing));
        assert!(memory.append(new.clone(), names(&["b", "c"])).is_err());
        let wide = Patterns::from_rows(&[[1.0, 2.0, 3.0]]).unwrap();
        assert!(memory.append(wide, names(&["b"])).is_err());
        assert_eq!((memory.patterns().len(), memory.label(1)), (1, None));
        memory.append(new, names(&["b"])).unwrap();
        assert_eq!((memory.patterns().row(1), memory.label(1)), (&[2.0, 0.0][..], Some("b")));
    }

    #[test]
    fn labels_do_not_appear_where_there_were_none() {
        let mut memory =
            Memory::new(patterns(&[[0.0, 0.0]]), Normalization::None, None, None).unwrap();
        let new = patterns(&[[3.0, 1.0]]);
        assert_eq!(memory.append(new.clone(), names(&["b"])), Err(MemoryError::LabelsUnexpected));
        assert_eq!(memory.append(new, None), Ok(()));
    }
}
