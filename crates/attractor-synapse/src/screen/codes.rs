//! Memories and queries in few bits, their exact integer products, and how far off these can be:
//!
//! |ξ·g − s·u·⟨c, q⟩| ≤ ‖ξ − ξ̂‖‖g‖ + ‖ξ̂‖‖g − ĝ‖,   ξ̂ = s·c, ĝ = u·q.

use super::planes::Planes;
use super::products::{Block, PLACES, RUN, SIDE, TOGETHER, products};
use super::tile::Glance;
use crate::compact::{above, int8, residual};
use crate::rows::{Rows, ask_for};
use crate::{Bits, Element, Signs};
use std::ops::Range;

/// Memories whose bounds are taken together.
pub(super) const TILE: usize = 64;

/// c of every memory.
#[derive(Debug, Clone)]
enum Steps {
    /// In groups of memories side by side, filled with zeros to whole blocks.
    Int8(Vec<Block>),
    /// ±1: of memories whose numbers are all of one size.
    Signs(Signs),
}

/// Memories in few bits, and what is beside them, with room for a tile after the last.
#[derive(Debug, Clone)]
pub(super) struct Codes {
    features: usize,
    count: usize,
    steps: Steps,
    /// s, one for each memory.
    pub(super) scales: Vec<f32>,
    /// ‖ξ − ξ̂‖, rounded up; +∞ where a memory is beyond int8.
    pub(super) residuals: Vec<f32>,
    /// 1/‖c‖, which turns a product into a cosine; 0 for a zero memory.
    turns: Vec<f32>,
    /// max‖ξ̂‖, rounded up.
    largest: f64,
}

impl Codes {
    /// `rows` of `features` numbers each.
    pub(super) fn new<'a, T: Element>(
        features: usize,
        rows: impl ExactSizeIterator<Item = &'a [T]> + Clone,
    ) -> Self {
        let count = rows.len();
        let steps = if rows.clone().all(is_signs) {
            Steps::Signs(signs(features, rows.clone()))
        } else {
            Steps::Int8(Vec::with_capacity(count.div_ceil(SIDE) * features.div_ceil(RUN)))
        };
        let mut made = Self {
            features,
            count,
            steps,
            scales: Vec::with_capacity(count),
            residuals: Vec::with_capacity(count),
            turns: Vec::with_capacity(count),
            largest: 0.0,
        };
        let (mut codes, mut decoded) = (vec![0; features], vec![0.0; features]);
        rows.for_each(|row| made.push(row, &mut codes, &mut decoded));
        // a tile may begin anywhere
        let whole = count + TILE;
        made.scales.resize(whole, 0.0);
        made.residuals.resize(whole, 0.0);
        made.turns.resize(whole, 0.0);
        made
    }

    fn push<T: Element>(&mut self, row: &[T], codes: &mut [i8], decoded: &mut [f64]) {
        let features = self.features;
        let (scale, fits) = match &mut self.steps {
            Steps::Int8(blocks) => {
                let made = int8(row, codes);
                if self.scales.len().is_multiple_of(SIDE) {
                    blocks.resize(blocks.len() + features.div_ceil(RUN), Block::default());
                }
                let group = blocks.len() - features.div_ceil(RUN);
                for (block, run) in blocks[group..].iter_mut().zip(codes.chunks(RUN)) {
                    block[self.scales.len() % SIDE][..run.len()].copy_from_slice(run);
                }
                (made.scale, made.fits)
            }
            Steps::Signs(_) => {
                let scale = row[0].f64().abs() as f32;
                codes.iter_mut().zip(row).for_each(|(c, x)| *c = if *x < T::ZERO { -1 } else { 1 });
                (scale, scale.is_finite())
            }
        };
        let scale = if fits { scale } else { 0.0 };
        decoded.iter_mut().zip(&*codes).for_each(|(x, c)| *x = f64::from(*c) * f64::from(scale));
        let square: f64 = codes.iter().map(|c| f64::from(*c) * f64::from(*c)).sum();
        self.scales.push(scale);
        self.residuals.push(if fits { residual(row, decoded) } else { f32::INFINITY });
        let is_zero = square <= 0.0 || (scale <= 0.0 && fits);
        self.turns.push(if is_zero { 0.0 } else { (1.0 / square.sqrt()) as f32 });
        let length = square.sqrt() * f64::from(scale) * (1.0 + 8.0 * f64::EPSILON);
        self.largest = self.largest.max(length);
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Scales, residuals and turns from a place on; those of no memory are 0.
    pub(super) fn beside(&self, start: usize) -> [&[f32; TILE]; 3] {
        [&self.scales, &self.residuals, &self.turns].map(|all| &all[start..].as_chunks().0[0])
    }

    /// Asks for the codes of memories that lie beside each other and for what is beside these.
    pub(super) fn ask_for(&self, places: Range<usize>) {
        match &self.steps {
            Steps::Int8(codes) => {
                let blocks = self.features.div_ceil(RUN);
                let groups = places.start / SIDE..places.end.div_ceil(SIDE);
                ask_for(&codes[groups.start * blocks..groups.end * blocks]);
            }
            Steps::Signs(signs) => places.clone().for_each(|place| ask_for(signs.row(place))),
        }
        for beside in [&self.scales, &self.residuals] {
            ask_for(&beside[places.clone()]);
        }
    }

    /// Bytes that a scan reads for each memory.
    pub(super) fn bytes(&self) -> usize {
        let steps = match &self.steps {
            Steps::Int8(_) => self.features.next_multiple_of(RUN),
            Steps::Signs(signs) => signs.width() * size_of::<u64>(),
        };
        steps + 12
    }

    /// ⟨c, q⟩ of some memories, a tile at most, and some queries, exactly; the first place of those that this writes. Places
    /// of others take any number. Where more are read next it asks for the codes that follow.
    pub(super) fn products(
        &self,
        rows: Range<usize>,
        queries: &[&Query],
        more: bool,
        out: &mut [[i32; PLACES]],
    ) -> usize {
        match &self.steps {
            Steps::Int8(codes) => {
                let blocks = self.features.div_ceil(RUN);
                let groups = rows.start / SIDE..rows.end.div_ceil(SIDE);
                let codes = &codes[groups.start * blocks..groups.end * blocks];
                let mut codes = Rows::before(codes, more);
                for (queries, out) in queries.chunks(TOGETHER).zip(out.chunks_mut(TOGETHER)) {
                    let mut steps = [&[][..]; TOGETHER];
                    steps.iter_mut().zip(queries).for_each(|(steps, query)| *steps = query.int8());
                    products(&codes, &steps[..queries.len()], out);
                    codes = Rows::from(codes.rows); // what follows is on its way
                }
                rows.start % SIDE
            }
            Steps::Signs(signs) => {
                for (query, out) in queries.iter().zip(out) {
                    query.planes().products(signs, rows.clone(), &mut out[..rows.len()]);
                }
                0
            }
        }
    }
}

