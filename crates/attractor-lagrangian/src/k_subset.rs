//! The k-subset layer: k neurons share k, no one more than 1 (Santos et al. 2024).

use crate::error::positive_beta;
use crate::lagrangian::{at_least_zero, or_difference};
use crate::simplex::{nothing, properties};
use crate::special::difference;
use crate::{Lagrangian, OnePass, ParameterError, Properties, Real, Select};

/// L*(p) = ½‖p‖²/β where 0 ≤ p ≤ 1 and Σp = k; g = clip(βx − τ, 0, 1) with Σg = k.
///
/// As a hidden layer it recalls sums of k memories. Of n ≤ k neurons every one has output 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KSubset {
    k: usize,
    beta: f64,
}

/// g = clip(β(x − `origin`) − τ, 0, 1), with an origin at the threshold, so that no digit of what is
/// shared hangs on the size of x.
#[derive(Debug, Clone, Copy)]
struct Cut {
    beta: f64,
    origin: f64,
    tau: f64,
}

impl Cut {
    /// β(x − origin) − τ.
    fn margin(self, x: f64) -> f64 {
        self.beta * (x - self.origin) - self.tau
    }

    fn weight(self, x: f64) -> f64 {
        self.margin(x).clamp(0.0, 1.0)
    }

    fn shares(self, x: f64) -> bool {
        let margin = self.margin(x);
        margin > 0.0 && margin < 1.0
    }
}

impl KSubset {
    /// The k-subset at inverse temperature β.
    ///
    /// # Errors
    /// [`ParameterError::Beta`] unless β is positive and finite, [`ParameterError::EmptySubset`] if k
    /// is 0.
    pub fn new(k: usize, beta: f64) -> Result<Self, ParameterError> {
        let beta = positive_beta(beta)?;
        if k > 0 { Ok(Self { k, beta }) } else { Err(ParameterError::EmptySubset) }
    }

    /// k.
    pub fn k(self) -> usize {
        self.k
    }

    /// β.
    pub fn beta(self) -> f64 {
        self.beta
    }

    /// τ of Σ clip(β(x − origin) − τ, 0, 1) = k, where the origin is the k-th largest current: there
    /// at most k − 1 neurons share for τ = 0, and k have all for τ = −1.
    fn cut<T: Real>(self, x: &[T]) -> Cut {
        if x.iter().any(|x| x.f64().is_nan()) {
            return Cut { beta: self.beta, origin: f64::NAN, tau: f64::NAN };
        }
        let origin = nth_largest(x, self.k.min(x.len()));
        let cut = Cut { beta: self.beta, origin, tau: -1.0 };
        if x.len() <= self.k { cut } else { self.settle(x, cut) }
    }

    /// Newton's iteration on a broken line, from one break to the next. Every third step halves the
    /// bracket: there may be many breaks.
    fn settle<T: Real>(self, x: &[T], mut cut: Cut) -> Cut {
        let (mut low, mut high) = (-1.0, 0.0);
        for round in 0..200 {
            let (excess, sharing) = self.excess(x, cut);
            *if excess > 0.0 { &mut low } else { &mut high } = cut.tau;
            let step = excess / sharing;
            if excess == 0.0 || step.abs() < f64::EPSILON || high - low <= f64::EPSILON {
                break;
            }
            let newton = cut.tau + step;
            let inside = round % 3 < 2 && newton > low && newton < high;
            cut.tau = if inside { newton } else { 0.5 * (low + high) };
        }
        cut
    }

    /// Σ clip(…) − k, and how many share: those above the origin are counted by what they lack.
    fn excess<T: Real>(self, x: &[T], cut: Cut) -> (f64, f64) {
        let (mut sum, mut sharing, mut above) = (0.0, 0.0, 0usize);
        for x in x.iter().map(|x| x.f64()) {
            let more = x > cut.origin;
            above += usize::from(more);
            sum += cut.weight(x) - f64::from(u8::from(more));
            sharing += f64::from(u8::from(cut.shares(x)));
        }
        (sum - (self.k - above) as f64, sharing)
    }
}

