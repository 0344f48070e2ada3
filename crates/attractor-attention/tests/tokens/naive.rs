//! Token by token in plain loops, with a flaw to choose: what the laws must find.

use crate::tokens::{Weights, derivative, dot};
use attractor_dynamics::{Certificate, Energy, Guarantee, Look, Proof, System};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    /// A query sees its own key.
    OwnKey,
    /// The force of a token as the key of others is left out.
    NoKeyForce,
    /// Tokens move against their force.
    WrongSign,
    /// All forces are those at the start of the sweep.
    StaleKeys,
}

/// Steps of x' = x + αT, certified by ⟨Δx, Δg⟩/α.
#[derive(Debug)]
pub(crate) struct Naive {
    pub(crate) weights: Weights,
    pub(crate) alpha: f64,
    pub(crate) flaw: Flaw,
}

pub(crate) type Places = Vec<(Vec<f64>, Certificate)>;

impl Naive {
    /// T of one token.
    fn force(&self, g: &[f64], token: usize) -> Vec<f64> {
        let d = self.weights.shape.d;
        let own = self.flaw == Flaw::OwnKey;
        let energy = |moved: &[f64]| match self.flaw {
            Flaw::NoKeyForce => {
                self.weights.attention_to(g, moved, false) + self.weights.hopfield(moved)
            }
            _ => self.weights.published(moved, own),
        };
        let sign = if self.flaw == Flaw::WrongSign { 1.0 } else { -1.0 };
        (token * d..(token + 1) * d).map(|i| sign * derivative(g, i, &energy)).collect()
    }

    fn sweep(&self, x: &mut [f64]) -> f64 {
        let Weights { shape, .. } = self.weights;
        let (d, mut drop) = (shape.d, 0.0);
        let stale = self.weights.outputs(x);
        for token in 0..shape.n {
            let before = self.weights.outputs(x);
            let seen = if self.flaw == Flaw::StaleKeys { &stale } else { &before };
            let force = self.force(seen, token);
            let step: Vec<f64> = force.iter().map(|t| self.alpha * t).collect();
            let own = token * d..(token + 1) * d;
            x[own.clone()].iter_mut().zip(&step).for_each(|(x, s)| *x += s);
            let after = self.weights.outputs(x);
            let moved: Vec<f64> = own.map(|i| after[i] - before[i]).collect();
            drop += (dot(&step, &moved) / self.alpha).max(0.0);
        }
        drop
    }
}

impl System for Naive {
    type State = Places;

    fn queries(&self, places: &Places) -> usize {
        places.len()
    }

    fn look(&self, places: &mut Places, active: &[usize], looks: &mut [Look]) {
        for &q in active {
            let g = self.weights.outputs(&places[q].0);
            let value = self.weights.published(&g, self.flaw == Flaw::OwnKey);
            let energy = Energy { value, magnitude: value.abs() };
            looks[q] = Look { energy, certificate: places[q].1, residual: 1.0 };
        }
    }

    fn advance(&self, places: &mut Places, active: &[usize]) {
        for &q in active {
            let drop = self.sweep(&mut places[q].0);
            // the forces are differences of energies
            places[q].1 = Certificate::of_terms(&[drop], 1e-6 * (1.0 + drop), Proof::Visible);
        }
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::Unconditional
    }
}
