//! What users count on: nothing leaks between queries, β is a head's own, blind queries are told so.

mod common;

use attractor_attention::{AttentionError, Head, HeadOutput, Ignore, Keep, Mask, Steps};
use attractor_dynamics::Outcome;
use attractor_effective::ModernHopfield;
use attractor_lagrangian::LogSumExp;
use attractor_synapse::{Element, Patterns, Synapses};
use common::Case;

fn attend<T: Element>(case: &Case<T>, beta: f64, mask: &Mask, steps: Steps) -> HeadOutput<T> {
    let head = Head::new(&case.keys, beta).unwrap().with_values(&case.values).unwrap();
    head.attend(&case.queries, mask, steps).unwrap()
}

#[test]
fn one_step_is_model_b_to_the_bit() {
    fn holds<T: Element>(sizes: [usize; 4]) {
        let case = Case::<T>::new(11, sizes);
        let model =
            ModernHopfield::modern(case.keys.clone(), LogSumExp::new(2.0).unwrap()).unwrap();
        let head = Head::new(&case.keys, 2.0).unwrap();
        let step = |v: &[T]| model.map(v).unwrap();
        let once = head.attend(&case.queries, &Mask::default(), Steps::ONE).unwrap();
        assert_eq!(once.output, step(&case.queries));
        let thrice =
            head.attend(&case.queries, &Mask::default(), Steps::exactly(3).unwrap()).unwrap();
        assert_eq!(thrice.output, step(&step(&step(&case.queries))));
        assert!(thrice.runs.iter().all(|run| run.steps == 3)); // n softmaxes for n, not n + 1
    }
    for sizes in [[1, 1, 1, 1], [3, 7, 5, 5], [130, 300, 9, 9]] {
        holds::<f32>(sizes);
        holds::<f64>(sizes);
    }
}

#[test]
fn the_other_queries_do_not_matter() {
    fn holds<T: Element>() {
        for kind in 0..16 {
            let mut case = Case::<T>::new(kind, [5, 9, 4, 3]);
            let (mask, steps) = (case.mask(kind as usize), Steps::to_rest(1e-6, 50).unwrap());
            let before = attend(&case, 3.0, &mask, steps);
            case.queries[..4 * 4].iter_mut().for_each(|x| *x = T::of(1.0 - x.f64()));
            let after = attend(&case, 3.0, &mask, steps);
            assert_eq!(before.output[4 * 3..], after.output[4 * 3..], "{kind}");
            assert_eq!(before.runs[4], after.runs[4]);
        }
    }
    holds::<f32>();
    holds::<f64>();
}

#[test]
fn a_query_that_sees_nothing_gets_zeros_and_is_told() {
    fn holds<T: Element>() {
        let case = Case::<T>::new(2, [3, 4, 5, 2]);
        let mut pairs = vec![true; 12];
        pairs[4..8].fill(false);
        let masks = [
            Mask::default().pairs(Keep(pairs.clone())),
            Mask::default().pairs(Ignore(pairs.iter().map(|seen| !seen).collect())),
            Mask::default().added(
                pairs.iter().map(|seen| if *seen { 0.0 } else { f64::NEG_INFINITY }).collect(),
            ),
        ];
        for mask in masks {
            for steps in [Steps::ONE, Steps::exactly(4).unwrap(), Steps::to_rest(1e-6, 99).unwrap()]
            {
                let found = attend(&case, 1.5, &mask, steps);
                let blind: Vec<bool> = found.runs.iter().map(|run| run.is_blind()).collect();
                assert_eq!(blind, [false, true, false]);
                assert_eq!(found.output[2..4], [T::ZERO; 2]);
                assert!(found.output.iter().all(|x| x.is_finite()));
                let pull = vec![T::ONE; 6];
                let head = Head::new(&case.keys, 1.5).unwrap().with_values(&case.values).unwrap();
                if !steps.settles() {
                    let gradient = head.vjp(&case.queries, &mask, steps, &pull).unwrap();
                    assert_eq!(gradient.queries[5..10], [0.0; 5]);
                }
            }
        }
        let dark = Mask::default().keys(Ignore(vec![true; 4]));
        let found = attend(&case, 1.5, &dark, Steps::ONE);
        assert!(
            found.output.iter().all(|x| *x == T::ZERO)
                && found.runs.iter().all(|run| run.is_blind())
        );
    }
    holds::<f32>();
    holds::<f64>();
}

#[test]
fn beta_belongs_to_a_head_and_not_to_features() {
    // with one key the potential is β⁻¹·ln e^{βq·k}: the unit vectors as keys read β·q off, feature by feature
    let (query, betas) = ([1.0f64, 2.0, 3.0, 4.0], [1.0, 10.0]);
    let mut scaled = Vec::new();
    for (head, beta) in betas.into_iter().enumerate() {
        for unit in [[1.0, 0.0], [0.0, 1.0]] {
            let keys = Synapses::from_rows(&[unit]).unwrap();
            let own = &query[2 * head..][..2];
            let found = Head::new(&keys, beta).unwrap().attend(own, &Mask::default(), Steps::ONE);
            scaled.push(beta * found.unwrap().runs[0].potential);
        }
    }
    assert_eq!(scaled, [1.0, 2.0, 30.0, 40.0]);
}

