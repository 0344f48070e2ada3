//! The search for memories that could matter: one pass over the codes for all queries, which may pause.

use super::hunt::Hunt;
use super::index::Index;
use super::products::PLACES;
use super::tile::{Bounds, Near, Tile};
use crate::Element;
use crate::together::{together, worth_waking};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Parts that threads work on; fixed, so that what is found does not depend on the threads.
const PARTS: usize = 16;
/// One stretch of this many of a part is looked through before a pause.
const FIRST: usize = 8;

/// A memory that may matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Kept {
    pub(super) memory: u32,
    /// Its score is at most this.
    upper: f64,
}

/// What was found in all memories.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// Those that may matter, ascending.
    pub(super) kept: Vec<Kept>,
    /// Every other score is at most this, the largest of their bounds.
    pub(super) cut: f64,
    /// The memories of the largest and of the smallest cosine, as far as the codes that were looked at tell.
    pub(super) ends: [u32; 2],
    /// How many codes were looked at.
    pub(super) seen: usize,
}

/// A search that has begun.
#[derive(Debug)]
pub(super) struct Search<'a, T> {
    pub(super) index: &'a Index<T>,
    parts: Vec<Part>,
    /// How many memories may matter to a query.
    most: usize,
}

/// Some stretches of the codes.
#[derive(Debug)]
struct Part {
    left: Range<usize>,
    shares: Vec<Share>,
}

/// What one hunt has found in a part.
#[derive(Debug)]
struct Share {
    kept: Vec<Kept>,
    /// What was left out has no larger score.
    rest: f64,
    /// The largest score is at least this.
    floor: f64,
    near: Near,
    seen: usize,
    /// Whether it looks into the stretch at hand.
    looks: bool,
}

impl<'a, T: Element> Search<'a, T> {
    /// For so many hunts, and no more than `most` memories that may matter to one.
    pub(super) fn new(index: &'a Index<T>, hunts: usize, most: usize) -> Self {
        let stretches = index.stretches();
        let count = stretches.min(PARTS);
        let part = |i: usize| Part {
            left: i * stretches / count..(i + 1) * stretches / count,
            shares: (0..hunts).map(|_| Share::new()).collect(),
        };
        Self { index, parts: (0..count).map(part).collect(), most }
    }

    /// Whether other threads are worth waking for it.
    pub(super) fn wakes(&self) -> bool {
        worth_waking(self.index.codes.bytes() * self.index.codes.len(), 0)
    }

