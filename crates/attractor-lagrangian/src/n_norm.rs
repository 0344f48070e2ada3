//! L(x) = (Σ x₊ⁿ)^{1/n}: the rectified power without its scale.

use crate::lagrangian::{at_least_zero, in_smaller_units, or_difference};
use crate::special::difference_of_products;
use crate::vector::{self, Form};
use crate::{
    Before, Growth, Lagrangian, OnePass, ParameterError, Pool, Primitive, Properties, Real,
    RectifiedPower, Tally, ZeroModes,
};

/// L(x) = (Σ x₊ⁿ)^{1/n}, g = (x₊/L)^{n−1}.
///
/// It grows linearly, so it is admissible under every visible layer; under a 1-homogeneous one
/// without input it follows the same orbits as the rectified power n. Where no current is positive
/// L = 0, and the previous output is kept if it is a subgradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NNorm {
    power: RectifiedPower,
}

impl NNorm {
    /// The n-norm of the positive part.
    ///
    /// # Errors
    /// [`ParameterError::LowPower`] if n < 2, [`ParameterError::HighPower`] if n > 2³¹ − 1.
    pub fn new(n: u32) -> Result<Self, ParameterError> {
        RectifiedPower::new(n).map(|power| Self { power })
    }

    /// n.
    pub fn power(self) -> u32 {
        self.power.power()
    }

    fn n(self) -> f64 {
        f64::from(self.power())
    }

    fn exponent(self) -> i32 {
        self.power().cast_signed()
    }

    /// The largest current, or 0, and Σ(x₊/max)ⁿ: no power overflows, and NaN stays.
    fn scale<T: Real>(self, x: &[T]) -> Scale {
        let larger = |m: f64, x: &T| if x.f64() > m || x.f64().is_nan() { x.f64() } else { m };
        let max = x.iter().fold(0.0, larger);
        if max == 0.0 {
            return Scale { n: self.exponent(), max, sum: 1.0 };
        }
        let power = |x: &T| (x.f64().max(0.0) / max).powi(self.exponent());
        Scale { n: self.exponent(), max, sum: x.iter().map(power).sum() }
    }

    /// Σg·t ≤ 0 for an a without positive currents: whether g is a subgradient there.
    fn is_subgradient<T: Real>(self, x: &[T], g: &[T]) -> bool {
        let silent = x.iter().zip(g).all(|(x, g)| *x >= T::ZERO || *g == T::ZERO);
        silent && Lagrangian::<T>::conjugate(&self, g) == 0.0
    }
}

/// L and its outputs at one point.
#[derive(Debug, Clone, Copy)]
struct Scale {
    n: i32,
    max: f64,
    sum: f64,
}

impl Scale {
    /// L = max·Σ^{1/n}.
    fn length(self) -> f64 {
        self.max * self.sum.powf(1.0 / f64::from(self.n))
    }

    /// (x₊/L)^{n−1}, where the ratio to the largest current is the one that is raised to a power: it
    /// has one rounding less than L has.
    fn output(self, x: f64) -> f64 {
        let share = if x < 0.0 { 0.0 } else { x / self.max };
        share.powi(self.n - 1) * self.sum.powf(1.0 / f64::from(self.n) - 1.0)
    }
}

impl<T: Real> Lagrangian<T> for NNorm {
    fn value(&self, x: &[T]) -> f64 {
        self.scale(x).length()
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        let scale = self.scale(x);
        if scale.max > 0.0 || scale.max.is_nan() {
            g.iter_mut().zip(x).for_each(|(g, x)| *g = T::of(scale.output(x.f64())));
        } else if !self.is_subgradient(x, g) {
            g.fill(T::ZERO);
        }
    }

