//! α-entmax: softmax with exact zeros (Peters, Niculae & Martins 2019); α = 2 is sparsemax.

use crate::error::positive_beta;
use crate::lagrangian::{at_least_zero, forward, in_smaller_units, or_difference, product};
use crate::simplex::{Root, Rule, nothing, on_simplex, power_gap, properties};
use crate::{Lagrangian, OnePass, ParameterError, Properties, Real, Select};

/// L*(p) = Σ(p^α − p)/(α(α − 1)β) on the simplex, g = [(α − 1)βx − τ]₊^{1/(α−1)} with Σg = 1.
///
/// Between softmax (α → 1) and sparsemax (α = 2): the larger α, the fewer neurons share the output,
/// and all others have exactly 0. A neuron that leads by at least 1/((α − 1)β) has all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entmax {
    alpha: f64,
    beta: f64,
}

/// L*(p) = (½‖p‖² − ½)/β on the simplex, g = the projection of βx onto the simplex (Martins &
/// Astudillo 2016): [`Entmax`] with α = 2. A neuron that leads by at least 1/β has all.
///
/// ```
/// use attractor_lagrangian::{Lagrangian, Sparsemax};
/// let mut p = [0.0; 3];
/// Sparsemax::new(1.0)?.activate(&[1.0f64, 0.5, -0.5], &mut p);
/// assert_eq!(p, [0.75, 0.25, 0.0]);
/// # Ok::<(), attractor_lagrangian::ParameterError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sparsemax(Entmax);

impl Entmax {
    /// α-entmax at inverse temperature β.
    ///
    /// # Errors
    /// [`ParameterError::Beta`] unless β and (α − 1)β are positive and finite, [`ParameterError::Alpha`]
    /// unless α is above 1 and finite.
    pub fn new(alpha: f64, beta: f64) -> Result<Self, ParameterError> {
        let beta = positive_beta(beta)?;
        if !(alpha > 1.0 && alpha.is_finite()) {
            return Err(ParameterError::Alpha(alpha));
        }
        positive_beta((alpha - 1.0) * beta).map(|_| Self { alpha, beta })
    }

    /// α.
    pub fn alpha(self) -> f64 {
        self.alpha
    }

    /// β.
    pub fn beta(self) -> f64 {
        self.beta
    }

    /// 1/((α − 1)β): the largest score has all the weight, and all others exactly 0, where it leads by so much.
    pub fn margin(self) -> f64 {
        self.power() / self.beta
    }

    fn power(self) -> f64 {
        1.0 / (self.alpha - 1.0)
    }

    fn rule(self) -> Rule {
        Rule { rate: (self.alpha - 1.0) * self.beta, rho: self.power() }
    }

    /// p of a neuron by its current.
    fn weights<T: Real>(self, x: &[T]) -> (Root, impl Fn(&T) -> f64) {
        let root = self.rule().solve(x);
        (root, move |x: &T| root.margin(x.f64()).weight(self.power()))
    }

    /// [Σ(p^α − p)/(α − 1) + 1 − Σp]/(αβ): rounding that leads off the simplex costs nothing to
    /// first order at a corner. The largest p takes the 1, because it is what the small ones leave
    /// of it.
    fn entropy(self, p: impl Iterator<Item = f64>) -> f64 {
        let (mut top, mut others) = (0.0f64, 0.0);
        for p in p {
            let other = top.min(p);
            others += self.term(other) - other;
            top = top.max(p);
        }
        (self.term(top) - (top - 1.0) + others) / (self.alpha * self.beta)
    }

    /// (p^α − p)/(α − 1) without the cancellation at α near 1.
    fn term(self, p: f64) -> f64 {
        if p == 0.0 { 0.0 } else { p * ((self.alpha - 1.0) * p.ln()).exp_m1() / (self.alpha - 1.0) }
    }
}

impl<T: Real> Lagrangian<T> for Entmax {
    fn value(&self, x: &[T]) -> f64 {
        let (root, p) = self.weights(x);
        let below = |x: &T| if p(x) == 0.0 { 0.0 } else { p(x) * (x.f64() - root.max) };
        root.max + (x.iter().map(below).sum::<f64>() - self.entropy(x.iter().map(&p)))
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        let (_, p) = self.weights(x);
        g.iter_mut().zip(x).for_each(|(g, x)| *g = T::of(p(x)));
    }

    /// β(s∘d − s(s·d)/Σs) with s = p^{2−α} on the support.
    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        let root = self.rule().solve(x);
        let s = |x: &T| root.margin(x.f64()).raised((2.0 - self.alpha) * self.power());
        let total: f64 = x.iter().map(s).sum();
        let mean = x.iter().zip(d).map(|(x, d)| s(x) / total * d.f64()).sum::<f64>();
        for ((out, x), d) in out.iter_mut().zip(x).zip(d) {
            *out = T::of(product(d.f64() - mean, self.beta * s(x)));
        }
        in_smaller_units((x, d), out, |x, d, out| self.curve(x, d, out));
    }

    fn conjugate(&self, p: &[T]) -> f64 {
        if !on_simplex(p) {
            return f64::INFINITY;
        }
        self.entropy(p.iter().map(|p| p.f64()))
    }

    fn properties(&self) -> Properties {
        properties((self.alpha <= 2.0).then_some(self.beta))
    }

    /// [β(α−1)]⁻¹·{Σ q^αK_α(ln p/q) + Σ_{p=0<q} q^α(1 − 1/α) + Σ_{q=0<p} (p^α/α − pY)}, p before and q
    /// after, with margins X = p^{α−1} and Y.
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        let (alpha, power) = (self.alpha, self.power());
        let total: f64 = from.iter().map(self.weights(from).1).sum(); // a large Y would magnify its rounding
        let mut sum = 0.0;
        self.rule().compare(to, from, |x, y, fall| {
            let (p, q) = (x.weight(power), y.weight(power));
            let (x, y) = (x.x(), y.x());
            sum += match (x > 0.0, y > 0.0) {
                (true, true) => power_gap(alpha, (p, q), (y, fall), (fall / y).ln_1p() * power),
                (false, true) => q * y * (1.0 - 1.0 / alpha),
                (true, false) => p * (x / alpha - y / total),
                (false, false) => nothing(x + y),
            };
        });
        let gap = at_least_zero(sum / (self.beta * (alpha - 1.0)));
        or_difference(self, gap, (to, from, slope))
    }

    fn one_pass(&self) -> Option<OnePass<'_, T>> {
        Some(OnePass::Select(self))
    }
}

impl Select for Entmax {
    fn threshold(&self, scores: &[f64]) -> f64 {
        if scores.is_empty() { f64::NEG_INFINITY } else { self.rule().solve(scores).threshold() }
    }
}

impl Sparsemax {
    /// Sparsemax at inverse temperature β.
    ///
    /// # Errors
    /// [`ParameterError::Beta`] unless β is positive and finite.
    pub fn new(beta: f64) -> Result<Self, ParameterError> {
        Entmax::new(2.0, beta).map(Self)
    }

    /// β.
    pub fn beta(self) -> f64 {
        self.0.beta
    }

    /// 1/β: the lead at which the largest score has all the weight, see [`Entmax::margin`].
    pub fn margin(self) -> f64 {
        self.0.margin()
    }
}

forward!(self => self.0; impl<T: Real> Lagrangian<T> for Sparsemax);
