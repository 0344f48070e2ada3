//! L(x) + L*(g) = x·g at the outputs, relative to the magnitudes: 1e-13 in f64, 1e-5 in f32, over
//! |x| from 1e-6 to 1e4, n from 1 to 4096 and β from 1e-3 to 1e6.

use attractor_lagrangian::*;

const SIZES: [usize; 7] = [1, 2, 7, 64, 65, 784, 4096];
const LENGTHS: [f64; 6] = [1e-6, 1e-3, 1.0, 30.0, 1e3, 1e4];
const BETAS: [f64; 5] = [1e-3, 0.1, 1.0, 1e3, 1e6];

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
    let lengths = || LENGTHS.into_iter().filter(|length| *length <= longest);
    for (n, length) in SIZES.into_iter().flat_map(|n| lengths().map(move |l| (n, l))) {
        for seed in 1..4 {
            let (short, long) =
                (currents::<f32>(seed, n, length), currents::<f64>(seed, n, length));
            let (in_f32, in_f64) = (gap::<f32>(l, &short), gap::<f64>(l, &long));
            assert!(in_f64 <= 1e-13, "{l:?}, n = {n}, |x| ≤ {length}: {in_f64:e} in f64");
            assert!(in_f32 <= 1e-5, "{l:?}, n = {n}, |x| ≤ {length}: {in_f32:e} in f32");
        }
    }
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
        hold(&Grouped::new(LogSumExp::new(beta).unwrap(), 1).unwrap(), 1e4);
        // e^{βx} must be a number, in f32 as well
        hold(&Additive(Exponential::new(beta).unwrap()), 80.0 / beta);
        hold(&Additive(RectifiedExponential::new(beta).unwrap()), 80.0 / beta);
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
