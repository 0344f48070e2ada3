//! What is done to a picture before it becomes a cue.

use super::digits::{FEATURES, INK};
use crate::failure::{Failure, RUNTIME};
use attractor_synapse::Patterns;
use rand::RngExt;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64;

/// The ways of damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Pixels chosen at random become their negative: ink for paper, paper for ink.
    Inverted,
    /// Gaussian noise is added to every pixel.
    Gaussian,
    /// The lower half becomes paper.
    LowerHalf,
}

/// A kind of damage with how much of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Damage {
    pub(crate) kind: Kind,
    /// The share of pixels, or the standard deviation in units of the pixels' range.
    pub(crate) amount: f64,
}

/// The damages of the table that the program prints.
pub(crate) const SHOWN: [Damage; 5] = [
    Damage { kind: Kind::Inverted, amount: 0.1 },
    Damage { kind: Kind::Inverted, amount: 0.2 },
    Damage { kind: Kind::Gaussian, amount: 0.25 },
    Damage { kind: Kind::Gaussian, amount: 0.5 },
    Damage { kind: Kind::LowerHalf, amount: 0.5 },
];

/// Every damage that is tried: two series of growing noise, and the lower half.
pub(crate) fn all() -> Vec<Damage> {
    let inverted =
        (0..=9).map(|i| Damage { kind: Kind::Inverted, amount: f64::from(5 * i) / 100.0 });
    let gaussian = (1..=8).map(|i| Damage { kind: Kind::Gaussian, amount: f64::from(i) / 8.0 });
    inverted.chain(gaussian).chain([SHOWN[4]]).collect()
}

impl Kind {
    /// The name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Inverted => "inverted",
            Self::Gaussian => "gaussian",
            Self::LowerHalf => "lower-half",
        }
    }

    /// The levels of one kind share their random numbers: more noise is more of the same noise.
    fn stream(self) -> u128 {
        1 + self as u128
    }
}

impl Damage {
    /// The pictures stay as they are.
    pub(crate) fn is_none(self) -> bool {
        self.kind != Kind::LowerHalf && self.amount <= 0.0
    }

    /// A few words for a table.
    pub(crate) fn words(self) -> String {
        match self.kind {
            _ if self.is_none() => "none".to_owned(),
            Kind::Inverted => format!("{:.0} % inverted", 100.0 * self.amount),
            Kind::Gaussian => format!("noise σ = {}", self.amount),
            Kind::LowerHalf => "lower half erased".to_owned(),
        }
    }

    /// Damaged copies of the pictures, one each.
    pub(crate) fn apply(
        self,
        pictures: &Patterns<f64>,
        seed: u64,
    ) -> Result<Patterns<f64>, Failure> {
        let mut rng = Pcg64::new(u128::from(seed), self.kind.stream());
        let pixels = pictures.as_slice().iter().enumerate();
        let damaged = pixels.map(|(at, &x)| self.pixel(at % FEATURES, x, &mut rng)).collect();
        Patterns::new(damaged, pictures.features())
            .map_err(|error| Failure { code: RUNTIME, message: error.to_string() })
    }

    fn pixel(self, at: usize, x: f64, rng: &mut Pcg64) -> f64 {
        match self.kind {
            Kind::Inverted if rng.random::<f64>() < self.amount => INK - x,
            Kind::Gaussian => {
                let normal: f64 = StandardNormal.sample(rng);
                x + self.amount * INK * normal
            }
            Kind::LowerHalf if at >= FEATURES / 2 => 0.0,
            _ => x,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn damaged(kind: Kind, amount: f64) -> Vec<f64> {
        let pictures = Patterns::new(vec![3.0; 40 * FEATURES], FEATURES).unwrap();
        Damage { kind, amount }.apply(&pictures, 7).unwrap().into_vec()
    }

    #[test]
    fn inverted_pixels_are_as_many_as_asked_for_and_nested() {
        let (some, more) = (damaged(Kind::Inverted, 0.2), damaged(Kind::Inverted, 0.4));
        let count = |x: &[f64]| x.iter().filter(|x| **x > 12.0).count() as f64 / 2560.0;
        assert!((count(&some) - 0.2).abs() < 0.03 && (count(&more) - 0.4).abs() < 0.03);
        assert!(some.iter().zip(&more).all(|(a, b)| a <= b));
    }

    #[test]
    fn noise_has_the_deviation_asked_for() {
        let noisy = damaged(Kind::Gaussian, 0.5);
        let variance = noisy.iter().map(|x| (x - 3.0).powi(2)).sum::<f64>() / 2560.0;
        assert!((variance.sqrt() - 8.0).abs() < 0.4);
    }

    #[test]
    fn the_lower_half_is_erased_and_the_upper_stays() {
        let halves = damaged(Kind::LowerHalf, 0.5);
        assert!(halves[..32].iter().all(|x| *x > 2.0) && halves[32..64].iter().all(|x| *x < 1.0));
    }
}
