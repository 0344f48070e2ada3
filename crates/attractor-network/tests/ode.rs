//! Our integrators and two of somebody else's find the same trajectories, and theirs always come back.
#![expect(clippy::print_stdout, reason = "what is measured is shown")]

mod smooth;

use attractor_dynamics::Outcome;
use attractor_lagrangian::{
    Additive, Exponential, Growth, Lagrangian, LogCosh, LogSumExp, Norm, Properties, Quadratic,
    Real, SmoothedNorm, Softplus,
};
use attractor_network::{
    Adaptive, DormandPrince, Integrator, Network, NetworkState, Plan, Reference, ReferenceError,
    ReferencePlan, Rk4, Strang, Tolerances,
};
use attractor_synapse::Synapses;
use smooth::{FEATURES, NEURONS, network, numbers, state};

const BOTH: [Reference; 2] = [Reference::Bdf, Reference::Tsit45];
const FINE: Tolerances = Tolerances { rtol: 1e-10, atol: 1e-12 };
const TIME: f64 = 3.0;

fn numbers_of(state: &NetworkState<f64>) -> Vec<f64> {
    [state.v(), state.h()].concat()
}

/// ‖a − b‖/‖b‖.
fn apart(a: &[f64], b: &[f64]) -> f64 {
    let norm = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>().sqrt();
    norm(&mut a.iter().zip(b).map(|(a, b)| a - b)) / norm(&mut b.iter().copied())
}

/// The error of the layer in which it is larger; NaN where one is.
fn off(end: &NetworkState<f64>, truth: &NetworkState<f64>) -> f64 {
    let (v, h) = (apart(end.v(), truth.v()), apart(end.h(), truth.h()));
    if v > h || v.is_nan() { v } else { h }
}

fn ours<Lv: Lagrangian<f64>, Lh: Lagrangian<f64>>(
    network: &Network<f64, Lv, Lh>,
    integrator: &dyn Integrator<f64, Lv, Lh, Synapses<f64>>,
    steps: u32,
) -> Vec<f64> {
    let mut state = state(1, network);
    let plan = Plan::to_time(TIME / f64::from(steps), TIME).unwrap();
    network.run(integrator, &mut state, &plan, &mut ()).unwrap();
    numbers_of(&state)
}

/// Strang's error is a series in dt², so two runs remove its first term.
fn extrapolated<Lv: Lagrangian<f64>, Lh: Lagrangian<f64>>(
    network: &Network<f64, Lv, Lh>,
    steps: u32,
) -> Vec<f64> {
    let (coarse, fine) = (ours(network, &Strang, steps), ours(network, &Strang, 2 * steps));
    coarse.iter().zip(&fine).map(|(c, f)| f + (f - c) / 3.0).collect()
}

/// Strang, Runge–Kutta, BDF and the pair of Tsitouras end within 1e-8 of each other.
fn all_agree<Lv: Lagrangian<f64>, Lh: Lagrangian<f64>>(network: &Network<f64, Lv, Lh>) {
    let mut finals = Vec::new();
    for reference in BOTH {
        let mut state = state(1, network);
        let plan = ReferencePlan::to_time(TIME, FINE).unwrap();
        let run = network.reference(reference, &mut state, &plan).unwrap();
        assert_eq!(run.outcome, Outcome::Finished);
        assert!((state.time() - TIME).abs() <= 1e-12 * TIME);
        finals.push((reference.name(), numbers_of(&state)));
    }
    finals.push(("strang", extrapolated(network, 2000)));
    finals.push(("rk4", ours(network, &Rk4, 2000)));
    let mut adaptive = state(1, network);
    let plan = Plan::to_time(TIME, TIME).unwrap();
    network.run(&Adaptive::new(1e-6, 1e-9).unwrap(), &mut adaptive, &plan, &mut ()).unwrap();
    let gap = apart(&numbers_of(&adaptive), &finals[0].1);
    assert!(gap <= 1e-4, "adaptive ends {gap:e} from bdf");
    for (name, end) in &finals {
        let gap = apart(end, &finals[0].1);
        println!("{name} is {gap:.1e} from bdf");
        assert!(gap <= 1e-8, "{name} ends {gap:e} from bdf");
    }
}

