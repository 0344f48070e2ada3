//! Runs `cargo test` and adds up what the test programs say.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use crate::report::Report;
use crate::shell::{cargo, line, scratch};

/// The gate draws the same cases every time, so that what passed passes again; another seed draws
/// others, and so does a plain `cargo test`.
const SEED: &str = "PROPTEST_RNG_SEED";

/// All tests of the workspace but those of `oracle`.
pub(crate) fn step() -> Report {
    let mut command = cargo(&["test", "--workspace", "--exclude", "oracle", "--no-fail-fast"]);
    run(command.args(["--", "--show-output"]), "tests")
}

/// Runs a `cargo test … -- --show-output`, shows results and failures, and keeps the whole output in a log.
///
/// `--show-output` lets a passing test speak: one that cannot run here prints `SKIPPED: name: reason`,
/// is counted as skipped, and is named in the totals.
pub(crate) fn run(command: &mut Command, log: &str) -> Report {
    if std::env::var_os(SEED).is_none() {
        command.env(SEED, "2020");
    }
    watch(command, log)
        .unwrap_or_else(|problem| Report::failed(format!("`{}`: {problem}", line(command))))
}

fn watch(command: &mut Command, log: &str) -> Result<Report, String> {
    let path = scratch(log)?.join("output.log");
    let mut file = std::fs::File::create(&path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(|e| e.to_string())?;
    let mut tally = Tally::default();
    if let Some(stdout) = child.stdout.take() {
        for bytes in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            let text = String::from_utf8_lossy(&bytes);
            writeln!(file, "{text}").map_err(|e| format!("{}: {e}", path.display()))?;
            if tally.read(&text) {
                println!("{text}");
            }
        }
    }
    let good = child.wait().map_err(|e| e.to_string())?.success();
    println!("    {tally}");
    println!(
        "    whole output: {}",
        path.strip_prefix(crate::shell::root()).unwrap_or(&path).display()
    );
    Ok(tally.report(good, &line(command)))
}

/// What the lines of the test programs add up to.
#[derive(Debug, Default)]
struct Tally {
    programs: usize,
    passed: usize,
    failed: usize,
    ignored: usize,
    ignored_names: Vec<String>,
    /// Lines that begin with `SKIPPED:`; a set, for a failing program repeats its tests' output.
    spoken: BTreeSet<String>,
    failed_names: Vec<String>,
    in_failures: bool,
}

impl Tally {
    /// Takes one line in; `true` if a person should see it.
    fn read(&mut self, text: &str) -> bool {
        if let Some(result) = text.strip_prefix("test result: ") {
            self.add(result);
            self.in_failures = false;
            return true;
        }
        if let Some((name, verdict)) =
            text.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... "))
        {
            self.note(name, verdict);
        }
        if let Some(words) = text.trim_start().strip_prefix("SKIPPED:") {
            self.spoken.insert(words.trim().to_owned());
        }
        self.in_failures |= text == "failures:";
        self.in_failures
    }

    fn add(&mut self, result: &str) {
        self.programs += 1;
        self.passed += count(result, "passed");
        self.failed += count(result, "failed");
        self.ignored += count(result, "ignored");
    }

    fn note(&mut self, name: &str, verdict: &str) {
        if let Some(reason) = verdict.strip_prefix("ignored") {
            let reason = reason.trim_start_matches([',', ' ']);
            self.ignored_names
                .push(format!("{name}: {}", if reason.is_empty() { "ignored" } else { reason }));
        }
        if verdict == "FAILED" {
            self.failed_names.push(name.to_owned());
        }
    }

    /// A test that said `SKIPPED:` was counted as passed by its program: it moves over here.
    fn report(self, good: bool, command: &str) -> Report {
        let mut problems: Vec<String> =
            self.failed_names.iter().map(|name| format!("failed: {name}")).collect();
        if !good {
            problems.push(format!("`{command}` failed"));
        }
        let skipped: Vec<String> =
            self.ignored_names.into_iter().chain(self.spoken.iter().cloned()).collect();
        let failed = self.failed.max(usize::from(!good));
        Report { passed: self.passed.saturating_sub(self.spoken.len()), failed, skipped, problems }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { passed, failed, ignored, programs, spoken, .. } = self;
        write!(
            f,
            "{passed} passed ({} of them skipped themselves), {failed} failed, {ignored} ignored in {programs} test programs",
            spoken.len()
        )
    }
}

/// The number before a word in `ok. 3 passed; 0 failed; …`.
fn count(result: &str, word: &str) -> usize {
    let words: Vec<&str> = result.split([' ', ';', '.']).filter(|w| !w.is_empty()).collect();
    words.windows(2).find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod parsing {
    use super::Tally;

    const OUTPUT: &str = "
running 4 tests
test laws::fenchel ... ok
test slow ... ignored, needs an hour
test old ... ignored
test model ... ok

successes:

---- model stdout ----
SKIPPED: model: no network

test result: ok. 2 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s
running 1 test
test breaks ... FAILED

failures:
---- breaks stdout ----
left != right
test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
";

    fn read(output: &str) -> (Tally, Vec<&str>) {
        let mut tally = Tally::default();
        let shown = output.lines().filter(|line| tally.read(line)).collect();
        (tally, shown)
    }

    #[test]
    fn lines_become_totals() {
        let (tally, _) = read(OUTPUT);
        assert_eq!(tally.programs, 2);
        let report = tally.report(false, "cargo test");
        assert_eq!((report.passed, report.failed), (1, 1));
        assert_eq!(report.skipped, ["slow: needs an hour", "old: ignored", "model: no network"]);
        assert_eq!(report.problems, ["failed: breaks", "`cargo test` failed"]);
    }

    #[test]
    fn failures_are_shown_and_successes_are_not() {
        let (_, shown) = read(OUTPUT);
        assert!(shown.contains(&"left != right"));
        assert!(!shown.contains(&"test laws::fenchel ... ok"));
    }

    #[test]
    fn a_build_that_fails_is_a_failure_without_a_single_test() {
        let report = Tally::default().report(false, "cargo test");
        assert_eq!(report.to_string(), "0 passed, 1 failed, 0 skipped");
    }
}
