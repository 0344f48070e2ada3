//! Gradients against central differences of the energy, of recalled states and of settled ones.

use attractor_dynamics::StopRule;
use attractor_effective::*;
use attractor_lagrangian::*;
use attractor_synapse::{Element, Synapses};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

type Any<T> = Box<dyn Lagrangian<T>>;
type Model<T> = Effective<T, Any<T>, Any<T>>;

/// Pairs by name, with both β.
const PAIRS: [&str; 9] = [
    "attention",
    "graded",
    "soft",
    "sphere",
    "sphere of exponentials",
    "layer norm",
    "entmax",
    "sparsemax",
    "groups",
];

fn pair<T: Real>(name: &str, beta: f64, visible: f64) -> (Any<T>, Any<T>) {
    let softmax = || Box::new(LogSumExp::new(beta).unwrap());
    match name {
        "attention" => (Box::new(Quadratic), softmax()),
        "graded" => (Box::new(LogCosh::new(visible).unwrap()), Box::new(Quadratic)),
        "soft" => (
            Box::new(Softplus::new(visible).unwrap()),
            Box::new(attractor_lagrangian::LogCosh::new(beta).unwrap()),
        ),
        "sphere" => (Box::new(Norm), Box::new(Additive(EvenPower::new(4).unwrap()))),
        "sphere of exponentials" => {
            (Box::new(Norm), Box::new(Additive(Exponential::new(beta).unwrap())))
        }
        "layer norm" => (Box::new(LayerNorm::new(1.3, 0.2).unwrap()), softmax()),
        "entmax" => (Box::new(Quadratic), Box::new(Entmax::new(1.5, beta).unwrap())),
        "sparsemax" => (Box::new(Quadratic), Box::new(Sparsemax::new(beta).unwrap())),
        "groups" => {
            (Box::new(Grouped::new(LogSumExp::new(visible).unwrap(), 1).unwrap()), softmax())
        }
        other => unreachable!("{other}"),
    }
}

/// Everything that a recalled state depends on.
#[derive(Debug, Clone)]
struct World {
    name: &'static str,
    beta: f64,
    visible: f64,
    rows: Vec<Vec<f64>>,
    input: Vec<f64>,
    bias: Vec<f64>,
    query: Vec<f64>,
    slope: Vec<f64>,
}

impl World {
    fn new(name: &'static str, n: usize, d: usize, seed: u64) -> Self {
        let mut random = Pcg64::seed_from_u64(seed);
        let mut row = |n: usize, size: f64| {
            (0..n).map(|_| size * (2.0 * random.random::<f64>() - 1.0)).collect::<Vec<_>>()
        };
        // the orbit of exponentials is that of log-sum-exp without input only
        let input = if name == "sphere of exponentials" { 0.0 } else { 0.2 };
        Self {
            name,
            beta: 1.7,
            visible: 0.8,
            rows: (0..n).map(|_| row(d, 1.0)).collect(),
            input: row(d, input),
            bias: row(n, 0.1),
            query: row(d, 1.0),
            slope: row(d, 1.0),
        }
    }

    fn model<T: Element>(&self) -> Model<T> {
        let of = |x: &[f64]| x.iter().map(|x| T::of(*x)).collect::<Vec<T>>();
        let (visible, hidden) = pair::<T>(self.name, self.beta, self.visible);
        let rows: Vec<Vec<T>> = self.rows.iter().map(|row| of(row)).collect();
        let model = Effective::new(visible, hidden, Synapses::from_rows(&rows).unwrap()).unwrap();
        let model = model.with_bias(self.bias.clone()).unwrap();
        if self.input.iter().any(|i| i.abs() > 0.0) {
            model.with_input(&of(&self.input)).unwrap()
        } else {
            model
        }
    }

    fn energy(&self) -> f64 {
        let how = Recall::by(StopRule::exactly(0, 1e-6).unwrap());
        self.model::<f64>().retrieve(&self.query, &how, &mut ()).unwrap()[0].energy_start.value
    }

    /// ℓ = slope·g after so many steps.
    fn after(&self, steps: usize) -> f64 {
        let how = Recall::by(StopRule::exactly(steps, 1e-6).unwrap());
        dot(
            &self.slope,
            &self.model::<f64>().retrieve(&self.query, &how, &mut ()).unwrap()[0].state,
        )
    }

    fn settled(&self, known: Option<&[bool]>) -> Vec<f64> {
        let how = Recall::by(StopRule::rest(1e-15, 20_000).unwrap());
        let model = self.model::<f64>();
        let found = match known {
            Some(known) => model.complete(&self.query, known, &how, &mut ()),
            None => model.retrieve(&self.query, &how, &mut ()),
        };
        found.unwrap().swap_remove(0).state
    }