#[test]
fn model_b() {
    all_agree(&network(1, Quadratic, LogSumExp::new(3.0).unwrap(), 1.0));
}

#[test]
fn model_b_with_fast_hidden_neurons() {
    let network = network(2, Quadratic, LogSumExp::new(3.0).unwrap(), 1.0);
    all_agree(&network.with_times(1.0, 0.05).unwrap());
}

#[test]
fn hopfield_1984() {
    all_agree(&network(3, LogCosh::new(1.5).unwrap(), Quadratic, 0.2));
}

#[test]
fn coupled_features_and_rates() {
    all_agree(&network(4, SmoothedNorm::new(0.5).unwrap(), Softplus::new(2.0).unwrap(), 1.0));
}

#[test]
fn linear_features_and_rates_with_many_time_constants() {
    let taus: Vec<f64> = numbers(9, NEURONS, 0.5).iter().map(|x| 1.0 + x).collect();
    let network = network(5, Quadratic, Softplus::new(2.0).unwrap(), 1.0);
    all_agree(&network.with_hidden_times(&taus).unwrap());
}

#[test]
fn model_c_without_decay() {
    let hidden = Additive(Exponential::new(0.5).unwrap());
    all_agree(&network(6, Norm, hidden, 1.0).with_decay(0.2).unwrap());
}

/// An error of `tolerance` in each of tolerance^(−1/3) steps makes its power 2/3. Where a layer is fast
/// the estimate is of first order, so there are tolerance^(−1/2) steps and the error is smaller.
fn adaptive_keeps_its_tolerance<Lv: Lagrangian<f64>, Lh: Lagrangian<f64>>(
    mut network: Network<f64, Lv, Lh>,
) {
    for (ratio, time) in [(1e-4, 2.0), (1e-2, 2.0), (1.0, 2.0), (1e2, 30.0)] {
        network = network.with_times(1.0, ratio).unwrap();
        let mut truth = state(1, &network);
        let plan = ReferencePlan::to_time(time, FINE).unwrap();
        network.reference(Reference::Tsit45, &mut truth, &plan).unwrap();
        for tolerance in [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6] {
            let mut end = state(1, &network);
            let adaptive = Adaptive::new(tolerance, 1e-3 * tolerance).unwrap();
            let plan = Plan::to_time(time, time).unwrap();
            let run = network.run(&adaptive, &mut end, &plan, &mut ()).unwrap();
            let error = off(&end, &truth);
            let what =
                format!("τ_h {ratio:e}, {tolerance:e}: {error:.1e}, {} reads", run.evaluations);
            assert!(error <= tolerance.powf(2.0 / 3.0), "{what}");
            assert!(run.evaluations <= 20.0 + 4.0 * tolerance.powf(-0.5), "{what}");
        }
    }
}

#[test]
fn adaptive_steps_keep_their_tolerance_however_fast_a_layer_is() {
    adaptive_keeps_its_tolerance(network(1, Quadratic, LogSumExp::new(3.0).unwrap(), 1.0));
    adaptive_keeps_its_tolerance(network(3, LogCosh::new(1.5).unwrap(), Quadratic, 0.2));
    let coupled = SmoothedNorm::new(0.5).unwrap();
    adaptive_keeps_its_tolerance(network(4, coupled, Softplus::new(2.0).unwrap(), 1.0));
    adaptive_keeps_its_tolerance(network(8, Quadratic, Softplus::new(2.0).unwrap(), 0.5));
}

