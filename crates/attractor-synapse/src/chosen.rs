//! Sums of the numbers that a row of bits chooses.

use crate::Signs;
use pulp::{Simd, WithSimd};

/// Numbers per word.
const WORD: usize = u64::BITS as usize;

impl Signs {
    /// Σ number_j over the signs j of a memory that differ from `up`: exact, as long as 64 of the numbers
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

    /// The same for numbers that need not be whole, in a few sums side by side.
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

/// The bits of half a word, one in each place.
const BITS: [u32; WORD / 2] = {
    let mut bits = [0; WORD / 2];
    let mut at = 0;
    while at < bits.len() {
        bits[at] = 1 << at;
        at += 1;
    }
    bits
};

/// The same of a word.
const WIDE_BITS: [u64; WORD] = {
    let mut bits = [0; WORD];
    let mut at = 0;
    while at < bits.len() {
        bits[at] = 1 << at;
        at += 1;
    }
    bits
};

impl WithSimd for Chosen<'_, i32> {
    type Output = i64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> i64 {
        let (whole, rest) = self.numbers.as_chunks::<WORD>();
        let (bits, zero) = (S::as_simd_u32s(&BITS).0, simd.splat_u32s(0));
        let mut sum = 0;
        // as many words as there are lanes, so that a lane has 64 numbers at most
        let words = size_of::<S::u32s>() / size_of::<u32>();
        for (words, numbers) in self.words.chunks(words).zip(whole.chunks(words)) {
            let mut lanes = zero;
            for (word, numbers) in words.iter().zip(numbers) {
                let word = word ^ self.turn;
                for (half, numbers) in
                    [word as u32, (word >> 32) as u32].iter().zip(numbers.as_chunks().0)
                {
                    let (half, numbers): (_, &[i32; WORD / 2]) = (simd.splat_u32s(*half), numbers);
                    for (bit, numbers) in bits.iter().zip(S::as_simd_i32s(numbers).0) {
                        let chosen = simd.equal_u32s(simd.and_u32s(half, *bit), *bit);
                        let numbers = pulp::bytemuck::cast(*numbers);
                        lanes = simd.add_u32s(lanes, simd.select_u32s(chosen, numbers, zero));
                    }
                }
            }
            let lanes: &[i32] = pulp::bytemuck::cast_slice(std::slice::from_ref(&lanes));
            sum += lanes.iter().map(|lane| i64::from(*lane)).sum::<i64>();
        }
        let last = self.words.last().map_or(0, |word| word ^ self.turn);
        let chosen = rest.iter().enumerate().filter(|(at, _)| last >> at & 1 == 1);
        sum + chosen.map(|(_, number)| i64::from(*number)).sum::<i64>()
    }
}

impl WithSimd for Chosen<'_, f64> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (whole, rest) = self.numbers.as_chunks::<WORD>();
        let (bits, zero) = (S::as_simd_u64s(&WIDE_BITS).0, simd.splat_f64s(0.0));
        // two sums side by side, so that an addition need not wait for the one before
        let mut sums = [zero; 2];
        for (word, numbers) in self.words.iter().zip(whole) {
            let word = simd.splat_u64s(word ^ self.turn);
            for (at, (bit, numbers)) in bits.iter().zip(S::as_simd_f64s(numbers).0).enumerate() {
                let chosen = simd.equal_u64s(simd.and_u64s(word, *bit), *bit);
                let numbers = simd.select_f64s(chosen, *numbers, zero);
                sums[at % 2] = simd.add_f64s(sums[at % 2], numbers);
            }
        }
        let last = self.words.last().map_or(0, |word| word ^ self.turn);
        let chosen = rest.iter().enumerate().filter(|(at, _)| last >> at & 1 == 1);
        simd.reduce_sum_f64s(simd.add_f64s(sums[0], sums[1])) + chosen.map(|(_, x)| x).sum::<f64>()
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
            let whole: Vec<i32> = (0..d as i32).map(|j| (j * 7919 % 1001 - 500) << 14).collect();
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
