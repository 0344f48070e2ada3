//! What a share of the memories has told every query, tile by tile.

use crate::kernel::extremes;
use crate::panels::Panel;
use crate::part::Part;
use crate::partial::Partial;
use crate::product::Element;
use crate::{Memories, Synapses};
use attractor_lagrangian::{Pool, Tally};
use std::ops::Range;

/// The books of the queries, one column for each of them and for what is left of the last panel.
#[derive(Debug)]
pub(crate) struct Ledger<T> {
    pub(crate) partial: Partial,
    pub(crate) tallies: Vec<Tally>,
    pub(crate) gaps: Vec<[f64; 3]>,
    /// 1/‖ξ‖ of the tile.
    inverse: Vec<T>,
    /// Whether all of them have their digits in this type, so that the ends of a column are to be trusted.
    trusted: bool,
    ones: Vec<T>,
    most: Vec<T>,
    least: Vec<T>,
}

impl<T: Element> Ledger<T> {
    pub(crate) fn new() -> Self {
        let (partial, tallies, gaps) = (Partial::empty(0, 0, 0), Vec::new(), Vec::new());
        let (inverse, ones, most, least) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { partial, tallies, gaps, inverse, trusted: true, ones, most, least }
    }

    pub(crate) fn clear(&mut self, part: &Part<'_, T>) {
        let (queries, columns) = (part.queries(), part.panels.columns());
        let width = if part.in_columns() { 0 } else { part.width() };
        self.partial.clear(queries, width, part.question.top);
        self.tallies.resize(columns, Tally::EMPTY);
        self.gaps.clear();
        self.gaps.resize(columns, [0.0; 3]);
        self.most.resize(columns, T::ZERO);
        self.least.resize(columns, T::ZERO);
    }

    /// Once for every tile, before its panels.
    pub(crate) fn begin(&mut self, xi: &Synapses<T>, tile: &Range<usize>) {
        let norms = &xi.inverse_norms()[tile.clone()];
        self.inverse.clear();
        self.inverse.extend(norms.iter().map(|x| T::of(*x)));
        // without a branch, so that it runs in lanes
        let has_digits = |x: &f64| (*x <= 0.0) | ((*x >= 1e-30) & (*x < 1e30));
        self.trusted = norms.iter().fold(true, |all, x| all & has_digits(x));
    }

    pub(crate) fn finish(&mut self) {
        let Self { partial, gaps, .. } = self;
        partial.gaps.copy_from_slice(&gaps[..partial.tallies.len()]);
    }

    /// Turns the overlaps of a tile with the queries of a panel into weights.
    pub(crate) fn weigh(
        &mut self,
        at: &At<'_, T>,
        pool: &dyn Pool<T>,
        scores: &mut [T],
        moves: &[T],
    ) {
        self.score(at, scores);
        let columns = at.panel.columns();
        if !moves.is_empty() {
            let before = at.part.panels.before(at.panel);
            pool.gap(scores, moves, before, &mut self.gaps[columns.clone()]);
        }
        pool.weigh(scores, &mut self.tallies[columns]);
        self.rank(at, scores);
    }

    /// h = Ξg + b from the overlaps, which are noted on the way.
    pub(crate) fn score(&mut self, at: &At<'_, T>, scores: &mut [T]) {
        let cover = &at.part.reading.cover;
        if cover.is_some() && !cover.shows_all(at.part.first + at.panel.queries.start, &at.tile) {
            self.note_shown(at, scores);
            at.add_bias(scores);
            return at.cover(scores);
        }
        self.note(at, scores);
        at.add_bias(scores);
    }

