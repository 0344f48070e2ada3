//! Networks of hostile memories, currents and steps: an error, or an outcome that says what is not finite.

use attractor_dynamics::*;
use attractor_lagrangian::*;
use attractor_network::*;
use attractor_synapse::*;
use sweep::{Fed, Number, Sweep, fed, refused, vectors};

fn synapses<T: Element>(rows: &[T], d: usize) -> Option<Synapses<T>> {
    Patterns::new(rows.to_vec(), d).ok().map(Synapses::new)
}

fn tame<T: Element>() -> Synapses<T> {
    synapses(&[T::ONE, T::of(-1.0), T::ONE, T::of(0.5), T::ONE, T::ZERO], 3).unwrap()
}

fn modern<T: Element>() -> ModernNetwork<T> {
    Network::modern(tame(), LogSumExp::new(1.0).unwrap()).unwrap()
}

/// What a trajectory shows; one that ends in a state which is not finite has said so.
fn told<T: Element>(trajectory: Trajectory<T>) -> Result<Trajectory<T>, Outcome> {
    match trajectory.outcome {
        Outcome::NotFinite => Err(Outcome::NotFinite),
        _ => Ok(trajectory),
    }
}

fn runs<T: Element + Number, Lv: Lagrangian<T>, Lh: Lagrangian<T>>(
    s: &mut Sweep,
    network: &Network<T, Lv, Lh>,
    state: &NetworkState<T>,
) {
    let shown = format!("{network:?} from {:?}", state.v());
    s.call("Network::energy", Fed::Finite, &shown, || {
        let energy = network.energy(state).total();
        if energy.is_finite() { Ok(energy) } else { Err("energy") }
    });
    s.call("EnergyTerms::total", Fed::Finite, (), || network.energy(state).total().is_finite());
    s.call("NetworkState::is_finite", Fed::Finite, (), || state.is_finite());
    for dt in [1e-300, 0.1, 1e6, f64::MAX] {
        let plan = Plan::to_time(dt, dt).unwrap().at_most(3);
        let (adaptive, pair) =
            (Adaptive::new(1e-3, 1e-3).unwrap(), DormandPrince::new(1e-3, 1e-3).unwrap());
        let integrators: [&dyn Integrator<T, Lv, Lh, Synapses<T>>; 7] =
            [&Strang, &Lie, &Euler, &Rk4, &ExponentialEuler, &adaptive, &pair];
        for integrator in integrators {
            let input = (&shown, integrator, dt);
            s.call("Network::run", Fed::Finite, input, || {
                network.run(integrator, &mut state.clone(), &plan, &mut ()).map(|t| told(t).is_ok())
            });
            if let Ok(trajectory) = network.run(integrator, &mut state.clone(), &plan, &mut ()) {
                s.call("Trajectory::largest_rise", Fed::Finite, (), || trajectory.largest_rise());
                s.call("Network::run", Fed::Finite, input, || told(trajectory));
            }
            s.call("Network::run_all", Fed::Finite, input, || {
                network.run_all(integrator, &mut [state.clone()], &plan).map(|all| all.len())
            });
            s.call("Integrator::safe_step", Fed::Finite, input, || integrator.safe_step(network));
            s.call("Integrator::guarantee", Fed::Finite, input, || {
                integrator.guarantee(network, dt)
            });
            s.call("Integrator::name", Fed::Finite, (), || integrator.name());
            s.call("Integrator::order", Fed::Finite, (), || integrator.order());
        }
    }
    lanes(s, network, state);
}