#[test]
fn every_query_stops_by_itself() {
    let keys = Synapses::from_rows(&[[1.0f64, 0.0], [0.0, 1.0]]).unwrap();
    let head = Head::new(&keys, 6.0).unwrap();
    let steps = Steps::to_rest(1e-9, 1000).unwrap();
    let found = head.attend(&[0.9, 0.1, 0.502, 0.498], &Mask::default(), steps).unwrap();
    let [sure, torn] = [found.runs[0], found.runs[1]];
    assert!(sure.outcome == Outcome::Settled && torn.outcome == Outcome::Settled);
    assert!(sure.steps < torn.steps, "{} {}", sure.steps, torn.steps);
    assert!(torn.certificate.drop > sure.certificate.rounding);
    let short = head.attend(&[0.502, 0.498], &Mask::default(), Steps::to_rest(1e-9, 2).unwrap());
    let short = short.unwrap().runs[0];
    assert_eq!((short.steps, short.outcome), (2, Outcome::OutOfSteps));
}

#[test]
fn settled_states_differentiate_implicitly() {
    for (seed, kind) in [(1u64, 0usize), (2, 1), (3, 2), (4, 8), (5, 15)] {
        let case = Case::<f64>::new(seed, [3, 6, 4, 3]);
        let (mask, beta) = (case.mask(kind), 0.3);
        let steps = Steps::to_rest(1e-14, 10_000).unwrap();
        let pull: Vec<f64> = (0..9).map(|i| f64::from(i % 4) - 1.4).collect();
        let loss = |keys: &Synapses<f64>, beta: f64| {
            let head = Head::new(keys, beta).unwrap().with_values(&case.values).unwrap();
            let found = head.attend(&case.queries, &mask, steps).unwrap();
            found.output.iter().zip(&pull).map(|(a, b)| a * b).sum::<f64>()
        };
        let head = Head::new(&case.keys, beta).unwrap().with_values(&case.values).unwrap();
        let gradient = head.vjp(&case.queries, &mask, steps, &pull).unwrap();
        assert!(gradient.queries.iter().all(|x| *x == 0.0)); // rest does not depend on where it began
        for at in 0..24 {
            let nudged = |by: f64| {
                let mut keys = case.keys.patterns().as_slice().to_vec();
                keys[at] += by;
                loss(&Synapses::new(Patterns::new(keys, 4).unwrap()), beta)
            };
            let slope = common::slope(nudged, 1e-3);
            assert!(
                (gradient.keys[at] - slope).abs() < 1e-8,
                "{kind} {at}: {} {slope}",
                gradient.keys[at]
            );
        }
        let slope = common::slope(|x| loss(&case.keys, beta * x.exp()), 1e-3);
        assert!((gradient.log_beta - slope).abs() < 1e-8, "{kind}: {} {slope}", gradient.log_beta);
    }
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let case = Case::<f32>::new(1, [2, 3, 4, 2]);
    let head = Head::new(&case.keys, 1.0).unwrap();
    let told = |queries: &[f32], mask: Mask| head.attend(queries, &mask, Steps::ONE).unwrap_err();
    let none = Mask::default;
    assert!(matches!(told(&[0.0; 5], none()), AttentionError::Size { expected: 4, found: 1, .. }));
    let nan = told(&[0.0, 0.0, f32::NAN, 0.0], none());
    assert!(matches!(nan, AttentionError::NotFinite { index: 2, .. }), "{nan}");
    let huge = told(&[0.0, 0.0, 0.0, 0.0, 3e38, 3e38, 3e38, 3e38], none());
    assert!(matches!(huge, AttentionError::Overflow { query: 1, dtype: "f32", .. }), "{huge}");
    assert!(matches!(
        told(&[0.0; 4], none().keys(Keep(vec![true; 2]))),
        AttentionError::Size { .. }
    ));
    assert!(matches!(
        told(&[0.0; 8], none().pairs(Keep(vec![true; 5]))),
        AttentionError::Size { .. }
    ));
    let added = told(&[0.0; 4], none().added(vec![0.0, f64::NAN, 0.0]));
    assert!(matches!(added, AttentionError::Added { query: 0, key: 1, .. }), "{added}");
    assert!(matches!(
        told(&[0.0; 4], none().added(vec![f64::INFINITY; 3])),
        AttentionError::Added { .. }
    ));
    assert!(Head::new(&case.keys, 0.0).is_err() && Head::new(&case.keys, f64::NAN).is_err());
    assert!(
        Steps::exactly(0).is_err()
            && Steps::to_rest(-1.0, 3).is_err()
            && Steps::to_rest(0.1, 0).is_err()
    );
    let few = common::patterns::<f32>(1, 2, 2);
    assert!(matches!(head.with_values(&few), Err(AttentionError::Size { .. })));
    let pull = head.vjp(&case.queries, &none(), Steps::ONE, &[0.0; 3]).unwrap_err();
    assert!(matches!(pull, AttentionError::Size { expected: 8, found: 3, .. }), "{pull}");
}

#[test]
fn masks_add_up() {
    let mask =
        Mask::default().keys(Keep(vec![true, true, false])).keys(Ignore(vec![true, false, false]));
    let shown: Vec<bool> = (0..3).map(|key| mask.shows(0, key, 3)).collect();
    assert_eq!(shown, [false, true, false]);
    let narrow = Mask::default().causal_from(2).causal();
    assert!(!narrow.shows(0, 1, 3) && narrow.shows(1, 1, 3));
    assert!(!Mask::default().causal_from(-1).shows(0, 0, 1));
}
