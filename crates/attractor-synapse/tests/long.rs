//! Sums over very many memories keep the digits that a running f32 sum loses.

use attractor_lagrangian::LogSumExp;
use attractor_synapse::{Answers, Memories, Patterns, Question, Synapses};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

const D: usize = 8;

/// Memories around 1, so that nothing cancels, and queries to which all of them matter.
fn data(n: usize, q: usize) -> (Vec<f32>, Vec<f32>) {
    let mut rng = Pcg64::seed_from_u64(7);
    let xi = (0..n * D).map(|_| 1.0 + rng.random::<f32>() * 0.5).collect();
    (xi, (0..q * D).map(|_| rng.random::<f32>() - 0.5).collect())
}

/// Ξᵀf by the same weights, summed in f64.
fn truth(xi: &[f32], query: &[f32]) -> Vec<f64> {
    let (mut sum, mut field) = (0.0, vec![0.0; D]);
    for row in xi.chunks_exact(D) {
        let h: f64 = row.iter().zip(query).map(|(x, g)| f64::from(*x) * f64::from(*g)).sum();
        sum += h.exp();
        field.iter_mut().zip(row).for_each(|(f, x)| *f += h.exp() * f64::from(*x));
    }
    field.iter().map(|f| f / sum).collect()
}

/// The same in one running sum of f32.
fn running(xi: &[f32], query: &[f32]) -> Vec<f64> {
    let (mut sum, mut field) = (0.0f32, vec![0.0f32; D]);
    for row in xi.chunks_exact(D) {
        let h: f32 = row.iter().zip(query).map(|(x, g)| x * g).sum();
        sum += h.exp();
        field.iter_mut().zip(row).for_each(|(f, x)| *f += h.exp() * x);
    }
    field.iter().map(|f| f64::from(f / sum)).collect()
}

fn error(found: &[f64], truth: &[f64]) -> f64 {
    let largest = truth.iter().fold(0.0f64, |most, x| most.max(x.abs()));
    let off = found.iter().zip(truth).map(|(a, b)| (a - b).abs());
    off.fold(0.0, |most, x| if x <= most { most } else { x }) / largest
}

#[test]
fn the_error_does_not_grow_with_the_memories() {
    let softmax = LogSumExp::new(1.0).expect("1 is an inverse temperature");
    for (n, q) in [(100_000, 1), (100_000, 20), (1_000_000, 1), (1_000_000, 20)] {
        let (xi, queries) = data(n, q);
        let synapses = Synapses::new(Patterns::new(xi.clone(), D).expect("finite numbers"));
        let mut answers = Answers::default();
        synapses.read(&Question::of(&softmax, &queries), &mut answers);
        let truth = truth(&xi, &queries[..D]);
        let unit = answers.get(0).log_scale.exp();
        let field: Vec<f64> = answers.field(0).iter().map(|x| x * unit).collect();
        let (own, plain) = (error(&field, &truth), error(&running(&xi, &queries[..D]), &truth));
        println!("N = {n}, B = {q}: {own:.1e}, a running sum in f32 {plain:.1e}");
        assert!(own <= 1e-6, "{own}");
        assert!(plain > 1e-5, "a running sum should show what this is about: {plain}");
    }
}
