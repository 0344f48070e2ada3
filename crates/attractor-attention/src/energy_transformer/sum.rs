//! Σ e^{βs} in parts that merge: what one query knows of some of its keys.

/// Σ e^{βs} = `sum`·e^{β·`max`}, with `max` in units of the scores: at β = 10⁶ a logarithm of the sum
/// would have lost the digits that shares are made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sum {
    max: f64,
    sum: f64,
}

impl Sum {
    /// Over no keys.
    pub(crate) const EMPTY: Self = Self { max: f64::NEG_INFINITY, sum: 0.0 };

    pub(crate) fn of(score: f64) -> Self {
        Self { max: score, sum: 1.0 }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.max == f64::NEG_INFINITY
    }

    /// Over the keys of both, which have none in common.
    pub(crate) fn merge(self, other: Self, beta: f64) -> Self {
        let (large, small) = if other.max > self.max { (other, self) } else { (self, other) };
        if small.is_empty() {
            return large;
        }
        let sum = large.sum + small.sum * (beta * (small.max - large.max)).exp();
        Self { max: large.max, sum }
    }

    /// The share of one of the keys, softmax(βs).
    pub(crate) fn share(self, score: f64, beta: f64) -> f64 {
        (beta * (score - self.max)).exp() / self.sum
    }

    /// By how much a score is above β⁻¹·ln Σ.
    pub(crate) fn above(self, score: f64, beta: f64) -> f64 {
        (score - self.max) - self.sum.ln() / beta
    }

    /// β⁻¹·ln Σ; no keys contribute nothing.
    pub(crate) fn value(self, beta: f64) -> f64 {
        if self.is_empty() { 0.0 } else { self.max + self.sum.ln() / beta }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_merge_in_any_order_and_nothing_is_their_identity() {
        let all = [1.0, 3.0, -2.0, 3.0];
        let sum = all.iter().fold(Sum::EMPTY, |sum, s| sum.merge(Sum::of(*s), 2.0));
        let exact = all.iter().map(|s| (2.0 * s).exp()).sum::<f64>().ln() / 2.0;
        assert!((sum.value(2.0) - exact).abs() < 1e-15);
        assert_eq!(Sum::EMPTY.merge(sum, 2.0), sum);
        assert_eq!(Sum::EMPTY.merge(Sum::EMPTY, 2.0).value(2.0).to_bits(), 0);
        let total: f64 = all.iter().map(|s| sum.share(*s, 2.0)).sum();
        assert!((total - 1.0).abs() < 1e-15);
    }
}
