//! `cargo xtask fuzz`: libFuzzer on every target of `fuzz/`, for as long as asked for.
//!
//! What it finds stays: inputs that reach new code in `fuzz/corpus`, what breaks a promise in `fuzz/crashes`. The tests
//! of `fuzz/cases` replay both.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::time::Duration;

use crate::report::Report;
use crate::shell::{answers, root, run, target};
use crate::tools::Tool;

mod corpus;
mod session;

/// How to call it.
pub(crate) const USAGE: &str = "fuzz --minutes N [--only NAME]";

/// Builds the programs, with flags that it knows.
const FUZZ: Tool = Tool { name: "cargo-fuzz", version: "0.13.2" };
/// Programs that run at a time: libFuzzer uses one thread, the library a few more.
const AT_ONCE: usize = 2;

/// What was asked for.
#[derive(Debug, PartialEq)]
struct Options<'a> {
    /// Of all targets together.
    minutes: f64,
    only: Option<&'a str>,
}

/// Where everything is.
struct Places {
    /// `fuzz/` of the workspace.
    fuzz: PathBuf,
    /// What is built and written on the way.
    work: PathBuf,
    /// The programs.
    programs: PathBuf,
}

/// Fuzzes, or says what is wrong and what to do about it.
pub(crate) fn fuzz(words: &[&str]) -> ExitCode {
    let Some(options) = options(words) else {
        eprintln!("usage: cargo xtask {USAGE}");
        return ExitCode::from(2);
    };
    let report = all(&options);
    report.problems.iter().for_each(|problem| println!("{problem}"));
    report.skipped.iter().for_each(|skip| println!("SKIPPED: {skip}"));
    println!("{report}");
    if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn options<'a>(words: &[&'a str]) -> Option<Options<'a>> {
    let (mut minutes, mut only, mut words) = (None, None, words.iter());
    while let Some(&word) = words.next() {
        match word {
            "--minutes" => minutes = words.next()?.parse().ok().filter(|m: &f64| *m > 0.0),
            "--only" => only = Some(*words.next()?),
            _ => return None,
        }
    }
    Some(Options { minutes: minutes.filter(|m| m.is_finite())?, only })
}

fn all(options: &Options<'_>) -> Report {
    if !["c++", "g++", "clang++"].iter().any(answers) {
        return Report::skipped("fuzz", "libFuzzer is built by a compiler of C++: install one");
    }
    let tool = match FUZZ.program() {
        Ok(tool) => tool,
        Err(reason) => return Report::skipped("fuzz", reason),
    };
    let prepared = places().and_then(|places| {
        let names = chosen(names(&places.fuzz)?, options.only)?;
        build(&tool, &places, options.only)?;
        Ok((places, names))
    });
    match prepared {
        Ok((places, names)) => share(&places, &names, options.minutes),
        Err(problem) => Report::failed(problem),
    }
}

/// All targets, some at a time, each for its share of the time.
fn share(places: &Places, names: &[String], minutes: f64) -> Report {
    let at_once = AT_ONCE.min(names.len());
    let each = Duration::from_secs_f64(60.0 * minutes * at_once as f64 / names.len() as f64);
    println!("    {} targets, {:.0} s each, {at_once} at a time", names.len(), each.as_secs_f64());
    let (queue, total) = (Mutex::new(names.iter()), Mutex::new(Report::done()));
    let next = || queue.lock().ok().and_then(|mut names| names.next());
    std::thread::scope(|scope| {
        for _ in 0..at_once {
            scope.spawn(|| {
                while let Some(name) = next() {
                    let report = session::run(places, name, each);
                    total.lock().map(|mut total| total.add(report)).unwrap_or_default();
                }
            });
        }
    });
    total.into_inner().unwrap_or_else(|_| Report::failed("a session panicked"))
}

/// The programs in `fuzz/targets`, in order.
fn names(fuzz: &Path) -> Result<Vec<String>, String> {
    let files = corpus::files(&fuzz.join("targets"))?;
    let stem = |file: &PathBuf| Some(file.file_stem()?.to_string_lossy().into_owned());
    Ok(files.iter().filter_map(stem).collect())
}

fn chosen(names: Vec<String>, only: Option<&str>) -> Result<Vec<String>, String> {
    let Some(only) = only else { return Ok(names) };
    match names.iter().any(|name| name == only) {
        true => Ok(vec![only.to_owned()]),
        false => Err(format!("no target is called {only}: there are {}", names.join(", "))),
    }
}

fn places() -> Result<Places, String> {
    let work = target().join("fuzz");
    let programs = work.join(host()?).join("release");
    Ok(Places { fuzz: root().join("fuzz"), work, programs })
}

/// The platform that cargo-fuzz names when it builds.
fn host() -> Result<String, String> {
    let said = Command::new("rustc").arg("-vV").output().map_err(|e| format!("rustc: {e}"))?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc does not say its host".to_owned())
}

/// With the address sanitizer, which is cargo-fuzz's default; its flags ask for a nightly compiler, or for this
/// variable.
fn build(tool: &Path, places: &Places, only: Option<&str>) -> Result<(), String> {
    let mut command = Command::new(tool);
    command.args(["fuzz", "build", "--target-dir"]).arg(&places.work).args(only);
    run(command.current_dir(root()).env("RUSTC_BOOTSTRAP", "1"))
}

#[cfg(test)]
mod tests {
    use super::{Options, chosen, names, options, root};

    #[test]
    fn minutes_are_asked_for() {
        let asked = options(&["--minutes", "2.5", "--only", "npy"]);
        assert_eq!(asked, Some(Options { minutes: 2.5, only: Some("npy") }));
        let wrong = ["--minutes", "--minutes 0", "--minutes x", "--minutes inf", "--only npy", "3"];
        for words in wrong {
            let words: Vec<&str> = words.split(' ').collect();
            assert_eq!(options(&words), None, "{words:?}");
        }
    }

    #[test]
    fn every_target_is_fuzzed_unless_one_is_named() {
        let all = names(&root().join("fuzz")).expect("there are targets");
        assert!(all.iter().any(|name| name == "memory"), "{all:?}");
        assert_eq!(chosen(all.clone(), None).as_ref(), Ok(&all));
        assert_eq!(chosen(all.clone(), Some("npy")), Ok(vec!["npy".to_owned()]));
        assert!(chosen(all, Some("nothing")).expect_err("no such target").contains("memory"));
    }
}
