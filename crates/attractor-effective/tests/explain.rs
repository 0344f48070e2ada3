//! What an explanation proves holds: the error of the answer and the distance to a fixed point.

use attractor_effective::*;
use attractor_lagrangian::*;
use attractor_synapse::{Element, Synapses};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

#[derive(Debug, Clone)]
struct Case {
    n: usize,
    d: usize,
    beta: f64,
    scale: f64,
    noise: f64,
    steps: usize,
    input: f64,
    euclidean: bool,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    (
        prop::sample::select(&[1usize, 2, 3, 7, 9, 64, 65, 300][..]),
        prop::sample::select(&[1usize, 2, 3, 7, 8, 9, 63, 64, 65][..]),
        prop::sample::select(&[1e-3, 0.1, 1.0, 8.0, 100.0, 1e4][..]),
        prop::sample::select(&[0.1, 1.0, 30.0][..]),
        prop::sample::select(&[0.0, 1e-6, 0.1, 1.0][..]),
        0..8usize,
        prop::sample::select(&[0.0, 0.0, 0.3][..]),
        any::<bool>(),
        any::<u64>(),
    )
        .prop_map(|(n, d, beta, scale, noise, steps, input, euclidean, seed)| Case {
            n,
            d,
            beta,
            scale,
            noise,
            steps,
            input,
            euclidean,
            seed,
        })
}

fn norm(x: impl Iterator<Item = f64>) -> f64 {
    x.map(|x| x * x).sum::<f64>().sqrt()
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    norm(a.iter().zip(b).map(|(a, b)| a - b))
}

struct World<T> {
    rows: Vec<Vec<f64>>,
    bias: Vec<f64>,
    input: Vec<f64>,
    beta: f64,
    model: ModernHopfield<T>,
    state: Vec<T>,
}

impl Case {
    fn world<T: Element>(&self) -> World<T> {
        let mut random = Pcg64::seed_from_u64(self.seed);
        let mut numbers = |size: f64| -> Vec<T> {
            (0..self.d).map(|_| T::of(size * (2.0 * random.random::<f64>() - 1.0))).collect()
        };
        let rows: Vec<Vec<T>> =
            (0..self.n).map(|_| numbers(self.scale / (self.d as f64).sqrt())).collect();
        let (input, noise) = (numbers(self.input * self.scale), numbers(self.noise * self.scale));
        let lift = |x: &[T]| x.iter().map(|x| x.f64()).collect::<Vec<f64>>();
        let memories = Synapses::from_rows(&rows).unwrap();
        let model = ModernHopfield::modern(memories, LogSumExp::new(self.beta).unwrap()).unwrap();
        let model = model.with_input(&input).unwrap();
        let model = if self.euclidean { model.with_euclidean_bias().unwrap() } else { model };
        let mut state: Vec<T> = rows[0].iter().zip(&noise).map(|(a, b)| *a + *b).collect();
        for _ in 0..self.steps {
            state = model.map(&state).unwrap();
        }
        let rows: Vec<Vec<f64>> = rows.iter().map(|row| lift(row)).collect();
        let half = |row: &Vec<f64>| -0.5 * row.iter().map(|x| x * x).sum::<f64>();
        let bias = rows.iter().map(|row| if self.euclidean { half(row) } else { 0.0 }).collect();
        World { bias, input: lift(&input), beta: self.beta, model, state, rows }
    }
}

impl<T> World<T> {
    fn weights(&self, v: &[f64]) -> Vec<f64> {
        let scores = self.rows.iter().zip(&self.bias);
        let h: Vec<f64> =
            scores.map(|(row, b)| row.iter().zip(v).map(|(x, v)| x * v).sum::<f64>() + b).collect();
        let max = h.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let e: Vec<f64> = h.iter().map(|h| (self.beta * (h - max)).exp()).collect();
        let sum: f64 = e.iter().sum();
        e.iter().map(|e| e / sum).collect()
    }

    fn map(&self, v: &[f64]) -> Vec<f64> {
        let mut out = self.input.clone();
        for (row, p) in self.rows.iter().zip(self.weights(v)) {
            out.iter_mut().zip(row).for_each(|(o, x)| *o += p * x);
        }
        out
    }
}

