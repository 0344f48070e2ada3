//! The models' formulas written down once more in f64, and the cases to try them on.

#![allow(dead_code, reason = "every test file uses a part of it")]

use attractor_dynamics::{Look, Proof, System};
use attractor_effective::*;
use attractor_lagrangian::*;
use attractor_synapse::*;
use proptest::prelude::*;
use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64;

pub(crate) const WIDTHS: [usize; 9] = [1, 2, 3, 7, 8, 9, 63, 64, 65];
pub(crate) const COUNTS: [usize; 9] = [1, 2, 3, 7, 9, 64, 65, 257, 600];
pub(crate) const BETAS: [f64; 9] = [1.0, 1e-3, 0.1, 7.0, 100.0, 1e3, 1e4, 1e5, 1e6];

pub(crate) type Law = Result<(), String>;
pub(crate) type Boxed<T> = Box<dyn Lagrangian<T>>;
pub(crate) type Model<T> = Effective<T, Boxed<T>, Boxed<T>>;

/// |left − right| ≤ slack, written so that NaN fails.
pub(crate) fn close(what: &str, left: f64, right: f64, slack: f64) -> Law {
    if (left - right).abs() <= slack {
        Ok(())
    } else {
        Err(format!("{what}: {left:e} is not {right:e} within {slack:e}"))
    }
}

