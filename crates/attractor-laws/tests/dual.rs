//! Activation and curvature against automatic differentiation.
//!
//! Every formula of the zoo is written once more, values only and straight from the table of the
//! project's theory, over numbers that carry their own derivatives.

use attractor_lagrangian::*;
use attractor_laws::{Both, samples};
use num_dual::{DualNum, HyperDual64};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// A number with derivatives.
trait Number: DualNum<Primitive = f64> + Copy {}
impl<D: DualNum<Primitive = f64> + Copy> Number for D {}

fn sum<D: Number>(x: &[D], f: impl Fn(D) -> D) -> D {
    x.iter().map(|x| f(*x)).sum()
}

fn positive<D: Number>(x: D) -> D {
    if x > 0.0 { x } else { D::from(0.0) }
}

fn quadratic<D: Number>(x: &[D]) -> D {
    sum(x, |x| x * x) * 0.5
}

fn absolute<D: Number>(x: &[D]) -> D {
    sum(x, |x| x.abs())
}

fn huber<D: Number>(x: &[D]) -> D {
    sum(x, |x| if x.abs() < 1.0 { x * x * 0.5 } else { x.abs() - 0.5 })
}

fn log_cosh<D: Number>(x: &[D], beta: f64) -> D {
    sum(x, |x| (x * beta).cosh().ln()) / beta
}

fn softplus<D: Number>(x: &[D], beta: f64) -> D {
    sum(x, |x| (x * beta).exp().ln_1p()) / beta
}

fn rectified_power<D: Number>(x: &[D], n: i32) -> D {
    sum(x, |x| positive(x).powi(n)) / f64::from(n)
}

fn even_power<D: Number>(x: &[D], n: i32) -> D {
    sum(x, |x| x.powi(n)) / f64::from(n)
}

fn exponential<D: Number>(x: &[D], beta: f64) -> D {
    sum(x, |x| (x * beta).exp()) / beta
}

fn rectified_exponential<D: Number>(x: &[D], beta: f64) -> D {
    sum(x, |x| (positive(x) * beta).exp() / beta - positive(x))
}

fn log_sum_exp<D: Number>(x: &[D], beta: f64) -> D {
    sum(x, |x| (x * beta).exp()).ln() / beta
}

fn norm<D: Number>(x: &[D]) -> D {
    sum(x, |x| x * x).sqrt()
}

fn threshold<D: Number>(x: &[D], theta: f64) -> D {
    sum(x, |x| positive(x - theta))
}

fn ghost_log_sum_exp<D: Number>(x: &[D], beta: f64) -> D {
    sum(x, |x| (x * beta).exp()).ln_1p() / beta
}

fn n_norm<D: Number>(x: &[D], n: i32) -> D {
    let unit = x.iter().fold(0.0f64, |m, x| m.max(x.re()));
    if unit == 0.0 {
        return D::from(0.0);
    }
    sum(x, |x| (positive(x) / unit).powi(n)).powf(1.0 / f64::from(n)) * unit
}

fn smoothed_norm<D: Number>(x: &[D], epsilon: f64) -> D {
    (sum(x, |x| x * x) + epsilon).sqrt()
}

fn rms_norm<D: Number>(x: &[D], gamma: f64, epsilon: f64) -> D {
    let n = x.len() as f64;
    (sum(x, |x| x * x) / n + epsilon).sqrt() * (gamma * n)
}

fn layer_norm<D: Number>(x: &[D], gamma: f64, delta: f64, epsilon: f64) -> D {
    let mean = sum(x, |x| x) / x.len() as f64;
    let centred: Vec<D> = x.iter().map(|x| *x - mean).collect();
    rms_norm(&centred, gamma, epsilon) + sum(x, |x| x * delta)
}

