//! Tiles of scores become weights by powers and exponentials, in f64 whatever they are: with their sums, and with F.

use super::exp::Factor;
use super::kernels::{Exp, Kernel, RectifiedExpM1};
use super::lanes::{Lanes, PACK};
use super::power::{power, rectify};
use super::{Lane, takes};
use crate::{Real, Tally};
use pulp::{Arch, Simd, WithSimd};
use std::ops::Range;

/// Columns and rows of a tile that are taken at a time.
const WIDE: usize = 8;
const HIGH: usize = 8;
type Block = [f64; WIDE * HIGH];

/// Weights beyond e^{±40} have a unit of their own: f32 reaches to e^{±87}, and a tile adds to that.
pub(crate) const UNSCALED: f64 = 40.0;
/// Units below this are made larger before they divide: the reciprocal of the smallest numbers is none.
const SMALL: f64 = 1e-200;
const UP: f64 = f64::from_bits((1023 + 600) << 52);

/// What the weights w of scores h are, and what is summed as the value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Form {
    /// hᵏ, or h₊ᵏ; Σw·h. It has a unit of its own where |ln w| goes beyond `unscaled`.
    Power { k: u32, rectified: bool, unscaled: f64 },
    /// e^{βh}; Σw.
    Exp { beta: f64 },
    /// e^{βh₊} − 1; Σ(w − βh₊). It has no units.
    RectifiedExpM1 { beta: f64 },
}

/// Replaces a tile of scores, n × q, by weights and writes the tallies. It leaves the tile as it is and returns false
/// where β is out of the lanes' range, and where a unit is needed that there is not.
pub(crate) fn weigh_tile<T: Real>(form: Form, tile: &mut [T], tallies: &mut [Tally]) -> bool {
    weigh_tile_on(Arch::new(), form, tile, tallies)
}

pub(super) fn weigh_tile_on<T: Real>(
    arch: Arch,
    form: Form,
    tile: &mut [T],
    tallies: &mut [Tally],
) -> bool {
    let fits = match form {
        Form::Power { .. } => true,
        Form::Exp { beta } | Form::RectifiedExpM1 { beta } => takes::<f64>(beta),
    };
    fits && arch.dispatch(Weigh { form, tile, tallies })
}

struct Weigh<'a, T> {
    form: Form,
    tile: &'a mut [T],
    tallies: &'a mut [Tally],
}

impl<T: Real> WithSimd for Weigh<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let Self { form, tile, tallies } = self;
        // the scores of one query are as many columns as are taken at a time, and their sums are added
        let width = if tallies.len() == 1 { WIDE } else { tallies.len() };
        let strips = || (0..width).step_by(WIDE).map(|first| first..width.min(first + WIDE));
        for columns in strips() {
            let most = Strip { form, tile, width, columns: columns.clone() }.largest();
            if let [tally] = tallies {
                tally.log_scale = form.unit(most.into_iter().fold(form.least(), larger));
            } else {
                let own = tallies[columns].iter_mut().zip(most);
                own.for_each(|(tally, most)| tally.log_scale = form.unit(most));
            }
        }
        if tallies.iter().any(|tally| form.lacks(tally.log_scale)) {
            return false;
        }
        for columns in strips() {
            let mut units = [form.unit(f64::NAN); WIDE];
            if let [tally] = tallies {
                units = [tally.log_scale; WIDE];
            } else {
                let own = units.iter_mut().zip(&tallies[columns.clone()]);
                own.for_each(|(unit, tally)| *unit = tally.log_scale);
            }
            let mut strip = Strip { form, tile, width, columns: columns.clone() };
            let sums = strip.weigh::<S>(simd, units);
            if let [tally] = tallies {
                *tally = form.tally(units[0], sums.map(|lanes| lanes.iter().sum()));
            } else {
                for (i, tally) in tallies[columns].iter_mut().enumerate() {
                    *tally = form.tally(units[i], sums.map(|lanes| lanes[i]));
                }
            }
        }
        true
    }
}

#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

impl Form {
    /// What no score is less than, as far as units go; beyond the last score there is nothing but this.
    #[inline(always)]
    fn least(self) -> f64 {
        if let Self::Exp { .. } = self { f64::NEG_INFINITY } else { 0.0 }
    }

    /// The unit of scores of which the largest is `most`: a factor, or for `Exp` a difference.
    #[inline(always)]
    fn unit(self, most: f64) -> f64 {
        match self {
            Self::Power { k, unscaled, .. } => {
                let ln = f64::from(k) * most.ln();
                if ln.is_finite() && ln.abs() > unscaled { most } else { 1.0 }
            }
            Self::Exp { beta } => {
                let ln = beta * most;
                if ln.is_finite() && ln.abs() > UNSCALED { most } else { 0.0 }
            }
            Self::RectifiedExpM1 { beta } => {
                if beta * most > UNSCALED {
                    most
                } else {
                    0.0
                }
            }
        }
    }

    /// Whether this unit is none that it has.
    #[inline(always)]
    fn lacks(self, unit: f64) -> bool {
        matches!(self, Self::RectifiedExpM1 { .. }) && unit > 0.0
    }

