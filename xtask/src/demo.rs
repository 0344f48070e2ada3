//! The demonstration is reproducible: its page depends on the seed and on nothing else.

use crate::report::Report;
use crate::shell::{release, run, scratch, target};
use std::process::{Command, Stdio};

/// Two runs with one seed and one with another, each into a folder of its own.
pub(crate) fn step() -> Report {
    let built =
        run(&mut release("build", &["--quiet", "--bin", "attractor", "--example", "count"]));
    match [built.and_then(|()| page("a", 7)), page("b", 7), page("c", 8)] {
        [Ok(first), Ok(again), Ok(other)] => judge(&first, &again, &other),
        pages => Report::failed(pages.into_iter().find_map(Result::err).unwrap_or_default()),
    }
}

fn page(folder: &str, seed: u64) -> Result<Vec<u8>, String> {
    let path = scratch(&format!("demo-{folder}"))?.join("demo.html");
    let mut demo = Command::new(target().join("release").join("attractor"));
    run(demo
        .arg("demo")
        .arg("--seed")
        .arg(seed.to_string())
        .arg("-o")
        .arg(&path)
        .stdout(Stdio::null()))?;
    std::fs::read(&path).map_err(|e| format!("the demo wrote no {}: {e}", path.display()))
}

fn judge(first: &[u8], again: &[u8], other: &[u8]) -> Report {
    let mut report = Report::done();
    report.add(match first.iter().zip(again).position(|(a, b)| a != b) {
        None if first.len() == again.len() => Report::passed(1),
        at => Report::failed(format!(
            "the same seed gave other bytes from byte {} on: look for time, hash order or thread order",
            at.unwrap_or(first.len().min(again.len()))
        )),
    });
    report.add(match first == other {
        false => Report::passed(1),
        true => Report::failed("another seed gave the same bytes: the seed is not used"),
    });
    report
}

#[cfg(test)]
mod tests {
    use super::judge;

    #[test]
    fn the_seed_and_nothing_else_decides() {
        assert_eq!(judge(b"one", b"one", b"two").to_string(), "2 passed, 0 failed, 0 skipped");
        assert!(judge(b"one", b"onf", b"two").problems[0].contains("byte 2"));
        assert!(judge(b"one", b"on", b"two").problems[0].contains("byte 2"));
        assert!(judge(b"one", b"one", b"one").problems[0].contains("not used"));
    }
}
