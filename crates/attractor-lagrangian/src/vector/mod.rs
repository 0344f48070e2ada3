//! Activations of whole vectors, in the widest lanes that the processor has.
//!
//! A result has all its digits because the argument of the exponential carries its rounding error. The
//! end of a vector runs the same instructions as its middle, so an element gives the same bits
//! wherever it stands.

mod below;
mod exp;
mod gap;
mod kernels;
mod lane;
mod lanes;
mod power;
mod softmax;
#[cfg(test)]
mod tests;
mod tile;
mod weigh;

pub use lane::Lane;
pub(crate) use tile::{Form, UNSCALED};

use crate::{Before, Real, Tally};
use exp::Factor;
use kernels::{Exp, Kernel, Logistic, RectifiedExpM1, Tanh};
use lanes::{Lanes, PACK, Pack};
use pulp::{Arch, Simd, WithSimd};

/// As [`gap`].
type Gap<T> = fn(f64, &[T], &[T], &[Before], &mut [[f64; 3]]) -> bool;

/// The functions of whole vectors of one type: compiled here and not again in every crate that uses them.
#[derive(Debug)]
pub struct Vectors<T> {
    exp: fn(f64, &[T], &mut [T]),
    rectified_exp_m1: fn(f64, &[T], &mut [T]),
    tanh: fn(f64, &[T], &mut [T]),
    logistic: fn(f64, &[T], &mut [T]),
    rectified_power: fn(u32, &[T], &mut [T]),
    softmax: fn(f64, bool, &[T], &mut [T]) -> bool,
    weigh: fn(f64, &mut [T], &mut [Tally]) -> bool,
    weigh_tile: fn(Form, &mut [T], &mut [Tally]) -> bool,
    gap: Gap<T>,
    sum_below: fn(f64, f64, &[T]) -> Option<f64>,
}

impl<T: Real> Vectors<T> {
    pub(crate) const ALL: Self = Self {
        exp: |beta, x, g| map(Exp, beta, x, g),
        rectified_exp_m1: |beta, x, g| map(RectifiedExpM1, beta, x, g),
        tanh: |beta, x, g| map(Tanh, beta, x, g),
        logistic: |beta, x, g| map(Logistic, beta, x, g),
        rectified_power: power::rectified_power,
        softmax: softmax::softmax,
        weigh: weigh::weigh,
        weigh_tile: tile::weigh_tile,
        gap: gap::gap,
        sum_below: below::sum_below,
    };
}

/// Writes e^{βx}.
pub(crate) fn exp<T: Real>(beta: f64, x: &[T], g: &mut [T]) {
    (T::vectors().exp)(beta, x, g);
}

/// Writes e^{βx₊} − 1.
pub(crate) fn rectified_exp_m1<T: Real>(beta: f64, x: &[T], g: &mut [T]) {
    (T::vectors().rectified_exp_m1)(beta, x, g);
}

/// Writes tanh βx.
pub(crate) fn tanh<T: Real>(beta: f64, x: &[T], g: &mut [T]) {
    (T::vectors().tanh)(beta, x, g);
}

/// Writes 1/(1 + e^{−βx}).
pub(crate) fn logistic<T: Real>(beta: f64, x: &[T], g: &mut [T]) {
    (T::vectors().logistic)(beta, x, g);
}

/// See [`power::rectified_power`].
pub(crate) fn rectified_power<T: Real>(k: u32, x: &[T], g: &mut [T]) {
    (T::vectors().rectified_power)(k, x, g);
}

/// See [`softmax::softmax`].
pub(crate) fn softmax<T: Real>(beta: f64, ghost: bool, x: &[T], g: &mut [T]) -> bool {
    (T::vectors().softmax)(beta, ghost, x, g)
}

/// See [`weigh::weigh`].
pub(crate) fn weigh<T: Real>(beta: f64, tile: &mut [T], tallies: &mut [Tally]) -> bool {
    (T::vectors().weigh)(beta, tile, tallies)
}

