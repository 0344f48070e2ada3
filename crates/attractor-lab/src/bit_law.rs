//! How often a bit of a stored pattern is unstable in model A (Krotov & Hopfield 2016).

use statrs::distribution::{Binomial, Discrete};
use statrs::function::erf::{erfc, erfc_inv};
use std::f64::consts::{FRAC_PI_2, PI};

/// The law of one bit of one of K random patterns of N spins under the energy difference with F = xⁿ: it is unstable
/// where the field of the other K − 1 exceeds the signal Nⁿ − (N − 2)ⁿ of its own.
#[derive(Debug, Clone)]
pub(crate) struct BitLaw {
    n: u32,
    spins: usize,
    signal: f64,
    /// (s + 1)ⁿ − (s − 1)ⁿ, what another pattern adds to or takes from the field, with its probability.
    kicks: Vec<(f64, f64)>,
}

/// Nodes of the integral over the characteristic function per standard deviation, and how far it reaches in those. The
/// integrand is even, smooth and gone at the end, so that the midpoint rule converges faster than any power.
const NODES: f64 = 32.0;
const REACH: f64 = 9.0;
/// So many patterns that φ^(K−1) does not come back: elsewhere |φ| ≤ ½. With fewer, all of it is integrated.
const MANY: f64 = 40.0;

impl BitLaw {
    /// For N spins and the power n.
    pub(crate) fn new(n: u32, spins: usize) -> Self {
        let (power, others) = (n.cast_signed(), spins as u64 - 1);
        let big = spins as f64;
        let law = Binomial::new(0.5, others);
        let kick = |up: u64| {
            let s = 2.0 * up as f64 - others as f64;
            let weight = law.as_ref().map_or(f64::NAN, |law| law.pmf(up));
            ((s + 1.0).powi(power) - (s - 1.0).powi(power), weight)
        };
        let kicks = (0..=others).map(kick).filter(|(_, weight)| *weight > 1e-30).collect();
        Self { n, spins, signal: big.powi(power) - (big - 2.0).powi(power), kicks }
    }

    /// Σ² = (K − 1)·E[((s + 1)ⁿ − (s − 1)ⁿ)²], exactly, at K patterns.
    pub(crate) fn variance(&self, patterns: f64) -> f64 {
        (patterns - 1.0) * self.kicks.iter().map(|(kick, weight)| weight * kick * kick).sum::<f64>()
    }

    /// The probability if the field were Gaussian with that variance.
    pub(crate) fn gaussian(&self, patterns: f64) -> f64 {
        0.5 * erfc(self.signal / (2.0 * self.variance(patterns)).sqrt())
    }

    /// The paper's, with 4n²(2n − 3)!!·(K − 1)·N^(n−1) for the variance.
    pub(crate) fn asymptotic(&self, patterns: f64) -> f64 {
        let n = f64::from(self.n);
        let size = (self.spins as f64).powf(n - 1.0);
        let variance = 4.0 * n * n * double_factorial(self.n) * (patterns - 1.0) * size;
        0.5 * erfc(self.signal / (2.0 * variance).sqrt())
    }

    /// The probability itself, from the characteristic function φ of one kick: in units in which signal and kicks are odd,
    /// P = ½ − π⁻¹∫₀^{π/2} sin(Dθ)·φ(θ)^(K−1)/sin θ dθ, because ∫₀^π sin(wθ)/sin θ dθ = ±π for odd w. N even and K
    /// odd make everything odd, so that no field is 0; between such K the formula interpolates.
    pub(crate) fn exact(&self, patterns: f64) -> f64 {
        let unit = self.unit();
        let deviation = self.variance(patterns).sqrt() / unit;
        let end = if patterns < MANY { FRAC_PI_2 } else { (REACH / deviation).min(FRAC_PI_2) };
        let nodes = (NODES * end * deviation).ceil().max(NODES) as u32;
        let step = end / f64::from(nodes);
        let node = |k: u32| {
            let theta = (f64::from(k) + 0.5) * step;
            let of = |(kick, weight): &(f64, f64)| weight * (kick / unit * theta).cos();
            let phi = self.kicks.iter().map(of).sum::<f64>().abs();
            (self.signal / unit * theta).sin() * phi.powf(patterns - 1.0) / theta.sin()
        };
        0.5 - (0..nodes).map(node).sum::<f64>() * step / PI
    }

