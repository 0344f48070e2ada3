//! The laws of the log-sum-ReLU memory: what a certificate says is what the energy falls by, rest is exact
//! and soon, and cues do not know of each other.

use attractor_dynamics::{
    Certificate, Energy, Guarantee, Look, Outcome, Proof, StopRule, System, settle,
};
use attractor_effective::*;
use attractor_lagrangian::Real;
use attractor_laws as laws;
use attractor_synapse::{Element, Synapses};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// What the numbers of the memories are like.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Spread,
    /// Far out, so that the grid of the scalar shows.
    Far(f64),
    /// Small whole numbers: equal distances, equal memories, zeros.
    Whole,
}

#[derive(Debug, Clone)]
struct Case {
    n: usize,
    d: usize,
    shape: Shape,
    scale: f64,
    /// √(2/β) in units of a typical distance, or exactly that of whole numbers.
    reach: f64,
    epsilon: f64,
    seed: u64,
}

fn cases() -> impl Strategy<Value = Case> {
    let shape = prop::sample::select(
        &[Shape::Spread, Shape::Spread, Shape::Far(1e2), Shape::Far(1e6), Shape::Whole][..],
    );
    (
        prop::sample::select(&[1usize, 2, 3, 7, 8, 9, 63, 64, 65][..]),
        prop::sample::select(&[1usize, 2, 3, 7, 8, 9, 63, 64, 65][..]),
        shape,
        prop::sample::select(&[1e-12, 1.0, 1.0, 1e12][..]),
        prop::sample::select(&[1e-8, 0.1, 0.5, 0.6, 0.7, 0.8, 1.0, 2.0, 1e4][..]),
        prop::sample::select(&[0.0, 0.0, 1e-3, 1.0, 1e200][..]),
        any::<u64>(),
    )
        .prop_map(|(n, d, shape, scale, reach, epsilon, seed)| Case {
            n,
            d,
            shape,
            scale,
            reach,
            epsilon,
            seed,
        })
}

struct World<T> {
    rows: Vec<Vec<f64>>,
    cues: Vec<T>,
    model: Epanechnikov<T>,
}

fn lift<T: Real>(x: &[T]) -> Vec<f64> {
    x.iter().map(|x| x.f64()).collect()
}

fn square_distance(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum()
}

impl Case {
    fn world<T: Element>(&self) -> World<T> {
        let mut random = Pcg64::seed_from_u64(self.seed);
        let mut unit = || 2.0 * random.random::<f64>() - 1.0;
        let number = |x: f64| match self.shape {
            Shape::Spread => T::of(self.scale * x),
            Shape::Far(offset) => T::of(self.scale * (offset + x)),
            Shape::Whole => T::of(self.scale * (1.4 * x).round()),
        };
        let rows: Vec<Vec<T>> =
            (0..self.n).map(|_| (0..self.d).map(|_| number(unit())).collect()).collect();
        // two uniform numbers differ by a square of 2/3 on average; whole ones by whole squares
        let d = self.d as f64;
        let square = match self.shape {
            Shape::Whole => (self.reach * d).ceil(),
            _ => self.reach * self.reach * d * 2.0 / 3.0,
        };
        let beta = 2.0 / (square * self.scale * self.scale);
        let radius = (2.0 / beta).sqrt();
        let mut cues = Vec::new();
        for k in 0..4 {
            let (a, b) = (&rows[k % self.n], &rows[(3 * k + 1) % self.n]);
            let share = [0.0, 0.0, 0.5, 0.5][k];
            let noise = [0.3, 0.99, 0.0, 0.2][k] * radius / d.sqrt();
            let mix =
                |(a, b): (&T, &T)| T::of(a.f64() + share * (b.f64() - a.f64()) + noise * unit());
            cues.extend(a.iter().zip(b).map(mix));
        }
        let memories = Synapses::from_rows(&rows).unwrap();
        let model = Epanechnikov::new(memories, beta, self.epsilon).unwrap();
        cues = cues
            .chunks_exact(self.d)
            .filter(|cue| model.start(cue).is_ok())
            .flatten()
            .copied()
            .collect();
        World { rows: rows.iter().map(|row| lift(row)).collect(), cues, model }
    }
}

/// E and what its rounding is relative to, by the formula. A memory on the edge may be rounded to either
/// side of it, so it counts for the rounding.
fn energy(rows: &[Vec<f64>], beta: f64, epsilon: f64, x: &[f64]) -> [f64; 2] {
    let q = rows.iter().map(|row| 1.0 - beta / 2.0 * square_distance(x, row));
    let near: Vec<f64> = q.filter(|q| *q > -1e-9).collect();
    let inside = epsilon + near.iter().map(|q| q.max(0.0)).sum::<f64>();
    let size = inside.ln().abs() + (epsilon + 2.0 * near.len() as f64) / inside;
    [-inside.ln() / beta, size / beta]
}

