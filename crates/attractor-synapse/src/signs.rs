//! Patterns of ±1, one bit each.

use crate::{PatternError, Patterns};
use attractor_lagrangian::Real;
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// Numbers per word.
const WORD: usize = u64::BITS as usize;

/// A vector of d signs, one bit each: the state of the spins. Words are filled from the lowest bit, +1 is
/// set, and what is left of the last word is 0.
///
/// ```
/// use attractor_synapse::Bits;
/// let mut spins = Bits::new(&[1.0f32, -1.0, -1.0])?;
/// spins.flip(2);
/// assert_eq!(spins.to_vec::<f64>(), [1.0, -1.0, 1.0]);
/// assert_eq!(Bits::of_signs(&[0.5, -0.1, 0.0]), spins); // zeros become +1
/// # Ok::<(), attractor_synapse::PatternError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Bits {
    words: Vec<u64>,
    features: usize,
}

impl Bits {
    /// Packs numbers that are exactly ±1.
    ///
    /// # Errors
    /// [`PatternError::NotSign`] for the first that is not, [`PatternError::NoFeatures`] for none.
    pub fn new<T: Real>(signs: &[T]) -> Result<Self, PatternError> {
        if signs.is_empty() {
            return Err(PatternError::NoFeatures);
        }
        expect_signs(signs, signs.len())?;
        Ok(Self::of_signs(signs))
    }

    /// Packs the signs of any numbers: negative ones become −1, all others +1, as for the cues of spins.
    pub fn of_signs<T: Real>(numbers: &[T]) -> Self {
        let mut words = Vec::with_capacity(numbers.len().div_ceil(WORD));
        pack(numbers, &mut words);
        Self { words, features: numbers.len() }
    }

    /// Signs whose words are already packed; what is left of the last word is cleared.
    ///
    /// # Panics
    /// Unless these are the ⌈d/64⌉ words of d ≥ 1 signs.
    #[track_caller]
    pub fn of_words(mut words: Vec<u64>, features: usize) -> Self {
        assert!(features > 0, "no signs");
        assert_eq!(words.len(), features.div_ceil(WORD), "words of {features} signs");
        clear_rest(&mut words, features);
        Self { words, features }
    }

    /// The number of signs, d.
    pub fn features(&self) -> usize {
        self.features
    }

    /// The words, ⌈d/64⌉ of them.
    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Whether sign `index` is +1.
    ///
    /// # Panics
    /// If there is no such sign.
    #[track_caller]
    pub fn is_up(&self, index: usize) -> bool {
        assert!(index < self.features, "sign {index} of {}", self.features);
        self.words[index / WORD] >> (index % WORD) & 1 == 1
    }

    /// Turns sign `index` round.
    ///
    /// # Panics
    /// If there is no such sign.
    #[track_caller]
    pub fn flip(&mut self, index: usize) {
        assert!(index < self.features, "sign {index} of {}", self.features);
        self.words[index / WORD] ^= 1 << (index % WORD);
    }

    /// Turns the signs of a word whose bits are set; returns how many there are.
    ///
    /// # Panics
    /// If there is no such word, or a bit is set beyond the last sign.
    #[track_caller]
    pub fn turn(&mut self, word: usize, bits: u64) -> usize {
        let signs = (self.features - word * WORD).min(WORD);
        assert!(signs == WORD || bits >> signs == 0, "bits beyond {} signs", self.features);
        self.words[word] ^= bits;
        bits.count_ones() as usize
    }

    /// The signs as numbers.
    pub fn to_vec<T: Real>(&self) -> Vec<T> {
        let sign = |i| if self.is_up(i) { T::ONE } else { -T::ONE };
        (0..self.features).map(sign).collect()
    }
}

