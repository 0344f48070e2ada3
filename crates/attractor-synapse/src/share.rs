//! One share of the memories, read tile by tile: scores by a product, weights by the pool, sums by a
//! product.

use crate::kernel::{self, Sums};
use crate::ledger::{At, Ledger};
use crate::many::{Columns, KEPT};
use crate::panels::Panel;
use crate::part::Part;
use crate::product::Element;
use crate::rows::Rows;
use crate::shortlist::{Shortlist, take_up};
use crate::{Memories, Patterns, Synapses};
use attractor_lagrangian::{Lagrangian, OnePass, Pool, Select, Tally};
use std::ops::Range;

/// Memories per tile at most: a sum over them is short enough for f32. A whole number of all strips.
const TILE: usize = 192;
/// Bytes of ξ in a tile that is scored and summed at once, a part of the second cache: of so many memories that a
/// query's scores fill vectors.
pub(crate) const STREAMED: usize = 256 << 10;

/// A share with its scratch.
#[derive(Debug)]
pub(crate) struct Share<T> {
    pub(crate) ledger: Ledger<T>,
    scores: Vec<T>,
    pub(crate) moves: Vec<T>,
    /// Of many queries n × width of each panel.
    pub(crate) weights: Vec<T>,
    sums: Vec<T>,
    /// Of many queries.
    pub(crate) columns: Columns,
    /// One for each query, where few memories have any weight.
    pub(crate) lists: Vec<Shortlist>,
}

impl<T: Element> Share<T> {
    pub(crate) fn new() -> Self {
        let (scores, moves, weights, sums) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self {
            ledger: Ledger::new(),
            scores,
            moves,
            weights,
            sums,
            columns: Columns::default(),
            lists: Vec::new(),
        }
    }

    pub(crate) fn read(&mut self, xi: &Synapses<T>, part: &Part<'_, T>, range: Range<usize>) {
        self.ledger.clear(part);
        match part.question.hidden.one_pass() {
            Some(OnePass::Sum(pool)) if part.panels.few => self.read_few(xi, part, pool, range),
            Some(OnePass::Sum(pool)) => self.read_panels(xi, part, pool, range),
            Some(OnePass::Select(select)) => self.read_selected(xi, part, select, range),
            _ => self.read_twice(xi, part, range),
        }
        self.ledger.finish();
    }

    /// Joins what was read of other memories.
    pub(crate) fn merge(&mut self, other: &Self, part: &Part<'_, T>) {
        let (own, others) = (&mut self.ledger.partial, &other.ledger.partial);
        if part.in_columns() {
            let panels = part.panels.all();
            self.columns.merge(&own.tallies, &other.columns, &others.tallies, panels);
        }
        own.merge(others);
    }

    /// Sums of the memories of a tile, or of their values, by weights that are rows of the scores from the `first` on.
    fn sum(
        &mut self,
        xi: &Synapses<T>,
        part: &Part<'_, T>,
        panel: &Panel,
        tile: &Range<usize>,
        first: usize,
    ) {
        let m = part.width();
        let rows = rows_of(&self.scores, panel.width, &(first..first + tile.len()));
        self.weights.clear();
        for lane in 0..panel.queries.len() {
            self.weights.extend(rows.iter().skip(lane).step_by(panel.width));
        }
        let values = rows_of(part.reading.values.unwrap_or(xi.patterns()).as_slice(), m, tile);
        self.sums.resize(panel.queries.len() * m, T::ZERO);
        let (weights, out) = (&self.weights, &mut self.sums);
        kernel::sums(Sums { weights, values: values.into(), m, out });
    }

    fn absorb(&mut self, queries: Range<usize>, m: usize) {
        for (q, sum) in queries.zip(self.sums.chunks_exact(m)) {
            self.ledger.partial.absorb(q, &self.ledger.tallies[q], sum);
        }
    }

