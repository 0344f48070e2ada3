//! L(x) + L*(g) = x·g at the outputs, relative to the magnitudes: 1e-13 in f64, 1e-5 in f32, over
//! |x| from 1e-6 to 1e4, n from 1 to 4096 and β from 1e-3 to 1e6.

use attractor_lagrangian::*;

const SIZES: [usize; 7] = [1, 2, 7, 64, 65, 784, 4096];
const LENGTHS: [f64; 6] = [1e-6, 1e-3, 1.0, 30.0, 1e3, 1e4];
const BETAS: [f64; 5] = [1e-3, 0.1, 1.0, 1e3, 1e6];

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
fn currents<T: Real>(seed: u64, n: usize, length: f64) -> Vec<T> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / 2f64.powi(52) - 1.0
    };
    (0..n).map(|_| T::of(length * next())).collect()
}

fn gap<T: Real>(l: &dyn Lagrangian<T>, x: &[T]) -> f64 {
    let mut g = vec![T::ZERO; x.len()];
    l.activate(x, &mut g);
    let (value, conjugate) = (l.value(x), l.conjugate(&g));
    let terms = x.iter().zip(&g).map(|(x, g)| x.f64() * g.f64());
    let mass: f64 = terms.clone().map(f64::abs).sum();
    let size = value.abs() + conjugate.abs() + mass;
    // an output below the smallest number of the type is lost
    let least = if T::NAME == "f32" { f64::from(f32::from_bits(1)) } else { f64::from_bits(1) };
    let lost = least * x.iter().map(|x| x.f64().abs()).sum::<f64>();
    let gap = (value + conjugate - terms.sum::<f64>()).abs();
    if gap <= lost { 0.0 } else { gap / size }
}

/// The worst gap over sizes and lengths up to `longest`, in f32 and in f64.
fn hold<L: Lagrangian<f32> + Lagrangian<f64>>(l: &L, longest: f64) {
    let mut worst = [0.0f64; 2];
    let lengths = || LENGTHS.into_iter().filter(|length| *length <= longest);
    for (n, length) in SIZES.into_iter().flat_map(|n| lengths().map(move |l| (n, l))) {
        for seed in 1..4 {
            let (short, long) =
                (currents::<f32>(seed, n, length), currents::<f64>(seed, n, length));
            let (in_f32, in_f64) = (gap::<f32>(l, &short), gap::<f64>(l, &long));
            worst = [worst[0].max(in_f32), worst[1].max(in_f64)];
            assert!(in_f64 <= 1e-13, "{l:?}, n = {n}, |x| ≤ {length}: {in_f64:e} in f64");
            assert!(in_f32 <= 1e-5, "{l:?}, n = {n}, |x| ≤ {length}: {in_f32:e} in f32");
        }
    }
    report(&format!("{l:?}"), worst);
}

#[expect(clippy::print_stdout, reason = "the measured gaps are what the bounds promise")]
fn report(name: &str, [in_f32, in_f64]: [f64; 2]) {
    println!("{name:40} f32 {in_f32:.1e}  f64 {in_f64:.1e}");
}

#[test]
fn without_parameters() {
    hold(&Quadratic, 1e4);
    hold(&Absolute, 1e4);
    hold(&Norm, 1e4);
    hold(&Huber, 1e4);
}

#[test]
fn with_a_temperature() {
    for beta in BETAS {
        hold(&LogCosh::new(beta).unwrap(), 1e4);
        hold(&Softplus::new(beta).unwrap(), 1e4);
        hold(&LogSumExp::new(beta).unwrap(), 1e4);
        hold(&GhostLogSumExp::new(beta).unwrap(), 1e4);
        hold(&Heads(beta), 1e4);
        // e^{βx} must be a number, in f32 as well
        hold(&Additive(Exponential::new(beta).unwrap()), 80.0 / beta);
        hold(&Additive(RectifiedExponential::new(beta).unwrap()), 80.0 / beta);
    }
}

#[test]
fn with_exact_zeros() {
    for beta in BETAS {
        hold(&Sparsemax::new(beta).unwrap(), 1e4);
        for alpha in [1.01, 1.25, 1.5, 3.0, 8.0] {
            hold(&Entmax::new(alpha, beta).unwrap(), 1e4);
        }
        for gamma in [1.1, 1.5, 2.0, 3.0, 8.0] {
            hold(&Normmax::new(gamma, beta).unwrap(), 1e4);
        }
        for k in [1, 2, 65, 1000] {
            hold(&KSubset::new(k, beta).unwrap(), 1e4);
        }
    }
}

