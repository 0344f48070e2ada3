//! The memories that may have any weight, where the hidden Lagrangian gives most of them none.

use crate::Synapses;
use crate::ledger::At;
use crate::part::Part;
use crate::partial::Partial;
use crate::product::Element;
use crate::top::Ranked;
use attractor_lagrangian::{Select, Tally};

/// So many more than after the last time before they are looked through again.
const ROOM: usize = 64;

/// The memories whose score exceeds the threshold of those seen before, after a move or before it: the
/// others have no weight at either end, and neither value nor certificate knows of them.
#[derive(Debug, Default)]
pub(crate) struct Shortlist {
    memories: Vec<usize>,
    /// h, and h − δ where there was a move.
    scores: Vec<f64>,
    from: Vec<f64>,
    /// At or below which there is no weight.
    bars: [Bar; 2],
    limit: usize,
}

#[derive(Debug, Clone, Copy)]
struct Bar(f64);

impl Default for Bar {
    fn default() -> Self {
        Self(f64::NEG_INFINITY)
    }
}

impl Shortlist {
    pub(crate) fn clear(&mut self) {
        self.memories.clear();
        self.scores.clear();
        self.from.clear();
        self.bars = [Bar::default(); 2];
        self.limit = ROOM;
    }

    /// Whether a memory may have weight at one of the two; NaN too, so that it shows.
    fn admits(&self, h: f64, from: Option<f64>) -> bool {
        let [now, before] = self.bars;
        !(h <= now.0) || from.is_some_and(|from| !(from <= before.0))
    }

    fn see(&mut self, select: &dyn Select, memory: usize, h: f64, from: Option<f64>) {
        if !self.admits(h, from) {
            return;
        }
        self.memories.push(memory);
        self.scores.push(h);
        self.from.extend(from);
        if self.memories.len() > self.limit {
            self.prune(select);
        }
    }

    fn prune(&mut self, select: &dyn Select) {
        self.bars = [&self.scores, &self.from].map(|scores| Bar(select.threshold(scores)));
        let mut kept = 0;
        for i in 0..self.memories.len() {
            let from = self.from.get(i).copied();
            if self.admits(self.scores[i], from) {
                self.memories[kept] = self.memories[i];
                self.scores[kept] = self.scores[i];
                if let Some(from) = from {
                    self.from[kept] = from;
                }
                kept += 1;
            }
        }
        self.memories.truncate(kept);
        self.scores.truncate(kept);
        self.from.truncate(kept);
        self.limit = 2 * kept + ROOM;
    }

    /// Joins what was seen of other memories.
    pub(crate) fn merge(&mut self, select: &dyn Select, other: &Self) {
        for (i, memory) in other.memories.iter().enumerate() {
            self.see(select, *memory, other.scores[i], other.from.get(i).copied());
        }
    }

    /// Asks the Lagrangian about these few, and writes what it says to query q.
    pub(crate) fn conclude<T: Element>(
        &self,
        select: &dyn Select,
        xi: &Synapses<T>,
        part: &Part<'_, T>,
        q: usize,
        partial: &mut Partial,
    ) {
        let mut f = vec![0.0; self.scores.len()];
        select.activate(&self.scores, &mut f);
        let weight = f.iter().map(|f| f.abs()).sum();
        let square = f.iter().map(|f| f * f).sum();
        let value = select.value(&self.scores);
        let unit = Tally { log_scale: 0.0, value: 0.0, weight: 0.0, square: 0.0 };
        partial.tallies[q] = Tally { value, weight, square, ..unit };
        partial.active[q] = Some(f.iter().filter(|f| **f != 0.0).count());
        if !self.from.is_empty() {
            partial.gaps[q] = self.gap(select);
        }
        let values = part.reading.values.unwrap_or(xi.patterns());
        let field = partial.field_mut(q);
        for (f, memory) in f.iter().zip(&self.memories).filter(|(f, _)| **f != 0.0) {
            let row = values.row(*memory);
            field.iter_mut().zip(row).for_each(|(sum, x)| *sum += f * x.f64());
        }
        for (f, memory) in f.iter().zip(&self.memories).filter(|(f, _)| **f != 0.0) {
            partial.tops[q].insert(Ranked { memory: *memory, ln_weight: f.abs().ln() });
        }
    }

    /// D_L(h, h − δ) and the change to first order, f(h − δ)·δ.
    fn gap(&self, select: &dyn Select) -> [f64; 3] {
        let mut slope = vec![0.0; self.from.len()];
        select.activate(&self.from, &mut slope);
        let moves = self.scores.iter().zip(&self.from).map(|(h, from)| h - from);
        let tilt = slope.iter().zip(moves).map(|(f, by)| f * by).sum();
        [select.bregman(&self.scores, &self.from, &slope), tilt, 0.0]
    }
}

/// Takes up a tile: scores h and moves δ of a panel, n × `width`.
pub(crate) fn take_up<T: Element>(
    lists: &mut [Shortlist],
    select: &dyn Select,
    at: &At<'_, T>,
    largest: &[T],
    scores: &[T],
    moves: &[T],
) {
    let width = at.panel.width;
    for (lane, q) in at.panel.queries.clone().enumerate() {
        if moves.is_empty() && !lists[q].admits(largest[lane].f64(), None) {
            continue;
        }
        let column = scores.iter().skip(lane).step_by(width);
        for (i, (h, memory)) in column.zip(at.tile.clone()).enumerate() {
            let from = moves.get(i * width + lane).map(|by| h.f64() - by.f64());
            lists[q].see(select, memory, h.f64(), from);
        }
    }
}
