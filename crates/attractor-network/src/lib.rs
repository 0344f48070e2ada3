//! The two-body network of feature and hidden neurons in time, with certified descent at any step size.

// The network and its states.
mod error;
mod network;
mod state;
mod times;
// What a state has: energy, rate, velocity.
mod energy;
// What certified steps are made of.
mod flow;
mod lane;
mod substep;
// Integrators, one a file.
mod adaptive;
mod correction;
mod euler;
mod exponential_euler;
mod integrator;
mod lie;
mod rk4;
mod simultaneous;
mod splitting;
mod strang;
// More layers.
mod hierarchy;
// Somebody else's integrators, as references.
#[cfg(feature = "ode")]
mod ode;
// Running.
mod plan;
mod run;
mod simulation;
mod trajectory;

pub use adaptive::Adaptive;
pub use energy::{EnergyTerms, Velocity};
pub use error::NetworkError;
pub use euler::Euler;
pub use exponential_euler::ExponentialEuler;
pub use hierarchy::{Hierarchy, HierarchyState, LayerId, Sweeps, Throng};
pub use integrator::Integrator;
pub use lane::Lane;
pub use lie::Lie;
pub use network::{DenseNetwork, GradedNetwork, ModernNetwork, Network, SphericalNetwork};
#[cfg(feature = "ode")]
pub use ode::{Reference, ReferenceError, ReferencePlan, ReferenceRun, Tolerances};
pub use plan::{Plan, PlanError};
pub use rk4::Rk4;
pub use simulation::{Lanes, Simulation};
pub use state::NetworkState;
pub use strang::Strang;
pub use trajectory::{Record, Rise, Trajectory};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
