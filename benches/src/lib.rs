//! The same random memories and cues for every bench and every count; and, for the side-by-side with other
//! systems, what is timed of ours behind a small C interface.

// What the machine can do at most.
mod limits;
// What is timed, one kind a file.
mod activation;
mod attention;
mod contestant;
mod recall;
mod spins;
mod trajectory;
// The door for other languages; its functions are called by their names in the library.
pub mod abi;

use attractor_synapse::{Element, Memories, Patterns, Synapses};
use rand::{RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64;

/// `rows` × `features` standard normal numbers divided by √features, from a fixed seed.
pub fn normals<T: Element>(seed: u64, rows: usize, features: usize) -> Vec<T> {
    let mut rng = Pcg64::seed_from_u64(seed);
    let scale = 1.0 / (features as f64).sqrt();
    let mut draw = || -> f64 { StandardNormal.sample(&mut rng) };
    (0..rows * features).map(|_| T::of(draw() * scale)).collect()
}

/// `rows` × `features` random signs, from a fixed seed.
pub fn signs(seed: u64, rows: usize, features: usize) -> Vec<f32> {
    let mut rng = Pcg64::seed_from_u64(seed);
    (0..rows * features).map(|_| if rng.random() { 1.0 } else { -1.0 }).collect()
}

/// Damaged memories as cues: some of them, with noise of deviation 0.3 on every number.
pub fn cues(xi: &Synapses<f32>, queries: usize) -> Vec<f32> {
    let (n, d) = (xi.memories(), xi.features());
    let noise = normals::<f32>(5, queries, d);
    let rows = (0..queries).flat_map(|q| xi.patterns().row((q * 7919 + 4321) % n));
    rows.zip(noise).map(|(x, noise)| x + 0.3 * noise).collect()
}

/// Memories from [`normals`].
///
/// # Panics
/// If a size is zero.
pub fn memories<T: Element>(memories: usize, features: usize) -> Synapses<T> {
    let patterns = Patterns::new(normals(1, memories, features), features);
    Synapses::new(patterns.unwrap_or_else(|error| panic!("{error}")))
}

/// Memories around `centres` of length about 1, in no order, each off by about `spread`.
///
/// # Panics
/// If a size is zero.
pub fn clustered<T: Element>(
    memories: usize,
    features: usize,
    centres: usize,
    spread: f64,
) -> Synapses<T> {
    let middle = normals::<T>(3, centres, features);
    let mut numbers = normals::<T>(1, memories, features);
    for (i, row) in numbers.chunks_exact_mut(features).enumerate() {
        let centre = (i.wrapping_mul(0x9e37_79b9) >> 7) % centres;
        let centre = &middle[centre * features..][..features];
        row.iter_mut().zip(centre).for_each(|(x, c)| *x = *c + T::of(spread) * *x);
    }
    let patterns = Patterns::new(numbers, features);
    Synapses::new(patterns.unwrap_or_else(|error| panic!("{error}")))
}

/// Memories from [`signs`].
///
/// # Panics
/// If a size is zero.
pub fn memories_of_signs(memories: usize, features: usize) -> Synapses<f32> {
    let patterns = Patterns::new(signs(1, memories, features), features);
    Synapses::new(patterns.unwrap_or_else(|error| panic!("{error}")))
}

// The project's README is tested here: all that it uses is at hand, and this package is not published.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct ProjectReadme;
