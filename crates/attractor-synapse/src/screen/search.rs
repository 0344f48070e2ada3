//! The search for memories that could matter: one pass over the codes for all queries.

use super::bounds::{Bounds, EIGHT};
use super::codes::TILE;
use super::hunt::Hunt;
use super::index::Index;
use super::parts::{HEAD, head, in_parts, parts};
use super::products::PLACES;
use super::tile::{Near, Tile};
use crate::Element;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

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
    /// Every other score is at most this.
    pub(super) cut: f64,
    /// The memories of the largest and of the smallest cosine, as far as the codes that were looked at tell.
    pub(super) ends: [u32; 2],
    /// How many codes were looked at.
    pub(super) seen: usize,
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

/// Reads the codes once for all hunts; `None` where for some query more than `most` memories may matter.
///
/// It begins with the heads of all parts. What is reached there counts in the rest; and where twice as many may matter there
/// as `most` has room for, it ends there.
pub(super) fn search<T: Element>(
    index: &Index<T>,
    hunts: &mut [Hunt<'_>],
    most: usize,
) -> Option<Vec<Found>> {
    let heads = look_at(index, HEAD, hunts, most, head)?;
    let looked_at: usize = parts(index).map(|part| head(part).len()).sum();
    let room = 2 * most * looked_at / index.stretches() + TILE;
    for (q, hunt) in hunts.iter_mut().enumerate() {
        let found = join(index, hunt, heads.iter().map(|shares| &shares[q]));
        if found.kept.len() > room && most < index.codes.len() {
            return None;
        }
        let reached = heads.iter().map(|shares| shares[q].floor);
        hunt.floor = reached.fold(hunt.floor, f64::max);
    }
    let rests = look_at(index, 1, hunts, most, |part| head(part.clone()).end..part.end)?;
    let found = |(q, hunt)| {
        let shares = heads.iter().zip(&rests).flat_map(|(head, rest)| [&head[q], &rest[q]]);
        let found = join(index, hunt, shares);
        (found.kept.len() <= most).then_some(found)
    };
    hunts.iter().enumerate().map(found).collect()
}

/// What all hunts find in some of the stretches of each part; `None` where too many memories may matter to one.
fn look_at<T: Element>(
    index: &Index<T>,
    one_of: usize,
    hunts: &[Hunt<'_>],
    most: usize,
    some: impl Fn(Range<usize>) -> Range<usize> + Sync,
) -> Option<Vec<Vec<Share>>> {
    let few = AtomicBool::new(true);
    let look = |part: Range<usize>| {
        let shares = few.load(Relaxed).then(|| look(index, hunts, most, some(part))).flatten();
        few.fetch_and(shares.is_some(), Relaxed);
        shares
    };
    in_parts(index, one_of, look).into_iter().collect()
}

fn join<'a, T: Element>(
    index: &Index<T>,
    hunt: &Hunt<'_>,
    shares: impl Iterator<Item = &'a Share> + Clone,
) -> Found {
    let floor = shares.clone().map(|share| share.floor).fold(hunt.floor, f64::max);
    let mut cut = shares.clone().map(|share| share.rest).fold(f64::NEG_INFINITY, f64::max);
    let mut kept = Vec::new();
    for one in shares.clone().flat_map(|share| &share.kept) {
        if hunt.waits_for(one.upper, floor) {
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

/// What all hunts find in some stretches; `None` where too many memories may matter to one.
fn look<T: Element>(
    index: &Index<T>,
    hunts: &[Hunt<'_>],
    most: usize,
    stretches: Range<usize>,
) -> Option<Vec<Share>> {
    let mut shares: Vec<Share> = hunts.iter().map(Share::new).collect();
    let (mut products, mut bounds) = (vec![[0; PLACES]; hunts.len()], Bounds::NONE);
    let mut queries = Vec::with_capacity(hunts.len());
    for i in stretches {
        let rows = index.stretch(i);
        queries.clear();
        for (hunt, share) in hunts.iter().zip(&mut shares) {
            share.looks = !hunt.misses(index, i, share.floor);
            if share.looks {
                queries.push(&hunt.query);
            } else {
                share.rest = share.rest.max(hunt.uppers[i]);
            }
        }
        let more = index.balls.is_none();
        let first = index.codes.products(rows.clone(), &queries, more, &mut products);
        let looking = hunts.iter().zip(&mut shares).filter(|(_, share)| share.looks);
        for ((hunt, share), products) in looking.zip(&products) {
            let tile = index.tile(&rows, products, first);
            share.see(index, hunt, rows.clone(), tile, &mut bounds);
            if share.kept.len() > most {
                return None;
            }
        }
    }
    Some(shares)
}

impl Share {
    fn new(hunt: &Hunt<'_>) -> Self {
        let (kept, rest, floor, near) = (Vec::new(), f64::NEG_INFINITY, hunt.floor, Near::NONE);
        Self { kept, rest, floor, near, seen: 0, looks: false }
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
        let look = hunt.look(rows.len(), tile, self.floor - hunt.window, &self.near);
        if look.nearer {
            self.near.see(rows.start, rows.len(), &tile);
        }
        if let Some(rest) = look.below {
            self.rest = self.rest.max(rest);
        } else {
            hunt.bound(index, rows.clone(), tile, bounds);
            self.keep(index, hunt, rows, bounds);
        }
    }

    /// Takes what is above the cut, or no number, which holds nothing back; what is certain of a score raises the cut for
    /// what comes after.
    fn keep<T: Element>(
        &mut self,
        index: &Index<T>,
        hunt: &Hunt<'_>,
        rows: Range<usize>,
        bounds: &Bounds,
    ) {
        let (above, rest) = bounds.above(rows.len(), self.floor - hunt.window);
        self.rest = self.rest.max(rest);
        for eight in (0..rows.len()).step_by(EIGHT).filter(|lane| above[lane / EIGHT]) {
            for lane in eight..rows.len().min(eight + EIGHT) {
                let upper = bounds.upper[lane];
                if hunt.waits_for(upper, self.floor) {
                    self.floor = self.floor.max(upper - bounds.width[lane]);
                    self.kept.push(Kept { memory: index.memory(rows.start + lane) as u32, upper });
                } else if upper > self.rest {
                    self.rest = upper;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::Screened;
    use crate::screen::glimpse::glimpse;
    use crate::{Question, Synapses};
    use attractor_lagrangian::LogSumExp;

    /// Memories about a few of them, where there are many.
    fn screened(n: usize, d: usize) -> Screened<f32> {
        let number = |i: usize| ((i * 7919 + 13) % 2003) as f32 / 1001.0 - 1.0;
        let near =
            |r: usize, k: usize| number(r % 37 * d + k) + 0.1 * number((r * d + k) * (r + 7));
        let rows: Vec<Vec<f32>> = (0..n).map(|r| (0..d).map(|k| near(r, k)).collect()).collect();
        Screened::new(Synapses::from_rows(&rows).unwrap(), 1e-6).unwrap()
    }

    /// A glimpse raises the floor below which nothing matters: what is found is the same, and so is the nearest.
    #[test]
    fn a_search_after_a_glimpse_finds_the_same() {
        let beta = 40.0;
        let softmax = LogSumExp::new(beta).unwrap();
        for (n, d) in [(1, 3), (63, 9), (65, 64), (4099, 9), (20_000, 7)] {
            let in_balls = screened(n, d).in_balls();
            assert!(n < 4000 || in_balls.index.balls.is_some());
            for screened in [screened(n, d), in_balls] {
                let g: Vec<f32> = [n / 2, n / 3, 0, n - 1, n / 5]
                    .iter()
                    .flat_map(|&r| screened.synapses().patterns().row(r).to_vec())
                    .collect();
                let question = Question::of(&softmax, &g);
                let exact: Vec<_> = (0..5).map(|q| screened.exact(&question, q, beta)).collect();
                let hunt = |q: usize| screened.hunt(&exact[q], &g[q * d..(q + 1) * d]);
                let mut hunts: Vec<Hunt<'_>> = (0..5).map(hunt).collect();
                let whole = search(&screened.index, &mut hunts.clone(), n).unwrap();
                glimpse(&screened.index, &mut hunts);
                assert!(hunts.iter().all(|hunt| hunt.floor.is_finite()));
                let again = search(&screened.index, &mut hunts.clone(), n).unwrap();
                for (q, (a, b)) in whole.iter().zip(&again).enumerate() {
                    assert_eq!((&a.kept, a.ends), (&b.kept, b.ends), "{n} {d} {q}");
                    let off = 1e-5 * exact[q].at_most();
                    assert!(a.cut.to_bits() == b.cut.to_bits() || (a.cut - b.cut).abs() <= off);
                    assert!(screened.index.balls.is_some() || a.seen == n && b.seen == n);
                }
            }
        }
    }

    /// What goes badly is known from an eighth: four hundred of twenty thousand are few unless they are met at once.
    #[test]
    fn a_search_ends_after_the_heads_of_its_parts() {
        let (n, softmax) = (20_000, LogSumExp::new(100.0).unwrap());
        let found = |in_head: bool| {
            let part = |stretch: usize| (0..16).rfind(|i| i * 313 / 16 <= stretch).unwrap();
            let is_head = |stretch: usize| stretch - part(stretch) * 313 / 16 < 2;
            let mut left = 400;
            let mut row = |r: usize| {
                let matters = left > 0 && is_head(r / TILE) == in_head;
                left -= usize::from(matters);
                if matters { [1.0f32, 1.0, 0.9] } else { [-1.0, 0.3, 0.1] }
            };
            let rows: Vec<_> = (0..n).map(&mut row).collect();
            let screened = Screened::new(Synapses::from_rows(&rows).unwrap(), 1e-6).unwrap();
            let question = Question::of(&softmax, &[1.0; 3]);
            let mut hunts = [screened.hunt(&screened.exact(&question, 0, 100.0), &[1.0; 3])];
            hunts[0].floor = 2.8; // as after a look at the signs
            search(&screened.index, &mut hunts, 1000).map(|found| found[0].kept.len())
        };
        assert_eq!((found(true), found(false)), (None, Some(400)));
    }

    #[test]
    fn a_search_ends_where_too_many_could_matter() {
        let (screened, softmax) = (screened(4099, 9), LogSumExp::new(1e-3).unwrap());
        let g = screened.synapses().patterns().row(77).to_vec();
        let question = Question::of(&softmax, &g);
        let mut hunts = [screened.hunt(&screened.exact(&question, 0, 1e-3), &g)];
        // in each of the parts, and only when they are joined
        assert_eq!(search(&screened.index, &mut hunts, 10), None);
        assert_eq!(search(&screened.index, &mut hunts, 4098), None);
        let found = search(&screened.index, &mut hunts, 4099).unwrap();
        assert_eq!(found[0].kept.len(), 4099);
    }
}
