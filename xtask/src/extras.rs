//! The long checks: what need not hold before every commit, but before anything is released.

use crate::plan::{Plan, Step};
use crate::report::Report;
use crate::shell::release;
use crate::{demo, faults, instructions, laws, names, oracle, package, supply, tests, unused};

/// `cargo xtask extras`; its steps do not presuppose each other, so all of them run.
pub(crate) const EXTRAS: Plan = Plan {
    name: "extras",
    what: "the long checks",
    stops: false,
    steps: &[
        Step { name: "laws", what: "the laws on very many cases", run: laws::step },
        Step {
            name: "faults",
            what: "files killed, crowded and corrupted very many times",
            run: faults::step,
        },
        Step { name: "ode", what: "the network against reference integrators", run: ode },
        Step {
            name: "oracle",
            what: "attention against candle, on a real transformer and in training",
            run: oracle::step,
        },
        Step {
            name: "demo",
            what: "the same seed gives the same bytes, another seed others",
            run: demo::step,
        },
        Step {
            name: "instructions",
            what: "instruction counts against their bounds",
            run: instructions::step,
        },
        Step {
            name: "supply",
            what: "licences, sources and advisories of dependencies",
            run: supply::step,
        },
        Step { name: "unused", what: "every dependency is used", run: unused::step },
        Step {
            name: "package",
            what: "each published crate builds from its package alone",
            run: package::step,
        },
        Step {
            name: "names",
            what: "each library's public names are those agreed on",
            run: names::step,
        },
    ],
};

/// The tests of a feature whose dependencies the gate does not build.
fn ode() -> Report {
    tests::run(&mut release("test", &["--test", "ode", "--", "--show-output"]), "ode")
}
