//! What every crate owes its readers: a name that is its folder, a description, a README, the shared lints;
//! and who may name faer.

use super::{Problem, Tree, place};
use crate::manifest::Manifest;

/// The packages that may name faer; sources are held to the same list.
pub(super) const NAME_FAER: [&str; 2] = ["attractor-synapse", "benches"];

/// Reads the manifest of every package.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let published = tree.crates().flat_map(|(folder, text)| of_crate(tree, folder, text));
    let packages = tree.ending("/Cargo.toml").flat_map(|(file, text)| of_package(file, text));
    published.chain(packages).collect()
}

fn of_crate(tree: &Tree, folder: &str, text: &str) -> Vec<Problem> {
    let (file, manifest) = (format!("crates/{folder}/Cargo.toml"), Manifest::parse(text));
    let mut problems = Vec::new();
    if manifest.name().as_deref() != Some(folder) {
        problems.push(Problem::new(
            &file,
            1,
            "the package is not named as its folder",
            "rename one of them",
        ));
    }
    if manifest.get(&["package", "description"]).is_none_or(|(text, _)| text.is_empty()) {
        problems.push(Problem::new(
            &file,
            1,
            "no description",
            "say in one line what the crate is",
        ));
    }
    if !tree.paths.contains(&format!("crates/{folder}/README.md")) {
        problems.push(Problem::new(
            &file,
            1,
            "no README.md",
            "say what it is, what it is not, and five lines that run",
        ));
    }
    problems
}

fn of_package(file: &str, text: &str) -> Vec<Problem> {
    let manifest = Manifest::parse(text);
    let mut problems = Vec::new();
    if manifest.get(&["lints", "workspace"]).is_none_or(|(value, _)| value != "true") {
        problems.push(Problem::new(
            file,
            1,
            "the shared lints are not taken",
            "add `[lints]` with `workspace = true`",
        ));
    }
    let package = place(file).0;
    for dependency in manifest.dependencies() {
        if dependency.resolve(&[].into()) == "faer" && !NAME_FAER.contains(&package) {
            let what = format!("`{package}` depends on faer");
            problems.push(Problem::new(
                file,
                dependency.line,
                what,
                "use what attractor-synapse exports, or add it there",
            ));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    const GOOD: &str =
        "[package]\nname = \"attractor-io\"\ndescription = \"Files\"\n[lints]\nworkspace = true\n";

    fn problems(manifest: &str) -> Vec<String> {
        let tree = Tree::fake(&[
            ("crates/attractor-io/Cargo.toml", manifest),
            ("crates/attractor-io/README.md", ""),
        ]);
        check(&tree).into_iter().map(|problem| problem.what).collect()
    }

    #[test]
    fn a_complete_manifest_is_fine() {
        assert_eq!(problems(GOOD), [""; 0]);
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(
            problems(&GOOD.replace("attractor-io", "io")),
            ["the package is not named as its folder"]
        );
        assert_eq!(problems(&GOOD.replace("description = \"Files\"", "")), ["no description"]);
        assert_eq!(problems(&GOOD.replace("Files", "")), ["no description"]);
        assert_eq!(
            problems(&GOOD.replace("workspace = true", "")),
            ["the shared lints are not taken"]
        );
        let tree = Tree::fake(&[("crates/attractor-io/Cargo.toml", GOOD)]);
        assert_eq!(check(&tree)[0].what, "no README.md");
    }

    #[test]
    fn faer_is_named_by_its_owner_and_the_benches_alone() {
        for way in ["faer.workspace = true", "f = { version = \"0.24\", package = \"faer\" }"] {
            let manifest = format!("{GOOD}[dev-dependencies]\n{way}\n");
            assert_eq!(problems(&manifest), ["`attractor-io` depends on faer"]);
        }
        let benches = "[dependencies]\nfaer.workspace = true\n[lints]\nworkspace = true\n";
        assert_eq!(check(&Tree::fake(&[("benches/Cargo.toml", benches)])), []);
    }
}
