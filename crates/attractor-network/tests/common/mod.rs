//! Networks and states that several tests start from.

#![allow(dead_code, reason = "every test target uses a part of it")]

use attractor_lagrangian::{LogSumExp, Real};
use attractor_network::*;
use attractor_synapse::{Element, Synapses};
use rand::RngExt;
use rand_pcg::Pcg64Mcg;

/// Numbers between −1 and 1.
pub(crate) fn numbers<T: Real>(seed: u64, count: usize) -> Vec<T> {
    let mut rng = Pcg64Mcg::new(u128::from(seed) * 2 + 1);
    (0..count).map(|_| T::of(2.0 * rng.random::<f64>() - 1.0)).collect()
}

/// n memories of d numbers of size about 1/√d, so that ‖ξ‖ ≈ 1.
pub(crate) fn memories<T: Element>(seed: u64, n: usize, d: usize) -> Synapses<T> {
    let size = (3.0 / d as f64).sqrt();
    let numbers: Vec<T> = numbers::<f64>(seed, n * d).iter().map(|x| T::of(size * x)).collect();
    let rows: Vec<&[T]> = numbers.chunks_exact(d).collect();
    Synapses::from_rows(&rows).unwrap()
}

/// The network behind model B.
pub(crate) fn modern<T: Element>(
    seed: u64,
    n: usize,
    d: usize,
    beta: f64,
    tau_h: f64,
) -> ModernNetwork<T> {
    let network = Network::modern(memories(seed, n, d), LogSumExp::new(beta).unwrap()).unwrap();
    network.with_times(1.0, tau_h).unwrap()
}