impl<T: Element> World<T> {
    fn energy(&self, x: &[T]) -> [f64; 2] {
        energy(&self.rows, self.model.beta(), self.model.epsilon(), &lift(x))
    }
}

/// Every step's drop is what the energy, by its formula, falls by.
fn identity<T: Element>(case: &Case) -> Result<(), TestCaseError> {
    let world = case.world::<T>();
    let mut batch = world.model.start(&world.cues).unwrap();
    let all: Vec<usize> = (0..batch.queries()).collect();
    let mut looks = vec![Look::NONE; all.len()];
    world.model.look(&mut batch, &all, &mut looks);
    for _ in 0..8 {
        let before: Vec<[f64; 2]> = all.iter().map(|&q| world.energy(batch.state(q))).collect();
        world.model.advance(&mut batch, &all);
        world.model.look(&mut batch, &all, &mut looks);
        for (&q, [e, size]) in all.iter().zip(before) {
            let [after, size_after] = world.energy(batch.state(q));
            let Certificate { drop, rounding, proof, .. } = looks[q].certificate;
            let noise = 1e-12 * (size + size_after);
            prop_assert_eq!(proof, Proof::Full);
            prop_assert!(drop >= 0.0 && rounding >= 0.0);
            prop_assert!(rounding <= noise, "{rounding:e} {noise:e}");
            prop_assert!((after - e + drop).abs() <= noise, "{:e} {noise:e}", after - e + drop);
            prop_assert!(after <= e + noise);
            prop_assert!((looks[q].energy.value - after).abs() <= noise);
        }
    }
    Ok(())
}

/// Rest comes within finitely many steps and is exact: the mean of the active memories is the state.
fn settles<T: Element>(case: &Case) -> Result<(), TestCaseError> {
    let world = case.world::<T>();
    let how = Recall { top: 2, ..Recall::to_rest(0.0).unwrap() };
    for found in world.model.retrieve(&world.cues, &how, &mut ()).unwrap() {
        prop_assert_eq!(found.outcome, Outcome::Settled);
        prop_assert!(found.residual.to_bits() == 0 && found.steps <= 100, "{}", found.steps);
        let mut again = world.model.start(&found.state).unwrap();
        world.model.look(&mut again, &[0], &mut [Look::NONE]);
        world.model.advance(&mut again, &[0]);
        prop_assert_eq!(again.state(0), &found.state[..]);
        let count = found.effective_memories;
        let shares = found.top.iter().all(|top| (top.weight * count - 1.0).abs() < 1e-15);
        prop_assert!(shares && found.top.len() == (count as usize).min(2));
    }
    Ok(())
}

fn independent<T: Element>(case: &Case) -> Result<(), TestCaseError> {
    let world = case.world::<T>();
    let how = Recall::to_rest(0.0).unwrap();
    let together = world.model.retrieve(&world.cues, &how, &mut ()).unwrap();
    for (cue, found) in world.cues.chunks_exact(case.d).zip(&together) {
        let alone = world.model.retrieve(cue, &how, &mut ()).unwrap();
        prop_assert_eq!(format!("{:?}", &alone[0]), format!("{found:?}"));
    }
    Ok(())
}

/// What any descending system promises.
fn promises<T: Element>(case: &Case) -> Result<(), TestCaseError> {
    let world = case.world::<T>();
    let fresh = || world.model.start(&world.cues).unwrap();
    let tried = [
        laws::certificate_positive(&world.model, &fresh),
        laws::energy_descends(&world.model, &fresh),
        laws::energy_identity(&world.model, &fresh),
        laws::look_repeats(&world.model, &fresh),
        laws::run_repeats(&world.model, &fresh),
        laws::queries_independent(&world.model, &fresh),
    ];
    tried.into_iter().try_for_each(|law| law.map_err(|e| TestCaseError::fail(e.to_string())))
}