    /// The largest power of 2 in all kicks.
    fn unit(&self) -> f64 {
        let divides = |unit: f64| {
            let whole = |x: f64| (x / unit).fract() == 0.0;
            whole(self.signal) && self.kicks.iter().all(|(kick, _)| whole(*kick))
        };
        (1..60).map(|k| f64::powi(2.0, k)).take_while(|unit| divides(*unit)).last().unwrap_or(1.0)
    }

    /// K at which `expected(K, p(K))`, which grows with K, reaches a number.
    pub(crate) fn patterns_at(&self, reach: f64, expected: impl Fn(f64, f64) -> f64) -> f64 {
        let (mut low, mut high) = (2.0f64, 4.0f64);
        while expected(high, self.exact(high)) < reach {
            (low, high) = (high, 2.0 * high);
        }
        while high - low > 1e-4 * high {
            let middle = 0.5 * (low + high);
            let below = expected(middle, self.exact(middle)) < reach;
            if below { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }
}

/// (2n − 3)!!, 1 for n = 1 and 2.
pub(crate) fn double_factorial(n: u32) -> f64 {
    (1..n).map(|k| f64::from((2 * k).saturating_sub(1))).product()
}

/// z with ½erfc(z/√2) = p.
pub(crate) fn deviations(p: f64) -> f64 {
    erfc_inv(2.0 * p) * std::f64::consts::SQRT_2
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::DiscreteCDF;

    #[test]
    fn factorials_and_deviations() {
        assert_eq!([1, 2, 3, 4, 5].map(|n| double_factorial(n) as u32), [1, 1, 3, 15, 105]);
        assert!((deviations(0.005) - 2.575_829).abs() < 1e-5);
    }

    /// For n = 2 the field of the others is 4 times a sum of (N − 1)(K − 1) random signs.
    #[test]
    fn for_two_bodies_it_is_a_binomial_sum() {
        for (spins, patterns) in [(20, 5), (100, 15), (500, 57)] {
            let terms = (spins - 1) * (patterns - 1);
            // unstable if fewer than (terms − (N − 1))/2 of them are up
            let most = (terms - (spins - 1) - 1) / 2;
            let sum = Binomial::new(0.5, terms).unwrap().cdf(most);
            let law = BitLaw::new(2, spins as usize);
            let found = law.exact(patterns as f64);
            assert!((found / sum - 1.0).abs() < 1e-6, "{spins}, {patterns}: {found} and {sum}");
        }
    }

    /// All ways for the others to be, counted.
    #[test]
    fn for_three_bodies_it_is_a_count() {
        let (spins, law) = (6, BitLaw::new(3, 6));
        let kick = |bits: u32| {
            let s = 2.0 * f64::from(bits.count_ones()) - 5.0;
            f64::powi(s + 1.0, 3) - f64::powi(s - 1.0, 3)
        };
        let signed =
            |word: u32| if word >> 5 & 1 == 1 { kick(word & 31) } else { -kick(word & 31) };
        let all = 1u32 << spins;
        let pairs = (0..all).flat_map(|a| (0..all).map(move |b| signed(a) + signed(b)));
        let unstable = pairs.filter(|field| law.signal + field < 0.0).count();
        let counted = unstable as f64 / f64::from(all).powi(2);
        assert!((law.exact(3.0) - counted).abs() < 1e-9, "{} and {counted}", law.exact(3.0));
    }

    #[test]
    fn the_number_of_patterns_is_where_it_is_asked_for() {
        let law = BitLaw::new(3, 40);
        let patterns = law.patterns_at(0.5, |_, p| 40.0 * p);
        assert!((40.0 * law.exact(patterns) - 0.5).abs() < 1e-3);
    }
}
