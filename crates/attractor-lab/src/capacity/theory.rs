//! What theory says of the same point.
//!
//! One step: bit i of a cue that is a memory t with r bits flipped becomes t_i if its field, turned by t_i,
//! S + Σ_{μ≠own} X_μ, is positive. The N − 1 summands are independent and take few values, one for each value of
//! s' = Σ_{j≠i} ξ_μjσ_j, so that the distribution of their sum follows from its characteristic function (Gil-Pelaez,
//! Biometrika 38, 1951) without the Gaussian assumption of the asymptotic formulas. Only the errors of different bits
//! are taken to be independent.
//!
//! At rest: Amit, Gutfreund & Sompolinsky's overlap of the retrieval states of Hopfield's model (Phys. Rev. Lett. 55,
//! 1530, 1985; replica symmetric, zero temperature, N → ∞).

use super::draw::flips;
use super::plan::{
    Axis, CapacityLearning, CapacityModel, CapacityPlan, CapacityRule, CapacityStart, CapacityStop,
    Damage, PatternSource,
};
use super::point::Point;
use super::world::hidden;
use attractor_lagrangian::{AnyLagrangian, Lagrangian};
use serde::Serialize;
use statrs::distribution::{Binomial, Discrete, DiscreteCDF};
use statrs::function::erf::{erf, erfc};
use std::f64::consts::{PI, SQRT_2};

/// What theory says of a point; absent where it says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Theory {
    /// The probability that one step recalls a cue.
    pub recalled: f64,
    /// The mean overlap after one step.
    pub overlap: f64,
    /// The overlap at rest in a large network, 0 beyond its capacity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled: Option<f64>,
}

/// The theory of random signs under rules without temperature and lesions.
pub(super) fn theory(plan: &CapacityPlan, point: &Point) -> Option<Theory> {
    let known = plan.model.has_spins()
        && plan.patterns == PatternSource::Signs
        && plan.start == CapacityStart::Memories
        && plan.rule != CapacityRule::Glauber
        && point.lesion <= 0.0
        && point.features > 0
        && point.memories > 0
        && matches!(plan.learning, None | Some(CapacityLearning::Hebbian));
    if !known {
        return None;
    }
    let energy = match plan.learning {
        Some(_) => AnyLagrangian::Quadratic, // Hebb's couplings without the diagonal
        None => hidden(plan, point).ok()?,
    };
    let step = Step { energy, slope: plan.rule == CapacityRule::Synchronous, point: *point };
    let d = point.features;
    let r = match plan.damage {
        Damage::Flips => flips(point.noise, d),
        Damage::Gaussian if point.noise <= 0.0 => 0,
        Damage::Gaussian => flips(0.5 * erfc(1.0 / point.noise / SQRT_2), d),
    };
    let kept = if r < d { step.error(r, 1.0)? } else { 0.0 };
    let flipped = if r > 0 { step.error(r, -1.0)? } else { 0.0 };
    let wrong = (d - r) as f64 * kept + r as f64 * flipped;
    let most = ((1.0 - plan.recalled) * d as f64 / 2.0 + 1e-9).floor() as u64;
    let recalled = at_most(most, [((d - r) as u64, kept), (r as u64, flipped)])?;
    Some(Theory { recalled, overlap: 1.0 - 2.0 * wrong / d as f64, settled: settled(plan, point) })
}

impl CapacityPlan {
    /// The number of memories at which theory expects one step to recall every other cue, at the first values of the
    /// other axes; `None` where it says nothing.
    #[must_use]
    pub fn expected_memories(&self) -> Option<usize> {
        let axes = [Axis::Features, Axis::Noise, Axis::Beta, Axis::Lesion];
        let base = axes.into_iter().fold(Point::default(), |point, axis| {
            self.values(axis).first().map_or(point, |x| point.with(axis, *x))
        });
        let enough = |n: usize| Some(theory(self, &Point { memories: n, ..base })?.recalled >= 0.5);
        let (mut low, mut high) = (1, 2);
        while enough(high)? {
            (low, high) = (high, high.checked_mul(2).filter(|n| *n < 1 << 40)?);
        }
        while high - low > 1 + low / 64 {
            let middle = low.midpoint(high);
            if enough(middle)? { low = middle } else { high = middle }
        }
        Some(low)
    }
}

/// The field of one bit.
struct Step {
    energy: AnyLagrangian,
    /// F'(h) with self-coupling, else the energy difference.
    slope: bool,
    point: Point,
}

