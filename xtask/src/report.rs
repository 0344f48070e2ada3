//! What a step brings home: how many tests passed and failed, what was skipped, what is wrong.

use std::fmt;

/// The result of a step; a step with problems has failed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// Tests (or single checks of a step that is one) that held.
    pub(crate) passed: usize,
    /// Tests or checks that did not.
    pub(crate) failed: usize,
    /// What did not run, each as `name: reason`.
    pub(crate) skipped: Vec<String>,
    /// Why the step failed, in sentences.
    pub(crate) problems: Vec<String>,
}

impl Report {
    /// A step that is done and counts no tests.
    pub(crate) fn done() -> Self {
        Self::default()
    }

    /// `checks` checks that held.
    pub(crate) fn passed(checks: usize) -> Self {
        Self { passed: checks, ..Self::default() }
    }

    /// One check that failed.
    pub(crate) fn failed(problem: impl Into<String>) -> Self {
        Self { failed: 1, problems: vec![problem.into()], ..Self::default() }
    }

    /// One check that could not run here.
    pub(crate) fn skipped(name: &str, reason: impl fmt::Display) -> Self {
        Self { skipped: vec![format!("{name}: {reason}")], ..Self::default() }
    }

    /// A step that is one command: nothing to count when it went well.
    pub(crate) fn of(result: Result<(), String>) -> Self {
        result.map_or_else(Self::failed, |()| Self::done())
    }

    /// Adds what another step brought.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped.extend(other.skipped);
        self.problems.extend(other.problems);
    }

    /// Whether nothing went wrong.
    pub(crate) fn is_good(&self) -> bool {
        self.failed == 0 && self.problems.is_empty()
    }
}

/// The totals line, which `.ci/run` reads.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Report;

    #[test]
    fn totals_add_up_and_read_plainly() {
        let mut total = Report::passed(3);
        total.add(Report::skipped("supply", "no network"));
        assert!(total.is_good());
        total.add(Report::failed("demo: bytes differ"));
        assert!(!total.is_good());
        assert_eq!(total.to_string(), "3 passed, 1 failed, 1 skipped");
    }
}
