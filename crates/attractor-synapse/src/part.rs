//! The queries that are read together.

use crate::cover::Reading;
use crate::panels::Panels;
use crate::product::Element;
use crate::question::Question;
use attractor_lagrangian::OnePass;

/// Their question, and how they lie; the first of them is query `first`.
pub(crate) struct Part<'a, T> {
    pub(crate) question: Question<'a, T>,
    pub(crate) reading: Reading<'a, T>,
    pub(crate) first: usize,
    pub(crate) panels: &'a Panels<T>,
    pub(crate) features: usize,
}

impl<T: Element> Part<'_, T> {
    pub(crate) fn queries(&self) -> usize {
        self.question.outputs.len() / self.features
    }

    /// Whether sums are kept for each panel, and not for each query.
    pub(crate) fn in_columns(&self) -> bool {
        !self.panels.few && matches!(self.question.hidden.one_pass(), Some(OnePass::Sum(_)))
    }

    /// The width of an answer.
    pub(crate) fn width(&self) -> usize {
        self.reading.width(self.features)
    }
}
