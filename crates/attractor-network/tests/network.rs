//! What a network promises besides descent: reads, storage, threads, locality, limits, refusals.

mod common;

use attractor_dynamics::{Guarantee, Outcome};
use attractor_lagrangian::*;
use attractor_network::*;
use attractor_synapse::{Errand, Memories, Relay, Synapses};
use common::*;

fn plan(dt: f64, time: f64) -> Plan {
    Plan::to_time(dt, time).unwrap()
}

#[test]
fn a_step_reads_the_synapses_once() {
    let pooled = modern::<f32>(1, 300, 7, 2.0, 0.1);
    let stored = Network::new(Quadratic, Huber, memories::<f32>(1, 300, 7)).unwrap();
    let start = numbers(2, 7);
    let run = |integrator: &dyn Integrator<f32, _, _, _>| {
        pooled
            .run(integrator, &mut pooled.start(&start).unwrap(), &plan(0.1, 1.0), &mut ())
            .unwrap()
    };
    for integrator in [&Strang as &dyn Integrator<f32, _, _, _>, &Lie, &Euler] {
        let run = run(integrator);
        assert_eq!(
            (run.steps, run.passes, run.evaluations),
            (10, 11, 11.0),
            "{}",
            integrator.name()
        );
    }
    assert_eq!(run(&Rk4).passes, 41);
    let mut state = stored.start(&start).unwrap();
    let run = stored.run(&Strang, &mut state, &plan(0.1, 1.0), &mut ()).unwrap();
    let reads =
        if matches!(Lagrangian::<f32>::one_pass(&Huber), Some(OnePass::Sum(_))) { 11 } else { 22 };
    assert_eq!(run.passes, reads);
}

#[test]
fn an_adaptive_step_costs_two_evaluations() {
    let network = modern::<f64>(1, 50, 7, 2.0, 1.0);
    let integrator = Adaptive::new(1e6, 1e6).unwrap(); // everything is good enough
    let mut state = network.start(&numbers(2, 7)).unwrap();
    let run = network.run(&integrator, &mut state, &plan(0.1, 1.0), &mut ()).unwrap();
    assert_eq!((run.steps, run.evaluations), (10, 21.0));
}

#[test]
fn a_step_of_the_pair_costs_six_evaluations() {
    let network = modern::<f64>(1, 50, 7, 2.0, 1.0);
    let integrator = DormandPrince::new(1e6, 1e6).unwrap(); // everything is good enough
    let mut state = network.start(&numbers(2, 7)).unwrap();
    let run = network.run(&integrator, &mut state, &plan(0.1, 1.0), &mut ()).unwrap();
    assert_eq!((run.steps, run.evaluations, run.passes), (10, 61.0, 61));
}

#[test]
fn steps_allocate_nothing() {
    let network = modern::<f64>(1, 200, 9, 2.0, 0.1); // one tile: no thread is woken
    let pair = DormandPrince::new(1e-3, 1e-6).unwrap();
    let rules: [&dyn Integrator<f64, _, _, _>; 7] = [
        &Strang,
        &Lie,
        &Euler,
        &ExponentialEuler,
        &Rk4,
        &Adaptive::new(1e-3, 1e-6).unwrap(),
        &pair,
    ];
    for rule in rules {
        let mut lane = Lane::new(network.start(&numbers(2, 9)).unwrap());
        let mut walk = |steps: usize| {
            for _ in 0..steps {
                rule.look(&network, &mut lane, 0.1);
                rule.advance(&network, &mut lane, 0.1);
            }
        };
        walk(2);
        let counted = allocation_counter::measure(|| walk(10));
        assert_eq!(counted.count_total, 0, "{}", rule.name());
    }
}

#[test]
fn the_same_bits_for_any_number_of_threads() {
    let network = modern::<f32>(1, 3000, 129, 5.0, 0.1); // enough for threads within a read
    let starts: Vec<_> = (0..5).map(|k| network.start(&numbers(10 + k, 129)).unwrap()).collect();
    let mut all = Vec::new();
    for threads in [1, 2, 3, 7] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut states = starts.clone();
        let runs = pool.install(|| network.run_all(&Strang, &mut states, &plan(0.3, 3.0)).unwrap());
        all.push((states, runs));
    }
    assert!(all.iter().all(|it| *it == all[0]));
    let mut alone = starts[4].clone();
    let run = network.run(&Strang, &mut alone, &plan(0.3, 3.0), &mut ()).unwrap();
    assert_eq!((&alone, &run), (&all[0].0[4], &all[0].1[4]));
}

