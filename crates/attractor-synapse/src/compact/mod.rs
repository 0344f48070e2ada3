//! Memories in fewer bytes than their numbers came with, and how far off that leaves each of them.

mod encode;
mod numbers;
mod read;

pub(crate) use encode::{above, int8, residual};

use crate::{Element, PatternError, Patterns, Precision};
use numbers::Numbers;
use std::ops::Range;

/// Patterns that cannot be kept in a precision, or parts that make no memories together.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CompactError {
    /// Bits for a pattern of more than two values.
    #[error(
        "pattern {pattern}, feature {feature} is {value}, not ±{unit}: bits keep patterns of ±1 up to one factor each (store with --normalize sign, or in int8)"
    )]
    NotSigns {
        /// The row, counted from 0.
        pattern: usize,
        /// The column, counted from 0.
        feature: usize,
        /// What stood there.
        value: f64,
        /// The size of the numbers before it.
        unit: f64,
    },
    /// A number beyond what the precision reaches.
    #[error(
        "pattern {pattern}, feature {feature} is {value}, beyond the range of {precision}: use f64, or scaled patterns"
    )]
    Range {
        /// The row, counted from 0.
        pattern: usize,
        /// The column, counted from 0.
        feature: usize,
        /// What stood there.
        value: f64,
        /// The precision asked for.
        precision: Precision,
    },
    /// Parts of other lengths than N and d say.
    #[error("{found} {part} for {memories} memories of {features} features, {expected} are needed")]
    Length {
        /// `"bytes of numbers"`, `"scales"` or `"residuals"`.
        part: &'static str,
        /// N.
        memories: usize,
        /// d.
        features: usize,
        /// How many there are.
        found: usize,
        /// How many there must be.
        expected: usize,
    },
    /// A scale or residual that no encoder writes.
    #[error(
        "the {part} of pattern {pattern} is {value}: it must be finite and at least 0, and a scale of int8 a normal number of 16 binary digits"
    )]
    Part {
        /// `"scale"` or `"residual"`.
        part: &'static str,
        /// The row, counted from 0.
        pattern: usize,
        /// What stood there.
        value: f32,
    },
    /// A code that no encoder writes.
    #[error(
        "the code of pattern {pattern}, feature {feature} is none: int8 has −127 to 127, and bits end with zeros"
    )]
    Code {
        /// The row, counted from 0.
        pattern: usize,
        /// The column, counted from 0.
        feature: usize,
    },
    /// Numbers that make no patterns.
    #[error(transparent)]
    Patterns(#[from] PatternError),
}

/// Memories ξ̂ in a [`Precision`] of the caller's choice, each with a bound on what that changed:
/// its residual r_μ ≥ ‖ξ_μ − ξ̂_μ‖, so that for every state |ξ_μ·g − ξ̂_μ·g| ≤ r_μ‖g‖ (THEORY §8).
///
/// It reads as ξ̂ itself, decoded tile by tile: the answers are those of ξ̂ to the digit, and those of ξ
/// within what the residuals say. Besides [`Precision::bytes`] a memory takes 12 bytes for its residual and
/// its length. All ξ̂ but those of `f64` are exact in `f32`: a scale of int8 has 16 binary digits.
///
/// ```
/// use attractor_synapse::{Compact, Memories, Patterns, Precision};
/// let xi = Patterns::from_rows(&[[1.0f32, -0.503], [0.25, 0.0]])?;
/// let small = Compact::new(&xi, Precision::Int8)?;
/// let mut row = [0.0f32; 2];
/// small.decode(0..1, &mut row);
/// let off = f64::from(row[1] + 0.503).hypot(f64::from(row[0] - 1.0));
/// assert!(off <= small.residual(0) && small.residual(0) < 0.004);
/// assert_eq!(Memories::<f32>::memories(&small), 2);
/// # Ok::<(), attractor_synapse::CompactError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Compact {
    features: usize,
    numbers: Numbers,
    /// ‖ξ_μ − ξ̂_μ‖, rounded up.
    residuals: Vec<f32>,
    /// 1/‖ξ̂_μ‖, 0 for a zero memory.
    inverse_norms: Vec<f64>,
    largest_norm: f64,
}