/// The margins above τ of the support, Σ(y − τ)₊^ρ = 1: τ by halving, and three steps of Newton's
/// method over the numbers with derivatives: for the last digits, for first and second derivatives.
fn shares<D: Number>(y: &[D], rho: f64) -> Vec<D> {
    let top = y.iter().fold(f64::NEG_INFINITY, |m, y| m.max(y.re()));
    let reached = |tau: f64| y.iter().map(|y| (y.re() - tau).max(0.0).powf(rho)).sum::<f64>();
    let (mut low, mut high) = (top - 1.0, top);
    for _ in 0..60 {
        let middle = low.midpoint(high);
        *if reached(middle) > 1.0 { &mut low } else { &mut high } = middle;
    }
    let support: Vec<D> = y.iter().copied().filter(|y| y.re() > low).collect();
    let mut tau = D::from(low);
    for _ in 0..3 {
        let excess = sum(&support, |y| (y - tau).powf(rho)) - 1.0;
        let slope = sum(&support, |y| (y - tau).powf(rho - 1.0)) * rho;
        tau += excess / slope;
    }
    support.iter().map(|y| *y - tau).collect()
}

/// max + (σ − (1 − 1/α)Σp(1 − X))/((α − 1)β), which is p·x − L*(p) at p = X^{1/(α−1)}.
fn entmax<D: Number>(x: &[D], alpha: f64, beta: f64) -> D {
    let rate = (alpha - 1.0) * beta;
    let y: Vec<D> = x.iter().map(|x| *x * rate).collect();
    let (shares, top) = (shares(&y, 1.0 / (alpha - 1.0)), largest_number(&y));
    let mean = sum(&shares, |x| x.powf(1.0 / (alpha - 1.0)) * (x - 1.0));
    let sigma = -(largest_number(&shares) - 1.0);
    (top + sigma + mean * (1.0 - 1.0 / alpha)) / rate
}

/// (τ + 1)/β.
fn normmax<D: Number>(x: &[D], gamma: f64, beta: f64) -> D {
    let y: Vec<D> = x.iter().map(|x| *x * beta).collect();
    let shares = shares(&y, gamma / (gamma - 1.0));
    (largest_number(&y) - largest_number(&shares) + 1.0) / beta
}

fn largest_number<D: Number>(x: &[D]) -> D {
    x.iter().copied().reduce(|a, b| if a.re() >= b.re() { a } else { b }).expect("not empty")
}

/// Heads of log-sum-exp for any number of neurons: groups of 2, 3 or 5 where they fit.
#[derive(Debug)]
struct Heads(f64);

impl Heads {
    fn of(&self, n: usize) -> Grouped<LogSumExp> {
        Grouped::new(LogSumExp::new(self.0).unwrap(), group(n)).unwrap()
    }
}

fn group(n: usize) -> usize {
    [5, 3, 2].into_iter().find(|size| n.is_multiple_of(*size)).unwrap_or(n)
}

impl<T: Real> Lagrangian<T> for Heads {
    fn value(&self, x: &[T]) -> f64 {
        self.of(x.len()).value(x)
    }
    fn activate(&self, x: &[T], g: &mut [T]) {
        self.of(x.len()).activate(x, g);
    }
    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        self.of(x.len()).curve(x, d, out);
    }
    fn conjugate(&self, p: &[T]) -> f64 {
        self.of(p.len()).conjugate(p)
    }
    fn properties(&self) -> Properties {
        Lagrangian::<T>::properties(&self.of(1))
    }
    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        self.of(to.len()).bregman(to, from, slope)
    }
}

/// ∂L and ∂²L·d: along axis i in the first direction, along d in the second.
fn derivatives(
    formula: impl Fn(&[HyperDual64]) -> HyperDual64,
    x: &[f64],
    d: &[f64],
) -> (Vec<f64>, Vec<f64>) {
    let along = |i: usize| {
        let number = |j: usize| HyperDual64::new(x[j], f64::from(u8::from(i == j)), d[j], 0.0);
        formula(&(0..x.len()).map(number).collect::<Vec<_>>())
    };
    (0..x.len()).map(along).map(|value| (value.eps1, value.eps1eps2)).unzip()
}

/// Where a formula can be evaluated, and how well.
#[derive(Clone, Copy)]
struct Range {
    /// The unit of the currents is 1/β.
    beta: f64,
    /// |x| stays below so many units: the formulas overflow where the crate does not.
    reach: f64,
    /// The size of what cancels in the derivatives of the formula as it is written, in the unit of L.
    cancels: f64,
}

