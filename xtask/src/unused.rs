//! Every dependency is used: cargo-machete asks the sources of each package, and the table that all packages
//! share is held against their manifests.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use crate::manifest::Manifest;
use crate::members::{members, workspace};
use crate::report::Report;
use crate::shell::{line, root};
use crate::tools::Tool;

/// It finds names in sources; what only a macro names would be entered under
/// `[package.metadata.cargo-machete]` of the package.
const MACHETE: Tool = Tool { name: "cargo-machete", version: "0.9.2" };

/// Asks for dependencies of packages, then for those of the workspace.
pub(crate) fn step() -> Report {
    let mut total = match MACHETE.program() {
        Ok(machete) => judge(ask(&machete)),
        Err(reason) => Report::skipped("unused", reason),
    };
    total.add(judge(shared()));
    total
}

fn judge(found: Result<Vec<String>, String>) -> Report {
    match found {
        Ok(problems) if problems.is_empty() => Report::passed(1),
        Ok(problems) => Report { failed: 1, problems, ..Report::done() },
        Err(problem) => Report::failed(problem),
    }
}

/// With metadata, or dependencies of tests and build scripts would not be looked at.
fn ask(machete: &Path) -> Result<Vec<String>, String> {
    let mut command = Command::new(machete);
    command.args(["--with-metadata", "--skip-target-dir"]).current_dir(root());
    let out = command.output().map_err(|e| format!("`{}`: {e}", line(&command)))?;
    let said = String::from_utf8_lossy(&out.stdout);
    let found = findings(&said);
    if out.status.success() || !found.is_empty() {
        return Ok(found);
    }
    let complaint = String::from_utf8_lossy(&out.stderr);
    Err(format!("`{}` ended with {} and said:\n{said}{complaint}", line(&command), out.status))
}

/// What cargo-machete found: a line `package -- manifest:`, then a name on each indented line.
fn findings(said: &str) -> Vec<String> {
    let (mut found, mut manifest) = (Vec::new(), None);
    for line in said.lines() {
        if let Some((_, file)) = line.split_once(" -- ") {
            manifest = file.strip_suffix(':').map(|file| file.trim_start_matches("./"));
        } else if let (Some(file), Some(name)) = (manifest, line.strip_prefix('\t')) {
            found.push(format!("{file}: nothing uses `{name}`: take it out"));
        } else {
            manifest = None;
        }
    }
    found
}

fn shared() -> Result<Vec<String>, String> {
    let members: Vec<Manifest> = members()?.into_iter().map(|member| member.manifest).collect();
    Ok(orphans(&workspace()?, &members))
}

/// The names of `[workspace.dependencies]` that no package takes from there.
fn orphans(workspace: &Manifest, members: &[Manifest]) -> Vec<String> {
    let taken: BTreeSet<String> = members
        .iter()
        .flat_map(Manifest::dependencies)
        .filter(|dependency| dependency.inherited)
        .map(|dependency| dependency.key)
        .collect();
    let orphans = workspace.shared().into_iter().filter(|(name, _)| !taken.contains(name));
    orphans
        .map(|(name, line)| format!("Cargo.toml:{line}: no package takes `{name}`: take it out"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{findings, judge, orphans};
    use crate::manifest::Manifest;

    const SAID: &str = "cargo-machete found the following unused dependencies in this directory:
attractor-io -- ./crates/attractor-io/Cargo.toml:
\tcsv
\tpng
benches -- ./benches/Cargo.toml:
\trayon

If you believe cargo-machete has detected an unused dependency incorrectly,
\tadd it to the list
";

    #[test]
    fn what_machete_says_becomes_problems() {
        assert_eq!(
            findings(SAID),
            [
                "crates/attractor-io/Cargo.toml: nothing uses `csv`: take it out",
                "crates/attractor-io/Cargo.toml: nothing uses `png`: take it out",
                "benches/Cargo.toml: nothing uses `rayon`: take it out",
            ]
        );
        assert_eq!(findings("no unused dependencies in this directory\n"), [""; 0]);
    }

    #[test]
    fn what_no_package_takes_is_an_orphan() {
        let workspace =
            "[workspace.dependencies]\na = \"1\"\nb = { version = \"1\" }\nc = \"1\"\nd = \"1\"\n";
        let taker = "[dependencies]\na.workspace = true\nd = \"1\"\n";
        let other =
            "[target.'cfg(unix)'.dev-dependencies]\nb = { workspace = true, optional = true }\n";
        let members = [taker, other].map(Manifest::parse);
        assert_eq!(
            orphans(&Manifest::parse(workspace), &members),
            [
                "Cargo.toml:4: no package takes `c`: take it out",
                "Cargo.toml:5: no package takes `d`: take it out",
            ]
        );
    }

    #[test]
    fn one_finding_fails() {
        assert!(judge(Ok(vec![])).is_good());
        assert!(!judge(Ok(findings(SAID))).is_good());
        assert!(!judge(Err("it did not start".to_owned())).is_good());
    }
}
