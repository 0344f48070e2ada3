//! √(‖x‖² + ε), of the currents or of their deviations from their mean: what the norm, the smoothed
//! norm, layer norm and RMS norm have in common.

use crate::lagrangian::{at_least_zero, in_smaller_units};
use crate::special::difference;
use crate::{Real, sum};

/// 2⁻¹²⁸.
const SHRINK: f64 = f64::from_bits((1023 - 128) << 52);

/// L = √(‖x‖² + ε), or √(‖x − x̄‖² + ε).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Length {
    pub(crate) epsilon: f64,
    pub(crate) centred: bool,
}

impl Length {
    /// ‖x‖.
    pub(crate) const PLAIN: Self = Self { epsilon: 0.0, centred: false };

    /// x, or x − x̄: by the distances from the first, whose digits the others share where they are
    /// close, and their mean in two passes.
    pub(crate) fn view<T: Real>(self, x: &[T]) -> impl Iterator<Item = f64> + Clone {
        let first = x.first().map_or(0.0, |x| if self.centred { x.f64() } else { 0.0 });
        self.less_mean(x.iter().map(move |x| x.f64() - first))
    }

    fn less_mean(self, x: impl Iterator<Item = f64> + Clone) -> impl Iterator<Item = f64> + Clone {
        let mean = |shift: f64| {
            let (sum, n) = x.clone().fold((0.0, 0.0), |(s, n), x| (s + (x - shift), n + 1.0));
            shift + sum / n
        };
        let mean = if self.centred { mean(mean(0.0)) } else { 0.0 };
        x.map(move |x| x - mean)
    }

    /// L(x).
    pub(crate) fn of<T: Real>(self, x: &[T]) -> f64 {
        let length = self.plainly(x);
        match self.shrink(length, x) {
            Some((shrunk, x)) => shrunk.plainly(&x) / SHRINK,
            None => length,
        }
    }

    fn plainly<T: Real>(self, x: &[T]) -> f64 {
        let length = norm_of(self.view(x));
        if self.epsilon > 0.0 { length.hypot(self.epsilon.sqrt()) } else { length }
    }

    /// The same in smaller units, where finite currents have no finite length: differences and sums of
    /// the largest floats overflow though their ratios are numbers.
    pub(crate) fn shrink<T: Real>(self, length: f64, x: &[T]) -> Option<(Self, Vec<f64>)> {
        if length.is_finite() && length < 0.1 * f64::MAX {
            return None;
        }
        let finite = x.iter().all(|x| x.is_finite());
        let shrunk = Self { epsilon: self.epsilon * SHRINK * SHRINK, ..self };
        finite.then(|| (shrunk, x.iter().map(|x| x.f64() * SHRINK).collect()))
    }

    /// Writes `scale`·∂²L(x)·d = (`scale`/L)·(d − g(g·d)), 0 at the kink.
    pub(crate) fn curve<T: Real>(self, x: &[T], d: &[T], scale: f64, out: &mut [T]) {
        let length = self.of(x);
        if length == 0.0 {
            return out.fill(T::ZERO);
        }
        match self.shrink(length, x) {
            Some((shrunk, x)) => shrunk.bend((&x, d), (length * SHRINK, scale * SHRINK), out),
            None => self.bend((x, d), (length, scale), out),
        }
        in_smaller_units((x, d), out, |x, d, out| self.curve(x, d, scale, out));
    }

    fn bend<T: Real, U: Real>(
        self,
        (x, d): (&[U], &[T]),
        (length, scale): (f64, f64),
        out: &mut [T],
    ) {
        let pairs = self.view(x).zip(self.view(d));
        let along = pairs.clone().map(|(x, d)| x / length * d).sum::<f64>();
        for (out, (x, d)) in out.iter_mut().zip(pairs) {
            *out = T::of(scale * ((d - x / length * along) / length));
        }
    }

    /// −√ε·√(1 − s²) for an output of length s, +∞ beyond 1 but for rounding.
    pub(crate) fn conjugate(self, s: f64, slack: f64) -> f64 {
        match s {
            s if s > 1.0 + slack => f64::INFINITY,
            s if s > 1.0 => 0.0,
            s => -(self.epsilon * (1.0 - s) * (1.0 + s)).sqrt(),
        }
    }

