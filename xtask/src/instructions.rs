//! Instruction counts: a measure of speed that a busy machine does not disturb.

use std::process::Command;

use crate::report::Report;
use crate::shell::{answers, line, release, root, run, target};

/// `name = max` on each line; `#` begins a comment.
const BOUNDS: &str = "benches/instructions.txt";

/// A kernel's name and the instructions it may take.
type Bound = (String, u64);

/// Counts every kernel of the list under callgrind.
pub(crate) fn step() -> Report {
    let Ok(text) = std::fs::read_to_string(root().join(BOUNDS)) else {
        return Report::skipped("instructions", format!("there is no {BOUNDS}"));
    };
    if !answers("valgrind") {
        return Report::skipped("instructions", "valgrind is not installed");
    }
    match parse(&text).and_then(|bounds| build().map(|()| bounds)) {
        Ok(bounds) => count_all(&bounds),
        Err(problem) => Report::failed(problem),
    }
}

fn build() -> Result<(), String> {
    run(&mut release("build", &["--quiet", "--example", "count"]))
}

fn count_all(bounds: &[Bound]) -> Report {
    let mut total = Report::done();
    for bound in bounds {
        total.add(count(&bound.0).map_or_else(Report::failed, |counted| judge(bound, counted)));
    }
    total
}

/// Runs one kernel once; callgrind says on stderr how many instructions it collected.
fn count(kernel: &str) -> Result<u64, String> {
    let program = target().join("release").join("examples").join("count");
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program).arg(kernel);
    let out = command.output().map_err(|e| format!("`{}`: {e}", line(&command)))?;
    let said = String::from_utf8_lossy(&out.stderr);
    let counted = collected(&said).filter(|_| out.status.success());
    counted
        .ok_or_else(|| format!("`{}` ended with {} and said:\n{said}", line(&command), out.status))
}

/// The number in `==1234== Collected : 567890`.
fn collected(said: &str) -> Option<u64> {
    let (_, number) = said.lines().find_map(|line| line.split_once("Collected :"))?;
    number.trim().parse().ok()
}

fn judge((kernel, bound): &Bound, counted: u64) -> Report {
    println!("    {kernel}: {counted} instructions, at most {bound}");
    if counted <= *bound {
        return Report::passed(1);
    }
    Report::failed(format!(
        "{kernel} took {counted} instructions, more than {bound}: make it faster, or raise the bound in {BOUNDS} and say why"
    ))
}

fn parse(text: &str) -> Result<Vec<Bound>, String> {
    let lines = text
        .lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.split('#').next().unwrap_or_default().trim()));
    lines.filter(|(_, line)| !line.is_empty()).map(|(at, line)| bound(at, line)).collect()
}

fn bound(at: usize, line: &str) -> Result<Bound, String> {
    let parts =
        line.split_once('=').map(|(name, max)| (name.trim(), max.trim().replace('_', "").parse()));
    match parts {
        Some((name, Ok(max))) if !name.is_empty() => Ok((name.to_owned(), max)),
        _ => Err(format!(
            "{BOUNDS}:{at}: `{line}` is not `name = max`: write a kernel's name and a whole number"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{collected, judge, parse};

    #[test]
    fn bounds_are_names_and_numbers() {
        let bounds = parse("# kernels\n\nreadout = 1_000 # measured: 900\n").expect("well formed");
        assert_eq!(bounds, [("readout".to_owned(), 1000)]);
        assert!(parse("ok = 1\nreadout: 9\n").expect_err("no equals sign").contains(":2:"));
        assert!(parse("readout = many").is_err());
    }

    #[test]
    fn the_count_is_found_in_what_callgrind_says() {
        assert_eq!(collected("==7== Events    : Ir\n==7== Collected : 1234\n"), Some(1234));
        assert_eq!(collected("==7== error"), None);
    }

    #[test]
    fn more_than_the_bound_fails() {
        let bound = ("readout".to_owned(), 1000);
        assert!(judge(&bound, 1000).is_good());
        assert!(!judge(&bound, 1001).is_good());
    }
}