/// For formulas of e^{βx}.
fn within(beta: f64) -> Range {
    Range { beta, reach: 30.0, cancels: 0.0 }
}

/// For formulas without exponentials.
fn up_to(reach: f64) -> Range {
    Range { beta: 1.0, reach, cancels: 0.0 }
}

/// Compares `l` with `formula` on the samples of the laws, brought within its range. A number off by
/// a few roundings of the largest of its kind is right.
fn agrees<T: Real>(
    l: &impl Both<T>,
    formula: impl Fn(&[HyperDual64]) -> HyperDual64,
    range: Range,
) -> Result<(), String> {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 64;
    }
    let attempt = |sample: attractor_laws::Sample<T>| {
        let largest = sample.x.iter().fold(0.0f64, |m, x| m.max(x.f64().abs()));
        let scale = if largest > range.reach { range.reach / largest } else { 1.0 } / range.beta;
        let off_kinks = |x: f64| if x == 0.0 { 0.37 } else { x };
        let x: Vec<T> = sample.x.iter().map(|x| T::of(off_kinks(x.f64()) * scale)).collect();
        let lift = |x: &[T]| x.iter().map(|x| x.f64()).collect::<Vec<f64>>();
        let (slopes, curved) = derivatives(&formula, &lift(&x), &lift(&sample.d));
        let (mut g, mut h) = (vec![T::ZERO; x.len()], vec![T::ZERO; x.len()]);
        l.activate(&x, &mut g);
        l.curve(&x, &sample.d, &mut h);
        let cancels = range.cancels * f64::EPSILON / T::UNIT_ROUNDOFF;
        let size = largest_of(&slopes) + cancels;
        same("activate", &lift(&g), &slopes, size, T::UNIT_ROUNDOFF)?;
        // what cancels in ∂²L·d is as large as the Hessian's own numbers times d
        let properties = Lagrangian::<T>::properties(l);
        let length = Lagrangian::<T>::value(l, &x);
        let radial = properties.homogeneous && length > 0.0;
        let radial = if radial { largest_of(&slopes) / length } else { 0.0 };
        let steep = steepness(&formula, &lift(&x)) + properties.lipschitz.unwrap_or(0.0) + radial;
        let steep = steep + cancels * range.beta;
        let size = steep * largest_of(&lift(&sample.d)) * x.len() as f64;
        same("curve", &lift(&h), &curved, size, T::UNIT_ROUNDOFF)
    };
    TestRunner::new(config).run(&samples::<T>(), attempt).map_err(|e| e.to_string())
}

fn same(
    what: &str,
    ours: &[f64],
    theirs: &[f64],
    size: f64,
    roundoff: f64,
) -> Result<(), TestCaseError> {
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        // numbers below f32's smallest are 0
        let slack = (32.0 * roundoff + 1e-14 * ours.len() as f64) * size + 2e-45;
        prop_assert!((a - b).abs() <= slack, "{what} {i}: {a:e}, dual {b:e}, slack {slack:e}");
    }
    Ok(())
}

fn largest_of(x: &[f64]) -> f64 {
    x.iter().fold(0.0, |m, x| m.max(x.abs()))
}

/// The trace of the Hessian.
fn steepness(formula: impl Fn(&[HyperDual64]) -> HyperDual64, x: &[f64]) -> f64 {
    let second = |i: usize| {
        let unit = |j: usize| f64::from(u8::from(i == j));
        let number = |j: usize| HyperDual64::new(x[j], unit(j), unit(j), 0.0);
        formula(&(0..x.len()).map(number).collect::<Vec<_>>()).eps1eps2.abs()
    };
    (0..x.len()).map(second).sum()
}

/// A test in f32 and f64 for one Lagrangian and its formula, for each of several parameters.
macro_rules! dual {
    ($($name:ident($parameter:ident in [$($value:expr),+], $range:expr): $l:expr, $formula:expr;)*) => {
        $(
            #[test]
            fn $name() {
                for $parameter in [$($value),+] {
                    agrees::<f32>(&$l, $formula, $range).unwrap();
                    agrees::<f64>(&$l, $formula, $range).unwrap();
                }
            }
        )*
    };
}

