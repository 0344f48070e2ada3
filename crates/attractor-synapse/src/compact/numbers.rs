//! The numbers of compact memories, in each precision.

use super::CompactError;
use super::encode::{bf16, int8, signs};
use crate::{Element, PatternError, Patterns, Precision};
use std::ops::Range;

/// What is kept, memory after memory.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Numbers {
    F64(Vec<f64>),
    F32(Vec<f32>),
    Bf16(Vec<u16>),
    Int8 {
        codes: Vec<i8>,
        scales: Vec<f32>,
    },
    /// Each memory begins a new word.
    Bits {
        words: Vec<u64>,
        scales: Vec<f32>,
    },
}

impl Numbers {
    pub(super) fn encode<T: Element>(
        patterns: &Patterns<T>,
        precision: Precision,
    ) -> Result<Self, CompactError> {
        let d = patterns.features();
        let range = |at: usize| CompactError::Range {
            pattern: at / d,
            feature: at % d,
            value: patterns.as_slice()[at].f64(),
            precision,
        };
        let singles = || patterns.as_slice().iter().map(|x| x.f64() as f32);
        match precision {
            Precision::F64 => Ok(Self::F64(patterns.as_slice().iter().map(|x| x.f64()).collect())),
            Precision::F32 => match singles().position(|x| !x.is_finite()) {
                Some(at) => Err(range(at)),
                None => Ok(Self::F32(singles().collect())),
            },
            Precision::Bf16 => match singles().position(|x| !widen(bf16(x)).is_finite()) {
                Some(at) => Err(range(at)),
                None => Ok(Self::Bf16(singles().map(bf16).collect())),
            },
            Precision::Int8 => {
                let mut codes = vec![0; patterns.as_slice().len()];
                let rows = patterns.rows().zip(codes.chunks_exact_mut(d)).enumerate();
                let scales = rows.map(|(row, (pattern, codes))| {
                    let made = int8(pattern, codes);
                    if made.fits { Ok(made.scale) } else { Err(range(row * d + widest(pattern))) }
                });
                let scales = scales.collect::<Result<_, _>>()?;
                Ok(Self::Int8 { codes, scales })
            }
            Precision::Bits => {
                let mut words = vec![0; patterns.len() * d.div_ceil(64)];
                let rows = patterns.rows().zip(words.chunks_exact_mut(d.div_ceil(64)));
                let scales = rows.enumerate().map(|(at, (row, words))| signs(at, row, words));
                let scales = scales.collect::<Result<_, _>>()?;
                Ok(Self::Bits { words, scales })
            }
        }
    }

    pub(super) fn precision(&self) -> Precision {
        match self {
            Self::F64(_) => Precision::F64,
            Self::F32(_) => Precision::F32,
            Self::Bf16(_) => Precision::Bf16,
            Self::Int8 { .. } => Precision::Int8,
            Self::Bits { .. } => Precision::Bits,
        }
    }

    pub(super) fn scales(&self) -> &[f32] {
        match self {
            Self::Int8 { scales, .. } | Self::Bits { scales, .. } => scales,
            _ => &[],
        }
    }

    /// Writes some rows of `d` numbers each. All but `f64` are exact in `f32`.
    pub(super) fn decode<T: Element>(&self, rows: Range<usize>, d: usize, out: &mut [T]) {
        let all = rows.start * d..rows.end * d;
        let single = |x: f32| T::of(f64::from(x));
        let scaled = out.chunks_exact_mut(d).zip(rows.clone());
        match self {
            Self::F64(x) => out.iter_mut().zip(&x[all]).for_each(|(out, x)| *out = T::of(*x)),
            Self::F32(x) => out.iter_mut().zip(&x[all]).for_each(|(out, x)| *out = single(*x)),
            Self::Bf16(x) => {
                out.iter_mut().zip(&x[all]).for_each(|(out, x)| *out = single(widen(*x)));
            }
            Self::Int8 { codes, scales } => scaled.for_each(|(out, row)| {
                let (codes, scale) = (&codes[row * d..(row + 1) * d], scales[row]);
                let pairs = out.iter_mut().zip(codes);
                pairs.for_each(|(out, code)| *out = single(f32::from(*code) * scale));
            }),
            Self::Bits { words, scales } => scaled.for_each(|(out, row)| {
                let (words, unit) = (&words[row * d.div_ceil(64)..], [-scales[row], scales[row]]);
                for (out, word) in out.chunks_mut(64).zip(words) {
                    for (bit, out) in out.iter_mut().enumerate() {
                        *out = single(unit[(word >> bit & 1) as usize]);
                    }
                }
            }),
        }
    }