/// N memories of d signs each, one bit per sign: d/8 bytes per memory, filled up to whole words of 8 bytes,
/// where f32 takes 4·d.
///
/// The overlap of a memory with a state is the whole number h = d − 2c, c the signs in which they differ:
/// an exclusive or and a count of bits, without rounding.
///
/// ```
/// use attractor_synapse::{Bits, PatternError, Patterns, Signs};
/// let patterns = Patterns::from_rows(&[[1.0f32, 1.0, -1.0], [-1.0, 1.0, 1.0]])?;
/// let signs = Signs::new(&patterns)?;
/// let state = Bits::new(&[1.0f32, 1.0, 1.0])?;
/// let mut overlaps = [0; 2];
/// signs.overlaps(&state, &mut overlaps);
/// assert_eq!(overlaps, [1, 1]);
/// let half = Patterns::from_rows(&[[1.0f32], [0.5]])?;
/// assert_eq!(Signs::new(&half), Err(PatternError::NotSign { pattern: 1, feature: 0, value: 0.5 }));
/// # Ok::<(), PatternError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signs {
    /// Row after row, each of `width` words.
    words: Vec<u64>,
    width: usize,
    features: usize,
}

impl Signs {
    /// Packs patterns whose entries are exactly ±1. One pass over them.
    ///
    /// # Errors
    /// [`PatternError::NotSign`] for the first entry that is not.
    pub fn new<T: Real>(patterns: &Patterns<T>) -> Result<Self, PatternError> {
        let features = patterns.features();
        expect_signs(patterns.as_slice(), features)?;
        let width = features.div_ceil(WORD);
        let mut words = Vec::with_capacity(patterns.len() * width);
        patterns.rows().for_each(|row| pack(row, &mut words));
        Ok(Self { words, width, features })
    }

    /// Memories whose words are already packed, one after the other, such as random ones; what is left of the last
    /// word of each is cleared.
    ///
    /// # Panics
    /// Unless these are ⌈d/64⌉ words of d ≥ 1 signs for each of one memory or more.
    #[track_caller]
    pub fn of_words(mut words: Vec<u64>, features: usize) -> Self {
        let width = features.div_ceil(WORD);
        assert!(width > 0 && !words.is_empty(), "no signs");
        assert!(words.len().is_multiple_of(width), "{} words, {width} per memory", words.len());
        words.chunks_exact_mut(width).for_each(|row| clear_rest(row, features));
        Self { words, width, features }
    }

    /// The number of memories, N.
    pub fn memories(&self) -> usize {
        self.words.len() / self.width
    }

    /// The number of signs per memory, d.
    pub fn features(&self) -> usize {
        self.features
    }

    /// Words per memory, ⌈d/64⌉.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The words of one memory, as those of [`Bits`].
    ///
    /// # Panics
    /// If there is no such memory.
    #[track_caller]
    pub fn row(&self, memory: usize) -> &[u64] {
        &self.words[memory * self.width..][..self.width]
    }

    /// All words, memory after memory.
    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    /// The same signs as numbers.
    pub fn to_patterns<T: Real>(&self) -> Patterns<T> {
        let sign = |word: u64, i: usize| if word >> i & 1 == 1 { T::ONE } else { -T::ONE };
        let row = |row: &[u64]| -> Vec<T> {
            (0..self.features).map(|i| sign(row[i / WORD], i % WORD)).collect()
        };
        let rows = self.words.chunks_exact(self.width);
        Patterns::valid(rows.flat_map(row).collect(), self.features)
    }