fn holds<T: Element>(case: &Case) -> Result<(), TestCaseError> {
    let world = case.world::<T>();
    let v: Vec<f64> = world.state.iter().map(|x| x.f64()).collect();
    let why = world.model.explain(&world.state).unwrap();
    let (next, p) = (world.map(&v), world.weights(&v));
    let tiny = 1e-13 * (case.scale + norm(v.iter().copied()));
    prop_assert!(
        (why.residual - apart(&next, &v)).abs()
            <= 1e3 * tiny * (1.0 + case.beta * case.scale * case.scale)
    );
    let own: Vec<f64> = next.iter().zip(&world.input).map(|(x, i)| x - i).collect();
    prop_assert!(apart(&own, &world.rows[why.memory]) <= why.error + tiny);
    let top = (0..case.n).max_by(|a, b| p[*a].total_cmp(&p[*b])).unwrap();
    prop_assert!(p[why.memory] >= p[top] * (1.0 - 1e-9));
    if let Some(distance) = why.distance {
        // the ball is a region of contraction, so the map finds the fixed point in it
        let mut rest = v.clone();
        for _ in 0..20_000 {
            let after = world.map(&rest);
            let done = apart(&after, &rest) <= 1e-16 * norm(rest.iter().copied());
            rest = after;
            if done {
                break;
            }
        }
        if apart(&world.map(&rest), &rest) <= 0.1 * tiny {
            prop_assert!(
                apart(&rest, &v) <= distance * (1.0 + 1e-9) + tiny,
                "{} > {distance}",
                apart(&rest, &v)
            );
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn what_is_proved_holds(case in cases()) {
        holds::<f64>(&case)?;
        holds::<f32>(&case)?;
    }
}

/// ρ/(1 − κ) alone, which is false, is less than what is said wherever the map bends.
#[test]
fn the_bend_of_the_map_counts() {
    let memories = Synapses::from_rows(&[[1.0f64, 0.0], [-1.0, 0.0]]).unwrap();
    let model = ModernHopfield::modern(memories, LogSumExp::new(2.0).unwrap()).unwrap();
    let mut proved = 0;
    for k in 0..400 {
        let v = [0.7 + 1e-3 * f64::from(k), 0.0];
        let why = model.explain(&v).unwrap();
        let Some(distance) = why.distance else { continue };
        proved += 1;
        assert!(distance > why.residual / (1.0 - why.slope));
        let mut rest = v[0];
        (0..10_000).for_each(|_| rest = (2.0 * rest).tanh());
        assert!((rest - v[0]).abs() <= distance);
    }
    assert!(proved > 10, "{proved}");
}

/// A well separated memory is recalled with a proof, at rest, in both scalars.
#[test]
fn a_settled_state_has_its_proof() {
    fn settled<T: Element>(most: f64) {
        let mut random = Pcg64::seed_from_u64(3);
        let rows: Vec<Vec<T>> = (0..50)
            .map(|_| (0..20).map(|_| T::of(2.0 * random.random::<f64>() - 1.0)).collect())
            .collect();
        let cue = rows[7].clone();
        let model = ModernHopfield::modern(
            Synapses::from_rows(&rows).unwrap(),
            LogSumExp::new(6.0).unwrap(),
        );
        let model = model.unwrap();
        let found = model.recall(&cue).unwrap();
        let why = model.explain(&found.state).unwrap();
        assert_eq!((why.memory, found.nearest.memory), (7, 7));
        assert!(why.well_separated && why.others < 1e-3 && why.slope < 0.1, "{why:?}");
        assert!(why.distance.unwrap() <= most, "{why:?}");
    }
    settled::<f64>(1e-9);
    settled::<f32>(1e-5);
}

/// With known features the fixed point is that of the others.
#[test]
fn known_features_stay_out_of_the_proof() {
    for seed in 0..200 {
        let beta = [2.0, 8.0, 30.0][seed as usize % 3];
        let case = Case {
            n: 9,
            d: 8,
            beta,
            scale: 1.0,
            noise: 0.1,
            steps: 0,
            input: 0.3,
            euclidean: false,
            seed,
        };
        let world = case.world::<f64>();
        let known: Vec<bool> = (0..8).map(|i| (seed >> i) & 1 == 1).collect();
        let how = Recall::to_rest([1e-2, 1e-5][seed as usize % 2]).unwrap();
        let found = world.model.complete(&world.state, &known, &how, &mut ()).unwrap();
        let mut v = found[0].state.clone();
        let why = explain(&world.model, world.beta, &v, Some(&known)).unwrap();
        let Some(distance) = why.distance else { continue };
        let start = v.clone();
        for _ in 0..5000 {
            let next = world.map(&v);
            (0..8).filter(|&i| !known[i]).for_each(|i| v[i] = next[i]);
        }
        assert!(apart(&v, &start) <= distance + 1e-12, "{seed}: {} {why:?}", apart(&v, &start));
        assert!(distance < 0.5);
    }
}

#[test]
fn no_proof_where_the_map_does_not_contract() {
    let memories = Synapses::from_rows(&[[1.0f64], [-1.0]]).unwrap();
    let model = ModernHopfield::modern(memories, LogSumExp::new(2.0).unwrap()).unwrap();
    let why = model.explain(&[0.0]).unwrap(); // unstable
    assert!(why.slope >= 2.0 && why.distance.is_none());
    assert!(matches!(model.explain(&[f64::NAN]), Err(ModelError::NotFinite { .. })));
    assert!(matches!(model.explain(&[0.0, 1.0]), Err(ModelError::Width { .. })));
    let mask = explain(&model, 2.0, &[0.0], Some(&[true, false]));
    assert!(matches!(mask, Err(ModelError::Width { what: "the mask", .. })));
}

/// Scores beyond all numbers are an error, not a NaN.
#[test]
fn scores_that_overflow_are_refused() {
    let memories = Synapses::from_rows(&[[1e150f64], [-1e150]]).unwrap();
    let model = ModernHopfield::modern(memories, LogSumExp::new(1.0).unwrap()).unwrap();
    let refused = model.explain(&[1e200]);
    assert!(matches!(refused, Err(ModelError::NotFinite { what: "the score of memory", .. })));
}
