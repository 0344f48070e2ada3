//! Which memories could matter to a query, by bounds on their scores.

use super::codes::{Query, TILE};
use super::index::Index;
use crate::Element;
use pulp::{Simd, WithSimd};
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
    /// What no score in each ball exceeds; empty where balls are of no use.
    pub(super) uppers: Vec<f64>,
    /// M.
    pub(super) largest: f64,
}

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

/// Of one share.
#[derive(Debug)]
struct Share {
    kept: Vec<Kept>,
    /// What was left out has no larger score.
    rest: f64,
    floor: f64,
    near: Near,
    seen: usize,
}

/// The largest cosine and its opposite in each lane, in a unit of the query's, with the places where their tiles
/// begin.
#[derive(Debug)]
struct Near {
    cosines: [[f32; TILE]; 2],
    starts: [[u32; TILE]; 2],
}

impl Near {
    const NONE: Self = Self { cosines: [[f32::NEG_INFINITY; TILE]; 2], starts: [[0; TILE]; 2] };

    /// Takes the cosines of a tile; what is no number is not there.
    #[inline(always)]
    fn see(&mut self, start: u32, cosines: &[f32; TILE]) {
        for (end, sign) in [1.0f32, -1.0].into_iter().enumerate() {
            let (best, starts) = (&mut self.cosines[end], &mut self.starts[end]);
            for lane in 0..TILE {
                let cosine = sign * cosines[lane];
                let more = cosine > best[lane];
                best[lane] = if more { cosine } else { best[lane] };
                starts[lane] = if more { start } else { starts[lane] };
            }
        }
    }