impl Step {
    /// What a memory with the sign y·t_i at bit i adds to the field, turned by t_i; `u` is t_iσ_i, `s` its overlap
    /// with the other bits of the state.
    fn summand(&self, y: f64, u: f64, s: f64) -> f64 {
        let value = |h: f64| Lagrangian::<f64>::value(&self.energy, &[h]);
        if !self.slope {
            return y * (value(s + 1.0) - value(s - 1.0));
        }
        let mut f = [0.0];
        Lagrangian::<f64>::activate(&self.energy, &[y * u + s], &mut f);
        y * f[0]
    }

    /// P(a bit is wrong after the step), of a bit that the damage left (u = 1) or flipped (u = −1).
    fn error(&self, r: usize, u: f64) -> Option<f64> {
        let (d, n) = (self.point.features as f64, self.point.memories as f64);
        let signal = self.summand(1.0, u, d - 2.0 * r as f64 - u);
        let others = Binomial::new(0.5, self.point.features as u64 - 1).ok()?;
        let law = |j: u64| {
            let (s, p) = (2.0 * j as f64 - (d - 1.0), 0.5 * others.pmf(j));
            [1.0, -1.0].map(|y| (p, self.summand(y, u, s)))
        };
        let law: Vec<(f64, f64)> =
            (0..self.point.features as u64).flat_map(law).filter(|(p, _)| *p > 1e-18).collect();
        let finite = signal.is_finite() && law.iter().all(|(_, x)| x.is_finite());
        if !finite {
            return None;
        }
        let (n, unit) = (n - 1.0, unit(&law));
        // a tie keeps the spin: it is right where the damage left it, and wrong where it was flipped
        let tie = unit.filter(|unit| (signal / unit - n).rem_euclid(2.0).abs() <= 0.0);
        Some(below(&law, n, -signal - u * tie.unwrap_or(0.0), unit))
    }
}

/// The power of 2 of which all values are odd multiples, if there is one, as for even powers: sums then are twice that
/// apart.
fn unit(law: &[(f64, f64)]) -> Option<f64> {
    let odd = |x: f64| (x.rem_euclid(2.0) - 1.0).abs() <= 0.0;
    let least = law.iter().map(|(_, x)| x.abs()).fold(f64::INFINITY, f64::min);
    let largest = 2f64.powi(-64).max(least.log2().floor().exp2());
    let units = std::iter::successors(Some(largest), |unit| Some(unit / 2.0));
    units.take(64).find(|unit| law.iter().all(|(_, x)| odd(x / unit)))
}

/// P(x₁ + … + x_n < x) of independent numbers that follow a law of (probability, value), up to half of P(= x). With
/// the unit of the values it is exact between the values of the sum, because ∫₀^π sin(kθ)/sin θ dθ = ±π for odd k;
/// without, it is smooth over values that lie close together.
fn below(law: &[(f64, f64)], n: f64, x: f64, unit: Option<f64>) -> f64 {
    const STEP: f64 = 0.04;
    let square: f64 = law.iter().map(|(p, v)| p * v * v).sum();
    let scale = (n * square).sqrt();
    if !(scale > 0.0) {
        return if x > 0.0 { 1.0 } else { 0.0 };
    }
    let unit = unit.map_or(0.0, |unit| unit / scale);
    let end = if unit > 0.0 { (80.0f64).min(PI / 2.0 / unit) } else { 80.0 };
    let nodes = (end / STEP).ceil();
    let step = end / nodes;
    // the characteristic function may come back after a zero, but not after a long silence
    let (mut sum, mut silent) = (0.0, 0);
    for k in 0..nodes as u32 {
        let w = (f64::from(k) + 0.5) * step;
        let kernel = if unit > 0.0 { unit / (unit * w).sin() } else { 1.0 / w };
        let (mut re, mut im) = (0.0, 0.0);
        for (p, v) in law {
            let (sin, cos) = (w * v / scale).sin_cos();
            (re, im) = (re + p * cos, im + p * sin);
        }
        let size = (n * re.hypot(im).ln()).exp();
        sum += size * (n * im.atan2(re) - w * x / scale).sin() * kernel;
        silent = if size < 1e-12 { silent + 1 } else { 0 };
        if silent > 50 {
            break;
        }
    }
    (0.5 - sum * step / PI).clamp(0.0, 1.0)
}

/// P(two binomial numbers together are at most so many).
fn at_most(most: u64, parts: [(u64, f64); 2]) -> Option<f64> {
    let [first, second] = parts.map(|(n, p)| Binomial::new(p, n).ok());
    let (first, second) = (first?, second?);
    let sum = (0..=most).map(|k| first.pmf(k) * second.cdf(most - k)).sum::<f64>();
    Some(sum.clamp(0.0, 1.0))
}

