//! The weights of a state, and what they make of values and labels.

use attractor_effective::*;
use attractor_lagrangian::*;
use attractor_synapse::{Element, Patterns, Synapses};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

fn numbers<T: Element>(seed: u64, n: usize) -> Vec<T> {
    let mut random = Pcg64::seed_from_u64(seed);
    (0..n).map(|_| T::of(2.0 * random.random::<f64>() - 1.0)).collect()
}

/// Attention written down once more: softmax(βKq + b)ᵀV.
fn attention<T: Element>(seed: u64, n: usize, d: usize, e: usize, beta: f64, euclidean: bool) {
    let (keys, values, query) =
        (numbers::<T>(seed, n * d), numbers::<T>(seed + 1, n * e), numbers::<T>(seed + 2, d));
    let memories = Synapses::new(Patterns::new(keys.clone(), d).unwrap());
    let model = ModernHopfield::modern(memories, LogSumExp::new(beta).unwrap()).unwrap();
    let model = if euclidean { model.with_euclidean_bias().unwrap() } else { model };
    let dot = |a: &[T], b: &[T]| a.iter().zip(b).map(|(a, b)| a.f64() * b.f64()).sum::<f64>();
    let scores: Vec<f64> = keys
        .chunks(d)
        .map(|k| dot(k, &query) - if euclidean { 0.5 * dot(k, k) } else { 0.0 })
        .collect();
    let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = scores.iter().map(|s| (beta * (s - max)).exp()).collect();
    let total: f64 = weights.iter().sum();
    let slack = 16.0 * (d + n) as f64 * T::UNIT_ROUNDOFF * (1.0 + beta * d as f64);
    for (own, w) in model.weights(&query).unwrap().iter().zip(&weights) {
        assert!((own - w / total).abs() <= slack, "{own} {}", w / total);
    }
    let paired = model.associate(&query, &Patterns::new(values.clone(), e).unwrap()).unwrap();
    for (j, own) in paired.iter().enumerate() {
        let truth: f64 =
            weights.iter().enumerate().map(|(mu, w)| w / total * values[mu * e + j].f64()).sum();
        assert!((own - truth).abs() <= slack, "{own} {truth}");
    }
    let names: Vec<String> = (0..n).map(|mu| format!("{}", mu % 3)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let votes = model.vote(&query, &names).unwrap();
    let sum: f64 = votes.iter().map(|vote| vote.probability).sum();
    assert!((sum - 1.0).abs() <= 1e-6 && votes.is_sorted_by(|a, b| a.probability >= b.probability));
    for vote in votes {
        let own = |mu: &usize| names[*mu] == vote.label;
        let truth: f64 = (0..n).filter(own).map(|mu| weights[mu] / total).sum();
        assert!((vote.probability - truth).abs() <= slack);
    }
}

proptest! {
    #[test]
    fn values_are_attended_to(
        seed in 0..1_000_000u64,
        n in prop::sample::select(&[1usize, 2, 3, 7, 65, 300][..]),
        (d, e) in (
            prop::sample::select(&[1usize, 2, 3, 7, 8, 9, 63, 64, 65][..]),
            prop::sample::select(&[1usize, 2, 9][..]),
        ),
        beta in prop::sample::select(&[1e-3, 1.0, 8.0][..]),
        euclidean in any::<bool>(),
    ) {
        attention::<f64>(seed, n, d, e, beta, euclidean);
        attention::<f32>(seed, n, d, e, beta, euclidean);
    }
}

/// Signs of weights do not matter, and silence votes for nothing.
#[test]
fn negative_and_silent_neurons() {
    let memories = || Synapses::from_rows(&[[1.0f32, 1.0], [-1.0, -1.0]]).unwrap();
    let cubic = DenseMemory::dense(memories(), EvenPower::new(4).unwrap()).unwrap();
    assert_eq!(cubic.weights(&[1.0, 1.0]).unwrap(), [0.5, 0.5]);
    let rectified = DenseMemory::dense(memories(), RectifiedPower::new(3).unwrap()).unwrap();
    assert_eq!(rectified.weights(&[1.0, 1.0]).unwrap(), [1.0, 0.0]);
    assert_eq!(rectified.weights(&[1.0, -1.0]).unwrap(), [0.0, 0.0]);
    assert!(rectified.vote(&[1.0, -1.0], &["a", "b"]).unwrap().is_empty());
    let votes = rectified.vote(&[1.0, 1.0], &["a", "b"]).unwrap();
    assert_eq!(votes, [Vote { label: "a", probability: 1.0 }]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let memories = Synapses::from_rows(&[[1.0f32, 1.0], [-1.0, -1.0]]).unwrap();
    let model = ModernHopfield::modern(memories, LogSumExp::new(1.0).unwrap()).unwrap();
    let width = |result: Result<(), ModelError>| matches!(result, Err(ModelError::Width { .. }));
    assert!(width(model.weights(&[1.0]).map(|_| ())));
    assert!(width(model.vote(&[1.0, 1.0], &["a"]).map(|_| ())));
    let one = Patterns::new(vec![1.0], 1).unwrap();
    assert!(width(model.associate(&[1.0, 1.0], &one).map(|_| ())));
    assert!(matches!(model.weights(&[1.0, f32::NAN]), Err(ModelError::NotFinite { index: 1, .. })));
}