    /// Few queries: each has a column of its own.
    fn read_few(
        &mut self,
        xi: &Synapses<T>,
        part: &Part<'_, T>,
        pool: &dyn Pool<T>,
        range: Range<usize>,
    ) {
        let end = part.first + part.queries();
        let hidden = |tile: &Range<usize>| part.reading.cover.hides_tile(end, tile);
        for tile in tiles(&range, rows::<T>(STREAMED, xi.features().max(part.width()))) {
            if hidden(&tile) {
                break;
            }
            let d = xi.features();
            let mut memories = tile_rows(xi.patterns(), &tile, range.end);
            if part.panels.rows().len() == d {
                memories = Rows::streamed(memories.rows, d, tile.end < range.end);
            }
            let (memories, values) = match part.reading.values {
                Some(values) => (memories, tile_rows(values, &tile, range.end)),
                None => memories.halves(d),
            };
            self.multiply_few(memories, part);
            self.weigh_few(xi, part, pool, &tile);
            self.sum_few(values, part);
        }
    }

    /// Overlaps of a tile with g and then with δ of few queries, q × n.
    fn multiply_few(&mut self, memories: Rows<'_, T>, part: &Part<'_, T>) {
        let (d, queries) = (part.features, part.panels.rows());
        self.scores.resize(memories.rows.len() / d * (queries.len() / d), T::ZERO);
        kernel::dots(memories, queries, d, &mut self.scores);
    }

    /// Only the scores of memories that may have weight are kept.
    fn read_selected(
        &mut self,
        xi: &Synapses<T>,
        part: &Part<'_, T>,
        select: &dyn Select,
        range: Range<usize>,
    ) {
        self.lists.resize_with(part.queries(), Shortlist::default);
        self.lists.iter_mut().for_each(Shortlist::clear);
        for tile in tiles(&range, rows::<T>(KEPT, xi.features())) {
            self.ledger.begin(xi, &tile);
            let mut memories = tile_rows(xi.patterns(), &tile, range.end);
            if part.panels.few {
                self.multiply_few(memories.clone(), part);
            }
            for panel in part.panels.all() {
                let at = At { xi, part, panel, tile: tile.clone() };
                let n = tile.len();
                let (scores, moves) = if part.panels.few {
                    let (scores, moves) = self.scores.split_at_mut(part.queries() * n);
                    let own = panel.queries.start * n..panel.queries.end * n;
                    (&mut scores[own.clone()], moves.get(own).unwrap_or(&[]))
                } else {
                    self.scores.resize(n * panel.width, T::ZERO);
                    multiply(&memories, part, panel, &mut self.scores, &mut self.moves);
                    memories.next = 0..0; // it has been asked for
                    (&mut self.scores[..], &self.moves[..])
                };
                self.ledger.score(&at, scores);
                let largest = self.ledger.largest(&at, scores);
                take_up(&mut self.lists, select, &at, largest, scores, moves);
            }
        }
    }

    /// The weights of a tile from the scores, q × n, and the moves behind them.
    fn weigh_few(
        &mut self,
        xi: &Synapses<T>,
        part: &Part<'_, T>,
        pool: &dyn Pool<T>,
        tile: &Range<usize>,
    ) {
        let (queries, n) = (part.queries(), tile.len());
        self.ledger.begin(xi, tile);
        let (scores, moves) = self.scores.split_at_mut(queries * n);
        for (q, (panel, scores)) in
            part.panels.all().iter().zip(scores.chunks_exact_mut(n)).enumerate()
        {
            let moves = moves.get(q * n..(q + 1) * n).unwrap_or(&[]);
            self.ledger.weigh(&At { xi, part, panel, tile: tile.clone() }, pool, scores, moves);
        }
    }

    /// Sums of the memories of a tile, or of their values, by the weights, q × n.
    fn sum_few(&mut self, values: Rows<'_, T>, part: &Part<'_, T>) {
        let (queries, m) = (part.queries(), part.width());
        let weights = &self.scores[..queries * (values.rows.len() / m)];
        self.sums.resize(queries * m, T::ZERO);
        kernel::sums(Sums { weights, values, m, out: &mut self.sums });
        self.absorb(0..queries, m);
    }

