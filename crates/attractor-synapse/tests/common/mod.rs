//! What a read must give, by plain loops over the formulas in f64, and the cases to try it on.

#![allow(dead_code, reason = "every test file uses a part of it")]

use attractor_lagrangian::*;
use attractor_synapse::*;
use proptest::prelude::*;
use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// Around the widths of vector registers.
pub(crate) const WIDTHS: [usize; 9] = [1, 2, 3, 7, 8, 9, 63, 64, 65];
/// Also around the tiles of 256 memories, and several shares of them.
pub(crate) const COUNTS: [usize; 13] = [1, 2, 3, 7, 8, 9, 63, 64, 65, 255, 256, 257, 600];
pub(crate) const BETAS: [f64; 8] = [1.0, 1e-3, 0.03, 7.0, 100.0, 1e4, 1e5, 1e6];

/// The smallest counter-example that is still told apart from rounding, as text.
pub(crate) type Law = Result<(), String>;

/// |left − right| ≤ slack, written so that NaN fails.
pub(crate) fn close(what: &str, left: f64, right: f64, slack: f64) -> Law {
    if (left - right).abs() <= slack || (left.is_infinite() && left.to_bits() == right.to_bits()) {
        Ok(())
    } else {
        Err(format!("{what}: {left:e} is not {right:e} within {slack:e}"))
    }
}

pub(crate) fn holds(what: &str, claim: bool) -> Law {
    if claim { Ok(()) } else { Err(what.to_owned()) }
}

/// √(1 + x²), summed: a Lagrangian that does not stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hyperbolic;

impl<T: Real> Lagrangian<T> for Hyperbolic {
    fn value(&self, x: &[T]) -> f64 {
        x.iter().map(|x| x.f64().hypot(1.0)).sum()
    }
    fn activate(&self, x: &[T], g: &mut [T]) {
        g.iter_mut().zip(x).for_each(|(g, x)| *g = T::of(x.f64() / x.f64().hypot(1.0)));
    }
    fn curve(&self, _x: &[T], _d: &[T], _out: &mut [T]) {}
    fn conjugate(&self, p: &[T]) -> f64 {
        p.iter().map(|p| -(1.0 - p.f64() * p.f64()).max(0.0).sqrt()).sum()
    }
    fn properties(&self) -> Properties {
        Properties { bounded_activation: true, ..Properties::separable(Growth::Linear) }
    }
}

/// A hidden layer by name, with its formulas written down once more.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Hidden {
    Softmax(f64),
    Rectified(u32),
    Even(u32),
    Exponential(f64),
    Tanh(f64),
    Square,
    Hyperbolic,
}

impl Hidden {
    pub(crate) fn lagrangian<T: Real>(self) -> Box<dyn Lagrangian<T>> {
        match self {
            Self::Softmax(beta) => Box::new(LogSumExp::new(beta).unwrap()),
            Self::Rectified(n) => Box::new(Additive(RectifiedPower::new(n).unwrap())),
            Self::Even(n) => Box::new(Additive(EvenPower::new(n).unwrap())),
            Self::Exponential(beta) => Box::new(Additive(Exponential::new(beta).unwrap())),
            Self::Tanh(beta) => Box::new(LogCosh::new(beta).unwrap()),
            Self::Square => Box::new(Quadratic),
            Self::Hyperbolic => Box::new(Hyperbolic),
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
            Self::Tanh(b) => sum(&|h| {
                let a = (b * h).abs();
                let near = (2.0 * (a / 2.0).sinh().powi(2)).ln_1p();
                (if a < 1.0 { near } else { a + ((1.0 + (-2.0 * a).exp()) / 2.0).ln() }) / b
            }),
            Self::Square => sum(&|h| h * h / 2.0),
            Self::Hyperbolic => sum(&|h| (1.0 + h * h).sqrt()),
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
            Self::Tanh(b) => map(&|h| (b * h).tanh()),
            Self::Square => h.to_vec(),
            Self::Hyperbolic => map(&|h| h / (1.0 + h * h).sqrt()),
        }
    }

    /// A bound on |f(h ± error) − f(h)| per memory.
    pub(crate) fn spread(self, h: &[f64], errors: &[f64]) -> Vec<f64> {
        if let Self::Softmax(b) = self {
            let worst = errors.iter().copied().fold(0.0, f64::max);
            let grow = (2.0 * b * worst).exp_m1();
            return self.activation(h).iter().map(|p| (p * grow).min(1.0)).collect();
        }
        let shifted = |sign: f64| {
            let h: Vec<f64> = h.iter().zip(errors).map(|(h, e)| h + sign * e).collect();
            self.activation(&h)
        };
        shifted(1.0).iter().zip(shifted(-1.0)).map(|(a, b)| (a - b).abs()).collect()
    }
}

