//! The same random memories and cues for every bench and every count.

use attractor_synapse::{Element, Patterns, Synapses};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64;

/// `rows` × `features` standard normal numbers divided by √features, from a fixed seed.
pub fn normals<T: Element>(seed: u64, rows: usize, features: usize) -> Vec<T> {
    let mut rng = Pcg64::seed_from_u64(seed);
    let scale = 1.0 / (features as f64).sqrt();
    let mut draw = || -> f64 { StandardNormal.sample(&mut rng) };
    (0..rows * features).map(|_| T::of(draw() * scale)).collect()
}

/// Memories from [`normals`].
///
/// # Panics
/// If a size is zero.
pub fn memories<T: Element>(memories: usize, features: usize) -> Synapses<T> {
    let patterns = Patterns::new(normals(1, memories, features), features);
    Synapses::new(patterns.unwrap_or_else(|error| panic!("{error}")))
}
