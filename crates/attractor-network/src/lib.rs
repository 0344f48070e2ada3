//! The two-body network of feature and hidden neurons in time, with certified descent at any step size.
//!
//! The two-body network of feature and hidden neurons in time (Krotov & Hopfield, arXiv 2008.06996,
//! eq. 1–4): currents v and h, outputs g = ∂L_v(v) and f = ∂L_h(h), synapses Ξ and nothing else.
//!
//! τ_f v̇ = Ξᵀf + I − αv, τ_h ḣ = Ξg + b − h
//!
//! One integrator is a file, and every [`Trajectory`] says what its integrator guarantees:
//!
//! | integrator | order | the energy | an evaluation is Ξg and Ξᵀf; a step costs |
//! |---|---|---|---|
//! | [`Strang`], the default | 2, 1 where a layer is fast | falls at any step size | 1, in one read where the hidden layer pools |
//! | [`Lie`] | 1 | falls at any step size | 1, as above |
//! | [`Adaptive`] | 2 for any τ_h/τ_f | falls, at steps chosen by an error estimate | 2 |
//! | [`DormandPrince`] | 5 where no layer is fast | falls, at steps chosen by an error estimate | 6 |
//! | [`Euler`], [`ExponentialEuler`] | 1 | falls below a bound that they state | 1 |
//! | [`Rk4`] | 4 | nothing is proved | 4 |
//!
//! [`Hierarchy`] has layers as the vertices of a graph and synapses as its edges, relaxed colour by colour
//! with the same guarantee (Krotov, arXiv 2107.06446). [`Network::run`] runs to a time, to rest, or, where
//! the network contracts, to a proven distance from rest. The feature `ode` adds somebody else's integrators
//! as references.
//!
//! What it deliberately is not: it retrieves nothing (that is `attractor-effective`, which follows when
//! the hidden neurons are fast), and reads no files.
//!
//! ```
//! use attractor_lagrangian::LogSumExp;
//! use attractor_network::{ModernNetwork, Plan, Strang};
//! use attractor_synapse::Synapses;
//! let memories = Synapses::from_rows(&[[1.0f64, 0.0], [0.0, 1.0]]).unwrap();
//! let network = ModernNetwork::modern(memories, LogSumExp::new(20.0).unwrap()).unwrap();
//! let mut state = network.start(&[0.9, 0.2]).unwrap();
//! let plan = Plan::to_rest(10.0, 1e-6).unwrap(); // ten time constants a step
//! let run = network.run(&Strang, &mut state, &plan, &mut ()).unwrap();
//! assert!(run.certificate.unwrap().drop > 0.0 && run.largest_rise() < 1e-12);
//! ```

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
mod dormand_prince;
mod euler;
mod explicit;
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
pub use dormand_prince::DormandPrince;
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