impl Compact {
    /// Keeps patterns in a precision.
    ///
    /// # Errors
    /// [`CompactError::NotSigns`] where bits are asked for and a pattern has other values than ±a, and
    /// [`CompactError::Range`] for a number beyond the precision.
    pub fn new<T: Element>(
        patterns: &Patterns<T>,
        precision: Precision,
    ) -> Result<Self, CompactError> {
        let numbers = Numbers::encode(patterns, precision)?;
        let d = patterns.features();
        let mut decoded = vec![0.0f64; d];
        let residuals = patterns.rows().enumerate().map(|(row, pattern)| {
            numbers.decode(row..row + 1, d, &mut decoded);
            residual(pattern, &decoded)
        });
        let residuals = residuals.collect();
        Ok(Self::of(numbers, d, residuals))
    }

    /// From what [`Compact::bytes`], [`Compact::scales`] and [`Compact::residuals`] gave, checked.
    ///
    /// # Errors
    /// [`CompactError`] for lengths that do not fit together and for numbers, scales, residuals or codes
    /// that no pattern leads to.
    pub fn from_parts(
        precision: Precision,
        features: usize,
        bytes: &[u8],
        scales: &[f32],
        residuals: Vec<f32>,
    ) -> Result<Self, CompactError> {
        if features == 0 {
            return Err(PatternError::NoFeatures.into());
        }
        if residuals.is_empty() {
            return Err(PatternError::Empty.into());
        }
        let numbers = Numbers::from_bytes(precision, (residuals.len(), features), bytes, scales)?;
        numbers::check_parts("residual", &residuals)?;
        Ok(Self::of(numbers, features, residuals))
    }

    fn of(numbers: Numbers, features: usize, residuals: Vec<f32>) -> Self {
        let mut row = vec![0.0f64; features];
        let norms = (0..residuals.len()).map(|memory| {
            numbers.decode(memory..memory + 1, features, &mut row);
            crate::synapses::length(&row)
        });
        let norms: Vec<f64> = norms.collect();
        let largest_norm = norms.iter().copied().fold(0.0, f64::max);
        let inverse_norms = norms.into_iter().map(crate::synapses::inverse).collect();
        Self { features, numbers, residuals, inverse_norms, largest_norm }
    }

    /// How the numbers are kept.
    pub fn precision(&self) -> Precision {
        self.numbers.precision()
    }

    /// N, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "memories are never none")]
    pub fn len(&self) -> usize {
        self.residuals.len()
    }

    /// d, at least 1.
    pub fn features(&self) -> usize {
        self.features
    }

    /// r_μ ≥ ‖ξ_μ − ξ̂_μ‖.
    ///
    /// # Panics
    /// If there is no such memory.
    #[track_caller]
    pub fn residual(&self, memory: usize) -> f64 {
        f64::from(self.residuals[memory])
    }

    /// The residuals of all memories.
    pub fn residuals(&self) -> &[f32] {
        &self.residuals
    }

    /// The scales of int8 and bits, N numbers; of the others none.
    pub fn scales(&self) -> &[f32] {
        self.numbers.scales()
    }

    /// The numbers as bytes, little-endian and memory after memory; bits in bytes, lowest first, where a
    /// memory's last byte is filled with zeros.
    pub fn bytes(&self) -> Vec<u8> {
        self.numbers.bytes(self.features)
    }

    /// Writes ξ̂ of some memories, row by row.
    ///
    /// # Panics
    /// If there are no such memories, or if `out` does not take d numbers for each.
    #[track_caller]
    pub fn decode<T: Element>(&self, memories: Range<usize>, out: &mut [T]) {
        let (expected, found) = (memories.len() * self.features, out.len());
        assert_eq!(found, expected, "{found} places for {expected} numbers");
        self.numbers.decode(memories, self.features, out);
    }

    /// ξ̂ as patterns: all of them, decoded.
    ///
    /// # Errors
    /// [`PatternError::NotFinite`] where a number is beyond the range of `T`.
    pub fn patterns<T: Element>(&self) -> Result<Patterns<T>, PatternError> {
        let mut all = vec![T::ZERO; self.len() * self.features];
        self.decode(0..self.len(), &mut all);
        Patterns::new(all, self.features)
    }

    pub(crate) fn inverse_norms(&self) -> &[f64] {
        &self.inverse_norms
    }
}
