//! Powers of whole vectors and of tiles of scores, in f64 whatever they are.
//!
//! Loops over blocks of a fixed size, inside what is compiled for the widest lanes: the compiler puts them there.

use crate::{Real, Tally};
use pulp::{Arch, Simd, WithSimd};

/// Columns and rows of a tile that are taken at a time.
const WIDE: usize = 8;
const HIGH: usize = 8;
type Block = [[f64; WIDE]; HIGH];

/// Units below this are made larger first.
const SMALL: f64 = 1e-200;
const UP: f64 = f64::from_bits((1023 + 600) << 52);

/// Writes x₊ᵏ, bit by bit of k; NaN stays.
pub(crate) fn rectified_power<T: Real>(k: u32, x: &[T], g: &mut [T]) {
    rectified_power_on(Arch::new(), k, x, g);
}

pub(super) fn rectified_power_on<T: Real>(arch: Arch, k: u32, x: &[T], g: &mut [T]) {
    arch.dispatch(Powers { k, x, g });
}

struct Powers<'a, T> {
    k: u32,
    x: &'a [T],
    g: &'a mut [T],
}

impl<T: Real> WithSimd for Powers<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        for (x, g) in self.x.chunks(WIDE * HIGH).zip(self.g.chunks_mut(WIDE * HIGH)) {
            let mut block = Block::default();
            block.as_flattened_mut().iter_mut().zip(x).for_each(|(place, x)| *place = x.f64());
            rectify(&mut block);
            power(self.k, &mut block);
            g.iter_mut().zip(block.as_flattened()).for_each(|(g, power)| *g = T::of(*power));
        }
    }
}

/// x₊, where NaN stays.
#[inline(always)]
fn rectify(block: &mut Block) {
    for x in block.as_flattened_mut() {
        *x = if *x <= 0.0 { 0.0 } else { *x };
    }
}

/// xᵏ.
#[inline(always)]
fn power(mut k: u32, block: &mut Block) {
    let mut square = *block;
    *block = [[1.0; WIDE]; HIGH];
    loop {
        if k & 1 == 1 {
            let factors = square.as_flattened();
            block.as_flattened_mut().iter_mut().zip(factors).for_each(|(power, x)| *power *= x);
        }
        k /= 2;
        if k == 0 {
            break;
        }
        square.as_flattened_mut().iter_mut().for_each(|x| *x *= *x);
    }
}

/// The weights (h/m)ᵏ of scores.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) k: u32,
    /// Whether negative scores have none.
    pub(crate) rectified: bool,
    /// m is 1 where |ln| of the largest weight is at most this, else the largest score.
    pub(crate) unscaled: f64,
}

/// Replaces a tile of scores, n × q, by weights and writes the tallies, where the value is Σ(h/m)ᵏ⁺¹·m.
pub(crate) fn weigh_powers<T: Real>(rule: Rule, tile: &mut [T], tallies: &mut [Tally]) {
    weigh_powers_on(Arch::new(), rule, tile, tallies);
}

pub(super) fn weigh_powers_on<T: Real>(
    arch: Arch,
    rule: Rule,
    tile: &mut [T],
    tallies: &mut [Tally],
) {
    arch.dispatch(Weigh { rule, tile, tallies });
}

struct Weigh<'a, T> {
    rule: Rule,
    tile: &'a mut [T],
    tallies: &'a mut [Tally],
}

impl<T: Real> WithSimd for Weigh<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { rule, tile, tallies } = self;
        // the scores of one query are as many columns as are taken at a time, of which the sums are one
        let alone = tallies.len() == 1;
        let width = if alone { WIDE } else { tallies.len() };
        for first in (0..width).step_by(WIDE) {
            let mut strip = Strip { tile, width, columns: first..width.min(first + WIDE) };
            let mut most = strip.largest(rule.rectified);
            if alone {
                most = [most.iter().fold(0.0, |most, x| if *x > most { *x } else { most }); WIDE];
            }
            let units = most.map(|most| rule.unit(most));
            let [weights, squares, values] = strip.weigh(rule, units);
            let sums = (0..WIDE).map(|i| [weights[i], squares[i], values[i]]);
            if alone {
                let add = |a: [f64; 3], b: [f64; 3]| std::array::from_fn(|i| a[i] + b[i]);
                tallies[0] = rule.tally(units[0], sums.fold([0.0; 3], add));
            } else {
                let places = tallies[first..].iter_mut().zip(units);
                places.zip(sums).for_each(|((tally, unit), sums)| *tally = rule.tally(unit, sums));
            }
        }
    }
}

