//! Digits with their labels, what may be done to them in training, and their nearest neighbours.

use crate::memories::CLASSES;
use attractor_io::{ReadOptions, Source, read_labels, read_patterns};
use attractor_synapse::Element;
use rand::RngExt;
use rand_pcg::Pcg64;
use rayon::prelude::*;
use std::error::Error;
use std::ops::Range;

/// The root of the mean square of a digit's pixels: about that of grey levels from 0 to 1.
const ROOT_MEAN_SQUARE: f32 = 1.0 / 3.0;
/// Digits that are answered together.
pub(crate) const TOGETHER: usize = 500;

pub(crate) struct Digits {
    /// d of each digit in turn.
    pub(crate) pixels: Vec<f32>,
    pub(crate) labels: Vec<usize>,
}

impl Digits {
    /// The first `count` digits of the files, all of the same norm: thick and thin strokes weigh the
    /// same.
    pub(crate) fn read(images: &str, labels: &str, count: usize) -> Result<Self, Box<dyn Error>> {
        let patterns = read_patterns(&Source::from_arg(images), &ReadOptions::default())?.patterns;
        let names = read_labels(&Source::from_arg(labels))?;
        let features = patterns.features();
        if features.isqrt().pow(2) != features {
            return Err(format!("digits of {features} pixels are not square").into());
        }
        if patterns.len() != names.len() || names.len() < count {
            let (digits, labels) = (patterns.len(), names.len());
            return Err(format!("{count} needed of {digits} digits, {labels} labels").into());
        }
        let mut pixels = patterns.into_vec();
        pixels.truncate(count * features);
        pixels.chunks_exact_mut(features).for_each(normalise);
        let labels = names[..count].iter().map(|name| class(name)).collect::<Result<_, _>>()?;
        Ok(Self { pixels, labels })
    }

    pub(crate) fn part(&self, range: Range<usize>) -> Self {
        let pixels = &self.pixels[range.start * self.features()..range.end * self.features()];
        Self { pixels: pixels.to_vec(), labels: self.labels[range].to_vec() }
    }

    pub(crate) fn len(&self) -> usize {
        self.labels.len()
    }

    pub(crate) fn features(&self) -> usize {
        self.pixels.len() / self.len()
    }

    /// Some of the digits, each changed anew.
    pub(crate) fn minibatch(&self, which: &[usize], change: Change, random: &mut Pcg64) -> Self {
        let features = self.features();
        let mut pixels = vec![0.0; which.len() * features];
        for (out, &i) in pixels.chunks_exact_mut(features).zip(which) {
            change.apply(&self.pixels[i * features..][..features], random, out);
        }
        let labels = which.iter().map(|&i| self.labels[i]).collect();
        Self { pixels, labels }
    }
}

fn normalise(digit: &mut [f32]) {
    let square = digit.iter().map(|x| x * x).sum::<f32>() / digit.len() as f32;
    if square > 0.0 {
        digit.iter_mut().for_each(|x| *x *= ROOT_MEAN_SQUARE / square.sqrt());
    }
}

fn class(name: &str) -> Result<usize, String> {
    let class = name.parse().ok().filter(|class| *class < CLASSES);
    class.ok_or_else(|| format!("label {name} is not one of 0 to {}", CLASSES - 1))
}

/// What is done to a training digit each time that it is seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    /// It moves by up to so many pixels, along both axes.
    pub(crate) shift: usize,
    /// The share of pixels that are 0.
    pub(crate) hidden: f64,
}

impl Change {
    /// `out` starts as zeros.
    fn apply(self, digit: &[f32], random: &mut Pcg64, out: &mut [f32]) {
        if self.shift == 0 {
            out.copy_from_slice(digit);
        } else {
            let mut by = || random.random_range(0..=2 * self.shift);
            shifted(digit, self.shift, (by(), by()), out);
        }
        if self.hidden > 0.0 {
            out.iter_mut().filter(|_| random.random_bool(self.hidden)).for_each(|x| *x = 0.0);
        }
    }
}

/// Moves a digit by (x − most, y − most); what leaves the square is lost.
fn shifted(digit: &[f32], most: usize, (x, y): (usize, usize), out: &mut [f32]) {
    let side = digit.len().isqrt();
    for row in 0..side {
        let Some(to) = (row + y).checked_sub(most).filter(|to| *to < side) else { continue };
        for column in 0..side {
            if let Some(at) = (column + x).checked_sub(most).filter(|at| *at < side) {
                out[to * side + at] = digit[row * side + column];
            }
        }
    }
}

/// The percentage of digits whose nearest training digit is of another class. All digits have the
/// same norm, so the nearest one is that of the largest overlap.
pub(crate) fn nearest_neighbour(train: &Digits, test: &Digits) -> f64 {
    let features = train.features();
    let parts = test.pixels.par_chunks(TOGETHER * features).zip(test.labels.par_chunks(TOGETHER));
    let wrong = parts.map(|(pixels, labels)| {
        let mut overlaps = vec![0.0; labels.len() * train.len()];
        f32::scores(pixels, &train.pixels, features, &mut overlaps);
        let found = overlaps.chunks_exact(train.len()).map(|o| largest(o).map(|i| train.labels[i]));
        found.zip(labels).filter(|(found, label)| *found != Some(**label)).count()
    });
    percent(wrong.sum(), test.len())
}

pub(crate) fn largest(values: &[f32]) -> Option<usize> {
    (0..values.len()).max_by(|&a, &b| values[a].total_cmp(&values[b]))
}

pub(crate) fn percent(part: usize, of: usize) -> f64 {
    100.0 * part as f64 / of as f64
}

#[test]
fn a_digit_moves_and_loses_what_leaves() {
    let digit = [1.0, 2.0, 3.0, 4.0];
    let moved = |by| {
        let mut out = [0.0; 4];
        shifted(&digit, 1, by, &mut out);
        out.map(|x| x as usize)
    };
    assert_eq!(moved((1, 1)), [1, 2, 3, 4]);
    assert_eq!(moved((2, 1)), [0, 1, 0, 3]);
    assert_eq!(moved((1, 0)), [3, 4, 0, 0]);
    assert_eq!(moved((0, 2)), [0, 0, 2, 0]);
}
