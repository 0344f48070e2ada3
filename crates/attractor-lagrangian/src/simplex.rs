//! Projections onto the simplex with exact zeros: Σ (y_i − τ)₊^ρ = 1.

use crate::special::difference;
use crate::{Growth, Properties, Real, ZeroModes};

/// The rule Σ X_i₊^ρ = 1 with X = y − τ and y = `rate`·x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rule {
    pub(crate) rate: f64,
    pub(crate) rho: f64,
}

/// The solution at one point: X_i = 1 + `rate`·(x_i − `max`) − σ, so that no digit of X hangs on the
/// size of x. σ = 0 means that one neuron has all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Root {
    rate: f64,
    pub(crate) max: f64,
    pub(crate) sigma: f64,
    /// The step by which σ is still short, too small for its last digit.
    rest: f64,
}

/// X of one neuron.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Margin {
    /// X − 1.
    less: f64,
    rest: f64,
}

impl Root {
    /// X of the neuron with current x.
    pub(crate) fn margin(self, x: f64) -> Margin {
        Margin { less: self.rate * (x - self.max) - self.sigma, rest: self.rest }
    }

    /// The current below which X ≤ 0, on the safe side of rounding.
    pub(crate) fn threshold(self) -> f64 {
        let width = (self.sigma - 1.0) / self.rate;
        self.max + width - 8.0 * f64::EPSILON * (self.max.abs() + 1.0 / self.rate)
    }
}

impl Margin {
    /// X.
    pub(crate) fn x(self) -> f64 {
        1.0 + self.less
    }

    /// X₊^power; NaN stays.
    pub(crate) fn raised(self, power: f64) -> f64 {
        raise(self.less, power)
    }

    /// X₊^ρ, with the rest of σ made good to first order: where X is all but 0 and ρ < 1, the last
    /// digit of σ decides about half of the digits.
    pub(crate) fn weight(self, rho: f64) -> f64 {
        match self.raised(rho - 1.0) * (self.x() - rho * self.rest) {
            weight if weight < 0.0 || self.less <= -1.0 => 0.0,
            weight => weight,
        }
    }
}

/// (1 + m)₊^power. A large power would count the rounding of 1 + m as often.
fn raise(m: f64, power: f64) -> f64 {
    match m {
        m if m <= -1.0 => 0.0,
        m if power.abs() <= 1.0 => (1.0 + m).powf(power),
        m => (power * m.ln_1p()).exp(),
    }
}

/// Newton steps at most: bisection alone would need 60.
const STEPS: usize = 200;

impl Rule {
    /// Finds σ in [0, 1], each step O(n): Newton's iteration from the left, bisection where a step
    /// leaves the bracket.
    ///
    /// For ρ ≥ 1, Σ X^ρ is convex in σ, and the steps are monotone. For ρ < 1 its slope has a pole
    /// where a neuron leaves the support, next to which a short step proves nothing: there the
    /// bracket decides, and every third step halves it.
    pub(crate) fn solve<T: Real>(self, x: &[T]) -> Root {
        let larger = |m: f64, x: &T| if x.f64() > m || x.f64().is_nan() { x.f64() } else { m };
        let max = x.iter().fold(f64::NEG_INFINITY, larger);
        let mut root = Root { rate: self.rate, max, sigma: 0.0, rest: 0.0 };
        let mut best = root;
        let (mut low, mut high) = (0.0, 1.0);
        for round in 0..STEPS {
            let (excess, slope) = self.excess(root, x);
            if excess.is_nan() {
                return Root { sigma: f64::NAN, ..root };
            }
            root.rest = excess / slope;
            let least = 4.0 * f64::EPSILON * root.sigma;
            let settled = self.rho >= 1.0 && root.rest.abs() < least;
            if excess >= 0.0 || settled {
                (best, low) = (root, root.sigma);
            } else {
                high = root.sigma;
            }
            if excess == 0.0 || settled || high - low <= 2.0 * least {
                break;
            }
            let newton = root.sigma + root.rest.abs().max(least).copysign(root.rest);
            let trusted = self.rho >= 1.0 || round % 3 < 2;
            let inside = trusted && newton > low && newton < high;
            root.sigma = if inside { newton } else { 0.5 * (low + high) };
        }
        best
    }

    /// Σ X^ρ − 1 and its derivative but for the sign. One of the largest takes the 1, so that a
    /// small σ has all its digits.
    fn excess<T: Real>(self, root: Root, x: &[T]) -> (f64, f64) {
        let (mut sum, mut slope, mut largest) = (0.0, 0.0, -1.0);
        for x in x.iter().map(|x| x.f64()) {
            let margin = root.margin(x).less;
            if x >= root.max {
                largest += 1.0;
            } else if margin > -1.0 {
                let power = raise(margin, self.rho - 1.0);
                sum += (1.0 + margin) * power;
                slope += self.rho * power;
            } else {
                sum += nothing(margin);
            }
        }
        let top = self.rho * (-root.sigma).ln_1p();
        sum += largest * top.exp() + top.exp_m1();
        (sum, slope + (largest + 1.0) * self.rho * raise(-root.sigma, self.rho - 1.0))
    }

