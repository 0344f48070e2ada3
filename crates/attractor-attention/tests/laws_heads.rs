//! A head is model B: against its definition, in energy, and in its derivatives.

mod common;

use attractor_attention::{Head, Mask, Steps};
use attractor_synapse::{Element, Memories, Patterns, Synapses};
use common::{BETAS, Case, Flaw, SIZES, slope};
use proptest::prelude::*;

type Law = Result<(), String>;

fn close(what: &str, left: f64, right: f64, slack: f64) -> Law {
    if (left - right).abs() <= slack {
        Ok(())
    } else {
        Err(format!("{what}: {left:e} is not {right:e} within {slack:e}"))
    }
}

/// n softmaxes by the head are n softmaxes by hand.
///
/// A score is off by γ_d·‖k‖‖v‖ and a weight by β times that; among keys the weights of one softmax move the scores of the
/// next, by β‖K‖² each time.
fn is_attention<T: Element>(
    case: &Case<T>,
    kind: usize,
    beta: f64,
    steps: usize,
    flaw: Flaw,
) -> Law {
    let [q, n, d, m] = case.counts();
    let head = Head::new(&case.keys, beta).unwrap().with_values(&case.values).unwrap();
    let found = head.attend(&case.queries, &case.mask(kind), Steps::exactly(steps).unwrap());
    let found = found.map_err(|error| error.to_string())?;
    let expected = case.by_hand(kind, beta, steps, flaw);
    let largest = case.keys.largest_norm().max(1.0);
    let scores = (d as f64 + 16.0) * largest * largest.max(1.5 * (d as f64).sqrt());
    let moved = (beta * largest * largest).max(1.0).powi(steps as i32 - 1);
    let slack = 8.0 * T::UNIT_ROUNDOFF * (n as f64 + 64.0 + beta * scores * moved);
    assert_eq!((found.output.len(), expected.len()), (q * m, q * m));
    let mut pairs = found.output.iter().zip(&expected);
    pairs.try_for_each(|(found, by_hand)| close("answer", found.f64(), *by_hand, slack.min(3.5)))
}

/// What the moves among the keys take off E = ½‖v‖² − L, and that each lowers it.
fn descends(case: &Case<f64>, kind: usize, beta: f64, steps: usize) -> Law {
    let [q, n, d, _] = case.counts();
    let head = Head::new(&case.keys, beta).unwrap();
    let mask = case.mask(kind);
    let at = |count: usize| {
        head.attend(&case.queries, &mask, Steps::exactly(count).unwrap()).map_err(|e| e.to_string())
    };
    let (start, end) = (at(1)?, at(steps)?);
    for i in (0..q).filter(|i| !start.runs[*i].is_blind()) {
        let energy = |found: &attractor_attention::HeadOutput<f64>| {
            let v = &found.states[i * d..][..d];
            0.5 * v.iter().map(|v| v * v).sum::<f64>() - found.runs[i].potential
        };
        let (before, after) = (energy(&start), energy(&end));
        let certificate = &end.runs[i].certificate;
        let scale = (before.abs() + after.abs() + 1.0) * (d + n) as f64;
        let slack = 1e-13 * scale + certificate.rounding;
        if !(certificate.drop >= 0.0 && before - after >= certificate.drop - slack) {
            return Err(format!("{i}: from {before} to {after} by {certificate:?}"));
        }
    }
    Ok(())
}

/// ∂ℓ/∂(queries, keys, values, ln β) against differences, where ℓ = Σ pull·output.
fn differentiates(case: &Case<f64>, kind: usize, beta: f64, steps: usize, wrong: f64) -> Law {
    let [q, n, d, m] = case.counts();
    let pull: Vec<f64> = (0..q * m).map(|i| ((7 * i + 3) % 11) as f64 / 5.0 - 1.0).collect();
    let loss = |queries: &[f64], keys: &[f64], values: &[f64], beta: f64| {
        let keys = Synapses::new(Patterns::new(keys.to_vec(), d).unwrap());
        let values = Patterns::new(values.to_vec(), m).unwrap();
        let head = Head::new(&keys, beta).unwrap().with_values(&values).unwrap();
        let found = head.attend(queries, &case.mask(kind), Steps::exactly(steps).unwrap()).unwrap();
        found.output.iter().zip(&pull).map(|(a, b)| a * b).sum::<f64>()
    };
    let (keys, values) = (case.keys.patterns().as_slice(), case.values.as_slice());
    let head = Head::new(&case.keys, beta).unwrap().with_values(&case.values).unwrap();
    let found = head.vjp(&case.queries, &case.mask(kind), Steps::exactly(steps).unwrap(), &pull);
    let found = found.map_err(|error| error.to_string())?;
    let nudged = |numbers: &[f64], i: usize, by: f64| {
        let mut numbers = numbers.to_vec();
        numbers[i] += by;
        numbers
    };
    let size = 1.0 + found.keys.iter().chain(&found.values).fold(0.0f64, |a, x| a.max(x.abs()));
    let slack = 2e-7 * size * (1.0 + beta).powi(2);
    let step = 1e-3 / (1.0 + beta);
    // what two steps of the difference differ by is fifteen times what the smaller one is off by
    let near = |what: &str, found: f64, loss: &dyn Fn(f64) -> f64| {
        let (far, by) = (slope(loss, step), slope(loss, step / 2.0));
        close(what, found, by, slack + (far - by).abs())
    };
    for i in [0, q * d / 2, q * d - 1] {
        let loss = |x: f64| loss(&nudged(&case.queries, i, x), keys, values, beta);
        near("query", wrong * found.queries[i], &loss)?;
    }
    for i in [0, n * d / 2, n * d - 1] {
        near("key", found.keys[i], &|x| loss(&case.queries, &nudged(keys, i, x), values, beta))?;
    }
    for i in [0, n * m / 2, n * m - 1] {
        near("value", found.values[i], &|x| {
            loss(&case.queries, keys, &nudged(values, i, x), beta)
        })?;
    }
    near("ln β", found.log_beta, &|x| loss(&case.queries, keys, values, beta * x.exp()))
}

