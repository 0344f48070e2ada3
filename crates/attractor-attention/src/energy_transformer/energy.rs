//! The energy of all tokens, part by part.

use super::{EnergyTransformer, TokenState};
use attractor_dynamics::Energy;
use attractor_lagrangian::Lagrangian;
use attractor_synapse::{Element, Memories};

/// The energy of a block, part by part and without additive constants.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TokenEnergy {
    /// Of the tokens' own layers: Σ_C [x_C·g_C − L(x_C)].
    pub tokens: Energy,
    /// E_att = −Σ_h β_h⁻¹ Σ_C ln Σ_{B≠C} exp(β_h K_hB·Q_hC); 0 for a token that is alone.
    pub attention: Energy,
    /// E_hop = −Σ_C L_h(Ξ·g_C).
    pub memories: Energy,
}

impl TokenEnergy {
    /// What falls with a leak: all three parts.
    pub fn total(&self) -> Energy {
        sum(&[self.tokens, self.attention, self.memories])
    }

    /// What falls as published: E_att + E_hop.
    pub fn published(&self) -> Energy {
        sum(&[self.attention, self.memories])
    }
}

fn sum(parts: &[Energy]) -> Energy {
    Energy {
        value: parts.iter().map(|part| part.value).sum(),
        magnitude: parts.iter().map(|part| part.magnitude).sum(),
    }
}

impl<T: Element> EnergyTransformer<T> {
    /// The energy of a state, without a product: O(n·(H + D + M)).
    pub fn energy(&self, state: &TokenState<T>) -> TokenEnergy {
        let mut energy = TokenEnergy::default();
        let tokens = state.x.chunks_exact(self.features());
        for (x, g) in tokens.zip(state.g.chunks_exact(self.features())) {
            let along = x.iter().zip(g).map(|(x, g)| x.f64() * g.f64());
            let size = along.clone().map(f64::abs).sum();
            add(&mut energy.tokens, along.sum(), size);
            let potential = self.norm.0.value(x);
            add(&mut energy.tokens, -potential, potential.abs());
        }
        for (head, totals) in self.heads.iter().zip(state.totals.chunks_exact(state.tokens)) {
            for value in totals.iter().map(|total| total.value(head.beta())) {
                add(&mut energy.attention, -value, value.abs());
            }
        }
        for overlaps in state.overlaps.chunks_exact(self.memories.memories()) {
            let value = self.hidden.value(overlaps);
            add(&mut energy.memories, -value, value.abs());
        }
        energy
    }
}

fn add(part: &mut Energy, value: f64, size: f64) {
    part.value += value;
    part.magnitude += size;
}
