//! β⁻¹·ln Σ e^{βx}, with or without a state at 0 that no neuron stands for.

use crate::lagrangian::{at_least_zero, in_smaller_units, or_difference, product};
use crate::special::{difference, phi, softplus, x_ln_x};
use crate::vector;
use crate::{Before, Growth, Lagrangian, OnePass, Pool, Properties, Real, Tally, ZeroModes};

/// [`LogSumExp`](crate::LogSumExp) and, with the ghost, [`GhostLogSumExp`](crate::GhostLogSumExp).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Softmax {
    pub(crate) beta: f64,
    /// One more state, with current 0 and no output of its own.
    pub(crate) ghost: bool,
}

impl Softmax {
    /// The currents of all states.
    fn states<T: Real>(self, x: &[T]) -> impl Iterator<Item = f64> + Clone {
        x.iter().map(|x| x.f64()).chain(self.ghost.then_some(0.0))
    }

    /// max x and Σ e^{β(x − max)}.
    fn sum<T: Real>(self, x: &[T]) -> (f64, f64) {
        let max = self.states(x).fold(f64::NEG_INFINITY, f64::max);
        (max, self.states(x).map(|x| (self.beta * (x - max)).exp()).sum())
    }

    /// Σ over the states of what `gap` sums over the memories.
    fn with_ghost(self, [s0, s1, s2]: [f64; 3], before: &Before) -> [f64; 3] {
        if !self.ghost {
            return [s0, s1, s2];
        }
        let (w, x) = ((-self.beta * before.value).exp(), -self.beta * before.tilt);
        let rise = if x > 1.0 {
            (-self.beta * (before.value + before.tilt)).exp() - w * (1.0 + x)
        } else {
            w * phi(x)
        };
        [s0 + w, s1 + w * x, s2 + rise]
    }
}

impl<T: Real> Lagrangian<T> for Softmax {
    fn value(&self, x: &[T]) -> f64 {
        let weights = Weights::of(*self, x);
        weights.value()
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        if vector::softmax(self.beta, self.ghost, x, g) {
            return;
        }
        let (max, sum) = self.sum(x);
        for (g, x) in g.iter_mut().zip(x) {
            *g = T::of((self.beta * (x.f64() - max)).exp() / sum);
        }
    }

    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        let (max, sum) = self.sum(x);
        let p = |x: &T| (self.beta * (x.f64() - max)).exp() / sum;
        let mean: f64 = x.iter().zip(d).map(|(x, d)| p(x) * d.f64()).sum();
        for ((out, x), d) in out.iter_mut().zip(x).zip(d) {
            *out = T::of(product(d.f64() - mean, self.beta * p(x)));
        }
        in_smaller_units((x, d), out, |x, d, out| self.curve(x, d, out));
    }

    fn conjugate(&self, p: &[T]) -> f64 {
        let slack = (16.0 + p.len() as f64) * T::UNIT_ROUNDOFF;
        let total: f64 = p.iter().map(|p| p.f64()).sum();
        let inside = total <= 1.0 + slack && (self.ghost || total >= 1.0 - slack);
        if !(inside && p.iter().all(|p| *p >= T::ZERO)) {
            return f64::INFINITY;
        }
        if self.ghost {
            let own: f64 = p.iter().map(|p| x_ln_x(p.f64())).sum();
            let rest = if total < 1.0 { (1.0 - total) * (-total).ln_1p() } else { 0.0 };
            return (own + rest) / self.beta;
        }
        // Σ p ln p + 1 − Σp: rounding that leads off the simplex costs nothing to first order. The
        // largest p takes the 1, because it is what the small ones leave of it.
        let mut top = 0.0f64;
        let mut others = 0.0;
        for p in p.iter().map(|p| p.f64()) {
            let other = top.min(p);
            others += x_ln_x(other) - other;
            top = top.max(p);
        }
        (x_ln_x(top) - (top - 1.0) + others) / self.beta
    }

    fn properties(&self) -> Properties {
        Properties {
            convex: true,
            growth: Growth::Linear,
            group: None,
            lipschitz: Some(self.beta / 2.0),
            zero_modes: if self.ghost { ZeroModes::NONE } else { ZeroModes::UNIFORM },
            bounded_activation: true,
            homogeneous: false,
        }
    }

    /// β⁻¹·KL(p ‖ p'), p before and p' after, through w = β(t − a) less its mean under p:
    ///
    /// e^{βD} = Σpeʷ = (1 + Σ_{w ≤ 1} pφ(w) − Σ_{w > 1} p(1 + w))/(1 − Σ_{w > 1} p'),
    ///
    /// because peʷ = p'e^{βD}, and p' has digits where p and eʷ are beyond any float.
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        let (before, after) = (Weights::of(*self, from), Weights::of(*self, to));
        if let Some(gap) = self.small_gap(to, from, before.value()) {
            return gap;
        }
        let steps = || self.states(to).zip(self.states(from));
        let top = steps().find(|(_, a)| *a >= before.max).unwrap_or((before.max, before.max));
        let shift = difference(top.0, top.1); // what is common to all currents changes nothing
        let tilt = |t: f64, a: f64| {
            let step = difference(t, a);
            self.beta * ((step.0 - shift.0) + (step.1 - shift.1))
        };
        let mean: f64 = steps().map(|(t, a)| before.ln(a).exp() * tilt(t, a)).sum();
        let (mut small, mut risen) = (0.0, 0.0);
        for (t, a) in steps() {
            let (p, w) = (before.ln(a).exp(), tilt(t, a) - mean);
            if w > 1.0 {
                small -= p * (1.0 + w);
                risen += after.ln(t).exp();
            } else {
                small += p * phi(w);
            }
        }
        let gap = if risen > 0.5 {
            let entropy = |(t, a)| match before.ln(a) {
                ln_p if ln_p.exp() > 0.0 => ln_p.exp() * (ln_p - after.ln(t)),
                _ => 0.0,
            };
            steps().map(entropy).sum()
        } else {
            small.ln_1p() - (-risen).ln_1p()
        };
        or_difference(self, at_least_zero(gap / self.beta), (to, from, slope))
    }

    fn one_pass(&self) -> Option<OnePass<'_, T>> {
        Some(OnePass::Sum(self))
    }
}