    /// The memories nearest to each query: a column is looked through only if its ends say that it has
    /// one that is nearer than all before.
    fn note(&mut self, at: &At<'_, T>, scores: &[T]) {
        let Self { most, least, inverse, trusted, partial, .. } = self;
        let (most, least) = (&mut most[..at.panel.width], &mut least[..at.panel.width]);
        extremes(scores, inverse, most, least);
        let inverse = &at.xi.inverse_norms()[at.tile.clone()];
        for (lane, q) in at.panel.queries.clone().enumerate() {
            let nearest = &mut partial.nearest[q];
            let reach = |x: T| x.f64() + slack(x);
            let none_nearer = reach(most[lane]) <= nearest.overlap
                && reach(-least[lane]) <= -nearest.opposite_overlap;
            if *trusted && none_nearer {
                continue;
            }
            let column = scores.iter().skip(lane).step_by(at.panel.width);
            for ((overlap, inverse), memory) in column.zip(inverse).zip(at.tile.clone()) {
                nearest.see(memory, overlap.f64() * inverse);
            }
        }
    }

    /// The same where a query does not see all: what it does not see is not near it.
    fn note_shown(&mut self, at: &At<'_, T>, scores: &[T]) {
        let inverse = &at.xi.inverse_norms()[at.tile.clone()];
        for (lane, q) in at.panel.queries.clone().enumerate() {
            let column = scores.iter().skip(lane).step_by(at.panel.width);
            for ((overlap, inverse), memory) in column.zip(inverse).zip(at.tile.clone()) {
                if at.shows(q, memory) {
                    self.partial.nearest[q].see(memory, overlap.f64() * inverse);
                }
            }
        }
    }

    /// The largest score of each column.
    pub(crate) fn largest(&mut self, at: &At<'_, T>, scores: &[T]) -> &[T] {
        let width = at.panel.width;
        self.ones.resize(at.tile.len(), T::ONE);
        extremes(scores, &self.ones, &mut self.most[..width], &mut self.least[..width]);
        &self.most[..width]
    }

    /// Notes the heaviest weights of a tile.
    pub(crate) fn rank(&mut self, at: &At<'_, T>, weights: &[T]) {
        if at.part.question.top == 0 {
            return;
        }
        let width = at.panel.width;
        self.largest(at, weights);
        for (lane, q) in at.panel.queries.clone().enumerate() {
            let log_scale = self.tallies[q].log_scale;
            let largest = self.most[lane].f64().max(-self.least[lane].f64());
            let mut bar = (self.partial.tops[q].bar() - log_scale).exp();
            if largest <= bar {
                continue;
            }
            for (weight, memory) in weights.iter().skip(lane).step_by(width).zip(at.tile.clone()) {
                let weight = weight.f64().abs();
                if weight > bar {
                    self.partial.rank(q, memory, weight, log_scale);
                    bar = (self.partial.tops[q].bar() - log_scale).exp();
                }
            }
        }
    }
}

/// How far from x the product of two numbers is that it was rounded from, with a rounded factor.
fn slack<T: Element>(x: T) -> f64 {
    4.0 * T::UNIT_ROUNDOFF * x.f64().abs() + f64::from(f32::MIN_POSITIVE)
}

/// A tile and a panel.
pub(crate) struct At<'a, T> {
    pub(crate) xi: &'a Synapses<T>,
    pub(crate) part: &'a Part<'a, T>,
    pub(crate) panel: &'a Panel,
    pub(crate) tile: Range<usize>,
}

impl<T: Element> At<'_, T> {
    fn shows(&self, q: usize, memory: usize) -> bool {
        self.part.reading.cover.shows(self.part.first + q, memory, self.xi.memories())
    }

    fn add_bias(&self, scores: &mut [T]) {
        let Some(bias) = self.part.question.bias else { return };
        let rows = scores.chunks_exact_mut(self.panel.width).zip(&bias[self.tile.clone()]);
        for (row, bias) in rows {
            row.iter_mut().for_each(|h| *h = T::of(h.f64() + bias));
        }
    }

    fn cover(&self, scores: &mut [T]) {
        let (n, cover, width) = (self.xi.memories(), &self.part.reading.cover, self.panel.width);
        for (row, memory) in scores.chunks_exact_mut(width).zip(self.tile.clone()) {
            let queries = self.part.first + self.panel.queries.start..;
            for (q, score) in queries.zip(&mut row[..self.panel.queries.len()]) {
                *score = T::of(cover.score(score.f64(), q, memory, n));
            }
        }
    }
}