    /// The signs by columns: d rows of N signs, as many bits again.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let width = self.memories().div_ceil(WORD);
        let mut words = vec![0; self.features * width];
        for (block, rows) in self.words.chunks(self.width * WORD).enumerate() {
            for word in 0..self.width {
                let mut square = [0; WORD];
                let column = rows.iter().skip(word).step_by(self.width);
                square.iter_mut().zip(column).for_each(|(to, from)| *to = *from);
                turn_over(&mut square);
                let places = words[word * WORD * width..].iter_mut().skip(block).step_by(width);
                places.zip(square).for_each(|(to, from)| *to = from);
            }
        }
        Self { words, width, features: self.memories() }
    }

    /// h = Ξσ, N whole numbers. One pass over the memories.
    ///
    /// # Panics
    /// Unless the state has d signs and `overlaps` N places.
    #[track_caller]
    pub fn overlaps(&self, state: &Bits, overlaps: &mut [i64]) {
        let n = self.memories();
        assert_eq!(overlaps.len(), n, "{} places for {n} overlaps", overlaps.len());
        let mut differ = vec![0; n];
        self.distances(0..n, state, &mut differ);
        let d = i64::try_from(self.features).unwrap_or(i64::MAX);
        overlaps.iter_mut().zip(differ).for_each(|(h, c)| *h = d - 2 * i64::from(c));
    }

    /// In how many signs each of some memories differs from the state: c = (d − h)/2. One pass over them,
    /// and nothing allocated.
    ///
    /// # Panics
    /// Unless the state has d signs and `differ` one place for each of the memories.
    #[track_caller]
    pub fn distances(&self, memories: Range<usize>, state: &Bits, differ: &mut [u32]) {
        assert_eq!(state.features, self.features, "{} signs of {}", state.features, self.features);
        assert_eq!(differ.len(), memories.len(), "{} places, {memories:?}", differ.len());
        let words = &self.words[memories.start * self.width..memories.end * self.width];
        pulp::Arch::new().dispatch(Distances { words, state: &state.words, differ });
    }
}

/// [`Signs::distances`] for the instruction set at hand. A closure would be compiled for the least one.
struct Distances<'a> {
    words: &'a [u64],
    state: &'a [u64],
    differ: &'a mut [u32],
}

impl WithSimd for Distances<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        // rows of a length that the compiler knows are compared several times faster
        macro_rules! of_width {
            ($($width:literal),*) => {
                match self.state.len() {
                    $($width => each::<$width>(self.words, self.state, self.differ),)*
                    _ => any(self.words, self.state, self.differ),
                }
            };
        }
        of_width!(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16);
    }
}

#[inline(always)]
fn each<const W: usize>(words: &[u64], state: &[u64], differ: &mut [u32]) {
    let state: &[u64; W] = &state.as_chunks().0[0];
    for (row, differ) in words.as_chunks::<W>().0.iter().zip(differ) {
        let mut count = 0;
        for c in 0..W {
            count += (row[c] ^ state[c]).count_ones();
        }
        *differ = count;
    }
}

#[inline(always)]
fn any(words: &[u64], state: &[u64], differ: &mut [u32]) {
    for (row, differ) in words.chunks_exact(state.len()).zip(differ) {
        let mut count = 0;
        for (x, s) in row.iter().zip(state) {
            count += (x ^ s).count_ones();
        }
        *differ = count;
    }
}

/// Makes rows columns, by exchanging ever smaller quarters (Warren, Hacker's Delight, 7-3).
fn turn_over(square: &mut [u64; WORD]) {
    let (mut half, mut mask) = (WORD / 2, u64::MAX >> (WORD / 2));
    while half > 0 {
        for low in (0..WORD).filter(|row| row & half == 0) {
            let high = low + half;
            let differ = ((square[low] >> half) ^ square[high]) & mask;
            square[low] ^= differ << half;
            square[high] ^= differ;
        }
        half /= 2;
        mask ^= mask << half;
    }
}

/// Clears the bits beyond the last sign.
fn clear_rest(row: &mut [u64], features: usize) {
    let rest = features % WORD;
    if let (Some(last), true) = (row.last_mut(), rest > 0) {
        *last &= u64::MAX >> (WORD - rest);
    }
}

/// Appends the signs of some numbers.
fn pack<T: Real>(numbers: &[T], words: &mut Vec<u64>) {
    let bit = |word: u64, (at, x): (usize, &T)| word | u64::from(!(*x < T::ZERO)) << at;
    words.extend(numbers.chunks(WORD).map(|part| part.iter().enumerate().fold(0, bit)));
}

fn expect_signs<T: Real>(numbers: &[T], features: usize) -> Result<(), PatternError> {
    let sign = |x: &T| x.abs() == T::ONE;
    match numbers.iter().position(|x| !sign(x)) {
        None => Ok(()),
        Some(at) => Err(PatternError::NotSign {
            pattern: at / features,
            feature: at % features,
            value: numbers[at].f64(),
        }),
    }
}
