//! Stored patterns, and the one-pass read-out over them.
//!
//! The synapses ξ between d feature neurons and N hidden neurons are the memories: N validated
//! patterns of d numbers. One read of ξ answers a whole batch of queries with everything that a
//! step needs: the scores h = Ξg + b, the field Ξᵀf, the energy term L_h, the heaviest memories and
//! the hidden term of the last move's certificate (Krotov & Hopfield, arXiv 2008.06996, eq. 1–2).
//! No N × q matrix is ever held.
//!
//! What it deliberately is not: it chooses no model, knows no visible layer and opens no files.
//!
//! ```
//! use attractor_synapse::{Patterns, Synapses};
//! let xi = Synapses::new(Patterns::from_rows(&[[1.0f32, -1.0], [1.0, 1.0]])?);
//! assert_eq!(xi.separations(&[0, 1], None), [2.0, 2.0]);
//! # Ok::<(), attractor_synapse::PatternError>(())
//! ```
//!
//! # Cost
//!
//! A read for q queries takes 4·N·d·q flops (6·N·d·q with the certificate's hidden term; half as many where the hidden
//! Lagrangian selects), N·q evaluations of the activation and one pass over ξ for every 128 queries. It holds the
//! sums of 4 to 16 shares, 8·d bytes for each query that is read together, and one tile of scores. A hidden Lagrangian
//! that neither pools nor selects reads ξ twice and holds N numbers for each 16 queries (8 in f64). Formulas, and which
//! of them tests count:
//! [the page on cost](https://github.com/attractor-rs/attractor/blob/main/docs/cost.md).
//!
//! The products run in the widest lanes that the processor is found to have (AVX-512, or AVX2 with FMA; elsewhere plain
//! code).

// Patterns and what is done to them.
mod normalize;
mod patterns;
// Products; the only door to faer.
mod product;
// Our own, of which both are made.
mod kernel;
mod rows;
mod spectrum;
// The memories and their one-pass reads.
mod cover;
mod ledger;
mod lines;
mod many;
mod panels;
mod part;
mod partial;
mod question;
mod read;
mod relay;
mod share;
mod shortlist;
mod synapses;
mod together;
mod top;
// Memories behind a matrix of couplings.
mod coupled;
// Memories in fewer bytes.
mod answer;
mod compact;
mod precision;
// Memories that are looked through before they are read.
mod screen;
// Memories that change, and some of them.
mod living;
mod masked;
// Memories of ±1, one bit each.
mod chosen;
mod signs;
mod votes;

pub use compact::{Compact, CompactError};
pub use coupled::{Coupled, is_half_square};
pub use cover::{Cover, Reading, Shift};
pub use living::{Living, LivingError, MemoryId};
pub use masked::Masked;
pub use normalize::{Normalization, Normalize, UnknownNormalize};
pub use partial::{Nearest, Partial};
pub use patterns::{PatternError, Patterns, SharedNumbers};
pub use precision::{Precision, UnknownPrecision};
pub use product::Element;
pub use question::{Answer, Answers, Moved, Question, Weight};
pub use relay::{Errand, Relay, Weigh, Weighing};
pub use screen::{NoShare, Screen, Screened, Screening};
pub use signs::{Bits, Signs};
pub use synapses::{Memories, Synapses};
#[doc(hidden)]
pub use together::together;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
