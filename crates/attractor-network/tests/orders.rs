//! Every integrator has the order that it claims, on smooth pairs.
#![expect(clippy::print_stdout, reason = "what is measured is shown")]

mod smooth;

use attractor_lagrangian::{Lagrangian, LogCosh, LogSumExp, Quadratic, Softplus};
use attractor_network::{
    DormandPrince, Euler, ExponentialEuler, Integrator, Lie, Network, NetworkState, Plan, Rk4,
    Strang,
};
use attractor_synapse::Synapses;
use smooth::{network, state};

/// An integrator, the steps of its coarsest run, and how far its order may be off.
type Rule<'a, Lv, Lh> = (&'a dyn Integrator<f64, Lv, Lh, Synapses<f64>>, u32, f64);

const TIME: f64 = 1.0;

/// v and then h after `steps` steps.
fn end<Lv: Lagrangian<f64>, Lh: Lagrangian<f64>>(
    network: &Network<f64, Lv, Lh>,
    integrator: &dyn Integrator<f64, Lv, Lh, Synapses<f64>>,
    start: &NetworkState<f64>,
    steps: u32,
) -> Vec<f64> {
    let mut state = start.clone();
    let plan = Plan::to_time(TIME / f64::from(steps), TIME).unwrap();
    network.run(integrator, &mut state, &plan, &mut ()).unwrap();
    [state.v(), state.h()].concat()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// The slope of ln(error) over ln(dt), by least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let mean = |pick: fn(&(f64, f64)) -> f64| points.iter().map(pick).sum::<f64>() / n;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let rise: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    rise / points.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>()
}

/// The measured order of an integrator over step counts that double from `coarse` on, against
/// Runge–Kutta steps so small that their error is rounding.
fn order<Lv: Lagrangian<f64>, Lh: Lagrangian<f64>>(
    network: &Network<f64, Lv, Lh>,
    integrator: &dyn Integrator<f64, Lv, Lh, Synapses<f64>>,
    coarse: u32,
) -> f64 {
    let start = state(1, network);
    let exact = end(network, &Rk4, &start, 4096);
    let steps = (0..4).map(|k| coarse << k);
    let point = |n: u32| {
        let error = distance(&end(network, integrator, &start, n), &exact);
        (-f64::from(n).ln(), error.ln())
    };
    slope(&steps.map(point).collect::<Vec<_>>())
}

/// Holds all integrators to their orders.
fn orders<Lv: Lagrangian<f64>, Lh: Lagrangian<f64>>(network: &Network<f64, Lv, Lh>) {
    let pair = DormandPrince::new(1e6, 1e6).unwrap(); // takes the steps of the plan
    let rules: [Rule<'_, Lv, Lh>; 6] = [
        (&Lie, 128, 0.05),
        (&Strang, 32, 0.05),
        (&Euler, 128, 0.05),
        (&ExponentialEuler, 128, 0.05),
        (&Rk4, 8, 0.2),
        (&pair, 16, 0.35), // its finest errors are next to rounding
    ];
    for (rule, coarse, tolerance) in rules {
        let (claimed, measured) = (f64::from(rule.order()), order(network, rule, coarse));
        println!("{}: order {measured:.4}", rule.name());
        assert!(
            (measured - claimed).abs() <= tolerance,
            "{} claims order {claimed} and has {measured}",
            rule.name()
        );
    }
}

#[test]
fn model_b() {
    orders(&network(1, Quadratic, LogSumExp::new(2.0).unwrap(), 1.0));
}

#[test]
fn model_b_with_fast_hidden_neurons() {
    let network = network(2, Quadratic, LogSumExp::new(2.0).unwrap(), 1.0);
    orders(&network.with_times(1.0, 0.25).unwrap());
}

#[test]
fn hopfield_1984() {
    orders(&network(3, LogCosh::new(1.5).unwrap(), Quadratic, 0.2));
}

#[test]
fn graded_features_and_rates() {
    orders(&network(4, LogCosh::new(1.0).unwrap(), Softplus::new(2.0).unwrap(), 1.0));
}
