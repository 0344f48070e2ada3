//! Random vectors.

use rand::{Rng, RngExt};
use rand_distr::{Distribution, StandardNormal};

/// n numbers, evenly distributed in ±`size`.
pub(crate) fn uniform(random: &mut impl Rng, n: usize, size: f64) -> Vec<f64> {
    (0..n).map(|_| size * (2.0 * random.random::<f64>() - 1.0)).collect()
}

/// A direction in n dimensions times a length.
pub(crate) fn on_sphere(random: &mut impl Rng, n: usize, length: f64) -> Vec<f64> {
    let x: Vec<f64> = (0..n).map(|_| StandardNormal.sample(random)).collect();
    let norm = dot(&x, &x).sqrt();
    x.iter().map(|x| x * length / norm).collect()
}

/// So many of them.
pub(crate) fn sphere(random: &mut impl Rng, count: usize, n: usize, length: f64) -> Vec<Vec<f64>> {
    (0..count).map(|_| on_sphere(random, n, length)).collect()
}

/// x + y.
pub(crate) fn plus(x: &[f64], y: &[f64]) -> Vec<f64> {
    x.iter().zip(y).map(|(x, y)| x + y).collect()
}

/// ‖x − y‖.
pub(crate) fn distance(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt()
}

/// ⟨x, y⟩.
pub(crate) fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}
