//! The signs of memories about their mean: a thirtieth of their bytes, in which the memory that is most like
//! a query stands out.

use crate::{Element, Patterns};
use rayon::prelude::*;

/// Shares that threads work on; fixed, so that what is found does not depend on the threads.
const SHARES: usize = 16;

#[derive(Debug, Clone)]
pub(super) struct Signs {
    mean: Vec<f64>,
    words: Vec<u64>,
}

impl Signs {
    pub(super) fn new<T: Element>(patterns: &Patterns<T>) -> Self {
        let mut mean = vec![0.0; patterns.features()];
        for row in patterns.rows() {
            mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += x.f64());
        }
        let n = patterns.len() as f64;
        mean.iter_mut().for_each(|sum| *sum /= n);
        let words = patterns.rows().flat_map(|row| pack(row.iter().map(|x| x.f64()), &mean));
        let words = words.collect();
        Self { mean, words }
    }

    /// The memory of each share that has most signs in common with the query.
    pub(super) fn nearest(&self, outputs: &[f64]) -> Vec<usize> {
        let query: Vec<u64> = pack(outputs.iter().copied(), &self.mean).collect();
        let n = self.words.len() / query.len();
        let count = n.min(SHARES);
        let share = |i: usize| {
            let (start, end) = (i * n / count, (i + 1) * n / count);
            let rows = &self.words[start * query.len()..end * query.len()];
            let mut best = (u32::MAX, start);
            pulp::Arch::new().dispatch(
                #[inline(always)]
                || {
                    for (row, place) in rows.chunks_exact(query.len()).zip(start..) {
                        let pairs = row.iter().zip(&query);
                        let apart = pairs.map(|(x, q)| (x ^ q).count_ones()).sum();
                        if apart < best.0 {
                            best = (apart, place);
                        }
                    }
                },
            );
            best.1
        };
        (0..count).into_par_iter().map(share).collect()
    }
}

/// One bit a number, set above the mean.
fn pack(numbers: impl ExactSizeIterator<Item = f64>, mean: &[f64]) -> impl Iterator<Item = u64> {
    let mut words = vec![0u64; mean.len().div_ceil(64)];
    for (i, (x, mean)) in numbers.zip(mean).enumerate() {
        words[i / 64] |= u64::from(x > *mean) << (i % 64);
    }
    words.into_iter()
}
