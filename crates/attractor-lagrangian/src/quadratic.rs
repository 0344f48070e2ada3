//! L(x) = ½‖x‖²: the identity activation of model B's features (KH eq. 11).

use crate::{Additive, EvenPower, Growth, Lagrangian, OnePass, Properties, Real, sum};

/// L(x) = ½‖x‖², g = x.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quadratic;

/// As a hidden layer it streams as what it is, the even power 2.
const SQUARES: &Additive<EvenPower> = &Additive(EvenPower::SQUARE);

impl<T: Real> Lagrangian<T> for Quadratic {
    fn value(&self, x: &[T]) -> f64 {
        half_square(x)
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        g.copy_from_slice(x);
    }

    fn curve(&self, _x: &[T], d: &[T], out: &mut [T]) {
        out.copy_from_slice(d);
    }

    fn conjugate(&self, p: &[T]) -> f64 {
        half_square(p)
    }

    fn properties(&self) -> Properties {
        let growth = Growth::Power { degree: 2.0, factor: 1.0 };
        Properties { lipschitz: Some(1.0), ..Properties::separable(growth) }
    }

    fn bregman(&self, to: &[T], from: &[T], _slope: &[T]) -> f64 {
        let square = |(t, a): (&T, &T)| (t.f64() - a.f64()).powi(2);
        0.5 * sum(to.iter().zip(from).map(square))
    }

    fn one_pass(&self) -> Option<OnePass<'_, T>> {
        Some(OnePass::Sum(SQUARES))
    }
}

fn half_square<T: Real>(x: &[T]) -> f64 {
    0.5 * sum(x.iter().map(|x| x.f64().powi(2)))
}
