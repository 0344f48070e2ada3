//! Sums over neurons: L(x) = Σ F(x_i), the Lagrangians of KH eq. (6)–(8) and (10).

use crate::lagrangian::{at_least_zero, or_difference, product};
use crate::vector::{self, Form, UNSCALED};
use crate::{Before, Growth, Lagrangian, OnePass, Pool, Properties, Real, Tally};
use std::fmt::Debug;

/// A convex scalar function F, the energy function of one hidden neuron.
///
/// Everything is `f64`: the vectors' precision enters only where weights are stored.
pub trait Primitive: Debug + Send + Sync {
    /// F(x).
    fn value(&self, x: f64) -> f64;
    /// f = F'(x).
    fn slope(&self, x: f64) -> f64;
    /// Writes F'(x) of a whole vector; where the two differ, by a rounding or two, this is the more
    /// precise.
    fn slopes<T: Real>(&self, x: &[T], g: &mut [T])
    where
        Self: Sized,
    {
        g.iter_mut().zip(x).for_each(|(g, x)| *g = T::of(self.slope(x.f64())));
    }
    /// Replaces a tile of scores by weights and writes its tallies, all as [`Pool::weigh`] is to; or leaves the tile as
    /// it is and returns false, where no way is faster than one score after the other.
    fn weigh<T: Real>(&self, tile: &mut [T], tallies: &mut [Tally]) -> bool
    where
        Self: Sized,
    {
        let _ = (tile, tallies);
        false
    }
    /// F''(x) ≥ 0.
    fn curvature(&self, x: f64) -> f64;
    /// F*(p), +∞ outside its domain.
    fn conjugate(&self, p: f64) -> f64;
    /// The ends of the domain of F*: an output is a rounded number, and what is beyond an end by a
    /// rounding or two counts as the end.
    fn domain(&self) -> (f64, f64) {
        (f64::NEG_INFINITY, f64::INFINITY)
    }
    /// D_F(to, from) ≥ 0 without cancellation.
    ///
    /// `by` is to − from, which the caller may know to more digits than the difference has; of the
    /// three only `from` may be the rounded one.
    fn gap(&self, to: f64, from: f64, by: f64) -> f64;
    /// Growth and the like of ΣF.
    fn properties(&self) -> Properties;
    /// See [`Lagrangian::log_form`].
    fn log_form<T: Real>(&self) -> Option<&dyn Lagrangian<T>>
    where
        Self: Sized,
    {
        None
    }
}

/// L(x) = Σ_i F(x_i).
///
/// ```
/// use attractor_lagrangian::{Additive, Lagrangian, RectifiedPower};
/// let cubic = Additive(RectifiedPower::new(3)?);
/// assert_eq!(cubic.value(&[3.0f32, -1.0]), 9.0);
/// # Ok::<(), attractor_lagrangian::ParameterError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Additive<F>(
    /// The function F.
    pub F,
);

impl<T: Real, F: Primitive> Lagrangian<T> for Additive<F> {
    fn value(&self, x: &[T]) -> f64 {
        x.iter().map(|x| self.0.value(x.f64())).sum()
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        self.0.slopes(x, g);
    }

    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        for ((out, x), d) in out.iter_mut().zip(x).zip(d) {
            *out = T::of(product(self.0.curvature(x.f64()), d.f64()));
        }
    }

    fn conjugate(&self, p: &[T]) -> f64 {
        let onto = |p: &T| onto(p.f64(), self.0.domain(), T::UNIT_ROUNDOFF);
        let sum: f64 = p.iter().map(|p| self.0.conjugate(onto(p))).sum();
        // one neuron outside the domain outweighs whatever the others have
        if sum.is_nan() && p.iter().all(|p| p.is_finite()) { f64::INFINITY } else { sum }
    }

    fn properties(&self) -> Properties {
        self.0.properties()
    }

    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        let gap = |(t, a): (&T, &T)| self.0.gap(t.f64(), a.f64(), t.f64() - a.f64());
        or_difference(self, to.iter().zip(from).map(gap).sum(), (to, from, slope))
    }

    fn one_pass(&self) -> Option<OnePass<'_, T>> {
        Some(OnePass::Sum(self))
    }

    fn log_form(&self) -> Option<&dyn Lagrangian<T>> {
        self.0.log_form()
    }
}

/// p, or the end of the domain that it has passed by rounding.
fn onto(p: f64, (low, high): (f64, f64), unit_roundoff: f64) -> f64 {
    let near = |end: f64| (p - end).abs() <= 4.0 * unit_roundoff * end.abs();
    if p < low && near(low) {
        low
    } else if p > high && near(high) {
        high
    } else {
        p
    }
}

/// e^{−scale} must be a number.
const LEAST_SCALE: f64 = -600.0;