fn lanes<T: Element + Number, Lv: Lagrangian<T>, Lh: Lagrangian<T>>(
    s: &mut Sweep,
    network: &Network<T, Lv, Lh>,
    state: &NetworkState<T>,
) {
    let mut lane = Lane::new(state.clone());
    s.call("Integrator::look", Fed::Finite, (), || Strang.look(network, &mut lane, 0.1));
    s.call("Integrator::advance", Fed::Finite, (), || {
        let dt = Strang.advance(network, &mut lane, 0.1);
        if lane.state().is_finite() { Ok(dt) } else { Err("the state") }
    });
    s.call("Lane::new", Fed::Finite, (), || Lane::new(state.clone()).evaluations());
    s.call("Lane::state", Fed::Finite, (), || lane.state().is_finite());
    s.call("Lane::energy", Fed::Finite, (), || lane.energy().total().is_finite());
    s.call("Lane::certificate", Fed::Finite, (), || lane.certificate().map(|c| c.is_finite()));
    s.call("Lane::residual", Fed::NotFinite, (), || lane.residual());
    s.call("Lane::evaluations", Fed::Finite, (), || lane.evaluations());
    s.call("Lane::passes", Fed::Finite, (), || lane.passes());
    s.call("Lane::into_state", Fed::Finite, (), || {
        Lane::new(state.clone()).into_state().is_finite()
    });
    s.call("Network::velocity", Fed::NotFinite, (), || network.velocity(state));
    s.call("Network::energy_rate", Fed::NotFinite, (), || network.energy_rate(state));
    s.call("Lanes::new", Fed::Finite, (), || Lanes::new(vec![state.clone()]).state(0).is_finite());
    let lanes = Lanes::new(vec![state.clone()]);
    s.call("Lanes::state", Fed::Finite, (), || lanes.state(0).is_finite());
    s.panics("Lanes::state", (), || lanes.state(1).is_finite());
    for (name, numbers) in [("NetworkState::v", state.v()), ("NetworkState::h", state.h())] {
        s.call(name, Fed::Finite, name, || numbers.to_vec());
    }
    for (name, numbers) in [("NetworkState::g", state.g()), ("NetworkState::f", state.f())] {
        s.call(name, Fed::Finite, name, || {
            if state.is_finite() { numbers.to_vec() } else { Vec::new() }
        });
    }
    s.call("NetworkState::log_scale", Fed::Finite, (), || state.log_scale());
    s.call("NetworkState::time", Fed::Finite, (), || state.time());
}

fn currents<T: Element + Number>(s: &mut Sweep) {
    let network = modern::<T>();
    let spherical = Network::spherical(tame::<T>(), RectifiedPower::new(3).unwrap()).unwrap();
    let dense = Network::dense(tame::<T>(), Exponential::new(1.0).unwrap()).unwrap();
    for (i, v) in vectors::<T>(3).into_iter().enumerate() {
        let h = [v[1], T::ONE];
        s.call("Network::state", Fed::Finite, &v, || network.state(&v, &h).is_ok());
        s.call("Network::start", Fed::Finite, &v, || network.start(&v).is_ok());
        s.call("Network::start_silent", Fed::Finite, &v, || network.start_silent(&v).is_ok());
        if fed(&v) == Fed::NotFinite {
            s.tells("Network::start", &v, || network.start(&v).map(|_| "a state"));
            s.tells("Network::start_silent", &v, || network.start_silent(&v).map(|_| "a state"));
        }
        if i % 6 > 0 {
            continue;
        }
        network.start(&v).iter().for_each(|state| runs(s, &network, state));
        spherical.start(&v).iter().for_each(|state| runs(s, &spherical, state));
        dense.start(&v).iter().for_each(|state| runs(s, &dense, state));
    }
    s.call("Network::state", Fed::Finite, "lengths", || network.state(&[], &[]).is_ok());
}