/// Whether all numbers are ±a.
fn is_signs<T: Element>(row: &[T]) -> bool {
    let size = row[0].f64().abs().to_bits();
    row.iter().all(|x| x.f64().abs().to_bits() == size)
}

fn signs<'a, T: Element>(features: usize, rows: impl Iterator<Item = &'a [T]>) -> Signs {
    let words = rows.flat_map(|row| Bits::of_signs(row).words().to_vec());
    Signs::of_words(words.collect(), features)
}

/// q.
#[derive(Debug, Clone)]
enum QuerySteps {
    /// 16 bits, or as many as sums over its features leave of 32.
    Int8(Vec<[i16; RUN]>),
    Planes(Planes),
}

/// A query in few bits.
#[derive(Debug, Clone)]
pub(super) struct Query {
    steps: QuerySteps,
    /// u, by which a product is multiplied after the memory's own scale.
    pub(super) unit: f64,
    /// ‖g‖, rounded up.
    pub(super) length: f64,
    /// What all scores can be off by, whatever the memory: ‖ξ̂‖‖g − ĝ‖ and the rounding of estimates.
    pub(super) off: f64,
    /// How it looks at whole tiles.
    pub(super) glance: Option<Glance>,
}

impl Query {
    fn int8(&self) -> &[[i16; RUN]] {
        let QuerySteps::Int8(steps) = &self.steps else { unreachable!("a query for other codes") };
        steps
    }

    fn planes(&self) -> &Planes {
        let QuerySteps::Planes(planes) = &self.steps else {
            unreachable!("a query for other codes")
        };
        planes
    }