    #[inline(always)]
    fn tally(self, unit: f64, [weight, square, value]: [f64; 3]) -> Tally {
        let (log_scale, value) = match self {
            Self::Power { k, .. } => (f64::from(k) * unit.ln(), value * unit),
            Self::Exp { beta } => (beta * unit, weight),
            Self::RectifiedExpM1 { beta } => (0.0, weight - beta * value),
        };
        Tally { log_scale, value, weight, square }
    }

    /// Scores in their units become what is summed beside weights, and the weights.
    #[inline(always)]
    fn weights<S: Simd>(self, simd: S, shares: &mut Block) -> Block {
        let mut weights = *shares;
        match self {
            Self::Power { k, rectified, .. } => {
                if rectified {
                    rectify(shares);
                }
                weights = *shares;
                power(k, &mut weights);
            }
            Self::Exp { beta } => map::<S, _>(simd, Exp, beta, &mut weights),
            Self::RectifiedExpM1 { beta } => {
                rectify(shares);
                map::<S, _>(simd, RectifiedExpM1, beta, &mut weights);
            }
        }
        weights
    }
}

#[inline(always)]
fn map<S: Simd, K: Kernel>(simd: S, kernel: K, beta: f64, block: &mut Block) {
    let beta = Factor::<S, f64>::new(simd, beta);
    for pack in f64::lanes_mut::<S>(block).0.as_chunks_mut::<PACK>().0 {
        *pack = kernel.at(beta, Lanes::new(simd, *pack)).get();
    }
}

/// Some columns of a tile.
struct Strip<'a, T> {
    form: Form,
    tile: &'a mut [T],
    width: usize,
    columns: Range<usize>,
}

impl<T: Real> Strip<'_, T> {
    #[inline(always)]
    fn rows(&self) -> usize {
        self.tile.len().div_ceil(self.width)
    }

    /// Where the numbers of a row are; the last row of one query may be short.
    #[inline(always)]
    fn row(&self, row: usize) -> Range<usize> {
        let [start, end] = [self.columns.start, self.columns.end];
        let most = self.tile.len();
        most.min(row * self.width + start)..most.min(row * self.width + end)
    }

    /// Some rows.
    #[inline(always)]
    fn take(&self, first: usize) -> Block {
        let mut block = [self.form.least(); WIDE * HIGH];
        for (row, place) in (first..self.rows()).zip(block.as_chunks_mut::<WIDE>().0) {
            let numbers = &self.tile[self.row(row)];
            if let Ok(numbers) = <&[T; WIDE]>::try_from(numbers) {
                *place = numbers.map(|x| x.f64());
            } else {
                place.iter_mut().zip(numbers).for_each(|(place, x)| *place = x.f64());
            }
        }
        block
    }

    #[inline(always)]
    fn put(&mut self, first: usize, block: &Block) {
        for (row, numbers) in (first..self.rows()).zip(block.as_chunks::<WIDE>().0) {
            let places = self.row(row);
            let places = self.tile[places].iter_mut();
            places.zip(numbers).for_each(|(place, x)| *place = T::of(*x));
        }
    }

    /// The largest score of each column, or of its size where both signs have weight.
    #[inline(always)]
    fn largest(&self) -> [f64; WIDE] {
        let sizes = matches!(self.form, Form::Power { rectified: false, .. });
        let mut most = [self.form.least(); WIDE];
        for first in (0..self.rows()).step_by(HIGH) {
            for row in self.take(first).as_chunks::<WIDE>().0 {
                for (most, x) in most.iter_mut().zip(row) {
                    *most = larger(*most, if sizes { x.abs() } else { *x });
                }
            }
        }
        most
    }

    /// Scores become weights; Σ|w|, Σw² and Σw·h or Σh₊ of each column.
    #[inline(always)]
    fn weigh<S: Simd>(&mut self, simd: S, units: [f64; WIDE]) -> [[f64; WIDE]; 3] {
        let powers = matches!(self.form, Form::Power { .. });
        let mut sums = [[0.0; WIDE]; 3];
        let ups = units.map(|unit| if unit < SMALL { UP } else { 1.0 });
        let mut downs = units;
        (0..WIDE).for_each(|i| downs[i] = 1.0 / (units[i] * ups[i]));
        for first in (0..self.rows()).step_by(HIGH) {
            let mut shares = self.take(first);
            for row in shares.as_chunks_mut::<WIDE>().0 {
                for i in 0..WIDE {
                    row[i] = if powers { row[i] * ups[i] * downs[i] } else { row[i] - units[i] };
                }
            }
            let weights = self.form.weights::<S>(simd, &mut shares);
            let rows = weights.as_chunks::<WIDE>().0.iter().zip(shares.as_chunks::<WIDE>().0);
            for (w, x) in rows {
                for i in 0..WIDE {
                    sums[0][i] += w[i].abs();
                    sums[1][i] += w[i] * w[i];
                    sums[2][i] += if powers { w[i] * x[i] } else { x[i] };
                }
            }
            self.put(first, &weights);
        }
        sums
    }
}
