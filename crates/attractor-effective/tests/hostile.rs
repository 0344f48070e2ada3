//! Huge, tiny and vanishing numbers: an error by name, finite results, or an outcome that says so.

mod common;

use attractor_dynamics::{Outcome, Proof};
use attractor_effective::*;
use attractor_lagrangian::*;
use attractor_synapse::*;
use common::*;

const PAIRS: [(Visible, Hidden); 12] = [
    (Visible::Identity, Hidden::Softmax(1.0)),
    (Visible::Identity, Hidden::Softmax(1e6)),
    (Visible::Identity, Hidden::Softmax(1e-3)),
    (Visible::Sign, Hidden::Rectified(2)),
    (Visible::Sign, Hidden::Rectified(20)),
    (Visible::Sign, Hidden::Exponential(1.0)),
    (Visible::Sign, Hidden::Square),
    (Visible::Sphere, Hidden::Rectified(3)),
    (Visible::Sphere, Hidden::Exponential(1e6)),
    (Visible::Sphere, Hidden::Even(4)),
    (Visible::Tanh(1.0), Hidden::Square),
    (Visible::Tanh(1e6), Hidden::Softmax(1e6)),
];

/// All numbers are finite, unless the outcome says that they are not.
fn is_honest<T: Real>(found: &Retrieval<T>) -> Law {
    let named = found.outcome == Outcome::NotFinite;
    let numbers = [
        found.energy.value,
        found.energy_start.value,
        found.certificate.drop,
        found.certificate.rounding,
        found.residual,
        found.effective_memories,
    ];
    let weights = found.top.iter().map(|t| t.weight);
    let finite = numbers.into_iter().chain(weights).all(f64::is_finite)
        && found.state.iter().all(|x| x.is_finite());
    holds(&format!("a number that is none, and no word of it: {found:?}"), named || finite)?;
    holds("a proof that is negative", named || found.certificate.drop >= 0.0)
}

fn try_all<T: Element>(scales: &[f64], cue_scales: &[f64]) -> [usize; 3] {
    let mut seen = [0; 3];
    for (visible, hidden) in PAIRS {
        for &scale in scales {
            let rows: Vec<Vec<T>> = [[1.0, -0.5, 0.0], [0.25, 1.0, -1.0], [0.0, 0.0, 0.0]]
                .iter()
                .map(|row| row.iter().map(|x| T::of(x * scale)).collect())
                .collect();
            let xi = Synapses::from_rows(&rows).unwrap();
            let model = match Model::<T>::new(visible.lagrangian(), hidden.lagrangian(), xi) {
                Ok(model) => model,
                Err(ModelError::Overflow { .. }) => {
                    seen[0] += 1;
                    continue;
                }
                Err(other) => panic!("{visible:?} {hidden:?} {scale:e}: {other}"),
            };
            let biased = Model::<T>::new(
                visible.lagrangian(),
                hidden.lagrangian(),
                model.memories().clone(),
            )
            .unwrap()
            .with_euclidean_bias();
            for model in [Some(model), biased.ok()].into_iter().flatten() {
                for &cue in cue_scales {
                    for step in [Step::Map, Step::Exponential(1e-3), Step::Exponential(0.7)] {
                        let cues: Vec<T> = [1.0, -0.5, 0.25, 0.0, 0.0, -1.0]
                            .iter()
                            .map(|x| T::of(x * cue))
                            .collect();
                        let how = Recall {
                            proof: Proof::Full,
                            factor: step.factor(),
                            ..Recall::steps(5, 0.0).unwrap()
                        };
                        match model.retrieve(&cues, &how, &mut ()) {
                            Ok(found) => found.iter().for_each(|found| {
                                assert_eq!(
                                    is_honest(found),
                                    Ok(()),
                                    "{visible:?} {hidden:?} memories {scale:e} cue {cue:e} {step:?}"
                                );
                                let lost = found.outcome == Outcome::NotFinite;
                                seen[if lost { 1 } else { 2 }] += 1;
                            }),
                            Err(ModelError::ZeroCue { .. }) => {
                                assert!(cue == 0.0 && visible == Visible::Sphere)
                            }
                            Err(other) => panic!("{other}"),
                        }
                    }
                }
            }
        }
    }
    seen
}

#[test]
fn hostile_f32() {
    let extremes = [0.0, 1e-45, 1e-40, 1e-30, 1e-19, 1.0, 1e10, 1e19, 3e38];
    let [refused, not_finite, finite] = try_all::<f32>(&extremes, &extremes);
    println!("f32: {refused} models refused, {not_finite} runs not finite, {finite} finite");
    assert!(refused > 0 && finite > 8 * not_finite);
}

#[test]
fn hostile_f64() {
    let extremes = [0.0, 5e-324, 1e-310, 1e-200, 1e-150, 1.0, 1e100, 1e200, 1e308];
    let [refused, not_finite, finite] = try_all::<f64>(&extremes, &extremes);
    println!("f64: {refused} models refused, {not_finite} runs not finite, {finite} finite");
    assert!(refused > 0 && finite > 4 * not_finite);
}