/// An error of `tolerance` in each of tolerance^(−1/5) steps, of which the later ones forget the earlier ones; and
/// every step certified, for one of `Adaptive` would be of the second order and take many more.
fn the_pair_keeps_its_tolerance<Lv: Lagrangian<f64>, Lh: Lagrangian<f64>>(
    mut network: Network<f64, Lv, Lh>,
) {
    for (ratio, time) in [(0.2, 2.0), (1.0, 2.0), (10.0, 5.0)] {
        network = network.with_times(1.0, ratio).unwrap();
        let mut truth = state(1, &network);
        let fine = Tolerances { rtol: 1e-13, atol: 1e-15 };
        let plan = ReferencePlan::to_time(time, fine).unwrap();
        network.reference(Reference::Tsit45, &mut truth, &plan).unwrap();
        for tolerance in [1e-2, 1e-4, 1e-6, 1e-8, 1e-10] {
            let mut end = state(1, &network);
            let pair = DormandPrince::new(tolerance, 1e-3 * tolerance).unwrap();
            let plan = Plan::to_time(time, time).unwrap();
            let run = network.run(&pair, &mut end, &plan, &mut ()).unwrap();
            let error = off(&end, &truth);
            let what =
                format!("τ_h {ratio:e}, {tolerance:e}: {error:.1e}, {} reads", run.evaluations);
            println!("{what}");
            assert!(error <= 10.0 * tolerance, "{what}");
            assert!(run.evaluations <= 100.0 + 10.0 * tolerance.powf(-0.2), "{what}");
            assert!(run.certificate.is_some_and(|certificate| certificate.drop > 0.0), "{what}");
        }
    }
}

#[test]
fn steps_of_the_pair_keep_their_tolerance() {
    the_pair_keeps_its_tolerance(network(1, Quadratic, LogSumExp::new(3.0).unwrap(), 1.0));
    the_pair_keeps_its_tolerance(network(3, LogCosh::new(1.5).unwrap(), Quadratic, 0.2));
    let coupled = SmoothedNorm::new(0.5).unwrap();
    the_pair_keeps_its_tolerance(network(4, coupled, Softplus::new(2.0).unwrap(), 1.0));
    the_pair_keeps_its_tolerance(network(8, Quadratic, Softplus::new(2.0).unwrap(), 0.5));
}

/// A wrong Jacobian would show here: Newton's iterations would need more of everything.
#[test]
fn stiff_networks_cost_an_implicit_integrator_little() {
    let network = network(1, Quadratic, LogSumExp::new(3.0).unwrap(), 1.0);
    let network = network.with_times(1.0, 1e-5).unwrap();
    let mut state = state(1, &network);
    let plan = ReferencePlan::to_time(TIME, Tolerances { rtol: 1e-6, atol: 1e-8 }).unwrap();
    let run = network.reference(Reference::Bdf, &mut state, &plan).unwrap();
    println!("{run:?}");
    assert_eq!(run.outcome, Outcome::Finished);
    assert!(run.steps < 220 && run.evaluations < 280, "{run:?}");
    assert!(run.jacobian_products.is_multiple_of(FEATURES + NEURONS), "a Jacobian is whole");
}

#[test]
fn states_are_kept_at_the_times_asked_for() {
    let network = network(1, Quadratic, LogSumExp::new(3.0).unwrap(), 1.0);
    for reference in BOTH {
        let mut whole = state(1, &network);
        let plan = ReferencePlan::to_time(TIME, FINE).unwrap().at(&[0.5, 1.0, TIME]).unwrap();
        let run = network.reference(reference, &mut whole, &plan).unwrap();
        assert_eq!(run.states.len(), 3);
        assert_eq!(run.states[2], whole, "the last stop is the end");
        let mut piece = state(1, &network);
        for kept in &run.states {
            let way = ReferencePlan::to_time(kept.time() - piece.time(), FINE).unwrap();
            network.reference(reference, &mut piece, &way).unwrap();
            assert!(apart(&numbers_of(kept), &numbers_of(&piece)) <= 1e-8);
        }
    }
}

#[test]
fn a_flow_that_blows_up_ends_as_an_outcome() {
    let hidden = Additive(Exponential::new(0.5).unwrap());
    let network = network(6, Norm, hidden, 1.0).with_decay(-50.0).unwrap();
    for reference in BOTH {
        let mut state = state(1, &network);
        let plan = ReferencePlan::to_time(100.0, FINE).unwrap();
        let run = network.reference(reference, &mut state, &plan).unwrap();
        assert_eq!(run.outcome, Outcome::NotFinite, "{reference:?}");
        assert!(state.is_finite() && state.time() < 100.0);
    }
}

/// ½x² with an activation that is no number beyond a bound.
#[derive(Debug)]
struct Broken(f64);

