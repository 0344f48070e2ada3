//! One query's spins, their overlaps with all memories, and what a flip does to the energy.

use super::Spins;
use attractor_dynamics::{Certificate, Energy, Proof};
use attractor_lagrangian::Lagrangian;
use attractor_synapse::Element;

/// Spins on their way. h and F(h) are kept, so a look at one spin costs N evaluations of F.
#[derive(Debug)]
pub(super) struct Walk<'a, T, L> {
    pub(super) of: &'a Spins<T, L>,
    /// ±1.
    pub(super) spins: Vec<f64>,
    /// Spins that may flip.
    pub(super) free: Vec<usize>,
    /// h = Ξσ, N numbers.
    pub(super) h: Vec<f64>,
    /// F(h).
    now: Vec<f64>,
    /// All that was proved so far.
    pub(super) certificate: Certificate,
    pub(super) flips: usize,
}

/// What a flip would do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flip {
    /// E(flipped) − E(now).
    pub(super) rise: f64,
    /// Σ|terms| of that.
    magnitude: f64,
}

impl<'a, T: Element, L: Lagrangian<f64>> Walk<'a, T, L> {
    pub(super) fn new(of: &'a Spins<T, L>, cue: &[T], known: Option<&[bool]>) -> Self {
        let sign = |x: &T| if *x < T::ZERO { -1.0 } else { 1.0 };
        let free = (0..cue.len()).filter(|&i| known.is_none_or(|known| !known[i])).collect();
        let n = of.columns.len() / cue.len();
        let mut walk = Self {
            of,
            spins: cue.iter().map(sign).collect(),
            free,
            h: vec![0.0; n],
            now: vec![0.0; n],
            certificate: Certificate::ZERO,
            flips: 0,
        };
        walk.refresh();
        walk
    }

    /// Sums the overlaps anew, so that flips do not add up their rounding.
    pub(super) fn refresh(&mut self) {
        self.h.fill(0.0);
        for (i, spin) in self.spins.iter().enumerate() {
            let column = self.of.column(i);
            self.h.iter_mut().zip(column).for_each(|(h, x)| *h += spin * x.f64());
        }
        self.now.iter_mut().zip(&self.h).for_each(|(f, h)| *f = self.of.f(*h));
    }

    /// What flipping spin i would do to the energy: 2I_iσ_i + Σ[F(h) − F(h − 2ξ_iσ_i)].
    pub(super) fn look(&self, i: usize) -> Flip {
        let own = 2.0 * self.of.input[i] * self.spins[i];
        let (mut rise, mut magnitude) = (own, own.abs());
        for (h, now, x) in self.synapses(i) {
            let then = self.of.f(h - 2.0 * self.spins[i] * x);
            rise += now - then;
            magnitude += now.abs() + then.abs();
        }
        Flip { rise, magnitude }
    }

    /// The overlap, its F, and ξ_μi, of every memory.
    fn synapses(&self, i: usize) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        let column = self.of.column(i).iter().map(|x| x.f64());
        self.h.iter().zip(&self.now).zip(column).map(|((h, now), x)| (*h, *now, x))
    }

    /// How far rounding can have moved what a look found: n terms of a few roundings each, and
    /// Σ(|F'(h)| + |F'(h')|) times the drift of the overlaps.
    fn rounding(&self, i: usize, flip: Flip) -> f64 {
        let sums = f64::EPSILON * (16 + self.h.len()) as f64 * flip.magnitude;
        if self.of.drift == 0.0 {
            return sums;
        }
        let slopes = |(h, _, x): (f64, f64, f64)| {
            self.of.slope(h).abs() + self.of.slope(h - 2.0 * self.spins[i] * x).abs()
        };
        sums + self.of.drift * self.synapses(i).map(slopes).sum::<f64>()
    }

    /// Flips spin i if that lowers the energy by more than rounding can feign; a tie keeps the spin.
    pub(super) fn descend(&mut self, i: usize) -> bool {
        let falls = self.falls(i);
        if let Some(certificate) = falls {
            self.certificate += certificate;
            self.flip(i);
        }
        falls.is_some()
    }

    /// What flipping spin i takes off the energy, where that is more than rounding can feign.
    fn falls(&self, i: usize) -> Option<Certificate> {
        let flip = self.look(i);
        if !(flip.rise < 0.0) {
            return None;
        }
        let rounding = self.rounding(i, flip);
        let certificate = Certificate::of_terms(&[-flip.rise], rounding, Proof::Full);
        (certificate.drop > rounding).then_some(certificate)
    }

    /// E from the overlaps as they are kept.
    pub(super) fn energy(&self) -> Energy {
        let input = self.spins.iter().zip(&self.of.input).map(|(s, i)| -s * i);
        let terms: Vec<f64> = input.chain(self.now.iter().map(|f| -f)).collect();
        Energy::of_terms(&terms)
    }

    pub(super) fn flip(&mut self, i: usize) {
        let by = -2.0 * self.spins[i];
        self.spins[i] = -self.spins[i];
        self.flips += 1;
        let (of, column) = (self.of, self.of.column(i));
        for ((h, now), x) in self.h.iter_mut().zip(&mut self.now).zip(column) {
            *h += by * x.f64();
            *now = of.f(*h);
        }
    }

    /// The free spins that would flip.
    pub(super) fn restless(&self) -> impl Iterator<Item = (usize, Certificate)> + '_ {
        self.free.iter().filter_map(|&i| Some((i, self.falls(i)?)))
    }
}