/// Currents whose gap is summed at a time, in f64 whatever they are.
const BLOCK: usize = 128;

impl Softmax {
    /// The gap between currents of which none moves by more than 1/β against their mean, summed as tiles of a read
    /// are.
    fn small_gap<T: Real>(self, to: &[T], from: &[T], value: f64) -> Option<f64> {
        let pairs = || to.chunks(BLOCK).zip(from.chunks(BLOCK));
        let sums = |tilt: f64| {
            let mut sums = [[0.0; 3]];
            let before = [Before { value, tilt }];
            for (to, from) in pairs() {
                let (mut h, mut d) = ([0.0; BLOCK], [0.0; BLOCK]);
                for (i, (to, from)) in to.iter().zip(from).enumerate() {
                    (h[i], d[i]) = (to.f64(), to.f64() - from.f64());
                }
                let n = to.len();
                if !vector::gap(self.beta, &h[..n], &d[..n], &before, &mut sums) {
                    return None;
                }
            }
            Some(sums[0])
        };
        let [s0, s1, _] = sums(0.0)?;
        let ghost = if self.ghost { (-self.beta * value).exp() } else { 0.0 };
        let tilt = s1 / ((s0 + ghost) * self.beta);
        let moved = |(to, from): (&T, &T)| (to.f64() - from.f64() - tilt).abs();
        let least = if self.ghost { tilt.abs() } else { 0.0 };
        let most = to.iter().zip(from).map(moved).fold(least, f64::max);
        if !(self.beta * most <= 1.0 && tilt.abs() <= 4.0 * most) {
            return None; // a move that is mostly common to all loses its digits here
        }
        let before = Before { value, tilt };
        let gap = Pool::<T>::gap_value(&self, &sums(tilt)?, &before, f64::NAN);
        gap.is_finite().then_some(gap)
    }
}

/// ln p of a softmax.
#[derive(Debug, Clone, Copy)]
struct Weights {
    beta: f64,
    max: f64,
    /// ln Σe^{β(x − max)} to full relative precision, also when one weight is all but 1.
    ln_sum: f64,
}

impl Weights {
    fn of<T: Real>(softmax: Softmax, x: &[T]) -> Self {
        let beta = softmax.beta;
        let max = softmax.states(x).fold(f64::NEG_INFINITY, f64::max);
        // the first maximum is the 1 of ln(1 + …)
        let top = x.iter().position(|x| x.f64() >= max).unwrap_or(x.len());
        let (before, after) = (&x[..top], x.get(top + 1..).unwrap_or(&[]));
        let sum = |x: &[T]| {
            let one_by_one = || x.iter().map(|x| (beta * (x.f64() - max)).exp()).sum();
            vector::sum_below(beta, max, x).unwrap_or_else(one_by_one)
        };
        let ghost = if softmax.ghost && top < x.len() { (-beta * max).exp() } else { 0.0 };
        Self { beta, max, ln_sum: (sum(before) + sum(after) + ghost).ln_1p() }
    }

    /// L.
    fn value(&self) -> f64 {
        self.max + self.ln_sum / self.beta
    }

