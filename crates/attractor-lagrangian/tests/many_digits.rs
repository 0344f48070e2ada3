//! Every formula against the definition in many digits, at the stored inputs.
//!
//! The reference takes the f32 or f64 inputs exactly, computes L(t) − L(a) − ∂L(a)·(t − a) with 360
//! bits, and so has digits left where every f64 difference has none. The bounds are what is measured,
//! rounded up: f32 is as good as f64, because f32 vectors are lifted exactly and weights are not taken
//! from stored outputs.

use attractor_lagrangian::*;
use dashu_float::{FBig, round::mode::HalfEven};

type Big = FBig<HalfEven, 2>;

const BITS: usize = 360;

fn big(x: f64) -> Big {
    Big::try_from(x).expect("a finite number").with_precision(BITS).value()
}

fn bigs<T: Real>(x: &[T]) -> Vec<Big> {
    x.iter().map(|x| big(x.f64())).collect()
}

fn small(x: &Big) -> f64 {
    x.to_f64().value()
}

/// Σ x·y without the terms that vanish: dashu-float 0.5.2 takes z − (−0) to be 0.
fn dot(x: &[Big], y: &[Big]) -> Big {
    let zero = big(0.0);
    let terms = x.iter().zip(y).filter(|(x, y)| **x != zero && **y != zero);
    terms.map(|(x, y)| x * y).fold(zero.clone(), |sum, term| sum + term)
}

fn minus(x: &[Big], y: &[Big]) -> Vec<Big> {
    x.iter().zip(y).map(|(x, y)| x - y).collect()
}

fn largest(x: &[Big]) -> Big {
    x.iter().cloned().reduce(|a, b| if a >= b { a } else { b }).expect("not empty")
}

fn magnitude(x: &Big) -> Big {
    if *x < big(0.0) { -x } else { x.clone() }
}

fn positive(x: &Big) -> Big {
    if *x < big(0.0) { big(0.0) } else { x.clone() }
}

/// e^{−x}, or 0 below the smallest f64.
fn tiny(x: &Big) -> Big {
    if *x > big(750.0) { big(0.0) } else { (-x).exp() }
}

fn with_ghost(x: &[Big]) -> Vec<Big> {
    x.iter().cloned().chain([big(0.0)]).collect()
}

fn centred(x: &[Big]) -> Vec<Big> {
    let mean = x.iter().fold(big(0.0), |sum, x| sum + x) / big(x.len() as f64);
    x.iter().map(|x| x - &mean).collect()
}

/// L and ∂L as the literature writes them.
enum Exact {
    Quadratic,
    Absolute,
    Norm,
    LogCosh(f64),
    LogSumExp(f64),
    Rectified(usize),
    Even(usize),
    Exponential(f64),
    RectifiedExponential(f64),
    Softplus(f64),
    Huber,
    Threshold(f64),
    Ghost(f64),
    Grouped(f64),
    NNorm(usize),
    SmoothedNorm(f64),
    LayerNorm(f64, f64),
    RmsNorm(f64, f64),
    Entmax(f64, f64),
    Normmax(f64, f64),
    KSubset(usize, f64),
}

fn each_positive(x: &[Big], f: impl Fn(&Big) -> Big) -> Vec<Big> {
    x.iter().map(|x| if *x > big(0.0) { f(x) } else { big(0.0) }).collect()
}

/// x^power for x > 0 and a multiple of ½.
fn raised(x: &Big, power: f64) -> Big {
    if power < 0.0 {
        return big(1.0) / raised(x, -power);
    }
    assert!((2.0 * power).fract() == 0.0, "{power}");
    let whole = x.powi((power as usize).into());
    if power.fract() == 0.0 { whole } else { whole * x.sqrt() }
}

/// Largest first.
fn descending(x: &[Big]) -> Vec<Big> {
    let mut sorted = x.to_vec();
    sorted.sort_by(|a, b| b.partial_cmp(a).expect("numbers"));
    sorted
}

