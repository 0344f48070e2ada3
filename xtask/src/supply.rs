//! Where the dependencies come from and under which licences: cargo-deny reads `deny.toml`.

use std::path::PathBuf;
use std::process::Command;

use crate::report::Report;
use crate::shell::{answers, cargo, root, run, target};

/// The version `deny.toml` is written for.
const VERSION: &str = "0.20.2";

/// The checks that need no download; each counts as one.
const CHECKS: [&str; 3] = ["licenses", "bans", "sources"];

/// Asks cargo-deny, installing it into the target folder if need be.
pub(crate) fn step() -> Report {
    let mut total =
        Report::skipped("advisories", "they need a download; run `cargo deny check advisories`");
    match program() {
        Ok(deny) => CHECKS.iter().for_each(|check| total.add(ask(&deny, check))),
        Err(reason) => total.add(Report::skipped("supply", reason)),
    }
    total
}

fn ask(deny: &PathBuf, check: &str) -> Report {
    let mut command = Command::new(deny);
    command.args(["--all-features", "check", "--hide-inclusion-graph", check]).current_dir(root());
    run(&mut command).map_or_else(Report::failed, |()| Report::passed(1))
}

/// cargo-deny: the installed one, or one of our own.
fn program() -> Result<PathBuf, String> {
    let tools = target().join("tools");
    let own = tools.join("bin").join("cargo-deny");
    let known =
        [PathBuf::from("cargo-deny"), own.clone()].into_iter().find(|program| answers(program));
    known.map_or_else(|| install(&tools).map(|()| own), Ok)
}

/// Without optimisation: it is used once, and builds in half the time.
fn install(tools: &PathBuf) -> Result<(), String> {
    println!("    installing cargo-deny {VERSION} (some minutes, once)");
    let mut command = cargo(&[
        "install",
        "--quiet",
        "cargo-deny",
        "--locked",
        "--debug",
        "--version",
        VERSION,
        "--root",
    ]);
    command.arg(tools).env("CARGO_PROFILE_DEV_DEBUG", "false");
    run(&mut command).map_err(|_| format!("cargo-deny {VERSION} could not be installed"))
}
