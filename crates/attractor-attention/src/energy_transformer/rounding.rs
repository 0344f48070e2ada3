//! What finite precision can take off a proven decrease.

use super::force::Weight;
use super::{EnergyTransformer, Motion, TokenState};
use attractor_lagrangian::{Lagrangian, Real};
use attractor_synapse::{Element, Memories};

impl<T: Element> EnergyTransformer<T> {
    /// How far a force can be off in the 2-norm: shares, sums of keys, queries and memories, and the
    /// products that lead back to the features, each γ times the largest they can be.
    pub(super) fn slip(&self, tokens: usize, weight: &Weight) -> f64 {
        let terms = tokens + self.features() + self.queries.len() + 24;
        let attention = (weight.query + weight.key) * self.largest_output();
        let memories = self.memories.memories() + self.features() + 16;
        gamma::<T>(terms) * attention
            + gamma::<T>(memories) * self.memories.largest_norm() * weight.activity
    }

    /// What rounding can take off a drop that is the sum of `terms`, of a move from the state to the
    /// token in the scratch; `weight` is that of both places together.
    ///
    /// The identity holds for stored currents and rounded scores s̃, whose own energy is off by
    /// |s̃ − s| times their share: four such terms, with the shares that they may have instead. A force that
    /// is off by `slip`, and by u|x'| over the step, costs that times |Δg|. Stored outputs are
    /// rounded, and the energy bends with them by |∂E/∂g|. The gaps' formulas keep all but the last digits
    /// of f64.
    pub(super) fn rounding(
        &self,
        state: &TokenState<T>,
        token: usize,
        motion: Motion,
        (terms, weight): (&[f64], &Weight),
    ) -> f64 {
        let moved = self.moved(state, token, motion);
        let digits = (1024 + self.features()) as f64 * f64::UNIT_ROUNDOFF;
        T::UNIT_ROUNDOFF * moved.bent
            + self.slip(state.tokens, weight) * moved.length
            + self.score_slip(state, weight)
            + digits * terms.iter().map(|term| term.abs()).sum::<f64>()
    }

    /// By how much the energy of rounded scores and overlaps differs, before and after.
    fn score_slip(&self, state: &TokenState<T>, weight: &Weight) -> f64 {
        let (d, y, largest) = (self.features(), self.head_width(), self.largest_output());
        let others = (state.tokens - 1) as f64;
        let relative = gamma::<T>(2 * d + y + 8) * largest * largest;
        let heads: f64 = self.heads.iter().map(|head| head.size).sum();
        let steepest = self.heads.iter().map(|head| head.beta() * head.size).fold(0.0, f64::max);
        // a share that is off in the exponent is larger by that, and never above 1
        let key = ((2.0 * relative * steepest).exp() * weight.key).min(2.0 * others * heads);
        let each = gamma::<T>(d + 8) * self.memories.largest_norm() * largest;
        let bend = self.hidden.properties().lipschitz.unwrap_or(0.0) * each;
        let memories = weight.activity + self.memories.memories() as f64 * bend;
        4.0 * (relative * (weight.query + key) + each * memories)
    }

    fn moved(&self, state: &TokenState<T>, token: usize, motion: Motion) -> Moved {
        let (own, scratch) = (state.own(token), &state.scratch);
        let (x, y) = (&state.x[own.clone()], &state.g[own]);
        let ((_, take), leak) = (motion.shares(), motion.leak());
        let largest = |y: &[T]| y.iter().fold(0.0f64, |m, y| m.max(y.f64().abs()));
        let outputs = 4.0 * (largest(y) + largest(&scratch.g));
        let mut moved = Moved { bent: 0.0, length: 0.0 };
        for i in 0..x.len() {
            let (x, x2, t) = (x[i].f64(), scratch.x[i].f64(), scratch.target[i]);
            let step = (scratch.g[i].f64() - y[i].f64()).abs();
            let slope = (leak * x - t).abs() + (leak * x2 - t).abs();
            moved.bent += outputs * slope;
            moved.bent += 2.0 * ((x2.abs() + x.abs()) / take + t.abs()) * step;
            moved.length += step * step;
        }
        moved.length = moved.length.sqrt();
        moved
    }
}

/// Σ|∂E/∂g|·|g| and the like, in units of u, and ‖Δg‖.
struct Moved {
    bent: f64,
    length: f64,
}

/// γ_n = nu/(1 − nu), the bound of a sum of n rounded terms.
fn gamma<T: Real>(n: usize) -> f64 {
    let nu = n as f64 * T::UNIT_ROUNDOFF;
    nu / (1.0 - nu).max(0.5)
}