/// p of the first of two neurons is exactly 1 from a lead of m/β on; m, bisected.
fn lead(l: &dyn Lagrangian<f64>, beta: f64) -> f64 {
    let alone = |m: f64| {
        let mut p = [0.0; 2];
        l.activate(&[m / beta, 0.0], &mut p);
        p[1] == 0.0
    };
    let (mut low, mut high) = (0.0f64, 100.0f64);
    while high - low > 1e-6 {
        let middle = low.midpoint(high);
        *if alone(middle) { &mut high } else { &mut low } = middle;
    }
    assert!(alone(high) && !alone(low));
    high
}

#[test]
fn one_has_all_from_a_lead_on() {
    for beta in [1e-3, 1.0, 1e3] {
        let agree = |l: &dyn Lagrangian<f64>, m: f64| {
            let found = lead(l, beta);
            assert!((found - m).abs() <= 1e-3, "{l:?}: {found} instead of {m}");
        };
        agree(&Sparsemax::new(beta).unwrap(), 1.0);
        for (alpha, m) in [(1.25, 4.0), (1.5, 2.0), (2.0, 1.0), (3.0, 0.5)] {
            agree(&Entmax::new(alpha, beta).unwrap(), m);
        }
        for gamma in [1.5, 2.0, 3.0] {
            agree(&Normmax::new(gamma, beta).unwrap(), 1.0);
        }
        agree(&KSubset::new(1, beta).unwrap(), 1.0);
        // softmax never: the weight of the other is not 0 before it underflows
        let mut p = [0.0; 2];
        LogSumExp::new(beta).unwrap().activate(&[700.0 / beta, 0.0], &mut p);
        assert!(p[1] > 0.0);
    }
}

#[test]
fn with_a_power() {
    for n in [2u32, 3, 4, 7, 20, 30] {
        let longest = 1e37f64.powf(1.0 / f64::from(n - 1)); // the output must be a number in f32
        hold(&Additive(RectifiedPower::new(n).unwrap()), longest);
        if n % 2 == 0 {
            hold(&Additive(EvenPower::new(n).unwrap()), longest);
        }
        hold(&NNorm::new(n).unwrap(), 1e4);
    }
}

#[test]
fn with_a_scale() {
    for epsilon in [1e-12, 1e-5, 1.0, 1e6] {
        hold(&SmoothedNorm::new(epsilon).unwrap(), 1e4);
        for gamma in [0.1, 1.0, 30.0] {
            let shifted = LayerNorm::new(gamma, epsilon).unwrap().with_shift(vec![0.5]).unwrap();
            hold(&shifted, 1e4);
            hold(&RmsNorm::new(gamma, epsilon).unwrap(), 1e4);
        }
    }
    hold(&LayerNorm::new(2.0, 0.0).unwrap(), 1e4);
    hold(&RmsNorm::new(2.0, 0.0).unwrap(), 1e4);
    for theta in [0.0, 0.5, -20.0] {
        hold(&Threshold::new(theta).unwrap(), 1e4);
    }
}

/// Where the true value is a number in f64, so is what is returned.
#[test]
fn nothing_overflows_that_has_a_value() {
    let ln_cosh = LogCosh::new(1.0).unwrap().value(&[1000.0f32]);
    assert!((ln_cosh - (1000.0 - std::f64::consts::LN_2)).abs() < 1e-12);
    let softplus = Softplus::new(1.0).unwrap();
    assert!((softplus.value(&[1000.0f32]) - 1000.0).abs() < 1e-12);
    assert!(softplus.value(&[-700.0f64]) > 0.0 && softplus.value(&[-1000.0f64]) == 0.0);
    let power = Additive(RectifiedPower::new(30).unwrap());
    let image = vec![784.0f32; 784];
    assert!((power.value(&image) / (784f64.powi(31) / 30.0) - 1.0).abs() < 1e-12);
    let length = NNorm::new(1000).unwrap().value(&image);
    assert!((length / (784.0 * 784f64.powf(1e-3)) - 1.0).abs() < 1e-12);
    let norm = SmoothedNorm::new(1.0).unwrap().value(&[3e300f64, 4e300]);
    assert!((norm / 5e300 - 1.0).abs() < 1e-15);
}