/// m = erf y at the largest root of erf y = y(√(2α) + (2/√π)e^{−y²}), for spins that flip one at a time.
fn settled(plan: &CapacityPlan, point: &Point) -> Option<f64> {
    let hopfield = plan.model == CapacityModel::Hopfield
        && hidden(plan, point)
            .is_ok_and(|energy| attractor_synapse::is_half_square::<f64>(&energy));
    let apart =
        matches!(plan.rule, CapacityRule::Cyclic | CapacityRule::Random | CapacityRule::Greedy);
    let rest = matches!(plan.stop, CapacityStop::Rest { .. });
    let alpha = point.memories as f64 / point.features as f64;
    (hopfield && apart && rest).then(|| retrieval_overlap(alpha))
}

/// The overlap of Amit, Gutfreund and Sompolinsky's retrieval states at the load α = N/d; 0 beyond α ≈ 0.138.
#[must_use]
pub fn retrieval_overlap(alpha: f64) -> f64 {
    let excess = |y: f64| erf(y) - y * ((2.0 * alpha).sqrt() + 2.0 / PI.sqrt() * (-y * y).exp());
    // beyond the largest root it is negative; erf y = 1 there at the latest
    let top = 1.0 / (2.0 * alpha).sqrt() + 1.0;
    let steps = 4000;
    let at = |k: usize| top * k as f64 / f64::from(steps as u32);
    let Some(k) = (1..=steps).rev().find(|&k| excess(at(k)) > 0.0) else { return 0.0 };
    let (mut low, mut high) = (at(k), at(k + 1));
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if excess(middle) > 0.0 { low = middle } else { high = middle }
    }
    erf(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bit_law::BitLaw;

    #[test]
    fn the_capacity_of_hopfields_model_is_that_of_the_literature() {
        let (low, high) = (retrieval_overlap(0.1379), retrieval_overlap(0.1381));
        assert!(low > 0.96 && low < 0.97 && high <= 0.0, "{low} {high}"); // m = 0.967 at 0.1379
        assert!(retrieval_overlap(0.01) > 0.999_999);
    }

    #[test]
    fn a_sum_of_signs_is_binomial() {
        let law = [(0.5, 1.0), (0.5, -1.0)];
        assert_eq!(unit(&law), Some(1.0));
        // fewer than −3 of 20 signs: at most 8 are up; fewer than −151 of 10,000: at most 4924
        for (n, x, most) in [(20, -3.0, 8), (10_000, -151.0, 4924)] {
            let expected = Binomial::new(0.5, n).unwrap().cdf(most);
            let found = below(&law, n as f64, x, unit(&law));
            assert!((found - expected).abs() < 1e-7, "{n}: {found} {expected}");
            let smooth = below(&law, n as f64, x, None);
            assert!((smooth - expected).abs() < 0.05 / (n as f64).sqrt(), "{n}: {smooth}");
        }
        assert_eq!(unit(&[(0.5, 2.0), (0.5, 6.0)]), Some(2.0));
        assert_eq!(unit(&[(0.5, 1.0), (0.5, 2.0)]), None);
    }

    /// The same probability as that of the claims, which is exact for even powers.
    #[test]
    fn a_bit_is_wrong_as_often_as_the_exact_law_says() {
        for (n, d, memories) in [(2, 100, 15), (2, 100, 16), (4, 30, 301), (4, 20, 90)] {
            let energy = attractor_lagrangian::EvenPower::new(n).unwrap();
            let energy = AnyLagrangian::Power(attractor_lagrangian::Additive(energy));
            let point = Point { features: d, memories, ..Point::default() };
            let found = Step { energy, slope: false, point }.error(0, 1.0).unwrap();
            let law = BitLaw::new(n, d);
            // their law interpolates between odd numbers of patterns, where there are no ties
            let [below, above] = [memories - 1, memories + 1].map(|k| law.exact(k as f64));
            let exact = law.exact(memories as f64);
            let slack = if memories % 2 == 1 { 0.01 * exact } else { above - below };
            assert!((found - exact).abs() < slack, "{n}, {d}, {memories}: {found} and {exact}");
        }
    }

    #[test]
    fn few_errors_are_the_sum_of_two_kinds() {
        let p = at_most(1, [(10, 0.1), (5, 0.2)]).unwrap();
        let none = 0.9f64.powi(10) * 0.8f64.powi(5);
        let one = none * (10.0 * 0.1 / 0.9 + 5.0 * 0.2 / 0.8);
        assert!((p - none - one).abs() < 1e-12);
    }
}
