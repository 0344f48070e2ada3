//! Simultaneous exponential Euler steps.

use crate::integrator::integrator;
use crate::simultaneous::Simultaneous;

/// Both layers at once, each by its exact flow towards the target it had, η = (1 − e^{−α dt/τ})/α:
/// first order, for comparison. It is as conditional as [`Euler`](crate::Euler), with this η.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ExponentialEuler;

impl Simultaneous for ExponentialEuler {
    const NAME: &'static str = "exponential-euler";

    fn eta(dt_over_tau: f64, alpha: f64) -> f64 {
        let decay = alpha * dt_over_tau;
        if decay == 0.0 { dt_over_tau } else { -(-decay).exp_m1() / alpha }
    }
}

integrator!(ExponentialEuler: Simultaneous);
