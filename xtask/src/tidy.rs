//! What no compiler checks: ranks, absences, manifests, links. Every rule says where, what and what to do.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use crate::report::Report;
use crate::shell::root;

mod links;
mod manifests;
mod ranks;
mod sources;

/// Every rule over the files of the workspace.
pub(crate) fn step() -> Report {
    match Tree::read(&root()) {
        Ok(tree) => judge(&tree),
        Err(problem) => Report::failed(problem),
    }
}

fn judge(tree: &Tree) -> Report {
    let rules = [ranks::check, manifests::check, sources::check, links::check];
    let mut problems: Vec<Problem> = rules.iter().flat_map(|rule| rule(tree)).collect();
    problems.sort();
    println!("    files read: {}, problems: {}", tree.texts.len(), problems.len());
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    Report { failed: usize::from(!lines.is_empty()), problems: lines, ..Report::done() }
}

/// `file:line: what is wrong: what to do`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    file: String,
    line: usize,
    what: String,
    remedy: String,
}

impl Problem {
    fn new(file: &str, line: usize, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.what, self.remedy)
    }
}

/// The files of a workspace: all paths, and the texts of those that rules read.
#[derive(Debug, Default)]
struct Tree {
    paths: BTreeSet<String>,
    texts: Vec<(String, String)>,
}

impl Tree {
    fn read(root: &Path) -> Result<Self, String> {
        let mut tree = Self::default();
        tree.walk(root, root)?;
        tree.texts.sort();
        Ok(tree)
    }

    fn walk(&mut self, root: &Path, folder: &Path) -> Result<(), String> {
        let failed = |e: std::io::Error| format!("{}: {e}", folder.display());
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name =
                path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            if name == ".git" || name == "target" || name.ends_with("/target") {
                continue;
            }
            if path.is_dir() {
                self.walk(root, &path)?;
            } else if [".rs", ".toml", ".md"].iter().any(|end| name.ends_with(end)) {
                let text = std::fs::read_to_string(&path).map_err(|e| format!("{name}: {e}"))?;
                self.texts.push((name.clone(), text));
            }
            self.paths.insert(name);
        }
        Ok(())
    }

    fn text(&self, file: &str) -> Option<&str> {
        self.texts.iter().find(|(name, _)| name == file).map(|(_, text)| text.as_str())
    }

    /// The texts whose names end so.
    fn ending<'a>(&'a self, end: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.texts
            .iter()
            .filter(move |(name, _)| name.ends_with(end))
            .map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// The folders of `crates/` with their manifests' texts.
    fn crates(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ending("/Cargo.toml").filter_map(|(file, text)| {
            let folder = file.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
            (!folder.contains('/')).then_some((folder, text))
        })
    }
}

/// The package a file belongs to and its part of it: `("attractor-io", "src")`, `("benches", "src")`.
fn place(file: &str) -> (&str, &str) {
    let mut parts = file.strip_prefix("crates/").unwrap_or(file).split('/');
    (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::{Problem, Tree, judge, place};

    impl Tree {
        /// A workspace of these texts and nothing else.
        pub(super) fn fake(texts: &[(&str, &str)]) -> Self {
            let texts: Vec<(String, String)> =
                texts.iter().map(|&(name, text)| (name.into(), text.into())).collect();
            let mut paths: std::collections::BTreeSet<String> =
                texts.iter().map(|(name, _)| name.clone()).collect();
            for (name, _) in &texts {
                paths.extend(name.match_indices('/').map(|(at, _)| name[..at].to_owned()));
            }
            Self { paths, texts }
        }
    }

    #[test]
    fn a_problem_reads_as_place_what_remedy() {
        let problem = Problem::new("a.rs", 3, "it prints", "return it");
        assert_eq!(problem.to_string(), "a.rs:3: it prints: return it");
    }

    #[test]
    fn a_place_is_a_package_and_a_part() {
        assert_eq!(place("crates/attractor-io/src/npy.rs"), ("attractor-io", "src"));
        assert_eq!(place("benches/src/lib.rs"), ("benches", "src"));
    }

    #[test]
    fn every_rule_is_asked() {
        let tree = Tree::fake(&[
            ("crates/attractor-new/Cargo.toml", "[package]\nname = \"attractor-new\"\n"),
            ("crates/attractor-new/src/lib.rs", "pub mod x;\n"),
            ("README.md", "[a](nowhere.md)\n"),
        ]);
        let text = judge(&tree).problems.join("\n");
        for word in ["no rank", "no description", "pub mod", "nowhere.md"] {
            assert!(text.contains(word), "{word} in {text}");
        }
    }
}
