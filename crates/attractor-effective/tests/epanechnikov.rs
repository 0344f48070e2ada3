//! The log-sum-ReLU memory: exact recall, all minima, and what it refuses.

use attractor_dynamics::{Outcome, StopRule};
use attractor_effective::EpanechnikovError as Refused;
use attractor_effective::*;
use attractor_lagrangian::{Factor, Real};
use attractor_synapse::{Element, Synapses};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

fn numbers(random: &mut Pcg64, n: usize) -> Vec<f64> {
    (0..n).map(|_| 2.0 * random.random::<f64>() - 1.0).collect()
}

fn store<T: Element>(rows: &[Vec<f64>]) -> Synapses<T> {
    let stored = |row: &Vec<f64>| row.iter().map(|x| T::of(*x)).collect::<Vec<T>>();
    Synapses::from_rows(&rows.iter().map(stored).collect::<Vec<_>>()).unwrap()
}

fn distance<A: Real, B: Real>(x: &[A], y: &[B]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (x.f64() - y.f64()).powi(2)).sum::<f64>().sqrt()
}

fn bits<T: Real>(x: &[T]) -> Vec<u64> {
    x.iter().map(|x| x.f64().to_bits()).collect()
}

/// The smallest distance between two memories.
fn separation<T: Element>(memories: &Synapses<T>) -> f64 {
    let rows: Vec<&[T]> = memories.patterns().rows().collect();
    let pairs = (0..rows.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
    pairs.map(|(i, j)| distance(rows[i], rows[j])).fold(f64::INFINITY, f64::min)
}

/// One step from within Δ is exact to the bit (Hoover et al. 2025): how many of 300 starts, half of them
/// at the very distance Δ, some of these towards another memory.
fn exact<T: Element>(ratio: f64, seed: u64) -> usize {
    let mut random = Pcg64::seed_from_u64(seed);
    let rows: Vec<Vec<f64>> = (0..30).map(|_| numbers(&mut random, 12)).collect();
    let memories = store::<T>(&rows);
    let delta = ratio * separation(&memories);
    let model = Epanechnikov::exact_within(memories.clone(), delta).unwrap();
    let mut count = 0;
    for k in 0..300 {
        let (own, other) = (memories.patterns().row(k % 30), memories.patterns().row(7 * k % 29));
        let mut by = numbers(&mut random, 12);
        if k % 3 == 0 && own != other {
            by = own.iter().zip(other).map(|(a, b)| b.f64() - a.f64()).collect();
        }
        let share = if k % 2 == 0 { 1.0 } else { random.random::<f64>() };
        let mut length = share * delta / distance(&by, &[0.0; 12]);
        let cue = loop {
            let moved = own.iter().zip(&by).map(|(x, b)| T::of(x.f64() + length * b));
            let cue: Vec<T> = moved.collect();
            if distance(&cue, own) <= delta {
                break cue;
            }
            length *= 1.0 - T::UNIT_ROUNDOFF; // rounding had put it beyond Δ
        };
        let found = model.retrieve(&cue, &Recall::steps(1, 0.0).unwrap(), &mut ()).unwrap();
        let rests = found[0].outcome == Outcome::Settled && found[0].top[0].memory == k % 30;
        count += usize::from(rests && bits(&found[0].state) == bits(own));
    }
    count
}

#[test]
fn one_step_is_exact_within_delta() {
    for ratio in [0.0, 0.1, 0.3, 0.45, 0.499_999] {
        for seed in 0..5 {
            assert_eq!(exact::<f32>(ratio, seed), 300, "Δ/r = {ratio}");
            assert_eq!(exact::<f64>(ratio, seed), 300, "Δ/r = {ratio}");
        }
    }
}

#[test]
fn the_guard_refuses_what_is_not_proved() {
    let rows = vec![vec![0.0, 0.0], vec![3.0, 4.0], vec![100.0, 0.0]];
    for delta in [2.5, 2.6, 100.0] {
        let refused = Epanechnikov::exact_within(store::<f64>(&rows), delta).unwrap_err();
        assert_eq!(refused, Refused::Guard { delta, separation: 5.0, first: 0, second: 1 });
        assert!(refused.to_string().contains(&format!("delta = {delta}")), "{refused}");
    }
    let model = Epanechnikov::exact_within(store::<f64>(&rows), 2.49).unwrap();
    assert!((model.beta() * 2.51 * 2.51 / 2.0 - 1.0).abs() < 1e-12);
    assert!(model.epsilon().to_bits() == 0 && model.radius() < 2.51);
    for delta in [-1.0, f64::NAN, f64::INFINITY] {
        let refused = Epanechnikov::exact_within(store::<f64>(&rows), delta);
        assert!(matches!(refused, Err(Refused::Delta(_))));
    }
    let equal = vec![vec![1.0], vec![0.0], vec![2.0], vec![0.0]];
    let refused = Epanechnikov::exact_within(store::<f32>(&equal), 0.1).unwrap_err();
    assert_eq!(refused, Refused::Duplicates { first: 1, second: 3 });
    let refused = Epanechnikov::exact_within(store::<f32>(&equal[..1]), 0.1).unwrap_err();
    assert_eq!(refused, Refused::Alone);
    let far = vec![vec![1e200], vec![-1e200]];
    assert!(matches!(Epanechnikov::exact_within(store::<f64>(&far), 0.1), Err(Refused::Beta(_))));
}

/// The minima by definition: all 2^N sets.
fn brute_force(rows: &[Vec<f64>], beta: f64) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    for set in 1usize..1 << rows.len() {
        let members: Vec<usize> = (0..rows.len()).filter(|mu| set >> mu & 1 == 1).collect();
        let mean =
            |i: usize| members.iter().map(|&mu| rows[mu][i]).sum::<f64>() / members.len() as f64;
        let mean: Vec<f64> = (0..rows[0].len()).map(mean).collect();
        let active = |mu: &usize| distance(&mean, &rows[*mu]).powi(2) < 2.0 / beta;
        if (0..rows.len()).filter(active).eq(members.iter().copied()) {
            found.push(members);
        }
    }
    found.sort();
    found
}

