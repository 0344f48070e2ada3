//! What is stored: patterns, how they were normalised, what they are called.

use attractor_lagrangian::Real;
use attractor_synapse::{MemoryId, Normalization, PatternError, Patterns};

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
    /// An id that no pattern has, or has any more.
    #[error("there is no memory with the id {0}: it was forgotten, or never was")]
    UnknownId(MemoryId),
    /// Nothing would be left.
    #[error(
        "these are all the memories there are: a memory file holds at least one, delete it instead"
    )]
    AllForgotten,
    /// Ids that are not one for each pattern, ascending, and below the next.
    #[error(
        "the {ids} ids of {patterns} patterns must be one for each, ascending, and below the next one, {next}"
    )]
    Ids {
        /// How many patterns there are.
        patterns: usize,
        /// How many ids.
        ids: usize,
        /// The id that the next pattern gets.
        next: u64,
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
    /// Ascending.
    ids: Vec<MemoryId>,
    /// What the next pattern is called; ids are not used again.
    next: u64,
    /// What the precision of a file has taken from each pattern, where it has.
    residuals: Option<Vec<f32>>,
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
            _ => {
                let next = patterns.len() as u64;
                let ids = (0..next).map(MemoryId).collect();
                let residuals = None;
                Ok(Self { patterns, normalization, labels, image, ids, next, residuals })
            }
        }
    }

    /// The same memory under ids of its own instead of 0, 1, 2, …; `next` is what the next pattern will get.
    ///
    /// # Errors
    /// [`MemoryError::Ids`] unless there is one for each pattern, ascending, and below `next`.
    pub fn with_ids(self, ids: Vec<MemoryId>, next: u64) -> Result<Self, MemoryError> {
        let (patterns, count) = (self.patterns.len(), ids.len());
        let ascending = ids.is_sorted_by(|a, b| a < b) && ids.last().is_some_and(|id| id.0 < next);
        // far from where counting on would overflow
        let ascending = ascending && next <= 1 << 62;
        if count == patterns && ascending {
            Ok(Self { ids, next, ..self })
        } else {
            Err(MemoryError::Ids { patterns, ids: count, next })
        }
    }

    /// The same memory, whose patterns are within these of what they were before a file's precision took
    /// the rest.
    pub(crate) fn with_residuals(self, residuals: Vec<f32>) -> Self {
        Self { residuals: Some(residuals), ..self }
    }

    /// ‖ξ − ξ̂‖ at most, for each pattern, where the precision of the file has taken something: ξ what was
    /// stored, ξ̂ what is there. See [`Compact`](attractor_synapse::Compact).
    pub fn residuals(&self) -> Option<&[f32]> {
        self.residuals.as_deref()
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

    /// The ids of the patterns, ascending: what they are called for as long as they are stored.
    pub fn ids(&self) -> &[MemoryId] {
        &self.ids
    }

    /// The id that the next pattern gets.
    pub fn next_id(&self) -> u64 {
        self.next
    }

    /// Whether patterns were forgotten, so that ids are not places.
    pub fn has_gaps(&self) -> bool {
        self.next != self.patterns.len() as u64
    }

    /// Removes patterns by id; the others keep theirs and their order.
    ///
    /// # Errors
    /// [`MemoryError::UnknownId`], or [`MemoryError::AllForgotten`] where nothing would be left. Nothing is
    /// changed then.
    pub fn forget(&mut self, ids: &[MemoryId]) -> Result<(), MemoryError> {
        let mut keep = vec![true; self.ids.len()];
        for id in ids {
            let place = self.ids.binary_search(id).map_err(|_| MemoryError::UnknownId(*id))?;
            keep[place] = false;
        }
        if !keep.contains(&true) {
            return Err(MemoryError::AllForgotten);
        }
        self.patterns.retain(&keep)?;
        retain(&mut self.ids, &keep);
        self.labels.iter_mut().for_each(|labels| retain(labels, &keep));
        self.residuals.iter_mut().for_each(|residuals| retain(residuals, &keep));
        Ok(())
    }

    /// The same memory in another precision.
    ///
    /// # Errors
    /// [`MemoryError::Patterns`] where a number is beyond the range of `U`.
    pub fn cast<U: Real>(&self) -> Result<Memory<U>, MemoryError> {
        let Self { patterns, normalization, labels, image, ids, next, residuals } = self.clone();
        let patterns = patterns.cast()?;
        Ok(Memory { patterns, normalization, labels, image, ids, next, residuals })
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
        let added = self.patterns.len() - self.ids.len();
        self.ids.extend((self.next..).take(added).map(MemoryId));
        self.next += added as u64;
        if let (Some(all), Some(new)) = (&mut self.labels, labels) {
            all.extend(new);
        }
        // what is new has lost nothing yet
        if let Some(residuals) = &mut self.residuals {
            residuals.resize(self.patterns.len(), 0.0);
        }
        Ok(())
    }
}

/// Keeps what has a true flag.
fn retain<X>(all: &mut Vec<X>, keep: &[bool]) {
    let mut flags = keep.iter();
    all.retain(|_| *flags.next().unwrap_or(&true));
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
    fn what_is_forgotten_is_gone_and_its_id_is_not_used_again() {
        let rows = [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]];
        let labels = names(&["a", "b", "c"]);
        let mut memory = Memory::new(patterns(&rows), Normalization::None, labels, None).unwrap();
        let id = MemoryId;
        assert_eq!(memory.forget(&[id(1), id(7)]), Err(MemoryError::UnknownId(id(7))));
        assert_eq!(memory.forget(&[id(0), id(1), id(2)]), Err(MemoryError::AllForgotten));
        assert!(memory.patterns().len() == 3 && !memory.has_gaps());
        memory.forget(&[id(2), id(0), id(2)]).unwrap();
        assert_eq!((memory.patterns().row(0), memory.label(0)), (&[2.0, 3.0][..], Some("b")));
        assert!(memory.ids() == [id(1)] && memory.has_gaps() && memory.next_id() == 3);
        assert_eq!(memory.forget(&[id(2)]), Err(MemoryError::UnknownId(id(2))));
        memory.append(patterns(&[[6.0, 7.0]]), names(&["d"])).unwrap();
        assert_eq!(memory.ids(), [id(1), id(3)]);
        let again =
            |ids: &[u64], next| memory.clone().with_ids(ids.iter().map(|i| id(*i)).collect(), next);
        assert!(again(&[4, 9], 10).is_ok());
        for (ids, next) in [(&[4, 9][..], 9), (&[9, 4], 10), (&[4, 4], 10), (&[4], 10)] {
            assert!(matches!(again(ids, next), Err(MemoryError::Ids { patterns: 2, .. })));
        }
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