/// Two-body synapses only: ḣ_μ depends on row μ and on the outputs that it meets, v̇_i on column i.
#[test]
fn a_current_reads_its_own_synapses_and_their_partners_outputs() {
    let (n, d) = (9, 7);
    let rows: Vec<Vec<f64>> = (0..n)
        .map(|k| {
            let mut row = numbers::<f64>(k as u64, d);
            row[k % d] = 0.0; // a synapse that is missing
            row
        })
        .collect();
    let build = |rows: &[Vec<f64>]| {
        Network::new(
            LogCosh::new(1.0).unwrap(),
            Softplus::new(1.0).unwrap(),
            Synapses::from_rows(rows).unwrap(),
        )
        .unwrap()
    };
    let (network, v, h) = (build(&rows), numbers::<f64>(20, d), numbers::<f64>(21, n));
    let velocity = network.velocity(&network.state(&v, &h).unwrap());
    let same = |a: f64, b: f64| a.to_bits() == b.to_bits();
    for (mu, i) in (0..n).flat_map(|mu| (0..d).map(move |i| (mu, i))) {
        let mut others = rows.clone();
        others[mu][i] += 0.5;
        let changed = build(&others).velocity(&network.state(&v, &h).unwrap());
        assert!((0..n).all(|k| same(changed.h[k], velocity.h[k]) == (k != mu)));
        assert!((0..d).all(|k| same(changed.v[k], velocity.v[k]) == (k != i)));
    }
    for i in 0..d {
        let mut moved = v.clone();
        moved[i] += 0.5;
        let changed = network.velocity(&network.state(&moved, &h).unwrap());
        for (mu, row) in rows.iter().enumerate() {
            assert_eq!(same(changed.h[mu], velocity.h[mu]), row[i] == 0.0, "no synapse, no effect");
        }
        // no feature feels another one: no lateral synapses
        assert!((0..d).filter(|k| *k != i).all(|k| same(changed.v[k], velocity.v[k])));
    }
}

/// Memories that cannot be read: who asks is found out.
#[derive(Debug)]
struct Shared<'a>(&'a Synapses<f64>);

impl Memories<f64> for Shared<'_> {
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
        unreachable!("model B needs no norm")
    }
    fn read(
        &self,
        _: &attractor_synapse::Question<'_, f64>,
        _: &mut attractor_synapse::Answers<f64>,
    ) {
        unreachable!("a network relays")
    }
    fn relay(&self, errand: Errand<'_, f64>, relay: &mut Relay<f64>) {
        self.0.relay(errand, relay);
    }
}

#[test]
fn memories_can_be_shared() {
    let owned = modern::<f64>(1, 20, 7, 2.0, 1.0);
    let shared = Network::modern(Shared(owned.memories()), LogSumExp::new(2.0).unwrap()).unwrap();
    let borrowed = Network::modern(owned.memories(), LogSumExp::new(2.0).unwrap()).unwrap();
    let v = numbers(3, 7);
    let energy = owned.energy(&owned.start(&v).unwrap());
    assert_eq!(shared.energy(&shared.start(&v).unwrap()), energy);
    assert_eq!(borrowed.energy(&borrowed.start(&v).unwrap()), energy);
}

#[test]
fn a_rise_is_reported_with_its_step_its_size_and_what_to_do() {
    let network = modern::<f64>(1, 20, 7, 50.0, 0.01);
    let mut state = network.start(&numbers(3, 7)).unwrap();
    let run = network.run(&Euler, &mut state, &plan(0.5, 20.0), &mut ()).unwrap();
    let rise = run.rise.unwrap();
    assert!(run.guarantee == Guarantee::None && run.certificate.is_none());
    assert!(rise.by > 0.0 && rise.step >= 1 && (rise.dt - 0.5).abs() < 1e-15);
    let safe = rise.safe.unwrap();
    assert!(rise.to_string().contains("strang") && rise.to_string().contains(&format!("{safe:e}")));
    let mut state = network.start(&numbers(3, 7)).unwrap();
    let run = network.run(&Euler, &mut state, &plan(safe, 0.1), &mut ()).unwrap();
    assert!(run.rise.is_none() && matches!(run.guarantee, Guarantee::Conditional { .. }));
}

#[test]
fn records_are_thinned_and_lose_no_certificate() {
    let network = modern::<f64>(1, 20, 7, 5.0, 0.1);
    let run = |plan: &Plan| {
        network.run(&Strang, &mut network.start(&numbers(3, 7)).unwrap(), plan, &mut ()).unwrap()
    };
    let (full, thin) = (run(&plan(0.01, 10.0)), run(&plan(0.01, 10.0).keep(20).unwrap()));
    assert_eq!((full.records.len(), full.steps), (1001, 1000));
    assert!(thin.records.len() <= 20 && thin.records[0].step == 0);
    assert_eq!(thin.records.last().unwrap().step, 1000);
    let sum = |run: &Trajectory<f64>| -> f64 {
        run.records.iter().map(|r| r.certificate.unwrap().drop).sum()
    };
    let drop = full.certificate.unwrap().drop;
    assert!((sum(&thin) - drop).abs() < 1e-12 && (sum(&full) - drop).abs() < 1e-12);
    let every = run(&plan(0.1, 1.0).every(4).unwrap().with_states());
    let steps: Vec<usize> = every.records.iter().map(|r| r.step).collect();
    assert_eq!(steps, [0, 4, 8, 10]);
    assert!(every.records.iter().all(|r| r.state.len() == 27));
}