/// X_i = (y_i − τ)₊ with ΣX^ρ = 1.
fn margins(y: &[Big], rho: f64) -> Vec<Big> {
    let sorted = descending(y);
    // a neuron has a share if those above it do not reach 1 where it has nothing
    let reached = |j: usize| {
        let above = sorted[..j].iter().map(|y| y - &sorted[j]).filter(|x| *x > big(0.0));
        above.map(|x| raised(&x, rho)).fold(big(0.0), |sum, term| sum + term)
    };
    let support = (1..y.len()).find(|j| reached(*j) >= big(1.0)).unwrap_or(y.len());
    let least = sorted[support - 1].clone();
    let above: Vec<Big> = sorted[..support].iter().map(|y| y - &least).collect();
    let share = newton(&above, rho);
    y.iter().map(|y| positive(&(y - &least + &share))).collect()
}

/// X of the smallest share: Σ(c + X)^ρ = 1. From above for ρ ≥ 1, where the sum is convex; from below
/// for ρ < 1, where it is concave.
fn newton(above: &[Big], rho: f64) -> Big {
    let mut x = big(1.0) - &above[0];
    for _ in 0..400 {
        let (mut sum, mut slope) = (big(-1.0), big(0.0));
        for c in above.iter().map(|c| c + &x) {
            let power = raised(&c, rho - 1.0);
            sum += &c * &power;
            slope += big(rho) * power;
        }
        let step = sum / slope;
        if magnitude(&step) <= &x * big(1e-100) {
            break;
        }
        x = if step < x { x - step } else { x / big(1e3) };
    }
    x
}

/// clip(y_i − τ, 0, 1) with the sum k.
fn clipped(y: &[Big], k: usize) -> Vec<Big> {
    let one = big(1.0);
    let clip = |tau: &Big| -> Vec<Big> {
        let one = |y: &Big| positive(&(y - tau)).min(big(1.0));
        y.iter().map(one).collect()
    };
    let sum = |p: &[Big]| p.iter().fold(big(0.0), |sum, p| sum + p);
    let breaks: Vec<Big> = y.iter().flat_map(|y| [y.clone(), y - &one]).collect();
    let breaks = descending(&breaks);
    let wanted = big(k.min(y.len()) as f64);
    let low = breaks.iter().position(|tau| sum(&clip(tau)) >= wanted).expect("all have 1 there");
    // between two breaks the sum is a straight line
    let high = low.saturating_sub(1);
    let (few, many) = (sum(&clip(&breaks[high])), sum(&clip(&breaks[low])));
    let part = if few < many { (wanted - &few) / (many - few) } else { big(0.0) };
    clip(&(&breaks[high] + part * (&breaks[low] - &breaks[high])))
}

impl Exact {
    /// p·x − L*(p) at the maximal p, and p.
    fn shared(&self, x: &[Big]) -> (Big, Vec<Big>) {
        let powers = |p: &[Big], n: f64| {
            let terms = p.iter().filter(|p| **p > big(0.0)).map(|p| raised(p, n));
            terms.fold(big(0.0), |sum, term| sum + term)
        };
        match *self {
            Self::Entmax(alpha, beta) => {
                let rate = (big(alpha) - big(1.0)) * big(beta);
                let y: Vec<Big> = x.iter().map(|x| &rate * x).collect();
                let shares = margins(&y, 1.0 / (alpha - 1.0));
                let power = |x: &Big| raised(x, 1.0 / (alpha - 1.0));
                let p = each_positive(&shares, power);
                let entropy = (dot(&p, &shares) - big(1.0)) / (big(alpha) * rate);
                (dot(&p, x) - entropy, p)
            }
            Self::Normmax(gamma, beta) => {
                let y: Vec<Big> = x.iter().map(|x| big(beta) * x).collect();
                let shares = margins(&y, gamma / (gamma - 1.0));
                let r = each_positive(&shares, |x| raised(x, 1.0 / (gamma - 1.0)));
                let sum = powers(&r, 1.0);
                let p: Vec<Big> = r.iter().map(|r| r / &sum).collect();
                // ‖r‖_γ = 1
                (dot(&p, x) - (big(1.0) / sum - big(1.0)) / big(beta), p)
            }
            Self::KSubset(k, beta) => {
                let y: Vec<Big> = x.iter().map(|x| big(beta) * x).collect();
                let p = clipped(&y, k);
                (dot(&p, x) - dot(&p, &p) / big(2.0 * beta), p)
            }
            _ => panic!("no share"),
        }
    }

