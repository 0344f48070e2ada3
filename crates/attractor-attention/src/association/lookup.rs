//! Look-up: memories that belong to the layer are asked.

use super::{Associated, Association, AssociationGradient, Sets};
use crate::{AttentionError, Mask};
use attractor_synapse::{Element, Patterns};

/// Every row is looked up among the layer's memories (Ramsauer et al., `HopfieldLayer`): a table of prototypes, or,
/// with training data in it, the nearest of them.
///
/// ```
/// use attractor_attention::{Association, Lookup, Mask};
/// use attractor_synapse::Patterns;
/// let memories = Patterns::from_rows(&[[1.0f64, 0.0], [0.0, 1.0]])?;
/// let labels = Patterns::from_rows(&[[0.0], [1.0]])?;
/// let layer = Lookup::new(Association::new(1)?.with_betas(&[30.0])?, memories, Some(labels));
/// let found = layer.look_up(&Patterns::from_rows(&[[0.2, 0.9]])?, &Mask::default())?;
/// assert!(found.output.row(0)[0] > 0.999);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Lookup<T> {
    /// How rows and memories are associated.
    pub association: Association<T>,
    /// What is looked among.
    pub memories: Patterns<T>,
    /// What is answered, one row for each memory; `None`: the memory.
    pub targets: Option<Patterns<T>>,
}

impl<T: Element> Lookup<T> {
    /// A look-up in these memories.
    pub fn new(
        association: Association<T>,
        memories: Patterns<T>,
        targets: Option<Patterns<T>>,
    ) -> Self {
        Self { association, memories, targets }
    }

    fn sets<'a>(&'a self, rows: &'a Patterns<T>) -> Sets<'a, T> {
        let values = self.targets.as_ref().unwrap_or(&self.memories);
        Sets { queries: rows, keys: &self.memories, values }
    }

    /// What the memories have for every row.
    ///
    /// # Errors
    /// As [`Association::associate`].
    pub fn look_up(
        &self,
        rows: &Patterns<T>,
        mask: &Mask,
    ) -> Result<Associated<T>, AttentionError> {
        self.association.associate(&self.sets(rows), mask)
    }

    /// As [`Association::vjp`]: `keys` is the gradient of the memories and `values` that of the targets; without
    /// targets the memories have the sum of both.
    ///
    /// # Errors
    /// As [`Association::vjp`].
    pub fn vjp(
        &self,
        rows: &Patterns<T>,
        mask: &Mask,
        pull: &[T],
    ) -> Result<AssociationGradient<T>, AttentionError> {
        self.association.vjp(&self.sets(rows), mask, pull)
    }
}
