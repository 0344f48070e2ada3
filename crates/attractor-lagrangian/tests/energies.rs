//! Energies of large and small currents: no overflow, and Fenchel–Young to the last digits.

use attractor_lagrangian::*;

fn close(found: f64, exact: f64) {
    assert!((found / exact - 1.0).abs() < 1e-14, "{found:e} instead of {exact:e}");
}

#[test]
fn energies_that_f32_cannot_hold() {
    let log_cosh = LogCosh::new(1.0).unwrap();
    close(log_cosh.value(&[1000.0f32]), 1000.0 - std::f64::consts::LN_2);
    let power = Additive(RectifiedPower::new(30).unwrap());
    close(power.value(&[784.0f32]), 784f64.powi(30) / 30.0);
    close(power.conjugate(&[784f64.powi(29)]), 29.0 / 30.0 * 784f64.powi(30));
    let softmax = LogSumExp::new(1e6).unwrap();
    close(softmax.value(&[1e4f32, 1e4]), 1e4 + 2f64.ln() / 1e6);
    close(Norm.value(&[3e200f64, 4e200]), 5e200);
    close(Norm.value(&[3e-200f64, 4e-200]), 5e-200);
}

#[test]
fn one_weight_that_is_all_but_1_leaves_the_others_their_digits() {
    let softmax = LogSumExp::new(1.0).unwrap();
    close(softmax.value(&[0.0f64, -40.0]), (-40f64).exp());
    assert!(softmax.value(&[f64::NAN, 0.0]).is_nan() && softmax.value(&[0.0, f64::NAN]).is_nan());
}

#[test]
fn a_small_output_has_a_conjugate() {
    close(LogCosh::new(1.0).unwrap().conjugate(&[1e-9f64]), 0.5e-18);
    close(LogCosh::new(1.0).unwrap().conjugate(&[1.0f64]), std::f64::consts::LN_2);
}

/// A tile of weights below e^{−700} in Additive has a unit whose reciprocal is a number.
#[test]
fn a_tile_of_vanishing_weights_is_weighed() {
    let pool = Additive(Exponential::new(1.0).unwrap());
    let mut tally = [Tally::EMPTY];
    pool.weigh(&mut [-736.0f64, -740.0], &mut tally);
    let potential = Pool::<f64>::potential(&pool, &tally[0]);
    assert!((0.0..1e-300).contains(&potential) && tally[0].weight.is_finite());
}

/// |L + L* − x·g| against the magnitudes, for sizes to 4096.
fn young<T: Real>(l: &dyn Lagrangian<T>) -> f64 {
    let mut worst = 0.0f64;
    for n in [1, 2, 3, 8, 65, 1000, 4096] {
        for exponent in -6..=4 {
            let x: Vec<T> = (0..n)
                .map(|i| T::of(10f64.powi(exponent) * (1.7 * f64::from(i) + 0.3).sin()))
                .collect();
            let mut g = vec![T::ZERO; x.len()];
            l.activate(&x, &mut g);
            let along: f64 = x.iter().zip(&g).map(|(x, g)| x.f64() * g.f64()).sum();
            let size: f64 = x.iter().zip(&g).map(|(x, g)| (x.f64() * g.f64()).abs()).sum();
            let (value, conjugate) = (l.value(&x), l.conjugate(&g));
            let size = size + value.abs() + conjugate.abs();
            worst = worst.max((value + conjugate - along).abs() / (size + 1e-30));
        }
    }
    worst
}

#[test]
fn fenchel_young_to_1e13_in_f64_and_1e5_in_f32() {
    fn both<L: Lagrangian<f32> + Lagrangian<f64>>(l: &L) {
        let (single, double) = (young::<f32>(l), young::<f64>(l));
        assert!(single <= 1e-5 && double <= 1e-13, "{l:?}: f32 {single:e}, f64 {double:e}");
    }
    both(&Quadratic);
    both(&Absolute);
    both(&Norm);
    for beta in [1e-3, 1.0, 1e3, 1e6] {
        both(&LogCosh::new(beta).unwrap());
        both(&LogSumExp::new(beta).unwrap());
    }
    for n in [2, 3] {
        both(&Additive(RectifiedPower::new(n).unwrap()));
    }
    for n in [2, 4] {
        both(&Additive(EvenPower::new(n).unwrap()));
    }
    both(&Additive(Exponential::new(1e-3).unwrap()));
}