    /// Everything that can be turned, by name, with the gradient's number for it.
    fn knobs(&self, gradient: &Gradient, query: bool) -> Vec<(String, f64, Knob)> {
        let mut knobs: Vec<(String, f64, Knob)> = Vec::new();
        let mut add = |what: String, x: f64, knob: Knob| knobs.push((what, x, knob));
        for i in 0..self.query.len() {
            if query {
                add(format!("query {i}"), gradient.query[i], Box::new(move |w, e| w.query[i] += e));
            }
            if self.name != "sphere of exponentials" {
                add(format!("input {i}"), gradient.input[i], Box::new(move |w, e| w.input[i] += e));
            }
        }
        for mu in 0..self.rows.len() {
            add(format!("bias {mu}"), gradient.bias[mu], Box::new(move |w, e| w.bias[mu] += e));
            for (i, x) in gradient.memories.row(mu).into_iter().enumerate() {
                let turn: Knob = Box::new(move |w, e| w.rows[mu][i] += e);
                add(format!("memory {mu} {i}"), x, turn);
            }
        }
        if !["graded", "sphere"].contains(&self.name) {
            add("beta".into(), gradient.log_beta / self.beta, Box::new(|w, e| w.beta += e));
        }
        // known outputs are known: how they came about is not asked
        if query && ["graded", "soft"].contains(&self.name) {
            let x = gradient.visible_log_beta / self.visible;
            add("visible beta".into(), x, Box::new(|w, e| w.visible += e));
        }
        knobs
    }

    /// The largest difference between a gradient and central differences, relative to the largest number.
    fn off(
        &self,
        gradient: &Gradient,
        query: bool,
        number: impl Fn(&Self) -> f64,
    ) -> (f64, String) {
        let mut worst = (0.0, String::new());
        let knobs = self.knobs(gradient, query);
        let size = knobs.iter().fold(1e-3f64, |m, (_, x, _)| m.max(x.abs()));
        for (what, found, turn) in knobs {
            let at = |e: f64| {
                let mut world = self.clone();
                turn(&mut world, e);
                number(&world)
            };
            // of fourth order: some of the maps bend a lot
            let e = 3e-5;
            let wide = at(2.0 * e) - at(-2.0 * e);
            let expected = (8.0 * (at(e) - at(-e)) - wide) / (12.0 * e);
            let off = (found - expected).abs() / size;
            if !(off <= worst.0) {
                worst = (off, format!("{} {what}: {found} for {expected}", self.name));
            }
        }
        worst
    }
}

type Knob = Box<dyn Fn(&mut World, f64)>;

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

const SHAPES: [(usize, usize); 5] = [(1, 2), (2, 3), (5, 7), (9, 3), (3, 8)];

#[test]
fn of_the_energy() {
    for (seed, name) in PAIRS.into_iter().enumerate() {
        for (n, d) in SHAPES {
            let world = World::new(name, n, d, seed as u64);
            let gradient = world.model::<f64>().energy_gradient(&world.query).unwrap();
            let (off, what) = world.off(&gradient, true, World::energy);
            assert!(off <= 1e-6, "{n} x {d}, {what}");
        }
    }
}

#[test]
fn of_steps() {
    for (seed, name) in PAIRS.into_iter().enumerate() {
        for (n, d) in SHAPES {
            for steps in [0, 1, 2, 5] {
                let world = World::new(name, n, d, seed as u64);
                let model = world.model::<f64>();
                let gradient = model.steps_gradient(&world.query, steps, &world.slope);
                let (off, what) = world.off(&gradient.unwrap(), true, |w| w.after(steps));
                assert!(off <= 1e-6, "{n} x {d}, {steps} steps, {what}");
            }
        }
    }
}

#[test]
fn of_settled_states() {
    let mut compared = 0;
    for (seed, name) in PAIRS.into_iter().enumerate() {
        for (n, d) in SHAPES {
            let world = World::new(name, n, d, seed as u64);
            let state = world.settled(None);
            let gradient = world.model::<f64>().settled_gradient(&state, None, &world.slope);
            let gradient = gradient.unwrap_or_else(|e| panic!("{name} {n} x {d}: {e}"));
            let (off, what) = world.off(&gradient, true, |w| dot(&world.slope, &w.settled(None)));
            assert!(off <= 1e-6, "{n} x {d}, {what}");
            compared += 1;
        }
    }
    assert_eq!(compared, PAIRS.len() * SHAPES.len());
}

/// What is known drives the rest, and the gradient says how.
#[test]
fn of_completed_states() {
    for name in ["attention", "graded", "soft", "entmax"] {
        for (n, d) in SHAPES {
            let world = World::new(name, n, d, 77);
            let known: Vec<bool> = (0..d).map(|i| i % 2 == 0).collect();
            let state = world.settled(Some(&known));
            let model = world.model::<f64>();
            let gradient = model.settled_gradient(&state, Some(&known), &world.slope).unwrap();
            let plain = name == "attention" || name == "entmax";
            let (off, what) =
                world.off(&gradient, plain, |w| dot(&world.slope, &w.settled(Some(&known))));
            assert!(off <= 1e-6, "{n} x {d}, {what}");
        }
    }
}

