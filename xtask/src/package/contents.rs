//! What a package must hold: licences, a README, what a registry shows, and every file that its sources name.

use std::fs;
use std::path::{Path, PathBuf};

use super::Package;
use crate::manifest::Manifest;
use crate::shell::root;

/// What crates.io takes, in bytes.
const LARGEST: u64 = 10 * 1024 * 1024;

/// In the folder of each crate these are links to the project's.
const LICENCES: [&str; 2] = ["LICENSE-MIT", "LICENSE-APACHE"];

/// What crates.io shows or asks for.
const FIELDS: [&str; 6] =
    ["description", "license", "repository", "readme", "keywords", "categories"];

/// Everything wrong with a package.
pub(super) fn problems(package: &Package) -> Vec<String> {
    let size = fs::metadata(&package.archive).map_or(0, |data| data.len());
    println!("    {}: {} kB", package.name, size.div_ceil(1000));
    let folder = &package.folder;
    let text = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    let found = [
        too_large(size),
        licences(folder, &root()),
        fields(folder, &Manifest::parse(&text)),
        strays(folder),
    ];
    found.concat().iter().map(|problem| format!("{}: {problem}", package.name)).collect()
}

fn too_large(size: u64) -> Vec<String> {
    let problem =
        || format!("{size} bytes packed, of which crates.io takes {LARGEST}: exclude files");
    (size > LARGEST).then(problem).into_iter().collect()
}

/// Byte by byte: where links are not made at checkout, a file with the name of one lies in its place.
fn licences(folder: &Path, root: &Path) -> Vec<String> {
    let same = |name: &&str| {
        let ours = fs::read(root.join(name)).ok();
        ours.is_some() && ours == fs::read(folder.join(name)).ok()
    };
    let missing = LICENCES.iter().filter(|name| !same(name));
    missing
        .map(|name| format!("{name} is not the project's: link it, `ln -s ../../{name} {name}`"))
        .collect()
}

fn fields(folder: &Path, manifest: &Manifest) -> Vec<String> {
    let value = |field: &str| manifest.get(&["package", field]).map(|(value, _)| value);
    let missing = FIELDS.iter().filter(|field| value(field).is_none_or(|text| text.is_empty()));
    let mut problems: Vec<String> =
        missing.map(|field| format!("its manifest has no {field}: inherit or write it")).collect();
    if let Some(readme) = value("readme").filter(|readme| !folder.join(readme).is_file()) {
        problems.push(format!("{readme} is not in the package"));
    }
    problems
}

/// Paths that climb (`"../…"`, for `include_str!`, `#[path]` or `join`) and do not end within the package.
fn strays(folder: &Path) -> Vec<String> {
    let mut problems = Vec::new();
    for file in sources(folder) {
        let text = fs::read_to_string(&file).unwrap_or_default();
        let shown = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
        for (line, path) in
            climbing(&text).into_iter().filter(|(_, path)| !holds(folder, &file, path))
        {
            problems.push(format!(
                "{shown}:{line}: `{path}` is not in the package: move it there, or exclude what reads it"
            ));
        }
    }
    problems
}

/// The string literals that begin with two dots, with their lines.
fn climbing(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let code = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//"));
    for (at, line) in code {
        let starts = line.match_indices("\"../").map(|(start, _)| start + 1);
        found.extend(starts.filter_map(|start| Some((at + 1, line[start..].split('"').next()?))));
    }
    found
}

/// Whether a path leads to something in the package, from the file that names it or from the manifest.
fn holds(folder: &Path, file: &Path, path: &str) -> bool {
    let Ok(home) = folder.canonicalize() else { return false };
    let bases = [file.parent().unwrap_or(folder), folder];
    let mut ends = bases.iter().filter_map(|base| base.join(path).canonicalize().ok());
    ends.any(|end| end.starts_with(&home))
}

/// Every Rust file of a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::{LARGEST, climbing, fields, licences, strays, too_large};
    use crate::manifest::Manifest;
    use crate::shell::{root, scratch};
    use std::fs;

    const FULL: &str = "[package]\ndescription = \"x\"\nlicense = \"MIT\"\nrepository = \"r\"\nreadme = \"README.md\"\nkeywords = [\"k\"]\ncategories = [\"c\"]\n";

    #[test]
    fn a_package_has_a_largest_size() {
        assert!(too_large(LARGEST).is_empty());
        assert_eq!(too_large(LARGEST + 1).len(), 1);
    }

    #[test]
    fn a_licence_that_is_missing_or_differs_is_seen() {
        let folder = scratch("tests-licences").expect("a folder");
        assert_eq!(licences(&folder, &root()).len(), 2);
        for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
            fs::copy(root().join(name), folder.join(name)).expect("copied");
        }
        assert_eq!(licences(&folder, &root()), [""; 0]);
        fs::write(folder.join("LICENSE-MIT"), "../../LICENSE-MIT").expect("written");
        assert!(licences(&folder, &root())[0].starts_with("LICENSE-MIT is not"));
    }

    #[test]
    fn a_field_or_readme_that_is_missing_is_named() {
        let folder = scratch("tests-fields").expect("a folder");
        fs::write(folder.join("README.md"), "x").expect("written");
        let check = |text: &str| fields(&folder, &Manifest::parse(text));
        assert_eq!(check(FULL), [""; 0]);
        assert!(check(&FULL.replace("license = \"MIT\"\n", ""))[0].contains("no license"));
        assert!(check(&FULL.replace("README", "OTHER"))[0].contains("OTHER.md is not"));
    }

    #[test]
    fn paths_that_leave_the_package_are_found() {
        let folder = scratch("tests-strays").expect("a folder");
        fs::create_dir(folder.join("src")).expect("made");
        fs::write(folder.join("README.md"), "x").expect("written");
        let source = "#![doc = include_str!(\"../README.md\")]\n// \"../comment\"\nconst X: &str = include_str!(\"../../Cargo.lock\");\nconst Y: &str = include_str!(\"../lost.txt\");\n";
        fs::write(folder.join("src/lib.rs"), source).expect("written");
        let problems = strays(&folder);
        assert_eq!(problems.len(), 2);
        assert!(problems[0].contains(":3: `../../Cargo.lock`"), "{problems:?}");
        assert!(problems[1].contains(":4: `../lost.txt`"), "{problems:?}");
    }

    #[test]
    fn literals_that_climb_are_read_with_their_lines() {
        let text = "a(\"../x\", \"../y/\")\n  // \"../z\"\nb(\"..\")\n";
        assert_eq!(climbing(text), [(1, "../x"), (1, "../y/")]);
    }
}
