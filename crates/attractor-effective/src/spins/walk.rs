//! One query's spins on their way, and what a flip does to the energy.

use attractor_dynamics::{Certificate, Energy, Proof};
use attractor_lagrangian::Real;

/// What is kept of a query's energy, so that a look at one spin is cheap: the overlaps with all memories,
/// or the fields of all spins.
pub(super) trait Kept {
    /// Sums what is kept anew, so that flips do not add up their rounding.
    fn refresh(&mut self, spins: &[f64]);

    /// What flipping spin i would do to the energy.
    fn look(&self, spins: &[f64], i: usize) -> Flip;

    /// How far rounding can have moved what a look found.
    fn rounding(&self, spins: &[f64], i: usize, flip: Flip) -> f64;

    /// Spin i has become `spin`.
    fn flipped(&mut self, i: usize, spin: f64);

    /// E from what is kept.
    fn energy(&self, spins: &[f64]) -> Energy;
}

/// What a flip would do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Flip {
    /// E(flipped) − E(now).
    pub(super) rise: f64,
    /// Σ|terms| of that.
    pub(super) magnitude: f64,
}

/// Spins on their way.
#[derive(Debug)]
pub(super) struct Walk<K> {
    pub(super) kept: K,
    /// ±1.
    pub(super) spins: Vec<f64>,
    /// Spins that may flip.
    pub(super) free: Vec<usize>,
    /// All that was proved so far.
    pub(super) certificate: Certificate,
    pub(super) flips: usize,
}

impl<K: Kept> Walk<K> {
    /// Negative numbers become −1, all others +1.
    pub(super) fn new<T: Real>(kept: K, cue: &[T], known: Option<&[bool]>) -> Self {
        let sign = |x: &T| if *x < T::ZERO { -1.0 } else { 1.0 };
        let free = (0..cue.len()).filter(|&i| known.is_none_or(|known| !known[i])).collect();
        let spins = cue.iter().map(sign).collect();
        let mut walk = Self { kept, spins, free, certificate: Certificate::ZERO, flips: 0 };
        walk.refresh();
        walk
    }

    pub(super) fn refresh(&mut self) {
        self.kept.refresh(&self.spins);
    }

    pub(super) fn energy(&self) -> Energy {
        self.kept.energy(&self.spins)
    }

    pub(super) fn look(&self, i: usize) -> Flip {
        self.kept.look(&self.spins, i)
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
        let rounding = self.kept.rounding(&self.spins, i, flip);
        let certificate = Certificate::of_terms(&[-flip.rise], rounding, Proof::Full);
        (certificate.drop > rounding).then_some(certificate)
    }

    pub(super) fn flip(&mut self, i: usize) {
        self.spins[i] = -self.spins[i];
        self.flips += 1;
        self.kept.flipped(i, self.spins[i]);
    }

    /// The free spins that would flip.
    pub(super) fn restless(&self) -> impl Iterator<Item = (usize, Certificate)> + '_ {
        self.free.iter().filter_map(|&i| Some((i, self.falls(i)?)))
    }
}
