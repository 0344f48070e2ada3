//! What models refuse, what they name, where they stop, and the limits that are known.

mod common;

use attractor_dynamics::{Outcome, Proof, StopRule};
use attractor_effective::*;
use attractor_lagrangian::*;
use attractor_synapse::*;
use common::*;
use std::sync::atomic::{AtomicUsize, Ordering};

fn memories(rows: &[[f64; 2]]) -> Synapses<f64> {
    Synapses::from_rows(rows).unwrap()
}

fn model(visible: Visible, hidden: Hidden, xi: Synapses<f64>) -> Result<Model<f64>, ModelError> {
    Model::new(visible.lagrangian(), hidden.lagrangian(), xi)
}

#[test]
fn every_refusal_says_what_and_what_instead() {
    let small = || memories(&[[0.5, 0.0], [0.0, 0.5]]);
    let refuse = |result: Result<Model<f64>, ModelError>, says: &[&str]| {
        let message = result.unwrap_err().to_string();
        for part in says {
            assert!(message.contains(part), "{message:?} does not say {part:?}");
        }
    };
    let unbounded = ["no lower bound", "bounded activation", "log-sum-exp"];
    for hidden in
        [Hidden::Exponential(1.0), Hidden::Rectified(3), Hidden::Rectified(20), Hidden::Even(4)]
    {
        refuse(model(Visible::Identity, hidden, small()), &unbounded);
    }
    for hidden in [Hidden::Square, Hidden::Even(2), Hidden::Rectified(2)] {
        assert!(
            model(Visible::Identity, hidden, small()).is_ok(),
            "‖Ξ‖ = ½ is bounded: {hidden:?}"
        );
        let tight = memories(&[[0.999999, 0.0]]);
        assert!(model(Visible::Identity, hidden, tight).is_ok());
        for norm in [1.0, 1.000001, 30.0] {
            let wide = memories(&[[norm, 0.0], [0.0, 0.5]]);
            refuse(
                model(Visible::Identity, hidden, wide),
                &["must stay below 1", "Scale the memories down"],
            );
        }
    }
    for visible in [Visible::Sign, Visible::Sphere, Visible::Tanh(1.0)] {
        assert!(model(visible, Hidden::Square, memories(&[[30.0, 0.0]])).is_ok());
    }
    let large = || memories(&[[1e3, 1e3]]);
    refuse(
        model(Visible::Sign, Hidden::Rectified(200), large()),
        &["not finite in f64", "lower the power"],
    );
    let overflow = model(Visible::Sign, Hidden::Exponential(1.0), large()).unwrap();
    refuse(overflow.with_input(&[1.0, 1.0]), &["not finite", "log-sum-exp"]);
    refuse(
        model(Visible::Sign, Hidden::Rectified(3), small()).unwrap().with_bias(vec![0.0]),
        &["the hidden bias has 1 numbers, 2 are needed"],
    );
    refuse(
        model(Visible::Sign, Hidden::Rectified(3), small()).unwrap().with_input(&[0.0; 3]),
        &["the input has 3 numbers, 2 are needed"],
    );
    refuse(
        model(Visible::Sign, Hidden::Rectified(3), small()).unwrap().with_bias(vec![0.0, f64::NAN]),
        &["the hidden bias 1 is NaN"],
    );
    refuse(
        model(Visible::Sign, Hidden::Rectified(3), small())
            .unwrap()
            .with_input(&[f64::INFINITY, 0.0]),
        &["the input 0 is inf"],
    );
    let odd = EvenPower::new(3).unwrap_err().to_string();
    assert!(odd.contains("power 3 is odd") && odd.contains("rectified power 3"), "{odd}");
    assert!(EvenPower::new(0).is_err() && RectifiedPower::new(1).is_err());
    for beta in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(
            LogSumExp::new(beta).is_err()
                && Exponential::new(beta).is_err()
                && LogCosh::new(beta).is_err()
        );
    }
}

