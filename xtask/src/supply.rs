//! Where the dependencies come from and under which licences: cargo-deny reads `deny.toml`.

use std::path::Path;
use std::process::Command;

use crate::report::Report;
use crate::shell::{root, run};
use crate::tools::Tool;

/// In the version that `deny.toml` is written for.
const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2" };

/// The checks that need no download; each counts as one.
const CHECKS: [&str; 3] = ["licenses", "bans", "sources"];

/// Asks cargo-deny.
pub(crate) fn step() -> Report {
    let mut total =
        Report::skipped("advisories", "they need a download; run `cargo deny check advisories`");
    match DENY.program() {
        Ok(deny) => CHECKS.iter().for_each(|check| total.add(ask(&deny, check))),
        Err(reason) => total.add(Report::skipped("supply", reason)),
    }
    total
}

fn ask(deny: &Path, check: &str) -> Report {
    let mut command = Command::new(deny);
    command.args(["--all-features", "check", "--hide-inclusion-graph", check]).current_dir(root());
    run(&mut command).map_or_else(Report::failed, |()| Report::passed(1))
}
