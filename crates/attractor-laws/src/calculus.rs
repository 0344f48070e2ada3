//! Activation and curvature are the first and second derivative of one convex function.

use crate::derivative::{hidden, is_slope, jumps};
use crate::measure::*;
use crate::violation::{Claim, Violation};
use attractor_lagrangian::{Lagrangian, Real};

/// What differences of values resolve of a derivative: below, a smooth bend that is symmetric about
/// x looks straight.
const RESOLVED: f64 = 1e-11;

/// `activate` is the gradient of `value`, at kinks a subgradient.
///
/// Along every axis for small n, along eight axes and a diagonal for large n. The reference is
/// differentiated in f64.
///
/// # Errors
/// The direction in which the two differ by more than rounding.
pub fn gradient<T: Real, L: Both<T> + ?Sized>(l: &L, x: &[T]) -> Result<(), Violation> {
    if !fits::<T, _>(l, x) {
        return Ok(());
    }
    let (point, g) = (lift(x), activation::<T, _>(l, x));
    let value = |x: &[f64]| Lagrangian::<f64>::value(l, x);
    let magnitude = magnitude::<T, _>(l, x, &g);
    let noise = (16 + 2 * x.len()) as f64 * U * magnitude;
    let claim = Claim {
        law: "gradient",
        point: &point,
        hint: "left is `activate` in some direction, right the derivative of `value`: look for a missing factor or a wrong sign",
    };
    for d in directions(x.len()) {
        let slope = dot(&g, &d);
        let slack = (64.0 * T::UNIT_ROUNDOFF + RESOLVED) * mass(&g, &d) + underflow::<T>(&d);
        let f = |t: f64| value(&along(&point, &d, t));
        if let Err(found) = is_slope(&f, (size_of(&point), noise), (slope, slack)) {
            let hidden = hidden(&|w| bend(l, &point, &d, w), size_of(&point), noise);
            claim.equal(slope, found.middle(), slack + found.radius() + hidden)?;
        }
    }
    Ok(())
}

/// The activation is monotone: ⟨g(x) − g(y), x − y⟩ ≥ 0. So L is convex.
///
/// # Errors
/// If the product is negative beyond rounding.
pub fn monotone<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    x: &[T],
    y: &[T],
) -> Result<(), Violation> {
    if !(fits(l, x) && fits(l, y)) {
        return Ok(());
    }
    let (point, step) = (lift(x), difference(x, y));
    let (gx, gy) = (activation(l, x), activation(l, y));
    let product = dot(&difference(&gx, &gy), &step);
    let slack =
        8.0 * T::UNIT_ROUNDOFF * (mass(&gx, &step) + mass(&gy, &step)) + underflow::<T>(&step);
    let hint = "left is 0, right ⟨g(x) − g(y), x − y⟩: the activation falls somewhere, so L is not convex and no descent is proved";
    Claim { law: "monotone", point: &point, hint }.at_most(0.0, product, slack)
}

/// `curve` is the derivative of `activate`, wherever that has one: its columns are
/// ∂/∂t e·g(x + t·axis) = e·H·axis, and it is linear in d.
///
/// # Errors
/// If the two differ by more than rounding and the activation has no kink there.
pub fn curvature<T: Real, L: Both<T> + ?Sized>(
    l: &L,
    x: &[T],
    d: &[T],
    e: &[T],
) -> Result<(), Violation> {
    if !fits::<T, _>(l, x) {
        return Ok(());
    }
    let (point, e64) = (lift(x), lift(e));
    let g = activation::<f64, _>(l, &point);
    let steepness = steepness::<T, _>(l, x);
    let hint = "left is `curve` (e·H·axis), right the derivative of `activate`: look at the Hessian's factors, β above all";
    let claim = Claim { law: "curvature", point: &point, hint };
    let rounding = 64.0 * T::UNIT_ROUNDOFF * steepness * norm(e) + underflow::<T>(e);
    for axis in axes(x.len()) {
        // of all currents only the one that moves is rounded again
        let noise = 64.0 * U * (mass(&e64, &g) + steepness * mass(&point, &axis) * norm(e));
        let f = |t: f64| dot(&e64, &activation::<f64, _>(l, &along(&point, &axis, t)));
        if jumps(&f, size_of(&point), noise) {
            continue; // x sits on a kink of L: there is no derivative to compare with
        }
        let slope = dot(e, &curved::<T, _>(l, x, &stored(&axis)));
        if let Err(found) = is_slope(&f, (size_of(&point), noise), (slope, rounding)) {
            return claim.holds(false, slope, found.middle(), rounding + found.radius());
        }
    }
    let column = |i: usize| d[i].f64() * dot(e, &curved::<T, _>(l, x, &axis(x.len(), i)));
    let columns: f64 = (0..x.len()).map(column).sum();
    let hint =
        "left is e·H·d, right the sum of e·H·axis over the axes: `curve` must be linear in d";
    // every number of H·d and of the columns may be one that underflowed
    let slack = (x.len() as f64).sqrt() * norm(d) * rounding + underflow::<T>(e);
    let whole = dot(e, &curved::<T, _>(l, x, d));
    Claim { law: "curvature", point: &point, hint }.equal(whole, columns, slack)
}