#[test]
fn cues_are_refused_by_name() {
    let xi = || memories(&[[0.5, 0.0], [0.0, 0.5]]);
    let sphere = model(Visible::Sphere, Hidden::Rectified(3), xi()).unwrap();
    let message = |result: Result<Vec<f64>, ModelError>| result.unwrap_err().to_string();
    let zero = message(sphere.map(&[1.0, 0.0, 0.0, 0.0]));
    assert!(zero.contains("cue 1 is zero") && zero.contains("`modern`"), "{zero}");
    let modern = model(Visible::Identity, Hidden::Softmax(1.0), xi()).unwrap();
    assert!(modern.map(&[0.0, 0.0]).is_ok());
    assert!(message(modern.map(&[1.0; 3])).contains("the last cue has 1 numbers, 2 are needed"));
    assert!(
        modern
            .recall(&[1.0; 4])
            .unwrap_err()
            .to_string()
            .contains("the cue has 4 numbers, 2 are needed")
    );
    for bad in [f64::NAN, f64::INFINITY] {
        let said = message(modern.map(&[1.0, 0.0, 0.0, bad]));
        assert!(said.contains("a number of cue 1 is"), "{said}");
    }
    assert_eq!(modern.map(&[]).unwrap(), [0.0; 0]);
}

#[test]
fn settled_states_stay_and_do_not_depend_on_their_neighbours() {
    let mut settled = 0;
    for (visible, hidden) in [
        (Visible::Identity, Hidden::Softmax(8.0)),
        (Visible::Sign, Hidden::Rectified(3)),
        (Visible::Sphere, Hidden::Rectified(3)),
        (Visible::Tanh(0.5), Hidden::Square),
        (Visible::Sign, Hidden::Exponential(1e4)),
    ] {
        for seed in 0..6 {
            let case = Case {
                visible,
                hidden,
                n: 9,
                d: 8,
                queries: 7,
                scale: 1.0,
                cue: 1.0,
                input: None,
                bias: Bias::None,
                step: Step::Map,
                seed,
            };
            let world = case.world::<f64>();
            let how = Recall::to_rest(1e-9).unwrap();
            let batch = world.model.retrieve(&world.cues, &how, &mut ()).unwrap();
            for (q, found) in batch.iter().enumerate() {
                let alone =
                    &world.model.retrieve(&world.cues[q * 8..][..8], &how, &mut ()).unwrap()[0];
                assert_eq!(alone.outcome, found.outcome, "{case:?}");
                let apart = alone
                    .state
                    .iter()
                    .zip(&found.state)
                    .map(|(a, b)| (a - b).abs())
                    .fold(0.0, f64::max);
                assert!(
                    apart <= 1e-7 && alone.steps.abs_diff(found.steps) <= 1,
                    "{case:?}: {apart}"
                );
                if found.outcome == Outcome::Settled {
                    settled += 1;
                    assert!(found.residual <= 1e-9);
                    let next = visible.activation(&world.target(&found.state), &found.state);
                    for (a, b) in next.iter().zip(&found.state) {
                        assert!((a - b).abs() <= 1e-9 * norm(&found.state), "{case:?}");
                    }
                } else {
                    assert_eq!((found.outcome, found.steps), (Outcome::OutOfSteps, 1000));
                }
            }
        }
    }
    assert!(settled > 150, "{settled} of 210 settled");
}

#[test]
fn exponential_and_log_sum_exp_are_one_map_under_a_homogeneous_layer() {
    for visible in [Visible::Sign, Visible::Sphere] {
        for beta in [0.1, 1.0, 5.0] {
            let case = Case {
                visible,
                hidden: Hidden::Exponential(beta),
                n: 64,
                d: 9,
                queries: 7,
                scale: 1.0,
                cue: 1.0,
                input: None,
                bias: Bias::None,
                step: Step::Map,
                seed: 8,
            };
            let world = case.world::<f64>();
            let softmax = Case { hidden: Hidden::Softmax(beta), ..case.clone() }.world::<f64>();
            // the exponential itself, forced by an input of zeros
            let forced = model(visible, case.hidden, world.model.memories().clone())
                .unwrap()
                .with_input(&[0.0; 9])
                .unwrap();
            let maps = [
                world.model.map(&world.cues),
                softmax.model.map(&world.cues),
                forced.map(&world.cues),
            ]
            .map(Result::unwrap);
            for (a, b) in maps[0].iter().zip(&maps[1]).chain(maps[0].iter().zip(&maps[2])) {
                assert!((a - b).abs() <= 1e-12, "{visible:?} {beta}");
            }
        }
    }
}