/// The n-th largest number, n ≥ 1, by halving the range of bit patterns: no copy of x is sorted.
fn nth_largest<T: Real>(x: &[T], n: usize) -> f64 {
    let (mut low, mut high) = (rank(f64::NEG_INFINITY), rank(f64::INFINITY));
    while low < high {
        let middle = high - (high.abs_diff(low) / 2).cast_signed(); // above low
        let reach = x.iter().filter(|x| rank(x.f64()) >= middle).count();
        if reach >= n {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    unrank(low)
}

/// An integer in the order of the numbers, and back.
fn rank(x: f64) -> i64 {
    let bits = x.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

fn unrank(rank: i64) -> f64 {
    let bits = rank ^ ((rank >> 63).cast_unsigned() >> 1).cast_signed();
    f64::from_bits(bits.cast_unsigned())
}

impl<T: Real> Lagrangian<T> for KSubset {
    fn value(&self, x: &[T]) -> f64 {
        let cut = self.cut(x);
        let term = |x: &T| {
            let p = cut.weight(x.f64());
            if p == 0.0 { 0.0 } else { p * x.f64() - 0.5 * p * p / self.beta }
        };
        x.iter().map(term).sum()
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        let cut = self.cut(x);
        g.iter_mut().zip(x).for_each(|(g, x)| *g = T::of(cut.weight(x.f64())));
    }

    /// β·(d − mean d) over the neurons between 0 and 1.
    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        let cut = self.cut(x);
        let sharing = || x.iter().zip(d).filter(|(x, _)| cut.shares(x.f64()));
        let mean = sharing().map(|(_, d)| d.f64()).sum::<f64>() / sharing().count() as f64;
        for ((out, x), d) in out.iter_mut().zip(x).zip(d) {
            let bend = if cut.shares(x.f64()) { self.beta * (d.f64() - mean) } else { 0.0 };
            *out = T::of(bend + nothing(cut.tau));
        }
    }

    fn conjugate(&self, p: &[T]) -> f64 {
        let k = self.k.min(p.len()) as f64;
        let slack = (16.0 + p.len() as f64) * T::UNIT_ROUNDOFF;
        let total: f64 = p.iter().map(|p| p.f64()).sum();
        let inside = p.iter().all(|p| *p >= T::ZERO && p.f64() <= 1.0 + 4.0 * T::UNIT_ROUNDOFF);
        if !(inside && (total - k).abs() <= slack * k.max(1.0)) {
            return f64::INFINITY;
        }
        0.5 * p.iter().map(|p| p.f64() * p.f64()).sum::<f64>() / self.beta
    }

    fn properties(&self) -> Properties {
        properties(Some(self.beta))
    }

    /// β⁻¹·[½‖q − p‖² + Σ_{q=0} p(τ − βt) + Σ_{q=1} (1 − p)(βt − τ − 1)], p before and q after.
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        let (start, end) = (self.cut(from), self.cut(to));
        let pairs = || to.iter().zip(from).map(|(t, a)| (t.f64(), a.f64()));
        let same = pairs().all(|(t, a)| {
            let (p, q) = (start.weight(a), end.weight(t));
            start.shares(a) == end.shares(t) && (start.shares(a) || (p - q).abs() < 0.5)
        });
        let steps = || pairs().filter(|(_, a)| start.shares(*a)).map(|(t, a)| difference(t, a));
        let first = steps().next().unwrap_or_default();
        let apart = |step: (f64, f64)| (step.0 - first.0) + (step.1 - first.1);
        let mean = steps().map(apart).sum::<f64>() / steps().count().max(1) as f64;
        let gap = |(t, a): (f64, f64)| {
            let (p, q) = (start.weight(a), end.weight(t));
            let change = match start.shares(a) {
                true if same => self.beta * (apart(difference(t, a)) - mean),
                false if same => 0.0,
                _ => q - p,
            };
            let margin = end.margin(t);
            let outside = if margin <= 0.0 {
                -p * margin
            } else if margin >= 1.0 {
                (1.0 - p) * (margin - 1.0)
            } else {
                nothing(margin)
            };
            0.5 * change * change + outside
        };
        let gap = at_least_zero(pairs().map(gap).sum::<f64>() / self.beta);
        or_difference(self, gap, (to, from, slope))
    }

    fn one_pass(&self) -> Option<OnePass<'_, T>> {
        Some(OnePass::Select(self))
    }
}

impl Select for KSubset {
    fn threshold(&self, scores: &[f64]) -> f64 {
        if scores.len() <= self.k {
            return f64::NEG_INFINITY;
        }
        let cut = self.cut(scores);
        let place = cut.origin + cut.tau / self.beta;
        place - 8.0 * f64::EPSILON * (cut.origin.abs() + 1.0 / self.beta)
    }
}