/// See [`tile::weigh_tile`].
pub(crate) fn weigh_tile<T: Real>(form: Form, tile: &mut [T], tallies: &mut [Tally]) -> bool {
    (T::vectors().weigh_tile)(form, tile, tallies)
}

/// See [`gap::gap`].
pub(crate) fn gap<T: Real>(
    beta: f64,
    scores: &[T],
    moves: &[T],
    before: &[Before],
    sums: &mut [[f64; 3]],
) -> bool {
    (T::vectors().gap)(beta, scores, moves, before, sums)
}

/// See [`below::sum_below`].
pub(crate) fn sum_below<T: Real>(beta: f64, max: f64, x: &[T]) -> Option<f64> {
    (T::vectors().sum_below)(beta, max, x)
}

fn map<T: Real, K: Kernel>(kernel: K, beta: f64, x: &[T], g: &mut [T]) {
    map_on(Arch::new(), kernel, beta, x, g);
}

fn map_on<T: Real, K: Kernel>(arch: Arch, kernel: K, beta: f64, x: &[T], g: &mut [T]) {
    let n = x.len().min(g.len());
    let (x, g) = (&x[..n], &mut g[..n]);
    if takes::<T>(beta) {
        return arch.dispatch(Map { kernel, beta, x, g });
    }
    g.iter_mut().zip(x).for_each(|(g, x)| *g = T::of(kernel.plain(beta, x.f64())));
}

/// Whether no product with β overflows or loses its digits in this type.
fn takes<T: Lane>(beta: f64) -> bool {
    let (least, most) = T::FACTORS;
    least <= beta && beta <= most
}

struct Map<'a, T, K> {
    kernel: K,
    beta: f64,
    x: &'a [T],
    g: &'a mut [T],
}

impl<T: Real, K: Kernel> WithSimd for Map<'_, T, K> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let beta = Factor::<S, T>::new(simd, self.beta);
        let (packs, end) = packs::<S, T>(self.x);
        let (out, out_end) = packs_mut::<S, T>(self.g);
        for (x, g) in packs.iter().zip(out) {
            *g = self.kernel.at(beta, Lanes::new(simd, *x)).get();
        }
        if !end.is_empty() {
            let last = Lanes::new(simd, padded::<S, T>(simd, end, 0.0));
            unpad::<S, T>(&self.kernel.at(beta, last).get(), out_end);
        }
    }
}

#[inline(always)]
fn packs<S: Simd, T: Lane>(x: &[T]) -> (&[Pack<S, T>], &[T]) {
    let whole = T::lanes::<S>(x).0.as_chunks::<PACK>().0;
    let pack = size_of::<Pack<S, T>>() / size_of::<T>();
    (whole, &x[whole.len() * pack..])
}

#[inline(always)]
fn packs_mut<S: Simd, T: Lane>(x: &mut [T]) -> (&mut [Pack<S, T>], &mut [T]) {
    let pack = size_of::<Pack<S, T>>() / size_of::<T>();
    let (whole, end) = x.split_at_mut(x.len() / pack * pack);
    (T::lanes_mut::<S>(whole).0.as_chunks_mut().0, end)
}

/// What is less than a pack, and `fill` in the other lanes.
#[inline(always)]
fn padded<S: Simd, T: Lane>(simd: S, x: &[T], fill: f64) -> Pack<S, T> {
    let mut pack = Lanes::<S, T>::splat(simd, fill).get();
    T::each_lane_mut::<S>(&mut pack).iter_mut().zip(x).for_each(|(lane, x)| *lane = *x);
    pack
}

#[inline(always)]
fn unpad<S: Simd, T: Lane>(pack: &Pack<S, T>, g: &mut [T]) {
    g.iter_mut().zip(T::each_lane::<S>(pack)).for_each(|(g, lane)| *g = *lane);
}