/// All minima, none missed and none too many; every start ends in one, and small moves away from it
/// do not lower the energy.
#[test]
fn all_minima_are_found() {
    let (mut emergent, mut ends, mut total) = (0, 0, 0);
    for seed in 0..60 {
        let mut random = Pcg64::seed_from_u64(seed);
        let (n, d) = (1 + seed as usize % 8, 1 + seed as usize % 3);
        let rows: Vec<Vec<f64>> = (0..n).map(|_| numbers(&mut random, d)).collect();
        let beta = [1.0, 2.0, 4.0, 8.0, 20.0][seed as usize % 5];
        let model = Epanechnikov::new(store::<f64>(&rows), beta, 0.0).unwrap();
        let minima = model.minima(1 << n).unwrap();
        let sets: Vec<Vec<usize>> = minima.iter().map(|m| m.members.clone()).collect();
        assert_eq!(sets, brute_force(&rows, beta));
        emergent += minima.iter().filter(|m| m.is_emergent()).count();
        total += minima.len();
        for minimum in &minima {
            let found = model.recall(&minimum.state).unwrap();
            assert!(found.steps == 0 && bits(&found.state) == bits(&minimum.state));
            assert_eq!(found.energy.value.to_bits(), minimum.energy.to_bits());
            for _ in 0..20 {
                let by = numbers(&mut random, d);
                let near: Vec<f64> =
                    minimum.state.iter().zip(by).map(|(x, b)| x + 1e-6 * b).collect();
                assert!(model.energy(&near).unwrap().value >= minimum.energy - 1e-14 / beta);
            }
        }
        for _ in 0..100 {
            let Ok(found) = model.recall(&numbers(&mut random, d)) else { continue };
            assert!(minima.iter().any(|m| bits(&m.state) == bits(&found.state)));
            ends += 1;
        }
    }
    println!("{total} minima of 60 memories, {emergent} emergent; {ends} starts ended in them");
    assert!(emergent > 40 && ends > 3000);
}

/// A memory exactly at the radius: a retrieval rests there, but the energy still falls one way.
#[test]
fn a_tie_is_rest_and_no_minimum() {
    let model = Epanechnikov::new(store::<f64>(&[vec![0.0], vec![1.0]]), 2.0, 0.0).unwrap();
    let found = model.recall(&[0.0]).unwrap();
    assert_eq!((found.steps, found.kind), (0, Kind::Single { negated: false }));
    assert!(model.energy(&[1e-3]).unwrap().value < found.energy.value);
    let minima = model.minima(3).unwrap();
    assert!(minima.len() == 1 && minima[0].members == [0, 1] && minima[0].state == [0.5]);
}

