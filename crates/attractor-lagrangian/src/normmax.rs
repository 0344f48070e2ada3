//! γ-normmax: the sparse maximum regularised by a norm (Blondel, Martins & Niculae 2020).

use crate::error::positive_beta;
use crate::lagrangian::{at_least_zero, in_smaller_units, or_difference, product};
use crate::simplex::{Root, Rule, nothing, on_simplex, power_gap, properties};
use crate::{Lagrangian, OnePass, ParameterError, Properties, Real, Select};

/// L*(p) = (‖p‖_γ − 1)/β on the simplex; g = r/Σr with r = (βx − τ)₊^{1/(γ−1)} and
/// Σ(βx − τ)₊^{γ/(γ−1)} = 1.
///
/// The neurons that share the output share it more evenly than under entmax. A neuron that leads by
/// at least 1/β has all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Normmax {
    gamma: f64,
    beta: f64,
}

impl Normmax {
    /// γ-normmax at inverse temperature β.
    ///
    /// # Errors
    /// [`ParameterError::Beta`] unless β is positive and finite, [`ParameterError::NormOrder`] unless
    /// γ is above 1 and finite.
    pub fn new(gamma: f64, beta: f64) -> Result<Self, ParameterError> {
        let beta = positive_beta(beta)?;
        if gamma > 1.0 && gamma.is_finite() {
            Ok(Self { gamma, beta })
        } else {
            Err(ParameterError::NormOrder(gamma))
        }
    }

    /// γ.
    pub fn gamma(self) -> f64 {
        self.gamma
    }

    /// β.
    pub fn beta(self) -> f64 {
        self.beta
    }

    /// 1/β: the largest score has all the weight, and all others exactly 0, where it leads by so much.
    pub fn margin(self) -> f64 {
        1.0 / self.beta
    }

    fn power(self) -> f64 {
        1.0 / (self.gamma - 1.0)
    }

    fn rule(self) -> Rule {
        Rule { rate: self.beta, rho: self.gamma * self.power() }
    }

    /// The solution and Σr.
    fn solve<T: Real>(self, x: &[T]) -> (Root, f64) {
        let root = self.rule().solve(x);
        (root, x.iter().map(|x| root.margin(x.f64()).raised(self.power())).sum())
    }
}

impl<T: Real> Lagrangian<T> for Normmax {
    /// (τ + 1)/β.
    fn value(&self, x: &[T]) -> f64 {
        let root = self.rule().solve(x);
        root.max + root.sigma / self.beta
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        let (root, sum) = self.solve(x);
        let p = |x: &T| root.margin(x.f64()).raised(self.power()) / sum;
        g.iter_mut().zip(x).for_each(|(g, x)| *g = T::of(p(x)));
    }

    /// β(e − pΣe)/Σr with e = t∘(d − p·d), t = r^{2−γ}/(γ − 1) on the support.
    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        let (root, sum) = self.solve(x);
        let p = |x: &T| root.margin(x.f64()).raised(self.power()) / sum;
        let bent = (2.0 - self.gamma) * self.power();
        let steep = |x: &T| root.margin(x.f64()).raised(bent) * self.power();
        let pairs = || x.iter().zip(d);
        let mean: f64 = pairs().map(|(x, d)| p(x) * d.f64()).sum();
        let bend = |x: &T, d: &T| product(d.f64() - mean, steep(x));
        let total: f64 = pairs().map(|(x, d)| bend(x, d)).sum();
        for (out, (x, d)) in out.iter_mut().zip(pairs()) {
            *out = T::of(self.beta * (bend(x, d) - product(total, p(x))) / sum);
        }
        in_smaller_units((x, d), out, |x, d, out| self.curve(x, d, out));
    }

    fn conjugate(&self, p: &[T]) -> f64 {
        if !on_simplex(p) {
            return f64::INFINITY;
        }
        // ‖p‖_γ − Σp, with what the largest has in both left out: rounding that leads off the simplex
        // costs nothing to first order at a corner
        let top = p.iter().fold(0.0f64, |m, p| m.max(p.f64()));
        let at = p.iter().position(|p| p.f64() >= top);
        let others = || p.iter().enumerate().filter(|(i, _)| Some(*i) != at).map(|(_, p)| p.f64());
        let powers: f64 = others().map(|p| (p / top).powf(self.gamma)).sum();
        let longer = (powers.ln_1p() / self.gamma).exp_m1();
        (top * longer - others().sum::<f64>()) / self.beta
    }

    fn properties(&self) -> Properties {
        properties(None)
    }

    /// β⁻¹·{[Σ s^γK_γ(ln r/s) + Σ_{r=0<s} s^γ(1 − 1/γ) + Σ_{s=0<r} r^γ/γ]/Σr − Σ_{s=0<r} (r/Σr)Y}, r
    /// before and s after, with margins X = r^{γ−1} and Y.
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        let (gamma, power) = (self.gamma, self.power());
        let (mut sum, mut total) = (0.0, 0.0);
        self.rule().compare(to, from, |x, y, fall| {
            let (r, s) = (x.raised(power), y.raised(power));
            let (x, y) = (x.x(), y.x());
            total += r;
            sum += match (x > 0.0, y > 0.0) {
                (true, true) => power_gap(gamma, (r, s), (y, fall), (fall / y).ln_1p() * power),
                (false, true) => s * y * (1.0 - 1.0 / gamma),
                (true, false) => r * (x / gamma - y),
                (false, false) => nothing(x + y),
            };
        });
        or_difference(self, at_least_zero(sum / total / self.beta), (to, from, slope))
    }

    fn one_pass(&self) -> Option<OnePass<'_, T>> {
        Some(OnePass::Select(self))
    }
}

impl Select for Normmax {
    fn threshold(&self, scores: &[f64]) -> f64 {
        if scores.is_empty() { f64::NEG_INFINITY } else { self.rule().solve(scores).threshold() }
    }
}