    /// `bias` is the largest one in size; errors of half a `window`, which make it twice as wide, will do.
    pub(super) fn new(outputs: &[f64], codes: &Codes, bias: f64, window: f64) -> Self {
        let (steps, unit, off) = match &codes.steps {
            Steps::Int8(_) => in_16_bits(outputs),
            Steps::Signs(_) => {
                let (planes, unit, off) = Planes::of(outputs, window / (2.0 * codes.largest));
                (QuerySteps::Planes(planes), unit, off)
            }
        };
        let length = f64::from(above(attractor_lagrangian::norm(outputs) * (1.0 + 1e-12)));
        let most = codes.largest * (length + off);
        let glance = Glance::new(unit, length, most);
        Self { steps, unit, length, off: codes.largest * off + SLACK * (most + bias), glance }
    }
}

/// As many steps as sums of so many products with codes leave room for; of millions there may be none, and such a query is
/// all error.
fn most_steps(numbers: usize) -> i16 {
    let room = i32::MAX as usize / 127 / numbers;
    i16::try_from(room).unwrap_or(i16::MAX)
}

/// The steps, their unit, and ‖g − ĝ‖ at most.
fn in_16_bits(outputs: &[f64]) -> (QuerySteps, f64, f64) {
    let most = f64::from(most_steps(outputs.len().next_multiple_of(RUN)));
    let largest = outputs.iter().fold(0.0f64, |m, g| m.max(g.abs()));
    let unit = if largest > 0.0 && most > 0.0 { largest / most } else { 1.0 };
    let steps: Vec<f64> = outputs.iter().map(|g| (g / unit).round().clamp(-most, most)).collect();
    let decoded: Vec<f64> = steps.iter().map(|step| step * unit).collect();
    let off = f64::from(residual(outputs, &decoded));
    let mut runs = vec![[0; RUN]; outputs.len().div_ceil(RUN)];
    runs.as_flattened_mut().iter_mut().zip(steps).for_each(|(q, step)| *q = step as i16);
    (QuerySteps::Int8(runs), unit, off)
}

/// The rounding of an estimate and of its bounds, in units of the terms: a handful of roundings of 2⁻⁵³.
const SLACK: f64 = 1.0 / (1u64 << 47) as f64;

#[cfg(test)]
mod tests {
    use super::*;

    fn number(i: usize) -> f64 {
        (((i * 7919 + 13) % 2003) as f64 / 1001.0 - 1.0).powi(3)
    }

    fn check(d: usize, rows: &[Vec<f64>], g: &[f64]) -> bool {
        let codes = Codes::new(d, rows.iter().map(Vec::as_slice));
        let query = Query::new(g, &codes, 0.0, 1.0);
        let mut found = [[0; PLACES]];
        codes.products(0..rows.len(), &[&query], false, &mut found);
        let [found] = found;
        for (row, memory) in rows.iter().enumerate() {
            let exact: f64 = memory.iter().zip(g).map(|(x, g)| x * g).sum();
            let near = f64::from(found[row]) * f64::from(codes.scales[row]) * query.unit;
            let bound = f64::from(codes.residuals[row]) * query.length + query.off;
            assert!((exact - near).abs() <= bound, "{d}: {exact} {near} {bound}");
            let is_zero = memory.iter().all(|x| *x == 0.0);
            assert_eq!(codes.turns[row].to_bits() == 0, is_zero);
        }
        matches!(codes.steps, Steps::Signs(_))
    }

    #[test]
    fn no_sum_of_products_leaves_its_room() {
        for numbers in [8, 64, 513, 520, 100_000, 16_909_312, 16_909_328, usize::MAX >> 8] {
            let most = most_steps(numbers);
            assert!(numbers as f64 * 127.0 * f64::from(most) <= f64::from(i32::MAX), "{numbers}");
            assert!(most == i16::MAX || (f64::from(most) + 1.0) * 127.0 * numbers as f64 > 2e9);
        }
    }

    #[test]
    fn estimates_are_within_their_bounds_at_every_width() {
        for d in [1usize, 2, 15, 16, 17, 63, 64, 65, 400] {
            let rows: Vec<Vec<f64>> =
                (0..9).map(|r| (0..d).map(|i| number(r * d + i)).collect()).collect();
            let g: Vec<f64> = (0..d).map(|i| number(i + 31)).collect();
            assert_eq!(check(d, &rows, &g), d == 1);
            let signs = |(r, row): (usize, &Vec<f64>)| {
                row.iter().map(|x| x.signum() * 0.1 * r as f64).collect()
            };
            let signs: Vec<Vec<f64>> = rows.iter().enumerate().map(signs).collect();
            assert!(check(d, &signs, &g), "a memory of zeros is ±0");
        }
    }
}
