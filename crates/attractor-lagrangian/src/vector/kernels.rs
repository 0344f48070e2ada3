//! The functions of one number that layers need of many.

use super::exp::Factor;
use super::lane::Lane;
use super::lanes::Lanes;
use crate::special::logistic;
use pulp::Simd;

/// f(βx).
pub(super) trait Kernel: Copy {
    /// One at a time, for a β that is out of the lanes' range.
    fn plain(self, beta: f64, x: f64) -> f64;
    fn at<S: Simd, T: Lane>(self, beta: Factor<S, T>, x: Lanes<S, T>) -> Lanes<S, T>;
}

/// e^{βx}.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exp;

impl Kernel for Exp {
    fn plain(self, beta: f64, x: f64) -> f64 {
        (beta * x).exp()
    }

    #[inline(always)]
    fn at<S: Simd, T: Lane>(self, beta: Factor<S, T>, x: Lanes<S, T>) -> Lanes<S, T> {
        beta.exp(x)
    }
}

/// e^{βx₊} − 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct RectifiedExpM1;

impl Kernel for RectifiedExpM1 {
    fn plain(self, beta: f64, x: f64) -> f64 {
        (beta * if x < 0.0 { 0.0 } else { x }).exp_m1()
    }

    #[inline(always)]
    fn at<S: Simd, T: Lane>(self, beta: Factor<S, T>, x: Lanes<S, T>) -> Lanes<S, T> {
        let x = x.at_least(0.0);
        beta.exp_m1_up(x).with_sign_of(x) // −0 stays
    }
}

/// tanh βx.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tanh;

impl Kernel for Tanh {
    fn plain(self, beta: f64, x: f64) -> f64 {
        (beta * x).tanh()
    }

    /// m/(2 − m) with m = 1 − e^{−2β|x|}, which is as precise near 0 as elsewhere.
    #[inline(always)]
    fn at<S: Simd, T: Lane>(self, beta: Factor<S, T>, x: Lanes<S, T>) -> Lanes<S, T> {
        let y = (-x.abs()).at_least(-20.0 / beta.beta); // where it is ±1
        let m = beta.one_minus_exp_down(y + y);
        quotient(m, x.all(2.0)).with_sign_of(x)
    }
}

/// t = m/(2 − m), with what rounding took from denominator and quotient: 1/(2 − m) is (1 + t)/2.
#[inline(always)]
fn quotient<S: Simd, T: Lane>(m: Lanes<S, T>, two: Lanes<S, T>) -> Lanes<S, T> {
    let denominator = two - m;
    let t = m / denominator;
    let lost = t.mul_add((two - denominator) - m, t.times_minus(denominator, m));
    let half = two.all(0.5);
    (-lost).mul_add(t.mul_add(half, half), t)
}

/// 1/(1 + e^{−βx}).
#[derive(Debug, Clone, Copy)]
pub(super) struct Logistic;

/// Of p = e/(1 + e) with e = e^{−β|x|} the two values are 1·(1 − p) and e·(1 − p): the roundings of p
/// count less than if it were one of them.
impl Kernel for Logistic {
    fn plain(self, beta: f64, x: f64) -> f64 {
        logistic(beta * x)
    }

    #[inline(always)]
    fn at<S: Simd, T: Lane>(self, beta: Factor<S, T>, x: Lanes<S, T>) -> Lanes<S, T> {
        let e = beta.exp_down((-x.abs()).at_least(T::RANGE.0 / beta.beta));
        let one = x.all(1.0);
        let part = x.if_below(0.0, e, one);
        (-part).mul_add(e / (one + e), part)
    }
}