impl<T: Real> Lagrangian<T> for Broken {
    fn value(&self, x: &[T]) -> f64 {
        x.iter().map(|x| 0.5 * x.f64() * x.f64()).sum()
    }
    fn activate(&self, x: &[T], g: &mut [T]) {
        for (g, x) in g.iter_mut().zip(x) {
            *g = if x.f64().abs() > self.0 { T::of(f64::NAN) } else { *x };
        }
    }
    fn curve(&self, _: &[T], d: &[T], out: &mut [T]) {
        out.copy_from_slice(d);
    }
    fn conjugate(&self, p: &[T]) -> f64 {
        self.value(p)
    }
    fn properties(&self) -> Properties {
        Properties {
            lipschitz: Some(1.0),
            ..Properties::separable(Growth::Power { degree: 2.0, factor: 1.0 })
        }
    }
}

#[test]
fn an_activation_that_is_no_number_ends_as_an_outcome() {
    let network = network(1, Broken(2.0), LogSumExp::new(1.0).unwrap(), 1.0);
    let network = network.with_input(&[5.0; FEATURES]).unwrap();
    for reference in BOTH {
        let mut state = network.state(&[0.0; FEATURES], &[0.0; NEURONS]).unwrap();
        let plan = ReferencePlan::to_time(100.0, FINE).unwrap();
        let run = network.reference(reference, &mut state, &plan).unwrap();
        assert_eq!(run.outcome, Outcome::NotFinite, "{reference:?}");
        assert!(state.is_finite() && state.time() > 0.1 && run.steps > 0);
    }
}

#[test]
fn evaluations_are_capped() {
    let network = network(1, Quadratic, LogSumExp::new(3.0).unwrap(), 1.0);
    let network = network.with_times(1.0, 1e-6).unwrap();
    for reference in BOTH {
        for cap in [0, 1, 2, 3, 50] {
            let mut state = state(1, &network);
            let plan = ReferencePlan::to_time(1e9, FINE).unwrap().at_most(cap);
            let run = network.reference(reference, &mut state, &plan).unwrap();
            assert_eq!(run.outcome, Outcome::OutOfSteps, "{reference:?}");
            assert_eq!(run.evaluations + run.jacobian_products, cap);
            assert!(state.is_finite());
        }
    }
}

#[test]
fn tolerances_below_all_digits_end_as_an_outcome() {
    let network = network(1, Quadratic, LogSumExp::new(3.0).unwrap(), 1.0);
    for reference in BOTH {
        let mut state = state(1, &network);
        let tolerances = Tolerances { rtol: 1e-30, atol: 1e-300 };
        let plan = ReferencePlan::to_time(TIME, tolerances).unwrap().at_most(20_000);
        let run = network.reference(reference, &mut state, &plan).unwrap();
        assert!(run.outcome != Outcome::NotFinite && state.is_finite(), "{run:?}");
    }
}

#[test]
fn a_network_too_large_for_dense_jacobians_is_refused() {
    let memories = Synapses::from_rows(&vec![[1.0f64]; 1200]).unwrap();
    let network = Network::modern(memories, LogSumExp::new(1.0).unwrap()).unwrap();
    let plan = ReferencePlan::to_time(1.0, FINE).unwrap();
    let mut state = network.start(&[0.5]).unwrap();
    let refused = network.reference(Reference::Bdf, &mut state, &plan).unwrap_err();
    assert!(matches!(refused, ReferenceError::TooLarge { neurons: 1201, limit: 1200, .. }));
    assert!(refused.to_string().contains("35 MB"), "{refused}");
    let run = network.reference(Reference::Tsit45, &mut state, &plan).unwrap();
    assert_eq!(run.outcome, Outcome::Finished);
}

#[test]
fn times_and_tolerances_are_checked() {
    let plan = |time, rtol, atol| ReferencePlan::to_time(time, Tolerances { rtol, atol });
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(plan(bad, 1e-6, 1e-6).is_err() && plan(1.0, bad, 1e-6).is_err());
        assert!(plan(1.0, 1e-6, bad).is_err());
    }
    for times in [&[0.0, 1.0][..], &[0.5, 0.5], &[2.0], &[f64::NAN]] {
        let refused = plan(1.0, 1e-6, 1e-6).unwrap().at(times);
        assert!(matches!(refused, Err(ReferenceError::Times { .. })), "{times:?}");
    }
}
