//! The signs of memories about their mean: a thirtieth of their bytes or less, in which the memory that is most like a
//! query stands out.

use crate::together;
use crate::{Bits, Element, Patterns};
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// Shares that threads work on; fixed, so that what is found does not depend on the threads.
const SHARES: usize = 16;
/// Features whose signs are kept at most: of a million memories that have nothing to do with a query, the nearest then has
/// an overlap of 0.22, and one at a cosine of 0.5 has 0.33.
const FEATURES: usize = 512;
/// Memories that are compared before the nearest of them is looked for.
const TILE: usize = 256;

#[derive(Debug, Clone)]
pub(super) struct Signs {
    mean: Vec<f64>,
    signs: crate::Signs,
}

impl Signs {
    pub(super) fn new<T: Element>(patterns: &Patterns<T>) -> Self {
        let mut mean = vec![0.0; patterns.features()];
        for row in patterns.rows() {
            mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += x.f64());
        }
        let n = patterns.len() as f64;
        mean.iter_mut().for_each(|sum| *sum /= n);
        let mut words = Vec::new();
        for row in patterns.rows() {
            words.extend_from_slice(about(&mean, |k| row[k].f64()).words());
        }
        let signs = crate::Signs::of_words(words, mean.len().min(FEATURES));
        Self { mean, signs }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.signs.words())
    }

    /// The memory of each share that has most signs in common with each of the queries: shares, and in them queries. One
    /// pass over the signs, with other threads where they are worth waking.
    pub(super) fn nearest(&self, queries: &[&[f64]], wake: bool) -> Vec<Vec<usize>> {
        let bits = |outputs: &&[f64]| about(&self.mean, |k| outputs[k]);
        let queries: Vec<Bits> = queries.iter().map(bits).collect();
        let n = self.signs.memories();
        let count = n.min(SHARES);
        let closest = |(): &mut (), (i, place): (usize, &mut Vec<usize>)| {
            *place = self.closest(i * n / count..(i + 1) * n / count, &queries);
        };
        let mut nearest = vec![Vec::new(); count];
        together(&mut Vec::new(), count, nearest.iter_mut().enumerate(), wake, closest);
        nearest
    }

    /// The memory that differs from each query in fewest signs.
    fn closest(&self, memories: Range<usize>, queries: &[Bits]) -> Vec<usize> {
        let mut best = vec![(u32::MAX, memories.start); queries.len()];
        let mut differ = [0; TILE];
        for start in memories.clone().step_by(TILE) {
            let tile = start..memories.end.min(start + TILE);
            let differ = &mut differ[..tile.len()];
            for (query, best) in queries.iter().zip(&mut best) {
                self.signs.distances(tile.clone(), query, differ);
                let least = pulp::Arch::new().dispatch(Least(differ));
                if least < best.0 {
                    *best = (least, start + differ.iter().position(|c| *c == least).unwrap_or(0));
                }
            }
        }
        best.into_iter().map(|best| best.1).collect()
    }
}

/// The least of some counts. A closure would be compiled for the least instruction set.
struct Least<'a>(&'a [u32]);

impl WithSimd for Least<'_> {
    type Output = u32;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> u32 {
        self.0.iter().fold(u32::MAX, |least, count| least.min(*count))
    }
}

/// The signs of numbers about the mean, of as many features as are kept, spread over all.
fn about(mean: &[f64], number: impl Fn(usize) -> f64) -> Bits {
    let (d, kept) = (mean.len(), mean.len().min(FEATURES));
    let spread = (0..kept).map(|i| i * d / kept);
    Bits::of_signs(&spread.map(|k| number(k) - mean[k]).collect::<Vec<f64>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the width, the memory that a query is a damaged copy of is among those that are named.
    #[test]
    fn a_damaged_memory_is_found() {
        let number = |i: usize| ((i * 7919 + 13) % 2003) as f64 / 1001.0 - 1.0;
        for d in [64, 511, 512, 513, 784, 1100] {
            let rows: Vec<Vec<f64>> =
                (0..700).map(|r| (0..d).map(|k| number(r * r + k * (r + 3))).collect()).collect();
            let signs = Signs::new(&Patterns::from_rows(&rows).unwrap());
            assert_eq!(signs.signs.features(), d.min(512));
            // the upper half is gone
            let cue = |r: usize| -> Vec<f64> {
                rows[r].iter().enumerate().map(|(k, x)| if k < d / 2 { 0.0 } else { *x }).collect()
            };
            let cues = [cue(3), cue(699)];
            let near = signs.nearest(&[&cues[0][..], &cues[1][..]], false);
            assert!(near.iter().any(|share| share[0] == 3), "{d}");
            assert!(near.iter().any(|share| share[1] == 699), "{d}");
        }
    }
}
