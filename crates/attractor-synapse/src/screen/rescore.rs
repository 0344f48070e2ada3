//! The exact part: the memories that may matter, in f64, and what the others can add.

use super::search::{Found, Kept};
use crate::partial::Partial;
use crate::rows::ask_for;
use crate::{Element, Memories, Synapses};
use attractor_lagrangian::Tally;
use rayon::prelude::*;

/// Memories that are read together.
const TILE: usize = 256;
/// Memories before which one is asked for: they lie anywhere.
const AHEAD: usize = 8;

/// One query, as it is read exactly.
#[derive(Debug)]
pub(super) struct Exact<'a, T> {
    pub(super) xi: &'a Synapses<T>,
    /// g.
    pub(super) outputs: Vec<f64>,
    pub(super) beta: f64,
    pub(super) bias: Option<&'a [f64]>,
    pub(super) top: usize,
    /// M, ‖g‖ and max|b|, each rounded up.
    pub(super) sizes: [f64; 3],
}

/// How far an answer can be from the one of all memories in exact arithmetic.
#[derive(Debug, Clone, Copy)]
pub(super) struct Off {
    pub(super) mass: f64,
    pub(super) state: f64,
    pub(super) energy: f64,
}

impl<T: Element> Exact<'_, T> {
    /// What the kept memories say, and the two that the codes hold for the nearest and the opposite.
    pub(super) fn read(&self, found: &Found) -> Partial {
        let tiles: Vec<Partial> = found.kept.par_chunks(TILE).map(|kept| self.tile(kept)).collect();
        let mut all = Partial::empty(1, self.outputs.len(), self.top);
        tiles.iter().for_each(|tile| all.merge(tile));
        for memory in found.ends.map(|memory| memory as usize) {
            let cosine = self.overlap(memory) * self.xi.inverse_norms()[memory];
            all.nearest[0].see(memory, cosine);
        }
        all
    }

    fn tile(&self, kept: &[Kept]) -> Partial {
        let mut partial = Partial::empty(1, self.outputs.len(), self.top);
        let memories = || kept.iter().map(|kept| kept.memory as usize);
        let row = |memory| self.xi.patterns().row(memory);
        let mut later = memories().map(row);
        later.by_ref().take(AHEAD).for_each(ask_for);
        let scores: Vec<f64> = memories()
            .map(|memory| {
                later.next().map(ask_for);
                let overlap = self.overlap(memory);
                partial.nearest[0].see(memory, overlap * self.xi.inverse_norms()[memory]);
                self.beta * (overlap + self.bias.map_or(0.0, |bias| bias[memory]))
            })
            .collect();
        let log_scale = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut tally = Tally { log_scale, ..Tally::EMPTY };
        let mut sum = vec![0.0; self.outputs.len()];
        for (memory, score) in memories().zip(scores) {
            let weight = (score - log_scale).exp();
            tally.value += weight;
            tally.square += weight * weight;
            if weight.ln() + log_scale > partial.tops[0].bar() {
                partial.rank(0, memory, weight, log_scale);
            }
            let row = self.xi.patterns().row(memory);
            sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += weight * x.f64());
        }
        tally.weight = tally.value;
        partial.absorb(0, &tally, &sum);
        partial
    }

    /// ξ·g.
    fn overlap(&self, memory: usize) -> f64 {
        let row = self.xi.patterns().row(memory);
        let ((row, rest), (g, rest_g)) = (row.as_chunks::<8>(), self.outputs.as_chunks::<8>());
        let mut lanes = [0.0; 8];
        for (row, g) in row.iter().zip(g) {
            lanes.iter_mut().zip(row).zip(g).for_each(|((sum, x), g)| *sum += x.f64() * g);
        }
        let rest = rest.iter().zip(rest_g).map(|(x, g)| x.f64() * g);
        lanes.iter().sum::<f64>() + rest.sum::<f64>()
    }

    /// A score that the memory has at least.
    pub(super) fn at_least(&self, memory: usize) -> f64 {
        let bias = self.bias.map_or(0.0, |bias| bias[memory]);
        self.overlap(memory) + bias - self.rounding()
    }

    /// What no score is above.
    pub(super) fn at_most(&self) -> f64 {
        let [largest, length, bias] = self.sizes;
        largest * length + bias
    }

    /// What rounding can do to a score, or to the difference of two of them: (4d + 64)·2⁻⁵³·(M‖g‖ + max|b|).
    pub(super) fn rounding(&self) -> f64 {
        let [largest, length, bias] = self.sizes;
        let terms = 2.0 * self.outputs.len() as f64 + 32.0;
        terms * f64::EPSILON * (largest * length + bias)
    }

    /// The weight left out, t/(1 + t) with t = |S|·e^{β·cut}/Σ_K e^{βh}, and what it can do (THEORY §8), where
    /// no score that was left out is above `cut`.
    pub(super) fn off(&self, cut: f64, kept: usize, partial: &Partial) -> Off {
        let tally = &partial.tallies[0];
        let ln_sum = tally.log_scale + tally.value.ln();
        let bent = self.beta * self.rounding() + 64.0 * f64::EPSILON;
        let skipped = (self.xi.memories() - kept) as f64;
        let above = 1.0 + 1e-12;
        let t = skipped * (self.beta * cut - ln_sum + bent).exp() * above;
        let largest = self.sizes[0];
        let length = attractor_lagrangian::norm(partial.field(0)) / tally.value;
        // the weights of the kept are off by a factor within e^{±2·bent}, and their sum is rounded
        let sums = ((2.0 * bent).exp_m1() + (kept as f64 + 16.0) * f64::EPSILON) * largest;
        let mass = t / (1.0 + t) * above;
        let state = (mass * (largest + length) + sums) * above;
        let energy =
            (t.ln_1p() + bent) / self.beta + 8.0 * f64::EPSILON * (ln_sum / self.beta).abs();
        // both states lie within the memories
        Off { mass, state: state.min(2.0 * largest), energy: energy * above }
    }
}
