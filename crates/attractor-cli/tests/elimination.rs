//! Where the hidden neurons are fast the network is its effective model, in three ways.

use attractor_dynamics::{Look, Proof, System};
use attractor_effective::{Effective, Recall};
use attractor_lagrangian::*;
use attractor_network::{Network, Plan, Rk4, Strang};
use attractor_synapse::Synapses;

/// Five memories of four numbers, of lengths near 1.
fn memories() -> Synapses<f64> {
    Synapses::from_rows(&[
        [0.9, 0.1, -0.3, 0.2],
        [-0.2, 0.8, 0.4, -0.1],
        [0.1, -0.5, 0.7, 0.3],
        [0.4, 0.3, 0.1, -0.8],
        [-0.6, -0.4, -0.2, -0.5],
    ])
    .unwrap()
}

const CUE: [f64; 4] = [0.7, 0.2, -0.1, 0.4];
const BIAS: [f64; 5] = [0.1, -0.2, 0.0, 0.3, -0.1];

type Pair =
    (Network<f64, AnyLagrangian, AnyLagrangian>, Effective<f64, AnyLagrangian, AnyLagrangian>);

fn pair(visible: &AnyLagrangian, hidden: &AnyLagrangian) -> Pair {
    let network = Network::new(visible.clone(), hidden.clone(), memories()).unwrap();
    let effective = Effective::new(visible.clone(), hidden.clone(), memories()).unwrap();
    (
        network.with_bias(BIAS.to_vec()).unwrap().with_input(&[0.05, 0.0, -0.1, 0.0]).unwrap(),
        effective.with_bias(BIAS.to_vec()).unwrap().with_input(&[0.05, 0.0, -0.1, 0.0]).unwrap(),
    )
}

/// Models A, B, C and Hopfield 1984.
fn pairs() -> [Pair; 4] {
    let cube = AnyLagrangian::RectifiedPower(Additive(RectifiedPower::new(3).unwrap()));
    let softmax = AnyLagrangian::LogSumExp(LogSumExp::new(4.0).unwrap());
    let tanh = AnyLagrangian::LogCosh(LogCosh::new(1.5).unwrap());
    let (linear, spins) = (AnyLagrangian::Quadratic, AnyLagrangian::Absolute);
    [
        pair(&spins, &cube),
        pair(&linear, &softmax),
        pair(&AnyLagrangian::Norm, &cube),
        pair(&tanh, &linear),
    ]
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// KH eq. 5 put into eq. 2.
#[test]
fn the_energies_are_one_where_the_hidden_neurons_have_followed() {
    for (network, effective) in pairs() {
        let two_layers = network.energy(&network.start(&CUE).unwrap()).total();
        let mut looks = [Look::NONE];
        let descent = effective.descent(Factor::MAP, Proof::Visible, 0);
        descent.look(&mut effective.start(&CUE).unwrap(), &[0], &mut looks);
        let off = (two_layers.value - looks[0].energy.value).abs();
        assert!(off <= 1e-14 * two_layers.magnitude, "{two_layers:?} against {:?}", looks[0]);
    }
}

#[test]
fn the_states_of_rest_are_one() {
    for (network, effective) in pairs() {
        let mut state = network.with_times(1.0, 0.3).unwrap();
        let network = &mut state;
        let mut state = network.start(&CUE).unwrap();
        let plan = Plan::to_rest(5.0, 1e-13).unwrap();
        network.run(&Strang, &mut state, &plan, &mut ()).unwrap();
        let how = Recall::to_rest(1e-13).unwrap();
        let found = effective.retrieve(&CUE, &how, &mut ()).unwrap();
        assert!(apart(state.g(), &found[0].state) < 1e-10, "{:?} {:?}", state.g(), found[0].state);
    }
}

/// v̇ = φ(v) − v by the classical Runge–Kutta rule, with one map for each φ.
fn effective_end(effective: &Effective<f64, AnyLagrangian, AnyLagrangian>, steps: u32) -> Vec<f64> {
    let dt = 1.0 / f64::from(steps);
    let velocity = |v: &[f64]| -> Vec<f64> {
        effective.map(v).unwrap().iter().zip(v).map(|(to, v)| to - v).collect()
    };
    let ahead = |v: &[f64], k: &[f64], by: f64| -> Vec<f64> {
        v.iter().zip(k).map(|(v, k)| v + by * dt * k).collect()
    };
    let mut v = CUE.to_vec();
    for _ in 0..steps {
        let k1 = velocity(&v);
        let k2 = velocity(&ahead(&v, &k1, 0.5));
        let k3 = velocity(&ahead(&v, &k2, 0.5));
        let k4 = velocity(&ahead(&v, &k3, 1.0));
        for (i, v) in v.iter_mut().enumerate() {
            *v += dt * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]) / 6.0;
        }
    }
    v
}

/// THEORY of the project, §4: the trajectories are O(τ_h) apart.
#[test]
fn trajectories_approach_as_the_hidden_neurons_get_faster() {
    let [_, (network, effective), ..] = pairs();
    let limit = effective_end(&effective, 200);
    let off = |tau: f64| {
        let network = network.clone().with_times(1.0, tau).unwrap();
        let mut state = network.start(&CUE).unwrap();
        let plan = Plan::to_time(tau / 8.0, 1.0).unwrap();
        network.run(&Rk4, &mut state, &plan, &mut ()).unwrap();
        apart(state.v(), &limit)
    };
    for tau in [1e-2, 2.5e-3] {
        let slope = (off(tau) / off(tau / 2.0)).log2();
        assert!((slope - 1.0).abs() < 0.1, "slope {slope} at τ_h = {tau}");
    }
}
