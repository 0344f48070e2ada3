//! The points at which laws are tried: bounded, with zeros, ties and one large entry.

use crate::measure::stored;
use attractor_lagrangian::Real;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// What one case of a law is tried on.
#[derive(Debug, Clone)]
pub struct Sample<T> {
    /// The currents x.
    pub x: Vec<T>,
    /// Other currents: far from x, or close to it.
    pub y: Vec<T>,
    /// A direction, entries within [−1, 1].
    pub d: Vec<T>,
    /// Another direction.
    pub e: Vec<T>,
    /// The number of memories in a tile.
    pub tile: usize,
    /// k of the scale factor 2ᵏ, |k| ≤ 8.
    pub octaves: i32,
    /// dt/τ, from 1e-12 to 500.
    pub dt: f64,
}

/// Around the widths of vector registers, so that remainders of every kind occur.
const SIZES: [usize; 9] = [1, 2, 3, 7, 8, 9, 63, 64, 65];

/// The first is what a counter-example shrinks to.
const SCALES: [f64; 11] = [1.0, 0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-6, 10.0, 100.0, 1e3, 1e4];

const STEPS: [f64; 7] = [1.0, 0.1, 1e-3, 1e-6, 1e-12, 20.0, 500.0];

/// Samples of every size and scale, drawn for the laws of this crate.
pub fn samples<T: Real>() -> impl Strategy<Value = Sample<T>> {
    let size = prop::sample::select(&SIZES[..]);
    size.prop_flat_map(|n| {
        let tile = 1..=n;
        let dt = prop::sample::select(&STEPS[..]);
        (row(n), row(n), any::<bool>(), direction(n), direction(n), tile, -8i32..=8, dt)
    })
    .prop_map(|(x, y, near, d, e, tile, octaves, dt)| {
        let y = if near { x.iter().zip(&y).map(|(x, y)| x + 1e-3 * y).collect() } else { y };
        let (x, y, d, e) = (stored(&x), stored(&y), stored(&d), stored(&e));
        Sample { x, y, d, e, tile, octaves, dt }
    })
}

/// n currents (or cues, row after row) as the laws draw them, with zeros, ties and a large entry; the
/// same for the same seed.
///
/// ```
/// let cue: Vec<f32> = attractor_laws::currents(7, 3);
/// assert_eq!(cue, attractor_laws::currents::<f32>(7, 3));
/// assert!(cue.len() == 3 && cue.iter().all(|x| x.abs() <= 3e5));
/// ```
///
/// # Panics
/// If n is 0.
pub fn currents<T: Real>(seed: u64, n: usize) -> Vec<T> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let drawn = row(n).new_tree(&mut TestRunner::new_with_rng(Config::default(), rng));
    stored(&drawn.expect("nothing is rejected").current())
}

/// n currents of one scale, or all 0; some are 0, some are tied, and one may be thirty times larger.
fn row(n: usize) -> impl Strategy<Value = Vec<f64>> {
    let scale = prop::sample::select(&SCALES[..]);
    let large = prop::option::weighted(0.3, (0..n, prop::sample::select(&[30.0, -30.0][..])));
    let zero = prop::bool::weighted(0.1);
    (scale, prop::collection::vec(entry(), n), large, zero).prop_map(
        |(scale, mut x, large, zero)| {
            if zero {
                return vec![0.0; x.len()];
            }
            if let Some((i, large)) = large {
                x[i] = large;
            }
            x.iter().map(|x| scale * x).collect()
        },
    )
}

fn direction(n: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(entry(), n)
}

fn entry() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -1.0..1.0f64,
        1 => Just(0.0),
        1 => Just(0.5),
        1 => Just(-0.5),
    ]
}
