//! The embedded digits, and the choice of those that become memories.

use crate::failure::{Failure, RUNTIME};
use attractor_synapse::Patterns;
use flate2::read::GzDecoder;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64;
use std::collections::HashSet;
use std::io::Read;

/// Optical Recognition of Handwritten Digits; origin and licence in `data/README.md`.
const FILE: &[u8] = include_bytes!("../../data/digits.csv.gz");
/// Rows and columns of a picture.
pub(crate) const SIDE: usize = 8;
/// Numbers of a picture.
pub(crate) const FEATURES: usize = SIDE * SIDE;
/// The value of full ink; paper is 0.
pub(crate) const INK: f64 = 16.0;
/// How many memories each of the ten digits gets.
const PER_CLASS: usize = 10;
/// The random numbers of the choice, apart from those of the damages.
const STREAM: u128 = 0;

/// Pictures with their labels.
#[derive(Debug)]
pub(crate) struct Digits {
    pub(crate) pixels: Patterns<f64>,
    pub(crate) labels: Vec<u8>,
}

impl Digits {
    /// Ten of each digit, drawn by `seed`, no two of which are equal as black-and-white pictures.
    pub(crate) fn choose(seed: u64) -> Result<Self, Failure> {
        let mut all = records()?;
        all.shuffle(&mut Pcg64::new(u128::from(seed), STREAM));
        let (mut seen, mut counts) = (HashSet::new(), [0; 10]);
        all.retain(|(pixels, label)| {
            let count = &mut counts[usize::from(*label % 10)];
            let taken = *count < PER_CLASS && seen.insert(outline(pixels));
            *count += usize::from(taken);
            taken
        });
        all.sort_by_key(|(_, label)| *label); // stable: the draw decides within a class
        let rows: Vec<&[f64]> = all.iter().map(|(pixels, _)| &pixels[..]).collect();
        let pixels = Patterns::from_rows(&rows).map_err(broken)?;
        Ok(Self { pixels, labels: all.iter().map(|(_, label)| *label).collect() })
    }

    /// The number of pictures.
    pub(crate) fn len(&self) -> usize {
        self.labels.len()
    }
}

/// One bit per pixel: ink or paper.
fn outline(pixels: &[f64]) -> u64 {
    pixels.iter().fold(0, |bits, &x| bits << 1 | u64::from(x > INK / 2.0))
}

fn records() -> Result<Vec<(Vec<f64>, u8)>, Failure> {
    let mut text = String::new();
    GzDecoder::new(FILE).read_to_string(&mut text).map_err(broken)?;
    text.lines().map(record).collect()
}

fn record(line: &str) -> Result<(Vec<f64>, u8), Failure> {
    let (pixels, label) = line.rsplit_once(',').ok_or_else(|| broken("a line without a comma"))?;
    let pixels = pixels.split(',').map(str::parse).collect::<Result<_, _>>().map_err(broken)?;
    Ok((pixels, label.parse().map_err(broken)?))
}

fn broken(error: impl ToString) -> Failure {
    let message = format!("the digits embedded in this program are broken: {}", error.to_string());
    Failure { code: RUNTIME, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_holds_what_its_readme_says() {
        let all = records().unwrap();
        assert_eq!(all.len(), 1797);
        assert!(all.iter().all(|(pixels, label)| pixels.len() == FEATURES && *label < 10));
        assert!(all.iter().flat_map(|(pixels, _)| pixels).all(|x| (0.0..=INK).contains(x)));
    }

    #[test]
    fn ten_of_each_are_chosen_by_the_seed() {
        let chosen = Digits::choose(1).unwrap();
        assert_eq!(chosen.len(), 10 * PER_CLASS);
        for digit in 0..10 {
            assert_eq!(chosen.labels.iter().filter(|l| **l == digit).count(), PER_CLASS);
        }
        assert_ne!(chosen.pixels, Digits::choose(2).unwrap().pixels);
    }
}