    /// D_L(t, a) at an a with L(a) > 0. With t⊥ the part of t across a, A = L(a) and T = L(t):
    ///
    /// D = [(‖a‖/A)²‖t⊥‖² + ε(‖t − a‖/A)²]/(T + σ), σ = (a·t + ε)/A; T − σ where σ ≤ T/2, which cancels
    /// nothing (from far out to near 0 the brackets would).
    pub(crate) fn gap<T: Real>(self, to: &[T], from: &[T]) -> f64 {
        let (t, a) = (self.of(to), self.of(from));
        let along = self.view(from).zip(self.view(to)).map(|(a_i, t_i)| a_i / a * t_i).sum::<f64>();
        let sigma = along + self.epsilon / a;
        if sigma <= 0.5 * t {
            return t - sigma;
        }
        let raw = norm_of(self.view(from)); // L(a) without ε
        let ratio = along / raw * (a / raw);
        let sideways = if raw > 0.0 { raw / a * self.across(to, from, ratio) } else { 0.0 };
        let forward = if self.epsilon > 0.0 { norm_of(self.step(to, from, 1.0)) / a } else { 0.0 };
        at_least_zero((sideways * sideways + self.epsilon * forward * forward) / (t + sigma))
    }

    /// ‖t⊥‖. It is d = t − ca across a for every c: a power of two keeps ca exact, and c ≈ 1 (or the
    /// ratio of the lengths, where they have different units) leaves d only its own digits.
    fn across<T: Real>(self, to: &[T], from: &[T], ratio: f64) -> f64 {
        let c = if ratio > 0.0 { ratio.log2().round().exp2() } else { 1.0 };
        let a = norm_of(self.view(from));
        let pairs = self.view(from).map(|f| f / a).zip(self.step(to, from, c));
        let forward = pairs.clone().map(|(unit, step)| unit * step).sum::<f64>();
        norm_of(pairs.map(|(unit, step)| step - unit * forward))
    }

    /// t − ca, less its own mean: what all steps have in common is taken off before it is rounded.
    fn step<T: Real>(self, to: &[T], from: &[T], c: f64) -> impl Iterator<Item = f64> + Clone {
        let steps = to.iter().zip(from).map(move |(t, a)| difference(t.f64(), c * a.f64()));
        let first = steps.clone().next().map_or(0.0, |(step, _)| step);
        let common = if self.centred { first } else { 0.0 };
        self.less_mean(steps.map(move |(step, rest)| (step - common) + rest))
    }
}

/// ‖x‖, also where a square overflows or vanishes; NaN stays.
pub fn norm<T: Real>(x: &[T]) -> f64 {
    norm_of(x.iter().map(|x| x.f64()))
}

/// ‖x‖ by the largest entry where a square overflows or vanishes; NaN stays.
pub(crate) fn norm_of(x: impl Iterator<Item = f64> + Clone) -> f64 {
    let squares = sum(x.clone().map(|x| x * x));
    if squares.is_nan() || (1e-200..1e200).contains(&squares) {
        return squares.sqrt();
    }
    let largest = x.clone().fold(0.0f64, |m, x| m.max(x.abs()));
    if largest == 0.0 || largest.is_infinite() {
        return largest;
    }
    largest * x.map(|x| (x / largest).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// D_L(0, a) = √ε·(1 − √ε/L(a)).
    #[test]
    fn a_gap_to_near_0_does_not_hang_on_how_far_out_it_begins() {
        for centred in [false, true] {
            let length = Length { epsilon: 1e-2, centred };
            for size in [1.0, 1e3, 1e10, 1e28] {
                let from = [-0.47, 0.37, 0.21].map(|a| size * a);
                let exact = 0.1 * (1.0 - 0.1 / length.of(&from));
                let gap = length.gap(&[0.0; 3], &from);
                assert!((gap - exact).abs() <= 1e-14 * exact, "{size:e}: {gap:e}, not {exact:e}");
            }
        }
    }
}
