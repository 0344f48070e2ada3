//! Patterns that went through one door: not empty, not ragged, finite.

use crate::together::worth_waking;
use attractor_lagrangian::Real;
use rayon::prelude::*;
use std::fmt::{self, Debug};
use std::sync::Arc;

/// What is wrong with the numbers that were to become patterns.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// There is no pattern at all.
    #[error("there are no patterns: give at least one")]
    Empty,
    /// Patterns of width zero.
    #[error("the patterns have no features: each needs at least one number")]
    NoFeatures,
    /// A flat list whose length is no multiple of the width.
    #[error("{numbers} numbers cannot be split into patterns of {features} features each")]
    Uneven {
        /// How many numbers there are.
        numbers: usize,
        /// The width asked for.
        features: usize,
    },
    /// A row of another width than the first.
    #[error(
        "pattern {pattern} has {found} features, the patterns before it have {expected}: give all the same width"
    )]
    Ragged {
        /// The row, counted from 0.
        pattern: usize,
        /// The width of the rows before it.
        expected: usize,
        /// Its own width.
        found: usize,
    },
    /// NaN or infinite, perhaps only in the precision asked for.
    #[error(
        "pattern {pattern}, feature {feature} is {value}: only finite numbers can be stored (a value beyond the range of f32 needs --dtype f64)"
    )]
    NotFinite {
        /// The row, counted from 0.
        pattern: usize,
        /// The column, counted from 0.
        feature: usize,
        /// What stood there.
        value: f64,
    },
    /// A pattern of norm zero where a direction is needed.
    #[error(
        "pattern {pattern} is zero and has no direction: remove it, or do not normalise to unit length"
    )]
    Zero {
        /// The row, counted from 0.
        pattern: usize,
    },
    /// A number other than ±1 where signs are to be packed.
    #[error(
        "pattern {pattern}, feature {feature} is {value}: only +1 and -1 fit into one bit; take the signs first (--normalize sign), or store numbers"
    )]
    NotSign {
        /// The row, counted from 0.
        pattern: usize,
        /// The column, counted from 0.
        feature: usize,
        /// What stood there.
        value: f64,
    },
    /// A mask that does not fit.
    #[error("the mask has {found} flags, there are {expected} memories: give one for each")]
    Mask {
        /// How many memories there are.
        expected: usize,
        /// How many flags.
        found: usize,
    },
    /// Patterns of another width than what they are to be used with.
    #[error("the patterns have {found} features, {expected} are needed")]
    Width {
        /// The width needed.
        expected: usize,
        /// The width found.
        found: usize,
    },
}

/// N patterns of d features each, pattern after pattern in memory: validated once, then trusted.
///
/// ```
/// use attractor_synapse::{PatternError, Patterns};
/// let patterns = Patterns::from_rows(&[[1.0f32, 2.0], [3.0, 4.0]])?;
/// assert_eq!((patterns.len(), patterns.features()), (2, 2));
/// assert_eq!(patterns.row(1), [3.0, 4.0]);
/// let ragged = Patterns::from_rows(&[vec![1.0f64], vec![1.0, 2.0]]);
/// assert_eq!(ragged, Err(PatternError::Ragged { pattern: 1, expected: 1, found: 2 }));
/// # Ok::<(), PatternError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Patterns<T> {
    data: Numbers<T>,
    features: usize,
}

/// Numbers that are kept elsewhere; see [`Patterns::shared`].
pub type SharedNumbers<T> =
    Arc<dyn AsRef<[T]> + Send + Sync + std::panic::UnwindSafe + std::panic::RefUnwindSafe>;

/// Where the numbers are.
#[derive(Clone)]
enum Numbers<T> {
    Own(Vec<T>),
    Shared(SharedNumbers<T>),
}

impl<T> Numbers<T> {
    fn as_slice(&self) -> &[T] {
        match self {
            Self::Own(data) => data,
            Self::Shared(data) => (**data).as_ref(),
        }
    }
}

impl<T: Clone> Numbers<T> {
    /// The numbers, of our own from now on.
    fn own(&mut self) -> &mut Vec<T> {
        if let Self::Shared(data) = self {
            *self = Self::Own((**data).as_ref().to_vec());
        }
        match self {
            Self::Own(data) => data,
            Self::Shared(_) => unreachable!("they were copied just now"),
        }
    }

    fn into_vec(mut self) -> Vec<T> {
        std::mem::take(self.own())
    }
}

impl<T: Debug> Debug for Numbers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}

impl<T: PartialEq> PartialEq for Patterns<T> {
    fn eq(&self, other: &Self) -> bool {
        self.features == other.features && self.data.as_slice() == other.data.as_slice()
    }
}

/// Numbers that a thread looks at, at a time.
const PIECE: usize = 1 << 18;

/// What makes numbers patterns.
fn check<T: Real>(data: &[T], features: usize) -> Result<(), PatternError> {
    if data.is_empty() && features > 0 {
        return Err(PatternError::Empty);
    }
    if features == 0 {
        return Err(PatternError::NoFeatures);
    }
    if !data.len().is_multiple_of(features) {
        return Err(PatternError::Uneven { numbers: data.len(), features });
    }
    // without an end before the last number, so that it runs in lanes
    let finite = |some: &[T]| some.iter().fold(true, |all, x| all & x.is_finite());
    let wake = worth_waking(size_of_val(data), 0);
    let all = if wake { data.par_chunks(PIECE).all(finite) } else { finite(data) };
    if all {
        return Ok(());
    }
    match data.iter().position(|x| !x.is_finite()) {
        Some(at) => Err(PatternError::NotFinite {
            pattern: at / features,
            feature: at % features,
            value: data[at].f64(),
        }),
        None => Ok(()),
    }
}