dual! {
    of_the_quadratic(_n in [1], up_to(1e4)): Quadratic, quadratic;
    of_absolute(_n in [1], up_to(1e4)): Absolute, absolute;
    of_huber(_n in [1], up_to(1e4)): Huber, huber;
    of_the_norm(_n in [1], up_to(1e4)): Norm, norm;
    of_log_cosh(beta in [1e-3, 1.0, 1e3, 1e6], within(beta)):
        LogCosh::new(beta).unwrap(), |x| log_cosh(x, beta);
    of_softplus(beta in [1e-3, 1.0, 1e3, 1e6], within(beta)):
        Softplus::new(beta).unwrap(), |x| softplus(x, beta);
    of_rectified_powers(n in [2, 3, 4, 20], up_to(30.0)):
        Additive(RectifiedPower::new(n).unwrap()), |x| rectified_power(x, n.cast_signed());
    of_even_powers(n in [2, 4, 6, 20], up_to(30.0)):
        Additive(EvenPower::new(n).unwrap()), |x| even_power(x, n.cast_signed());
    of_the_exponential(beta in [0.01, 1.0, 100.0], within(beta)):
        Additive(Exponential::new(beta).unwrap()), |x| exponential(x, beta);
    of_the_rectified_exponential(beta in [0.01, 1.0, 100.0], Range { cancels: 1.0, ..within(beta) }):
        Additive(RectifiedExponential::new(beta).unwrap()), |x| rectified_exponential(x, beta);
    of_log_sum_exp(beta in [1e-3, 1.0, 1e3, 1e6], within(beta)):
        LogSumExp::new(beta).unwrap(), |x| log_sum_exp(x, beta);
    of_ghost_log_sum_exp(beta in [1e-3, 1.0, 1e3, 1e6], within(beta)):
        GhostLogSumExp::new(beta).unwrap(), |x| ghost_log_sum_exp(x, beta);
    of_grouped(beta in [1e-3, 1.0, 1e3], within(beta)):
        Heads(beta), |x| x.chunks(group(x.len())).map(|x| log_sum_exp(x, beta)).sum();
    of_n_norms(n in [2, 3, 20], up_to(30.0)):
        NNorm::new(n).unwrap(), |x| n_norm(x, n.cast_signed());
    of_the_smoothed_norm(epsilon in [1e-6, 1.0, 1e3], up_to(1e4)):
        SmoothedNorm::new(epsilon).unwrap(), |x| smoothed_norm(x, epsilon);
    of_layer_norm(epsilon in [1e-5, 1.0], up_to(1e4)):
        LayerNorm::new(1.5, epsilon).unwrap().with_shift(vec![-0.75]).unwrap(),
        |x| layer_norm(x, 1.5, -0.75, epsilon);
    of_rms_norm(epsilon in [1e-5, 1.0], up_to(1e4)):
        RmsNorm::new(1.5, epsilon).unwrap(), |x| rms_norm(x, 1.5, epsilon);
    of_sparsemax(beta in [1e-3, 1.0, 1e3], up_to(1e4)):
        Sparsemax::new(beta).unwrap(), |x| entmax(x, 2.0, beta);
    of_entmax(alpha in [1.25, 1.5, 1.75], up_to(1e4)):
        Entmax::new(alpha, 1.0).unwrap(), |x| entmax(x, alpha, 1.0);
    of_normmax(gamma in [1.25, 1.5, 2.0], Range { cancels: 1.0, ..up_to(1e4) }):
        Normmax::new(gamma, 1.0).unwrap(), |x| normmax(x, gamma, 1.0);
    of_threshold(theta in [0.0, -0.75, 2.0], up_to(1e4)):
        Threshold::new(theta).unwrap(), |x| threshold(x, theta);
}

#[test]
fn a_wrong_factor_is_noticed() {
    let l = LogCosh::new(2.0).unwrap();
    let other = |x: &[HyperDual64], beta: f64| log_cosh(x, beta);
    assert!(agrees::<f32>(&l, |x| other(x, 2.0 + 1e-5), within(2.0)).is_err());
    assert!(agrees::<f64>(&l, |x| other(x, 2.0 + 1e-10), within(2.0)).is_err());
}