/// The settled state's gradient is where those of more and more steps go.
#[test]
fn many_steps_come_to_the_settled_gradient() {
    let world = World::new("attention", 6, 5, 3);
    let (model, state) = (world.model::<f64>(), world.settled(None));
    let settled = model.settled_gradient(&state, None, &world.slope).unwrap();
    let steps = model.steps_gradient(&world.query, 400, &world.slope).unwrap();
    for mu in 0..6 {
        for (a, b) in settled.memories.row(mu).iter().zip(steps.memories.row(mu)) {
            assert!((a - b).abs() < 1e-12);
        }
    }
    assert!((settled.log_beta - steps.log_beta).abs() < 1e-12);
    assert!(steps.query.iter().all(|q| q.abs() < 1e-12), "where it came from is forgotten");
}

/// f32 gives what f64 gives, to its digits.
#[test]
fn in_single_precision() {
    for (seed, name) in PAIRS.into_iter().enumerate() {
        let world = World::new(name, 5, 7, seed as u64);
        let low: Vec<f32> = world.query.iter().map(|x| *x as f32).collect();
        let a = world.model::<f64>().steps_gradient(&world.query, 2, &world.slope).unwrap();
        let b = world.model::<f32>().steps_gradient(&low, 2, &world.slope).unwrap();
        let size = a.memories.row(0).iter().fold(0.1f64, |m, x| m.max(x.abs()));
        for mu in 0..5 {
            for (a, b) in a.memories.row(mu).iter().zip(b.memories.row(mu)) {
                assert!((a - b).abs() <= 1e-4 * size, "{name}");
            }
        }
        let state: Vec<f32> = world.settled(None).iter().map(|x| *x as f32).collect();
        assert!(
            world.model::<f32>().settled_gradient(&state, None, &world.slope).is_ok(),
            "{name}"
        );
    }
}

/// The check can fail: an adjoint that forgets how the hidden neurons bend is far off.
#[test]
fn a_broken_adjoint_is_caught() {
    let world = World::new("attention", 5, 7, 1);
    let mut gradient = world.model::<f64>().steps_gradient(&world.query, 1, &world.slope).unwrap();
    gradient.log_beta *= 1.0 + 1e-4;
    assert!(world.off(&gradient, true, |w| w.after(1)).0 > 1e-6);
    let straight = world.model::<f64>().steps_gradient(&world.query, 0, &world.slope).unwrap();
    assert!(
        world.off(&Gradient { memories: gradient.memories, ..straight }, true, |w| w.after(1)).0
            > 1e-2
    );
}

#[test]
fn gradients_descend() {
    let world = World::new("attention", 5, 7, 1);
    let gradient = world.model::<f64>().steps_gradient(&world.query, 1, &world.slope).unwrap();
    let mut flat: Vec<f64> = world.rows.concat();
    gradient.memories.add_to(-1e-3, &mut flat);
    let moved = World { rows: flat.chunks(7).map(<[f64]>::to_vec).collect(), ..world.clone() };
    assert!(moved.after(1) < world.after(1));
}

#[test]
fn what_has_no_gradient_is_refused() {
    let memories = || Synapses::from_rows(&[[1.0f64, -1.0], [0.5, 1.0]]).unwrap();
    let spins = ClassicalHopfield::classical(memories()).unwrap();
    assert_eq!(spins.energy_gradient(&[1.0, 1.0]), Err(ModelError::Steps));
    let model = ModernHopfield::modern(memories(), LogSumExp::new(2.0).unwrap()).unwrap();
    let restless = model.settled_gradient(&[9.0, 9.0], None, &[1.0, 0.0]);
    assert!(matches!(restless, Err(ModelError::Restless { residual }) if residual > 0.1));
    let width = |found: Result<Gradient, _>| matches!(found, Err(ModelError::Width { .. }));
    assert!(width(model.energy_gradient(&[1.0])));
    assert!(width(model.steps_gradient(&[1.0, 0.0], 1, &[1.0])));
    assert!(width(model.settled_gradient(&[1.0, 0.0], Some(&[true]), &[1.0, 0.0])));
    let nan = model.energy_gradient(&[f64::NAN, 0.0]);
    assert!(matches!(nan, Err(ModelError::NotFinite { .. })));
    let nan = model.steps_gradient(&[1.0, 0.0], 1, &[f64::NAN, 0.0]);
    assert!(matches!(nan, Err(ModelError::NotFinite { what: "a number of the slope", .. })));
    // above the pitchfork the middle between ±a is at rest, and no minimum
    let pair = Synapses::from_rows(&[[1.0f64], [-1.0]]).unwrap();
    let pitchfork = ModernHopfield::modern(pair, LogSumExp::new(2.0).unwrap()).unwrap();
    let middle = pitchfork.settled_gradient(&[0.0], None, &[1.0]);
    assert_eq!(middle, Err(ModelError::NotStable));
    let steep = Synapses::from_rows(&[[1e30f32, 0.0]]).unwrap();
    let sphere = SphericalMemory::spherical(steep, EvenPower::new(4).unwrap()).unwrap();
    let beyond = sphere.steps_gradient(&[1.0, 0.5], 1, &[1.0, 0.0]);
    assert_eq!(beyond, Err(ModelError::Steep { dtype: "f32" }));
}