    /// ln p of the state with current x.
    fn ln(&self, x: f64) -> f64 {
        self.beta * (x - self.max) - self.ln_sum
    }
}

impl<T: Real> Pool<T> for Softmax {
    /// The unit is the largest weight of the tile, so every stored weight is at most 1.
    fn weigh(&self, tile: &mut [T], tallies: &mut [Tally]) {
        if vector::weigh(self.beta, tile, tallies) {
            return;
        }
        let queries = tallies.len();
        tallies.fill(Tally::EMPTY);
        for row in tile.chunks_exact(queries) {
            for (h, tally) in row.iter().zip(&mut *tallies) {
                tally.log_scale = tally.log_scale.max(h.f64());
            }
        }
        let unseen = |tally: &&mut Tally| tally.log_scale == f64::NEG_INFINITY;
        tallies.iter_mut().filter(unseen).for_each(|tally| tally.log_scale = 0.0);
        for row in tile.chunks_exact_mut(queries) {
            for (score, tally) in row.iter_mut().zip(&mut *tallies) {
                let x = self.beta * (score.f64() - tally.log_scale);
                *score = if x < T::EXP_FLOOR { T::ZERO } else { T::of(x).exp() };
                let weight = score.f64();
                tally.weight += weight;
                tally.square += weight * weight;
            }
        }
        for tally in tallies {
            tally.value = tally.weight;
            tally.log_scale *= self.beta;
            if tally.weight == 0.0 {
                *tally = Tally::EMPTY; // a unit of its own would be one too many for the others
            }
        }
    }

    fn hides(&self) -> bool {
        true
    }

    fn potential(&self, tally: &Tally) -> f64 {
        let ln_sum = tally.log_scale + tally.value.ln();
        if self.ghost { softplus(ln_sum) / self.beta } else { ln_sum / self.beta }
    }

    fn log_factor(&self, tally: &Tally) -> f64 {
        let ln_value = tally.value.ln();
        let above = tally.log_scale + ln_value; // ln of all weights against the ghost's 1
        match self.ghost {
            false => -ln_value,
            // large units must not cancel: their last digit would be one of every weight
            true if above > 0.0 => -ln_value - (-above).exp().ln_1p(),
            true => tally.log_scale - above.exp().ln_1p(),
        }
    }

    /// S₀ = Σw, S₁ = Σwx, S₂ = Σwφ(x) with w the weights before the move and x = β(δ − c).
    fn gap(&self, scores: &[T], moves: &[T], before: &[Before], sums: &mut [[f64; 3]]) {
        let queries = before.len();
        if vector::gap(self.beta, scores, moves, before, sums) {
            return;
        }
        for (row, by) in scores.chunks_exact(queries).zip(moves.chunks_exact(queries)) {
            for (((h, d), before), sum) in row.iter().zip(by).zip(before).zip(&mut *sums) {
                let (h, d) = (h.f64(), d.f64());
                let (above, rest) = difference(h, before.value); // h − L to the last digit
                let ln_w = self.beta * (above - d + rest);
                let x = self.beta * (d - before.tilt);
                let w = ln_w.exp();
                sum[0] += w;
                sum[1] += w * x;
                // for large x, wφ(x) as one exponential: w may underflow where wφ(x) does not
                sum[2] += if x > 1.0 {
                    (self.beta * (above - before.tilt + rest)).exp() - w * (1.0 + x)
                } else {
                    w * phi(x)
                };
            }
        }
    }

    fn gap_value(&self, sums: &[f64; 3], before: &Before, value: f64) -> f64 {
        let [s0, s1, s2] = self.with_ghost(*sums, before);
        let rise = (s1 + s2) / s0; // S₂/S₀ ≥ 0 but for the rounding of the tilt
        let gap = if rise.abs() < 0.5 {
            // ln(1 + y) = y − φ(ln(1 + y)): where the tilt is all but exact, S₁ is its rounding alone
            (s2 / s0 - phi(rise.ln_1p())) / self.beta
        } else if s2 < s0 * 1e15 && rise > 0.0 {
            (rise.ln_1p() - s1 / s0) / self.beta
        } else {
            // so far apart that the difference has its digits, or nothing but rounding
            value - before.value - before.tilt
        };
        at_least_zero(gap)
    }

    fn gap_slack(&self, sums: &[f64; 3], before: &Before) -> f64 {
        let [s0, s1, s2] = self.with_ghost(*sums, before);
        // x is counted from the tilt; a gap that is taken as a difference rebuilds no scores
        if s2 < s0 * 1e15 { (s1 / s0).abs() / self.beta } else { 0.0 }
    }
}