    /// Calls `each` with X of `from`, Y of `to` and X − Y, which keeps its digits where no neuron
    /// enters or leaves the support and all move little.
    pub(crate) fn compare<T: Real>(
        self,
        to: &[T],
        from: &[T],
        mut each: impl FnMut(Margin, Margin, f64),
    ) {
        let (start, end) = (self.solve(from), self.solve(to));
        let pairs = || to.iter().zip(from).map(|(t, a)| (t.f64(), a.f64()));
        let top = pairs().find(|(_, a)| *a >= start.max).unwrap_or((end.max, start.max));
        let common = difference(top.0, top.1);
        let tilt = |t: f64, a: f64| {
            let step = difference(t, a);
            self.rate * ((step.0 - common.0) + (step.1 - common.1))
        };
        let margins = || pairs().map(|(t, a)| (start.margin(a), end.margin(t), tilt(t, a)));
        let shift = margins().all(|(x, y, _)| self.near(x, y));
        let shift = shift.then(|| self.shift(|| margins().map(|(x, _, u)| (x, u))));
        for (x, y, u) in margins() {
            each(x, y, shift.map_or(x.less - y.less, |shift| shift - u));
        }
    }

    /// Whether X^ρ and Y^ρ are both 0, or close.
    fn near(self, x: Margin, y: Margin) -> bool {
        let reach = 0.3 / self.rho.max(1.0);
        let close = (x.less - y.less).abs() <= reach * y.x();
        if x.less > -1.0 { y.less > -1.0 && close } else { y.less <= -1.0 }
    }

    /// How far τ moves, less what all currents have in common: Newton's iteration on
    /// Σ [(X + u − s)^ρ − X^ρ] = 0 over the support.
    fn shift<I: Iterator<Item = (Margin, f64)>>(self, margins: impl Fn() -> I) -> f64 {
        let support = || margins().map(|(x, u)| (x.less, u)).filter(|(x, _)| *x > -1.0);
        let weight = |x: f64| raise(x, self.rho - 1.0);
        let total: f64 = support().map(|(x, _)| weight(x)).sum();
        let mut shift = support().map(|(x, u)| weight(x) * u).sum::<f64>() / total;
        for _ in 0..6 {
            let (mut rise, mut slope) = (0.0, 0.0);
            for (x, u) in support() {
                let grown = self.rho * ((u - shift) / (1.0 + x)).ln_1p();
                rise += (1.0 + x) * weight(x) * grown.exp_m1();
                slope += self.rho * weight(x + (u - shift));
            }
            shift += rise / slope;
        }
        shift
    }
}

/// D(p, q) of xⁿ/n where X = p^{n−1}, Y = q^{n−1}, `fall` = X − Y and `ln` = ln p/q:
/// pX/n + (1 − 1/n)qY − pY.
pub(crate) fn power_gap(n: f64, (p, q): (f64, f64), (y, fall): (f64, f64), ln: f64) -> f64 {
    if (n * ln).abs() < 0.7 {
        return q * y * ratio_gap(n, ln);
    }
    (p * (fall - (n - 1.0) * y) + (n - 1.0) * q * y) / n
}

/// K_n(ℓ) = φ(nℓ)/n − φ(ℓ) = Σ_k (n^{k−1} − 1)·ℓ^k/k!, |nℓ| < 0.7.
fn ratio_gap(n: f64, l: f64) -> f64 {
    let mut sum = 0.0;
    let mut term = l; // ℓ^k/k!
    for k in 2..=20 {
        term *= l / f64::from(k);
        sum += (f64::from(k - 1) * n.ln()).exp_m1() * term;
    }
    sum
}

/// 0, or NaN for NaN.
pub(crate) fn nothing(margin: f64) -> f64 {
    if margin.is_nan() { margin } else { 0.0 }
}

/// Whether p is on the simplex but for rounding.
pub(crate) fn on_simplex<T: Real>(p: &[T]) -> bool {
    let slack = (16.0 + p.len() as f64) * T::UNIT_ROUNDOFF;
    let total: f64 = p.iter().map(|p| p.f64()).sum();
    (total - 1.0).abs() <= slack && p.iter().all(|p| *p >= T::ZERO)
}

/// What all sparse maxima have in common.
pub(crate) fn properties(lipschitz: Option<f64>) -> Properties {
    Properties {
        convex: true,
        growth: Growth::Linear,
        group: None,
        lipschitz,
        zero_modes: ZeroModes { uniform: true, dead_units: true, ..ZeroModes::NONE },
        bounded_activation: true,
        homogeneous: false,
    }
}
