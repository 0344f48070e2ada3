//! Which memories could matter to a query, by bounds on their scores.

use super::codes::{Codes, Query, TILE};
use rayon::prelude::*;
use std::ops::Range;

/// Shares that threads work on; fixed, so that what is found does not depend on the threads.
const SHARES: usize = 16;

/// One query and what decides about a memory: it is left out where its score is below the largest by more
/// than `window`.
#[derive(Debug)]
pub(super) struct Hunt<'a> {
    pub(super) query: Query,
    pub(super) bias: Option<&'a [f64]>,
    /// What a memory's score may be below the largest: ln(N/ε)/β.
    pub(super) window: f64,
    /// A lower bound of the largest score, to begin with.
    pub(super) floor: f64,
}

/// A memory that may matter, by its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Kept {
    pub(super) place: u32,
    /// Its score is at most this.
    upper: f64,
}

/// What was found in all memories.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// The places that may matter, ascending.
    pub(super) kept: Vec<Kept>,
    /// Every other score is at most this, the largest of their bounds.
    pub(super) cut: f64,
    /// The places of the largest and of the smallest cosine, as far as the codes tell.
    pub(super) ends: [u32; 2],
}

/// Of one share.
#[derive(Debug)]
struct Share {
    kept: Vec<Kept>,
    /// What was left out has no larger score.
    rest: f64,
    floor: f64,
    near: Near,
}

/// The largest cosine and its opposite in each lane, in a unit of the query's, with the tiles they are in.
#[derive(Debug)]
struct Near {
    cosines: [[f32; TILE]; 2],
    tiles: [[u32; TILE]; 2],
}

impl Near {
    const NONE: Self = Self { cosines: [[f32::NEG_INFINITY; TILE]; 2], tiles: [[0; TILE]; 2] };

    /// Takes the cosines of a tile; what is no number is not there.
    #[inline(always)]
    fn see(&mut self, tile: u32, cosines: &[f32; TILE]) {
        for (end, sign) in [1.0f32, -1.0].into_iter().enumerate() {
            let (best, tiles) = (&mut self.cosines[end], &mut self.tiles[end]);
            for lane in 0..TILE {
                let cosine = sign * cosines[lane];
                let more = cosine > best[lane];
                best[lane] = if more { cosine } else { best[lane] };
                tiles[lane] = if more { tile } else { tiles[lane] };
            }
        }
    }

    /// The cosine and the place of one end.
    fn end(&self, end: usize) -> (f32, u32) {
        let lanes = self.cosines[end].iter().zip(&self.tiles[end]).enumerate();
        let places =
            lanes.map(|(lane, (cosine, tile))| (*cosine, tile * TILE as u32 + lane as u32));
        places.fold((f32::NEG_INFINITY, 0), |best, new| if new.0 > best.0 { new } else { best })
    }
}

/// Bounds on the scores of a tile.
struct Bounds {
    upper: [f64; TILE],
    /// By how much a score can be below its upper bound.
    width: [f64; TILE],
}

impl Bounds {
    const NONE: Self = Self { upper: [0.0; TILE], width: [0.0; TILE] };
}

/// Reads all codes once for all hunts; `None` where for some query more than `most` memories may matter.
pub(super) fn hunt(codes: &Codes, hunts: &[Hunt<'_>], most: usize) -> Option<Vec<Found>> {
    let tiles = codes.len().div_ceil(TILE);
    let count = tiles.min(SHARES);
    let range = |i: usize| i * tiles / count..(i + 1) * tiles / count;
    let shares: Option<Vec<Vec<Share>>> =
        (0..count).into_par_iter().map(|i| share(codes, hunts, most, range(i))).collect();
    let shares = shares?;
    (0..hunts.len())
        .map(|q| {
            let found = join(&hunts[q], shares.iter().map(|share| &share[q]));
            (found.kept.len() <= most).then_some(found)
        })
        .collect()
}

fn join<'a>(hunt: &Hunt<'_>, shares: impl Iterator<Item = &'a Share> + Clone) -> Found {
    let floor = shares.clone().map(|share| share.floor).fold(hunt.floor, f64::max);
    let least = floor - hunt.window;
    let mut cut = shares.clone().map(|share| share.rest).fold(f64::NEG_INFINITY, f64::max);
    let mut kept = Vec::new();
    for one in shares.clone().flat_map(|share| &share.kept) {
        if one.upper > least {
            kept.push(*one);
        } else {
            cut = cut.max(one.upper);
        }
    }
    let ends = [0, 1].map(|end| {
        let ends = shares.clone().map(|share| share.near.end(end));
        ends.fold((f32::NEG_INFINITY, 0), |a, b| if b.0 > a.0 { b } else { a }).1
    });
    Found { kept, cut, ends }
}

