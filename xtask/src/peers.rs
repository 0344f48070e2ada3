//! `cargo xtask bench --peers`: ours and other systems side by side, in an environment made for it.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use crate::shell::{cargo, line, root, run, target};

/// The least version of Python that the requirements are for.
const PYTHON: (u32, u32) = (3, 11);

/// How to call it.
pub(crate) const USAGE: &str = "bench --peers [--quick] [--only WORD]";

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options<'a> {
    peers: bool,
    quick: bool,
    only: Option<&'a str>,
}

/// Runs the side-by-side, or says what is wrong and what to do about it.
pub(crate) fn bench(words: &[&str]) -> ExitCode {
    let Some(options) = options(words).filter(|options| options.peers) else {
        eprintln!("usage: cargo xtask {USAGE}");
        eprintln!("the benches of our own code alone: cargo bench -p benches");
        return ExitCode::from(2);
    };
    match side_by_side(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("xtask: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn options<'a>(words: &[&'a str]) -> Option<Options<'a>> {
    let mut options = Options::default();
    let mut words = words.iter();
    while let Some(&word) = words.next() {
        match word {
            "--peers" => options.peers = true,
            "--quick" => options.quick = true,
            "--only" => options.only = Some(words.next()?),
            _ => return None,
        }
    }
    Some(options)
}

fn side_by_side(options: &Options<'_>) -> Result<(), String> {
    let place = target().join("bench");
    let python = environment(&place.join("env"))?;
    let library = library()?;
    let mut words: Vec<&str> = Vec::from(["bench", "--peers"]);
    words.extend(options.quick.then_some("--quick"));
    words.extend(options.only.iter().flat_map(|word| ["--only", word]));
    let mut command = Command::new(python);
    command.arg(root().join("benches/peers/run.py"));
    command.arg("--library").arg(library).arg("--out").arg(&place);
    command.arg("--command").arg(format!("cargo xtask {}", words.join(" ")));
    command.args(&words[2..]).env("PYTHONDONTWRITEBYTECODE", "1");
    run(&mut command)?;
    println!("written: {}", place.join("peers.{json,md,svg}").display());
    Ok(())
}

/// Builds the C interface and says where it is.
fn library() -> Result<PathBuf, String> {
    run(&mut cargo(&["build", "--release", "-p", "benches", "--lib"]))?;
    let path = target().join("release").join(format!("{DLL_PREFIX}benches{DLL_SUFFIX}"));
    match path.is_file() {
        true => Ok(path),
        false => Err(format!(
            "the build left no {}: unset CARGO_BUILD_TARGET and run it again",
            path.display()
        )),
    }
}

/// The Python of an environment with the peers, which is made anew when the requirements change.
fn environment(folder: &Path) -> Result<PathBuf, String> {
    let pinned = root().join("benches/peers/requirements.txt");
    let text = read(&pinned)?;
    let (python, stamp) = (folder.join("bin/python"), folder.join("installed.txt"));
    if python.exists() && read(&stamp).is_ok_and(|installed| installed == text) {
        return Ok(python);
    }
    println!("making the environment of the peers in {} (once)", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    check_python()?;
    run(Command::new("python3").args(["-m", "venv"]).arg(folder)).map_err(|problem| {
        format!(
            "{problem}\n    Python's venv module is needed (on Debian: apt install python3-venv)"
        )
    })?;
    if install(&python, &text, &pinned)? {
        std::fs::write(&stamp, text).map_err(|e| format!("{}: {e}", stamp.display()))?;
    }
    Ok(python)
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// Whether `python3` is there and not too old.
fn check_python() -> Result<(), String> {
    let least = format!("{}.{}", PYTHON.0, PYTHON.1);
    let remedy = format!("install Python {least} so that `python3` starts it");
    let output = Command::new("python3").arg("--version").stderr(Stdio::null()).output();
    let output = output.map_err(|e| format!("`python3` did not start ({e}): {remedy}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    match version(&said) {
        Some(found) if found >= PYTHON => Ok(()),
        _ => Err(format!("`python3` is {}, {least} is needed: {remedy}", said.trim())),
    }
}

/// `Python 3.11.7` as numbers.
fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.trim().strip_prefix("Python ")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Installs all requirements, or if that fails one after the other, so that a single peer can be missing: then it
/// takes no part, and the next call tries again. Without numpy there is nothing to do.
fn install(python: &Path, text: &str, pinned: &Path) -> Result<bool, String> {
    if run(pip(python).arg("-r").arg(pinned)).is_ok() {
        return Ok(true);
    }
    println!("not everything could be installed at once: one after the other");
    for requirement in requirements(text) {
        let mut command = pip(python);
        let Err(problem) = run(command.arg(requirement)) else { continue };
        if requirement.starts_with("numpy") {
            return Err(format!("{problem}\n    {}", remedy(&line(&command))));
        }
        println!("{requirement} takes no part: {problem}");
    }
    Ok(false)
}

fn remedy(command: &str) -> String {
    format!(
        "pip must reach a package index: check the network, or set PIP_INDEX_URL or PIP_PROXY \
         and try `{command}`; wheels in a folder are found through PIP_FIND_LINKS"
    )
}

fn pip(python: &Path) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    command
}

/// The lines that name a package.
fn requirements(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Options, options, requirements, version};

    #[test]
    fn options_in_any_order_and_no_others() {
        let all = Options { peers: true, quick: true, only: Some("recall") };
        assert_eq!(options(&["--only", "recall", "--quick", "--peers"]), Some(all));
        for words in [&["--peer"][..], &["--peers", "--only"], &["quick"]] {
            assert_eq!(options(words), None, "{words:?}");
        }
    }

    #[test]
    fn versions_are_numbers() {
        assert_eq!(version("Python 3.11.7\n"), Some((3, 11)));
        assert!(version("Python 3.9.2") < Some((3, 11)));
        assert_eq!(version("Python"), None);
    }

    #[test]
    fn requirements_are_lines_without_comments() {
        let text = "# what\nnumpy==2.4.6\n\ntorch==2.15.0 # large\n";
        assert_eq!(requirements(text).collect::<Vec<_>>(), ["numpy==2.4.6", "torch==2.15.0"]);
        let ours = include_str!("../../benches/peers/requirements.txt");
        assert!(requirements(ours).all(|line| line.contains("==")), "every version is pinned");
    }
}
