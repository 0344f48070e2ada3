//! Blocks that several tests start from, and their formulas once more, number by number in f64.

#![allow(dead_code, reason = "every test target uses a part of it")]

use attractor_attention::*;
use attractor_lagrangian::{Lagrangian, LayerNorm, Real};
use attractor_synapse::{Element, Patterns, Synapses};
use rand::RngExt;
use rand_pcg::Pcg64Mcg;

/// Numbers between −1 and 1.
pub(crate) fn numbers<T: Real>(seed: u64, count: usize) -> Vec<T> {
    let mut rng = Pcg64Mcg::new(u128::from(seed) * 2 + 1);
    (0..count).map(|_| T::of(2.0 * rng.random::<f64>() - 1.0)).collect()
}

/// Tokens n, features D, heads H of Y numbers, memories M.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) n: usize,
    pub(crate) d: usize,
    pub(crate) h: usize,
    pub(crate) y: usize,
    pub(crate) m: usize,
}

pub(crate) const SMALL: Shape = Shape { n: 4, d: 5, h: 2, y: 3, m: 7 };

/// The weights of a block, exact in f32 too.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    pub(crate) shape: Shape,
    pub(crate) queries: Vec<f64>,
    pub(crate) keys: Vec<f64>,
    pub(crate) memories: Vec<f64>,
    pub(crate) betas: Vec<f64>,
    pub(crate) delta: Vec<f64>,
    pub(crate) epsilon: f64,
}

impl Weights {
    pub(crate) fn new(seed: u64, shape: Shape, beta: f64) -> Self {
        let Shape { d, h, y, m, .. } = shape;
        let drawn = |seed: u64, count| lift(&numbers::<f32>(seed, count));
        Self {
            shape,
            queries: drawn(seed ^ 1, h * y * d),
            keys: drawn(seed ^ 2, h * y * d),
            memories: drawn(seed ^ 3, m * d),
            betas: (0..h).map(|h| beta * (1.0 + h as f64)).collect(),
            delta: drawn(seed ^ 4, d).iter().map(|x| 0.25 * x).collect(),
            epsilon: 1e-5,
        }
    }

    pub(crate) fn norm(&self) -> LayerNorm {
        LayerNorm::new(0.75, self.epsilon).unwrap().with_shift(self.delta.clone()).unwrap()
    }

    pub(crate) fn block<T: Element>(&self) -> EnergyTransformer<T> {
        let rows = |numbers: &[f64]| {
            Patterns::new(numbers.iter().map(|x| T::of(*x)).collect(), self.shape.d).unwrap()
        };
        let memories = Synapses::new(rows(&self.memories));
        let (queries, keys) = (rows(&self.queries), rows(&self.keys));
        EnergyTransformer::new(queries, keys, self.shape.h, memories, self.norm())
            .unwrap()
            .with_betas(&self.betas)
            .unwrap()
    }

    /// W·g of one head.
    fn project(&self, weights: &[f64], head: usize, g: &[f64]) -> Vec<f64> {
        let Shape { d, y, .. } = self.shape;
        weights[head * y * d..(head + 1) * y * d].chunks_exact(d).map(|w| dot(w, g)).collect()
    }

    /// E_att + E_hop of outputs, a query's own key seen or not.
    pub(crate) fn published(&self, g: &[f64], own: bool) -> f64 {
        self.attention(g, own) + self.hopfield(g)
    }

    pub(crate) fn attention(&self, g: &[f64], own: bool) -> f64 {
        self.attention_to(g, g, own)
    }

    /// The same with the keys of other outputs.
    pub(crate) fn attention_to(&self, keys_of: &[f64], g: &[f64], own: bool) -> f64 {
        let d = self.shape.d;
        let tokens: Vec<&[f64]> = keys_of.chunks_exact(d).collect();
        let mut energy = 0.0;
        for (head, beta) in self.betas.iter().enumerate() {
            for (c, query) in g.chunks_exact(d).enumerate() {
                let q = self.project(&self.queries, head, query);
                let keys = tokens.iter().enumerate().filter(|(b, _)| own || *b != c);
                let score = |key: &[f64]| dot(&self.project(&self.keys, head, key), &q);
                let scores: Vec<f64> = keys.map(|(_, key)| score(key)).collect();
                let max = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = scores.iter().map(|s| (beta * (s - max)).exp()).sum();
                energy -= if scores.is_empty() { 0.0 } else { max + sum.ln() / beta };
            }
        }
        energy
    }

    pub(crate) fn hopfield(&self, g: &[f64]) -> f64 {
        let d = self.shape.d;
        let tokens = g.chunks_exact(d);
        let overlaps = tokens.flat_map(|g| self.memories.chunks_exact(d).map(|xi| dot(xi, g)));
        -overlaps.map(|h| 0.5 * h.max(0.0).powi(2)).sum::<f64>()
    }

    /// Σ x·g − L(x).
    pub(crate) fn layers(&self, x: &[f64], g: &[f64]) -> f64 {
        let potentials = x.chunks_exact(self.shape.d).map(|x| self.norm().value(x));
        dot(x, g) - potentials.sum::<f64>()
    }

    pub(crate) fn outputs(&self, x: &[f64]) -> Vec<f64> {
        let mut g = vec![0.0; x.len()];
        for (x, g) in x.chunks_exact(self.shape.d).zip(g.chunks_exact_mut(self.shape.d)) {
            self.norm().activate(x, g);
        }
        g
    }
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub(crate) fn lift<T: Real>(x: &[T]) -> Vec<f64> {
    x.iter().map(|x| x.f64()).collect()
}

/// ∂f/∂x_i by central differences of fourth order.
pub(crate) fn derivative(x: &[f64], i: usize, f: &dyn Fn(&[f64]) -> f64) -> f64 {
    let step = 1e-3 * (1.0 + x[i].abs());
    let at = |by: f64| {
        let mut x = x.to_vec();
        x[i] += by * step;
        f(&x)
    };
    (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * step)
}

pub(crate) fn largest(x: impl IntoIterator<Item = f64>) -> f64 {
    x.into_iter().fold(0.0, |m, x| if x.abs() > m || x.is_nan() { x.abs() } else { m })
}
