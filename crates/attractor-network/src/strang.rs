//! Half a step of the hidden neurons, one of the features, half a step of the hidden neurons.

use crate::integrator::integrator;
use crate::splitting::Split;

/// Half a step of the hidden neurons, one of the features, half a step of the hidden neurons.
/// Strang's splitting (1968): second order, and the default.
///
/// With the other layer frozen a layer's flow is linear and solved exactly, and E is convex in f at
/// fixed g and the reverse: so the energy falls at every dt, for all τ, Ξ, I and convex Lagrangians.
/// A step reads the synapses once where the hidden layer pools, else twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Strang;

impl Split for Strang {
    const NAME: &'static str = "strang";
    const ORDER: u32 = 2;
    const LEADING: f64 = 0.5;
}

integrator!(Strang: Split);