    fn value(&self, x: &[Big]) -> Big {
        let zero = big(0.0);
        let sum = |f: &dyn Fn(&Big) -> Big| x.iter().map(f).fold(big(0.0), |sum, term| sum + term);
        match *self {
            Self::Quadratic => dot(x, x) / big(2.0),
            Self::Absolute => sum(&magnitude),
            Self::Norm => dot(x, x).sqrt(),
            Self::LogCosh(beta) => sum(&|x| {
                let a = magnitude(x);
                let tail = tiny(&(big(2.0 * beta) * &a)).ln_1p() - big(2.0).ln();
                a + tail / big(beta)
            }),
            Self::LogSumExp(beta) => {
                // the largest is the 1 of ln(1 + …), whose tail needs its own digits
                let (beta, max) = (big(beta), largest(x));
                let top = x.iter().position(|x| *x == max).expect("not empty");
                let others = x.iter().enumerate().filter(|(i, _)| *i != top);
                let tail = others.map(|(_, x)| tiny(&(&beta * (&max - x))));
                let tail = tail.fold(zero, |sum, term| sum + term);
                max + tail.ln_1p() / beta
            }
            Self::Rectified(n) => {
                let one = |x: &Big| if *x > zero { x.powi(n.into()) } else { zero.clone() };
                sum(&one) / big(n as f64)
            }
            Self::Even(n) => sum(&|x| x.powi(n.into())) / big(n as f64),
            Self::Exponential(beta) => sum(&|x| (big(beta) * x).exp()) / big(beta),
            Self::RectifiedExponential(beta) => {
                sum(&|x| (big(beta) * positive(x)).exp() / big(beta) - positive(x))
            }
            Self::Softplus(beta) => sum(&|x| {
                // far to the left L is this tail alone, so it needs its own digits
                positive(x) + tiny(&(big(beta) * magnitude(x))).ln_1p() / big(beta)
            }),
            Self::Huber => sum(&|x| {
                let a = magnitude(x);
                if a < big(1.0) { &a * &a / big(2.0) } else { a - big(0.5) }
            }),
            Self::Threshold(theta) => sum(&|x| positive(&(x - big(theta)))),
            Self::Ghost(beta) => Self::LogSumExp(beta).value(&with_ghost(x)),
            Self::Grouped(beta) => {
                let one = |x: &[Big]| Self::LogSumExp(beta).value(x);
                x.chunks(group(x.len())).map(one).fold(zero, |sum, term| sum + term)
            }
            Self::NNorm(n) => {
                let sum = sum(&|x| positive(x).powi(n.into()));
                if sum == zero { zero } else { sum.powf(&(big(1.0) / big(n as f64))) }
            }
            Self::SmoothedNorm(epsilon) => (dot(x, x) + big(epsilon)).sqrt(),
            Self::LayerNorm(gamma, epsilon) => Self::RmsNorm(gamma, epsilon).value(&centred(x)),
            Self::RmsNorm(gamma, epsilon) => {
                let n = big(x.len() as f64);
                big(gamma) * (&n * (dot(x, x) + &n * big(epsilon))).sqrt()
            }
            Self::Entmax(..) | Self::Normmax(..) | Self::KSubset(..) => self.shared(x).0,
        }
    }