/// The Hessian is symmetric: e·H·d = d·H·e. So `activate` is the gradient of something.
///
/// # Errors
/// If the two differ by more than rounding.
pub fn curvature_symmetric<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    x: &[T],
    d: &[T],
    e: &[T],
) -> Result<(), Violation> {
    if !fits(l, x) {
        return Ok(());
    }
    let (hd, he) = (curved(l, x, d), curved(l, x, e));
    let slack = 64.0
        * T::UNIT_ROUNDOFF
        * (mass(e, &hd) + mass(d, &he) + steepness(l, x) * norm(d) * norm(e))
        + underflow::<T>(d)
        + underflow::<T>(e);
    let hint = "left is e·H·d, right d·H·e: an asymmetric `curve` belongs to no potential";
    let claim = Claim { law: "curvature_symmetric", point: &lift(x), hint };
    claim.equal(dot(e, &hd), dot(d, &he), slack)
}

/// The Hessian is positive semi-definite: d·H·d ≥ 0 (the proof of KH eq. 4 needs nothing else).
///
/// # Errors
/// If d·H·d is negative beyond rounding.
pub fn curvature_positive<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    x: &[T],
    d: &[T],
) -> Result<(), Violation> {
    if !fits(l, x) {
        return Ok(());
    }
    let curved = curved(l, x, d);
    let slack = 64.0 * T::UNIT_ROUNDOFF * (mass(d, &curved) + steepness(l, x) * norm(d).powi(2))
        + underflow::<T>(d);
    let hint = "left is 0, right d·H·d: L is not convex, so the energy may rise";
    let claim = Claim { law: "curvature_positive", point: &lift(x), hint };
    claim.at_most(0.0, dot(d, &curved), slack)
}

/// How much d·H·d differs from its value at x within ±w along d.
fn bend<L: Lagrangian<f64> + ?Sized>(l: &L, x: &[f64], d: &[f64], w: f64) -> f64 {
    let steep = |t: f64| dot(d, &curved(l, &along(x, d, t), d));
    let here = steep(0.0);
    (steep(w) - here).abs().max((steep(-w) - here).abs())
}

/// All axes for n ≤ 9, else nine of them; and one direction that moves everything.
fn directions(n: usize) -> impl Iterator<Item = Vec<f64>> {
    let signs = [1.0, -1.0, 0.5, 1.0, -0.5];
    axes(n).chain([(0..n).map(|i| signs[i % signs.len()]).collect()])
}

fn axes(n: usize) -> impl Iterator<Item = Vec<f64>> {
    (0..n).step_by(n.div_ceil(9)).map(move |i| axis(n, i))
}

#[cfg(test)]
mod tests {
    use super::*;
    use attractor_lagrangian::{Additive, Exponential, LogCosh, RectifiedExponential};

    #[test]
    fn a_linear_curve_may_underflow() {
        let growth = Additive(Exponential::new(1.0).unwrap());
        for (x, d) in [(-100.567, -0.010042), (-89.3574, -0.025509175)] {
            assert_eq!(curvature::<f32, _>(&growth, &[x], &[d], &[-0.89398223]), Ok(()));
        }
    }

    #[test]
    fn a_jump_below_the_noise_of_small_steps_is_no_slope() {
        let sign = LogCosh::new(1e6).unwrap();
        let x = [3e5, 0.0, -9402.385464748937, -3543.273596396541, 5000.0, -8508.974881396936, 0.0];
        let e = [0.0, 0.0, -0.9406201071665236, 0.0027527977096519557, 0.0, 0.0, -0.15877733181044];
        assert_eq!(curvature::<f64, _>(&sign, &x, &[0.0; 7], &e), Ok(()));
    }

    #[test]
    fn a_bend_that_noise_hides_is_no_slope() {
        let rectified = Additive(RectifiedExponential::new(1.0).unwrap());
        for e in
            [[0.676792262945389, -0.11187980699440066], [0.9557552072553098, -0.23050305835983842]]
        {
            assert_eq!(curvature::<f64, _>(&rectified, &[0.0, 30.0], &[0.0; 2], &e), Ok(()));
        }
    }

    #[test]
    fn two_bends_that_noise_hides_are_no_wrong_gradient() {
        let rectified = Additive(RectifiedExponential::new(0.01).unwrap());
        let x = [2.7910012110664436e-5, 0.0, -0.006938464750382785];
        assert_eq!(gradient::<f64, _>(&rectified, &x), Ok(()));
    }
}
