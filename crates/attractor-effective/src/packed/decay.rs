//! e^{−xm} for m = 0, 1, 2, … in fixed point, to as many digits as are asked for.

use super::whole::Whole;

/// The numbers 1, e^{−x}, e^{−2x}, … with `limbs` limbs behind the point.
#[derive(Debug, Clone)]
pub(super) struct Decay {
    pub(super) numbers: Whole,
    /// How far each is off, in units.
    pub(super) error: f64,
}

impl Decay {
    /// `count` of them, for x > 0.
    pub(super) fn new(x: f64, count: usize, limbs: usize) -> Self {
        let (ratio, error) = base(x, limbs);
        let mut number = one(limbs);
        let mut magnitudes = Vec::with_capacity(count * (limbs + 1));
        for _ in 0..count {
            magnitudes.extend_from_slice(&number);
            number = product(&number, &ratio);
        }
        // each product adds the error of the ratio and less than a unit of its own
        let error = count as f64 * (error + 2.0);
        Self { numbers: Whole::new(limbs + 1, magnitudes, vec![false; count], 0), error }
    }
}

fn one(limbs: usize) -> Vec<u64> {
    let mut one = vec![0; limbs + 1];
    one[limbs] = 1;
    one
}

/// e^{−x} and how many units it is off: e^{−y} by its series at y = x/2^s ≤ ½, squared s times.
fn base(x: f64, limbs: usize) -> (Vec<u64>, f64) {
    if x > 64.0 * limbs as f64 {
        return (vec![0; limbs + 1], 1.0);
    }
    let (mut y, mut squarings) = (x, 0);
    while y > 0.5 {
        (y, squarings) = (y / 2.0, squarings + 1);
    }
    let y = fixed(y, limbs);
    let mut power = one(limbs);
    for k in (1..=terms(limbs)).rev() {
        // 1 − (y/k)(1 − (y/(k+1))(…)): a step loses less than 2 units and halves what was lost before
        power = product(&power, &y);
        divide(&mut power, k);
        power = less(&one(limbs), &power);
    }
    let mut error = 8.0;
    for _ in 0..squarings {
        power = product(&power, &power);
        error = 2.0 * error + 2.0;
    }
    (power, error)
}

/// The first k with 2^{−k}/k! below a unit.
fn terms(limbs: usize) -> u64 {
    let (mut bits, mut k) = (0.0, 0);
    while bits < 64.0 * limbs as f64 {
        k += 1;
        bits += 1.0 + (k as f64).log2();
    }
    k + 1
}

/// 0 ≤ y ≤ ½, cut off below the last limb.
fn fixed(y: f64, limbs: usize) -> Vec<u64> {
    let mut digits = vec![0; limbs + 1];
    let mut rest = y;
    for digit in digits[..limbs].iter_mut().rev() {
        // exact: a product with a power of two, and the removal of leading bits
        rest *= 2f64.powi(64);
        *digit = rest as u64;
        rest -= *digit as f64;
    }
    digits
}

/// a·b, cut off below the last limb.
fn product(a: &[u64], b: &[u64]) -> Vec<u64> {
    let limbs = a.len() - 1;
    let mut wide = vec![0u64; 2 * a.len()];
    for (i, x) in a.iter().enumerate() {
        let mut carry = 0u128;
        for (j, y) in b.iter().enumerate() {
            let sum = u128::from(*x) * u128::from(*y) + u128::from(wide[i + j]) + carry;
            (wide[i + j], carry) = (sum as u64, sum >> 64);
        }
        wide[i + b.len()] = carry as u64;
    }
    wide[limbs..=2 * limbs].to_vec()
}

fn divide(number: &mut [u64], by: u64) {
    let mut rest = 0u128;
    for limb in number.iter_mut().rev() {
        let wide = rest << 64 | u128::from(*limb);
        (*limb, rest) = ((wide / u128::from(by)) as u64, wide % u128::from(by));
    }
}

/// a − b ≥ 0.
fn less(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut borrow = false;
    let digit = |(x, y): (&u64, &u64)| {
        let (once, first) = x.overflowing_sub(*y);
        let (twice, second) = once.overflowing_sub(u64::from(borrow));
        borrow = first | second;
        twice
    };
    a.iter().zip(b).map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_library_says() {
        for x in [1e-300, 1e-9, 0.02, 0.5, 1.0, 2.0, 37.5, 200.0] {
            for limbs in [4, 9] {
                let decay = Decay::new(x, 40, limbs);
                let mut sum = vec![0; decay.numbers.room()];
                for m in 0..40 {
                    let (_, units) = decay.numbers.sum([(m, 1)].into_iter(), &mut sum);
                    let value = units * 2f64.powi(-64 * limbs as i32);
                    let expected = (-x * m as f64).exp();
                    let slack = (x * m as f64 + 4.0) * f64::EPSILON * expected;
                    let cut = decay.error * 2f64.powi(-64 * limbs as i32);
                    assert!((value - expected).abs() <= slack + cut, "{x} {m}: {value} {expected}");
                }
            }
        }
    }

    /// More digits agree with fewer to the error that these state.
    #[test]
    fn errors_are_bounds() {
        for x in [1e-30, 0.3, 2.0, 11.0] {
            let (few, many) = (Decay::new(x, 60, 3), Decay::new(x, 60, 8));
            let mut sum = vec![0; many.numbers.room()];
            for m in 0..60 {
                let mut of = |decay: &Decay| decay.numbers.sum([(m, 1)].into_iter(), &mut sum).1;
                let (few_units, many_units) = (of(&few), of(&many) * 2f64.powi(-64 * 5));
                let slack = few.error + 1.0 + 4.0 * f64::EPSILON * few_units;
                assert!((few_units - many_units).abs() <= slack, "{x} {m}");
            }
        }
    }
}