    fn gradient(&self, x: &[Big]) -> Vec<Big> {
        let zero = big(0.0);
        let each = |f: &dyn Fn(&Big) -> Big| x.iter().map(f).collect();
        match *self {
            Self::Quadratic => x.to_vec(),
            Self::Absolute => each(&|x| big(if *x < zero { -1.0 } else { 1.0 })),
            Self::Norm => {
                let norm = dot(x, x).sqrt();
                each(&|x| x / &norm)
            }
            Self::LogCosh(beta) => each(&|x| {
                let e = tiny(&(big(2.0 * beta) * magnitude(x)));
                let tanh = (big(1.0) - &e) / (big(1.0) + &e);
                if *x < zero { -tanh } else { tanh }
            }),
            Self::LogSumExp(beta) => {
                let (beta, value) = (big(beta), self.value(x));
                each(&|x| tiny(&(&beta * (&value - x))))
            }
            Self::Rectified(n) => {
                each(&|x| if *x > zero { x.powi((n - 1).into()) } else { zero.clone() })
            }
            Self::Even(n) => each(&|x| x.powi((n - 1).into())),
            Self::Exponential(beta) => each(&|x| (big(beta) * x).exp()),
            Self::RectifiedExponential(beta) => {
                each(&|x| (big(beta) * positive(x)).exp() - big(1.0))
            }
            Self::Softplus(beta) => each(&|x| {
                let e = tiny(&(big(beta) * magnitude(x)));
                let high = big(1.0) / (big(1.0) + &e);
                if *x < zero { e * high } else { high }
            }),
            Self::Huber => each(&|x| match x {
                x if *x > big(1.0) => big(1.0),
                x if *x < big(-1.0) => big(-1.0),
                x => x.clone(),
            }),
            Self::Threshold(theta) => each(&|x| big(if *x > big(theta) { 1.0 } else { 0.0 })),
            Self::Ghost(beta) => {
                let mut p = Self::LogSumExp(beta).gradient(&with_ghost(x));
                p.truncate(x.len());
                p
            }
            Self::Grouped(beta) => {
                x.chunks(group(x.len())).flat_map(|x| Self::LogSumExp(beta).gradient(x)).collect()
            }
            Self::NNorm(n) => {
                let length = self.value(x);
                let one = |x: &Big| (positive(x) / &length).powi((n - 1).into());
                if length == zero { vec![zero; x.len()] } else { each(&one) }
            }
            Self::SmoothedNorm(_) => {
                let length = self.value(x);
                each(&|x| x / &length)
            }
            Self::LayerNorm(gamma, epsilon) => Self::RmsNorm(gamma, epsilon).gradient(&centred(x)),
            Self::RmsNorm(gamma, _) => {
                // γD·x/√(…) with L = γ√D·√(…)
                let factor = big(gamma * gamma) * big(x.len() as f64) / self.value(x);
                each(&|x| x * &factor)
            }
            Self::Entmax(..) | Self::Normmax(..) | Self::KSubset(..) => self.shared(x).1,
        }
    }

    /// D_L(t, a), and |L(t)| + |L(a)|.
    fn gap(&self, t: &[Big], a: &[Big]) -> (f64, f64) {
        let (after, before) = (self.value(t), self.value(a));
        let gap = &after - &before - dot(&self.gradient(a), &minus(t, a));
        (small(&gap), small(&after).abs() + small(&before).abs())
    }
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

/// A plain generator: the cases are the same on every machine.
struct Random(u64);

impl Random {
    /// Uniform in [−1, 1].
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / 2f64.powi(52) - 1.0
    }

    fn vector<T: Real>(&mut self, n: usize, scale: f64) -> Vec<T> {
        (0..n).map(|_| T::of(scale * self.next())).collect()
    }
}

/// The largest only where neurons feel each other.
const SIZES: [usize; 4] = [1, 2, 9, 65];
const STEPS: [f64; 6] = [1e-6, 1e-4, 1e-2, 0.5, 3.0, 30.0];
const LENGTHS: [f64; 3] = [1e-5, 1.0, 20.0];

/// The error of a gap relative to the exact one, which has 18 digits down to 1e-90 of L; below 1e-290
/// an f64 has no digits to be wrong.
fn relative_error(found: f64, exact: &Exact, t: &[Big], a: &[Big]) -> f64 {
    let (exact, size) = exact.gap(t, a);
    assert!(found >= 0.0, "a gap of {found:e} instead of {exact:e}");
    (found - exact).abs() / (exact.abs() + 1e-290 + 1e-90 * size)
}

/// Currents before and after: a random step, a step with a common part, and one back to near 0.
fn moves<T: Real>(random: &mut Random, n: usize, length: f64, step: f64) -> [(Vec<T>, Vec<T>); 3] {
    let a: Vec<T> = random.vector(n, length);
    let moved = |random: &mut Random, a: &[T], common: f64| -> Vec<T> {
        a.iter().map(|a| T::of(a.f64() + common + step * random.next())).collect()
    };
    let (random_step, common) = (moved(random, &a, 0.0), moved(random, &a, 2.0));
    [(a.clone(), random_step), (a.clone(), common), (a, random.vector(n, step))]
}

