//! Many queries: they lie in panels, and what is summed for them does until all memories have been read.

use crate::kernel::{self, Absorb};
use crate::ledger::At;
use crate::panels::Panel;
use crate::part::Part;
use crate::product::Element;
use crate::rows::Rows;
use crate::share::{Share, multiply, rows, tile_rows, tiles};
use crate::{Memories, Synapses};
use attractor_lagrangian::{Pool, Tally};
use std::ops::Range;

/// Bytes of ξ in a tile that is read for every panel: a part of the second cache, for the next tile comes there too.
pub(crate) const KEPT: usize = 320 << 10;

/// What the memories read so far add up to.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    /// m × width of each panel, one panel after the other: the second level of the sums.
    fields: Vec<f64>,
    /// For each column the factor of what was there, and that of what is added.
    keep: Vec<f64>,
    take: Vec<f64>,
}

impl Columns {
    pub(crate) fn clear(&mut self, columns: usize, m: usize) {
        for (numbers, count) in
            [(&mut self.fields, columns * m), (&mut self.keep, columns), (&mut self.take, columns)]
        {
            numbers.clear();
            numbers.resize(count, 0.0);
        }
    }

    /// Sets the factors by which the sums of some memories and of others add up, from those of their tallies.
    fn weigh(&mut self, factors: impl Iterator<Item = (f64, f64)>) {
        let places = self.keep.iter_mut().zip(&mut self.take);
        places.zip(factors).for_each(|((keep, take), factors)| (*keep, *take) = factors);
    }

    /// Adds the sums of other memories.
    pub(crate) fn merge(
        &mut self,
        tallies: &[Tally],
        other: &Self,
        others: &[Tally],
        panels: &[Panel],
    ) {
        self.weigh(tallies.iter().zip(others).map(|(all, other)| all.clone().merge(other)));
        let (mut fields, mut other) = (&mut self.fields[..], &other.fields[..]);
        let m = fields.len() / self.keep.len().max(1);
        for panel in panels {
            let own = fields.split_off_mut(..m * panel.width).unwrap_or_default();
            let added = other.split_off(..m * panel.width).unwrap_or_default();
            let (keep, take) = (&self.keep[panel.columns()], &self.take[panel.columns()]);
            for (own, added) in
                own.chunks_exact_mut(panel.width).zip(added.chunks_exact(panel.width))
            {
                let numbers = own.iter_mut().zip(added).zip(keep.iter().zip(take));
                numbers.for_each(|((x, y), (keep, take))| *x = keep * *x + take * y);
            }
        }
    }

    /// Writes each query's own row of m numbers.
    pub(crate) fn write(&self, panels: &[Panel], m: usize, rows: &mut [f64]) {
        for panel in panels {
            let columns = &self.fields[panel.columns().start * m..panel.columns().end * m];
            let rows = &mut rows[panel.queries.start * m..panel.queries.end * m];
            kernel::unpack(columns, panel.width, m, rows);
        }
    }
}

impl<T: Element> Share<T> {
    /// Tiles that stay in cache for every panel.
    pub(crate) fn read_panels(
        &mut self,
        xi: &Synapses<T>,
        part: &Part<'_, T>,
        pool: &dyn Pool<T>,
        range: Range<usize>,
    ) {
        self.columns.clear(part.panels.columns(), part.width());
        for tile in tiles(&range, rows::<T>(KEPT, xi.features().max(part.width()))) {
            if part.reading.cover.hides_tile(part.first + part.queries(), &tile) {
                break;
            }
            self.ledger.begin(xi, &tile);
            self.weights.resize(tile.len() * part.panels.columns(), T::ZERO);
            let memories = tile_rows(xi.patterns(), &tile, range.end);
            let (mut memories, values) = match part.reading.values {
                Some(values) => (memories, tile_rows(values, &tile, range.end)),
                None => (memories.clone(), memories.rows.into()), // asked for once
            };
            for panel in part.panels.all() {
                let own = panel.columns().start * tile.len()..panel.columns().end * tile.len();
                let place = &mut self.weights[own];
                if part.reading.cover.hides_tile(part.first + panel.queries.end, &tile) {
                    place.fill(T::ZERO);
                    self.ledger.tallies[panel.columns()].fill(Tally::EMPTY);
                } else {
                    multiply(&memories, part, panel, place, &mut self.moves);
                    memories.next = 0..0; // it has been asked for
                    let at = At { xi, part, panel, tile: tile.clone() };
                    self.ledger.weigh(&at, pool, place, &self.moves);
                }
            }
            self.absorb_panels(values, part);
        }
    }

    /// Adds the sums of the memories of a tile, or of their values, by the weights of all panels.
    fn absorb_panels(&mut self, values: Rows<'_, T>, part: &Part<'_, T>) {
        let tallies = self.ledger.partial.tallies.iter_mut().zip(&self.ledger.tallies);
        self.columns.weigh(tallies.map(|(all, tile)| all.merge(tile)));
        let (panels, m) = (part.panels.all(), part.width());
        let (weights, Columns { fields, keep, take }) = (&self.weights, &mut self.columns);
        kernel::absorb(Absorb { weights, panels, values, m, keep, take, fields });
    }
}
