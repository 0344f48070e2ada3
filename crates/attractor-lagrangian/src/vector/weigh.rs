//! e^{β(h − max)} of a tile of scores, with the sums of the weights and of their squares.

use super::exp::Factor;
use super::lanes::{Lanes, PACK, Pack};
use super::{Lane, takes};
use crate::{Real, Tally};
use pulp::bytemuck::cast_slice;
use pulp::{Arch, Simd, WithSimd};
use std::iter::zip;

/// Replaces a tile of scores, n × q, by weights in units of the largest of each query, and writes the
/// tallies. It does nothing and returns false where β is out of the lanes' range or q numbers fill no vector.
pub(crate) fn weigh<T: Real>(beta: f64, tile: &mut [T], tallies: &mut [Tally]) -> bool {
    weigh_on(Arch::new(), beta, tile, tallies)
}

pub(super) fn weigh_on<T: Real>(
    arch: Arch,
    beta: f64,
    tile: &mut [T],
    tallies: &mut [Tally],
) -> bool {
    takes::<T>(beta) && arch.dispatch(Weigh { beta, tile, tallies })
}

struct Weigh<'a, T> {
    beta: f64,
    tile: &'a mut [T],
    tallies: &'a mut [Tally],
}

impl<T: Real> WithSimd for Weigh<'_, T> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        let Self { beta, tile, tallies } = self;
        let one = size_of::<T::Vector<S>>() / size_of::<T>();
        let beta = Factor::<S, T>::new(simd, beta);
        if let [tally] = tallies {
            weigh_one(simd, beta, tile, tally);
            return true;
        }
        let stride = tallies.len() / one;
        if !tallies.len().is_multiple_of(one) {
            return false;
        }
        let vectors = T::lanes_mut::<S>(tile).0;
        for (first, tallies) in tallies.chunks_exact_mut(one).enumerate() {
            let mut column = Column::<S, T> { simd, vectors: &mut *vectors, first, stride };
            let mut unit = column.largest();
            T::each_lane_mut::<S>(std::slice::from_mut(&mut unit)).iter_mut().for_each(seen);
            tallies.iter_mut().zip(T::each_lane::<S>(&[unit])).for_each(begin);
            let sums = column.weigh(beta, unit);
            let (weights, squares): (&[f64], &[f64]) =
                (cast_slice(&sums.weights), cast_slice(&sums.squares));
            for (tally, (weight, square)) in tallies.iter_mut().zip(zip(weights, squares)) {
                (tally.weight, tally.square) = (*weight, *square);
                finish(beta.beta, tally);
            }
        }
        true
    }
}

/// All scores are those of one query.
#[inline(always)]
fn weigh_one<S: Simd, T: Real>(simd: S, beta: Factor<S, T>, tile: &mut [T], tally: &mut Tally) {
    let (vectors, end) = T::lanes_mut::<S>(tile);
    let mut last = [T::lanes_of(simd, f64::NEG_INFINITY)];
    T::each_lane_mut::<S>(&mut last).iter_mut().zip(&*end).for_each(|(lane, h)| *lane = *h);
    let mut most = [Column::<S, T> { simd, vectors: &mut *vectors, first: 0, stride: 1 }.largest()];
    most = Lanes::<S, T, 1>::new(simd, most).larger(Lanes::new(simd, last)).get();
    let lanes = T::each_lane::<S>(&most).iter();
    let mut unit = lanes.fold(T::of(f64::NEG_INFINITY), |max, h| if *h <= max { max } else { *h });
    seen(&mut unit);
    begin((tally, &unit));
    let unit = T::lanes_splat(simd, unit);
    let mut column = Column::<S, T> { simd, vectors, first: 0, stride: 1 };
    let (weight, square) = column.weigh(beta, unit).total();
    let mut column = Column::<S, T> { simd, vectors: &mut last, first: 0, stride: 1 };
    let (more, more_square) = column.weigh(beta, unit).total();
    (tally.weight, tally.square) = (weight + more, square + more_square);
    end.iter_mut().zip(T::each_lane::<S>(&last)).for_each(|(w, lane)| *w = *lane);
    finish(beta.beta, tally);
}

