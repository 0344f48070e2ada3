//! The energy of spins by their fields: a matrix of couplings.

use super::walk::{Flip, Kept};
use attractor_dynamics::Energy;

/// φ = Tσ of every spin: a look at one spin costs one number, a flip d.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    /// T, d × d, symmetric.
    t: &'a [f64],
    input: &'a [f64],
    /// How far the fields, as they are kept, can be off.
    drift: f64,
    phi: Vec<f64>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(t: &'a [f64], input: &'a [f64], drift: f64) -> Self {
        Self { t, input, drift, phi: vec![0.0; input.len()] }
    }

    fn row(&self, i: usize) -> &'a [f64] {
        &self.t[i * self.input.len()..][..self.input.len()]
    }
}

impl Kept for Fields<'_> {
    fn refresh(&mut self, spins: &[f64]) {
        let rows = self.t.chunks_exact(spins.len());
        for (phi, row) in self.phi.iter_mut().zip(rows) {
            *phi = row.iter().zip(spins).map(|(t, s)| t * s).sum();
        }
    }

    /// 2σ_i(φ_i − T_iiσ_i + I_i): the field of the zero-diagonal rule.
    fn look(&self, spins: &[f64], i: usize) -> Flip {
        let terms = [spins[i] * self.phi[i], -self.row(i)[i], spins[i] * self.input[i]];
        Flip {
            rise: 2.0 * terms.iter().sum::<f64>(),
            magnitude: 2.0 * terms.iter().map(|term| term.abs()).sum::<f64>(),
        }
    }

    fn rounding(&self, _spins: &[f64], _i: usize, flip: Flip) -> f64 {
        4.0 * f64::EPSILON * flip.magnitude + 2.0 * self.drift
    }

    fn flipped(&mut self, i: usize, spin: f64) {
        let row = self.row(i);
        self.phi.iter_mut().zip(row).for_each(|(phi, t)| *phi += 2.0 * spin * t);
    }

    /// −½σᵀTσ − I·σ.
    fn energy(&self, spins: &[f64]) -> Energy {
        let pairs = spins.iter().zip(&self.phi).map(|(s, phi)| -0.5 * s * phi);
        let input = spins.iter().zip(self.input).map(|(s, i)| -s * i);
        Energy::of_terms(&pairs.chain(input).collect::<Vec<_>>())
    }
}
