//! Our layer next to the same layer in candle's operations.

#![expect(clippy::print_stdout, reason = "what is measured is shown")]

mod common;

use attractor_attention::{Association, Ignore, Linear, Mask, Sets};
use attractor_synapse::{Element, Patterns};
use candle_core::{Device, Result, Tensor, WithDType};
use common::{deviation, join, softmaxes, split};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use std::error::Error;

const HEADS: usize = 4;
const WIDTH: usize = 24;
/// Queries and keys: a single one, fewer and more queries than keys, beyond a chunk and a tile.
const SIZES: [(usize, usize); 4] = [(1, 1), (7, 9), (65, 64), (130, 300)];

type Outcome<T> = std::result::Result<T, Box<dyn Error>>;

fn rows<T: Element>(rng: &mut Pcg64, count: usize) -> Outcome<Patterns<T>> {
    let number = |_| T::of(rng.random_range(-1.0..1.0));
    Ok(Patterns::new((0..count * WIDTH).map(number).collect(), WIDTH)?)
}

fn linear<T: Element>(rng: &mut Pcg64) -> Outcome<Linear<T>> {
    Ok(Linear::new(rows(rng, WIDTH)?, Some(rows(rng, 1)?.into_vec()))?)
}

fn tensor<T: Element + WithDType>(rows: &Patterns<T>) -> Result<Tensor> {
    Tensor::from_slice(rows.as_slice(), (rows.len(), rows.features()), &Device::Cpu)
}

fn project<T: Element + WithDType>(x: &Tensor, by: &Linear<T>) -> Result<Tensor> {
    let bias = Tensor::new(by.bias().unwrap_or_default(), &Device::Cpu)?;
    x.matmul(&tensor(by.weight())?.t()?)?.broadcast_add(&bias)
}

/// Which keys a query does not see: every fifth is padding.
fn hides(causal: bool, query: usize, key: usize) -> bool {
    key % 5 == 3 || (causal && key > query)
}

fn mask(causal: bool, n: usize) -> Mask {
    let mask = Mask::default().keys(Ignore((0..n).map(|key| hides(false, 0, key)).collect()));
    if causal { mask.causal() } else { mask }
}

/// The same as what is added to the scores.
fn cover<T: Element + WithDType>(causal: bool, count: usize, n: usize) -> Result<Tensor> {
    let number = |at| if hides(causal, at / n, at % n) { f64::NEG_INFINITY } else { 0.0 };
    let numbers: Vec<T> = (0..count * n).map(|at| T::of(number(at))).collect();
    Tensor::from_vec(numbers, (count, n), &Device::Cpu)
}

fn by_candle<T: Element + WithDType>(
    sets: &Sets<'_, T>,
    [q, k, v, out]: &[Linear<T>; 4],
    cover: &Tensor,
) -> Result<Tensor> {
    let side = |set: &Patterns<T>, by| split(&project(&tensor(set)?, by)?, HEADS);
    let sides = [side(sets.queries, q)?, side(sets.keys, k)?, side(sets.values, v)?];
    let beta = 1.0 / ((WIDTH / HEADS) as f64).sqrt();
    project(&join(&softmaxes(sides.each_ref(), beta, 1, cover)?)?, out)
}

/// How far the two are apart for some queries and keys, in units of the largest entry.
fn apart<T: Element + WithDType>(count: usize, n: usize, causal: bool) -> Outcome<f64> {
    let mut rng = Pcg64::seed_from_u64(3);
    let rng = &mut rng;
    let linear: [Linear<T>; 4] = [linear(rng)?, linear(rng)?, linear(rng)?, linear(rng)?];
    let (queries, keys, values) = (rows(rng, count)?, rows(rng, n)?, rows(rng, n)?);
    let sets = Sets { queries: &queries, keys: &keys, values: &values };
    let [q, k, v, out] = linear.clone();
    let sides = Association::new(HEADS)?.with_sides(q.into(), k.into(), v.into());
    let ours = sides.with_output(out).associate(&sets, &mask(causal, n))?.output;
    let theirs = by_candle(&sets, &linear, &cover::<T>(causal, count, n)?)?;
    Ok(deviation(&tensor(&ours)?, &theirs)?)
}

fn holds<T: Element + WithDType>(slack: f64) -> Outcome<()> {
    for (count, n) in SIZES {
        for causal in [false, true] {
            let off = apart::<T>(count, n, causal)?;
            println!("{}, {count} × {n}, causal {causal}: at most {off:.2e}", T::DTYPE.as_str());
            assert!(off <= slack, "{count} × {n}, causal {causal}: {off:e}");
        }
    }
    Ok(())
}

#[test]
fn a_layer_of_ours_is_a_layer_of_candle() -> Outcome<()> {
    holds::<f32>(2e-6)?;
    holds::<f64>(2e-15)
}
