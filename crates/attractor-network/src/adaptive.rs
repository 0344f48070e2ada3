//! Strang's splitting with an error estimate, and a correction that keeps the certificate.

use crate::lane::Lane;
use crate::linear::Linear;
use crate::{Integrator, Network, NetworkState};
use attractor_dynamics::{Certificate, Guarantee, Proof};
use attractor_lagrangian::{Lagrangian, Real, norm};
use attractor_synapse::{Element, Memories};

/// Strang's splitting with steps chosen by an error estimate; the energy falls at every one of them.
///
/// Splitting falls to first order where the hidden neurons are fast. So each step is *corrected*: both
/// layers follow targets that move linearly from what they were to what Strang's step makes them,
/// which is second order for any τ_h/τ_f. The distance between the two is the error estimate. The
/// corrected state is taken only where it has a certificate of its own, from the formulas of the
/// theorem (moved in the order hidden, features):
///
/// −ΔE = ⟨s − h', f' − f⟩ + D_{L_h}(h', h) + ⟨φ' − v', g' − g⟩ + D_{L_v}(v', v),  s = Ξg + b, φ' = I + Ξᵀf',
///
/// whose terms can have either sign; else Strang's own step is taken, which always has one. Two
/// evaluations of the right-hand side a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adaptive {
    relative: f64,
    absolute: f64,
    corrected: bool,
}