/// The worst relative error of `bregman`, and of the gap streamed in several tiles, which may lose
/// `loss` of the tilt besides.
fn worst<T: Real, L: Lagrangian<T> + Lagrangian<f64>>(l: &L, exact: &Exact, loss: f64) -> [f64; 2] {
    let mut random = Random(7);
    let mut worst = [0.0f64; 2];
    let separable = Lagrangian::<T>::properties(l).is_separable();
    for n in SIZES.into_iter().filter(|n| !separable || *n < 10) {
        for (length, step) in LENGTHS.iter().flat_map(|l| STEPS.map(|s| (*l, s))) {
            for (a, t) in moves::<T>(&mut random, n, length, step) {
                let mut slope = vec![T::ZERO; n];
                l.activate(&a, &mut slope);
                let found = l.bregman(&t, &a, &slope);
                worst[0] = worst[0].max(relative_error(found, exact, &bigs(&t), &bigs(&a)));
            }
            let (h, by) = (random.vector(n, length), random.vector(n, step));
            if let Some((found, tilt)) = streamed::<T, L>(l, exact, &h, &by) {
                let (t, by) = (bigs(&h), bigs(&by));
                let from = minus(&t, &by);
                let error = relative_error(found, exact, &t, &from);
                let (gap, _) = exact.gap(&t, &from);
                let lost = (found - gap).abs() <= loss * tilt.abs();
                worst[1] = worst[1].max(if lost { 0.0 } else { error });
            }
        }
    }
    worst
}

/// The gap of `h` against `h − by`, streamed in tiles of three, and the tilt.
fn streamed<T: Real, L: Lagrangian<T> + Lagrangian<f64>>(
    l: &L,
    exact: &Exact,
    h: &[T],
    by: &[T],
) -> Option<(f64, f64)> {
    let Some(OnePass::Sum(pool)) = Lagrangian::<T>::one_pass(l) else {
        return None;
    };
    let (after, steps) = (bigs(h), bigs(by));
    let from = minus(&after, &steps);
    let tilt = small(&dot(&exact.gradient(&from), &steps));
    let before = [Before { value: small(&exact.value(&from)), tilt }];
    let mut sums = [[0.0; 3]];
    for (h, by) in h.chunks(3).zip(by.chunks(3)) {
        pool.gap(h, by, &before, &mut sums);
    }
    let value = Lagrangian::<T>::value(l, h);
    Some((pool.gap_value(&sums[0], &before[0], value), tilt))
}

/// Worst relative errors of `bregman` and of the streamed gap, in f32 and in f64, against the bound.
fn hold<L>(l: &L, exact: &Exact, bound: f64)
where
    L: Lagrangian<f32> + Lagrangian<f64>,
{
    hold_but_for(0.0, l, exact, bound);
}

fn hold_but_for<L>(loss: f64, l: &L, exact: &Exact, bound: f64)
where
    L: Lagrangian<f32> + Lagrangian<f64>,
{
    let ([a, b], [c, d]) = (worst::<f32, L>(l, exact, loss), worst::<f64, L>(l, exact, loss));
    let found = [a, b, c, d];
    report(&format!("{l:?}"), found);
    for found in found {
        assert!(found <= bound, "{l:?}: {found:e} where {bound:e} is promised");
    }
}

#[expect(clippy::print_stdout, reason = "the measured errors are what THEORY §10 quotes")]
fn report(name: &str, [a, b, c, d]: [f64; 4]) {
    println!("{name:40} f32 {a:.1e} streamed {b:.1e}  f64 {c:.1e} streamed {d:.1e}");
}

#[test]
fn quadratic() {
    hold(&Quadratic, &Exact::Quadratic, 1e-14);
}

#[test]
fn absolute() {
    hold(&Absolute, &Exact::Absolute, 1e-14);
}

#[test]
fn norm() {
    hold(&Norm, &Exact::Norm, 1e-14);
}

#[test]
fn log_cosh() {
    for beta in [1e-3, 1.0, 1e3, 1e6] {
        hold(&LogCosh::new(beta).unwrap(), &Exact::LogCosh(beta), 5e-14);
    }
}

#[test]
fn log_sum_exp() {
    for beta in [1e-3, 1.0, 1e3, 1e6] {
        hold(&LogSumExp::new(beta).unwrap(), &Exact::LogSumExp(beta), 2e-13);
    }
}

#[test]
fn powers() {
    for n in [2u32, 3, 5, 20, 30] {
        let rectified = Additive(RectifiedPower::new(n).unwrap());
        hold(&rectified, &Exact::Rectified(n as usize), 1e-14);
    }
    for n in [2u32, 4, 10, 30] {
        hold(&Additive(EvenPower::new(n).unwrap()), &Exact::Even(n as usize), 1e-14);
    }
}