impl Rule {
    #[inline(always)]
    fn unit(self, most: f64) -> f64 {
        let ln = f64::from(self.k) * most.ln();
        if ln.is_finite() && ln.abs() > self.unscaled { most } else { 1.0 }
    }

    #[inline(always)]
    fn tally(self, unit: f64, [weight, square, value]: [f64; 3]) -> Tally {
        Tally { log_scale: f64::from(self.k) * unit.ln(), value: value * unit, weight, square }
    }
}

/// Some columns of a tile.
struct Strip<'a, T> {
    tile: &'a mut [T],
    width: usize,
    columns: std::ops::Range<usize>,
}

impl<T: Real> Strip<'_, T> {
    fn rows(&self) -> usize {
        self.tile.len().div_ceil(self.width)
    }

    /// Some rows, and zeros beyond the last.
    #[inline(always)]
    fn take(&self, first: usize) -> Block {
        let mut block = Block::default();
        for (row, place) in (first..self.rows()).zip(&mut block) {
            let row = &self.tile[row * self.width..self.tile.len().min((row + 1) * self.width)];
            let row = &row[self.columns.start.min(row.len())..self.columns.end.min(row.len())];
            if let Ok(row) = <&[T; WIDE]>::try_from(row) {
                *place = row.map(|x| x.f64());
            } else {
                place.iter_mut().zip(row).for_each(|(place, x)| *place = x.f64());
            }
        }
        block
    }

    #[inline(always)]
    fn put(&mut self, first: usize, block: &Block) {
        for (row, numbers) in (first..self.rows()).zip(block) {
            let end = self.tile.len().min((row + 1) * self.width);
            let row = &mut self.tile[row * self.width..end];
            let columns = self.columns.start.min(row.len())..self.columns.end.min(row.len());
            row[columns].iter_mut().zip(numbers).for_each(|(place, x)| *place = T::of(*x));
        }
    }

    /// The largest |h| of each column, or h₊.
    #[inline(always)]
    fn largest(&self, rectified: bool) -> [f64; WIDE] {
        let mut most = [0.0; WIDE];
        for first in (0..self.rows()).step_by(HIGH) {
            for row in self.take(first) {
                for (most, x) in most.iter_mut().zip(row) {
                    let x = if rectified { x } else { x.abs() };
                    *most = if x > *most { x } else { *most };
                }
            }
        }
        most
    }

    /// Scores become weights; Σ|w|, Σw² and Σw·h/m of each column.
    #[inline(always)]
    fn weigh(&mut self, rule: Rule, units: [f64; WIDE]) -> [[f64; WIDE]; 3] {
        let mut sums = [[0.0; WIDE]; 3];
        // the reciprocal of the smallest numbers is none, but that of 2⁶⁰⁰ times as much
        let ups = units.map(|unit| if unit < SMALL { UP } else { 1.0 });
        let mut downs = units;
        (0..WIDE).for_each(|i| downs[i] = 1.0 / (units[i] * ups[i]));
        for first in (0..self.rows()).step_by(HIGH) {
            let mut shares = self.take(first);
            for row in &mut shares {
                for i in 0..WIDE {
                    row[i] = row[i] * ups[i] * downs[i];
                }
            }
            if rule.rectified {
                rectify(&mut shares);
            }
            let mut weights = shares;
            power(rule.k, &mut weights);
            for (w, x) in weights.iter().zip(&shares) {
                for i in 0..WIDE {
                    sums[0][i] += w[i].abs();
                    sums[1][i] += w[i] * w[i];
                    sums[2][i] += w[i] * x[i];
                }
            }
            self.put(first, &weights);
        }
        sums
    }
}