impl<T: Real> Patterns<T> {
    /// Patterns from their numbers, pattern after pattern.
    ///
    /// # Errors
    /// [`PatternError`] for no patterns, no features, an uneven length or a number that is not finite.
    pub fn new(data: Vec<T>, features: usize) -> Result<Self, PatternError> {
        check(&data, features)?;
        Ok(Self::valid(data, features))
    }

    /// Patterns whose numbers are kept elsewhere, such as in a file that is mapped into memory; they are copied only
    /// when the patterns are changed.
    ///
    /// The slice must always be the same: it is checked here, once.
    ///
    /// # Errors
    /// As [`Patterns::new`].
    pub fn shared(data: SharedNumbers<T>, features: usize) -> Result<Self, PatternError> {
        check((*data).as_ref(), features)?;
        Ok(Self { data: Numbers::Shared(data), features })
    }

    /// Patterns from rows.
    ///
    /// # Errors
    /// As [`Patterns::new`], and [`PatternError::Ragged`] if the rows differ in width.
    pub fn from_rows<R: AsRef<[T]>>(rows: &[R]) -> Result<Self, PatternError> {
        let expected = rows.first().ok_or(PatternError::Empty)?.as_ref().len();
        let mut data = Vec::with_capacity(rows.len() * expected);
        for (pattern, row) in rows.iter().enumerate() {
            let found = row.as_ref().len();
            if found != expected {
                return Err(PatternError::Ragged { pattern, expected, found });
            }
            data.extend_from_slice(row.as_ref());
        }
        Self::new(data, expected)
    }

    /// The number of patterns, N ≥ 1.
    #[expect(clippy::len_without_is_empty, reason = "patterns are never empty")]
    pub fn len(&self) -> usize {
        self.as_slice().len() / self.features
    }

    /// The number of features, d ≥ 1.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Pattern `index`, d numbers.
    ///
    /// # Panics
    /// If there is no such pattern.
    #[track_caller]
    pub fn row(&self, index: usize) -> &[T] {
        &self.as_slice()[index * self.features..][..self.features]
    }

    /// All patterns in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[T]> + Clone {
        self.as_slice().chunks_exact(self.features)
    }

    /// The numbers, pattern after pattern.
    pub fn as_slice(&self) -> &[T] {
        self.data.as_slice()
    }

    /// The numbers, pattern after pattern, without a copy unless they are kept elsewhere.
    pub fn into_vec(self) -> Vec<T> {
        self.data.into_vec()
    }

    /// Appends the patterns of `other` after these.
    ///
    /// # Errors
    /// [`PatternError::Width`] if they have another number of features; nothing is changed then.
    pub fn append(&mut self, other: &Self) -> Result<(), PatternError> {
        self.expect_features(other.features)?;
        self.data.own().extend_from_slice(other.as_slice());
        Ok(())
    }

    /// Keeps the patterns whose flag is true, in their order and in their place.
    ///
    /// # Errors
    /// [`PatternError::Mask`] if there is not one flag for each pattern, [`PatternError::Empty`] if none would be left;
    /// nothing is changed then.
    pub fn retain(&mut self, keep: &[bool]) -> Result<(), PatternError> {
        let (expected, found) = (self.len(), keep.len());
        if found != expected {
            return Err(PatternError::Mask { expected, found });
        }
        if !keep.contains(&true) {
            return Err(PatternError::Empty);
        }
        let features = self.features;
        let mut kept = 0;
        let data = self.data.own();
        for (row, _) in keep.iter().enumerate().filter(|(_, keep)| **keep) {
            data.copy_within(row * features..(row + 1) * features, kept * features);
            kept += 1;
        }
        data.truncate(kept * features);
        Ok(())
    }

    /// The same patterns in another precision.
    ///
    /// # Errors
    /// [`PatternError::NotFinite`] where a number is beyond the range of `U`.
    pub fn cast<U: Real>(&self) -> Result<Patterns<U>, PatternError> {
        Patterns::new(self.as_slice().iter().map(|x| U::of(x.f64())).collect(), self.features)
    }

    /// Checks the width of something that is to be used with these patterns.
    ///
    /// # Errors
    /// [`PatternError::Width`] if `found` differs from [`Patterns::features`].
    pub fn expect_features(&self, found: usize) -> Result<(), PatternError> {
        let expected = self.features;
        if found == expected { Ok(()) } else { Err(PatternError::Width { expected, found }) }
    }

    /// Whole rows of finite numbers.
    pub(crate) fn valid(data: Vec<T>, features: usize) -> Self {
        debug_assert!(features > 0 && data.len().is_multiple_of(features));
        Self { data: Numbers::Own(data), features }
    }

    /// Appends a row that was checked.
    pub(crate) fn push(&mut self, row: &[T]) {
        debug_assert_eq!(row.len(), self.features);
        self.data.own().extend_from_slice(row);
    }

    pub(crate) fn row_mut(&mut self, index: usize) -> &mut [T] {
        &mut self.data.own()[index * self.features..][..self.features]
    }

    /// The last row takes the place; there must be another.
    pub(crate) fn swap_remove(&mut self, place: usize) {
        let data = self.data.own();
        let last = data.len() - self.features;
        data.copy_within(last.., place * self.features);
        data.truncate(last);
    }

    pub(crate) fn rows_mut(&mut self) -> impl ExactSizeIterator<Item = &mut [T]> {
        self.data.own().chunks_exact_mut(self.features)
    }
}
