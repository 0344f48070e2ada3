//! What is proved of a state of model B (the theory's §9): how wrong it can be, how far rest can be.

use crate::error::width;
use crate::{Effective, ModelError, ModernHopfield, needed_separation};
use attractor_lagrangian::Lagrangian;
use attractor_synapse::{Element, Memories, Synapses};

/// What is proved of a state v of model B, from one application of its map F(v) = I + Ξᵀp.
///
/// All of it is computed in f64 from the stored numbers, with the rounding on the safe side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Explanation {
    /// The heaviest memory, i.
    pub memory: usize,
    /// Σ_{j≠i} p_j, summed, so that it has digits where p_i is all but 1.
    pub others: f64,
    /// ‖F(v) − I − ξ_i‖ ≤ (Σ_{j≠i} p_j)·max_j‖ξ_j − ξ_i‖: how wrong the answer ξ_i can be.
    pub error: f64,
    /// Δ_i = h_i − max_{j≠i} h_j at v = ξ_i: how far memory i stands out; +∞ for a single one.
    pub separation: f64,
    /// Whether Δ_i is enough for memory i to have a fixed point next to it
    /// ([`needed_separation`](crate::needed_separation)).
    pub well_separated: bool,
    /// κ = β·tr Cov_p ≥ ‖∂F(v)‖: below 1 the map contracts here.
    pub slope: f64,
    /// ρ = ‖F(v) − v‖.
    pub residual: f64,
    /// A fixed point lies within this distance of v, where that is proved: 2ρ/((1 − κ) + √((1 − κ)² − 2cρ)) if
    /// κ < 1 and (1 − κ)² ≥ 2cρ with c = β²·diam³/(6√3) (Kantorovich), or ρ/(1 − β·diam²/4) if β·diam² < 4.
    pub distance: Option<f64>,
}

impl<T: Element> ModernHopfield<T> {
    /// What is proved of a state: two reads of the memories in f64, and N numbers.
    ///
    /// ```
    /// use attractor_effective::ModernHopfield;
    /// use attractor_lagrangian::LogSumExp;
    /// use attractor_synapse::Synapses;
    /// let memories = Synapses::from_rows(&[[1.0f64, 0.0], [0.0, 1.0], [-0.6, -0.8]])?;
    /// let model = ModernHopfield::modern(memories, LogSumExp::new(12.0)?)?;
    /// let found = model.recall(&[0.9, 0.2])?;
    /// let why = model.explain(&found.state)?;
    /// assert!(why.memory == 0 && why.error < 1e-4 && why.distance.unwrap() < 1e-9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ModelError::Width`] or [`ModelError::NotFinite`].
    pub fn explain(&self, state: &[T]) -> Result<Explanation, ModelError> {
        explain(self, self.own_hidden().beta(), state, None)
    }
}

/// [`ModernHopfield::explain`] for a model whose Lagrangians are known at run time only; it is for the
/// caller to know that they are ½‖v‖² and log-sum-exp with this β. Where features are `known`, d flags, the
/// map and its fixed points are those of the other features.
///
/// # Errors
/// As [`ModernHopfield::explain`]; [`ModelError::Width`] unless there is a flag for each feature.
pub fn explain<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>>(
    model: &Effective<T, Lv, Lh>,
    beta: f64,
    state: &[T],
    known: Option<&[bool]>,
) -> Result<Explanation, ModelError> {
    let state = state.iter().map(|x| x.f64()).collect();
    let v = crate::model::checked("a number of the state", state, model.features())?;
    known.map_or(Ok(()), |known| width("the mask", known.len(), v.len()))?;
    let free = (0..v.len()).filter(|&i| known.is_none_or(|known| !known[i])).collect();
    let view = View { memories: model.memories(), bias: model.bias(), beta, free };
    let h =
        crate::model::checked("the score of memory", view.scores(&v), model.memories().memories())?;
    Ok(view.explain(&v, &h, model.input()))
}

struct View<'a, T> {
    memories: &'a Synapses<T>,
    bias: Option<&'a [f64]>,
    beta: f64,
    /// The features that move.
    free: Vec<usize>,
}

