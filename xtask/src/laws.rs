//! The laws again, on far more cases than the gate has time for.

use std::path::Path;

use crate::report::Report;
use crate::shell::{release, root};
use crate::tests;

/// A test target, the only one of its name, whose properties hold on `cases` cases each.
struct Law {
    package: &'static str,
    target: &'static str,
    cases: u32,
}

/// Every `crates/*/tests/laws*.rs`; a slow one gets fewer cases: the zoo has thousands of properties, and its
/// finite-difference references raise a false alarm about once in a million samples.
const LAWS: &[Law] = &[
    Law { package: "attractor-attention", target: "laws_energy_transformer", cases: 300 },
    Law { package: "attractor-attention", target: "laws_heads", cases: 2_000 },
    Law { package: "attractor-effective", target: "laws_models", cases: 20_000 },
    Law { package: "attractor-effective", target: "laws_clamped", cases: 20_000 },
    Law { package: "attractor-effective", target: "laws_couplings", cases: 5_000 },
    Law { package: "attractor-effective", target: "laws_descent", cases: 2_000 },
    Law { package: "attractor-effective", target: "laws_epanechnikov", cases: 10_000 },
    Law { package: "attractor-effective", target: "laws_packed", cases: 1_000 },
    Law { package: "attractor-effective", target: "laws_spins", cases: 20_000 },
    Law { package: "attractor-laws", target: "laws_zoo", cases: 256 },
    Law { package: "attractor-network", target: "laws_network", cases: 100_000 },
    Law { package: "attractor-network", target: "laws_splitting", cases: 500 },
    Law { package: "attractor-synapse", target: "laws_screen", cases: 5_000 },
];

/// Runs the table, having seen that it and the files agree.
pub(crate) fn step() -> Report {
    let mut total = Report::done();
    match on_disk(&root()).map(|found| disagreements(LAWS, &found)) {
        Ok(problems) => problems.into_iter().for_each(|problem| total.add(Report::failed(problem))),
        Err(problem) => return Report::failed(problem),
    }
    for law in LAWS.iter().filter(|law| root().join(file(law.package, law.target)).is_file()) {
        println!("    {} {}: {} cases of each property", law.package, law.target, law.cases);
        total.add(law.run());
    }
    total
}

impl Law {
    /// A property that assumes something may reject as many inputs as it accepts.
    fn run(&self) -> Report {
        let mut command = release("test", &["--test", self.target, "--", "--show-output"]);
        let cases = self.cases.to_string();
        command.env("PROPTEST_CASES", &cases).env("PROPTEST_MAX_GLOBAL_REJECTS", &cases);
        tests::run(&mut command, &format!("{}-{}", self.package, self.target))
    }
}

fn file(package: &str, target: &str) -> String {
    format!("crates/{package}/tests/{target}.rs")
}

/// The files `crates/*/tests/laws*.rs`.
fn on_disk(root: &Path) -> Result<Vec<String>, String> {
    let crates = std::fs::read_dir(root.join("crates")).map_err(|e| format!("crates: {e}"))?;
    let tests =
        crates.flatten().filter_map(|entry| std::fs::read_dir(entry.path().join("tests")).ok());
    let files = tests.flat_map(Iterator::flatten).map(|entry| entry.path());
    let laws = files.filter(|path| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("laws"))
    });
    let named = laws.filter(|path| path.extension().is_some_and(|end| end == "rs"));
    Ok(named
        .filter_map(|path| Some(path.strip_prefix(root).ok()?.to_string_lossy().replace('\\', "/")))
        .collect())
}

/// What the table names twice or is not there, and what is there and the table does not name.
fn disagreements(table: &[Law], found: &[String]) -> Vec<String> {
    let named: Vec<String> = table.iter().map(|law| file(law.package, law.target)).collect();
    let targets = table.iter().enumerate();
    let twice = targets.filter(|(at, law)| table[..*at].iter().any(|l| l.target == law.target));
    let absent = named.iter().filter(|name| !found.contains(name));
    let new = found.iter().filter(|name| !named.contains(name));
    absent
        .map(|name| format!("{name} does not exist: mend the table in xtask/src/laws.rs"))
        .chain(twice.map(|(_, law)| {
            format!("two crates have a target {}: one would run with the other's cases", law.target)
        }))
        .chain(new.map(|name| {
            format!("{name} is not run on many cases: add it to the table in xtask/src/laws.rs")
        }))
        .collect()
}

#[cfg(test)]
mod table {
    use super::{Law, disagreements, file};

    #[test]
    fn table_and_files_must_agree() {
        let table = [Law { package: "attractor-laws", target: "laws", cases: 1 }];
        let here = "crates/attractor-laws/tests/laws.rs".to_owned();
        assert_eq!(disagreements(&table, std::slice::from_ref(&here)), [""; 0]);
        assert!(disagreements(&table, &[])[0].contains("does not exist"));
        assert!(disagreements(&[], &[here])[0].contains("is not run on many cases"));
        let law = |package| Law { package, target: "laws", cases: 1 };
        let both = ["a", "b"].map(|package| file(package, "laws"));
        assert!(disagreements(&[law("a"), law("b")], &both)[0].contains("two crates have"));
    }
}