fn models<T: Element + Number>(s: &mut Sweep) {
    for rows in vectors::<T>(6) {
        let Some(xi) = synapses(&rows, 3) else { continue };
        let softmax = LogSumExp::new(1.0).unwrap();
        s.call("Network::modern", Fed::Finite, &rows, || {
            Network::modern(xi.clone(), softmax).map(|_| ())
        });
        s.call("Network::dense", Fed::Finite, &rows, || {
            Network::dense(xi.clone(), RectifiedPower::new(30).unwrap()).map(|_| ())
        });
        s.call("Network::spherical", Fed::Finite, &rows, || {
            Network::spherical(xi.clone(), Exponential::new(1e150).unwrap()).map(|_| ())
        });
        s.call("Network::graded", Fed::Finite, &rows, || {
            Network::graded(xi.clone(), LogCosh::new(1.0).unwrap()).map(|_| ())
        });
        s.call("Network::new", Fed::Finite, &rows, || {
            Network::new(Norm, softmax, xi.clone()).map(|_| ())
        });
        if let Ok(network) = Network::modern(xi, softmax) {
            network.start(&[T::ONE; 3]).iter().for_each(|state| runs(s, &network, state));
            s.call("Network::with_euclidean_bias", Fed::Finite, &rows, || {
                network.with_euclidean_bias().map(|n| n.bias().to_vec())
            });
        }
    }
}

fn parameters<T: Element + Number>(s: &mut Sweep) {
    let spherical = || Network::spherical(tame::<T>(), RectifiedPower::new(3).unwrap()).unwrap();
    refused! { s, x:
        "Network::with_times", modern::<T>().with_times(x, 1.0);
        "Network::with_times", modern::<T>().with_times(1.0, x);
        "Network::with_feature_times", modern::<T>().with_feature_times(&[1.0, x, 1.0]);
        "Network::with_hidden_times", modern::<T>().with_hidden_times(&[1.0, x]);
        "Network::with_decay", modern::<T>().with_decay(x);
        "Network::with_decay", spherical().with_decay(x);
        "Network::with_input", modern::<T>().with_input(&[T::ONE, T::of(x), T::ONE]);
        "Network::with_bias", modern::<T>().with_bias(vec![x, 1.0]);
        "Plan::to_time", Plan::to_time(x, 1.0);
        "Plan::to_time", Plan::to_time(1.0, x);
        "Plan::to_rest", Plan::to_rest(x, 1.0);
        "Plan::to_rest", Plan::to_rest(1.0, x);
        "Plan::within", Plan::within(x, 1.0);
        "Plan::within", Plan::within(1.0, x);
        "Adaptive::new", Adaptive::new(x, 1.0);
        "Adaptive::new", Adaptive::new(1.0, x);
        "DormandPrince::new", DormandPrince::new(x, 1.0);
        "DormandPrince::new", DormandPrince::new(1.0, x);
    }
    let plan = || Plan::to_time(1.0, 1.0).unwrap();
    s.call("Plan::every", Fed::Finite, 0, || plan().every(0));
    s.call("Plan::keep", Fed::Finite, 0, || plan().keep(0));
    s.call("Plan::at_most", Fed::Finite, 0, || plan().at_most(0));
    s.call("Plan::with_states", Fed::Finite, 0, || plan().with_states());
    s.call("Adaptive::uncorrected", Fed::Finite, (), || {
        Adaptive::new(1.0, 1.0).unwrap().uncorrected()
    });
    let network = modern::<T>();
    s.call("Network::features", Fed::Finite, (), || network.features());
    s.call("Network::neurons", Fed::Finite, (), || network.neurons());
    s.call("Network::memories", Fed::Finite, (), || network.memories().memories());
    s.call("Network::input", Fed::Finite, (), || network.input().to_vec());
    s.call("Network::bias", Fed::Finite, (), || network.bias().to_vec());
    s.call("Network::shortest_times", Fed::Finite, (), || network.shortest_times());
    s.call("Network::decay", Fed::Finite, (), || network.decay());
    s.call("Network::with_input", Fed::Finite, "lengths", || modern::<T>().with_input(&[]).is_ok());
    s.call("Network::with_bias", Fed::Finite, "lengths", || {
        modern::<T>().with_bias(vec![]).is_ok()
    });
}