/// Memories and queries: a pattern's numbers may be tied, zero, or those of another pattern.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) hidden: Hidden,
    pub(crate) n: usize,
    pub(crate) d: usize,
    pub(crate) queries: usize,
    pub(crate) scale: f64,
    pub(crate) bias: Option<f64>,
    /// The size of the moves in units of the queries; 0 asks for no gap.
    pub(crate) step: f64,
    pub(crate) seed: u64,
}

pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let beta = || prop::sample::select(&BETAS[..]);
    let hidden = prop_oneof![
        4 => beta().prop_map(Hidden::Softmax),
        3 => prop::sample::select(&[2, 3, 20, 30][..]).prop_map(Hidden::Rectified),
        2 => prop::sample::select(&[2, 4][..]).prop_map(Hidden::Even),
        1 => Just(Hidden::Exponential(1.0)),
        1 => beta().prop_map(Hidden::Tanh),
        1 => Just(Hidden::Square),
        2 => Just(Hidden::Hyperbolic),
    ];
    (
        hidden,
        prop::sample::select(&COUNTS[..]),
        prop::sample::select(&WIDTHS[..]),
        prop_oneof![8 => prop::sample::select(&[1usize, 2, 7][..]), 1 => prop::sample::select(&[127usize, 128, 129][..])],
        prop::sample::select(&[1.0, 0.1, 3.0][..]),
        prop::option::weighted(0.3, prop::sample::select(&[1.0, 0.1, 30.0][..])),
        prop::sample::select(&[0.0, 1.0, 1e-3, 1e-6][..]),
        any::<u64>(),
    )
        .prop_map(|(hidden, n, d, queries, scale, bias, step, seed)| {
            // the cost of the plain loops is bounded
            let (n, d) = if queries > 100 { (n.min(257), d.min(9)) } else { (n, d) };
            // an exponential is asked only where it stays finite
            let bias = if matches!(hidden, Hidden::Exponential(_)) { bias.map(|_| 1.0) } else { bias };
            let scale = if matches!(hidden, Hidden::Exponential(_)) { 0.1 } else { scale };
            Case { hidden, n, d, queries, scale, bias, step, seed }
        })
}

pub(crate) fn rng(seed: u64) -> Pcg64 {
    Pcg64::seed_from_u64(seed)
}

/// Numbers within [−1, 1]: some 0, some tied.
pub(crate) fn entry(rng: &mut impl Rng) -> f64 {
    match rng.random_range(0..10) {
        0 => 0.0,
        1 => 0.5,
        2 => -0.5,
        _ => rng.random_range(-1.0..1.0),
    }
}

pub(crate) struct Data<T> {
    pub(crate) xi: Synapses<T>,
    pub(crate) outputs: Vec<T>,
    pub(crate) moves: Vec<T>,
    pub(crate) bias: Option<Vec<f64>>,
}

impl Case {
    pub(crate) fn data<T: Element>(&self) -> Data<T> {
        let mut rng = rng(self.seed);
        let mut rows: Vec<Vec<T>> = (0..self.n)
            .map(|_| (0..self.d).map(|_| T::of(self.scale * entry(&mut rng))).collect())
            .collect();
        for _ in 0..self.n / 4 {
            let (from, to) = (rng.random_range(0..self.n), rng.random_range(0..self.n));
            rows[to] = rows[from].clone();
        }
        if self.n > 2 {
            rows[self.n / 2].fill(T::ZERO);
        }
        let mut outputs = Vec::new();
        for q in 0..self.queries {
            match q % 4 {
                1 => outputs.extend_from_slice(&rows[rng.random_range(0..self.n)]),
                3 => outputs.extend(vec![T::ZERO; self.d]),
                _ => outputs.extend((0..self.d).map(|_| T::of(entry(&mut rng)))),
            }
        }
        let moves = outputs.iter().map(|_| T::of(self.step * entry(&mut rng))).collect();
        let bias = self.bias.map(|size| (0..self.n).map(|_| size * entry(&mut rng)).collect());
        Data { xi: Synapses::from_rows(&rows).unwrap(), outputs, moves, bias }
    }
}

pub(crate) fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

pub(crate) fn lift<T: Real>(x: &[T]) -> Vec<f64> {
    x.iter().map(|x| x.f64()).collect()
}

/// h = Ξg + b.
pub(crate) fn scores<T: Element>(xi: &Synapses<T>, g: &[f64], bias: Option<&[f64]>) -> Vec<f64> {
    let bias = |i: usize| bias.map_or(0.0, |b| b[i]);
    xi.patterns().rows().enumerate().map(|(i, row)| dot(&lift(row), g) + bias(i)).collect()
}