#[test]
fn a_silent_nan_is_caught() {
    let model = ModernHopfield::modern(
        Synapses::from_rows(&[[1.0f64]]).unwrap(),
        LogSumExp::new(1.0).unwrap(),
    )
    .unwrap();
    let mut found = model.recall(&[0.5]).unwrap();
    assert_eq!(is_honest(&found), Ok(()));
    found.energy.value = f64::NAN;
    assert!(is_honest(&found).is_err());
    found.outcome = Outcome::NotFinite;
    assert_eq!(is_honest(&found), Ok(()));
}

#[test]
fn denormal_cues_have_a_direction() {
    for scale in [5e-324, 1e-310] {
        let xi = Synapses::from_rows(&[[1.0, 0.0], [0.0, 1.0]]).unwrap();
        let sphere = Model::<f64>::new(
            Visible::Sphere.lagrangian(),
            Hidden::Rectified(3).lagrangian(),
            xi.clone(),
        )
        .unwrap();
        let how =
            Recall { factor: Step::Exponential(0.7).factor(), ..Recall::steps(5, 0.0).unwrap() };
        let found = sphere.retrieve(&[scale, 0.0], &how, &mut ()).unwrap();
        assert!(found[0].state == [1.0, 0.0], "{found:?}");
        let modern = Model::<f64>::new(
            Visible::Identity.lagrangian(),
            Hidden::Softmax(9.0).lagrangian(),
            xi,
        )
        .unwrap();
        let found =
            modern.retrieve(&[scale, 0.0], &Recall::to_rest(1e-9).unwrap(), &mut ()).unwrap();
        assert!(found[0].outcome == Outcome::Settled && found[0].residual.is_finite(), "{found:?}");
    }
}

/// A bare map has no outcome to say it with: it names the cue instead.
#[test]
fn a_map_that_leaves_the_range_is_an_error() {
    let xi = Synapses::from_rows(&[[1e18f32, -1e18], [1e18, 1e18]]).unwrap();
    let model = ModernHopfield::modern(xi, LogSumExp::new(1.0).unwrap()).unwrap();
    let error = model.map(&[1.0, 0.5, 3e38, 3e38]).unwrap_err();
    assert!(matches!(error, ModelError::NotFinite { index: 1, .. }), "{error}");
}

#[test]
fn groups_of_hidden_neurons_divide_the_memories_or_are_refused() {
    let memories =
        || Synapses::from_rows(&[[1.0f64, 0.0], [0.0, 1.0], [0.6, 0.8], [0.8, 0.6]]).unwrap();
    let heads = |size| Grouped::new(LogSumExp::new(2.0).unwrap(), size).unwrap();
    let model = Effective::new(Quadratic, heads(2), memories()).unwrap();
    assert!(model.recall(&[1.0, 0.2]).unwrap().certificate.drop > 0.0);
    let refused = Effective::new(Quadratic, heads(3), memories()).map(|_| ());
    assert!(matches!(refused, Err(ModelError::Groups { what: "memories", count: 4, group: 3 })));
}

/// No cues are no mistake: there is nothing to answer.
#[test]
fn no_cues_have_no_answers() {
    let rows = [[1.0f32, -1.0], [1.0, 1.0], [-1.0, 1.0]];
    let memories = || Synapses::from_rows(&rows).unwrap();
    let how = Recall::to_rest(1e-6).unwrap();
    let classical = ClassicalHopfield::classical(memories()).unwrap();
    assert!(classical.retrieve(&[], &how, &mut ()).unwrap().is_empty());
    assert!(classical.coupled().unwrap().retrieve(&[], &how, &mut ()).unwrap().is_empty());
    let cyclic = SpinRecall::to_rest(SpinRule::Cyclic).unwrap();
    let spins = Spins::new(Quadratic, memories()).unwrap();
    assert!(spins.retrieve(&[], None, &cyclic).unwrap().is_empty());
    let couplings = Couplings::learned(Learning::PseudoInverse, memories()).unwrap();
    assert!(couplings.retrieve(&[], Some(&[]), &cyclic).unwrap().is_empty());
    let balls = Epanechnikov::new(memories(), 1.0, 0.0).unwrap();
    assert!(balls.retrieve(&[], &how, &mut ()).unwrap().is_empty());
}

/// One feature, one memory, and numbers at the ends of the range.
#[test]
fn the_smallest_and_the_largest_couplings() {
    let cyclic = SpinRecall::to_rest(SpinRule::Cyclic).unwrap();
    for x in [1.0f64, -3.0, 0.0, 1e-160, 1e150] {
        let memories = Synapses::from_rows(&[[x]]).unwrap();
        for rule in Learning::ALL {
            let Ok(one) = Couplings::learned(rule, memories.clone()) else {
                assert!(x.abs() < 1e-300 && rule == Learning::PseudoInverse);
                continue;
            };
            let found = one.recall(&[-0.0], &cyclic).unwrap();
            assert_eq!((found.state[0], found.flips), (1.0, 0), "no field keeps the spin");
        }
        let pair = Synapses::from_rows(&[[x, x], [x, x], [x, x]]).unwrap();
        let spins = Couplings::new(pair).unwrap();
        let found = spins.recall(&[1.0, -1.0], &cyclic).unwrap();
        assert!(found.energy.value.is_finite() && found.certificate.unwrap().drop >= 0.0);
    }
}
