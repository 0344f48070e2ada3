//! Which pairs have an energy that is bounded below: the matrix of growth rates, row by row.

use attractor_lagrangian::*;

fn of(l: &dyn Lagrangian<f64>) -> Properties {
    l.properties()
}

fn linear() -> Vec<Properties> {
    vec![
        of(&LogSumExp::new(2.0).unwrap()),
        of(&LogCosh::new(2.0).unwrap()),
        of(&Absolute),
        of(&Norm),
    ]
}

fn quadratic() -> Vec<Properties> {
    vec![of(&Quadratic), even(2), rectified(2)]
}

fn even(n: u32) -> Properties {
    of(&Additive(EvenPower::new(n).unwrap()))
}

fn rectified(n: u32) -> Properties {
    of(&Additive(RectifiedPower::new(n).unwrap()))
}

fn steep() -> Vec<Properties> {
    vec![rectified(3), even(4), rectified(30), of(&Additive(Exponential::new(1.0).unwrap()))]
}

fn verdicts(
    visible: &[Properties],
    hidden: &[Properties],
) -> Vec<Result<Admissible, Inadmissible>> {
    visible.iter().flat_map(|v| hidden.iter().map(|h| admissible(v, h))).collect()
}

#[test]
fn a_visible_layer_with_bounded_activation_goes_with_everything() {
    for hidden in [linear(), quadratic(), steep()] {
        assert!(verdicts(&linear(), &hidden).iter().all(|v| *v == Ok(Admissible::Always)));
    }
}

#[test]
fn a_hidden_layer_of_linear_growth_goes_with_everything() {
    for visible in [quadratic(), steep()] {
        assert!(verdicts(&visible, &linear()).iter().all(|v| *v == Ok(Admissible::Always)));
    }
}

#[test]
fn two_quadratic_layers_need_a_small_norm() {
    let small = Ok(Admissible::SmallNorm { factor: 1.0 });
    assert!(verdicts(&quadratic(), &quadratic()).iter().all(|v| *v == small));
    let growth = Growth::Power { degree: 2.0, factor: 3.0 };
    let steeper = Properties::separable(growth);
    assert_eq!(admissible(&steeper, &steeper), Ok(Admissible::SmallNorm { factor: 9.0 }));
}

#[test]
fn what_outgrows_the_visible_layer_is_refused() {
    let refused = Err(Inadmissible::Unbounded);
    assert!(verdicts(&quadratic(), &steep()).iter().all(|v| *v == refused));
    assert!(verdicts(&steep(), &quadratic()).iter().all(|v| *v == refused));
    assert!(verdicts(&steep(), &steep()).iter().all(|v| *v == refused));
}

#[test]
fn what_is_not_convex_is_refused_by_side() {
    let odd = Properties { convex: false, ..rectified(3) };
    let softmax = linear()[0];
    assert_eq!(admissible(&odd, &softmax), Err(Inadmissible::NotConvex("visible")));
    assert_eq!(admissible(&softmax, &odd), Err(Inadmissible::NotConvex("hidden")));
}