proptest! {
    #[test]
    fn the_certificate_is_the_decrease(case in cases()) {
        identity::<f64>(&case)?;
        identity::<f32>(&case)?;
    }

    #[test]
    fn rest_is_exact_and_soon(case in cases()) {
        settles::<f64>(&case)?;
        settles::<f32>(&case)?;
    }

    #[test]
    fn cues_do_not_know_of_each_other(case in cases()) {
        independent::<f64>(&case)?;
        independent::<f32>(&case)?;
    }

    #[test]
    fn it_is_a_descending_system(case in cases()) {
        promises::<f64>(&case)?;
        promises::<f32>(&case)?;
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    None,
    /// The memories that become active, or cease to be, are left out.
    NoExchange,
    /// The sum of the active memories instead of their mean.
    Sum,
}

/// The same system in twenty naive lines, with a fault.
struct Naive {
    rows: Vec<Vec<f64>>,
    fault: Fault,
}

const BETA: f64 = 1.2;
const EPSILON: f64 = 0.1;

impl Naive {
    fn q(&self, x: &[f64]) -> Vec<f64> {
        self.rows.iter().map(|row| 1.0 - BETA / 2.0 * square_distance(x, row)).collect()
    }

    fn next(&self, x: &[f64]) -> Vec<f64> {
        let q = self.q(x);
        let active: Vec<&Vec<f64>> =
            self.rows.iter().zip(&q).filter(|(_, q)| **q > 0.0).map(|(row, _)| row).collect();
        let count = if self.fault == Fault::Sum { 1.0 } else { active.len() as f64 };
        let sum = |i: usize| active.iter().map(|row| row[i]).sum::<f64>() / count;
        if active.is_empty() { x.to_vec() } else { (0..x.len()).map(sum).collect() }
    }

    fn certificate(&self, [x, last]: &[Vec<f64>; 2]) -> Certificate {
        let (before, after) = (self.q(last), self.q(x));
        let active = before.iter().filter(|q| **q > 0.0);
        let inside = EPSILON + active.clone().sum::<f64>();
        let mut growth = BETA * active.count() as f64 / 2.0 * square_distance(x, last);
        if self.fault != Fault::NoExchange {
            let pairs = before.iter().zip(&after);
            growth += pairs
                .map(|(b, a)| if (*b > 0.0) != (*a > 0.0) { a.abs() } else { 0.0 })
                .sum::<f64>();
        }
        Certificate::of_terms(&[(growth / inside).ln_1p() / BETA], 1e-12, Proof::Full)
    }
}

impl System for Naive {
    type State = Vec<[Vec<f64>; 2]>;

    fn queries(&self, state: &Self::State) -> usize {
        state.len()
    }

    fn look(&self, state: &mut Self::State, active: &[usize], looks: &mut [Look]) {
        for &q in active {
            let [value, magnitude] = energy(&self.rows, BETA, EPSILON, &state[q][0]);
            let residual = square_distance(&self.next(&state[q][0]), &state[q][0]).sqrt();
            let certificate = self.certificate(&state[q]);
            looks[q] = Look { energy: Energy { value, magnitude }, certificate, residual };
        }
    }

    fn advance(&self, state: &mut Self::State, active: &[usize]) {
        active.iter().for_each(|&q| state[q] = [self.next(&state[q][0]), state[q][0].clone()]);
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::Unconditional
    }
}

#[test]
fn the_laws_catch_what_is_wrong() {
    let mut random = Pcg64::seed_from_u64(5);
    let mut row = || -> Vec<f64> { (0..2).map(|_| 1.0 + 3.0 * random.random::<f64>()).collect() };
    let rows: Vec<Vec<f64>> = (0..12).map(|_| row()).collect();
    let cues: Vec<[Vec<f64>; 2]> = (0..30).map(|_| row()).map(|x| [x.clone(), x]).collect();
    let naive = |fault: Fault| Naive { rows: rows.clone(), fault };
    let fresh = || cues.clone();
    let (right, partial, sum) = (naive(Fault::None), naive(Fault::NoExchange), naive(Fault::Sum));
    laws::energy_descends(&right, &fresh).unwrap();
    laws::energy_identity(&right, &fresh).unwrap();
    let caught = laws::energy_identity(&partial, &fresh).unwrap_err();
    assert!(caught.left > caught.right, "{caught}");
    let caught = laws::energy_descends(&sum, &fresh).unwrap_err();
    assert!(caught.left > 0.0, "the energy rises: {caught}");

    // and the model is the system without a fault
    let memories = Synapses::from_rows(&rows).unwrap();
    let model = Epanechnikov::new(memories, BETA, EPSILON).unwrap();
    let flat: Vec<f64> = cues.iter().flat_map(|[x, _]| x.clone()).collect();
    let rule = StopRule::rest(1e-14, 100).unwrap();
    let found = model.retrieve(&flat, &Recall::by(rule), &mut ()).unwrap();
    let mut state = fresh();
    for ((run, [x, _]), found) in
        settle(&right, &mut state, &rule, &mut ()).iter().zip(&state).zip(found)
    {
        assert!((run.certificate.drop - found.certificate.drop).abs() < 1e-13);
        assert!(square_distance(x, &found.state) < 1e-28 && run.steps == found.steps);
    }
}