#[test]
fn exponential() {
    for beta in [1e-3, 1.0, 10.0] {
        let exponential = Additive(Exponential::new(beta).unwrap());
        hold(&exponential, &Exact::Exponential(beta), 1e-13);
    }
}

#[test]
fn rectified_exponential() {
    for beta in [1e-3, 1.0, 10.0] {
        let rectified = Additive(RectifiedExponential::new(beta).unwrap());
        hold(&rectified, &Exact::RectifiedExponential(beta), 1e-13);
    }
}

#[test]
fn softplus() {
    for beta in [1e-3, 1.0, 1e3, 1e6] {
        // a gap of e^{−700} feels the rounding of βa, 700 · 2⁻⁵³ of itself
        hold(&Softplus::new(beta).unwrap(), &Exact::Softplus(beta), 2e-13);
    }
}

#[test]
fn huber() {
    hold(&Huber, &Exact::Huber, 1e-13);
}

#[test]
fn threshold() {
    for theta in [0.0, 0.5, -3.0] {
        hold(&Threshold::new(theta).unwrap(), &Exact::Threshold(theta), 1e-14);
    }
}

#[test]
fn ghost_log_sum_exp() {
    for beta in [1e-3, 1.0, 1e3, 1e6] {
        hold(&GhostLogSumExp::new(beta).unwrap(), &Exact::Ghost(beta), 2e-13);
    }
}

#[test]
fn grouped() {
    for beta in [1e-3, 1.0, 1e3] {
        hold(&Heads(beta), &Exact::Grouped(beta), 2e-13);
    }
}

#[test]
fn n_norm() {
    for n in [2u32, 3, 5, 20, 30] {
        // a move along the state itself has no gap, and L and the tilt are known to their rounding
        hold_but_for(1e-14, &NNorm::new(n).unwrap(), &Exact::NNorm(n as usize), 1e-12);
    }
}

#[test]
fn smoothed_norm() {
    for epsilon in [1e-12, 1e-3, 1.0, 1e3] {
        hold(&SmoothedNorm::new(epsilon).unwrap(), &Exact::SmoothedNorm(epsilon), 1e-13);
    }
}

#[test]
fn layer_and_rms_norm() {
    for (gamma, epsilon) in [(1.0, 1.0), (2.5, 1e-5), (0.5, 1e-12)] {
        let layer = LayerNorm::new(gamma, epsilon).unwrap().with_shift(vec![0.75]).unwrap();
        hold(&layer, &Exact::LayerNorm(gamma, epsilon), 1e-12);
        hold(&RmsNorm::new(gamma, epsilon).unwrap(), &Exact::RmsNorm(gamma, epsilon), 1e-12);
    }
}

#[test]
fn sparsemax() {
    for beta in [1e-3, 1.0, 1e3, 1e6] {
        hold(&Sparsemax::new(beta).unwrap(), &Exact::Entmax(2.0, beta), 2e-13);
    }
}

#[test]
fn entmax() {
    for (alpha, beta) in [(1.0625, 1.0), (1.25, 1.0), (1.5, 1e-3), (1.5, 1.0), (1.5, 1e3)] {
        hold(&Entmax::new(alpha, beta).unwrap(), &Exact::Entmax(alpha, beta), 1e-13);
    }
    // a share is a root of X, which loses half of its digits where X is all but 0
    hold(&Entmax::new(3.0, 1.0).unwrap(), &Exact::Entmax(3.0, 1.0), 5e-11);
}

#[test]
fn normmax() {
    for (gamma, beta) in [(1.5, 1.0), (2.0, 1e-3), (2.0, 1.0), (2.0, 1e3), (3.0, 1.0)] {
        hold(&Normmax::new(gamma, beta).unwrap(), &Exact::Normmax(gamma, beta), 2e-14);
    }
}

#[test]
fn k_subset() {
    for (k, beta) in [(1, 1.0), (2, 1e-3), (2, 1.0), (2, 1e3), (5, 1.0)] {
        hold(&KSubset::new(k, beta).unwrap(), &Exact::KSubset(k, beta), 1e-14);
    }
}