fn hierarchies<T: Element + Number>(s: &mut Sweep) {
    s.call("Hierarchy::new", Fed::Finite, (), || Hierarchy::<T>::new().colours().to_vec());
    let two = || {
        let mut of = Hierarchy::<T>::new();
        let below = of.layer(3, LogCosh::new(1.0).unwrap(), 1.0).unwrap();
        let above = of.layer(2, LogSumExp::new(1.0).unwrap(), 1.0).unwrap();
        of.connect(below, above, tame()).unwrap();
        (of, below, above)
    };
    refused! { s, x:
        "Hierarchy::layer", Hierarchy::<T>::new().layer(1, Quadratic, x);
        "Hierarchy::input", { let (mut of, below, _) = two(); of.input(below, vec![x, 1.0, 1.0]) };
        "Hierarchy::step", {
            let (of, ..) = two();
            let mut state = of.start(&[&[T::ONE; 3], &[T::ONE; 2]]).unwrap();
            of.step(&mut state, x)
        };
    }
    let (of, below, above) = two();
    s.call("Hierarchy::neurons", Fed::Finite, (), || of.neurons(below));
    s.call("Hierarchy::colours", Fed::Finite, (), || of.colours().to_vec());
    s.call("Hierarchy::start", Fed::Finite, "lengths", || of.start(&[]).is_ok());
    s.call("Hierarchy::connect", Fed::Finite, "lengths", || two().0.connect(above, below, tame()));
    s.call("Hierarchy::connect", Fed::Finite, "a loop", || two().0.connect(above, above, tame()));
    s.panics("Hierarchy::neurons", "another's", || Hierarchy::<T>::new().neurons(above));
    s.panics("Hierarchy::input", "another's", || Hierarchy::<T>::new().input(above, vec![]));
    for v in vectors::<T>(3) {
        s.call("Hierarchy::start", Fed::Finite, &v, || of.start(&[&v, &v[..2]]).is_ok());
        let Ok(mut state) = of.start(&[&v, &v[..2]]) else { continue };
        let sound = of.energy(&mut state).is_finite();
        s.call("Hierarchy::energy", Fed::Finite, &v, || {
            if sound { Ok(of.energy(&mut state)) } else { Err(()) }
        });
        s.call("Hierarchy::residual", Fed::Finite, &v, || {
            if sound { Ok(of.residual(&mut state)) } else { Err(()) }
        });
        s.call("Hierarchy::step", Fed::Finite, &v, || {
            of.step(&mut state, 0.1).map(|c| if c.is_finite() { Ok(c) } else { Err(()) })
        });
        s.call("HierarchyState::currents", Fed::Finite, &v, || state.currents(below).to_vec());
        s.call("HierarchyState::outputs", Fed::Finite, &v, || state.outputs(above).to_vec());
        s.call("HierarchyState::log_scale", Fed::Finite, &v, || state.log_scale(above));
        s.call("HierarchyState::time", Fed::Finite, &v, || state.time());
        s.call("Throng::new", Fed::Finite, &v, || {
            Throng::new(vec![of.start(&[&v, &v[..2]]).unwrap()]).state(0).time()
        });
        s.call("Throng::state", Fed::Finite, &v, || {
            Throng::new(vec![of.start(&[&v, &v[..2]]).unwrap()]).state(0).time()
        });
        s.panics("Throng::state", &v, || {
            Throng::new(vec![of.start(&[&v, &v[..2]]).unwrap()]).state(1).time()
        });
        let sweeps = Sweeps { hierarchy: &of, dt: 0.5 };
        let rule = StopRule::rest(1e-3, 5).unwrap();
        let runs = settle(&sweeps, &mut Throng::new(vec![state]), &rule, &mut ());
        s.call("Throng::new", Fed::Finite, &v, || {
            if runs[0].outcome == Outcome::NotFinite { Err(()) } else { Ok(runs) }
        });
    }
}

#[test]
fn network() {
    let mut s = Sweep::of("network");
    currents::<f32>(&mut s);
    currents::<f64>(&mut s);
    models::<f32>(&mut s);
    models::<f64>(&mut s);
    parameters::<f32>(&mut s);
    parameters::<f64>(&mut s);
    hierarchies::<f32>(&mut s);
    hierarchies::<f64>(&mut s);
    s.finish();
}
