//! The classifier: shares of memories, each trained by whichever core is free.

use crate::digits::{Digits, TOGETHER, largest, percent};
use crate::memories::{CLASSES, Memories};
use crate::plan::Plan;
use attractor_synapse::Element;
use rand::seq::SliceRandom;
use rand_distr::{Distribution, Normal, NormalError};
use rand_pcg::Pcg64;
use rayon::prelude::*;
use std::array::from_fn;

/// The memories are shared out in the same way whatever the number of cores, and the parts of the
/// energy are summed in the order of the shares: the result does not depend on the cores.
const SHARES: usize = 4;
const MINIBATCH: usize = 100;
/// How much of its means Adam keeps: of the slopes, and of their squares.
const KEEP: (f32, f32) = (0.9, 0.999);

pub(crate) struct Classifier<T> {
    plan: Plan,
    shares: Vec<Share<T>>,
}

/// A share of the memories, the slope of the loss by them, and Adam's two means of it.
struct Share<T> {
    memories: Memories<T>,
    slope: Vec<T>,
    mean: Vec<T>,
    square: Vec<T>,
}

impl<T: Element> Share<T> {
    fn new(xi: Vec<T>, features: usize, power: u32) -> Self {
        let zeros = vec![T::ZERO; xi.len()];
        let memories = Memories::new(xi, features, power);
        Self { memories, slope: zeros.clone(), mean: zeros.clone(), square: zeros }
    }
}

impl<T: Element> Classifier<T> {
    /// Memories of independent normal numbers.
    pub(crate) fn new(
        plan: Plan,
        features: usize,
        random: &mut Pcg64,
    ) -> Result<Self, NormalError> {
        let normal = Normal::new(0.0, plan.sigma)?;
        let len = plan.memories / SHARES * (features + CLASSES);
        let mut share = || {
            let xi = (0..len).map(|_| T::of(normal.sample(random))).collect();
            Share::new(xi, features, plan.power)
        };
        Ok(Self { plan, shares: (0..SHARES).map(|_| share()).collect() })
    }

    /// z = β Δ of every digit and class: Δ is a sum over the shares.
    fn differences(&mut self, pixels: &[T]) -> Vec<[T; CLASSES]> {
        let beta = T::of(self.plan.beta);
        let shares = self.shares.par_iter_mut();
        let parts: Vec<_> = shares.map(|share| share.memories.differences(pixels)).collect();
        let sum = |digit: usize, class: usize| {
            parts.iter().fold(T::ZERO, |sum, part| sum + part[digit][class])
        };
        let digits = parts.first().map_or(0, Vec::len);
        (0..digits).map(|digit| from_fn(|class| beta * sum(digit, class))).collect()
    }

    /// The slope of the mean loss by each Δ, and that loss.
    fn loss(&mut self, pixels: &[T], labels: &[usize]) -> (f64, Vec<[T; CLASSES]>) {
        let count = labels.len() as f64;
        let scale = T::of(self.plan.beta / count);
        let z = self.differences(pixels);
        let each = z.into_iter().zip(labels).map(|(z, &label)| {
            let (loss, slope) = self.plan.loss.of(z, label);
            (loss / count, slope.map(|s| scale * s))
        });
        let (losses, slopes): (Vec<f64>, Vec<_>) = each.unzip();
        (losses.iter().sum(), slopes)
    }
}

impl Classifier<f32> {
    pub(crate) fn train(&mut self, digits: &Digits, random: &mut Pcg64) {
        let mut order: Vec<usize> = (0..digits.len()).collect();
        let steps = digits.len() / MINIBATCH * self.plan.epochs;
        let mut step = 0;
        for _ in 0..self.plan.epochs {
            order.shuffle(random);
            for which in order.chunks_exact(MINIBATCH) {
                let rate = self.plan.rate * (1.0 - step as f64 / steps as f64);
                step += 1;
                let minibatch = digits.minibatch(which, self.plan.change, random);
                self.step(&minibatch, rate as f32, step);
            }
        }
    }

    fn step(&mut self, digits: &Digits, rate: f32, step: i32) {
        let (_, slopes) = self.loss(&digits.pixels, &digits.labels);
        self.shares.par_iter_mut().for_each(|share| {
            share.memories.slope(&digits.pixels, &slopes, &mut share.slope);
            share.update(rate, step);
        });
    }