    /// The numbers as a file has them.
    pub(super) fn bytes(&self, d: usize) -> Vec<u8> {
        match self {
            Self::F64(x) => x.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::F32(x) => x.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::Bf16(x) => x.iter().flat_map(|x| x.to_le_bytes()).collect(),
            Self::Int8 { codes, .. } => codes.iter().map(|code| code.cast_unsigned()).collect(),
            Self::Bits { words, .. } => {
                let rows = words.chunks_exact(d.div_ceil(64));
                let bytes = |row| <[u64]>::iter(row).flat_map(|word| word.to_le_bytes());
                rows.flat_map(|row| bytes(row).take(d.div_ceil(8))).collect()
            }
        }
    }

    /// The reverse, for N memories of d features, with every check that [`Numbers::encode`] makes needless.
    pub(super) fn from_bytes(
        precision: Precision,
        (memories, features): (usize, usize),
        bytes: &[u8],
        scales: &[f32],
    ) -> Result<Self, CompactError> {
        let scaled = matches!(precision, Precision::Int8 | Precision::Bits);
        let fits = |part, found, per: usize| {
            let expected = memories.saturating_mul(per);
            let wrong = CompactError::Length { part, memories, features, found, expected };
            if found == expected { Ok(()) } else { Err(wrong) }
        };
        fits("scales", scales.len(), usize::from(scaled))?;
        let per = precision.bytes(features) - if scaled { 4 } else { 0 };
        fits("bytes of numbers", bytes.len(), per)?;
        check_parts("scale", scales)?;
        let scales = scales.to_vec();
        let code =
            |at: usize| CompactError::Code { pattern: at / features, feature: at % features };
        match precision {
            Precision::F64 => {
                let numbers: Vec<f64> =
                    bytes.as_chunks().0.iter().map(|x| f64::from_le_bytes(*x)).collect();
                check_finite(&numbers, features).map(|()| Self::F64(numbers))
            }
            Precision::F32 => {
                let numbers: Vec<f32> =
                    bytes.as_chunks().0.iter().map(|x| f32::from_le_bytes(*x)).collect();
                check_finite(&numbers, features).map(|()| Self::F32(numbers))
            }
            Precision::Bf16 => {
                let numbers: Vec<u16> =
                    bytes.as_chunks().0.iter().map(|x| u16::from_le_bytes(*x)).collect();
                let wide: Vec<f32> = numbers.iter().map(|x| widen(*x)).collect();
                check_finite(&wide, features).map(|()| Self::Bf16(numbers))
            }
            Precision::Int8 => {
                check_reach(&scales)?;
                let codes: Vec<i8> = bytes.iter().map(|byte| byte.cast_signed()).collect();
                match codes.iter().position(|code| *code == i8::MIN) {
                    Some(at) => Err(code(at)),
                    None => Ok(Self::Int8 { codes, scales }),
                }
            }
            Precision::Bits => {
                let words = words(bytes, features).map_err(|row| code((row + 1) * features - 1))?;
                Ok(Self::Bits { words, scales })
            }
        }
    }
}

/// Rows of bytes as rows of words; a row with a bit beyond its features is an error.
fn words(bytes: &[u8], features: usize) -> Result<Vec<u64>, usize> {
    let mut words = Vec::new();
    for (row, bytes) in bytes.chunks_exact(features.div_ceil(8)).enumerate() {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            words.push(u64::from_le_bytes(word));
        }
        let used = features % 64;
        if used > 0 && words.last().is_some_and(|last| last >> used != 0) {
            return Err(row);
        }
    }
    Ok(words)
}

/// The upper half of a single-precision number, with zeros below.
fn widen(half: u16) -> f32 {
    f32::from_bits(u32::from(half) << 16)
}

/// Where the largest number of a row is.
fn widest<T: Element>(row: &[T]) -> usize {
    let largest = row.iter().fold(0.0f64, |m, x| m.max(x.f64().abs()));
    row.iter().position(|x| x.f64().abs() >= largest).unwrap_or(0)
}

fn check_finite<T: Element>(numbers: &[T], features: usize) -> Result<(), CompactError> {
    match numbers.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(at) => {
            let (pattern, feature, value) = (at / features, at % features, numbers[at].f64());
            Err(PatternError::NotFinite { pattern, feature, value }.into())
        }
    }
}

/// Scales or residuals: finite, none below 0.
pub(super) fn check_parts(part: &'static str, numbers: &[f32]) -> Result<(), CompactError> {
    match numbers.iter().position(|x| !(*x >= 0.0 && x.is_finite())) {
        Some(pattern) => Err(CompactError::Part { part, pattern, value: numbers[pattern] }),
        None => Ok(()),
    }
}

/// 127 scales are within `f32`, and no digit of a code's multiple is lost.
fn check_reach(scales: &[f32]) -> Result<(), CompactError> {
    let exact = |s: f32| s.to_bits() & 0xff == 0 && (s == 0.0 || s >= f32::MIN_POSITIVE);
    match scales.iter().position(|s| !(exact(*s) && (127.0 * s).is_finite())) {
        Some(pattern) => Err(CompactError::Part { part: "scale", pattern, value: scales[pattern] }),
        None => Ok(()),
    }
}
