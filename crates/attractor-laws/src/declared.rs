//! What a Lagrangian says of itself in its properties.

use crate::measure::*;
use crate::violation::{Claim, Violation};
use attractor_lagrangian::{Growth, Lagrangian, Real};

/// The declared Lipschitz constant ℓ: ‖g(x) − g(y)‖ ≤ ℓ‖x − y‖ and ‖H·d‖ ≤ ℓ‖d‖.
///
/// # Errors
/// If the activation is steeper than declared.
pub fn lipschitz<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    x: &[T],
    y: &[T],
    d: &[T],
) -> Result<(), Violation> {
    let Some(constant) = l.properties().lipschitz else { return Ok(()) };
    let hint = "left is ‖Δg‖ or ‖H·d‖, right ℓ·‖Δx‖ or ℓ·‖d‖: the declared constant is too small, and step bounds that use it are wrong";
    let claim = Claim { law: "lipschitz", point: &lift(x), hint };
    let (gx, gy) = (activation(l, x), activation(l, y));
    let rounding = 16.0 * T::UNIT_ROUNDOFF * (norm(&gx) + norm(&gy));
    let slack = rounding + 16.0 * T::UNIT_ROUNDOFF * constant * (norm(x) + norm(y));
    claim.at_most(norm(&difference(&gx, &gy)), constant * norm(&difference(x, y)), slack)?;
    for d in [d, &vec![T::ONE; x.len()], &axis(x.len(), 0)] {
        let right = constant * norm(d);
        claim.at_most(norm(&curved(l, x, d)), right, 64.0 * T::UNIT_ROUNDOFF * right)?;
    }
    Ok(())
}

/// Far out, where a bounded activation has reached its bound.
const FAR: [f64; 2] = [1.2676506002282294e30, 1.6069380442589903e60]; // 2¹⁰⁰, 2²⁰⁰

/// A declared bounded activation stays bounded along the ray through x.
///
/// # Errors
/// If it still grows between 2¹⁰⁰·x and 2²⁰⁰·x.
pub fn bounded_activation<T: Real, L: Both<T> + ?Sized>(l: &L, x: &[T]) -> Result<(), Violation> {
    if !<L as Lagrangian<T>>::properties(l).bounded_activation {
        return Ok(());
    }
    let point = lift(x);
    let far = FAR.map(|c| norm(&activation::<f64, _>(l, &along(&vec![0.0; x.len()], &point, c))));
    let hint = "left is ‖g(2²⁰⁰x)‖, right ‖g(2¹⁰⁰x)‖: the activation grows, so pairs that are admitted for its bound have no lower bound";
    let claim = Claim { law: "bounded_activation", point: &point, hint };
    claim.at_most(far[1], far[0], 1e-6 * far[0])
}

/// L grows along the ray through x no faster than declared: |L(cx)| ≤ O(c) for linear growth,
/// ≤ (factor/degree)·‖cx‖^degree for a power.
///
/// # Errors
/// If it grows faster.
pub fn growth<T: Real, L: Both<T> + ?Sized>(l: &L, x: &[T]) -> Result<(), Violation> {
    let point = lift(x);
    let length = norm(&point);
    if length == 0.0 {
        return Ok(());
    }
    let value = |c: f64| {
        let far: Vec<f64> = point.iter().map(|x| x / length * c).collect();
        Lagrangian::<f64>::value(l, &far).abs()
    };
    let hint = "left is L far out on the ray through x, right what the declared growth allows: admissible pairs are decided by it";
    let claim = Claim { law: "growth", point: &point, hint };
    match <L as Lagrangian<T>>::properties(l).growth {
        Growth::Linear => {
            let [near, far] = FAR.map(|c| value(c) / c);
            claim.at_most(far, near, 1e-6 * near + 1e-9)
        }
        Growth::Power { degree, factor } => {
            let c = 1e240f64.powf(1.0 / degree).min(1e30);
            let bound = factor / degree * c.powf(degree);
            claim.at_most(value(c), bound, 1e-6 * bound)
        }
        _ => Ok(()),
    }
}

