//! Which hidden Lagrangians a screen knows the weights of.

use crate::Element;
use attractor_lagrangian::{Growth, Lagrangian, OnePass, Tally, ZeroModes};

/// β where L = β⁻¹·ln Σ e^{βh}: by what it says of itself, and by some values.
pub(super) fn softmax_beta<T: Element>(hidden: &dyn Lagrangian<T>) -> Option<f64> {
    let properties = hidden.properties();
    let said = properties.growth == Growth::Linear
        && properties.zero_modes == ZeroModes::UNIFORM
        && properties.group.is_none();
    let Some(OnePass::Sum(pool)) = hidden.one_pass() else { return None };
    let beta = 2.0 * properties.lipschitz.filter(|_| said && pool.hides())?;
    let tally = Tally { log_scale: 3.0, value: 2.0, weight: 2.0, square: 2.0 };
    let near = |x: f64, y: f64| (x - y).abs() <= 1e-14 * (x.abs() + y.abs());
    let values = near(hidden.value(&[T::ONE]), 1.0)
        && near(hidden.value(&[T::ZERO, T::ZERO]), std::f64::consts::LN_2 / beta)
        && near(pool.potential(&tally), (3.0 + std::f64::consts::LN_2) / beta)
        && near(pool.log_factor(&tally), -std::f64::consts::LN_2);
    values.then_some(beta)
}

#[cfg(test)]
mod tests {
    use super::*;
    use attractor_lagrangian::{
        Additive, AnyLagrangian, Exponential, GhostLogSumExp, Grouped, LogSumExp, Softplus,
        Sparsemax,
    };

    #[test]
    fn softmax_is_known_and_nothing_else_is_taken_for_it() {
        for beta in [1e-3, 1.0, 0.125, 7.3, 1e6] {
            let softmax = LogSumExp::new(beta).unwrap();
            let any = AnyLagrangian::from(softmax);
            for hidden in [&softmax as &dyn Lagrangian<f32>, &any] {
                let found = softmax_beta(hidden).unwrap();
                assert!((found - beta).abs() <= 1e-15 * beta);
            }
        }
        let others: [&dyn Lagrangian<f32>; 5] = [
            &GhostLogSumExp::new(1.0).unwrap(),
            &Additive(Exponential::new(1.0).unwrap()),
            &Softplus::new(1.0).unwrap(),
            &Sparsemax::new(1.0).unwrap(),
            &Grouped::new(LogSumExp::new(1.0).unwrap(), 1).unwrap(),
        ];
        others.iter().for_each(|hidden| assert_eq!(softmax_beta(*hidden), None));
    }
}
