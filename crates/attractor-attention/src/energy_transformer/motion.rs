//! How one token moves along its force, with or without a leak.

use super::{EnergyTransformer, EnergyTransformerError, TokenEnergy, TokenState};
use attractor_dynamics::Energy;
use attractor_lagrangian::{Factor, Lagrangian, Real, Scaled};
use attractor_synapse::Element;

/// How a token moves along its force T.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Motion(Kind);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Leaky(Factor),
    Published(f64),
}

impl Motion {
    /// x' = x + η(T − x), the layer of Krotov & Hopfield (eq. 1), whose energy has all three parts. η = 1 is
    /// the map.
    pub fn leaky(factor: Factor) -> Self {
        Self(Kind::Leaky(factor))
    }

    /// x' = x + αT (Hoover et al., eq. 7), whose energy is E_att + E_hop. The currents never shrink on the
    /// whole, so outputs come to rest ever more slowly, but no α is too large token by token.
    ///
    /// # Errors
    /// [`EnergyTransformerError::Step`] unless α is positive and finite.
    pub fn published(alpha: f64) -> Result<Self, EnergyTransformerError> {
        if alpha > 0.0 && alpha.is_finite() && (1.0 / alpha).is_finite() {
            Ok(Self(Kind::Published(alpha)))
        } else {
            Err(EnergyTransformerError::Step(alpha))
        }
    }

    /// The energy that falls.
    pub fn energy(self, energy: &TokenEnergy) -> Energy {
        match self.0 {
            Kind::Leaky(_) => energy.total(),
            Kind::Published(_) => energy.published(),
        }
    }

    /// x' = `keep`·x + `take`·T.
    pub(super) fn shares(self) -> (f64, f64) {
        match self.0 {
            Kind::Leaky(factor) => (1.0 - factor.eta(), factor.eta()),
            Kind::Published(alpha) => (1.0, alpha),
        }
    }

    /// What x − T weighs in ∂E/∂g: x with the leak, nothing as published.
    pub(super) fn leak(self) -> f64 {
        match self.0 {
            Kind::Leaky(_) => 1.0,
            Kind::Published(_) => 0.0,
        }
    }
}

impl<T: Element> EnergyTransformer<T> {
    /// Moves a token from its place in the state to that in the scratch; returns what its own layer takes
    /// off the energy: terms that are not negative.
    pub(super) fn relax(
        &self,
        state: &mut TokenState<T>,
        token: usize,
        motion: Motion,
    ) -> [f64; 2] {
        let own = state.own(token);
        let (x, y) = (&state.x[own.clone()], &state.g[own]);
        let scratch = &mut state.scratch;
        let after = (&mut scratch.x[..], &mut scratch.g[..]);
        match motion.0 {
            Kind::Leaky(factor) => {
                let target = Scaled { values: &scratch.target[..], log_scale: 0.0 };
                let before = (Scaled { values: x, log_scale: 0.0 }, y);
                let (drop, _) = self.norm.relax(before, target, factor, after);
                [drop.detour, drop.bregman]
            }
            Kind::Published(alpha) => {
                let (x2, y2) = after;
                mix(motion, (x, &scratch.target), x2);
                self.norm.0.activate(x2, y2);
                let there = self.norm.0.bregman(x2, x, y);
                let back = self.norm.0.bregman(x, x2, y2);
                [there / alpha, back / alpha]
            }
        }
    }

    /// How far a state is from rest: of its tokens that are not frozen the largest ‖g* − g‖/‖g‖, g* the
    /// outputs that the force alone would make, ∂L(T) with the leak. As published only the direction of T
    /// counts, for the currents grow: g* is then the layer norm of T with ε = 0.
    pub fn residual(&self, state: &mut TokenState<T>, motion: Motion) -> f64 {
        let mut largest = 0.0;
        for token in 0..state.tokens {
            if state.frozen[token] {
                continue;
            }
            let residual = self.token_residual(state, token, motion);
            largest = if residual > largest || residual.is_nan() { residual } else { largest };
        }
        largest
    }

    fn token_residual(&self, state: &mut TokenState<T>, token: usize, motion: Motion) -> f64 {
        let weight = self.aim(state, token);
        let own = state.own(token);
        let scratch = &mut state.scratch;
        let into = (&mut scratch.x[..], &mut scratch.g[..]);
        match motion.0 {
            Kind::Leaky(_) => self.norm.residual(&scratch.target, &state.g[own], into),
            // a force within its own rounding has no direction
            Kind::Published(_) if spread(&scratch.target) <= self.slip(state.tokens, &weight) => {
                0.0
            }
            Kind::Published(_) => self.sphere.residual(&scratch.target, &state.g[own], into),
        }
    }

    /// The smallest residual that steps can tell from rest.
    pub(super) fn resolution(&self, motion: Motion) -> f64 {
        let (_, take) = motion.shares();
        T::UNIT_ROUNDOFF * (64.0 + 16.0 / take.min(1.0))
    }
}

/// x' of some currents and forces.
pub(super) fn mix<T: Real>(motion: Motion, (x, force): (&[T], &[f64]), into: &mut [T]) {
    let (keep, take) = motion.shares();
    let pairs = x.iter().zip(force);
    into.iter_mut().zip(pairs).for_each(|(x2, (x, t))| *x2 = T::of(keep * x.f64() + take * t));
}

/// ‖T − T̄‖.
fn spread(force: &[f64]) -> f64 {
    let mean = force.iter().sum::<f64>() / force.len() as f64;
    force.iter().map(|t| (t - mean) * (t - mean)).sum::<f64>().sqrt()
}