impl<T: Element> View<'_, T> {
    fn row(&self, mu: usize) -> impl Iterator<Item = f64> + '_ {
        self.memories.patterns().row(mu).iter().map(|x| x.f64())
    }

    /// h = Ξg + b.
    fn scores(&self, g: &[f64]) -> Vec<f64> {
        let score = |mu: usize| {
            let overlap: f64 = self.row(mu).zip(g).map(|(x, g)| x * g).sum();
            overlap + self.bias.map_or(0.0, |b| b[mu])
        };
        (0..self.memories.memories()).map(score).collect()
    }

    /// ‖ξ_μ − x‖.
    fn distance(&self, mu: usize, x: &[f64]) -> f64 {
        self.row(mu).zip(x).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
    }

    /// ‖ξ_μ − x‖ over the features that move.
    fn reach(&self, mu: usize, x: &[f64]) -> f64 {
        let row = self.memories.patterns().row(mu);
        self.free.iter().map(|&i| (row[i].f64() - x[i]).powi(2)).sum::<f64>().sqrt()
    }

    /// Largest of a number over all memories.
    fn largest(&self, of: impl Fn(usize) -> f64) -> f64 {
        (0..self.memories.memories()).map(of).fold(0.0, f64::max)
    }

    fn explain(&self, v: &[f64], h: &[f64], input: Option<&[f64]>) -> Explanation {
        let (n, d) = (self.memories.memories(), v.len());
        let top = (0..n).fold(0, |top, mu| if h[mu] > h[top] { mu } else { top });
        let weight = |mu: usize| (self.beta * (h[mu] - h[top])).exp();
        let rest: f64 = (0..n).filter(|mu| *mu != top).map(weight).sum();
        let p = |mu: usize| weight(mu) / (1.0 + rest);
        let mut mean = vec![0.0; d];
        for mu in 0..n {
            let p = p(mu);
            mean.iter_mut().zip(self.row(mu)).for_each(|(m, x)| *m += p * x);
        }
        let own: Vec<f64> = self.row(top).collect();
        // relative: scores are sums of d products, weights magnify their rounding by β
        let largest = self.memories.largest_norm();
        let norm = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>().sqrt();
        let size = norm(&mut v.iter().copied());
        let bias = self.bias.unwrap_or_default().iter().fold(0.0f64, |m, b| m.max(b.abs()));
        let slack = f64::EPSILON
            * ((n + d + 16) as f64
                + 2.0 * self.beta * ((d + 2) as f64 * largest * size + 2.0 * bias));
        let more = 1.0 + slack;
        // shares sum to 1, and what cannot be told is not bounded
        let others = if rest.is_nan() { 1.0 } else { (more * rest / (1.0 + rest)).min(1.0) };
        let spread: f64 = (0..n).map(|mu| p(mu) * self.reach(mu, &mean).powi(2)).sum();
        let moved = |&i: &usize| mean[i] + input.map_or(0.0, |input| input[i]) - v[i];
        let residual = norm(&mut self.free.iter().map(moved));
        let residual = bound(residual + slack * (largest + size));
        let slope = bound(more * self.beta * spread + slack * self.beta * largest * largest);
        let radius = more * self.largest(|mu| self.reach(mu, &mean));
        let separation = self.separation(top, &own);
        Explanation {
            memory: top,
            others,
            error: bound(others * more * self.largest(|mu| self.distance(mu, &own))),
            separation,
            well_separated: separation >= needed_separation(self.beta, n, largest),
            slope,
            residual,
            distance: near(self.beta, slope, residual, 2.0 * radius),
        }
    }

    fn separation(&self, own: usize, state: &[f64]) -> f64 {
        let h = self.scores(state);
        let others = (0..h.len()).filter(|mu| *mu != own).map(|mu| h[mu]);
        let separation = h[own] - others.fold(f64::NEG_INFINITY, f64::max);
        if separation.is_nan() { f64::NEG_INFINITY } else { separation }
    }
}

/// A bound that is none where its terms are beyond the range of f64.
fn bound(x: f64) -> f64 {
    if x.is_nan() { f64::INFINITY } else { x }
}

/// The distance within which a fixed point is proved.
fn near(beta: f64, slope: f64, residual: f64, diameter: f64) -> Option<f64> {
    let (left, bend) = (1.0 - slope, beta * beta * diameter.powi(3) / (6.0 * 3f64.sqrt()));
    let root = left * left - 2.0 * bend * residual;
    let local = (left > 0.0 && root >= 0.0).then(|| 2.0 * residual / (left + root.sqrt()));
    let shrinks = 1.0 - beta * diameter * diameter / 4.0;
    let global = (shrinks > 0.0).then(|| residual / shrinks);
    let bounds = local.into_iter().chain(global).filter(|bound| bound.is_finite());
    bounds.reduce(f64::min)
}
