//! The gate: what must hold before anything lands.

use crate::plan::{Plan, Step};
use crate::report::Report;
use crate::shell::{cargo, document, run};
use crate::{alone, tests, tidy};

/// `cargo xtask ci`. The crate `oracle` takes minutes to build: `cargo xtask extras` checks it.
pub(crate) const CI: Plan = Plan {
    name: "ci",
    what: "the gate",
    stops: true,
    steps: &[
        Step { name: "format", what: "rustfmt has nothing to change", run: format },
        Step { name: "tidy", what: "ranks, absences, manifests and links", run: tidy::step },
        Step { name: "clippy", what: "lints of what users build", run: clippy },
        Step {
            name: "clippy-tests",
            what: "lints of tests, examples, benches and this runner",
            run: clippy_tests,
        },
        Step { name: "alone", what: "each crate without the others' features", run: alone::step },
        Step { name: "tests", what: "all tests, documentation tests included", run: tests::step },
        Step { name: "docs", what: "documentation without warnings", run: docs },
    ],
};

fn format() -> Report {
    Report::of(run(&mut cargo(&["fmt", "--all", "--check"])))
}

/// No package is named, so these are the default members with default features: what users build.
fn clippy() -> Report {
    Report::of(run(&mut cargo(&["clippy", "--no-deps", "--", "-D", "warnings"])))
}

fn clippy_tests() -> Report {
    let mut clippy = cargo(&["clippy", "--workspace", "--exclude", "oracle", "--all-targets"]);
    Report::of(run(clippy.args(["--", "-D", "warnings"])))
}

fn docs() -> Report {
    Report::of(run(&mut document()))
}
