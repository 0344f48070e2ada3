//! How a hidden layer streams: tiles of scores in, weights and a mergeable tally out.

use crate::{Lagrangian, Real};
use std::fmt::Debug;

/// How a hidden Lagrangian is read out in one pass over the memories.
#[derive(Debug)]
#[non_exhaustive]
pub enum OnePass<'a, T> {
    /// L = Φ(Σφ): every memory contributes to a sum.
    Sum(&'a dyn Pool<T>),
    /// Few memories have any weight: the others are dropped tile by tile.
    Select(&'a dyn Select),
}

/// A hidden Lagrangian whose weights are exactly 0 for all but a few memories (sparsemax, entmax,
/// normmax, k-subset).
///
/// The support of a union lies in the union of the supports, and what lies outside it changes
/// neither value nor gradient. So a reader keeps, of all scores seen, those above the threshold of
/// what it has kept, and at the end asks the Lagrangian itself, in f64, about these few.
pub trait Select: Lagrangian<f64> {
    /// A score at or below which a memory has no weight among `scores`, nor among any more of them;
    /// −∞ if every one of them has some.
    fn threshold(&self, scores: &[f64]) -> f64;
}

/// What one query knows of the memories seen so far, besides Σ w·ξ.
///
/// All sums share a unit, e^`log_scale`, so that a power of 30 or e^{βh} never overflows. The
/// identity of the merge has `log_scale` = −∞ and zeros.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tally {
    /// ln of the unit of the weights.
    pub log_scale: f64,
    /// Σφ(h) in that unit.
    pub value: f64,
    /// Σ|w|.
    pub weight: f64,
    /// Σw².
    pub square: f64,
}

impl Tally {
    /// No memory seen.
    pub const EMPTY: Self =
        Self { log_scale: f64::NEG_INFINITY, value: 0.0, weight: 0.0, square: 0.0 };

    /// Joins the tally of other memories and returns the two factors that bring what was summed
    /// with the weights of `self` and of `other` to the common unit.
    pub fn merge(&mut self, other: &Self) -> (f64, f64) {
        let scale = self.log_scale.max(other.log_scale);
        let (a, b) = (unit(self.log_scale, scale), unit(other.log_scale, scale));
        self.log_scale = scale;
        self.value = a * self.value + b * other.value;
        self.weight = a * self.weight + b * other.weight;
        self.square = a * a * self.square + b * b * other.square;
        (a, b)
    }
}

/// e^{from − to}, where the unit of nothing (−∞) is nothing.
fn unit(from: f64, to: f64) -> f64 {
    if from == f64::NEG_INFINITY { 0.0 } else { (from - to).exp() }
}

/// What the state *before* a move left for the hidden term of its certificate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Before {
    /// L_h at that state.
    pub value: f64,
    /// c = f·δ = (Ξᵀf)·Δg, the change of L_h to first order.
    pub tilt: f64,
}

/// A hidden Lagrangian of the form L = Φ(Σ_μ φ(h_μ)).
///
/// A tile holds the scores of n memories for q queries, n × q with the query fastest; q is the
/// number of tallies.
///
/// # Panics
/// All methods may panic if a tile is not a multiple of the number of queries long.
pub trait Pool<T: Real>: Debug + Send + Sync {
    /// Replaces every score by its weight w, so that f = w·e^{`log_factor`}, and writes the tile's
    /// tallies afresh.
    fn weigh(&self, tile: &mut [T], tallies: &mut [Tally]);

    /// Whether a score of −∞ means that the memory is not there: no weight, and nothing in the tally. So it
    /// is for the log-sum-exps.
    fn hides(&self) -> bool {
        false
    }

    /// L = Φ(Σφ).
    fn potential(&self, tally: &Tally) -> f64;

    /// ln(f/w).
    fn log_factor(&self, tally: &Tally) -> f64;

    /// Adds a tile's share of the sums behind D_{L_h}(h, h − δ), from `scores` h and `moves` δ.
    fn gap(&self, scores: &[T], moves: &[T], before: &[Before], sums: &mut [[f64; 3]]);

    /// D_{L_h} ≥ 0 from the sums over all memories; `value` is L_h after the move.
    fn gap_value(&self, sums: &[f64; 3], before: &Before, value: f64) -> f64;

    /// |f(h − δ)·δ − c|: the scores before the move are had as h − δ, and where rounding has moved
    /// them, the change to first order is no longer the one of the move. What is found here is part
    /// of the certificate's rounding.
    fn gap_slack(&self, sums: &[f64; 3], before: &Before) -> f64;
}