impl<T: Real, F: Primitive> Pool<T> for Additive<F> {
    fn weigh(&self, tile: &mut [T], tallies: &mut [Tally]) {
        if self.0.weigh(tile, tallies) {
            return;
        }
        let queries = tallies.len();
        self.choose_scales(tile, tallies);
        for row in tile.chunks_exact_mut(queries) {
            for (score, tally) in row.iter_mut().zip(&mut *tallies) {
                let h = score.f64();
                // most tiles need no unit, and e⁰ costs as much as any other
                let unit = if tally.log_scale == 0.0 { 1.0 } else { (-tally.log_scale).exp() };
                let weight = self.0.slope(h) * unit;
                tally.value += self.0.value(h) * unit;
                tally.weight += weight.abs();
                tally.square += weight * weight;
                *score = T::of(weight);
            }
        }
    }

    fn potential(&self, tally: &Tally) -> f64 {
        if tally.value == 0.0 { 0.0 } else { tally.value * tally.log_scale.exp() }
    }

    fn log_factor(&self, tally: &Tally) -> f64 {
        tally.log_scale
    }

    fn gap(&self, scores: &[T], moves: &[T], before: &[Before], sums: &mut [[f64; 3]]) {
        let queries = before.len();
        for (row, by) in scores.chunks_exact(queries).zip(moves.chunks_exact(queries)) {
            for ((h, d), sum) in row.iter().zip(by).zip(&mut *sums) {
                let from = h.f64() - d.f64();
                sum[0] += self.0.gap(h.f64(), from, d.f64());
                sum[1] += self.0.slope(from) * d.f64();
            }
        }
    }

    fn gap_value(&self, sums: &[f64; 3], _before: &Before, _value: f64) -> f64 {
        at_least_zero(sums[0])
    }

    fn gap_slack(&self, sums: &[f64; 3], before: &Before) -> f64 {
        (sums[1] - before.tilt).abs()
    }
}

impl<F: Primitive> Additive<F> {
    /// |F'| of a convex F is largest at one end of the range of the scores.
    fn choose_scales<T: Real>(&self, tile: &[T], tallies: &mut [Tally]) {
        let queries = tallies.len();
        let fresh = Tally { value: f64::INFINITY, weight: f64::NEG_INFINITY, ..Tally::EMPTY };
        tallies.fill(fresh);
        for row in tile.chunks_exact(queries) {
            for (h, range) in row.iter().zip(&mut *tallies) {
                range.value = range.value.min(h.f64());
                range.weight = range.weight.max(h.f64());
            }
        }
        for tally in tallies {
            let steepest = self.0.slope(tally.value).abs().max(self.0.slope(tally.weight).abs());
            let scale = steepest.ln();
            let scaled = scale.is_finite() && scale.abs() > UNSCALED;
            let log_scale = if scaled { scale.max(LEAST_SCALE) } else { 0.0 };
            *tally = Tally { log_scale, ..Tally::EMPTY };
        }
    }
}

/// Weighs a tile for F = xⁿ/n, or x₊ⁿ/n.
pub(crate) fn weigh_powers<T: Real>(
    n: u32,
    rectified: bool,
    tile: &mut [T],
    tallies: &mut [Tally],
) -> bool {
    let form = Form::Power { k: n - 1, rectified, unscaled: UNSCALED };
    let done = vector::weigh_tile(form, tile, tallies);
    tallies.iter_mut().for_each(|tally| tally.value /= f64::from(n));
    done
}

/// A gap of F between finite currents where F overflows: 0 from a current to itself, else beyond any float.
pub(crate) fn or_beyond(gap: f64, to: f64, from: f64) -> f64 {
    if gap.is_nan() && to.is_finite() && from.is_finite() {
        return if (to - from).abs() > 0.0 { f64::INFINITY } else { 0.0 };
    }
    gap
}

/// The growth (1/n)·xⁿ.
pub(crate) fn power_growth(n: u32) -> Growth {
    Growth::Power { degree: f64::from(n), factor: 1.0 }
}

/// D(t, a) of xⁿ/n for t, a ≥ 0, d = t − a: (d²/n)·Σ_j (j+1)·aʲ·t^{n−2−j}, all terms positive.
pub(crate) fn power_gap(n: u32, t: f64, a: f64, d: f64) -> f64 {
    let (large, ratio) = if t >= a { (t, a / t) } else { (a, t / a) };
    if large == 0.0 {
        return 0.0;
    }
    let weight = |k: u32| f64::from(if t >= a { k + 1 } else { n - 1 - k });
    let sum = (0..=n - 2).rev().fold(0.0, |sum, k| sum * ratio + weight(k));
    d * d / f64::from(n) * sum * large.powi(n.cast_signed() - 2)
}