/// Memories and states of norm 1e4, so that L_h ~ M² = 1e8, whose f64 neighbours are 1.5e-8 apart;
/// the step takes about 1e-8 off it.
#[test]
fn a_drop_that_no_difference_of_energies_sees() {
    const BETA: f64 = 1e-7;
    let (l, exact) = (LogSumExp::new(BETA).unwrap(), Exact::LogSumExp(BETA));
    let (mut worst, mut worst_difference) = (0.0f64, 0.0f64);
    for seed in 1..=20 {
        let mut random = Random(seed);
        let memories: Vec<Vec<f64>> = (0..64).map(|_| of_norm(&mut random, 1e4)).collect();
        let (before, step) = (of_norm(&mut random, 1e4), of_norm(&mut random, 4.5e-4));
        let after: Vec<f64> = before.iter().zip(&step).map(|(v, d)| v + d).collect();
        let step: Vec<f64> = after.iter().zip(&before).map(|(t, a)| t - a).collect();

        let scores = |v: &[f64]| -> Vec<f64> { memories.iter().map(|xi| plain(xi, v)).collect() };
        let (old, new, by) = (scores(&before), scores(&after), scores(&step));
        let mut f = vec![0.0; 64];
        l.activate(&old, &mut f);
        let known = [Before { value: l.value(&old), tilt: plain(&f, &by) }];
        let mut sums = [[0.0; 3]];
        for (h, by) in new.chunks(10).zip(by.chunks(10)) {
            pool(&l).gap(h, by, &known, &mut sums);
        }
        let found = pool::<f64>(&l).gap_value(&sums[0], &known[0], l.value(&new));

        let truly = |v: &[f64]| -> Vec<Big> {
            memories.iter().map(|xi| dot(&bigs(xi), &bigs(v))).collect()
        };
        let (gap, _) = exact.gap(&truly(&after), &truly(&before));
        assert!((1e-9..1e-7).contains(&gap), "{gap:e}");
        worst = worst.max((found / gap - 1.0).abs());
        let difference = l.value(&new) - known[0].value - known[0].tilt;
        worst_difference = worst_difference.max((difference / gap - 1.0).abs());
    }
    report("drop 1e-8 of 1e8: gap, difference", [0.0, 0.0, worst, worst_difference]);
    assert!(worst < 1e-3, "{worst:e}");
    assert!(worst_difference > 0.1, "the energies can be subtracted after all");
}

fn pool<T: Real>(l: &dyn Lagrangian<T>) -> &dyn Pool<T> {
    match l.one_pass() {
        Some(OnePass::Sum(pool)) => pool,
        _ => panic!("{l:?} does not pool"),
    }
}

fn of_norm(random: &mut Random, norm: f64) -> Vec<f64> {
    let x: Vec<f64> = random.vector(64, 1.0);
    let length = plain(&x, &x).sqrt();
    x.iter().map(|x| norm * x / length).collect()
}

fn plain(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// Rounded tilts and potentials, as a previous read leaves them in f32, cost no sign.
#[test]
fn a_streamed_gap_is_never_negative() {
    fn never<T: Real>(beta: f64) {
        let l = LogSumExp::new(beta).unwrap();
        let mut random = Random(3);
        for (n, step) in SIZES.iter().flat_map(|n| STEPS.map(|s| (*n, s))) {
            let (h, by): (Vec<T>, Vec<T>) = (random.vector(n, 100.0), random.vector(n, step));
            let from: Vec<T> = h.iter().zip(&by).map(|(h, d)| *h - *d).collect();
            let mut f = vec![T::ZERO; n];
            l.activate(&from, &mut f);
            let tilt: f64 = f.iter().zip(&by).map(|(f, d)| f.f64() * d.f64()).sum();
            let value = T::of(l.value(&from)).f64();
            let before = [Before { value, tilt: T::of(tilt).f64() }];
            let mut sums = [[0.0; 3]];
            for (h, by) in h.chunks(4).zip(by.chunks(4)) {
                pool(&l).gap(h, by, &before, &mut sums);
            }
            let gap = pool::<T>(&l).gap_value(&sums[0], &before[0], l.value(&h));
            assert!(gap >= 0.0 && gap.is_finite(), "{gap:e} at n = {n}, step {step}, β = {beta}");
        }
    }
    for beta in [1e-3, 1e-2, 0.1, 1.0, 10.0, 1e2, 1e3, 1e4, 1e5, 1e6] {
        never::<f32>(beta);
        never::<f64>(beta);
    }
}
