//! Layers on a graph descend like a network of two, which they are where there are two.

mod common;

use attractor_dynamics::{Outcome, StopRule, settle};
use attractor_lagrangian::*;
use attractor_laws::{currents, descent_laws};
use attractor_network::*;
use attractor_synapse::{Element, Synapses};
use common::{memories, numbers};

/// A chain of four layers, or a triangle, of 5, 4, 3 (and 2) neurons.
fn graph<T: Element>(seed: u64, closed: bool) -> Hierarchy<T> {
    let mut net = Hierarchy::new();
    let a = net.layer(5, Quadratic, 1.0).unwrap();
    let b = net.layer(4, LogCosh::new(2.0).unwrap(), 0.3).unwrap();
    let c = net.layer(3, LogSumExp::new(4.0).unwrap(), 0.05).unwrap();
    net.connect(a, b, memories(seed, 4, 5)).unwrap();
    net.connect(b, c, memories(seed + 1, 3, 4)).unwrap();
    if closed {
        net.connect(a, c, memories(seed + 2, 3, 5)).unwrap();
    } else {
        let d = net.layer(2, Softplus::new(1.0).unwrap(), 2.0).unwrap();
        net.connect(c, d, memories(seed + 3, 2, 3)).unwrap();
    }
    net.input(b, vec![0.1, -0.2, 0.3, 0.0]).unwrap();
    net
}

fn start<T: Element>(net: &Hierarchy<T>, draw: impl Fn(u64, usize) -> Vec<T>) -> HierarchyState<T> {
    let sizes = [5, 4, 3, 2];
    let layers: usize = net.colours().iter().map(Vec::len).sum();
    let x: Vec<Vec<T>> = (0..layers).map(|k| draw(k as u64, sizes[k])).collect();
    net.start(&x.iter().map(|x| &x[..]).collect::<Vec<_>>()).unwrap()
}

fn sweeps<T: Element>(seed: u64, closed: bool, dt: f64) -> Sweeps<'static, T> {
    Sweeps { hierarchy: Box::leak(Box::new(graph(seed % 1000, closed))), dt }
}

fn throng<T: Element>(seed: u64, closed: bool) -> Throng<T> {
    let net = graph(seed % 1000, closed);
    let draw = |k: u64| start(&net, |layer, n| currents(seed ^ (8 * k + layer), n));
    Throng::new(vec![draw(0), draw(1)])
}

descent_laws!(chain_in_f64, |seed| (sweeps::<f64>(seed, false, 0.4), throng(seed, false)));
descent_laws!(chain_in_f32, |seed| (sweeps::<f32>(seed, false, 0.4), throng(seed, false)));
descent_laws!(triangle_in_f64, |seed| (sweeps::<f64>(seed, true, 30.0), throng(seed, true)));
descent_laws!(triangle_in_f32, |seed| (sweeps::<f32>(seed, true, 0.02), throng(seed, true)));

#[test]
fn two_layers_are_a_network() {
    let (n, d) = (300, 7); // more than a tile of memories
    let network = common::modern::<f64>(5, n, d, 3.0, 0.2);
    let mut net = Hierarchy::new();
    let features = net.layer(d, Quadratic, 1.0).unwrap();
    let hidden = net.layer(n, LogSumExp::new(3.0).unwrap(), 0.2).unwrap();
    net.connect(features, hidden, network.memories().clone()).unwrap();
    let (v, h) = (numbers::<f64>(1, d), numbers::<f64>(2, n));
    let mut state = network.state(&v, &h).unwrap();
    let mut layers = net.start(&[&v, &h]).unwrap();
    let run = network.run(&Strang, &mut state, &Plan::to_time(0.5, 5.0).unwrap(), &mut ()).unwrap();
    let mut drop = 0.0;
    for _ in 0..10 {
        drop += net.step(&mut layers, 0.5).unwrap().drop;
    }
    let apart =
        |a: &[f64], b: &[f64]| a.iter().zip(b).fold(0.0f64, |m, (a, b)| m.max((a - b).abs()));
    assert!(apart(state.v(), layers.currents(features)) < 1e-14);
    assert!(apart(state.h(), layers.currents(hidden)) < 1e-14);
    let energy = network.energy(&state).total().value;
    assert!((energy - net.energy(&mut layers).value).abs() < 1e-13);
    assert!((drop - run.certificate.unwrap().drop).abs() < 1e-12 * drop);
}

#[test]
fn steps_are_of_second_order() {
    for closed in [false, true] {
        let net = graph::<f64>(3, closed);
        let end = |steps: u32| {
            let mut state = start(&net, numbers);
            (0..steps).for_each(|_| {
                net.step(&mut state, 1.0 / f64::from(steps)).unwrap();
            });
            state
        };
        let layers: Vec<usize> = net.colours().concat();
        let exact = end(16384);
        let error = |steps: u32| {
            let state = end(steps);
            let square = |&k: &usize| {
                let (x, y) = (state.currents(layer(k)), exact.currents(layer(k)));
                x.iter().zip(y).map(|(a, b)| (a - b).powi(2)).sum::<f64>()
            };
            layers.iter().map(square).sum::<f64>().sqrt()
        };
        let slope = (error(512) / error(1024)).log2();
        assert!((slope - 2.0).abs() < 0.05, "order {slope}, closed: {closed}");
    }
}

/// The identity of a layer by its place; the first layers of every hierarchy are the same.
fn layer(k: usize) -> LayerId {
    let mut net = Hierarchy::<f64>::new();
    let ids: Vec<LayerId> = (0..4).map(|_| net.layer(1, Quadratic, 1.0).unwrap()).collect();
    ids[k]
}

#[test]
fn it_comes_to_rest_at_any_step() {
    for dt in [0.1, 1.0, 1e3] {
        let sweeps = sweeps::<f64>(3, true, dt);
        let mut states = throng(3, true);
        let rule = StopRule::rest(1e-10, 100_000).unwrap();
        for run in settle(&sweeps, &mut states, &rule, &mut ()) {
            assert_eq!(run.outcome, Outcome::Settled, "dt {dt}");
            assert!(run.certificate.drop > 0.0);
        }
    }
}

#[test]
fn what_has_no_lower_bound_or_does_not_fit_is_refused() {
    let mut net = Hierarchy::<f64>::new();
    let a = net.layer(2, Quadratic, 1.0).unwrap();
    let b = net.layer(2, Quadratic, 1.0).unwrap();
    let c = net.layer(2, Quadratic, 1.0).unwrap();
    let half = || Synapses::from_rows(&[[0.6, 0.0], [0.0, 0.6]]).unwrap();
    assert_eq!(net.connect(a, a, half()), Err(NetworkError::Loop(0)));
    let narrow = Synapses::from_rows(&[[1.0], [1.0]]).unwrap();
    assert!(matches!(
        net.connect(a, b, narrow),
        Err(NetworkError::Width { expected: 2, found: 1, .. })
    ));
    net.connect(a, b, half()).unwrap();
    // each pair alone is bounded, the three together need not be
    let refused = net.connect(b, c, half());
    assert!(matches!(refused, Err(NetworkError::Unbounded { layer: 1, .. })), "{refused:?}");
    let cube = NotConvex::odd_power(3).unwrap();
    assert!(matches!(net.layer(2, cube, 1.0), Err(NetworkError::Inadmissible(_))));
    assert!(matches!(net.layer(0, Quadratic, 1.0), Err(NetworkError::Empty)));
}
