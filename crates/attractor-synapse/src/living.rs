//! Memories that come and go, each under a name of its own.

use crate::synapses::length;
use crate::{Element, PatternError, Patterns, Synapses};
use std::collections::HashMap;

/// The name of a memory, for as long as it lives; names are not used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemoryId(pub u64);

impl std::fmt::Display for MemoryId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A change that cannot be made; nothing is changed then.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LivingError {
    /// No memory of that name, or none any more.
    #[error("there is no memory {0}: it was removed, or never was")]
    Unknown(MemoryId),
    /// The last memory.
    #[error("memory {0} is the last one: replace it instead")]
    Last(MemoryId),
    /// The numbers of the memory.
    #[error(transparent)]
    Pattern(#[from] PatternError),
}

/// Memories with appending, replacing and removing by name, O(d) each: appending as amortised as that of
/// a vector, and removing the longest memory of all looks at the N lengths that are left.
///
/// A model is built over [`Living::synapses`], by reference, whenever it is asked: that reads no memory.
/// A removed memory leaves its place to the last one, so names stay and places do not: an answer names a
/// place, and [`Living::id`] says whose it was.
///
/// ```
/// use attractor_synapse::{Living, Patterns};
/// let mut memories = Living::new(Patterns::from_rows(&[[1.0f32, 0.0], [0.0, 1.0]])?);
/// let third = memories.append(&[0.6, 0.8])?;
/// let first = memories.id(0).unwrap();
/// memories.remove(first)?;
/// memories.replace(third, &[0.8, 0.6])?;
/// assert_eq!(memories.pattern(first), None);
/// assert_eq!((memories.len(), memories.place(third)), (2, Some(0)));
/// # Ok::<(), attractor_synapse::LivingError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Living<T> {
    synapses: Synapses<T>,
    /// ‖ξ_μ‖ in order of place.
    norms: Vec<f64>,
    ids: Vec<MemoryId>,
    places: HashMap<MemoryId, usize>,
    next: u64,
}

impl<T: Element> Living<T> {
    /// Memories named 0, 1, 2, … in order.
    pub fn new(patterns: Patterns<T>) -> Self {
        let norms: Vec<f64> = patterns.rows().map(length).collect();
        let ids: Vec<MemoryId> = (0..patterns.len() as u64).map(MemoryId).collect();
        let places = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        let next = ids.len() as u64;
        Self { synapses: Synapses::new(patterns), norms, ids, places, next }
    }

    /// The memories as they are, for a model.
    pub fn synapses(&self) -> &Synapses<T> {
        &self.synapses
    }

    /// How many there are, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "memories are never none")]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// The names in order of place.
    pub fn ids(&self) -> &[MemoryId] {
        &self.ids
    }

    /// Whose place it is.
    pub fn id(&self, place: usize) -> Option<MemoryId> {
        self.ids.get(place).copied()
    }

    /// Where a memory is now.
    pub fn place(&self, id: MemoryId) -> Option<usize> {
        self.places.get(&id).copied()
    }

    /// The numbers of a memory, while it lives.
    pub fn pattern(&self, id: MemoryId) -> Option<&[T]> {
        Some(self.synapses.patterns().row(self.place(id)?))
    }

    /// Stores one more memory; returns its name.
    ///
    /// # Errors
    /// [`PatternError::Width`] or [`PatternError::NotFinite`].
    pub fn append(&mut self, pattern: &[T]) -> Result<MemoryId, LivingError> {
        let norm = self.check(pattern)?;
        let id = MemoryId(self.next);
        self.next += 1;
        self.places.insert(id, self.ids.len());
        self.ids.push(id);
        self.norms.push(norm);
        self.synapses.push(pattern, norm);
        Ok(id)
    }

    /// Puts another pattern under the same name.
    ///
    /// # Errors
    /// [`LivingError::Unknown`], or as [`Living::append`].
    pub fn replace(&mut self, id: MemoryId, pattern: &[T]) -> Result<(), LivingError> {
        let place = self.place(id).ok_or(LivingError::Unknown(id))?;
        let norm = self.check(pattern)?;
        let before = std::mem::replace(&mut self.norms[place], norm);
        self.synapses.overwrite(place, pattern, norm);
        self.forget_length(before);
        Ok(())
    }

    /// Removes a memory: no later answer knows of it.
    ///
    /// # Errors
    /// [`LivingError::Unknown`], and [`LivingError::Last`] where it is the only one.
    pub fn remove(&mut self, id: MemoryId) -> Result<(), LivingError> {
        let place = self.place(id).ok_or(LivingError::Unknown(id))?;
        if self.ids.len() == 1 {
            return Err(LivingError::Last(id));
        }
        self.places.remove(&id);
        self.ids.swap_remove(place);
        if let Some(moved) = self.ids.get(place) {
            self.places.insert(*moved, place);
        }
        let before = self.norms.swap_remove(place);
        self.synapses.swap_remove(place);
        self.forget_length(before);
        Ok(())
    }

    /// ‖pattern‖, if it can be stored.
    fn check(&self, pattern: &[T]) -> Result<f64, PatternError> {
        self.synapses.patterns().expect_features(pattern.len())?;
        match pattern.iter().position(|x| !x.is_finite()) {
            Some(feature) => {
                let value = pattern[feature].f64();
                Err(PatternError::NotFinite { pattern: self.ids.len(), feature, value })
            }
            None => Ok(length(pattern)),
        }
    }

    /// A length is no longer among the memories'.
    fn forget_length(&mut self, length: f64) {
        if length >= self.synapses.largest() {
            self.synapses.set_largest(self.norms.iter().copied().fold(0.0, f64::max));
        }
    }
}
