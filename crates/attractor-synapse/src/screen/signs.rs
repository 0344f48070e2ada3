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
            start + closest(&self.words[start * query.len()..end * query.len()], &query)
        };
        (0..count).into_par_iter().map(share).collect()
    }
}

/// The row that differs from the query in fewest bits.
fn closest(rows: &[u64], query: &[u64]) -> usize {
    // short rows of a length that the compiler knows are compared several times faster
    macro_rules! of_length {
        ($($words:literal),*) => {
            match query.len() {
                $($words => closest_of::<$words>(rows, query),)*
                _ => least(rows.chunks_exact(query.len()).map(|row| apart(row, query))),
            }
        };
    }
    pulp::Arch::new().dispatch(
        #[inline(always)]
        || of_length!(1, 2, 3, 4, 5, 6, 7, 8, 12, 16),
    )
}

#[inline(always)]
fn closest_of<const N: usize>(rows: &[u64], query: &[u64]) -> usize {
    let query: &[u64; N] = &query.as_chunks().0[0];
    least(rows.as_chunks::<N>().0.iter().map(|row| apart(row, query)))
}

#[inline(always)]
fn apart(row: &[u64], query: &[u64]) -> u32 {
    row.iter().zip(query).map(|(x, q)| (x ^ q).count_ones()).sum()
}

#[inline(always)]
fn least(distances: impl Iterator<Item = u32>) -> usize {
    let mut best = (u32::MAX, 0);
    for (place, distance) in distances.enumerate() {
        if distance < best.0 {
            best = (distance, place);
        }
    }
    best.1
}

/// One bit a number, set above the mean.
fn pack(numbers: impl ExactSizeIterator<Item = f64>, mean: &[f64]) -> impl Iterator<Item = u64> {
    let mut words = vec![0u64; mean.len().div_ceil(64)];
    for (i, (x, mean)) in numbers.zip(mean).enumerate() {
        words[i / 64] |= u64::from(x > *mean) << (i % 64);
    }
    words.into_iter()
}
