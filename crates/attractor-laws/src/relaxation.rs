//! The theorem for one layer: what `Layer::relax` returns is what the energy loses.

use crate::measure::*;
use crate::violation::{Claim, Violation};
use attractor_lagrangian::{Factor, Lagrangian, Layer, Real, Relaxation, Scaled};

/// With E(y) = L*(y) − target·y: E(after) − E(before) = −detour − bregman, for the map, Euler and
/// exponential steps.
///
/// # Errors
/// If the two sides differ by more than rounding.
pub fn relaxation_identity<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    x: &[T],
    target: &[T],
    dt: f64,
) -> Result<(), Violation> {
    let (point, towards) = (lift(x), lift(target));
    let hint = "left is E(after) − E(before), right −detour − bregman of `Layer::relax`: look at `bregman` in both directions and at `conjugate`";
    let claim = Claim { law: "relaxation_identity", point: &point, hint };
    for factor in factors(dt) {
        let Some((drop, after, y, y2)) = relaxed(l, x, &towards, factor) else { continue };
        let energy = |y: &[T]| l.conjugate(y) - dot(y, &towards);
        let change = difference(&y2, &y);
        let size =
            [(x, &y), (&after[..], &y2)].map(|(x, y)| magnitude(l, x, y) + mass(&towards, y));
        let u = T::UNIT_ROUNDOFF;
        // x' is rounded, and x' − target = −(1/η − 1)(x' − x) with it
        let rounding = 4.0 * u / factor.eta() * (mass(x, &change) + mass(&after, &change));
        let slack = rounding + (1024 + x.len()) as f64 * u * (size[0] + size[1]);
        // the provided `bregman` stays below the gap by its rounding, and the detour counts it 1/η times
        let provided = 2.0 * (x.len() + 8) as f64 * U / factor.eta() * (size[0] + size[1]);
        let slack = slack
            + provided
            + underflow::<T>(&towards)
            + underflow::<T>(x)
            + underflow::<T>(&after);
        let slack = slack + 1e-3 * f64::from(u8::from(!double::<T>())) * drop.detour;
        claim.equal(energy(&y2) - energy(&y), -drop.detour - drop.bregman, slack)?;
    }
    Ok(())
}

/// Both terms of a relaxation are finite and ≥ 0, also for huge and tiny steps.
///
/// # Errors
/// If a term is negative, infinite or NaN.
pub fn relaxation_positive<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    x: &[T],
    target: &[T],
    dt: f64,
) -> Result<(), Violation> {
    let (point, towards) = (lift(x), lift(target));
    let hint = "left is 0, right the smaller term of `Layer::relax`: `bregman` is negative or not a number";
    let claim = Claim { law: "relaxation_positive", point: &point, hint };
    for factor in factors(dt) {
        let Some((drop, ..)) = relaxed(l, x, &towards, factor) else { continue };
        for term in [drop.detour, drop.bregman] {
            claim.holds(term >= 0.0 && term.is_finite(), 0.0, term, 0.0)?;
        }
    }
    Ok(())
}

/// The map, the exponential step over dt, and the Euler step of the same η.
fn factors(dt: f64) -> impl Iterator<Item = Factor> {
    let euler = Factor::euler(dt.min(1.0));
    [Some(Factor::MAP), Factor::exponential(dt).ok(), euler.ok()].into_iter().flatten()
}

type Relaxed<T> = (Relaxation, Vec<T>, Vec<T>, Vec<T>);

/// The relaxation, x', y and y'; `None` where the numbers do not fit the type.
fn relaxed<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    x: &[T],
    target: &[f64],
    factor: Factor,
) -> Option<Relaxed<T>> {
    if !fits(l, x) {
        return None;
    }
    let y = activation(l, x);
    let (mut x2, mut y2) = (x.to_vec(), y.clone());
    let before = (Scaled { values: x, log_scale: 0.0 }, &y[..]);
    let target = Scaled { values: target, log_scale: 0.0 };
    let (drop, log_scale) = Layer(l).relax(before, target, factor, (&mut x2, &mut y2));
    if !fits(l, &x2) {
        return None;
    }
    let x2 = x2.iter().map(|x| T::of(x.f64() * log_scale.exp())).collect();
    Some((drop, x2, y, y2))
}
