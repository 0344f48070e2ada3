//! The rules: sweeps over the spins of one query.

use super::walk::{Kept, Walk};
use super::{SpinRecall, SpinRule};
use attractor_dynamics::{Certificate, Outcome};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// A state of before, for finding cycles (Brent): it is renewed at every power of 2, so that a cycle
/// of length c is found within 3c steps of entering it, and its length is exact.
#[derive(Debug)]
struct Saved {
    spins: Vec<f64>,
    at: usize,
}

impl Saved {
    /// The length of the cycle, if this state closes one.
    fn closes(&mut self, spins: &[f64], step: usize) -> Option<usize> {
        if self.spins == spins {
            return Some(step - self.at);
        }
        if step.is_power_of_two() {
            *self = Self { spins: spins.to_vec(), at: step };
        }
        None
    }
}

impl<K: Kept> Walk<K> {
    /// Runs by the rule; returns the sweeps taken and why they ended.
    pub(super) fn run(&mut self, how: &SpinRecall) -> (usize, Outcome) {
        let seed = match how.rule {
            SpinRule::Random { seed } | SpinRule::Glauber { seed, .. } => seed,
            _ => 0,
        };
        let mut random = Pcg64::seed_from_u64(seed);
        let mut saved = Saved { spins: self.spins.clone(), at: 0 };
        for sweep in 0..how.max_sweeps {
            let flips = self.flips;
            self.sweep(how.rule, &mut random);
            self.refresh();
            let still = self.flips == flips;
            match how.rule {
                SpinRule::Glauber { .. } => {}
                _ if still && !how.exactly => return (sweep, Outcome::Settled),
                SpinRule::Simultaneous if !still && !how.exactly => {
                    if let Some(length) = saved.closes(&self.spins, sweep + 1) {
                        return (sweep + 1, Outcome::Cycle { length });
                    }
                }
                _ => {}
            }
        }
        (how.max_sweeps, self.last(how))
    }

    fn last(&self, how: &SpinRecall) -> Outcome {
        match how.rule {
            SpinRule::Glauber { .. } => Outcome::Finished,
            _ if self.restless().next().is_none() => Outcome::Settled,
            _ => Outcome::OutOfSteps,
        }
    }

    fn sweep(&mut self, rule: SpinRule, random: &mut Pcg64) {
        match rule {
            SpinRule::Cyclic => self.each(Self::descend),
            SpinRule::Random { .. } => {
                self.free.shuffle(random);
                self.each(Self::descend);
            }
            SpinRule::Greedy => (0..self.free.len()).for_each(|_| self.steepest()),
            SpinRule::Simultaneous => {
                let all: Vec<usize> = self.restless().map(|(i, _)| i).collect();
                all.into_iter().for_each(|i| self.flip(i));
            }
            SpinRule::Glauber { temperature, .. } => {
                self.free.shuffle(random);
                self.each(|walk, i| walk.draw(i, temperature, random));
            }
        }
    }

    fn each<U>(&mut self, mut visit: impl FnMut(&mut Self, usize) -> U) {
        for k in 0..self.free.len() {
            visit(self, self.free[k]);
        }
    }

    fn steepest(&mut self) {
        let steeper = |a: &(usize, Certificate), b: &(usize, Certificate)| {
            b.1.drop.total_cmp(&a.1.drop).then(a.0.cmp(&b.0))
        };
        let found = self.restless().min_by(steeper);
        if let Some((i, certificate)) = found {
            self.certificate += certificate;
            self.flip(i);
        }
    }

    /// Flips with probability 1/(1 + e^{ΔE/T}).
    fn draw(&mut self, i: usize, temperature: f64, random: &mut Pcg64) {
        let rise = self.look(i).rise;
        if random.random::<f64>() < 1.0 / (1.0 + (rise / temperature).exp()) {
            self.flip(i);
        }
    }
}
