//! Simultaneous explicit Euler steps.

use crate::integrator::integrator;
use crate::simultaneous::Simultaneous;

/// Both layers at once by an explicit Euler step, η = dt/τ: first order, for comparison.
///
/// The energy is proved to fall only if η_f, η_h ≤ 1 and (1/η_f − ½)(1/η_h − ½) ≥ ¼‖Ξ‖₂²ℓ_gℓ_f, where
/// ℓ are the Lipschitz constants of the activations; beyond, it rises now and then, or diverges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Euler;

impl Simultaneous for Euler {
    const NAME: &'static str = "euler";

    fn eta(dt_over_tau: f64, _: f64) -> f64 {
        dt_over_tau
    }
}

integrator!(Euler: Simultaneous);