/// A Lagrangian that is declared 1-homogeneous: L(cx) = c·L(x) and g(cx) = g(x), c = 2^octaves.
///
/// # Errors
/// If the length of x matters more than declared.
pub fn homogeneity<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    x: &[T],
    octaves: i32,
) -> Result<(), Violation> {
    if !l.properties().homogeneous {
        return Ok(());
    }
    let hint = "left is L(cx) or g(cx), right c·L(x) or g(x): declared `homogeneous` but is not; layers rescale such currents freely";
    let claim = Claim { law: "homogeneity", point: &lift(x), hint };
    let c = f64::from(octaves).exp2();
    let scaled: Vec<T> = x.iter().map(|x| T::of(c * x.f64())).collect();
    let value = c * l.value(x);
    claim.equal(l.value(&scaled), value, (8 + x.len()) as f64 * 2.0 * U * value.abs())?;
    let (g, far) = (activation(l, x), activation(l, &scaled));
    let slack = 16.0 * T::UNIT_ROUNDOFF * largest(&g);
    g.iter().zip(&far).try_for_each(|(g, far)| claim.equal(far.f64(), g.f64(), slack))
}

/// A Lagrangian that is declared a sum over groups of neurons (of one neuron, if it is separable): g_i
/// depends on the currents of its own group alone, and the Hessian has no other blocks.
///
/// # Errors
/// If a neuron feels one of another group.
pub fn separability<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    x: &[T],
    y: &[T],
) -> Result<(), Violation> {
    let group = l.properties().group.filter(|group| x.len().is_multiple_of(*group));
    let Some(group) = group.filter(|_| fits(l, x) && fits(l, y)) else { return Ok(()) };
    let hint = "left is the effect of one neuron's current on the output of another group, right 0: a declared `group` is not one; time constants per neuron rely on it";
    let claim = Claim { law: "separability", point: &lift(x), hint };
    let (n, g) = (x.len(), activation(l, x));
    for own in (0..n).step_by(group).map(|start| start..start + group) {
        let mut others = y.to_vec();
        others[own.clone()].copy_from_slice(&x[own.clone()]);
        let alone = activation(l, &others);
        for i in own.clone() {
            let change = alone[i].f64() - g[i].f64();
            claim.equal(change, 0.0, 2.0 * T::UNIT_ROUNDOFF * g[i].f64().abs())?;
            let curved = curved(l, x, &axis(n, i));
            let off = curved.iter().enumerate().filter(|(j, _)| !own.contains(j));
            off.map(|(_, h)| h.f64()).try_for_each(|h| claim.equal(h, 0.0, 0.0))?;
        }
    }
    Ok(())
}

/// H·(zero mode) = 0 for the declared zero modes.
///
/// # Errors
/// If the Hessian does not vanish there.
pub fn zero_modes<T: Real, L: Lagrangian<T> + ?Sized>(
    l: &L,
    x: &[T],
    d: &[T],
) -> Result<(), Violation> {
    if !fits(l, x) {
        return Ok(());
    }
    let hint = "left is H·m for a declared zero mode m, right 0";
    let claim = Claim { law: "zero_modes", point: &lift(x), hint };
    let vanishes = |mode: &[T]| {
        let slack = 64.0 * T::UNIT_ROUNDOFF * steepness(l, x) * norm(mode);
        claim.at_most(norm(&curved(l, x, mode)), 0.0, slack)
    };
    let declared = l.properties().zero_modes;
    if declared.all {
        claim.at_most(norm(&curved(l, x, d)), 0.0, 0.0)?;
    }
    if declared.radial {
        vanishes(x)?;
    }
    if declared.uniform {
        vanishes(&vec![T::ONE; x.len()])?;
    }
    if declared.dead_units { dead_units(&claim, l, x) } else { Ok(()) }
}

/// A unit whose axis is a zero mode does not move: its output is flat on one side of x_i at least.
fn dead_units<T: Real, L: Lagrangian<T> + ?Sized>(
    claim: &Claim<'_>,
    l: &L,
    x: &[T],
) -> Result<(), Violation> {
    let g = activation(l, x);
    let change = |i: usize, by: f64| {
        let mut moved = x.to_vec();
        moved[i] = T::of((1.0 + by) * x[i].f64());
        (activation(l, &moved)[i].f64() - g[i].f64()).abs()
    };
    let near = 64.0 * T::UNIT_ROUNDOFF;
    let dead = |i: &usize| norm(&curved(l, x, &axis(x.len(), *i))) == 0.0;
    for i in (0..x.len()).filter(dead) {
        claim.at_most(change(i, near).min(change(i, -near)), 0.0, underflow::<T>(&[T::ONE]))?;
    }
    Ok(())
}
