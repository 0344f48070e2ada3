//! Attention by its definition in f64, and cases to try it on.

#![allow(dead_code, reason = "every test file uses a part of it")]

use attractor_attention::{Ignore, Keep, Mask};
use attractor_synapse::{Element, Patterns, Synapses};
use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// Around the widths of vector registers, and beyond a tile of memories and a chunk of queries.
pub(crate) const SIZES: [usize; 10] = [1, 2, 3, 7, 8, 9, 63, 64, 65, 300];
pub(crate) const BETAS: [f64; 7] = [1.0, 0.25, 1e-3, 8.0, 1e2, 1e4, 1e6];

/// What a broken layer would do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Flaw {
    None,
    /// n + 1 softmaxes for n.
    OneMore,
    /// Masks that hide what they should show.
    Inverted,
    /// Hidden keys with a score of 0 instead of none.
    ZeroScore,
    /// β of the head applied once more.
    BetaTwice,
    /// The answer of the query before.
    Shifted,
}

/// One head with n keys, q queries and a mask.
#[derive(Debug, Clone)]
pub(crate) struct Case<T> {
    pub(crate) keys: Synapses<T>,
    pub(crate) values: Patterns<T>,
    pub(crate) queries: Vec<T>,
    pub(crate) flags: Vec<bool>,
    pub(crate) pairs: Vec<bool>,
    pub(crate) added: Vec<f64>,
}

pub(crate) fn numbers<T: Element>(rng: &mut impl Rng, count: usize) -> Vec<T> {
    let number = |rng: &mut _| match RngExt::random_range(rng, 0..8) {
        0 => 0.0,
        1 => 1.0, // ties
        _ => RngExt::random_range(rng, -1.5..1.5),
    };
    (0..count).map(|_| T::of(number(rng))).collect()
}

pub(crate) fn patterns<T: Element>(seed: u64, rows: usize, width: usize) -> Patterns<T> {
    Patterns::new(numbers(&mut Pcg64::seed_from_u64(seed), rows * width), width).unwrap()
}

impl<T: Element> Case<T> {
    pub(crate) fn new(seed: u64, [q, n, d, m]: [usize; 4]) -> Self {
        let mut rng = Pcg64::seed_from_u64(seed);
        let keys = Synapses::new(Patterns::new(numbers(&mut rng, n * d), d).unwrap());
        let values = Patterns::new(numbers(&mut rng, n * m), m).unwrap();
        let queries = numbers(&mut rng, q * d);
        let flags = (0..n).map(|_| rng.random_bool(0.8)).collect();
        let pairs = (0..q * n).map(|_| rng.random_bool(0.7)).collect();
        let added = (0..q * n).map(|_| match rng.random_range(0..6) {
            0 => f64::NEG_INFINITY,
            _ => rng.random_range(-2.0..2.0),
        });
        let added = added.collect();
        Self { keys, values, queries, flags, pairs, added }
    }

    /// Sixteen masks.
    pub(crate) fn mask(&self, kind: usize) -> Mask {
        let on = |bit: usize| kind & (1 << bit) != 0;
        let mut mask = Mask::default();
        if on(0) {
            mask = mask.keys(Keep(self.flags.clone()));
        }
        if on(1) {
            mask = mask.pairs(Ignore(self.pairs.iter().map(|seen| !seen).collect()));
        }
        if on(2) {
            mask = mask.causal();
        }
        if on(3) {
            mask = mask.added(self.added.clone());
        }
        mask
    }

    pub(crate) fn counts(&self) -> [usize; 4] {
        let (n, d) = (self.keys.patterns().len(), self.keys.patterns().features());
        [self.queries.len() / d, n, d, self.values.features()]
    }

    /// The answers after n softmaxes, q × m, in f64.
    pub(crate) fn by_hand(&self, kind: usize, beta: f64, steps: usize, flaw: Flaw) -> Vec<f64> {
        let [q, _, d, _] = self.counts();
        let steps = if flaw == Flaw::OneMore { steps + 1 } else { steps };
        let beta = if flaw == Flaw::BetaTwice { beta * beta } else { beta };
        let mut out = Vec::new();
        for i in 0..q {
            let i = if flaw == Flaw::Shifted { i.saturating_sub(1) } else { i };
            let mut v: Vec<f64> = self.queries[i * d..][..d].iter().map(|x| x.f64()).collect();
            for _ in 1..steps {
                let p = self.weights(kind, beta, i, &v, flaw);
                if p.iter().any(|p| *p > 0.0) {
                    v = mean(&p, self.keys.patterns());
                }
            }
            out.extend(mean(&self.weights(kind, beta, i, &v, flaw), &self.values));
        }
        out
    }

    /// The weights of all keys for a state of query i; zeros where it sees none.
    pub(crate) fn weights(
        &self,
        kind: usize,
        beta: f64,
        i: usize,
        v: &[f64],
        flaw: Flaw,
    ) -> Vec<f64> {
        let n = self.keys.patterns().len();
        let on = |bit: usize| kind & (1 << bit) != 0;
        let logit = |key: usize| {
            let row = self.keys.patterns().row(key).iter().zip(v);
            let score = beta * row.map(|(k, v)| k.f64() * v).sum::<f64>();
            let added = if on(3) { self.added[i * n + key] } else { 0.0 };
            let shown = (!on(0) || self.flags[key])
                && (!on(1) || self.pairs[i * n + key])
                && (!on(2) || key <= i);
            match (shown ^ (flaw == Flaw::Inverted), flaw) {
                (true, _) => score + added,
                (false, Flaw::ZeroScore) => 0.0,
                (false, _) => f64::NEG_INFINITY,
            }
        };
        let logits: Vec<f64> = (0..n).map(logit).collect();
        let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if top == f64::NEG_INFINITY {
            return vec![0.0; n];
        }
        let weights: Vec<f64> = logits.iter().map(|x| (x - top).exp()).collect();
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|w| w / sum).collect()
    }
}

pub(crate) fn mean<T: Element>(weights: &[f64], rows: &Patterns<T>) -> Vec<f64> {
    let mut sum = vec![0.0; rows.features()];
    for (w, row) in weights.iter().zip(rows.rows()) {
        sum.iter_mut().zip(row).for_each(|(s, x)| *s += w * x.f64());
    }
    sum
}

/// ∂ℓ/∂x by differences of fourth order, of a function of f64.
pub(crate) fn slope(f: impl Fn(f64) -> f64, step: f64) -> f64 {
    (8.0 * (f(step) - f(-step)) - (f(2.0 * step) - f(-2.0 * step))) / (12.0 * step)
}