#[test]
fn a_proven_distance_is_one() {
    let rows = [[0.5f64, 0.1], [-0.2, 0.4], [0.3, -0.3]];
    let network =
        Network::new(Quadratic, Softplus::new(1.0).unwrap(), Synapses::from_rows(&rows).unwrap())
            .unwrap();
    let mut rest = network.start(&[3.0, -1.0]).unwrap();
    network.run(&Strang, &mut rest, &Plan::to_rest(1.0, 1e-14).unwrap(), &mut ()).unwrap();
    let mut state = network.start(&[3.0, -1.0]).unwrap();
    let run = network.run(&Strang, &mut state, &Plan::within(0.1, 1e-3).unwrap(), &mut ()).unwrap();
    let away: f64 =
        state.v().iter().zip(rest.v()).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
    assert_eq!(run.outcome, Outcome::Settled);
    assert!(away <= run.distance.unwrap() && run.distance.unwrap() <= 1e-3);
    assert!(away > 1e-5, "and it stops early");
    let steep = modern::<f64>(1, 20, 7, 100.0, 1.0);
    let mut state = steep.start(&numbers(3, 7)).unwrap();
    let refused = steep.run(&Strang, &mut state, &Plan::within(0.1, 1e-3).unwrap(), &mut ());
    assert!(matches!(refused, Err(NetworkError::NoDistance(rate)) if rate > 1.0));
}

#[test]
fn time_constants_differ_only_where_the_theorem_allows_it() {
    let build = || memories::<f64>(1, 4, 3);
    let softmax = LogSumExp::new(1.0).unwrap();
    let network = Network::modern(build(), softmax).unwrap();
    let taus = [0.1, 0.1, 1.0, 1.0];
    assert!(matches!(
        network.with_hidden_times(&taus),
        Err(NetworkError::CoupledTimes { layer: "hidden", index: 1, next: 2 })
    ));
    let heads = Grouped::new(softmax, 2).unwrap();
    let network = Network::new(Quadratic, heads, build()).unwrap();
    let network =
        network.with_hidden_times(&taus).unwrap().with_feature_times(&[3.0, 1.0, 0.2]).unwrap();
    let mut state = network.start(&numbers(3, 3)).unwrap();
    let run = network.run(&Strang, &mut state, &plan(2.0, 60.0), &mut ()).unwrap();
    assert!(run.largest_rise() < 1e-14 && run.certificate.unwrap().drop > 0.0);
    let (first, last) = (run.records[0].energy.total(), run.records.last().unwrap().energy.total());
    let fall = first.value - last.value;
    assert!(
        (fall - run.certificate.unwrap().drop).abs() <= run.certificate.unwrap().rounding + 1e-14
    );
    let odd = Network::new(Quadratic, Grouped::new(softmax, 3).unwrap(), build());
    assert!(matches!(odd, Err(NetworkError::Groups { layer: "hidden", neurons: 4, group: 3 })));
    let network = Network::modern(build(), softmax).unwrap();
    assert!(matches!(network.with_decay(0.5), Err(NetworkError::FixedDecay(_))));
}

#[test]
fn hostile_numbers_are_refused_or_reported() {
    let network = || modern::<f32>(1, 4, 3, 1.0, 1.0);
    for bad in [f32::NAN, f32::INFINITY] {
        assert!(matches!(
            network().start(&[0.0, bad, 1.0]),
            Err(NetworkError::NotFinite { index: 1, .. })
        ));
        assert!(network().state(&[0.0; 3], &[bad; 4]).is_err());
        assert!(network().with_input(&[bad; 3]).is_err());
        assert!(network().with_times(f64::from(bad), 1.0).is_err());
        assert!(network().with_bias(vec![f64::from(bad); 4]).is_err());
        assert!(Plan::to_time(f64::from(bad), 1.0).is_err());
    }
    assert!(network().start(&[0.0; 2]).is_err() && network().with_times(0.0, 1.0).is_err());
    // α < 0 makes v grow without bound: the run ends where numbers do, and says so
    let sphere = Network::spherical(memories::<f32>(1, 4, 3), RectifiedPower::new(3).unwrap());
    let sphere = sphere.unwrap().with_decay(-1.0).unwrap();
    let mut state = sphere.start(&numbers(3, 3)).unwrap();
    let run = sphere.run(&Strang, &mut state, &plan(10.0, 1e3), &mut ()).unwrap();
    assert!(matches!(run.outcome, Outcome::Finished | Outcome::NotFinite));
    assert!(run.records.iter().rev().skip(1).all(|r| r.energy.total().is_finite()));
}

#[test]
fn outputs_that_overflow_are_refused_in_the_type_that_does() {
    let exponential = || Exponential::new(128.0).unwrap(); // e^128 is beyond f32
    let narrow = Synapses::from_rows(&[[0.0f32, 1.0], [1.0, 0.0]]).unwrap();
    let refused = Network::spherical(narrow, exponential()).unwrap_err();
    assert!(matches!(refused, NetworkError::Overflow { dtype: "f32", .. }), "{refused}");
    let wide = Synapses::from_rows(&[[0.0f64, 1.0], [1.0, 0.0]]).unwrap();
    assert!(Network::spherical(wide, exponential()).is_ok());
}
