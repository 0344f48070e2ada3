//! The energy of spins by their overlaps with the memories: any F.

use super::Spins;
use super::walk::{Flip, Kept};
use attractor_dynamics::Energy;
use attractor_lagrangian::Lagrangian;
use attractor_synapse::Element;

/// h and F(h) of every memory: a look at one spin costs N evaluations of F, a flip N.
#[derive(Debug)]
pub(super) struct Overlaps<'a, T, L> {
    pub(super) of: &'a Spins<T, L>,
    /// h = Ξσ, N numbers.
    pub(super) h: Vec<f64>,
    /// F(h).
    now: Vec<f64>,
}

impl<'a, T: Element, L: Lagrangian<f64>> Overlaps<'a, T, L> {
    pub(super) fn new(of: &'a Spins<T, L>) -> Self {
        let n = of.columns.len() / of.input.len();
        Self { of, h: vec![0.0; n], now: vec![0.0; n] }
    }

    /// The overlap, its F, and ξ_μi, of every memory.
    fn synapses(&self, i: usize) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        let column = self.of.column(i).iter().map(|x| x.f64());
        self.h.iter().zip(&self.now).zip(column).map(|((h, now), x)| (*h, *now, x))
    }
}

impl<T: Element, L: Lagrangian<f64>> Kept for Overlaps<'_, T, L> {
    fn refresh(&mut self, spins: &[f64]) {
        self.h.fill(0.0);
        for (i, spin) in spins.iter().enumerate() {
            let column = self.of.column(i);
            self.h.iter_mut().zip(column).for_each(|(h, x)| *h += spin * x.f64());
        }
        self.now.iter_mut().zip(&self.h).for_each(|(f, h)| *f = self.of.f(*h));
    }

    /// 2I_iσ_i + Σ[F(h) − F(h − 2ξ_iσ_i)].
    fn look(&self, spins: &[f64], i: usize) -> Flip {
        let own = 2.0 * self.of.input[i] * spins[i];
        let (mut rise, mut magnitude) = (own, own.abs());
        for (h, now, x) in self.synapses(i) {
            let then = self.of.f(h - 2.0 * spins[i] * x);
            rise += now - then;
            magnitude += now.abs() + then.abs();
        }
        Flip { rise, magnitude }
    }

    /// n terms of a few roundings each, and Σ(|F'(h)| + |F'(h')|) times the drift of the overlaps.
    fn rounding(&self, spins: &[f64], i: usize, flip: Flip) -> f64 {
        let sums = f64::EPSILON * (16 + self.h.len()) as f64 * flip.magnitude;
        if self.of.drift == 0.0 {
            return sums;
        }
        let slopes = |(h, _, x): (f64, f64, f64)| {
            self.of.slope(h).abs() + self.of.slope(h - 2.0 * spins[i] * x).abs()
        };
        sums + self.of.drift * self.synapses(i).map(slopes).sum::<f64>()
    }

    fn flipped(&mut self, i: usize, spin: f64) {
        let (of, column) = (self.of, self.of.column(i));
        for ((h, now), x) in self.h.iter_mut().zip(&mut self.now).zip(column) {
            *h += 2.0 * spin * x.f64();
            *now = of.f(*h);
        }
    }

    fn energy(&self, spins: &[f64]) -> Energy {
        let input = spins.iter().zip(&self.of.input).map(|(s, i)| -s * i);
        let terms: Vec<f64> = input.chain(self.now.iter().map(|f| -f)).collect();
        Energy::of_terms(&terms)
    }
}
