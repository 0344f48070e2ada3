//! A step of the hidden neurons, then one of the features.

use crate::integrator::integrator;
use crate::splitting::Split;

/// A step of the hidden neurons, then one of the features.
/// The Lie–Trotter splitting: first order.
///
/// With the other layer frozen a layer's flow is linear and solved exactly, and E is convex in f at
/// fixed g and the reverse: so the energy falls at every dt, for all τ, Ξ, I and convex Lagrangians.
/// A step reads the synapses once where the hidden layer pools, else twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lie;

impl Split for Lie {
    const NAME: &'static str = "lie";
    const ORDER: u32 = 1;
    const LEADING: f64 = 1.0;
}

integrator!(Lie: Split);
