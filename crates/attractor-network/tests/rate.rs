//! The rate of the energy (KH eq. 4) is the derivative of the energy along the flow.

mod smooth;

use attractor_lagrangian::{
    Additive, Exponential, GhostLogSumExp, Grouped, Lagrangian, LayerNorm, LogCosh, LogSumExp,
    Norm, Quadratic, SmoothedNorm, Softplus,
};
use attractor_network::{Network, Plan, Rk4};
use smooth::{FEATURES, NEURONS, network, numbers, state};

/// Half the width of the central difference. Its truncation error is δ²E⃛/6 ≈ 1e-11 where times are of
/// size 1; its rounding error is about u·|E|/δ ≈ 1e-11: both are smallest together at δ ≈ u^⅓, and at
/// δ = 1e-6 rounding alone would take 1e-10 to 1e-9.
const DELTA: f64 = 1e-5;

/// |(E(t + δ) − E(t − δ))/2δ − Ė(t)| ≤ 1e-8·|Ė(t)|, and Ė < 0, along two Runge–Kutta steps of δ, whose
/// own error is of order δ⁵.
fn rate_is_derivative<Lv: Lagrangian<f64>, Lh: Lagrangian<f64>>(
    make: impl Fn(u64) -> Network<f64, Lv, Lh>,
) {
    for seed in 0..20 {
        let network = make(seed);
        let mut state = state(seed, &network);
        let step = Plan::to_time(DELTA, DELTA).unwrap();
        let mut energies = vec![network.energy(&state).total().value];
        let mut rates = Vec::new();
        for _ in 0..2 {
            network.run(&Rk4, &mut state, &step, &mut ()).unwrap();
            energies.push(network.energy(&state).total().value);
            rates.push(network.energy_rate(&state));
        }
        let (difference, rate) = ((energies[2] - energies[0]) / (2.0 * DELTA), rates[0]);
        assert!(rate < 0.0, "seed {seed}: the energy rises at rate {rate}");
        assert!(
            (difference - rate).abs() <= 1e-8 * rate.abs(),
            "seed {seed}: the difference quotient is {difference}, the rate {rate}"
        );
    }
}

#[test]
fn model_b() {
    rate_is_derivative(|seed| network(seed, Quadratic, LogSumExp::new(3.0).unwrap(), 1.0));
}

#[test]
fn model_b_with_unequal_layers() {
    rate_is_derivative(|seed| {
        network(seed, Quadratic, LogSumExp::new(3.0).unwrap(), 1.0).with_times(1.0, 0.3).unwrap()
    });
}

#[test]
fn hopfield_1984() {
    rate_is_derivative(|seed| network(seed, LogCosh::new(1.5).unwrap(), Quadratic, 0.2));
}

#[test]
fn a_time_constant_for_every_neuron() {
    let taus = |seed: u64, n| numbers(seed, n, 0.5).iter().map(|x| 1.0 + x).collect::<Vec<_>>();
    rate_is_derivative(|seed| {
        network(seed, LogCosh::new(1.5).unwrap(), Softplus::new(2.0).unwrap(), 1.0)
            .with_feature_times(&taus(seed, FEATURES))
            .unwrap()
            .with_hidden_times(&taus(seed ^ 8, NEURONS))
            .unwrap()
    });
}

#[test]
fn linear_features_and_rates() {
    rate_is_derivative(|seed| network(seed, Quadratic, Softplus::new(2.0).unwrap(), 1.0));
}

#[test]
fn coupled_features_and_rates() {
    let norm = SmoothedNorm::new(0.5).unwrap();
    rate_is_derivative(|seed| network(seed, norm, Softplus::new(2.0).unwrap(), 1.0));
}

#[test]
fn model_c_at_any_decay() {
    let hidden = || Additive(Exponential::new(0.5).unwrap());
    for alpha in [-0.2, 0.0, 0.4, 1.0] {
        rate_is_derivative(|seed| network(seed, Norm, hidden(), 1.0).with_decay(alpha).unwrap());
    }
}

#[test]
fn normalised_features_and_groups() {
    rate_is_derivative(|seed| {
        let feature = LayerNorm::new(1.0, 0.1).unwrap();
        network(seed, feature, Grouped::new(LogSumExp::new(1.0).unwrap(), 3).unwrap(), 1.0)
    });
}

#[test]
fn ghost_hidden_layer() {
    rate_is_derivative(|seed| network(seed, Quadratic, GhostLogSumExp::new(2.0).unwrap(), 1.0));
}