    /// The cosine and the place of one end.
    fn end(&self, end: usize) -> (f32, u32) {
        let lanes = self.cosines[end].iter().zip(&self.starts[end]).enumerate();
        let places = lanes.map(|(lane, (cosine, start))| (*cosine, start + lane as u32));
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

/// Reads the codes once for all hunts; `None` where for some query more than `most` memories may matter.
pub(super) fn hunt<T: Element>(
    index: &Index<T>,
    hunts: &[Hunt<'_>],
    most: usize,
) -> Option<Vec<Found>> {
    let stretches = index.stretches();
    let count = stretches.min(SHARES);
    let range = |i: usize| i * stretches / count..(i + 1) * stretches / count;
    let shares: Option<Vec<Vec<Share>>> =
        (0..count).into_par_iter().map(|i| share(index, hunts, most, range(i))).collect();
    let shares = shares?;
    (0..hunts.len())
        .map(|q| {
            let found = join(index, &hunts[q], shares.iter().map(|share| &share[q]));
            (found.kept.len() <= most).then_some(found)
        })
        .collect()
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
    let ends = [0, 1].map(|end| {
        let ends = shares.clone().map(|share| share.near.end(end));
        let place = ends.fold((f32::NEG_INFINITY, 0), |a, b| if b.0 > a.0 { b } else { a }).1;
        index.memory(place as usize) as u32
    });
    Found { kept, cut, ends, seen: shares.map(|share| share.seen).sum() }
}

fn share<T: Element>(
    index: &Index<T>,
    hunts: &[Hunt<'_>],
    most: usize,
    stretches: Range<usize>,
) -> Option<Vec<Share>> {
    let mut shares: Vec<Share> = hunts.iter().map(Share::new).collect();
    let (mut products, mut bounds) = ([0; TILE], Bounds::NONE);
    for i in stretches {
        let rows = index.stretch(i);
        for (hunt, share) in hunts.iter().zip(&mut shares) {
            if hunt.misses(index, i, share.floor) {
                share.rest = share.rest.max(hunt.uppers[i]);
                continue;
            }
            share.seen += rows.len();
            index.codes.products(rows.clone(), &hunt.query, &mut products[..rows.len()]);
            let cut = share.floor - hunt.window;
            let place = (&mut bounds, &mut share.near);
            let (above, most_found) = hunt.bound(index, rows.clone(), &products, place, cut);
            if !above {
                share.rest = share.rest.max(most_found);
            } else {
                share.keep(index, &bounds, rows.clone(), hunt.window);
                if share.kept.len() > most {
                    return None;
                }
            }
        }
    }
    Some(shares)
}

impl Share {
    fn new(hunt: &Hunt<'_>) -> Self {
        let (kept, rest, floor, near) = (Vec::new(), f64::NEG_INFINITY, hunt.floor, Near::NONE);
        Self { kept, rest, floor, near, seen: 0 }
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
            } else {
                self.rest = self.rest.max(*upper);
            }
        }
    }
}

impl Hunt<'_> {
    /// Whether nothing in a ball can matter or be the nearest: whoever has a score of at least `floor` > 0 has a cosine
    /// of at least `floor`/(M‖g‖).
    fn misses<T: Element>(&self, index: &Index<T>, ball: usize, floor: f64) -> bool {
        let (Some(balls), Some(upper)) = (&index.balls, self.uppers.get(ball)) else {
            return false;
        };
        let nearer = upper.max(0.0) * balls.inverse(ball) * self.largest;
        *upper <= floor - self.window && nearer <= floor
    }

    /// Writes the bounds of a tile; whether one of them is above the cut, and the largest.
    fn bound<T: Element>(
        &self,
        index: &Index<T>,
        rows: Range<usize>,
        products: &[i32; TILE],
        (bounds, near): (&mut Bounds, &mut Near),
        cut: f64,
    ) -> (bool, f64) {
        let beside = index.codes.beside(rows.start);
        let query = &self.query;
        let arch = pulp::Arch::new();
        arch.dispatch(Estimate { query, products, beside, rows: rows.clone(), bounds, near });
        if let Some(bias) = self.bias {
            let upper = bounds.upper.iter_mut().zip(rows.clone());
            upper.for_each(|(upper, place)| *upper += bias[index.memory(place)]);
        }
        arch.dispatch(Most { upper: &bounds.upper[..rows.len()], cut })
    }

    /// The bounds of the memory in a place: how much its score is at least and at most.
    pub(super) fn of_one<T: Element>(&self, index: &Index<T>, place: usize) -> (f64, f64) {
        let (codes, mut product) = (&index.codes, [0]);
        codes.products(place..place + 1, &self.query, &mut product);
        let scale = f64::from(codes.scales[place]);
        let middle = f64::from(product[0]) * (scale * self.query.unit);
        let error = f64::from(codes.residuals[place]) * self.query.length + self.query.off;
        let bias = self.bias.map_or(0.0, |bias| bias[index.memory(place)]);
        (middle - error + bias, middle + error + bias)
    }
}

/// Scores by their codes, with bounds, and cosines. A closure would be compiled for the least instruction set.
struct Estimate<'a> {
    query: &'a Query,
    products: &'a [i32; TILE],
    /// Scales, residuals and turns.
    beside: [&'a [f32; TILE]; 3],
    rows: Range<usize>,
    bounds: &'a mut Bounds,
    near: &'a mut Near,
}

impl WithSimd for Estimate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { query, products, beside: [scales, residuals, turns], rows, bounds, near } = self;
        let mut cosines = [0.0; TILE];
        for lane in 0..TILE {
            let middle = f64::from(products[lane]) * (f64::from(scales[lane]) * query.unit);
            let error = f64::from(residuals[lane]) * query.length + query.off;
            bounds.upper[lane] = middle + error;
            bounds.width[lane] = 2.0 * error;
            cosines[lane] = products[lane] as f32 * turns[lane];
        }
        if rows.len() < TILE {
            cosines[rows.len()..].fill(f32::NAN);
        }
        near.see(rows.start as u32, &cosines);
    }
}

/// Whether a bound is above the cut, or no number, and the largest.
struct Most<'a> {
    upper: &'a [f64],
    cut: f64,
}

impl WithSimd for Most<'_> {
    type Output = (bool, f64);

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> (bool, f64) {
        let (mut above, mut most) = ([false; 8], [f64::NEG_INFINITY; 8]);
        let (eights, rest) = self.upper.as_chunks::<8>();
        for eight in eights {
            for lane in 0..8 {
                above[lane] |= !(eight[lane] <= self.cut);
                most[lane] = if eight[lane] > most[lane] { eight[lane] } else { most[lane] };
            }
        }
        for upper in rest {
            above[0] |= !(*upper <= self.cut);
            most[0] = if *upper > most[0] { *upper } else { most[0] };
        }
        (above.contains(&true), most.into_iter().fold(f64::NEG_INFINITY, f64::max))
    }
}
