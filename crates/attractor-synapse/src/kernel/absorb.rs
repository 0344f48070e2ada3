//! O = ΞᵀP of many queries, which are in the lanes as they are in the scores.

use super::{Vector, lanes, splat};
use crate::panels::Panel;
use crate::rows::Rows;
use attractor_lagrangian::{Real, VectorLane as Lane};
use pulp::{Arch, Simd, WithSimd};

/// Takes a tile's sums for all panels into what was summed before, in f64: the second level of the sums.
pub(crate) struct Absorb<'a, T> {
    /// n × width of each panel, one panel after the other.
    pub weights: &'a [T],
    pub panels: &'a [Panel],
    /// n × m.
    pub values: Rows<'a, T>,
    pub m: usize,
    /// For each column the factor of what was there.
    pub keep: &'a [f64],
    /// And that of what is added.
    pub take: &'a [f64],
    /// m × width of each panel, one panel after the other.
    pub fields: &'a mut [f64],
}

pub(crate) fn absorb<T: Real>(work: Absorb<'_, T>) {
    absorb_on(Arch::new(), work);
}

pub(super) fn absorb_on<T: Real>(arch: Arch, work: Absorb<'_, T>) {
    arch.dispatch(work);
}

impl<T: Real> WithSimd for Absorb<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, simd: S) {
        for panel in self.panels {
            // sums fill most of the registers
            match (panel.width / lanes::<S, T>(), S::REGISTER_COUNT >= 32) {
                (1, false) => self.panel::<S, 12, 1>(simd, panel),
                (1, true) => self.panel::<S, 24, 1>(simd, panel),
                (2, false) => self.panel::<S, 6, 2>(simd, panel),
                (2, true) => self.panel::<S, 12, 2>(simd, panel),
                (vectors, _) => unreachable!("a panel of {vectors} vectors"),
            }
            self.values.next = 0..0; // it has been asked for
        }
    }
}

impl<T: Real> Absorb<'_, T> {
    /// So many features at a time, then four, and the rest one by one.
    #[inline(always)]
    fn panel<S: Simd, const MANY: usize, const WIDE: usize>(&mut self, simd: S, panel: &Panel) {
        let (columns, n) = (panel.columns(), self.values.rows.len() / self.m);
        let weights = T::lanes::<S>(&self.weights[columns.start * n..columns.end * n]).0;
        let block = Block::<S, T, WIDE> {
            simd,
            weights: weights.as_chunks().0,
            values: self.values.clone(),
            m: self.m,
            keep: <f64 as Lane>::lanes::<S>(&self.keep[columns.clone()]).0,
            take: <f64 as Lane>::lanes::<S>(&self.take[columns.clone()]).0,
        };
        let fields = &mut self.fields[columns.start * self.m..columns.end * self.m];
        let at = block.strips::<MANY>(0, fields);
        let at = block.strips::<4>(at, fields);
        block.strips::<1>(at, fields);
    }
}

struct Block<'a, S: Simd, T: Real, const WIDE: usize> {
    simd: S,
    weights: &'a [[Vector<S, T>; WIDE]],
    values: Rows<'a, T>,
    m: usize,
    keep: &'a [Vector<S, f64>],
    take: &'a [Vector<S, f64>],
}

impl<S: Simd, T: Real, const WIDE: usize> Block<'_, S, T, WIDE> {
    /// As many whole strips of so many features from one on as there are; the feature after them.
    #[inline(always)]
    fn strips<const MANY: usize>(&self, mut at: usize, fields: &mut [f64]) -> usize {
        let width = WIDE * lanes::<S, T>();
        let asks = !self.values.next.is_empty();
        for fields in fields[at * width..].chunks_exact_mut(MANY * width) {
            let sums =
                if asks { self.strip::<MANY, true>(at) } else { self.strip::<MANY, false>(at) };
            self.mix(fields, &sums);
            at += MANY;
        }
        at
    }

    #[inline(always)]
    fn strip<const MANY: usize, const ASKS: bool>(
        &self,
        at: usize,
    ) -> [[Vector<S, T>; WIDE]; MANY] {
        let mut sums = [[splat(self.simd, T::ZERO); WIDE]; MANY];
        for (mu, weights) in self.weights.iter().enumerate() {
            let start = mu * self.m + at;
            if ASKS {
                self.values.ask(start - at, at, MANY);
            }
            let row = &self.values.rows[start..start + MANY];
            for (x, sums) in row.iter().zip(&mut sums) {
                let x = splat(self.simd, *x);
                for (sum, w) in sums.iter_mut().zip(weights) {
                    *sum = T::lanes_mul_add(self.simd, *w, x, *sum);
                }
            }
        }
        sums
    }

    /// Column by column, so that its factors stay in registers.
    #[inline(always)]
    fn mix<const MANY: usize>(&self, fields: &mut [f64], sums: &[[Vector<S, T>; WIDE]; MANY]) {
        let halves = lanes::<S, T>() / lanes::<S, f64>();
        let fields = <f64 as Lane>::lanes_mut::<S>(fields).0;
        // counted loops, which become straight code
        for i in 0..WIDE {
            for half in 0..halves {
                let (keep, take) = (self.keep[i * halves + half], self.take[i * halves + half]);
                for (fields, sums) in fields.chunks_exact_mut(WIDE * halves).zip(sums) {
                    let sum = T::lanes_wide(self.simd, sums[i])[half];
                    let kept = <f64 as Lane>::lanes_mul(self.simd, keep, fields[i * halves + half]);
                    fields[i * halves + half] =
                        <f64 as Lane>::lanes_mul_add(self.simd, take, sum, kept);
                }
            }
        }
    }
}

/// Features at a time, and queries: what they are of is in the nearest cache.
const BLOCK: usize = 8;

/// Writes the columns of a panel, m × `width`, as rows of m numbers.
pub(crate) fn unpack(columns: &[f64], width: usize, m: usize, rows: &mut [f64]) {
    for (rows, first) in rows.chunks_mut(BLOCK * m).zip((0..).step_by(BLOCK)) {
        for (block, columns) in columns.chunks(BLOCK * width).enumerate() {
            for (row, lane) in rows.chunks_exact_mut(m).zip(first..) {
                let places = row[block * BLOCK..].iter_mut();
                let column = columns.iter().skip(lane).step_by(width);
                places.zip(column).for_each(|(place, x)| *place = *x);
            }
        }
    }
}
