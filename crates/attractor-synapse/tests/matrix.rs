//! The spectral norm and the separations against plain loops.

mod common;

use attractor_lagrangian::norm;
use attractor_synapse::*;
use common::*;
use proptest::prelude::*;

/// ‖Ξ‖₂ by power iteration on ΞᵀΞ from a full start vector: a lower bound that converges.
fn power_iteration(rows: &[Vec<f64>], d: usize) -> f64 {
    let mut x: Vec<f64> = (0..d).map(|i| 1.0 + 0.37 * (i as f64 * 1.7).sin()).collect();
    let mut length = 0.0;
    for _ in 0..2000 {
        let size = norm(&x);
        if size == 0.0 {
            return 0.0;
        }
        x.iter_mut().for_each(|x| *x /= size);
        let h: Vec<f64> = rows.iter().map(|row| dot(row, &x)).collect();
        length = norm(&h);
        x = (0..d).map(|k| rows.iter().zip(&h).map(|(row, h)| row[k] * h).sum()).collect();
    }
    length
}

fn spectral_norm_is_largest<T: Element>(claimed: f64, xi: &Synapses<T>) -> Law {
    let rows: Vec<Vec<f64>> = xi.patterns().rows().map(lift).collect();
    let frobenius = rows.iter().map(|row| dot(row, row)).sum::<f64>().sqrt();
    let found = power_iteration(&rows, xi.features());
    // a near tie of singular values leaves power iteration short by about 1/(2·2000) at most
    close("‖Ξ‖₂", claimed, found, 1e-3 * found + 1e-13 * frobenius)?;
    holds("no vector is stretched further", claimed >= found * (1.0 - 1e-12))?;
    holds("‖Ξ‖₂ ≤ ‖Ξ‖_F", claimed <= frobenius * (1.0 + 1e-12))
}

fn separations_are_naive<T: Element>(
    claimed: &[f64],
    xi: &Synapses<T>,
    ids: &[usize],
    bias: Option<&[f64]>,
) -> Law {
    for (&id, &claimed) in ids.iter().zip(claimed) {
        let own = lift(xi.patterns().row(id));
        let h = scores(xi, &own, bias);
        let other =
            (0..h.len()).filter(|&i| i != id).map(|i| h[i]).fold(f64::NEG_INFINITY, f64::max);
        let size = norm(&own) * xi.largest_norm() + h.iter().fold(0.0f64, |m, h| m.max(h.abs()));
        close("Δ", claimed, h[id] - other, (own.len() as f64 + 8.0) * T::UNIT_ROUNDOFF * size)?;
    }
    holds("one per id", ids.len() == claimed.len())
}

fn matrix_laws<T: Element>(case: &Case) -> Law {
    let data = case.data::<T>();
    let (xi, bias) = (&data.xi, data.bias.as_deref());
    spectral_norm_is_largest(xi.spectral_norm(), xi)?;
    let squares: f64 = xi.squared_norms().into_iter().fold(0.0, f64::max);
    close("M", xi.largest_norm(), squares.sqrt(), 1e-12 * squares.sqrt())?;
    let ids: Vec<usize> = (0..xi.memories()).rev().chain([0]).collect();
    separations_are_naive(&xi.separations(&ids, None), xi, &ids, None)?;
    separations_are_naive(&xi.separations(&ids, bias), xi, &ids, bias)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.div_ceil(8), ..ProptestConfig::default() })]
    #[test]
    fn spectral_norm_and_separations_are_naive(case in cases()) {
        prop_assert_eq!(matrix_laws::<f64>(&case), Ok(()));
        prop_assert_eq!(matrix_laws::<f32>(&case), Ok(()));
    }
}

#[test]
fn wrong_norms_and_separations_are_caught() {
    let xi = Synapses::from_rows(&[[3.0f64, 0.0], [0.0, 4.0], [1.0, 1.0]]).unwrap();
    let norm = xi.spectral_norm();
    assert_eq!(spectral_norm_is_largest(norm, &xi), Ok(()));
    for wrong in [0.99 * norm, 1.01 * norm, norm * norm, 5.2, f64::NAN] {
        assert!(spectral_norm_is_largest(wrong, &xi).is_err(), "{wrong}");
    }
    let bias = [0.0, -1.0, 2.0];
    let right = xi.separations(&[0, 1, 2], Some(&bias));
    assert_eq!(separations_are_naive(&right, &xi, &[0, 1, 2], Some(&bias)), Ok(()));
    assert!(separations_are_naive(&right, &xi, &[0, 1, 2], None).is_err());
    assert!(separations_are_naive(&right, &xi, &[0, 2, 1], Some(&bias)).is_err());
}

#[test]
fn norms_that_are_known() {
    let norm = |rows: &[[f64; 2]]| Synapses::from_rows(rows).unwrap().spectral_norm();
    assert!((norm(&[[3.0, 0.0], [0.0, 4.0]]) - 4.0).abs() < 1e-14);
    assert!((norm(&[[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]) - 6f64.sqrt()).abs() < 1e-14);
    assert!(norm(&[[0.0, 0.0]]).abs() < 1e-300);
    for scale in [1e-300, 1e-160, 1e150, 1e300] {
        assert!(
            (norm(&[[3.0 * scale, 0.0], [0.0, 4.0 * scale]]) / scale - 4.0).abs() < 1e-13,
            "{scale:e}"
        );
    }
    let tiny = Synapses::from_rows(&[[1e-45f32, 0.0], [0.0, 1e-45]]).unwrap();
    assert!((tiny.spectral_norm() / f64::from(1e-45f32) - 1.0).abs() < 1e-13);
}

#[test]
fn a_lone_memory_is_separated_from_nothing_and_a_duplicate_not_at_all() {
    let lone = Synapses::from_rows(&[[1.0f32, 2.0]]).unwrap();
    assert_eq!(lone.separations(&[0], None), [f64::INFINITY]);
    let twins = Synapses::from_rows(&[[1.0f32, 2.0], [0.0, 1.0], [1.0, 2.0]]).unwrap();
    assert_eq!(twins.separations(&[0, 2, 1], None), [0.0, 0.0, -1.0]);
    assert!(twins.separations(&[], None).is_empty());
}