pub(crate) fn holds(what: &str, claim: bool) -> Law {
    if claim { Ok(()) } else { Err(what.to_owned()) }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Visible {
    Identity,
    Sign,
    Sphere,
    Tanh(f64),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Hidden {
    Softmax(f64),
    Rectified(u32),
    Even(u32),
    Exponential(f64),
    Square,
}

impl Visible {
    pub(crate) fn lagrangian<T: Real>(self) -> Boxed<T> {
        match self {
            Self::Identity => Box::new(Quadratic),
            Self::Sign => Box::new(Absolute),
            Self::Sphere => Box::new(Norm),
            Self::Tanh(beta) => Box::new(LogCosh::new(beta).unwrap()),
        }
    }

    pub(crate) fn homogeneous(self) -> bool {
        matches!(self, Self::Sign | Self::Sphere)
    }

    /// g = ∂L_v(v) with ties keeping `kept`.
    pub(crate) fn activation(self, v: &[f64], kept: &[f64]) -> Vec<f64> {
        let size = norm(v);
        let one = |(&v, &kept): (&f64, &f64)| match self {
            Self::Identity => v,
            Self::Sign => {
                if v > 0.0 {
                    1.0
                } else if v < 0.0 {
                    -1.0
                } else {
                    kept
                }
            }
            Self::Sphere => {
                if size > 0.0 {
                    v / size
                } else {
                    kept
                }
            }
            Self::Tanh(beta) => (beta * v).tanh(),
        };
        v.iter().zip(kept).map(one).collect()
    }

    /// L_v*(g).
    pub(crate) fn conjugate(self, g: &[f64]) -> f64 {
        let xlnx = |x: f64| if x > 0.0 { x * x.ln() } else { 0.0 };
        match self {
            Self::Identity => 0.5 * dot(g, g),
            Self::Sign | Self::Sphere => 0.0,
            Self::Tanh(b) => g.iter().map(|g| (xlnx(1.0 + g) + xlnx(1.0 - g)) / (2.0 * b)).sum(),
        }
    }
}

impl Hidden {
    pub(crate) fn lagrangian<T: Real>(self) -> Boxed<T> {
        match self {
            Self::Softmax(beta) => Box::new(LogSumExp::new(beta).unwrap()),
            Self::Rectified(n) => Box::new(Additive(RectifiedPower::new(n).unwrap())),
            Self::Even(n) => Box::new(Additive(EvenPower::new(n).unwrap())),
            Self::Exponential(beta) => Box::new(Additive(Exponential::new(beta).unwrap())),
            Self::Square => Box::new(Quadratic),
        }
    }

    pub(crate) fn value(self, h: &[f64]) -> f64 {
        let sum = |f: &dyn Fn(f64) -> f64| h.iter().map(|&h| f(h)).sum::<f64>();
        match self {
            Self::Softmax(b) => {
                let max = h.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                max + sum(&|h| (b * (h - max)).exp()).ln() / b
            }
            Self::Rectified(n) => sum(&|h| h.max(0.0).powf(f64::from(n)) / f64::from(n)),
            Self::Even(n) => sum(&|h| h.abs().powf(f64::from(n)) / f64::from(n)),
            Self::Exponential(b) => sum(&|h| (b * h).exp() / b),
            Self::Square => sum(&|h| h * h / 2.0),
        }
    }

    pub(crate) fn activation(self, h: &[f64]) -> Vec<f64> {
        let map = |f: &dyn Fn(f64) -> f64| h.iter().map(|&h| f(h)).collect::<Vec<_>>();
        match self {
            Self::Softmax(b) => {
                let max = h.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = h.iter().map(|h| (b * (h - max)).exp()).sum();
                map(&|h| (b * (h - max)).exp() / sum)
            }
            Self::Rectified(n) => map(&|h| if h > 0.0 { h.powf(f64::from(n) - 1.0) } else { 0.0 }),
            Self::Even(n) => map(&|h| h.signum() * h.abs().powf(f64::from(n) - 1.0)),
            Self::Exponential(b) => map(&|h| (b * h).exp()),
            Self::Square => h.to_vec(),
        }
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    Map,
    Euler(f64),
    Exponential(f64),
}

impl Step {
    pub(crate) fn factor(self) -> Factor {
        match self {
            Self::Map => Factor::MAP,
            Self::Euler(eta) => Factor::euler(eta).unwrap(),
            Self::Exponential(dt) => Factor::exponential(dt).unwrap(),
        }
    }

    pub(crate) fn eta(self) -> f64 {
        match self {
            Self::Map => 1.0,
            Self::Euler(eta) => eta,
            Self::Exponential(dt) => -(-dt).exp_m1(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bias {
    None,
    Size(f64),
    Euclidean,
}

#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) visible: Visible,
    pub(crate) hidden: Hidden,
    pub(crate) n: usize,
    pub(crate) d: usize,
    pub(crate) queries: usize,
    pub(crate) scale: f64,
    /// The size of the cues, in units of the memories.
    pub(crate) cue: f64,
    pub(crate) input: Option<f64>,
    pub(crate) bias: Bias,
    pub(crate) step: Step,
    pub(crate) seed: u64,
}

fn pairs() -> impl Strategy<Value = (Visible, Hidden)> {
    use Hidden::*;
    let beta = || prop::sample::select(&BETAS[..]);
    let power = prop_oneof![
        3 => prop::sample::select(&[2u32, 3, 20][..]).prop_map(Rectified),
        2 => prop::sample::select(&[2u32, 4][..]).prop_map(Even),
        2 => beta().prop_map(Exponential),
        1 => beta().prop_map(Softmax),
        1 => Just(Square),
    ];
    let homogeneous = prop::sample::select(&[Visible::Sign, Visible::Sphere][..]);
    prop_oneof![
        4 => beta().prop_map(|b| (Visible::Identity, Softmax(b))),
        4 => (homogeneous, power),
        2 => beta().prop_map(|b| (Visible::Tanh(b), Square)),
        1 => (beta(), beta()).prop_map(|(b, c)| (Visible::Tanh(b), Softmax(c))),
    ]
}

pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let step = prop_oneof![
        2 => Just(Step::Map),
        2 => prop::sample::select(&[1.0, 0.5, 0.1, 1e-3][..]).prop_map(Step::Euler),
        2 => prop::sample::select(&[1.0, 1e-3, 0.1, 10.0, 100.0, 1e3][..]).prop_map(Step::Exponential),
    ];
    let bias = prop_oneof![
        4 => Just(Bias::None),
        1 => prop::sample::select(&[0.1, 1.0, 1e4][..]).prop_map(Bias::Size),
        1 => Just(Bias::Euclidean),
    ];
    (
        (pairs(), prop::sample::select(&COUNTS[..]), prop::sample::select(&WIDTHS[..])),
        prop::sample::select(&[1usize, 2, 7][..]),
        prop::sample::select(&[1.0, 0.1, 30.0][..]),
        prop::sample::select(&[1.0, 1e-3, 100.0][..]),
        prop::option::weighted(0.3, prop::sample::select(&[0.1, 10.0, 1e3][..])),
        (bias, step),
        any::<u64>(),
    )
        .prop_map(
            |(((visible, hidden), n, d), queries, scale, cue, input, (bias, step), seed)| {
                // an exponential that cannot be taken in its logarithmic form must stay finite
                let hidden = match hidden {
                    Hidden::Exponential(b) if input.is_some() => Hidden::Exponential(b.min(1.0)),
                    other => other,
                };
                let tame = matches!(hidden, Hidden::Exponential(_)) && input.is_some();
                let scale = if tame { 0.1 } else { scale };
                let bias = match bias {
                    // powers and exponentials of a large bias are nothing but that
                    Bias::Size(_) if !matches!(hidden, Hidden::Softmax(_)) => Bias::Size(0.1),
                    other => other,
                };
                Case { visible, hidden, n, d, queries, scale, cue, input, bias, step, seed }
            },
        )
}

pub(crate) fn rng(seed: u64) -> Pcg64 {
    Pcg64::seed_from_u64(seed)
}

pub(crate) fn entry(rng: &mut impl Rng) -> f64 {
    match rng.random_range(0..10) {
        0 => 0.0,
        1 => 0.5,
        2 => -0.5,
        _ => rng.random_range(-1.0..1.0),
    }
}

/// Everything of a case in the numbers that are stored, as f64.
pub(crate) struct World<T> {
    pub(crate) case: Case,
    pub(crate) rows: Vec<Vec<f64>>,
    pub(crate) input: Vec<f64>,
    pub(crate) bias: Vec<f64>,
    pub(crate) cues: Vec<T>,
    pub(crate) model: Model<T>,
}

impl Case {
    pub(crate) fn world<T: Element>(&self) -> World<T> {
        let mut rng = rng(self.seed);
        let spins = self.visible == Visible::Sign && self.seed.is_multiple_of(2);
        let mut rows: Vec<Vec<T>> = (0..self.n)
            .map(|_| {
                let number = |rng: &mut Pcg64| {
                    if spins { f64::from(rng.random_range(0..2)) * 2.0 - 1.0 } else { entry(rng) }
                };
                (0..self.d).map(|_| T::of(self.scale * number(&mut rng))).collect()
            })
            .collect();
        for _ in 0..self.n / 4 {
            let (from, to) = (rng.random_range(0..self.n), rng.random_range(0..self.n));
            rows[to] = rows[from].clone();
        }
        let mut cues: Vec<T> = Vec::new();
        for q in 0..self.queries {
            let near = rows[rng.random_range(0..self.n)].clone();
            let mut cue: Vec<T> = match q % 3 {
                1 => near,
                2 => near
                    .iter()
                    .map(|x| T::of(x.f64() + 1e-3 * self.scale * entry(&mut rng)))
                    .collect(),
                _ => (0..self.d).map(|_| T::of(self.cue * self.scale * entry(&mut rng))).collect(),
            };
            if cue.iter().all(|x| *x == T::ZERO) {
                cue[0] = T::of(self.scale);
            }
            cues.extend(cue);
        }
        let input: Option<Vec<T>> =
            self.input.map(|size| (0..self.d).map(|_| T::of(size * entry(&mut rng))).collect());
        let memories = Synapses::from_rows(&rows).unwrap();
        let mut model =
            Model::new(self.visible.lagrangian(), self.hidden.lagrangian(), memories).unwrap();
        if let Some(input) = &input {
            model = model.with_input(input).unwrap();
        }
        let bias: Vec<f64> = (0..self.n).map(|_| entry(&mut rng)).collect();
        model = match self.bias {
            Bias::None => model,
            Bias::Size(size) => model.with_bias(bias.iter().map(|b| size * b).collect()).unwrap(),
            Bias::Euclidean => model.with_euclidean_bias().unwrap(),
        };
        let rows: Vec<Vec<f64>> = rows.iter().map(|row| lift(row)).collect();
        let bias = match self.bias {
            Bias::None => vec![0.0; self.n],
            Bias::Size(size) => bias.iter().map(|b| size * b).collect(),
            Bias::Euclidean => rows.iter().map(|row| -0.5 * dot(row, row)).collect(),
        };
        let input = input.map_or(vec![0.0; self.d], |i| lift(&i));
        World { case: self.clone(), rows, input, bias, cues, model }
    }
}

/// A naive energy with what its rounding is relative to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Naive {
    pub(crate) value: f64,
    pub(crate) size: f64,
}

impl<T: Element> World<T> {
    /// The hidden function in use: under a 1-homogeneous layer without input an exponential means
    /// its logarithm.
    pub(crate) fn hidden(&self) -> Hidden {
        match self.case.hidden {
            Hidden::Exponential(b)
                if self.case.visible.homogeneous() && self.case.input.is_none() =>
            {
                Hidden::Softmax(b)
            }
            other => other,
        }
    }

    pub(crate) fn scores(&self, g: &[f64]) -> Vec<f64> {
        self.rows.iter().zip(&self.bias).map(|(row, b)| dot(row, g) + b).collect()
    }

    /// I + Ξᵀf(Ξg + b).
    pub(crate) fn target(&self, g: &[f64]) -> Vec<f64> {
        let f = self.hidden().activation(&self.scores(g));
        let mut target = self.input.clone();
        for (row, f) in self.rows.iter().zip(f) {
            target.iter_mut().zip(row).for_each(|(t, x)| *t += f * x);
        }
        target
    }

    /// E(g) = L_v*(g) − I·g − L_h(Ξg + b).
    pub(crate) fn energy(&self, g: &[f64]) -> Naive {
        let h = self.scores(g);
        let (own, input, hidden) =
            (self.case.visible.conjugate(g), dot(&self.input, g), self.hidden().value(&h));
        let f = self.hidden().activation(&h);
        // h is a sum of d products: ‖f‖₁ of them weigh its rounding
        let masses = self
            .rows
            .iter()
            .zip(&f)
            .zip(&self.bias)
            .map(|((row, f), b)| f.abs() * (norm(row) * norm(g) + b.abs()));
        let beta = match self.hidden() {
            Hidden::Softmax(b) => 1.0 / b,
            _ => 0.0,
        };
        let tanh = match self.case.visible {
            Visible::Tanh(b) => g.len() as f64 / b,
            _ => 0.0,
        };
        let size = own.abs()
            + dot(&self.input, g).abs()
            + hidden.abs()
            + masses.sum::<f64>()
            + beta
            + tanh;
        Naive { value: own - input - hidden, size }
    }

    /// One step in f64 from (v, g).
    pub(crate) fn step(&self, v: &[f64], g: &[f64], eta: f64) -> (Vec<f64>, Vec<f64>) {
        let target = self.target(g);
        let v: Vec<f64> = v
            .iter()
            .zip(&target)
            .map(|(v, t)| if eta < 1.0 { v + eta * (t - v) } else { *t })
            .collect();
        let g = self.case.visible.activation(&v, g);
        (v, g)
    }

    /// The looks and stored outputs of every query, from the cue on.
    pub(crate) fn walk(&self, proof: Proof, steps: usize) -> Vec<Vec<(Look, Vec<f64>)>> {
        walk(&self.model, &self.cues, self.case.step.factor(), proof, steps)
    }
}

/// The looks and stored outputs of every query, from the cue on.
pub(crate) fn walk<T: Element, M: Memories<T>>(
    model: &Effective<T, Boxed<T>, Boxed<T>, M>,
    cues: &[T],
    factor: Factor,
    proof: Proof,
    steps: usize,
) -> Vec<Vec<(Look, Vec<f64>)>> {
    let descent = model.descent(factor, proof, 3);
    let mut batch = model.start(cues).unwrap();
    let all: Vec<usize> = (0..batch.queries()).collect();
    let mut looks = vec![Look::NONE; all.len()];
    let mut walked = vec![Vec::new(); all.len()];
    for step in 0..=steps {
        if step > 0 {
            descent.advance(&mut batch, &all);
        }
        descent.look(&mut batch, &all, &mut looks);
        for &q in &all {
            walked[q].push((looks[q], lift(batch.output(q))));
        }
    }
    walked
}

pub(crate) fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

pub(crate) fn lift<T: Real>(x: &[T]) -> Vec<f64> {
    x.iter().map(|x| x.f64()).collect()
}
