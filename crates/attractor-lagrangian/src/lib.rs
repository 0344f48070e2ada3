//! Convex potentials whose gradients are activation functions.
//!
//! A layer of neurons is defined by one convex function, its Lagrangian L: the activation is
//! g = ∂L/∂x, the layer's energy is x·g − L(x) = L*(g), and relaxing the layer towards its input
//! lowers that energy by a sum of non-negative terms that [`Layer::relax`] returns (Krotov &
//! Hopfield, arXiv 2008.06996, eq. 1–4). Models of memory are pairs of these.
//!
//! What it deliberately is not: it knows no matrices, stores no patterns and retrieves nothing;
//! activations without a convex potential exist only as [`NotConvex`], for which nothing is promised.
//!
//! ```
//! use attractor_lagrangian::{Lagrangian, LogSumExp};
//! let softmax = LogSumExp::new(2.0)?;
//! let mut p = [0.0f32; 3];
//! softmax.activate(&[1.0, 1.0, -1e9], &mut p);
//! assert_eq!(p, [0.5, 0.5, 0.0]);
//! # Ok::<(), attractor_lagrangian::ParameterError>(())
//! ```
//!
//! | the output is | Lagrangians |
//! |---|---|
//! | the current | [`Quadratic`], [`Huber`] |
//! | a spin, graded or not | [`Absolute`], [`LogCosh`], [`Softplus`], [`Threshold`] |
//! | a direction | [`Norm`], [`SmoothedNorm`], [`LayerNorm`], [`RmsNorm`] |
//! | a power, an exponential | [`Additive`] over [`RectifiedPower`], [`EvenPower`], [`Exponential`], [`RectifiedExponential`]; [`NNorm`] |
//! | a share of one | [`LogSumExp`], [`GhostLogSumExp`], [`Grouped`] |
//! | a share, often exactly 0 | [`Sparsemax`], [`Entmax`], [`Normmax`], [`KSubset`] |
//!
//! The page [`zoo`] has formulas and plots of all of them, which model uses which, and when to choose
//! it; [`AnyLagrangian`] is one of them by its name in data.
//!
//! Vectors are `f32` or `f64`; parameters, energies and certificates are always `f64`. Every method
//! is O(n) time and allocates nothing. The activations of [`LogSumExp`], [`LogCosh`], [`Softplus`] and
//! the exponentials run in the widest lanes that the processor is found to have.

// The scalars of vectors.
mod real;
// Errors of parameters.
mod error;
// The zoo by name, as data, and as a page of documentation.
mod any;
mod page;
// What a Lagrangian is, says of itself, and how it streams.
mod admissible;
mod lagrangian;
mod pool;
mod properties;
// One layer's energy and certified relaxation.
mod layer;
// What several Lagrangians share.
mod length;
mod simplex;
mod softmax;
// Accurate scalar functions.
mod special;
// Activations of whole vectors.
mod vector;
// The zoo, one Lagrangian a file.
mod absolute;
mod additive;
mod entmax;
mod even_power;
mod exponential;
mod ghost_log_sum_exp;
mod grouped;
mod huber;
mod k_subset;
mod log_cosh;
mod log_sum_exp;
mod n_norm;
mod norm;
mod normalization;
mod normmax;
mod not_convex;
mod quadratic;
mod rectified_exponential;
mod rectified_power;
mod smoothed_norm;
mod softplus;
mod sum;
mod threshold;

pub use absolute::Absolute;
pub use additive::{Additive, Primitive};
pub use admissible::{Admissible, Inadmissible, admissible};
pub use any::AnyLagrangian;
pub use entmax::{Entmax, Sparsemax};
pub use error::ParameterError;
pub use even_power::EvenPower;
pub use exponential::Exponential;
pub use ghost_log_sum_exp::GhostLogSumExp;
pub use grouped::Grouped;
pub use huber::Huber;
pub use k_subset::KSubset;
pub use lagrangian::Lagrangian;
pub use layer::{Factor, Layer, Relaxation, Scaled, ramp};
pub use length::norm;
pub use log_cosh::LogCosh;
pub use log_sum_exp::LogSumExp;
pub use n_norm::NNorm;
pub use norm::Norm;
pub use normalization::{LayerNorm, RmsNorm};
pub use normmax::Normmax;
pub use not_convex::NotConvex;
pub use page::zoo;
pub use pool::{Before, OnePass, Pool, Select, Tally};
pub use properties::{Growth, Properties, ZeroModes};
pub use quadratic::Quadratic;
pub use real::Real;
pub use rectified_exponential::RectifiedExponential;
pub use rectified_power::RectifiedPower;
pub use smoothed_norm::SmoothedNorm;
pub use softplus::Softplus;
pub use sum::sum;
pub use threshold::Threshold;
#[doc(hidden)]
pub use vector::Lane as VectorLane;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