    /// Looks through the beginning of every part, which raises the floors.
    pub(super) fn begin(&mut self, hunts: &mut [Hunt<'_>]) {
        self.look(hunts, |left| left.start + left.len().div_ceil(FIRST));
        for (q, hunt) in hunts.iter_mut().enumerate() {
            let floors = self.parts.iter().map(|part| part.shares[q].floor);
            hunt.floor = floors.fold(hunt.floor, f64::max);
        }
    }

    /// Looks through what is left; `None` where for some query too many memories may matter.
    pub(super) fn finish(mut self, hunts: &[Hunt<'_>]) -> Option<Vec<Found>> {
        let few = self.look(hunts, |left| left.end);
        let found = |(q, hunt): (usize, &Hunt<'_>)| {
            let found = join(self.index, hunt, self.parts.iter().map(|part| &part.shares[q]));
            (found.kept.len() <= self.most).then_some(found)
        };
        few.then(|| hunts.iter().enumerate().map(found).collect())?
    }

    /// Looks through every part up to an end; whether few memories may matter so far.
    fn look(&mut self, hunts: &[Hunt<'_>], end: impl Fn(&Range<usize>) -> usize + Sync) -> bool {
        let (wake, count, few) = (self.wakes(), self.parts.len(), AtomicBool::new(true));
        let look = |(): &mut (), part: &mut Part| {
            if few.load(Relaxed) {
                let end = end(&part.left);
                few.fetch_and(part.look(self.index, hunts, self.most, end), Relaxed);
            }
        };
        together(&mut Vec::new(), count, self.parts.iter_mut(), wake, look);
        few.into_inner()
    }
}

fn join<'a, T: Element>(
    index: &Index<T>,
    hunt: &Hunt<'_>,
    shares: impl Iterator<Item = &'a Share> + Clone,
) -> Found {
    let floor = shares.clone().map(|share| share.floor).fold(hunt.floor, f64::max);
    let least = floor - hunt.window;
    let mut cut = shares.clone().map(|share| share.rest).fold(f64::NEG_INFINITY, f64::max);
    let mut kept = Vec::new();
    for one in shares.clone().flat_map(|share| &share.kept) {
        if !(one.upper <= least) {
            kept.push(*one);
        } else {
            cut = cut.max(one.upper);
        }
    }
    kept.sort_unstable_by_key(|kept| kept.memory);
    let mut near = Near::NONE;
    for share in shares.clone() {
        for end in [0, 1] {
            near.take(end, share.near.cosines[end], share.near.places[end]);
        }
    }
    let ends = near.places.map(|place| index.memory(place as usize) as u32);
    Found { kept, cut, ends, seen: shares.map(|share| share.seen).sum() }
}

impl Part {
    /// Looks through the stretches before `end`, unless too many memories may matter; whether they are few.
    fn look<T: Element>(
        &mut self,
        index: &Index<T>,
        hunts: &[Hunt<'_>],
        most: usize,
        end: usize,
    ) -> bool {
        let shares = &mut self.shares;
        shares
            .iter_mut()
            .zip(hunts)
            .for_each(|(share, hunt)| share.floor = share.floor.max(hunt.floor));
        let (mut products, mut bounds) = (vec![[0; PLACES]; hunts.len()], Bounds::NONE);
        let mut queries = Vec::with_capacity(hunts.len());
        for i in self.left.start..end {
            let rows = index.stretch(i);
            queries.clear();
            for (hunt, share) in hunts.iter().zip(&mut *shares) {
                share.looks = !hunt.misses(index, i, share.floor);
                if share.looks {
                    queries.push(&hunt.query);
                } else {
                    share.rest = share.rest.max(hunt.uppers[i]);
                }
            }
            let more = index.balls.is_none();
            let first = index.codes.products(rows.clone(), &queries, more, &mut products);
            let looking = hunts.iter().zip(&mut *shares).filter(|(_, share)| share.looks);
            for ((hunt, share), products) in looking.zip(&products) {
                let products = &products[first..].as_chunks().0[0];
                let tile = Tile { products, beside: index.codes.beside(rows.start) };
                share.see(index, hunt, rows.clone(), tile, &mut bounds);
                if share.kept.len() > most {
                    return false;
                }
            }
        }
        self.left.start = end;
        true
    }
}

impl Share {
    fn new() -> Self {
        let least = f64::NEG_INFINITY;
        let (kept, near) = (Vec::new(), Near::NONE);
        Self { kept, rest: least, floor: least, near, seen: 0, looks: false }
    }

    /// Takes a tile by its products.
    fn see<T: Element>(
        &mut self,
        index: &Index<T>,
        hunt: &Hunt<'_>,
        rows: Range<usize>,
        tile: Tile<'_>,
        bounds: &mut Bounds,
    ) {
        self.seen += rows.len();
        if let Some(rest) = hunt.rejects(rows.len(), tile, self.floor - hunt.window, &self.near) {
            self.rest = self.rest.max(rest);
        } else {
            self.near.see(rows.start, rows.len(), &tile);
            hunt.bound(index, rows.clone(), tile, bounds);
            self.keep(index, bounds, rows, hunt.window);
        }
    }

    /// Takes what is above the cut; what is certain of a score raises the cut for what comes after.
    fn keep<T: Element>(
        &mut self,
        index: &Index<T>,
        bounds: &Bounds,
        rows: Range<usize>,
        window: f64,
    ) {
        let pairs = bounds.upper.iter().zip(&bounds.width);
        for (place, (upper, width)) in rows.zip(pairs) {
            // a bound that is no number holds nothing back
            if !(*upper <= self.floor - window) {
                self.floor = self.floor.max(upper - width);
                self.kept.push(Kept { memory: index.memory(place) as u32, upper: *upper });
            } else if *upper > self.rest {
                self.rest = *upper;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::Screened;
    use crate::{Question, Synapses};
    use attractor_lagrangian::LogSumExp;

    fn screened(n: usize, d: usize) -> Screened<f32> {
        let number = |i: usize| ((i * 7919 + 13) % 2003) as f32 / 1001.0 - 1.0;
        let rows: Vec<Vec<f32>> =
            (0..n).map(|r| (0..d).map(|k| number((r * d + k) * (r + 7))).collect()).collect();
        Screened::new(Synapses::from_rows(&rows).unwrap(), 1e-6).unwrap()
    }

    /// A pause changes what is looked at again, not what is found: nothing that could matter, nor the nearest.
    #[test]
    fn a_search_that_pauses_finds_the_same() {
        let beta = 40.0;
        let softmax = LogSumExp::new(beta).unwrap();
        for (n, d) in [(1, 3), (63, 9), (65, 64), (4099, 9), (20_000, 7)] {
            for screened in [screened(n, d), screened(n, d).in_balls()] {
                let g: Vec<f32> = [n / 2, n / 3, 0, n - 1, n / 5]
                    .iter()
                    .flat_map(|&r| screened.synapses().patterns().row(r).to_vec())
                    .collect();
                let question = Question::of(&softmax, &g);
                let exact: Vec<_> = (0..5).map(|q| screened.exact(&question, q, beta)).collect();
                let hunt = |q: usize| screened.hunt(&exact[q], &g[q * d..(q + 1) * d]);
                let mut hunts: Vec<Hunt<'_>> = (0..5).map(hunt).collect();
                let whole = Search::new(&screened.index, 5, n).finish(&hunts).unwrap();
                let mut search = Search::new(&screened.index, 5, n);
                search.begin(&mut hunts);
                let paused = search.finish(&hunts).unwrap();
                for (q, (a, b)) in whole.iter().zip(&paused).enumerate() {
                    assert_eq!((&a.kept, a.ends), (&b.kept, b.ends), "{n} {d} {q}");
                    let off = 1e-5 * exact[q].at_most();
                    assert!(a.cut.to_bits() == b.cut.to_bits() || (a.cut - b.cut).abs() <= off);
                    assert!(screened.index.balls.is_some() || a.seen == n && b.seen == n);
                }
            }
        }
    }

    #[test]
    fn a_search_ends_where_too_many_could_matter() {
        let (screened, softmax) = (screened(4099, 9), LogSumExp::new(1e-3).unwrap());
        let g = screened.synapses().patterns().row(77).to_vec();
        let question = Question::of(&softmax, &g);
        let hunts = [screened.hunt(&screened.exact(&question, 0, 1e-3), &g)];
        assert_eq!(Search::new(&screened.index, 1, 4098).finish(&hunts), None);
        let found = Search::new(&screened.index, 1, 4099).finish(&hunts).unwrap();
        assert_eq!(found[0].kept.len(), 4099);
    }
}
