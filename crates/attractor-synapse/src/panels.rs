//! How the queries that are read together lie beside each other.

use crate::kernel;
use crate::lines::Lines;
use crate::product::Element;
use crate::question::Question;
use attractor_lagrangian::Before;
use std::ops::Range;

/// With more queries it pays to have these in the lanes, even where they leave half a vector empty.
const FEW: usize = 8;

/// Queries whose scores share the vectors of a tile, n × `width`; alone, n of one query.
#[derive(Debug, Clone)]
pub(crate) struct Panel {
    pub(crate) queries: Range<usize>,
    /// 1, or a whole number of vectors: what is left has no query.
    pub(crate) width: usize,
}

impl Panel {
    /// The places of its columns among those of all panels; only the last one's go beyond the queries.
    pub(crate) fn columns(&self) -> Range<usize> {
        self.queries.start..self.queries.start + self.width
    }
}

/// The queries in the order in which the kernels take them.
#[derive(Debug)]
pub(crate) struct Panels<T> {
    all: Vec<Panel>,
    /// So few queries that the features are in the lanes.
    pub(crate) few: bool,
    /// Of few: g row by row, and then δ. Else d × `width` numbers for each panel.
    outputs: Lines<T>,
    by: Lines<T>,
    /// One for each column.
    before: Vec<Before>,
    features: usize,
}

impl<T> Default for Panels<T> {
    fn default() -> Self {
        let (outputs, by) = (Lines::default(), Lines::default());
        Self { all: Vec::new(), few: true, outputs, by, before: Vec::new(), features: 0 }
    }
}

impl<T: Element> Panels<T> {
    /// Lays out a question, in the storage of an earlier one.
    pub(crate) fn lay_out(&mut self, question: &Question<'_, T>, d: usize) {
        let (queries, lanes) = (question.outputs.len() / d, kernel::width::<T>());
        self.features = d;
        self.few = question.hidden.one_pass().is_some() && queries <= FEW;
        self.all.clear();
        if self.few {
            self.all.extend((0..queries).map(|q| Panel { queries: q..q + 1, width: 1 }));
        } else {
            self.all.extend((0..queries).step_by(2 * lanes).map(|q| {
                let end = queries.min(q + 2 * lanes);
                Panel { queries: q..end, width: (end - q).div_ceil(lanes) * lanes }
            }));
        }
        self.before.clear();
        self.before.extend(question.moved.iter().flat_map(|moved| moved.before));
        self.before.resize(self.columns(), Before { value: 0.0, tilt: 0.0 });
        let by = question.moved.map_or(&[] as &[T], |moved| moved.by);
        if self.few {
            let place = self.outputs.resize(question.outputs.len() + by.len());
            let (outputs, moves) = place.split_at_mut(question.outputs.len());
            outputs.copy_from_slice(question.outputs);
            moves.copy_from_slice(by);
        } else {
            pack(&self.all, question.outputs, d, &mut self.outputs);
            pack(&self.all, by, d, &mut self.by);
        }
    }

    pub(crate) fn all(&self) -> &[Panel] {
        &self.all
    }

    pub(crate) fn columns(&self) -> usize {
        self.all.last().map_or(0, |panel| panel.columns().end)
    }

    pub(crate) fn before(&self, panel: &Panel) -> &[Before] {
        &self.before[panel.columns()]
    }

    /// g of few queries and then δ, row by row.
    pub(crate) fn rows(&self) -> &[T] {
        &self.outputs
    }

    /// g of a panel, d × `width`.
    pub(crate) fn outputs(&self, panel: &Panel) -> &[T] {
        &self.outputs[self.numbers(panel)]
    }

    /// δ of a panel, d × `width`.
    pub(crate) fn by(&self, panel: &Panel) -> &[T] {
        &self.by[self.numbers(panel)]
    }

    fn numbers(&self, panel: &Panel) -> Range<usize> {
        let columns = panel.columns();
        columns.start * self.features..columns.end * self.features
    }
}

fn pack<T: Element>(panels: &[Panel], rows: &[T], d: usize, place: &mut Lines<T>) {
    let columns =
        panels.iter().filter(|_| !rows.is_empty()).map(|panel| panel.width).sum::<usize>();
    let mut place = place.resize(columns * d);
    for panel in panels.iter().filter(|_| !rows.is_empty()) {
        let own = place.split_off_mut(..d * panel.width).unwrap_or_default();
        let rows = &rows[panel.queries.start * d..panel.queries.end * d];
        kernel::pack(rows, panel.width, own);
    }
}
