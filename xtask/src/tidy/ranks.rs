//! Dependencies point one way: a crate may depend only on crates of smaller rank, in tests as well,
//! for a development dependency that points back makes two copies of a crate.

use super::{Problem, Tree};
use crate::manifest::{Dependency, Manifest};
use std::collections::BTreeMap;

/// The ranks of the crates; `benches`, `xtask`, `fuzz` and `oracle` have none and are free.
const RANKS: &[(&str, u8)] = &[
    ("attractor-lagrangian", 0),
    ("attractor-dynamics", 0),
    ("attractor-figure", 0),
    ("attractor-synapse", 1),
    ("attractor-laws", 1),
    ("attractor-network", 2),
    ("attractor-effective", 2),
    ("attractor-io", 2),
    ("attractor-attention", 3),
    ("attractor-lab", 4),
    ("attractor-cli", 5),
];

const TABLE: &str = "give it a rank in xtask/src/tidy/ranks.rs";

fn rank(name: &str) -> Option<u8> {
    RANKS.iter().find(|(known, _)| *known == name).map(|&(_, rank)| rank)
}

/// Holds the manifests of `crates/` against the table.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let renamed = Manifest::parse(tree.text("Cargo.toml").unwrap_or_default()).renamed();
    tree.crates().flat_map(|(folder, text)| of_crate(folder, text, &renamed)).collect()
}

fn of_crate(folder: &str, text: &str, renamed: &BTreeMap<String, String>) -> Vec<Problem> {
    let file = format!("crates/{folder}/Cargo.toml");
    let Some(own) = rank(folder) else {
        return vec![Problem::new(&file, 1, format!("`{folder}` has no rank"), TABLE)];
    };
    let dependencies = Manifest::parse(text).dependencies();
    dependencies.iter().filter_map(|it| of_dependency(&file, (folder, own), it, renamed)).collect()
}

fn of_dependency(
    file: &str,
    (name, own): (&str, u8),
    dependency: &Dependency,
    renamed: &BTreeMap<String, String>,
) -> Option<Problem> {
    let package = dependency.resolve(renamed);
    if !package.starts_with("attractor-") {
        return None;
    }
    match rank(&package) {
        None => {
            Some(Problem::new(file, dependency.line, format!("`{package}` has no rank"), TABLE))
        }
        Some(theirs) if theirs < own => None,
        Some(theirs) => Some(Problem::new(
            file,
            dependency.line,
            format!(
                "`{name}` (rank {own}) has `{package}` (rank {theirs}) in its {}",
                dependency.table
            ),
            "depend on smaller ranks only; move what both need into a crate below",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    fn problems(manifest: &str) -> Vec<String> {
        let root =
            "[workspace.dependencies]\nsyn = { path = \"x\", package = \"attractor-synapse\" }\n";
        let tree =
            Tree::fake(&[("Cargo.toml", root), ("crates/attractor-synapse/Cargo.toml", manifest)]);
        check(&tree).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_smaller_rank_is_fine() {
        assert_eq!(
            problems("[dependencies]\nattractor-lagrangian.workspace = true\nfaer = \"0.24\"\n"),
            [""; 0]
        );
    }

    #[test]
    fn equal_and_greater_ranks_are_not_in_whatever_form() {
        for manifest in [
            "[dependencies]\nattractor-laws.workspace = true\n",
            "[dev-dependencies]\nattractor-effective = { path = \"../attractor-effective\" }\n",
            "[build-dependencies.attractor-io]\nworkspace = true\n",
            "[target.'cfg(unix)'.dependencies]\nattractor-cli = \"0.1\"\n",
            "[dev-dependencies]\nlaws = { version = \"0.1\", package = \"attractor-laws\" }\n",
            "[dependencies]\nsyn.workspace = true\n",
        ] {
            let found = problems(manifest);
            assert_eq!(found.len(), 1, "{manifest}");
            assert!(found[0].starts_with("crates/attractor-synapse/Cargo.toml:"), "{found:?}");
        }
    }

    #[test]
    fn the_message_says_which_ranks_and_what_to_do() {
        assert_eq!(
            problems("[dev-dependencies]\nattractor-laws.workspace = true\n"),
            [
                "crates/attractor-synapse/Cargo.toml:2: `attractor-synapse` (rank 1) has `attractor-laws` (rank 1) in its \
             dev-dependencies: depend on smaller ranks only; move what both need into a crate below"
            ]
        );
    }

    #[test]
    fn an_unknown_crate_needs_a_rank() {
        let tree = Tree::fake(&[("crates/attractor-new/Cargo.toml", "")]);
        assert!(check(&tree)[0].remedy.starts_with("give it a rank"));
        assert!(
            problems("[dependencies]\nattractor-new.workspace = true\n")[0]
                .contains("`attractor-new` has no rank")
        );
    }
}
