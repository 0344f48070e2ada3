//! Memories and queries in few bits, their exact integer products, and how far off these can be:
//!
//! |ξ·g − s·u·⟨c, q⟩| ≤ ‖ξ − ξ̂‖‖g‖ + ‖ξ̂‖‖g − ĝ‖,   ξ̂ = s·c, ĝ = u·q.

use super::products::{BLOCK, products};
use crate::Element;
use crate::compact::{above, int8, residual};
use std::ops::Range;

/// Memories whose bounds are taken together.
pub(super) const TILE: usize = 64;

/// Memories in int8, each filled with zeros to whole blocks, and what is beside them to whole tiles.
#[derive(Debug, Clone)]
pub(super) struct Codes {
    /// Blocks per memory.
    blocks: usize,
    count: usize,
    codes: Vec<[i8; BLOCK]>,
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
        rows: impl ExactSizeIterator<Item = &'a [T]>,
    ) -> Self {
        let (blocks, count) = (features.div_ceil(BLOCK), rows.len());
        let mut made = Self {
            blocks,
            count,
            codes: Vec::with_capacity(count * blocks),
            scales: Vec::with_capacity(count),
            residuals: Vec::with_capacity(count),
            turns: Vec::with_capacity(count),
            largest: 0.0,
        };
        let (mut codes, mut decoded) = (vec![0; features], vec![0.0; features]);
        rows.for_each(|row| made.push(row, &mut codes, &mut decoded));
        let whole = count.next_multiple_of(TILE);
        made.scales.resize(whole, 0.0);
        made.residuals.resize(whole, 0.0);
        made.turns.resize(whole, f32::NAN);
        made
    }

    fn push<T: Element>(&mut self, row: &[T], codes: &mut [i8], decoded: &mut [f64]) {
        let made = int8(row, codes);
        let scale = if made.fits { made.scale } else { 0.0 };
        decoded.iter_mut().zip(&*codes).for_each(|(x, c)| *x = f64::from(*c) * f64::from(scale));
        let square: f64 = codes.iter().map(|c| f64::from(*c) * f64::from(*c)).sum();
        let whole = codes.chunks(BLOCK).map(|part| {
            let mut block = [0; BLOCK];
            block[..part.len()].copy_from_slice(part);
            block
        });
        self.codes.extend(whole);
        self.scales.push(scale);
        self.residuals.push(if made.fits { residual(row, decoded) } else { f32::INFINITY });
        self.turns.push(if square > 0.0 { (1.0 / square.sqrt()) as f32 } else { 0.0 });
        let length = square.sqrt() * f64::from(scale) * (1.0 + 8.0 * f64::EPSILON);
        self.largest = self.largest.max(length);
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// Scales, residuals and turns of a tile; those of no memory are 0 and a turn that is no number.
    pub(super) fn tile(&self, tile: usize) -> [&[f32; TILE]; 3] {
        [&self.scales, &self.residuals, &self.turns].map(|all| &all.as_chunks().0[tile])
    }

    /// Bytes that a scan reads for each memory.
    pub(super) fn bytes(&self) -> usize {
        self.blocks * BLOCK + 12
    }

    /// ⟨c, q⟩ of some memories, exactly.
    pub(super) fn products(&self, rows: Range<usize>, query: &Query, out: &mut [i32]) {
        let codes = &self.codes[rows.start * self.blocks..rows.end * self.blocks];
        products(codes, &query.codes, out);
    }
}

/// A query in 16 bits, or as many as sums over its features leave of 32.
#[derive(Debug, Clone)]
pub(super) struct Query {
    codes: Vec<[i16; BLOCK]>,
    /// u, by which a product is multiplied after the memory's own scale.
    pub(super) unit: f64,
    /// ‖g‖, rounded up.
    pub(super) length: f64,
    /// What all scores can be off by, whatever the memory: ‖ξ̂‖‖g − ĝ‖ and the rounding of estimates.
    pub(super) off: f64,
}

impl Query {
    /// `bias` is the largest one in size.
    pub(super) fn new<T: Element>(outputs: &[T], codes: &Codes, bias: f64) -> Self {
        let numbers = (codes.blocks * BLOCK) as i32;
        let most = f64::from((i32::MAX / 127 / numbers).clamp(1, i32::from(i16::MAX)));
        let largest = outputs.iter().fold(0.0f64, |m, g| m.max(g.f64().abs()));
        let unit = if largest > 0.0 { largest / most } else { 1.0 };
        let code = |g: &T| (g.f64() / unit).round().clamp(-most, most);
        let decoded: Vec<f64> = outputs.iter().map(|g| code(g) * unit).collect();
        let off = f64::from(residual(outputs, &decoded));
        let length = f64::from(above(attractor_lagrangian::norm(outputs) * (1.0 + 1e-12)));
        let slack = codes.largest * (length + off) + bias;
        let blocks = outputs.chunks(BLOCK).map(|part| {
            let mut block = [0; BLOCK];
            block.iter_mut().zip(part).for_each(|(place, g)| *place = code(g) as i16);
            block
        });
        let codes_of = blocks.collect();
        Self { codes: codes_of, unit, length, off: codes.largest * off + SLACK * slack }
    }
}

/// The rounding of an estimate and of its bounds, in units of the terms: a handful of roundings of 2⁻⁵³.
const SLACK: f64 = 1.0 / (1u64 << 47) as f64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_within_their_bounds_at_every_width() {
        for d in [1usize, 2, 15, 16, 17, 63, 64, 65, 400] {
            let number = |i: usize| (((i * 7919 + 13) % 2003) as f64 / 1001.0 - 1.0).powi(3);
            let rows: Vec<Vec<f64>> =
                (0..9).map(|r| (0..d).map(|i| number(r * d + i)).collect()).collect();
            let codes = Codes::new(d, rows.iter().map(Vec::as_slice));
            let g: Vec<f64> = (0..d).map(|i| number(i + 31)).collect();
            let query = Query::new(&g, &codes, 0.0);
            let mut found = [0; 9];
            codes.products(0..9, &query, &mut found);
            for (row, memory) in rows.iter().enumerate() {
                let exact: f64 = memory.iter().zip(&g).map(|(x, g)| x * g).sum();
                let near = f64::from(found[row]) * f64::from(codes.scales[row]) * query.unit;
                let bound = f64::from(codes.residuals[row]) * query.length + query.off;
                assert!((exact - near).abs() <= bound, "{d}: {exact} {near} {bound}");
            }
        }
    }
}
