//! Numbers of many digits, in which sums over memories are exact.

use std::cmp::Ordering;

/// Bits of a limb.
const LIMB: i32 = u64::BITS.cast_signed();

/// Some numbers V_c as whole multiples of one unit, a power of two.
#[derive(Debug, Clone)]
pub(super) struct Whole {
    /// Limbs per number, lowest first.
    limbs: usize,
    magnitudes: Vec<u64>,
    negative: Vec<bool>,
    /// The unit is 2^`unit`.
    unit: i32,
}

impl Whole {
    /// Whole numbers from their limbs.
    pub(super) fn new(limbs: usize, magnitudes: Vec<u64>, negative: Vec<bool>, unit: i32) -> Self {
        debug_assert_eq!(magnitudes.len(), limbs * negative.len());
        Self { limbs, magnitudes, negative, unit }
    }

    /// hⁿ of some whole numbers; what `none` says of is 0.
    pub(super) fn powers(h: &[i64], n: u32, none: impl Fn(i64) -> bool) -> Self {
        let largest = h.iter().map(|h| h.unsigned_abs()).max().unwrap_or(0);
        let bits = n as usize * (u64::BITS - largest.leading_zeros()) as usize;
        let limbs = bits / LIMB as usize + 1;
        let mut magnitudes = vec![0; limbs * h.len()];
        for (power, &h) in magnitudes.chunks_exact_mut(limbs).zip(h) {
            power[0] = u64::from(!none(h));
            (0..n).for_each(|_| scale(power, h.unsigned_abs()));
        }
        let negative = h.iter().map(|&h| h < 0 && n % 2 == 1).collect();
        Self::new(limbs, magnitudes, negative, 0)
    }

    /// Finite numbers as they are.
    pub(super) fn values(values: &[f64]) -> Self {
        let parts = values.iter().map(|x| split(*x));
        let some = || parts.clone().filter(|(mantissa, _)| *mantissa != 0);
        let unit = some().map(|(_, exponent)| exponent).min().unwrap_or(0);
        let top = some().map(|(_, exponent)| exponent).max().unwrap_or(0);
        let limbs = ((top - unit + 2 * LIMB) / LIMB) as usize;
        let mut magnitudes = vec![0; limbs * values.len()];
        for (limb, (mantissa, exponent)) in magnitudes.chunks_exact_mut(limbs).zip(parts) {
            let (at, shift) = ((exponent - unit).max(0) / LIMB, (exponent - unit).max(0) % LIMB);
            let wide = u128::from(mantissa) << shift;
            limb[at as usize] = wide as u64;
            if let Some(next) = limb.get_mut(at as usize + 1) {
                *next = (wide >> LIMB) as u64;
            }
        }
        let negative = values.iter().map(|x| *x < 0.0).collect();
        Self::new(limbs, magnitudes, negative, unit)
    }

    /// Limbs of a sum.
    pub(super) fn room(&self) -> usize {
        self.limbs + 2
    }

    /// Σ a_c·V_c into `sum`, which is overwritten: its sign, and its size in units.
    pub(super) fn sum(
        &self,
        terms: impl Iterator<Item = (usize, i64)>,
        sum: &mut [u64],
    ) -> (Ordering, f64) {
        let sum = &mut sum[..self.room()];
        sum.fill(0);
        for (c, factor) in terms.filter(|(_, factor)| *factor != 0) {
            let number = &self.magnitudes[c * self.limbs..][..self.limbs];
            let minus = self.negative[c] != (factor < 0);
            add_multiple(sum, number, factor.unsigned_abs(), minus);
        }
        let minus = sum.last().is_some_and(|limb| limb.cast_signed() < 0);
        if minus {
            negate(sum);
        }
        let (high, exponent) = leading(sum);
        match high {
            0.0 => (Ordering::Equal, 0.0),
            _ if minus => (Ordering::Less, times(high, exponent)),
            _ => (Ordering::Greater, times(high, exponent)),
        }
    }

    /// Σ a_c·V_c, rounded twice.
    pub(super) fn rounded(&self, terms: &[(usize, i64)], sum: &mut [u64]) -> f64 {
        let (sign, _) = self.sum(terms.iter().copied(), sum);
        let (high, exponent) = leading(&sum[..self.room()]);
        let size = times(high, exponent + self.unit);
        if sign == Ordering::Less { -size } else { size }
    }
}

