//! What has no convex potential has its values and activations right, and no guarantee.

use attractor_lagrangian::*;

fn all() -> [NotConvex; 4] {
    let odd = |n| NotConvex::odd_power(n).unwrap();
    [odd(3), odd(5), NotConvex::gelu(), NotConvex::silu()]
}

#[test]
fn the_activation_is_the_slope_of_the_value_and_the_curvature_that_of_the_activation() {
    for l in all() {
        for x in [-9.0, -2.5, -1.0, -1e-3, 0.0, 0.3, 0.999, 1.0, 4.0, 30.0f64] {
            let step = 1e-5 * x.abs().max(1.0);
            let (mut g, mut low, mut high, mut h) = ([0.0], [0.0], [0.0], [0.0]);
            l.activate(&[x], &mut g);
            l.activate(&[x - step], &mut low);
            l.activate(&[x + step], &mut high);
            l.curve(&[x], &[1.0], &mut h);
            let slope = (l.value(&[x + step]) - l.value(&[x - step])) / (2.0 * step);
            let size = l.value(&[x.abs() + 1.0]).abs() + 1.0;
            assert!((g[0] - slope).abs() <= 1e-9 * size, "{l:?} at {x}: {} {slope}", g[0]);
            let bend = (high[0] - low[0]) / (2.0 * step);
            assert!((h[0] - bend).abs() <= 1e-8 * size, "{l:?} at {x}: {} {bend}", h[0]);
        }
    }
}

/// ∫₀¹ xΦ(x)dx = ½φ(1), for ½(x² − 1)Φ vanishes at 1 and is −¼ at 0; ∫₀^∞ of SiLU less x₊ is −π²/12,
/// which is what its value keeps of ½x².
#[test]
fn the_values_are_the_integrals_of_the_literature() {
    let rise = |l: NotConvex, a: f64, b: f64| l.value(&[b]) - l.value(&[a]);
    let density = (-0.5f64).exp() / (2.0 * std::f64::consts::PI).sqrt();
    assert!((rise(NotConvex::gelu(), 0.0, 1.0) - 0.5 * density - 0.25).abs() < 1e-15);
    let missing = rise(NotConvex::silu(), 0.0, 60.0) - 0.5 * 60.0 * 60.0;
    assert!((missing + std::f64::consts::PI.powi(2) / 12.0).abs() < 1e-12);
}

#[test]
fn nothing_can_be_proved_with_them() {
    for l in all() {
        let of = Lagrangian::<f64>::properties(&l);
        let visible = Lagrangian::<f64>::properties(&Absolute);
        assert_eq!(admissible(&visible, &of), Err(Inadmissible::NotConvex("hidden")));
        assert_eq!(admissible(&of, &visible), Err(Inadmissible::NotConvex("visible")));
        assert!(l.bregman(&[1.0f64], &[0.0], &[0.0]).is_nan());
        assert!(Lagrangian::<f64>::one_pass(&l).is_none());
        let mut g = [0.0f64];
        l.activate(&[f64::NAN], &mut g);
        assert!(g[0].is_nan() && l.value(&[f64::NAN]).is_nan());
    }
}

#[test]
fn a_relaxation_with_one_of_them_has_no_certificate() {
    let layer = Layer(NotConvex::odd_power(3).unwrap());
    let scaled = |values| Scaled { values, log_scale: 0.0 };
    let (mut x, mut g) = ([0.0], [0.0]);
    let before = (scaled(&[-1.0f64][..]), &[1.0][..]);
    let (drop, _) = layer.relax(before, scaled(&[1.0]), Factor::MAP, (&mut x, &mut g));
    assert!(drop.bregman.is_nan() && (g[0] - 1.0).abs() < 1e-15);
}

#[test]
fn powers_that_have_a_guarantee_are_sent_to_it() {
    let told = |n| NotConvex::odd_power(n).unwrap_err().to_string();
    assert!(told(4).contains("use the even power 4"));
    assert!(told(1).contains("at least 2"));
}
