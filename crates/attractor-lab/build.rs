//! Tells the crate which commit it is built from, where that can be known: from the variable
//! `ATTRACTOR_COMMIT`, from what `cargo package` wrote beside the manifest, or from git. Where none of them
//! knows, results say nothing about it; the build never fails for it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The crates whose code the results depend on.
const CRATES: [&str; 8] =
    ["attention", "dynamics", "effective", "io", "lab", "lagrangian", "network", "synapse"];

fn main() {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    tell("cargo::rerun-if-env-changed=ATTRACTOR_COMMIT");
    if let Some(commit) = given().or_else(|| packaged(&here)).or_else(|| checked_out(&here)) {
        tell(&format!("cargo::rustc-env=ATTRACTOR_COMMIT={commit}"));
    }
}

fn tell(line: &str) {
    println!("{line}");
}

fn given() -> Option<String> {
    std::env::var("ATTRACTOR_COMMIT").ok().filter(|commit| is_name(commit))
}

/// `"sha1": "…"` in the file that `cargo package` adds.
fn packaged(here: &Path) -> Option<String> {
    let text = std::fs::read_to_string(here.join(".cargo_vcs_info.json")).ok()?;
    let commit = text.split_once("\"sha1\"")?.1.split('"').nth(1)?;
    is_name(commit).then(|| commit.to_owned())
}

/// What git says, if this folder is that of the crate in the project's own repository: a package that lies
/// inside somebody else's must not take their commit for ours.
fn checked_out(here: &Path) -> Option<String> {
    let top = PathBuf::from(git(here, &["rev-parse", "--show-toplevel"])?);
    let ours = top.join("crates/attractor-lab").canonicalize().ok()?;
    if ours != here.canonicalize().ok()? {
        return None;
    }
    let log = here.join(git(here, &["rev-parse", "--git-path", "logs/HEAD"])?);
    if log.exists() {
        tell(&format!("cargo::rerun-if-changed={}", log.display()));
    }
    let commit = git(here, &["rev-parse", "HEAD"]).filter(|commit| is_name(commit))?;
    Some(if is_changed(&top) { commit + "+changes" } else { commit })
}

/// Whether a source that the results depend on is not as it was committed.
fn is_changed(top: &Path) -> bool {
    let sources: Vec<String> =
        CRATES.iter().map(|name| format!("crates/attractor-{name}/src")).collect();
    for folder in &sources {
        tell(&format!("cargo::rerun-if-changed={}", top.join(folder).display()));
    }
    let words = ["status", "--porcelain", "--"];
    let words: Vec<&str> = words.into_iter().chain(sources.iter().map(String::as_str)).collect();
    git(top, &words).is_none_or(|changes| !changes.is_empty())
}

fn git(here: &Path, words: &[&str]) -> Option<String> {
    let done = Command::new("git").arg("-C").arg(here).args(words).output().ok()?;
    let said = String::from_utf8(done.stdout).ok()?;
    done.status.success().then(|| said.trim().to_owned())
}

fn is_name(commit: &str) -> bool {
    commit.len() >= 7 && commit.chars().all(|c| c.is_ascii_hexdigit())
}
