//! Both products of the two-body network in one read of ξ: overlaps down, weights back up.

use crate::partial::Partial;
use crate::product::Element;
use crate::{Memories, Synapses};
use attractor_lagrangian::Tally;
use rayon::prelude::*;
use std::ops::Range;

/// Memories per tile, so that a sum over a tile is short enough for `f32`.
const TILE: usize = 256;
/// Shares that threads work on; fixed, so that the merge order does not depend on the threads.
const SHARES: usize = 16;
/// Numbers of ξ below which waking threads costs more than they save.
const WORTH_THREADS: usize = 1 << 18;

/// Turns the overlaps ξ_μ·g of some memories into weights w in the unit of the tally that it returns,
/// as [`Pool::weigh`](attractor_lagrangian::Pool::weigh) does. Called once for every tile, in any order.
pub type Weigh<'a, T> = dyn Fn(Range<usize>, &mut [T]) -> Tally + Sync + 'a;

/// What one state asks of the synapses in one read.
#[derive(Clone, Copy)]
pub struct Errand<'a, T> {
    /// g, d numbers, if the overlaps Ξg are wanted.
    pub outputs: Option<&'a [T]>,
    /// What the hidden neurons make of them (of zeros if there are none), if Ξᵀw is wanted.
    pub weigh: Option<&'a Weigh<'a, T>>,
}

impl<T> std::fmt::Debug for Errand<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (overlaps, field) = (self.outputs.is_some(), self.weigh.is_some());
        f.debug_struct("Errand").field("overlaps", &overlaps).field("field", &field).finish()
    }
}

/// The result of an [`Errand`], with the storage that reads reuse.
#[derive(Debug)]
pub struct Relay<T> {
    overlaps: Vec<T>,
    shares: Vec<Share<T>>,
}

#[derive(Debug)]
struct Share<T> {
    partial: Partial,
    tile: Vec<T>,
    sum: Vec<T>,
}

impl<T> Default for Relay<T> {
    fn default() -> Self {
        Self { overlaps: Vec::new(), shares: Vec::new() }
    }
}

impl<T> Relay<T> {
    /// Ξg of the last read that asked for it, N numbers.
    pub fn overlaps(&self) -> &[T] {
        &self.overlaps
    }

    /// Ξᵀw of the last read that asked for it, d numbers in the unit of [`Relay::tally`].
    pub fn field(&self) -> &[f64] {
        self.shares.first().map_or(&[], |share| share.partial.field(0))
    }

    /// The tallies of all tiles, merged.
    pub fn tally(&self) -> Tally {
        self.shares.first().map_or(Tally::EMPTY, |share| share.partial.tallies[0])
    }
}

impl<T: Element> Relay<T> {
    fn prepare(&mut self, n: usize, d: usize) {
        self.overlaps.resize(n, T::ZERO);
        self.shares.resize_with(n.div_ceil(TILE).min(SHARES), || Share {
            partial: Partial::empty(1, 0, 0),
            tile: vec![T::ZERO; TILE],
            sum: Vec::new(),
        });
        for share in &mut self.shares {
            share.partial.clear(1, d, 0);
            share.sum.resize(d, T::ZERO);
        }
    }
}

impl<T: Element> Share<T> {
    fn read(
        &mut self,
        xi: &Synapses<T>,
        errand: Errand<'_, T>,
        range: Range<usize>,
        overlaps: &mut [T],
    ) {
        let first = range.start;
        for start in range.clone().step_by(TILE) {
            let tile = start..range.end.min(start + TILE);
            let place = &mut overlaps[tile.start - first..tile.end - first];
            self.read_tile(xi, errand, tile, place);
        }
    }

    fn read_tile(
        &mut self,
        xi: &Synapses<T>,
        errand: Errand<'_, T>,
        range: Range<usize>,
        overlaps: &mut [T],
    ) {
        let d = xi.features();
        let memories = &xi.patterns().as_slice()[range.start * d..range.end * d];
        let tile = &mut self.tile[..range.len()];
        match errand.outputs {
            Some(outputs) => {
                T::scores(memories, outputs, d, overlaps);
                tile.copy_from_slice(overlaps);
            }
            None => tile.fill(T::ZERO),
        }
        if let Some(weigh) = errand.weigh {
            let tally = weigh(range, tile);
            T::weighted(tile, memories, d, &mut self.sum);
            self.partial.absorb(0, &tally, &self.sum);
        }
    }
}

/// Reads the memories in fixed shares, merged in order: the bits do not depend on the threads.
pub(crate) fn relay<T: Element>(xi: &Synapses<T>, errand: Errand<'_, T>, relay: &mut Relay<T>) {
    let (n, d) = (xi.memories(), xi.features());
    check(d, errand);
    relay.prepare(n, d);
    let per = n.div_ceil(relay.shares.len()).next_multiple_of(TILE);
    relay.shares.truncate(n.div_ceil(per));
    let parts = (&mut relay.shares, &mut relay.overlaps);
    let read = |(i, (share, overlaps)): (usize, (&mut Share<T>, &mut [T]))| {
        share.read(xi, errand, i * per..i * per + overlaps.len(), overlaps);
    };
    if n * d < WORTH_THREADS || parts.0.len() == 1 {
        parts.0.iter_mut().zip(parts.1.chunks_mut(per)).enumerate().for_each(read);
    } else {
        parts.0.par_iter_mut().zip(parts.1.par_chunks_mut(per)).enumerate().for_each(read);
    }
    let (first, rest) = relay.shares.split_at_mut(1);
    rest.iter().for_each(|share| first[0].partial.merge(&share.partial));
}

#[track_caller]
fn check<T>(d: usize, errand: Errand<'_, T>) {
    let found = errand.outputs.map_or(d, <[T]>::len);
    assert_eq!(found, d, "{found} outputs, the memories have {d} features");
}
