//! Pooling: queries that belong to the layer ask a set.

use super::{Associated, Association, AssociationGradient, Sets};
use crate::{AttentionError, Mask};
use attractor_synapse::{Element, Patterns};

/// A set becomes as many rows as the layer has queries, whatever its size (Ramsauer et al., `HopfieldPooling`).
///
/// ```
/// use attractor_attention::{Association, Mask, Pooling};
/// use attractor_synapse::Patterns;
/// let layer = Pooling::new(Association::new(1)?, Patterns::from_rows(&[[0.0f64, 0.0]])?);
/// let bag = Patterns::from_rows(&[[1.0, 2.0], [3.0, 4.0]])?;
/// assert_eq!(layer.pool(&bag, &Mask::default())?.output.row(0), [2.0, 3.0]); // a query of 0 averages
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Pooling<T> {
    /// How queries and set are associated.
    pub association: Association<T>,
    /// What is asked, one row for each row of the result.
    pub queries: Patterns<T>,
}

impl<T: Element> Pooling<T> {
    /// A pooling with these queries.
    pub fn new(association: Association<T>, queries: Patterns<T>) -> Self {
        Self { association, queries }
    }

    /// What the queries find in a set; a mask has a row for each query.
    ///
    /// # Errors
    /// As [`Association::associate`].
    pub fn pool(&self, set: &Patterns<T>, mask: &Mask) -> Result<Associated<T>, AttentionError> {
        self.association.associate(&Sets::of(&self.queries, set), mask)
    }

    /// As [`Association::vjp`]: `queries` is the gradient of the layer's own, and that of the set is `keys` + `values`.
    ///
    /// # Errors
    /// As [`Association::vjp`].
    pub fn vjp(
        &self,
        set: &Patterns<T>,
        mask: &Mask,
        pull: &[T],
    ) -> Result<AssociationGradient<T>, AttentionError> {
        self.association.vjp(&Sets::of(&self.queries, set), mask, pull)
    }
}
