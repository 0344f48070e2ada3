//! Numbers into codes, and what that loses.

use super::CompactError;
use crate::Precision;
use attractor_lagrangian::Real;

/// A row in int8 and its scale.
#[derive(Debug)]
pub(crate) struct Int8 {
    pub(crate) scale: f32,
    /// Whether 127 scales are within `f32`.
    pub(crate) fits: bool,
}

/// Writes the codes of a row: its numbers in units of max|x|/127, rounded.
///
/// The scale has 16 binary digits, so that a code times the scale is exact in `f32`.
pub(crate) fn int8<T: Real>(row: &[T], codes: &mut [i8]) -> Int8 {
    let largest = row.iter().fold(0.0f64, |m, x| m.max(x.f64().abs()));
    let scale = short(largest / 127.0);
    let unit = f64::from(scale);
    for (code, x) in codes.iter_mut().zip(row) {
        let steps = if unit > 0.0 { (x.f64() / unit).round() } else { 0.0 };
        *code = steps.clamp(-127.0, 127.0) as i8;
    }
    Int8 { scale, fits: 127.0 * unit <= f64::from(f32::MAX) }
}

/// The next number of 16 binary digits from `x` ≥ 0 up; no multiple of it is below the normal numbers.
fn short(x: f64) -> f32 {
    if x == 0.0 {
        return 0.0;
    }
    let near = (x as f32).max(f32::MIN_POSITIVE);
    let cut = f32::from_bits(near.to_bits() & !0xff);
    if f64::from(cut) >= x { cut } else { f32::from_bits(cut.to_bits() + 0x100) }
}

/// The nearest number of 8 binary digits, ties to even; infinite beyond their range.
pub(super) fn bf16(x: f32) -> u16 {
    let bits = x.to_bits();
    let odd = (bits >> 16) & 1;
    ((bits + 0x7fff + odd) >> 16) as u16
}

/// Writes the signs of a row, a set bit for +a, and returns a.
pub(super) fn signs<T: Real>(
    pattern: usize,
    row: &[T],
    words: &mut [u64],
) -> Result<f32, CompactError> {
    let unit = row[0].f64().abs();
    words.fill(0);
    for (feature, x) in row.iter().map(|x| x.f64()).enumerate() {
        if x.abs().to_bits() != unit.to_bits() {
            return Err(CompactError::NotSigns { pattern, feature, value: x, unit });
        }
        words[feature / 64] |= u64::from(x > 0.0) << (feature % 64);
    }
    let scale = unit as f32;
    let precision = Precision::Bits;
    let range = CompactError::Range { pattern, feature: 0, value: unit, precision };
    if scale.is_finite() { Ok(scale) } else { Err(range) }
}

/// ‖ξ − ξ̂‖, rounded up.
pub(crate) fn residual<T: Real>(pattern: &[T], decoded: &[f64]) -> f32 {
    let off = || pattern.iter().zip(decoded).map(|(x, y)| (x.f64() - y).abs());
    let largest = off().fold(0.0f64, f64::max);
    let n = pattern.len() as f64;
    // squares of less than this vanish
    let norm = if largest < 1e-140 {
        largest * n.sqrt()
    } else {
        off().map(|x| x * x).sum::<f64>().sqrt()
    };
    above(norm * (1.0 + (n + 8.0) * f64::EPSILON))
}

/// A single-precision number that is not below `x` ≥ 0.
pub(crate) fn above(x: f64) -> f32 {
    let near = x as f32;
    if f64::from(near) >= x { near } else { near.next_up() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_number_is_not_below_and_its_multiples_are_exact() {
        for x in [1.0, 1.0 / 3.0, 7e-5, 1e-39, 1e-45, 2.0f64.powi(-120), 2.6e36] {
            let scale = short(x);
            assert!(f64::from(scale) >= x);
            let exact = |code: i32| code as f32 * scale;
            let all = -127..=127;
            assert!(all.into_iter().all(|code| {
                f64::from(exact(code)).to_bits() == (f64::from(code) * f64::from(scale)).to_bits()
            }));
        }
        assert_eq!(short(0.0).to_bits(), 0);
    }

    #[test]
    fn the_upper_half_of_a_number_is_the_nearest_one() {
        for (x, nearest) in
            [(1.0f32, 1.0f32), (1.0 + 1.0 / 256.0, 1.0), (1.0 + 3.0 / 256.0, 1.015_625)]
        {
            let back = f32::from_bits(u32::from(bf16(x)) << 16);
            assert_eq!(back.to_bits(), nearest.to_bits(), "{x}");
        }
        assert!(f32::from_bits(u32::from(bf16(f32::MAX)) << 16).is_infinite());
    }

    #[test]
    fn a_residual_is_an_upper_bound_where_squares_vanish() {
        assert!(residual(&[1e-200f64, 1e-200], &[0.0, 0.0]) > 0.0);
        assert_eq!(residual(&[1.0f64], &[1.0]).to_bits(), 0);
        assert!(f64::from(residual(&[0.1f64, 0.2], &[0.0, 0.0])) >= 0.05f64.sqrt());
    }
}
