//! Random patterns of spins, and how their bits fare.

use crate::claim::Setting;
use crate::error::LabError;
use attractor_effective::{PackedSpins, SignEnergy, SignField, SignScratch};
use attractor_synapse::{Bits, Signs};
use rand::Rng;
use rayon::prelude::*;

/// Sets of patterns that share a generator and are looked at by one thread.
const TOGETHER: usize = 16;

/// So many random patterns of so many spins.
pub(crate) fn random_signs(random: &mut impl Rng, patterns: usize, spins: usize) -> Signs {
    let words = patterns * spins.div_ceil(64);
    Signs::of_words((0..words).map(|_| random.next_u64()).collect(), spins)
}

/// Random patterns in model A, at rest or not.
#[derive(Debug)]
pub(crate) struct Stored {
    spins: PackedSpins,
    name: String,
}

impl Stored {
    /// K random patterns of N spins under the energy F; `name` tells its random numbers from those of others.
    pub(crate) fn new(
        energy: impl Into<SignEnergy>,
        field: SignField,
        (patterns, spins): (usize, usize),
        name: &str,
    ) -> Result<Self, LabError> {
        let none = Signs::of_words(vec![0; patterns * spins.div_ceil(64)], spins);
        let name = format!("{name}/N={spins}/K={patterns}");
        Ok(Self { spins: PackedSpins::new(energy, field, none)?, name })
    }

    /// Of so many independent sets, how many bits of the first pattern are unstable, set by set.
    pub(crate) fn unstable_bits(&self, setting: &Setting<'_>, sets: usize) -> Vec<f64> {
        self.each(setting, sets, |spins, scratch| flips(spins, 0, scratch) as f64)
    }

    /// In how many of so many independent sets no bit of any pattern is unstable.
    pub(crate) fn all_stable(&self, setting: &Setting<'_>, sets: usize) -> u64 {
        let stable = |spins: &PackedSpins, scratch: &mut SignScratch| {
            (0..spins.signs().memories()).all(|pattern| flips(spins, pattern, scratch) == 0)
        };
        self.each(setting, sets, stable).into_iter().map(u64::from).sum()
    }

    fn each<R: Send>(
        &self,
        setting: &Setting<'_>,
        sets: usize,
        look: impl Fn(&PackedSpins, &mut SignScratch) -> R + Sync,
    ) -> Vec<R> {
        let (patterns, spins) = (self.spins.signs().memories(), self.spins.features());
        let some = |item: usize| {
            let mut random = setting.random(&self.name, item as u64);
            let mut scratch = self.spins.scratch();
            let count = (sets - item * TOGETHER).min(TOGETHER);
            let one =
                |_| look(&self.spins.on(random_signs(&mut random, patterns, spins)), &mut scratch);
            (0..count).map(one).collect::<Vec<_>>()
        };
        let items = (0..sets.div_ceil(TOGETHER)).into_par_iter();
        items.map(some).collect::<Vec<_>>().into_iter().flatten().collect()
    }
}

/// How many bits of a pattern one update of all spins turns.
fn flips(spins: &PackedSpins, pattern: usize, scratch: &mut SignScratch) -> usize {
    let mut state = Bits::of_words(spins.signs().row(pattern).to_vec(), spins.features());
    spins.step(&mut state, scratch).flips
}

/// The odd number next to x, at least 3: with N even and K odd no field of K patterns is 0.
pub(crate) fn odd(x: f64) -> usize {
    2 * (0.5 * (x - 1.0)).round().max(1.0) as usize + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_do_not_depend_on_threads() {
        let stored =
            Stored::new(SignEnergy::power(3), SignField::Difference, (61, 30), "test").unwrap();
        let look = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let setting = Setting { seed: 5, ..Setting::default() };
            pool.install(|| (stored.unstable_bits(&setting, 50), stored.all_stable(&setting, 50)))
        };
        assert_eq!(look(1), look(2));
        assert!(look(1).0.iter().any(|bits| *bits > 0.5), "there are errors to count");
    }

    #[test]
    fn odd_numbers_are_odd() {
        assert_eq!([0.0, 3.4, 4.1, 100.0].map(odd), [3, 3, 5, 101]);
    }
}