#[test]
fn the_length_of_a_cue_means_nothing_to_spins_and_spheres() {
    for visible in [Visible::Sign, Visible::Sphere] {
        for hidden in [Hidden::Rectified(3), Hidden::Exponential(100.0), Hidden::Even(2)] {
            let case = Case {
                visible,
                hidden,
                n: 9,
                d: 9,
                queries: 2,
                scale: 1.0,
                cue: 1.0,
                input: None,
                bias: Bias::None,
                step: Step::Map,
                seed: 3,
            };
            let world = case.world::<f64>();
            let how = Recall { proof: Proof::Full, ..Recall::to_rest(1e-9).unwrap() };
            let found = world.model.retrieve(&world.cues, &how, &mut ()).unwrap();
            for scale in [2f64.powi(-900), 2f64.powi(-30), 2f64.powi(100), 2f64.powi(1000)] {
                let cues: Vec<f64> = world.cues.iter().map(|x| x * scale).collect();
                for (a, b) in world.model.retrieve(&cues, &how, &mut ()).unwrap().iter().zip(&found)
                {
                    assert_eq!(
                        (a.steps, a.outcome, a.kind),
                        (b.steps, b.outcome, b.kind),
                        "{visible:?} {hidden:?} {scale:e}"
                    );
                    let far = a
                        .state
                        .iter()
                        .zip(&b.state)
                        .map(|(a, b)| (a - b).abs())
                        .fold(0.0, f64::max);
                    assert!(
                        far <= 1e-12
                            && (a.certificate.drop - b.certificate.drop).abs()
                                <= 1e-12 * b.energy.magnitude.max(b.certificate.drop)
                    );
                    assert!(
                        a.certificate.rounding <= 1.01 * b.certificate.rounding,
                        "{visible:?} {hidden:?} {scale:e}: {} {}",
                        a.certificate.rounding,
                        b.certificate.rounding
                    );
                }
            }
        }
    }
}

#[test]
fn kinds_are_what_the_rule_says() {
    let kind = |model: &Model<f64>, cue: &[f64]| model.recall(cue).unwrap().kind;
    let corners = || {
        Synapses::from_rows(&[
            [1.0, 0.0, 0.0, 0.0],
            [0.0, 1.0, 0.0, 0.0],
            [0.0, 0.0, 1.0, 0.0],
            [0.0, 0.0, 0.0, 1.0],
        ])
        .unwrap()
    };
    let steep = model(Visible::Identity, Hidden::Softmax(50.0), corners()).unwrap();
    assert_eq!(kind(&steep, &[0.9, 0.1, 0.0, 0.0]), Kind::Single { negated: false });
    let flat = model(Visible::Identity, Hidden::Softmax(0.1), corners()).unwrap();
    assert_eq!(kind(&flat, &[0.9, 0.1, 0.0, 0.0]), Kind::Global);
    // two memories close to each other, two far away
    let pairs = Synapses::from_rows(&[[3.0, 0.1], [3.0, -0.1], [-3.0, 0.1], [-3.0, -0.1]]).unwrap();
    let pairs = model(Visible::Identity, Hidden::Softmax(2.0), pairs).unwrap();
    let found = pairs.recall(&[2.0, 0.0]).unwrap();
    assert_eq!(found.kind, Kind::Metastable);
    assert!((found.effective_memories - 2.0).abs() < 1e-6);
    let lone = model(Visible::Identity, Hidden::Softmax(1.0), memories(&[[1.0, 2.0]])).unwrap();
    assert_eq!(kind(&lone, &[0.0, 0.0]), Kind::Single { negated: false });

    // three orthogonal spin patterns and their odd mixture, which overlaps ½ with each
    let rows = [[1.0, 1.0, 1.0, 1.0], [1.0, -1.0, 1.0, -1.0], [1.0, 1.0, -1.0, -1.0]];
    let classical =
        model(Visible::Sign, Hidden::Square, Synapses::from_rows(&rows).unwrap()).unwrap();
    assert_eq!(kind(&classical, &rows[1]), Kind::Single { negated: false });
    assert_eq!(kind(&classical, &rows[1].map(|x| -x)), Kind::Single { negated: true });
    let mixture = [1.0, 1.0, 1.0, -1.0];
    let found = classical.recall(&mixture).unwrap();
    assert_eq!(found.kind, Kind::Mixture, "{found:?}");
    assert!((found.nearest.overlap - 0.5).abs() < 1e-12);
    let sphere = model(Visible::Sphere, Hidden::Rectified(3), memories(&[[1.0, 0.0]])).unwrap();
    assert_eq!(kind(&sphere, &[-1.0, 0.0]), Kind::Silent);
}

/// Counts the reads.
#[derive(Debug)]
struct Counting(Synapses<f64>, AtomicUsize);

impl Memories<f64> for Counting {
    fn memories(&self) -> usize {
        self.0.memories()
    }
    fn features(&self) -> usize {
        self.0.features()
    }
    fn largest_norm(&self) -> f64 {
        self.0.largest_norm()
    }
    fn squared_norms(&self) -> Vec<f64> {
        self.0.squared_norms()
    }
    fn spectral_norm(&self) -> f64 {
        self.0.spectral_norm()
    }
    fn read(&self, question: &Question<'_, f64>, answers: &mut Answers<f64>) {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.read(question, answers);
    }

