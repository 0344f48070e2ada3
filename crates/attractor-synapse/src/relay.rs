//! Both products of the two-body network in one read of ξ: overlaps down, weights back up.

use crate::kernel::{self, Both, Sums};
use crate::partial::Partial;
use crate::product::Element;
use crate::rows::Rows;
use crate::share::{STREAMED, rows, rows_of, tiles};
use crate::together::{together, worth_waking};
use crate::{Memories, Synapses};
use attractor_lagrangian::Tally;
use std::ops::Range;

/// The least number of memories in a share.
const LEAST: usize = 256;
/// Shares that threads work on; fixed, so that the merge order does not depend on the threads.
const SHARES: usize = 16;

/// Turns the overlaps ξ_μ·g of some memories into weights w in the unit of the tally that it returns,
/// as [`Pool::weigh`](attractor_lagrangian::Pool::weigh) does. Called once for every tile, in any order.
pub type Weigh<'a, T> = dyn Fn(Range<usize>, &mut [T]) -> Tally + Sync + 'a;

/// Where the weights of a read come from.
#[derive(Clone, Copy)]
pub enum Weighing<'a, T> {
    /// The overlaps of this read (or zeros, if none are read).
    Of(&'a Weigh<'a, T>),
    /// Before it, in units of 1: N numbers.
    Known(&'a [T]),
}

impl<T> std::fmt::Debug for Weighing<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Of(_) => "Of",
            Self::Known(_) => "Known",
        })
    }
}

/// What one state asks of the synapses in one read.
#[derive(Clone, Copy)]
pub struct Errand<'a, T> {
    /// g, d numbers, if the overlaps Ξg are wanted.
    pub outputs: Option<&'a [T]>,
    /// w, if Ξᵀw is wanted.
    pub weigh: Option<Weighing<'a, T>>,
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
    weights: Vec<T>,
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
        self.shares.resize_with(n.div_ceil(LEAST).min(SHARES), || Share {
            partial: Partial::empty(1, 0, 0),
            weights: Vec::new(),
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
        let d = xi.features();
        for tile in tiles(&range, rows::<T>(STREAMED, d)) {
            let rows = rows_of(xi.patterns().as_slice(), d, &tile);
            let memories = Rows::before(rows, tile.end < range.end);
            let scores = &mut overlaps[tile.start - range.start..tile.end - range.start];
            let known = Tally { log_scale: 0.0, ..Tally::EMPTY };
            match (errand.outputs, errand.weigh) {
                (Some(outputs), Some(Weighing::Known(weights))) => {
                    let (weights, sum) = (&weights[tile], &mut self.sum);
                    kernel::both(Both { memories, outputs, weights, scores, sum });
                    self.partial.absorb(0, &known, &self.sum);
                }
                (None, Some(Weighing::Known(weights))) => {
                    self.sum(memories, &weights[tile], &known);
                }
                (outputs, Some(Weighing::Of(weigh))) => {
                    let mut weights = std::mem::take(&mut self.weights);
                    weights.clear();
                    let (memories, again) = match outputs {
                        Some(_) => memories.halves(d),
                        None => (rows.into(), memories),
                    };
                    if let Some(outputs) = outputs {
                        kernel::dots(memories, outputs, d, scores);
                        weights.extend_from_slice(scores);
                    }
                    weights.resize(tile.len(), T::ZERO);
                    let tally = weigh(tile, &mut weights);
                    self.sum(again, &weights, &tally);
                    self.weights = weights;
                }
                (Some(outputs), None) => kernel::dots(memories, outputs, d, scores),
                (None, None) => {}
            }
        }
    }

    fn sum(&mut self, values: Rows<'_, T>, weights: &[T], tally: &Tally) {
        let (m, out) = (self.sum.len(), &mut self.sum);
        kernel::sums(Sums { weights, values, m, out });
        self.partial.absorb(0, tally, &self.sum);
    }
}

/// Reads the memories in fixed shares, merged in order: the bits do not depend on the threads.
pub(crate) fn relay<T: Element>(xi: &Synapses<T>, errand: Errand<'_, T>, relay: &mut Relay<T>) {
    let (n, d) = (xi.memories(), xi.features());
    check(n, d, errand);
    relay.prepare(n, d);
    let per = n.div_ceil(relay.shares.len()).next_multiple_of(LEAST);
    relay.shares.truncate(n.div_ceil(per));
    let wake = worth_waking(n * d * size_of::<T>(), n * d) && relay.shares.len() > 1;
    let parts = relay.shares.iter_mut().zip(relay.overlaps.chunks_mut(per)).enumerate();
    let read = |_: &mut (), (i, (share, overlaps)): (usize, (&mut Share<T>, &mut [T]))| {
        share.read(xi, errand, i * per..i * per + overlaps.len(), overlaps);
    };
    together(&mut Vec::new(), SHARES, parts, wake, read);
    let (first, rest) = relay.shares.split_at_mut(1);
    rest.iter().for_each(|share| first[0].partial.merge(&share.partial));
}

#[track_caller]
fn check<T>(n: usize, d: usize, errand: Errand<'_, T>) {
    let found = errand.outputs.map_or(d, <[T]>::len);
    assert_eq!(found, d, "{found} outputs, the memories have {d} features");
    if let Some(Weighing::Known(weights)) = errand.weigh {
        let found = weights.len();
        assert_eq!(found, n, "{found} weights for {n} memories");
    }
}