fn sizes() -> impl Strategy<Value = [usize; 4]> {
    let size = || prop::sample::select(&SIZES[..]);
    let small = || prop::sample::select(&SIZES[..9]);
    [size(), size(), small(), small()].prop_map(|[q, n, d, m]| [q.min(140), n, d, m])
}

fn few() -> impl Strategy<Value = [usize; 4]> {
    let size = || prop::sample::select(&SIZES[..6]);
    [size(), size(), size(), size()]
}

proptest! {
    #[test]
    fn a_head_is_attention_in_f64(seed: u64, sizes in sizes(), kind in 0usize..16, steps in 1usize..4, beta in prop::sample::select(&BETAS[..])) {
        is_attention(&Case::<f64>::new(seed, sizes), kind, beta, steps, Flaw::None).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn a_head_is_attention_in_f32(seed: u64, sizes in sizes(), kind in 0usize..16, steps in 1usize..4, beta in prop::sample::select(&BETAS[..])) {
        is_attention(&Case::<f32>::new(seed, sizes), kind, beta, steps, Flaw::None).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn moves_among_the_keys_descend(seed: u64, sizes in sizes(), kind in 0usize..16, steps in 2usize..6, beta in prop::sample::select(&BETAS[..])) {
        descends(&Case::new(seed, sizes), kind, beta, steps).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn a_head_differentiates(seed: u64, sizes in few(), kind in 0usize..16, steps in 1usize..4, beta in prop::sample::select(&[0.3f64, 1.0, 3.0][..])) {
        differentiates(&Case::new(seed, sizes), kind, beta, steps, 1.0).map_err(TestCaseError::fail)?;
    }
}

#[test]
fn every_flaw_is_caught() {
    let caught = |flaw: Flaw, kind: usize| {
        (0..20).any(|seed| {
            is_attention(&Case::<f32>::new(seed, [5, 9, 4, 3]), kind, 2.0, 1, flaw).is_err()
        })
    };
    for flaw in [Flaw::OneMore, Flaw::Inverted, Flaw::ZeroScore, Flaw::BetaTwice, Flaw::Shifted] {
        assert!(caught(flaw, 1), "{flaw:?}");
        assert!(!caught(Flaw::None, 1));
    }
    let case = Case::new(3, [3, 7, 2, 3]);
    assert!(differentiates(&case, 0, 1.0, 2, 1.0).is_ok());
    assert!(differentiates(&case, 0, 1.0, 2, 1.001).is_err());
}

#[test]
fn causal_masks_reach_across_tiles_and_chunks() {
    for (seed, sizes) in [(1, [300, 300, 5, 3]), (2, [130, 700, 3, 9])] {
        is_attention(&Case::<f64>::new(seed, sizes), 4, 2.0, 1, Flaw::None).unwrap();
        is_attention(&Case::<f32>::new(seed, sizes), 15, 2.0, 1, Flaw::None).unwrap();
    }
    let case = Case::<f64>::new(5, [2, 5, 3, 2]);
    let head = Head::new(&case.keys, 1.0).unwrap();
    let late = head.attend(&case.queries, &Mask::default().causal_from(3), Steps::ONE).unwrap();
    let flags = (0..2).flat_map(|i| (0..5).map(move |j| j <= i + 3)).collect();
    let pairs = Mask::default().pairs(attractor_attention::Keep(flags));
    assert_eq!(late, head.attend(&case.queries, &pairs, Steps::ONE).unwrap());
}
