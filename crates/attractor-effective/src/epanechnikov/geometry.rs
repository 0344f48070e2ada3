//! Distances, and means of some memories, in f64 from the stored numbers.

use attractor_lagrangian::Real;
use attractor_synapse::Patterns;
use rayon::prelude::*;

/// Partial sums that run side by side.
const LANES: usize = 8;

/// ‖x − y‖² as a sum of squared differences, which cannot cancel: (1 + θ) times it with
/// |θ| ≤ γ_{d+2}, in an order that d alone decides.
pub(super) fn square_distance<A: Real, B: Real>(x: &[A], y: &[B]) -> f64 {
    let square = |(x, y): (&A, &B)| {
        let difference = x.f64() - y.f64();
        difference * difference
    };
    let (heads, tails) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    let rest: f64 = heads.remainder().iter().zip(tails.remainder()).map(square).sum();
    let mut lanes = [0.0; LANES];
    for (x, y) in heads.zip(tails) {
        lanes.iter_mut().zip(x.iter().zip(y)).for_each(|(lane, pair)| *lane += square(pair));
    }
    lanes.iter().sum::<f64>() + rest
}

/// γ_n = nu/(1 − nu): what n roundings in f64 can do.
pub(super) fn gamma(n: usize) -> f64 {
    let nu = n as f64 * f64::EPSILON / 2.0;
    nu / (1.0 - nu).max(0.5)
}

/// The mean of some memories less the first of them: differences of neighbours have digits where sums
/// of far-out memories have none, and the mean of one is that one exactly.
pub(super) fn mean_offset<T: Real>(patterns: &Patterns<T>, members: &[usize], out: &mut [f64]) {
    out.fill(0.0);
    let Some((first, others)) = members.split_first() else { return };
    let first = patterns.row(*first);
    for &mu in others {
        let pairs = patterns.row(mu).iter().zip(first);
        out.iter_mut().zip(pairs).for_each(|(sum, (x, a))| *sum += x.f64() - a.f64());
    }
    out.iter_mut().for_each(|sum| *sum /= members.len() as f64);
}

/// The smallest square distance between two memories with their places, the first of equals; nothing
/// for one memory.
pub(super) fn closest_pair<T: Real>(patterns: &Patterns<T>) -> Option<(f64, usize, usize)> {
    let pair = |i: usize, j: usize| (square_distance(patterns.row(i), patterns.row(j)), i, j);
    let order = |a: &(f64, usize, usize), b: &(f64, usize, usize)| {
        a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2)))
    };
    let n = patterns.len();
    let nearest = |i: usize| (i + 1..n).map(|j| pair(i, j)).min_by(order);
    (0..n).into_par_iter().filter_map(nearest).min_by(order)
}
