//! Capacities, basins and what lies between the memories, measured.

// What is asked for.
mod check;
mod plan;
mod point;
mod room;
// One network after the other.
mod draw;
mod given;
mod numbers;
mod packed;
mod tally;
mod world;
// All of them.
mod checkpoint;
mod error;
mod progress;
mod run;
mod search;
// What was found.
mod fit;
mod report;
mod theory;
// The same for people.
mod figure;
mod phase;
mod table;

pub use error::CapacityError;
pub use figure::capacity_figure;
pub use fit::{Exponent, Passing};
pub use given::Given;
pub use plan::{
    Axis, CapacityLearning, CapacityModel, CapacityPlan, CapacityRule, CapacityStart, CapacityStop,
    Damage, Dtype, PatternSource, Search,
};
pub use point::Point;
pub use progress::CapacityProgress;
pub use report::{CapacityReport, Ends, PointReport};
pub use run::CapacityHow;
pub use table::capacity_table;
pub use tally::Tally;
pub use theory::{Theory, retrieval_overlap};