fn share(
    codes: &Codes,
    hunts: &[Hunt<'_>],
    most: usize,
    tiles: Range<usize>,
) -> Option<Vec<Share>> {
    let (rest, near) = (f64::NEG_INFINITY, || Near::NONE);
    let empty = |hunt: &Hunt<'_>| Share { kept: Vec::new(), rest, floor: hunt.floor, near: near() };
    let mut shares: Vec<Share> = hunts.iter().map(empty).collect();
    let (mut products, mut bounds) = ([0; TILE], Bounds::NONE);
    for tile in tiles {
        let rows = tile * TILE..codes.len().min((tile + 1) * TILE);
        for (hunt, share) in hunts.iter().zip(&mut shares) {
            codes.products(rows.clone(), &hunt.query, &mut products[..rows.len()]);
            let cut = share.floor - hunt.window;
            let place = (&mut bounds, &mut share.near);
            let (above, most_found) = hunt.bound(codes, rows.clone(), &products, place, cut);
            if !above {
                share.rest = share.rest.max(most_found);
            } else {
                share.keep(&bounds, rows.clone(), hunt.window);
                if share.kept.len() > most {
                    return None;
                }
            }
        }
    }
    Some(shares)
}

impl Share {
    /// Takes what is above the cut; what is certain of a score raises the cut for what comes after.
    fn keep(&mut self, bounds: &Bounds, rows: Range<usize>, window: f64) {
        let pairs = bounds.upper.iter().zip(&bounds.width);
        for (row, (upper, width)) in rows.zip(pairs) {
            // a bound that is no number holds nothing back
            if !(*upper <= self.floor - window) {
                self.floor = self.floor.max(upper - width);
                self.kept.push(Kept { place: row as u32, upper: *upper });
            } else {
                self.rest = self.rest.max(*upper);
            }
        }
    }
}

impl Hunt<'_> {
    /// Writes the bounds of a tile; whether one of them is above the cut, and the largest.
    fn bound(
        &self,
        codes: &Codes,
        rows: Range<usize>,
        products: &[i32; TILE],
        (bounds, near): (&mut Bounds, &mut Near),
        cut: f64,
    ) -> (bool, f64) {
        let tile = rows.start / TILE;
        let [scales, residuals, turns] = codes.tile(tile);
        let (unit, length, off) = (self.query.unit, self.query.length, self.query.off);
        pulp::Arch::new().dispatch(
            #[inline(always)]
            || {
                let mut cosines = [0.0; TILE];
                for lane in 0..TILE {
                    let middle = f64::from(products[lane]) * (f64::from(scales[lane]) * unit);
                    let error = f64::from(residuals[lane]) * length + off;
                    bounds.upper[lane] = middle + error;
                    bounds.width[lane] = 2.0 * error;
                    cosines[lane] = products[lane] as f32 * turns[lane];
                }
                near.see(tile as u32, &cosines);
            },
        );
        if let Some(bias) = self.bias {
            bounds.upper.iter_mut().zip(&bias[rows.clone()]).for_each(|(upper, b)| *upper += b);
        }
        let see = |(above, most): (bool, f64), upper: &f64| {
            (above | !(*upper <= cut), if *upper > most { *upper } else { most })
        };
        pulp::Arch::new().dispatch(
            #[inline(always)]
            || bounds.upper[..rows.len()].iter().fold((false, f64::NEG_INFINITY), see),
        )
    }

    /// The bounds of one memory: how much its score is at least and at most.
    pub(super) fn of_one(&self, codes: &Codes, place: usize) -> (f64, f64) {
        let mut product = [0];
        codes.products(place..place + 1, &self.query, &mut product);
        let scale = f64::from(codes.scales[place]);
        let middle = f64::from(product[0]) * (scale * self.query.unit);
        let error = f64::from(codes.residuals[place]) * self.query.length + self.query.off;
        let bias = self.bias.map_or(0.0, |bias| bias[place]);
        (middle - error + bias, middle + error + bias)
    }
}
