//! Experiments with energy-based associative memory that end in a number, an interval and a verdict.
//!
//! [`reproduce`] measures the claims of the field, each against an oracle with a tolerance that was fixed before:
//! [`Claim`], [`Record`], [`Verdict`]. Every number is an [`Estimate`], `low ≤ measured ≤ high`, carries its
//! [`Provenance`], and draws its random numbers from one [`generator`] per item of work, so that it is the same to
//! the bit for any number of threads.
//!
//! What it deliberately is not: it has no physics of its own, it prints nothing and opens no files.

// How much memories hold.
mod capacity;
// Numbers with their intervals.
mod interval;
mod regression;
mod verdict;
// What it takes to repeat a result.
mod provenance;
mod seeds;
// What can go wrong.
mod error;
// Claims, and running them.
mod claim;
mod claims;
mod finding;
mod record;
mod reproduce;
// What claims share: formulas and random patterns.
mod bit_law;
mod draw;
mod samples;
mod two_layer;
// Results for people.
mod page;
mod plot;
mod table;

pub use capacity::{
    Axis, CapacityError, CapacityHow, CapacityLearning, CapacityModel, CapacityPlan,
    CapacityProgress, CapacityReport, CapacityRule, CapacityStart, CapacityStop, Damage, Dtype,
    Ends, Exponent, Given, Passing, PatternSource, Point, PointReport, Search, Tally, Theory,
    capacity_figure, capacity_table, retrieval_overlap,
};
pub use claim::{Claim, Effort, Setting};
pub use error::LabError;
pub use finding::{Finding, Part};
pub use interval::{Estimate, Unmeasured};
pub use page::page;
pub use provenance::{Machine, Provenance};
pub use record::{Record, Reproduction, SCHEMA};
pub use regression::Regression;
pub use reproduce::{UnknownClaim, Watch, choose, expected_seconds, reproduce};
pub use seeds::{GENERATOR, generator};
pub use table::table;
pub use verdict::Verdict;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
