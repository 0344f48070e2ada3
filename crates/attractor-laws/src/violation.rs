//! How a broken law is reported.

use std::fmt;

/// A law that does not hold at a point: left ≤ right + slack was claimed, or left = right within
/// the slack.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// The law's name, which is also its test's name.
    pub law: &'static str,
    /// Where it fails: the currents x, or the query and the step of a system.
    pub point: Vec<f64>,
    /// The left-hand side.
    pub left: f64,
    /// The right-hand side.
    pub right: f64,
    /// What rounding was allowed to add.
    pub slack: f64,
    /// What to look at.
    pub hint: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { law, point, left, right, slack, hint } = self;
        write!(f, "{law}: {left:e} against {right:e}, apart by {:e}, ", (left - right).abs())?;
        write!(f, "allowed {slack:e}, at {point:?}: {hint}")
    }
}

impl std::error::Error for Violation {}

/// One law at one point: turns its comparisons into violations. NaN on any side violates.
#[derive(Debug)]
pub(crate) struct Claim<'a> {
    pub(crate) law: &'static str,
    pub(crate) point: &'a [f64],
    pub(crate) hint: &'static str,
}

impl Claim<'_> {
    /// left = right within the slack.
    pub(crate) fn equal(&self, left: f64, right: f64, slack: f64) -> Result<(), Violation> {
        self.holds((left - right).abs() <= slack, left, right, slack)
    }

    /// left ≤ right within the slack.
    pub(crate) fn at_most(&self, left: f64, right: f64, slack: f64) -> Result<(), Violation> {
        self.holds(left - right <= slack, left, right, slack)
    }

    pub(crate) fn holds(
        &self,
        holds: bool,
        left: f64,
        right: f64,
        slack: f64,
    ) -> Result<(), Violation> {
        if holds {
            return Ok(());
        }
        let (law, point, hint) = (self.law, self.point.to_vec(), self.hint.to_owned());
        Err(Violation { law, point, left, right, slack, hint })
    }
}
