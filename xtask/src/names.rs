//! The public names of every library crate, as rustdoc lists them, against those that were agreed on: whoever
//! takes one away, adds one or renames one shows it in the same change.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::members::{Member, published};
use crate::report::Report;
use crate::shell::{document, root, run, target};

mod page;

/// Where the agreed names are, a file for each crate.
const FOLDER: &str = "docs/names";

/// How to agree.
pub(crate) const USAGE: &str = "names --bless";

/// Compares every crate's names with its file.
pub(crate) fn step() -> Report {
    match crates().and_then(|crates| compared(&crates)) {
        Ok(reports) => reports.into_iter().fold(Report::done(), |mut total, report| {
            total.add(report);
            total
        }),
        Err(problem) => Report::failed(problem),
    }
}

/// Writes the names as they are now.
pub(crate) fn bless() -> ExitCode {
    match crates().and_then(|crates| write(&crates)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("xtask: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn crates() -> Result<Vec<Member>, String> {
    Ok(published()?.into_iter().filter(Member::is_library).collect())
}

/// The documentation may have been made with other features since the gate made it, which cargo does not
/// notice; so what differs is documented anew before it is believed.
fn compared(crates: &[Member]) -> Result<Vec<Report>, String> {
    run(&mut document())?;
    let differs = |krate: &&Member| !current(krate).is_ok_and(|now| now == agreed(krate));
    let doubtful: Vec<&Member> = crates.iter().filter(differs).collect();
    if !doubtful.is_empty() {
        anew(&doubtful)?;
    }
    let mut reports = forgotten(crates)?;
    for krate in crates {
        reports.push(judge(&krate.name, &agreed(krate), &current(krate)?));
    }
    Ok(reports)
}

fn anew(crates: &[&Member]) -> Result<(), String> {
    for folder in crates.iter().map(|krate| pages(krate)).filter(|folder| folder.exists()) {
        fs::remove_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    run(&mut document())
}

fn write(crates: &[Member]) -> Result<(), String> {
    anew(&crates.iter().collect::<Vec<_>>())?;
    let folder = root().join(FOLDER);
    let failed = |e: std::io::Error| format!("{FOLDER}: {e}");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    for krate in crates {
        let names = current(krate)?;
        println!("{}: {} names", file(&krate.name), names.len());
        let text: String = names.iter().map(|name| format!("{name}\n")).collect();
        fs::write(root().join(file(&krate.name)), text).map_err(failed)?;
    }
    Ok(())
}

/// Files of crates that are no more.
fn forgotten(crates: &[Member]) -> Result<Vec<Report>, String> {
    let folder = root().join(FOLDER);
    let entries = fs::read_dir(&folder).map_err(|e| format!("{FOLDER}: {e}: {}", remedy()))?;
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let known: BTreeSet<String> =
        crates.iter().map(|krate| format!("{}.txt", krate.name)).collect();
    let left = names.filter(|name| !known.contains(name));
    Ok(left
        .map(|name| Report::failed(format!("{FOLDER}/{name}: no such library: {}", remedy())))
        .collect())
}

fn file(name: &str) -> String {
    format!("{FOLDER}/{name}.txt")
}

fn pages(krate: &Member) -> PathBuf {
    target().join("doc").join(krate.identifier())
}

fn current(krate: &Member) -> Result<BTreeSet<String>, String> {
    page::names(&pages(krate))
}

/// A crate without a file has agreed on nothing yet.
fn agreed(krate: &Member) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(file(&krate.name))).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn judge(name: &str, agreed: &BTreeSet<String>, now: &BTreeSet<String>) -> Report {
    let changes = changes(agreed, now);
    if changes.is_empty() {
        println!("    {name}: {} names", now.len());
        return Report::passed(1);
    }
    let list: String = changes.iter().map(|change| format!("\n    {change}")).collect();
    Report::failed(format!(
        "{}: the public names of {name} are others now:{list}\n  {}",
        file(name),
        remedy()
    ))
}

fn remedy() -> String {
    format!(
        "if that is meant, run `cargo xtask {USAGE}`, look at what it writes, and tell users in CHANGELOG.md"
    )
}

/// `- name` for what is gone, `+ name` for what is new, in the order of the names.
fn changes(agreed: &BTreeSet<String>, now: &BTreeSet<String>) -> Vec<String> {
    let sign = |name: &String| if now.contains(name) { '+' } else { '-' };
    agreed.symmetric_difference(now).map(|name| format!("{} {name}", sign(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::{changes, judge};
    use std::collections::BTreeSet;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn what_is_gone_and_what_is_new_are_told_apart() {
        let (agreed, now) = (set(&["fn read", "fn write"]), set(&["fn open", "fn read"]));
        assert_eq!(changes(&agreed, &now), ["+ fn open", "- fn write"]);
        assert!(changes(&now, &now).is_empty());
    }

    #[test]
    fn a_name_that_is_gone_fails_and_says_how_to_agree() {
        let (agreed, now) = (set(&["struct A", "struct A fn new"]), set(&["struct A"]));
        let report = judge("attractor-io", &agreed, &now);
        assert!(!report.is_good());
        let problem = &report.problems[0];
        assert!(problem.starts_with("docs/names/attractor-io.txt: "), "{problem}");
        assert!(problem.contains("\n    - struct A fn new\n"), "{problem}");
        assert!(problem.contains("cargo xtask names --bless"), "{problem}");
    }

    #[test]
    fn a_new_name_fails_as_well_and_none_passes() {
        let (agreed, now) = (set(&["fn a"]), set(&["fn a", "fn b"]));
        assert!(!judge("a", &agreed, &now).is_good());
        assert!(judge("a", &now, &now).is_good());
    }
}