/// Where nothing is seen, the unit is 1.
#[inline(always)]
fn seen<T: Real>(unit: &mut T) {
    if unit.f64() == f64::NEG_INFINITY {
        *unit = T::ZERO;
    }
}

#[inline(always)]
fn begin<T: Real>((tally, unit): (&mut Tally, &T)) {
    *tally = Tally { log_scale: unit.f64(), ..Tally::EMPTY };
}

#[inline(always)]
fn finish(beta: f64, tally: &mut Tally) {
    tally.value = tally.weight;
    tally.log_scale *= beta;
    if tally.weight == 0.0 {
        *tally = Tally::EMPTY; // a unit of its own would be one too many for the others
    }
}

/// One vector of each row.
struct Column<'a, S: Simd, T: Lane> {
    simd: S,
    vectors: &'a mut [T::Vector<S>],
    first: usize,
    stride: usize,
}

impl<S: Simd, T: Real> Column<'_, S, T> {
    #[inline(always)]
    fn largest(&self) -> T::Vector<S> {
        let mut most = Lanes::<S, T, 1>::splat(self.simd, f64::NEG_INFINITY);
        let mut at = self.first;
        while at < self.vectors.len() {
            most = most.larger(Lanes::new(self.simd, [self.vectors[at]]));
            at += self.stride;
        }
        most.get()[0]
    }

    /// The sums of weights and squares of each lane.
    #[inline(always)]
    fn weigh(&mut self, beta: Factor<S, T>, unit: T::Vector<S>) -> Sums<S> {
        let unit = Lanes::<S, T>::new(self.simd, [unit; _]);
        let mut sums = Sums::new(self.simd);
        let mut at = self.first;
        while at < self.vectors.len() {
            let weights = exp_below(beta, Lanes::new(self.simd, self.take(at)) - unit);
            self.put(at, weights.get());
            weights.get().into_iter().for_each(|weights| sums.add::<T>(weights));
            at += PACK * self.stride;
        }
        sums
    }

    /// Beyond the last row there is nothing to see.
    #[inline(always)]
    fn take(&self, at: usize) -> Pack<S, T> {
        let mut pack = Lanes::<S, T>::splat(self.simd, f64::NEG_INFINITY).get();
        for (i, place) in pack.iter_mut().enumerate() {
            if let Some(vector) = self.vectors.get(at + i * self.stride) {
                *place = *vector;
            }
        }
        pack
    }

    #[inline(always)]
    fn put(&mut self, at: usize, pack: Pack<S, T>) {
        for (i, vector) in pack.into_iter().enumerate() {
            if let Some(place) = self.vectors.get_mut(at + i * self.stride) {
                *place = vector;
            }
        }
    }
}

/// Σw and Σw² of each lane in f64.
struct Sums<S: Simd> {
    simd: S,
    weights: [S::f64s; 2],
    squares: [S::f64s; 2],
}

impl<S: Simd> Sums<S> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        let zeros = [simd.splat_f64s(0.0); 2];
        Self { simd, weights: zeros, squares: zeros }
    }

    #[inline(always)]
    fn add<T: Lane>(&mut self, weights: T::Vector<S>) {
        let halves = if T::WHOLE { 1 } else { 2 };
        for (half, w) in T::lanes_wide(self.simd, weights).into_iter().take(halves).enumerate() {
            self.weights[half] = self.simd.add_f64s(self.weights[half], w);
            self.squares[half] = self.simd.mul_add_e_f64s(w, w, self.squares[half]);
        }
    }

    /// Both of all lanes.
    #[inline(always)]
    fn total(&self) -> (f64, f64) {
        let total = |[a, b]: [S::f64s; 2]| self.simd.reduce_sum_f64s(self.simd.add_f64s(a, b));
        (total(self.weights), total(self.squares))
    }
}

/// e^{βx} for x ≤ 0; 0 where that is no normal number.
#[inline(always)]
fn exp_below<S: Simd, T: Real>(beta: Factor<S, T>, x: Lanes<S, T>) -> Lanes<S, T> {
    let floor = T::EXP_FLOOR / beta.beta;
    x.if_below(floor, x.all(0.0), beta.exp_down(x.at_least(floor)))
}