/// |x| = mantissa·2^exponent, the mantissa odd or 0.
fn split(x: f64) -> (u64, i32) {
    let bits = x.to_bits();
    let (biased, fraction) = ((bits >> 52 & 0x7ff) as i32, bits & ((1 << 52) - 1));
    let (mantissa, exponent) =
        if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
    let even = if mantissa == 0 { 0 } else { mantissa.trailing_zeros() };
    (mantissa >> even, exponent + even.cast_signed())
}

/// number ← number·factor; the caller has left room.
fn scale(number: &mut [u64], factor: u64) {
    let mut carry = 0;
    for limb in number {
        let wide = u128::from(*limb) * u128::from(factor) + carry;
        (*limb, carry) = (wide as u64, wide >> LIMB);
    }
    debug_assert_eq!(carry, 0);
}

/// sum ← sum ± number·factor, in two's complement.
fn add_multiple(sum: &mut [u64], number: &[u64], factor: u64, minus: bool) {
    let (mut product, mut carry) = (0u128, minus);
    let turn = if minus { u64::MAX } else { 0 };
    let numbers = number.iter().copied().chain(std::iter::repeat(0));
    for (limb, x) in sum.iter_mut().zip(numbers) {
        product += u128::from(x) * u128::from(factor);
        let (once, first) = limb.overflowing_add(product as u64 ^ turn);
        let (twice, second) = once.overflowing_add(u64::from(carry));
        (*limb, carry, product) = (twice, first | second, product >> LIMB);
    }
}

fn negate(number: &mut [u64]) {
    let mut carry = true;
    for limb in number {
        (*limb, carry) = (!*limb).overflowing_add(u64::from(carry));
    }
}

/// A magnitude as x·2^k, off by less than two roundings; 0 only for 0.
fn leading(number: &[u64]) -> (f64, i32) {
    let Some(top) = number.iter().rposition(|limb| *limb != 0) else { return (0.0, 0) };
    let below = if top == 0 { 0 } else { number[top - 1] };
    let high = u128::from(number[top]) << LIMB | u128::from(below);
    (high as f64, (top as i32 - 1) * LIMB)
}

/// x·2^k, in two steps because 2^k alone may leave the range.
fn times(x: f64, k: i32) -> f64 {
    x * 2f64.powi(k / 2) * 2f64.powi(k - k / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_they_were() {
        let values = [1.0, -0.3, 5e-324, 0.0, -1e300, 2f64.powi(-60), 1.7e308];
        let whole = Whole::values(&values);
        let mut sum = vec![0; whole.room()];
        for (c, value) in values.iter().enumerate() {
            assert_eq!(whole.rounded(&[(c, 1)], &mut sum).to_bits(), value.to_bits());
        }
        let terms = [(0, 1), (1, 3), (1, -3), (2, 1), (0, -1)];
        assert_eq!(whole.rounded(&terms, &mut sum).to_bits(), 1);
        let (sign, _) = whole.sum([(4, 7), (6, -7)].into_iter(), &mut sum);
        assert_eq!(sign, Ordering::Less);
    }

    #[test]
    fn powers_cancel_to_the_last_digit() {
        let h = [1000, 999, 998, -1000, 0];
        let whole = Whole::powers(&h, 29, |_| false);
        let mut sum = vec![0; whole.room()];
        let mut sign = |terms: &[(usize, i64)]| whole.sum(terms.iter().copied(), &mut sum).0;
        assert_eq!(sign(&[(0, 5), (3, 5)]), Ordering::Equal);
        assert_eq!(sign(&[(0, 5), (3, 5), (4, 9)]), Ordering::Equal);
        assert_eq!(sign(&[(0, 5), (1, -6)]), Ordering::Less, "1.001^29 < 6/5");
        let cubes = Whole::powers(&[9, 1, 12, 10, 2], 3, |h| h == 2);
        let mut sum = vec![0; cubes.room()];
        let taxi = [(0, 1), (3, 1), (1, -1), (2, -1), (4, 7)];
        assert_eq!(
            cubes.sum(taxi.into_iter(), &mut sum),
            (Ordering::Equal, 0.0),
            "9³ + 10³ = 12³ + 1³"
        );
    }
}
