//! Networks with smooth pairs of Lagrangians, for tests that compare trajectories.

use attractor_lagrangian::Lagrangian;
use attractor_network::{Network, NetworkState};
use attractor_synapse::Synapses;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// Features and hidden neurons; neither is a multiple of a vector register.
pub(crate) const FEATURES: usize = 7;
pub(crate) const NEURONS: usize = 9;

/// `n` numbers in ±`size`.
pub(crate) fn numbers(seed: u64, n: usize, size: f64) -> Vec<f64> {
    let mut random = Pcg64::seed_from_u64(seed);
    (0..n).map(|_| size * (2.0 * random.random::<f64>() - 1.0)).collect()
}

/// A network of this pair on memories with entries in ±`size`, with input and hidden bias.
pub(crate) fn network<Lv: Lagrangian<f64>, Lh: Lagrangian<f64>>(
    seed: u64,
    feature: Lv,
    hidden: Lh,
    size: f64,
) -> Network<f64, Lv, Lh> {
    let rows: Vec<_> =
        (0..NEURONS as u64).map(|row| numbers(100 * seed + row, FEATURES, size)).collect();
    let network = Network::new(feature, hidden, Synapses::from_rows(&rows).unwrap()).unwrap();
    let network = network.with_input(&numbers(seed ^ 1, FEATURES, 0.3)).unwrap();
    network.with_bias(numbers(seed ^ 2, NEURONS, 0.3)).unwrap()
}

/// A state that is far from rest in both layers.
pub(crate) fn state<Lv: Lagrangian<f64>, Lh: Lagrangian<f64>>(
    seed: u64,
    network: &Network<f64, Lv, Lh>,
) -> NetworkState<f64> {
    network.state(&numbers(seed ^ 3, FEATURES, 1.0), &numbers(seed ^ 4, NEURONS, 1.0)).unwrap()
}
