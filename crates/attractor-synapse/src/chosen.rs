//! Sums of the numbers that a row of bits chooses.

use crate::Signs;
use pulp::{Simd, WithSimd};

/// Numbers per word.
const WORD: usize = u64::BITS as usize;
/// Sums side by side.
const LANES: usize = 8;

impl Signs {
    /// Σ numbers[j] over the signs j of a memory that differ from `up`: exact, as long as eight of the numbers
    /// together stay in the range of i32. About five instructions for every eight numbers.
    ///
    /// ```
    /// use attractor_synapse::{Patterns, Signs};
    /// let signs = Signs::new(&Patterns::from_rows(&[[1.0f32, 1.0, -1.0]])?)?;
    /// assert_eq!(signs.sum_whole_where(0, true, &[10, 20, 40]), 40);
    /// assert_eq!(signs.sum_whole_where(0, false, &[10, 20, 40]), 30);
    /// # Ok::<(), attractor_synapse::PatternError>(())
    /// ```
    ///
    /// # Panics
    /// If there is no such memory, and unless there are d numbers.
    #[track_caller]
    pub fn sum_whole_where(&self, memory: usize, up: bool, numbers: &[i32]) -> i64 {
        assert_eq!(numbers.len(), self.features(), "numbers for {} signs", self.features());
        pulp::Arch::new().dispatch(Chosen { words: self.row(memory), turn: turn(up), numbers })
    }

    /// The same for numbers that need not be whole, in eight sums side by side.
    ///
    /// # Panics
    /// As [`Signs::sum_whole_where`].
    #[track_caller]
    pub fn sum_where(&self, memory: usize, up: bool, numbers: &[f64]) -> f64 {
        assert_eq!(numbers.len(), self.features(), "numbers for {} signs", self.features());
        pulp::Arch::new().dispatch(Chosen { words: self.row(memory), turn: turn(up), numbers })
    }
}

/// What turns the bits of a row into those that differ from a sign.
fn turn(up: bool) -> u64 {
    if up { u64::MAX } else { 0 }
}

/// A row of bits and the numbers that it chooses from. A closure would be compiled for the least instruction set.
struct Chosen<'a, N> {
    words: &'a [u64],
    turn: u64,
    numbers: &'a [N],
}

impl WithSimd for Chosen<'_, i32> {
    type Output = i64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> i64 {
        let (whole, rest) = self.numbers.as_chunks::<WORD>();
        let mut sums = [0i64; LANES];
        for (word, numbers) in self.words.iter().zip(whole) {
            let mut lanes = [0i32; LANES];
            for (eight, numbers) in numbers.as_chunks::<LANES>().0.iter().enumerate() {
                let bits = ((word ^ self.turn) >> (LANES * eight)) as u32;
                for at in 0..LANES {
                    let mask = ((bits >> at & 1).cast_signed()).wrapping_neg();
                    lanes[at] = lanes[at].wrapping_add(numbers[at] & mask);
                }
            }
            for at in 0..LANES {
                sums[at] += i64::from(lanes[at]);
            }
        }
        let last = self.words.last().map_or(0, |word| word ^ self.turn);
        let chosen = rest.iter().enumerate().filter(|(at, _)| last >> at & 1 == 1);
        sums.iter().sum::<i64>() + chosen.map(|(_, number)| i64::from(*number)).sum::<i64>()
    }
}

impl WithSimd for Chosen<'_, f64> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> f64 {
        let mut sums = [0.0; LANES];
        let (whole, rest) = self.numbers.as_chunks::<WORD>();
        for (word, numbers) in self.words.iter().zip(whole) {
            for (eight, numbers) in numbers.as_chunks::<LANES>().0.iter().enumerate() {
                let bits = (word ^ self.turn) >> (LANES * eight);
                for at in 0..LANES {
                    let mask = (bits >> at & 1).wrapping_neg();
                    sums[at] += f64::from_bits(numbers[at].to_bits() & mask);
                }
            }
        }
        let last = self.words.last().map_or(0, |word| word ^ self.turn);
        let chosen = rest.iter().enumerate().filter(|(at, _)| last >> at & 1 == 1);
        sums.iter().sum::<f64>() + chosen.map(|(_, number)| number).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Bits, Signs};

    #[test]
    fn all_widths_sum_what_differs() {
        for d in [1usize, 7, 8, 63, 64, 65, 127, 128, 200, 513] {
            let word = |w: usize| 0x9e37_79b9_7f4a_7c15u64.wrapping_mul(w as u64 + 3);
            let width = d.div_ceil(64);
            let signs = Signs::of_words((0..2 * width).map(word).collect(), d);
            let whole: Vec<i32> = (0..d as i32).map(|j| (j * 7919 % 1001 - 500) << 18).collect();
            let real: Vec<f64> = whole.iter().map(|x| f64::from(*x)).collect();
            for (memory, up) in [(0, true), (0, false), (1, true), (1, false)] {
                let bits = Bits::of_words(signs.row(memory).to_vec(), d);
                let chosen = (0..d).filter(|&j| bits.is_up(j) != up);
                let sum: i64 = chosen.map(|j| i64::from(whole[j])).sum();
                assert_eq!(signs.sum_whole_where(memory, up, &whole), sum, "{d} {up}");
                let found = signs.sum_where(memory, up, &real);
                assert!((found - sum as f64).abs() < 1e-3, "{d}: {found} {sum}");
            }
        }
    }
}
