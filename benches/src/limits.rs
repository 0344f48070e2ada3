//! What the machine can do at most, for saying which share of it a kernel uses: read memory, multiply and add.
//!
//! Both use every thread of the pool. Nothing here is fast in a way that a kernel could not be: plain loops in the
//! widest instructions that the processor has.

#![expect(unsafe_code, reason = "instructions are called that the processor is asked about first")]

use rayon::prelude::*;
use std::hint::black_box;

/// Reads an array once; the sum of its words shows that it did.
pub(crate) fn read(words: &[u32]) -> u32 {
    let share = words.len().div_ceil(rayon::current_num_threads()).max(1);
    words.par_chunks(share).map(sum).reduce(|| 0, u32::wrapping_add)
}

/// Billions of floating-point operations per second of fused multiply-adds, over at least `rounds` of a few dozen on
/// each thread.
pub(crate) fn peak(rounds: usize, double: bool) -> f64 {
    let threads = rayon::current_num_threads();
    let begin = std::time::Instant::now();
    let done: usize = (0..threads).into_par_iter().map(|_| multiply_add(rounds, double)).sum();
    done as f64 / begin.elapsed().as_secs_f64() / 1e9
}

#[cfg(target_arch = "x86_64")]
fn sum(words: &[u32]) -> u32 {
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has the instructions
        return unsafe { x86::sum(words) };
    }
    plain_sum(words)
}

#[cfg(not(target_arch = "x86_64"))]
fn sum(words: &[u32]) -> u32 {
    plain_sum(words)
}

#[inline(always)]
fn plain_sum(words: &[u32]) -> u32 {
    words.iter().fold(0, |sum, word| sum.wrapping_add(*word))
}

/// How many operations were done.
fn multiply_add(rounds: usize, double: bool) -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has the instructions
            return unsafe { if double { x86::wide_f64(rounds) } else { x86::wide_f32(rounds) } };
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the processor has the instructions
            return unsafe { if double { x86::half_f64(rounds) } else { x86::half_f32(rounds) } };
        }
    }
    if double { plain_f64(rounds) } else { plain_f32(rounds) }
}

/// Independent sums, enough of them to hide how long one addition takes.
const CHAINS: usize = 12;

macro_rules! plain {
    ($name:ident, $scalar:ty, $lanes:literal) => {
        fn $name(rounds: usize) -> usize {
            let (x, y) = black_box((0.999, 1e-3));
            let mut sums = [[y as $scalar; $lanes]; CHAINS];
            for _ in 0..rounds {
                for lane in sums.iter_mut().flatten() {
                    *lane = *lane * x + y;
                }
            }
            black_box(sums);
            rounds * CHAINS * $lanes * 2
        }
    };
}

plain!(plain_f32, f32, 4);
plain!(plain_f64, f64, 2);

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{CHAINS, black_box, plain_sum};
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx2")]
    pub(super) fn sum(words: &[u32]) -> u32 {
        plain_sum(words)
    }

    macro_rules! chains {
        ($name:ident, $features:literal, $lanes:literal, $all:ident, $multiply_add:ident) => {
            #[target_feature(enable = $features)]
            pub(super) fn $name(rounds: usize) -> usize {
                let (x, y) = ($all(black_box(0.999)), $all(black_box(1e-3)));
                let mut sums = [y; CHAINS];
                for _ in 0..rounds {
                    for sum in &mut sums {
                        *sum = $multiply_add(*sum, x, y);
                    }
                }
                black_box(sums);
                rounds * CHAINS * $lanes * 2
            }
        };
    }

    chains!(wide_f32, "avx512f", 16, _mm512_set1_ps, _mm512_fmadd_ps);
    chains!(wide_f64, "avx512f", 8, _mm512_set1_pd, _mm512_fmadd_pd);
    chains!(half_f32, "avx2,fma", 8, _mm256_set1_ps, _mm256_fmadd_ps);
    chains!(half_f64, "avx2,fma", 4, _mm256_set1_pd, _mm256_fmadd_pd);
}

#[cfg(test)]
mod tests {
    use super::{peak, read};

    #[test]
    fn every_word_is_read() {
        let words: Vec<u32> = (0..100_001u32).map(|i| i.wrapping_mul(2_654_435_761)).collect();
        assert_eq!(read(&words), words.iter().fold(0, |a: u32, b| a.wrapping_add(*b)));
        assert_eq!(read(&[]), 0);
    }

    #[test]
    fn a_peak_is_a_positive_number() {
        assert!([false, true].into_iter().all(|double| peak(1000, double) > 0.0));
    }
}
