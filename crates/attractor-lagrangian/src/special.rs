//! Small differences of large numbers, without taking them.

/// φ(u) = eᵘ − 1 − u ≥ 0 to full relative precision.
pub(crate) fn phi(u: f64) -> f64 {
    if u.abs() >= 0.7 {
        let power = u.exp_m1();
        return if power == f64::INFINITY { power } else { power - u };
    }
    // Σ_{k ≥ 2} uᵏ/k!, from the smallest term; 0.7¹⁸/18! is below 1e-18 of the first.
    let mut sum = 1.0;
    for k in (3..=18).rev() {
        sum = 1.0 + sum * u / f64::from(k);
    }
    sum * u * u / 2.0
}

/// t − a as its rounded value and the rounding error, exactly.
pub(crate) fn difference(t: f64, a: f64) -> (f64, f64) {
    let rounded = t - a;
    let back = rounded - t;
    (rounded, (t - (rounded - back)) - (a + back))
}

/// ab − cd to within two roundings of itself (Kahan).
pub(crate) fn difference_of_products(a: f64, b: f64, c: f64, d: f64) -> f64 {
    let product = c * d;
    let rest = (-c).mul_add(d, product);
    a.mul_add(b, -product) + rest
}

/// ln cosh x without overflow, and without cancellation near 0.
pub(crate) fn ln_cosh(x: f64) -> f64 {
    let a = x.abs();
    if a < 1.0 {
        let s = (a / 2.0).sinh();
        (2.0 * s * s).ln_1p()
    } else {
        a + (-2.0 * a).exp().ln_1p() - std::f64::consts::LN_2
    }
}

/// ln(1 + eᵃ) = −ln σ(−a) without overflow.
pub(crate) fn softplus(a: f64) -> f64 {
    a.max(0.0) + (-a.abs()).exp().ln_1p() // NaN stays in the second term
}

/// σ(a) = 1/(1 + e^{−a}).
pub(crate) fn logistic(a: f64) -> f64 {
    let e = (-a.abs()).exp();
    if a < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}

/// D(t, a) ≥ 0 of ln(1 + eˣ), u = t − a: the relative entropy of two states, σ(a) against σ(t).
pub(crate) fn softplus_gap(t: f64, a: f64, u: f64) -> f64 {
    // the two states change places with the sign, so a ≥ 0
    let (t, a, u) = if a < 0.0 { (-t, -a, -u) } else { (t, a, u) };
    let (p, q) = (logistic(a), logistic(-a));
    let gap = if u.abs() > 1.0 {
        softplus(-t) - softplus(-a) + q * u // only small numbers cancel
    } else {
        (p * phi(q * u) + q * phi(-p * u)).ln_1p()
    };
    if gap < 0.0 { 0.0 } else { gap }
}

/// x ln x with its limit at 0.
pub(crate) fn x_ln_x(x: f64) -> f64 {
    if x <= 0.0 { 0.0 } else { x * x.ln() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phi_keeps_its_digits_on_both_sides_of_the_switch() {
        for u in [1e-9, -1e-5, 0.1, 0.6999, -0.6999] {
            let series: f64 = (2..30).map(|k| (1..=k).fold(1.0, |t, j| t * u / f64::from(j))).sum();
            assert!((phi(u) / series - 1.0).abs() < 1e-14, "{u}");
        }
        assert!((phi(0.7) / phi(0.7 - 1e-13) - 1.0).abs() < 1e-12);
        assert!(phi(0.0).abs() < 1e-300);
        assert!((phi(-800.0) - 799.0).abs() < 1e-10);
    }

    #[test]
    fn ln_cosh_neither_overflows_nor_cancels() {
        assert!((ln_cosh(1000.0) - (1000.0 - std::f64::consts::LN_2)).abs() < 1e-12);
        assert!((ln_cosh(1e-6) / 5e-13 - 1.0).abs() < 1e-12);
    }
}
