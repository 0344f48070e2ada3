//! Claims of the field about the effective models, each as a test that reads like it.

use attractor_dynamics::{Outcome, StopRule};
use attractor_effective::*;
use attractor_lagrangian::*;
use attractor_synapse::{Element, Memories, Synapses};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// The state that a cue comes to in model B.
fn rest(rows: &[Vec<f64>], beta: f64, cue: &[f64]) -> Retrieval<f64> {
    let memories = Synapses::from_rows(rows).unwrap();
    let model = ModernHopfield::modern(memories, LogSumExp::new(beta).unwrap()).unwrap();
    let how = Recall::by(StopRule::rest(1e-13, 100_000).unwrap());
    let found = model.retrieve(cue, &how, &mut ()).unwrap().swap_remove(0);
    assert_eq!(found.outcome, Outcome::Settled);
    found
}

fn numbers(seed: u64, n: usize) -> Vec<f64> {
    let mut random = Pcg64::seed_from_u64(seed);
    (0..n).map(|_| 2.0 * random.random::<f64>() - 1.0).collect()
}

fn norm(x: impl Iterator<Item = f64>) -> f64 {
    x.map(|x| x * x).sum::<f64>().sqrt()
}

/// β·diam² < 4 leaves one fixed point, wherever one starts.
#[test]
fn weak_memories_share_one_fixed_point() {
    for seed in 0..20 {
        let rows: Vec<Vec<f64>> = (0..9).map(|mu| numbers(100 * seed + mu, 7)).collect();
        let apart = |a: &[f64], b: &[f64]| norm(a.iter().zip(b).map(|(a, b)| a - b));
        let pairs = rows.iter().flat_map(|a| rows.iter().map(move |b| (a, b)));
        let diameter = pairs.map(|(a, b)| apart(a, b)).fold(0.0, f64::max);
        let beta = 3.9 / (diameter * diameter);
        let ends: Vec<_> = rows.iter().map(|cue| rest(&rows, beta, cue).state).collect();
        assert!(ends.iter().all(|end| apart(end, &ends[0]) < 1e-10));
    }
}

/// Two memories too close to be told apart share a fixed point between them, away from all others.
#[test]
fn a_close_pair_is_one_metastable_state() {
    let mut rows: Vec<Vec<f64>> = (0..20).map(|mu| numbers(mu, 40)).collect();
    rows[1] = rows[0].iter().zip(numbers(99, 40)).map(|(x, e)| x + 0.02 * e).collect();
    for cue in [rows[0].clone(), rows[1].clone()] {
        let found = rest(&rows, 4.0, &cue);
        assert_eq!(found.kind, Kind::Metastable);
        assert!((found.effective_memories - 2.0).abs() < 0.01, "{}", found.effective_memories);
        let middle = rows[0].iter().zip(&rows[1]).map(|(a, b)| 0.5 * (a + b));
        let off = norm(found.state.iter().zip(middle).map(|(s, m)| s - m));
        assert!(off < 0.01 * norm(rows[0].iter().copied()));
    }
    // far enough apart for the same β, each is its own
    assert_eq!(rest(&rows, 4.0, &rows[5].clone()).kind, Kind::Single { negated: false });
}

/// A sparse separation recalls *exactly*, in one step, where the best score leads by its margin: 1/β for
/// sparsemax and normmax, 1/((α − 1)β) for α-entmax. The result says so. Softmax never does.
fn exact_in_one_step<T: Element, L: Lagrangian<T> + Copy>(
    hidden: impl Fn(f64) -> L,
    own: impl Fn(L) -> f64,
    margin: f64,
) {
    let rows: Vec<Vec<T>> =
        (0..12).map(|mu| numbers(mu, 30).into_iter().map(T::of).collect()).collect();
    let memories = || Synapses::from_rows(&rows).unwrap();
    let lead = memories().separations(&[3], None)[0];
    let recall = |beta: f64| {
        let model = Effective::new(Quadratic, hidden(beta), memories()).unwrap();
        let how = Recall::steps(1, 1e-6).unwrap();
        model.retrieve(&rows[3], &how, &mut ()).unwrap().swap_remove(0)
    };
    assert!((own(hidden(7.0)) - margin / 7.0).abs() < 1e-15);
    let wide = recall(1.001 * margin / lead);
    assert_eq!(wide.state, rows[3], "exactly the memory");
    assert!(wide.is_exact() && wide.outcome == Outcome::Settled);
    let narrow = recall(0.999 * margin / lead);
    assert!(!narrow.is_exact() && narrow.active > Some(1), "a mixture below the margin");
    // a weight of 1e-12 is lost in a sum of f32, and counted all the same
    assert_ne!(recall(0.5 * margin / lead).state, rows[3]);
}

#[test]
fn sparse_separations_recall_exactly() {
    fn all<T: Element>() {
        exact_in_one_step::<T, _>(|beta| Sparsemax::new(beta).unwrap(), Sparsemax::margin, 1.0);
        for (alpha, margin) in [(1.25, 4.0), (1.5, 2.0), (2.0, 1.0), (3.0, 0.5)] {
            let entmax = |beta| Entmax::new(alpha, beta).unwrap();
            exact_in_one_step::<T, _>(entmax, Entmax::margin, margin);
        }
        for gamma in [1.5, 2.0, 3.0] {
            let normmax = |beta| Normmax::new(gamma, beta).unwrap();
            exact_in_one_step::<T, _>(normmax, Normmax::margin, 1.0);
        }
    }
    all::<f32>();
    all::<f64>();
    let rows: Vec<Vec<f64>> = (0..12).map(|mu| numbers(mu, 30)).collect();
    let memories = Synapses::from_rows(&rows).unwrap();
    let lead = memories.separations(&[3], None)[0];
    let model = ModernHopfield::modern(memories, LogSumExp::new(30.0 / lead).unwrap()).unwrap();
    assert!(model.memories().memories() == 12 && model.map(&rows[3]).unwrap() != rows[3]);
    // far beyond, where all other weights underflow, it is not called exact either
    let memories = Synapses::from_rows(&rows).unwrap();
    let cold = ModernHopfield::modern(memories, LogSumExp::new(1e4 / lead).unwrap()).unwrap();
    assert!(!cold.recall(&rows[3]).unwrap().is_exact());
}