    /// The percentage of digits for which another class neuron than the label's is the highest.
    pub(crate) fn error(&mut self, digits: &Digits) -> f64 {
        let mut wrong = 0;
        let parts = digits.pixels.chunks(TOGETHER * digits.features());
        for (pixels, labels) in parts.zip(digits.labels.chunks(TOGETHER)) {
            let z = self.differences(pixels);
            wrong +=
                z.iter().zip(labels).filter(|(z, label)| largest(&z[..]) != Some(**label)).count();
        }
        percent(wrong, digits.len())
    }
}

impl Share<f32> {
    /// A step of Adam (Kingma and Ba 2014).
    fn update(&mut self, rate: f32, step: i32) {
        let (a, b) = KEEP;
        let (mean_is, square_is) = (1.0 - a.powi(step), 1.0 - b.powi(step));
        let means = self.mean.iter_mut().zip(&mut self.square);
        for ((x, g), (mean, square)) in self.memories.xi.iter_mut().zip(&self.slope).zip(means) {
            *mean = a * *mean + (1.0 - a) * g;
            *square = b * *square + (1.0 - b) * g * g;
            *x -= rate * (*mean / mean_is) / ((*square / square_is).sqrt() + 1e-8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Classifier;
    use crate::digits::{Change, Digits};
    use crate::loss::Loss;
    use crate::plan::Plan;
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64;

    const FEATURES: usize = 9;

    fn tiny(power: u32, loss: Loss, random: &mut Pcg64) -> Classifier<f64> {
        let change = Change { shift: 0, hidden: 0.0 };
        let (memories, beta, sigma, rate, epochs) = (12, 0.3, 0.4, 0.01, 1);
        let plan = Plan { memories, power, loss, beta, sigma, rate, epochs, change };
        Classifier::new(plan, FEATURES, random).unwrap()
    }

    /// The slope by every ξ agrees with the difference of the losses on its two sides.
    #[test]
    fn slopes_are_those_of_the_loss() {
        for power in 2..6 {
            for loss in [Loss::Power(1), Loss::Power(2), Loss::CrossEntropy] {
                let mut random = Pcg64::seed_from_u64(u64::from(power));
                let pixels: Vec<f64> = (0..5 * FEATURES).map(|_| random.random()).collect();
                let mut classifier = tiny(power, loss, &mut random);
                for share in 0..classifier.shares.len() {
                    check(&mut classifier, share, &pixels, &[3, 0, 9, 3, 5]);
                }
            }
        }
    }

    fn check(classifier: &mut Classifier<f64>, share: usize, pixels: &[f64], labels: &[usize]) {
        let (_, slopes) = classifier.loss(pixels, labels);
        let mut by_xi = vec![0.0; classifier.shares[share].memories.xi.len()];
        classifier.shares[share].memories.slope(pixels, &slopes, &mut by_xi);
        let most = by_xi.iter().fold(0.0f64, |most, s| most.max(s.abs()));
        assert!(most > 0.0);
        let width = 1e-5;
        for (i, slope) in by_xi.into_iter().enumerate() {
            let mut beside = |by: f64| {
                classifier.shares[share].memories.xi[i] += by;
                let (loss, _) = classifier.loss(pixels, labels);
                classifier.shares[share].memories.xi[i] -= by;
                loss
            };
            let found = (beside(width) - beside(-width)) / (2.0 * width);
            // for n = 2, F″ jumps at 0, and a jump within the width costs its first power
            assert!((found - slope).abs() <= 1e-4 * most, "ξ {i}: {found}, not {slope}");
        }
    }

    /// Training gives the same memories, bit by bit, on one core and on three.
    #[test]
    fn cores_do_not_matter() {
        let trained = |cores| {
            let mut random = Pcg64::seed_from_u64(7);
            let pixels: Vec<f32> = (0..200 * FEATURES).map(|_| random.random()).collect();
            let labels: Vec<usize> = (0..200).map(|i| i % 10).collect();
            let digits = Digits { pixels, labels };
            let plan = tiny(3, Loss::CrossEntropy, &mut random).plan;
            let plan = Plan { change: Change { shift: 1, hidden: 0.2 }, ..plan };
            let mut classifier = Classifier::new(plan, FEATURES, &mut random).unwrap();
            let pool = rayon::ThreadPoolBuilder::new().num_threads(cores).build().unwrap();
            pool.install(|| classifier.train(&digits, &mut random));
            let xi = classifier.shares.iter().flat_map(|share| &share.memories.xi);
            xi.map(|x| x.to_bits()).collect::<Vec<_>>()
        };
        assert_eq!(trained(1), trained(3));
    }
}
