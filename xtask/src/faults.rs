//! Files under attack: kills, crowds and corruptions, far more than the gate has time for.

use crate::report::Report;
use crate::shell::release;
use crate::tests;

/// How many rounds the tests of a target take.
const CASES: &str = "ATTRACTOR_CASES";

/// Test targets and their rounds; those of `docs/promises.md`.
const FAULTS: [(&str, u32); 3] = [("killed", 1_000), ("together", 10_000), ("corruption", 100_000)];

/// Runs them in turn.
pub(crate) fn step() -> Report {
    let mut total = Report::done();
    for (target, cases) in FAULTS {
        println!("    {target}: {cases} cases");
        let mut command = release("test", &["--test", target, "--", "--show-output"]);
        total.add(tests::run(command.env(CASES, cases.to_string()), target));
    }
    total
}