    fn relay(&self, errand: Errand<'_, f64>, relay: &mut Relay<f64>) {
        self.0.relay(errand, relay);
    }
}

#[test]
fn n_steps_cost_n_plus_one_reads_and_a_map_costs_one() {
    let counting = Counting(memories(&[[1.0, 0.2], [-0.3, 1.0]]), AtomicUsize::new(0));
    let model = Effective::new(Quadratic, LogSumExp::new(3.0).unwrap(), counting).unwrap();
    let reads = || model.memories().1.swap(0, Ordering::Relaxed);
    let cues = [0.5, 0.1, 0.2, 0.9, 1.0, 1.0];
    for proof in [Proof::Visible, Proof::Full] {
        for steps in [0, 1, 7] {
            let how = Recall { proof, ..Recall::steps(steps, 0.0).unwrap() };
            model.retrieve(&cues, &how, &mut ()).unwrap();
            assert_eq!(reads(), steps + 1, "{steps} steps");
        }
        let how = Recall { proof, ..Recall::to_rest(1e-9).unwrap() };
        let found = model.retrieve(&cues, &how, &mut ()).unwrap();
        assert_eq!(reads(), found.iter().map(|r| r.steps).max().unwrap() + 1);
        assert!(found.iter().any(|r| r.steps != found[0].steps), "they stop one by one");
    }
    model.map(&cues).unwrap();
    assert_eq!(reads(), 1);
}

/// Two memories ±a in one dimension: x = a·tanh(βax) forks at βa² = 1, x ≈ √(3ε)·a beyond it.
#[test]
fn two_memories_fork_at_beta_a_squared_one() {
    let a = 1.7;
    let settle = |product: f64| {
        let xi = Synapses::from_rows(&[[a], [-a]]).unwrap();
        let fork = ModernHopfield::modern(xi, LogSumExp::new(product / (a * a)).unwrap()).unwrap();
        let how = Recall::by(StopRule::rest(1e-13, 100_000).unwrap());
        fork.retrieve(&[0.5], &how, &mut ()).unwrap().remove(0).state[0]
    };
    assert!(settle(0.99).abs() < 1e-6 * a, "{}", settle(0.99));
    let predicted = (3.0f64 * 0.01).sqrt() * a;
    assert!((settle(1.01) / predicted - 1.0).abs() < 0.02, "{} {predicted}", settle(1.01));
}

#[test]
fn the_euclidean_bias_makes_a_denoiser_and_the_classical_map_is_sign_t_sigma() {
    let case = Case {
        visible: Visible::Identity,
        hidden: Hidden::Softmax(3.0),
        n: 65,
        d: 9,
        queries: 7,
        scale: 1.0,
        cue: 1.0,
        input: None,
        bias: Bias::Euclidean,
        step: Step::Map,
        seed: 21,
    };
    let world = case.world::<f64>();
    let mapped = world.model.map(&world.cues).unwrap();
    for (x, found) in world.cues.chunks_exact(9).zip(mapped.chunks_exact(9)) {
        let weights: Vec<f64> = world
            .rows
            .iter()
            .map(|row| (-1.5 * row.iter().zip(x).map(|(a, b)| (a - b).powi(2)).sum::<f64>()).exp())
            .collect();
        let total: f64 = weights.iter().sum();
        for k in 0..9 {
            let exact =
                world.rows.iter().zip(&weights).map(|(row, w)| w * row[k]).sum::<f64>() / total;
            assert!((found[k] - exact).abs() < 1e-13);
        }
    }
    let case =
        Case { visible: Visible::Sign, hidden: Hidden::Square, bias: Bias::None, seed: 22, ..case };
    let world = case.world::<f64>();
    let mapped = world.model.map(&world.cues).unwrap();
    let t = |i: usize, j: usize| world.rows.iter().map(|row| row[i] * row[j]).sum::<f64>();
    for (x, found) in world.cues.chunks_exact(9).zip(mapped.chunks_exact(9)) {
        let spin: Vec<f64> = x.iter().map(|x| if *x == 0.0 { 0.0 } else { x.signum() }).collect();
        for (i, found) in found.iter().enumerate() {
            let field: f64 = (0..9).map(|j| t(i, j) * spin[j]).sum();
            if field.abs() > 1e-12 {
                assert_eq!(*found > 0.0, field > 0.0);
            }
        }
    }
}