#[test]
fn kinds_count_the_active() {
    let rows = vec![vec![0.0, 0.0], vec![1.0, 0.0], vec![0.0, 5.0]];
    let model = Epanechnikov::new(store::<f32>(&rows), 2.0, 0.5).unwrap();
    let kinds = [[0.5f32, 0.1], [0.0, 4.5], [50.0, 50.0]].map(|cue| model.recall(&cue).unwrap());
    assert_eq!(kinds[0].kind, Kind::Metastable);
    assert_eq!(kinds[0].top.iter().map(|top| top.memory).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(kinds[1].kind, Kind::Single { negated: false });
    assert_eq!((kinds[1].top[0].memory, kinds[1].nearest.memory), (2, 2));
    assert_eq!(
        (kinds[2].kind, kinds[2].steps, kinds[2].outcome),
        (Kind::Silent, 0, Outcome::Settled)
    );
    assert!(kinds[2].top.is_empty() && (kinds[2].energy.value - 0.5 * 2f64.ln()).abs() < 1e-15);
    let wide = Epanechnikov::new(store::<f32>(&rows), 0.01, 0.0).unwrap();
    assert_eq!(wide.recall(&[0.5, 0.1]).unwrap().kind, Kind::Global);
    assert_eq!(model.closest(&[0.0, 4.0]).unwrap(), (2, 1.0));
}

#[test]
fn what_is_refused_says_what_to_do() {
    let rows = vec![vec![0.0, 0.0], vec![3.0, 0.0]];
    let model = || Epanechnikov::new(store::<f64>(&rows), 2.0, 0.0).unwrap();
    let outside = model().start(&[0.1, 0.0, 0.0, 2.0, 9.0, 9.0]).unwrap_err();
    assert_eq!(outside, Refused::Outside { cue: 1, memory: 0, distance: 2.0, radius: 1.0 });
    assert!(outside.to_string().contains("lower beta below 2/distance² = 5.0000e-1"), "{outside}");
    // the edge itself is outside
    assert!(matches!(model().recall(&[0.0, 1.0]), Err(Refused::Outside { .. })));
    assert!(model().energy(&[0.0, 2.0]).unwrap().value.is_infinite());
    for beta in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-301] {
        assert!(matches!(Epanechnikov::new(store::<f64>(&rows), beta, 0.0), Err(Refused::Beta(_))));
    }
    for epsilon in [-1e-9, f64::NAN, f64::INFINITY] {
        let refused = Epanechnikov::new(store::<f64>(&rows), 1.0, epsilon);
        assert!(matches!(refused, Err(Refused::Epsilon(_))));
    }
    let width = model().recall(&[0.0]).unwrap_err();
    assert!(matches!(width, Refused::Model(ModelError::Width { expected: 2, found: 1, .. })));
    assert!(matches!(model().start(&[0.0; 3]), Err(Refused::Model(ModelError::Width { .. }))));
    for bad in [f64::NAN, f64::INFINITY] {
        let refused = model().start(&[0.0, 0.0, bad, 0.0]).unwrap_err();
        assert!(matches!(refused, Refused::Model(ModelError::NotFinite { index: 1, .. })));
    }
    let half = Recall { factor: Factor::euler(0.5).unwrap(), ..Recall::to_rest(0.0).unwrap() };
    assert_eq!(model().retrieve(&[0.0, 0.0], &half, &mut ()).unwrap_err(), Refused::Factor);
    let crowd: Vec<Vec<f64>> = (0..40).map(|k| vec![1e-3 * f64::from(k)]).collect();
    let crowd = Epanechnikov::new(store::<f32>(&crowd), 1.0, 0.0).unwrap();
    assert_eq!(crowd.minima(1000).unwrap_err(), Refused::TooMany { limit: 1000 });
}

/// The ends of the range: finite numbers, in both scalars.
#[test]
fn huge_and_tiny_numbers() {
    for (size, beta) in [(1e149, 1e-299), (1e-149, 1e299), (0.0, 1e300), (1e300, 1e-300)] {
        let rows = vec![vec![size, 0.0], vec![0.0, -size], vec![size, size]];
        let model = Epanechnikov::new(store::<f64>(&rows), beta, 0.0).unwrap();
        for row in &rows {
            let found = model.recall(row).unwrap();
            assert_eq!(found.outcome, Outcome::Settled);
            assert!(found.energy.is_finite() && found.certificate.is_finite());
        }
        assert!(!model.minima(7).unwrap().is_empty());
    }
    let far = Epanechnikov::new(store::<f32>(&[vec![3e38], vec![-3e38]]), 1e-300, 0.0).unwrap();
    assert_eq!(far.recall(&[3e38]).unwrap().state, [0.0]);
}

/// The answers do not depend on the number of threads.
#[test]
fn threads_change_nothing() {
    let mut random = Pcg64::seed_from_u64(11);
    let rows: Vec<Vec<f64>> = (0..200).map(|_| numbers(&mut random, 9)).collect();
    let model = Epanechnikov::new(store::<f32>(&rows), 1.0, 1e-3).unwrap();
    let cues: Vec<f32> = numbers(&mut random, 9 * 40).iter().map(|x| *x as f32).collect();
    let how = Recall::by(StopRule::rest(0.0, 1000).unwrap());
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| model.retrieve(&cues, &how, &mut ()).unwrap());
        let steps: usize = found.iter().map(|found| found.steps).sum();
        assert!(steps > 80);
        format!("{found:?}")
    };
    assert_eq!(run(1), run(3));
}
