//! Hebb's, the pseudo-inverse and Storkey's rule against their definitions.

use attractor_effective::*;
use attractor_lagrangian::Quadratic;
use attractor_synapse::{Memories, Synapses};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// ±1 rows of which each number is +1 with probability `up`: correlated where that is not ½.
fn signs(n: usize, d: usize, up: f64, seed: u64) -> Vec<Vec<f64>> {
    let mut random = Pcg64::seed_from_u64(seed);
    let mut sign = || if random.random::<f64>() < up { 1.0 } else { -1.0 };
    (0..n).map(|_| (0..d).map(|_| sign()).collect()).collect()
}

fn learned(rule: Learning, rows: &[Vec<f64>]) -> Couplings<f64> {
    Couplings::learned(rule, Synapses::from_rows(rows).unwrap()).unwrap()
}

fn near(found: &[f64], expected: impl Fn(usize, usize) -> f64, d: usize, slack: f64) {
    for i in 0..d {
        for j in 0..d {
            let expected = if i == j { 0.0 } else { expected(i, j) };
            let off = (found[i * d + j] - expected).abs();
            assert!(off <= slack, "T[{i}][{j}] is off by {off:e}");
        }
    }
}

#[test]
fn hebb_sums_outer_products() {
    let rows = signs(5, 9, 0.5, 1);
    let t = learned(Learning::Hebbian, &rows);
    near(t.matrix(), |i, j| rows.iter().map(|x| x[i] * x[j]).sum::<f64>() / 9.0, 9, 1e-15);
}

/// T = Σ_μν ξ_μ (C⁻¹)_μν ξ_ν, C = ΞΞᵀ, for two patterns by hand.
#[test]
fn the_pseudo_inverse_projects() {
    let rows = [vec![1.0, 1.0, 1.0, -1.0, 0.5], vec![1.0, -1.0, 1.0, 1.0, 2.0]];
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (a, b, c) = (dot(&rows[0], &rows[0]), dot(&rows[0], &rows[1]), dot(&rows[1], &rows[1]));
    let det = a * c - b * b;
    let (x, y) = (&rows[0], &rows[1]);
    let expected = |i: usize, j: usize| {
        (c * x[i] * x[j] - b * (x[i] * y[j] + y[i] * x[j]) + a * y[i] * y[j]) / det
    };
    near(learned(Learning::PseudoInverse, &rows).matrix(), expected, 5, 1e-14);
}

/// h_ij = Σ_{k≠i,j} T_ikξ_k, taken literally.
#[test]
fn storkey_as_defined() {
    let (rows, d) = (signs(6, 8, 0.6, 3), 8);
    let mut t = vec![vec![0.0; d]; d];
    for x in &rows {
        let h = |i: usize, j: usize| -> f64 {
            (0..d).filter(|&k| k != i && k != j).map(|k| t[i][k] * x[k]).sum()
        };
        let next = |i: usize, j: usize| {
            t[i][j] + (x[i] * x[j] - x[i] * h(j, i) - h(i, j) * x[j]) / d as f64
        };
        t = (0..d)
            .map(|i| (0..d).map(|j| if i == j { 0.0 } else { next(i, j) }).collect())
            .collect();
    }
    near(learned(Learning::Storkey, &rows).matrix(), |i, j| t[i][j], d, 1e-14);
}

/// How many of the patterns no single flip can leave.
fn kept(t: &Couplings<f64>, rows: &[Vec<f64>]) -> usize {
    let how = SpinRecall::to_rest(SpinRule::Cyclic).unwrap();
    rows.iter().filter(|row| t.recall(row, &how).unwrap().flips == 0).count()
}

/// What the rules are for: at 20 correlated patterns of 100 spins Hebb keeps none, Storkey more than Hebb,
/// the projection all.
#[test]
fn rules_in_order_of_what_they_hold() {
    for seed in 0..5 {
        let rows = signs(20, 100, 0.5, seed);
        let counts = Learning::ALL.map(|rule| kept(&learned(rule, &rows), &rows));
        let [hebb, projection, storkey] = counts;
        assert!(hebb < storkey && storkey <= projection && projection == 20, "{counts:?}");
        let correlated = signs(20, 100, 0.75, seed);
        let hebb = kept(&learned(Learning::Hebbian, &correlated), &correlated);
        let all = kept(&learned(Learning::PseudoInverse, &correlated), &correlated);
        assert_eq!((hebb, all), (0, 20));
    }
}

/// More patterns than features, patterns twice, a pattern of zeros: the projection on their span.
#[test]
fn spans_of_any_rank() {
    let mut rows = signs(3, 7, 0.5, 9);
    rows.push(rows[0].clone());
    rows.push(vec![0.0; 7]);
    rows.push(rows[1].iter().zip(&rows[2]).map(|(a, b)| 2.0 * a - b).collect());
    let xi = Synapses::from_rows(&rows).unwrap();
    let white = xi.whitened().unwrap();
    assert_eq!((white.memories(), white.features()), (3, 7));
    for row in &rows {
        let p = xi.projection().unwrap();
        let image: Vec<f64> =
            p.chunks(7).map(|p| p.iter().zip(row).map(|(p, x)| p * x).sum()).collect();
        assert!(image.iter().zip(row).all(|(p, x)| (p - x).abs() < 1e-13));
    }
    let many = Synapses::from_rows(&signs(30, 7, 0.5, 2)).unwrap();
    assert_eq!(many.whitened().unwrap().memories(), 7);
    let zeros = Synapses::from_rows(&[[0.0f32; 3], [0.0; 3]]).unwrap();
    assert!(zeros.whitened().is_err());
    let refused = Couplings::learned(Learning::PseudoInverse, zeros.clone());
    assert!(matches!(refused, Err(ModelError::Pattern(_))));
    assert!(Couplings::learned(Learning::Storkey, zeros).is_ok());
}

/// All at once with the projection's self-coupling, by the model's own theorem.
#[test]
fn whitened_memories_make_a_model_of_their_own() {
    let rows = signs(20, 100, 0.75, 5);
    let white = Synapses::from_rows(&rows).unwrap().whitened().unwrap();
    let model = Effective::new(attractor_lagrangian::Absolute, Quadratic, white).unwrap();
    for row in &rows {
        let mut cue = row.clone();
        (0..3).for_each(|i| cue[i] = -cue[i]);
        let found = model.recall(&cue).unwrap();
        assert!(found.state == *row && found.certificate.drop > 0.0);
    }
}

#[test]
fn couplings_that_cannot_be() {
    let memories = || Synapses::from_rows(&[[1.0f32, -1.0]]).unwrap();
    let refused = |t: Vec<f64>| Couplings::of(t, memories()).unwrap_err();
    assert!(matches!(refused(vec![0.0; 3]), ModelError::Width { expected: 4, found: 3, .. }));
    assert!(matches!(refused(vec![f64::NAN; 4]), ModelError::NotFinite { .. }));
    assert!(matches!(refused(vec![f64::MAX; 4]), ModelError::Overflow { .. }));
    let lopsided = refused(vec![0.0, 1.0, 2.0, 0.0]);
    assert_eq!(lopsided, ModelError::Asymmetric { row: 1, column: 0 });
    assert!(lopsided.to_string().contains("symmetric"));
    assert!(Couplings::of(vec![0.0, -0.0, 0.0, 0.0], memories()).is_ok());
    let huge = Synapses::from_rows(&[[1e200f64, 1e200]]).unwrap();
    assert!(Couplings::new(huge).is_err());
}
