//! What a share of the memories has told every query, tile by tile.

use crate::kernel::{self, Find, Hits, extremes};
use crate::panels::Panel;
use crate::part::Part;
use crate::partial::{Nearest, Partial};
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
    hits: Hits<T>,
}

impl<T: Element> Ledger<T> {
    pub(crate) fn new() -> Self {
        let (partial, tallies, gaps) = (Partial::empty(0, 0, 0), Vec::new(), Vec::new());
        let (inverse, ones, most, least) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let hits = Hits { counts: Vec::new(), places: Vec::new() };
        Self { partial, tallies, gaps, inverse, trusted: true, ones, most, least, hits }
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

    /// The memories nearest to each query: a column is looked at again only if its ends say that it has one that is
    /// nearer than all before.
    fn note(&mut self, at: &At<'_, T>, scores: &[T]) {
        let width = at.panel.width;
        extremes(scores, &self.inverse, &mut self.most[..width], &mut self.least[..width]);
        let ends = self.most.iter_mut().zip(&mut self.least);
        for (q, (most, least)) in at.panel.queries.clone().zip(ends) {
            let nearest = &self.partial.nearest[q];
            *most = bar(*most, nearest.overlap);
            *least = bar(-*least, -nearest.opposite_overlap);
        }
        let exact = at.tile.len() < 1 << 20;
        if self.trusted && width > 1 && exact {
            self.find(at, scores, T::ONE);
            return self.find(at, scores, -T::ONE);
        }
        for (lane, q) in at.panel.queries.clone().enumerate() {
            if !self.trusted || !is_never(self.most[lane]) || !is_never(self.least[lane]) {
                at.see(scores, lane, &mut self.partial.nearest[q]);
            }
        }
    }

    /// Sees what is not below the bars, the ends of the columns with this sign.
    fn find(&mut self, at: &At<'_, T>, scores: &[T], sign: T) {
        let bars = if sign > T::ZERO { &self.most } else { &self.least };
        if bars[..at.panel.queries.len()].iter().all(|bar| is_never(*bar)) {
            return;
        }
        let bars = &bars[..at.panel.width];
        kernel::find(Find { x: scores, factors: &self.inverse, sign, bars, hits: &mut self.hits });
        let hits = self.hits.counts.iter().zip(&self.hits.places);
        for (lane, (q, (count, place))) in at.panel.queries.clone().zip(hits).enumerate() {
            let nearest = &mut self.partial.nearest[q];
            if *count == T::ONE {
                at.see_one(scores, lane, place.f64() as usize, nearest);
            } else if *count > T::ONE {
                at.see(scores, lane, nearest); // as near to each other as rounding
                self.least[lane] = T::of(f64::INFINITY); // both ends have been seen
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

/// What the largest product of a column says to look for: less than it by no more than twice what rounding may have
/// made of it, and never anything if it is not larger than what was seen before.
fn bar<T: Element>(largest: T, before: f64) -> T {
    let slack = 4.0 * T::UNIT_ROUNDOFF * largest.f64().abs() + f64::from(f32::MIN_POSITIVE);
    if largest.f64() + slack <= before {
        return T::of(f64::INFINITY);
    }
    T::of(largest.f64() - 2.0 * slack)
}

fn is_never<T: Element>(bar: T) -> bool {
    bar.f64() == f64::INFINITY
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

    /// The memories of a tile, as one query sees them.
    fn see(&self, scores: &[T], lane: usize, nearest: &mut Nearest) {
        let column = scores.iter().skip(lane).step_by(self.panel.width);
        let inverse = &self.xi.inverse_norms()[self.tile.clone()];
        for ((overlap, inverse), memory) in column.zip(inverse).zip(self.tile.clone()) {
            nearest.see(memory, overlap.f64() * inverse);
        }
    }

    fn see_one(&self, scores: &[T], lane: usize, place: usize, nearest: &mut Nearest) {
        let (overlap, memory) =
            (scores[place * self.panel.width + lane].f64(), self.tile.start + place);
        nearest.see(memory, overlap * self.xi.inverse_norms()[memory]);
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