    /// (n−1)/L·[r^{n−2}∘d − r^{n−1}(r^{n−1}·d)] with r = x₊/L, of d less the multiple of x (a zero
    /// mode) that it has in the largest current, where the two terms would cancel.
    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        let scale = self.scale(x);
        let length = scale.length();
        if length == 0.0 {
            return out.fill(T::ZERO);
        }
        let pairs = x.iter().zip(d).map(|(x, d)| (x.f64(), d.f64()));
        let largest = pairs.clone().max_by(|a, b| a.0.total_cmp(&b.0));
        let (x1, d1) = largest.expect("L > 0, so there is a current");
        let steps = pairs.map(|(x, d)| (x, difference_of_products(d, x1, x, d1) / x1));
        let along: f64 = steps.clone().map(|(x, d)| scale.output(x) * d).sum();
        for (out, (x, d)) in out.iter_mut().zip(steps) {
            let bend = self.power.curvature(x / length) * d;
            *out = T::of((bend - (self.n() - 1.0) * scale.output(x) * along) / length);
        }
        in_smaller_units((x, d), out, |x, d, out| self.curve(x, d, out));
    }

    /// 0 where p ≥ 0 and Σ p^{n/(n−1)} ≤ 1.
    fn conjugate(&self, p: &[T]) -> f64 {
        let dual = self.n() / (self.n() - 1.0);
        // the power n − 1 of a rounded ratio, the rounding of the outputs, and that of the sum
        let slack =
            8.0 * self.n() * f64::UNIT_ROUNDOFF + (8.0 + p.len() as f64) * 2.0 * T::UNIT_ROUNDOFF;
        let sum: f64 = p.iter().map(|p| p.f64().powf(dual)).sum();
        let inside = sum <= 1.0 + slack && p.iter().all(|p| *p >= T::ZERO);
        if inside { 0.0 } else { f64::INFINITY }
    }

    fn properties(&self) -> Properties {
        Properties {
            convex: true,
            growth: Growth::Linear,
            group: None,
            lipschitz: None,
            zero_modes: ZeroModes { radial: true, dead_units: true, ..ZeroModes::NONE },
            bounded_activation: true,
            homogeneous: true,
        }
    }

    /// T·ΣD_pow(t/T, a/A). With c = t₁/a₁ of one neuron, e = t − ca to the last digit and
    /// T = cA(1 + κ), the steps between the two points of the unit sphere are (e − κca)/T.
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        let start = self.scale(from);
        let (t, a) = (Lagrangian::value(self, to), start.length());
        let pairs = || to.iter().zip(from).map(|(t, a)| (t.f64(), a.f64()));
        if a == 0.0 {
            // a state that began at the kink
            let along: f64 = to.iter().zip(slope).map(|(t, s)| t.f64() * s.f64()).sum();
            return or_difference(self, at_least_zero(t - along), (to, from, slope));
        }
        let alive = pairs().filter(|(t, a)| *t > 0.0 && *a > 0.0);
        let Some((t1, a1)) = alive.max_by(|x, y| (x.0 * x.1).total_cmp(&(y.0 * y.1))) else {
            let along = pairs().map(|(t, a_i)| start.output(a_i) * t).sum::<f64>();
            return or_difference(self, at_least_zero(t - along), (to, from, slope));
        };
        let c = t1 / a1;
        let rest = |t: f64, a: f64| difference_of_products(t, a1, a, t1) / a1;
        let growth = |(t_i, a_i): (f64, f64)| match rest(t_i, a_i) / (c * a_i) {
            by if a_i > 0.0 && by > -1.0 => {
                (a_i / a).powi(self.exponent()) * (self.n() * by.ln_1p()).exp_m1()
            }
            _ if a_i > 0.0 => -(a_i / a).powi(self.exponent()),
            _ => (t_i.max(0.0) / (c * a)).powi(self.exponent()),
        };
        let growth: f64 = pairs().map(growth).sum();
        let kappa = if growth.abs() < 0.5 {
            (growth.ln_1p() / self.n()).exp_m1()
        } else {
            t / (c * a) - 1.0 // so far apart that the difference has its digits
        };
        let gap = |(t_i, a_i): (f64, f64)| {
            self.power.gap(t_i / t, a_i / a, (rest(t_i, a_i) - kappa * c * a_i) / t)
        };
        or_difference(self, t * pairs().map(gap).sum::<f64>(), (to, from, slope))
    }

    fn one_pass(&self) -> Option<OnePass<'_, T>> {
        Some(OnePass::Sum(self))
    }
}

impl<T: Real> Pool<T> for NNorm {
    /// Weights (h₊/m)^{n−1} and the value mΣ(h₊/m)ⁿ in units of m^{n−1}, m the largest of the tile.
    fn weigh(&self, tile: &mut [T], tallies: &mut [Tally]) {
        let always = Form::Power { k: self.power() - 1, rectified: true, unscaled: -1.0 };
        vector::weigh_tile(always, tile, tallies);
        // a unit of its own would be one too many for the others
        let silent = tallies.iter_mut().filter(|tally| tally.weight == 0.0);
        silent.for_each(|tally| *tally = Tally::EMPTY);
    }

    fn potential(&self, tally: &Tally) -> f64 {
        if tally.value == 0.0 {
            0.0
        } else {
            ((tally.value.ln() + tally.log_scale) / self.n()).exp()
        }
    }

    fn log_factor(&self, tally: &Tally) -> f64 {
        if tally.value == 0.0 {
            return 0.0;
        }
        let ln_length = (tally.value.ln() + tally.log_scale) / self.n();
        tally.log_scale - (self.n() - 1.0) * ln_length
    }

    /// With the gauge c = 1 + tilt/A, Σ D_pow(h/(cA), (h − δ)/A) and what the tilt's rounding leaves.
    fn gap(&self, scores: &[T], moves: &[T], before: &[Before], sums: &mut [[f64; 3]]) {
        let queries = before.len();
        for (row, by) in scores.chunks_exact(queries).zip(moves.chunks_exact(queries)) {
            for (((h, d), before), sum) in row.iter().zip(by).zip(before).zip(&mut *sums) {
                let (h, d, a, c) = (h.f64(), d.f64(), before.value, before.tilt);
                let step = difference_of_products(d, a, h - d, c) / (a * (a + c));
                let from = (h - d) / a;
                sum[0] += self.power.gap(h / (a + c), from, step);
                sum[1] += self.power.slope(from) * step;
            }
        }
    }

    fn gap_value(&self, sums: &[f64; 3], before: &Before, value: f64) -> f64 {
        let (far, grown) = (before.value + before.tilt, self.n() * (sums[0] + sums[1]));
        if !(far > 0.1 * before.value && grown.abs() < 1e10 && grown > -0.5) {
            return at_least_zero(value - before.value - before.tilt);
        }
        // D/(A + c) = (1 + n(S₀ + S₁))^{1/n} − 1 − S₁, where S₁ is the rounding of the tilt
        let bend = (grown.ln_1p() / self.n()).exp_m1() - (sums[0] + sums[1]);
        at_least_zero(far * (sums[0] + bend))
    }

    fn gap_slack(&self, sums: &[f64; 3], before: &Before) -> f64 {
        if before.value > 0.0 { (sums[1] * before.value).abs() } else { 0.0 }
    }
}