    /// A hidden Lagrangian that does not stream: all scores of a panel, then its activations.
    fn read_twice(&mut self, xi: &Synapses<T>, part: &Part<'_, T>, range: Range<usize>) {
        self.ledger.begin(xi, &range);
        for panel in part.panels.all() {
            self.scores.resize(range.len() * panel.width, T::ZERO);
            let memories = tile_rows(xi.patterns(), &range, range.end);
            multiply(&memories, part, panel, &mut self.scores, &mut self.moves);
            let at = At { xi, part, panel, tile: range.clone() };
            self.ledger.score(&at, &mut self.scores);
            for lane in 0..panel.queries.len() {
                self.activate(part.question.hidden, panel, lane);
            }
            self.ledger.rank(&at, &self.scores);
            for tile in tiles(&range, rows::<T>(KEPT, part.width())) {
                self.sum(xi, part, panel, &tile, tile.start - range.start);
                self.absorb(panel.queries.clone(), part.width());
                // the tally is that of all tiles, and has been counted now
                for q in panel.queries.clone() {
                    let log_scale = self.ledger.tallies[q].log_scale;
                    self.ledger.tallies[q] = Tally { log_scale, ..Tally::EMPTY };
                }
            }
        }
    }

    /// One column of scores becomes its activations.
    fn activate(&mut self, hidden: &dyn Lagrangian<T>, panel: &Panel, lane: usize) {
        let q = panel.queries.start + lane;
        let column = |tile: &[T]| -> Vec<T> {
            tile.iter().skip(lane).step_by(panel.width).copied().collect()
        };
        let h = column(&self.scores);
        if !self.moves.is_empty() {
            self.ledger.gaps[q] = stored_gap(hidden, &h, &column(&self.moves));
        }
        let mut f = vec![T::ZERO; h.len()];
        hidden.activate(&h, &mut f);
        self.ledger.tallies[q] = tally_of(hidden.value(&h), &f);
        let places = self.scores.iter_mut().skip(lane).step_by(panel.width);
        places.zip(f).for_each(|(score, f)| *score = f);
    }
}

/// Overlaps of a tile with g of a panel, n × width, and with δ if there is one.
pub(crate) fn multiply<T: Element>(
    memories: &Rows<'_, T>,
    part: &Part<'_, T>,
    panel: &Panel,
    scores: &mut [T],
    moves: &mut Vec<T>,
) {
    kernel::scores(memories.clone(), part.panels.outputs(panel), panel.width, scores);
    moves.clear();
    if part.question.moved.is_some() {
        moves.resize(scores.len(), T::ZERO);
        kernel::scores(memories.rows.into(), part.panels.by(panel), panel.width, moves);
    }
}

/// The rows of a tile, of those before the `end`-th.
pub(crate) fn tile_rows<'a, T: Element>(
    all: &'a Patterns<T>,
    tile: &Range<usize>,
    end: usize,
) -> Rows<'a, T> {
    Rows::before(rows_of(all.as_slice(), all.features(), tile), tile.end < end)
}

/// How many memories fill so many bytes: whole strips, some at least.
pub(crate) fn rows<T>(bytes: usize, width: usize) -> usize {
    let rows = bytes / (width * size_of::<T>());
    (rows / 24 * 24).clamp(24, TILE)
}

pub(crate) fn tiles(range: &Range<usize>, rows: usize) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range.clone().step_by(rows).map(move |start| start..end.min(start + rows))
}

pub(crate) fn rows_of<'a, T>(all: &'a [T], width: usize, rows: &Range<usize>) -> &'a [T] {
    &all[rows.start * width..rows.end * width]
}

fn tally_of<T: Element>(value: f64, f: &[T]) -> Tally {
    let weight = f.iter().map(|f| f.f64().abs()).sum();
    let square = f.iter().map(|f| f.f64() * f.f64()).sum();
    Tally { log_scale: 0.0, value, weight, square }
}

/// D_{L_h}(h, h − δ) and the change to first order, f(h − δ)·δ.
fn stored_gap<T: Element>(hidden: &dyn Lagrangian<T>, h: &[T], by: &[T]) -> [f64; 3] {
    let from: Vec<T> = h.iter().zip(by).map(|(&h, &d)| h - d).collect();
    let mut slope = vec![T::ZERO; h.len()];
    hidden.activate(&from, &mut slope);
    let tilt = slope.iter().zip(by).map(|(f, d)| f.f64() * d.f64()).sum();
    [hidden.bregman(h, &from, &slope), tilt, 0.0]
}
