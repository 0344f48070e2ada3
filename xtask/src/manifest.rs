//! As much TOML as a Cargo manifest of this workspace uses: tables, dotted keys, inline tables, arrays.

use std::collections::BTreeMap;

/// A manifest, flattened: every value with its full path, whichever way it was written.
#[derive(Debug, Default)]
pub(crate) struct Manifest {
    pub(crate) entries: Vec<Entry>,
}

/// `dependencies.faer.workspace = true` at some line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) path: Vec<String>,
    pub(crate) value: String,
    pub(crate) line: usize,
}

/// A dependency under the name of its package, whatever the manifest calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// What the manifest calls it.
    pub(crate) key: String,
    /// `dependencies`, `dev-dependencies` or `build-dependencies`.
    pub(crate) table: String,
    /// The package it is: `None` where the manifest leaves that to the key.
    pub(crate) package: Option<String>,
    pub(crate) optional: bool,
    /// Whether the workspace says which version.
    pub(crate) inherited: bool,
    pub(crate) line: usize,
}

impl Manifest {
    /// Flattens the text of a manifest.
    pub(crate) fn parse(text: &str) -> Self {
        let mut entries = Vec::new();
        let mut section: Vec<String> = Vec::new();
        let mut open: Option<(usize, String)> = None;
        for (number, raw) in text.lines().enumerate() {
            let (line, mut content) = open.take().unwrap_or((number + 1, String::new()));
            content.push_str(before_comment(raw).trim());
            if balance(&content) > 0 {
                open = Some((line, content));
            } else if let Some(header) = content.strip_prefix('[') {
                section = split(header.trim_matches(['[', ']', ' ']), '.')
                    .iter()
                    .map(|part| bare(part))
                    .collect();
            } else if let Some((key, value)) = key_value(&content) {
                flatten(&section, &key, &value, line, &mut entries);
            }
        }
        Self { entries }
    }

    /// The value at a path, unquoted, with its line.
    pub(crate) fn get(&self, path: &[&str]) -> Option<(String, usize)> {
        self.entries
            .iter()
            .find(|entry| entry.path == path)
            .map(|entry| (bare(&entry.value), entry.line))
    }

    /// The name of the package.
    pub(crate) fn name(&self) -> Option<String> {
        self.get(&["package", "name"]).map(|(name, _)| name)
    }

    /// Dependencies of every kind and target, each once per table.
    pub(crate) fn dependencies(&self) -> Vec<Dependency> {
        let mut found: BTreeMap<Vec<String>, Dependency> = BTreeMap::new();
        for entry in &self.entries {
            if let Some(table) = dependency_table(&entry.path) {
                let key = &entry.path[table + 1];
                let dependency =
                    found.entry(entry.path[..=table + 1].to_vec()).or_insert_with(|| Dependency {
                        key: key.clone(),
                        table: entry.path[table].clone(),
                        package: None,
                        optional: false,
                        inherited: false,
                        line: entry.line,
                    });
                dependency.learn(entry, table + 2);
            }
        }
        found.into_values().collect()
    }

    /// The features one can ask for: those of the table, and optional dependencies that no `dep:` hides.
    pub(crate) fn features(&self) -> Vec<String> {
        let table = self
            .entries
            .iter()
            .filter(|entry| entry.path.len() == 2 && entry.path[0] == "features");
        let asked: String = table.clone().map(|entry| entry.value.as_str()).collect();
        let mut features: Vec<String> = table.map(|entry| entry.path[1].clone()).collect();
        for dependency in self.dependencies().into_iter().filter(|it| it.optional) {
            if !asked.contains(&format!("\"dep:{}\"", dependency.key)) {
                features.push(dependency.key);
            }
        }
        features
    }

    /// In a root manifest: the names of `[workspace.dependencies]` with their lines.
    pub(crate) fn shared(&self) -> BTreeMap<String, usize> {
        let names = self.entries.iter().rev().filter_map(|entry| match &entry.path[..] {
            [workspace, table, key, ..] if workspace == "workspace" && table == "dependencies" => {
                Some((key.clone(), entry.line))
            }
            _ => None,
        });
        names.collect()
    }

    /// In a root manifest: which package each name of `[workspace.dependencies]` that was renamed stands for.
    pub(crate) fn renamed(&self) -> BTreeMap<String, String> {
        let renames = self.entries.iter().filter_map(|entry| match &entry.path[..] {
            [workspace, table, key, field]
                if workspace == "workspace" && table == "dependencies" && field == "package" =>
            {
                Some((key.clone(), bare(&entry.value)))
            }
            _ => None,
        });
        renames.collect()
    }
}

impl Dependency {
    fn learn(&mut self, entry: &Entry, field: usize) {
        match entry.path.get(field).map(String::as_str) {
            Some("package") => self.package = Some(bare(&entry.value)),
            Some("optional") => self.optional = entry.value == "true",
            Some("workspace") => self.inherited = entry.value == "true",
            _ => {}
        }
    }

    /// The package this dependency is, renames of the workspace resolved.
    pub(crate) fn resolve(&self, renamed: &BTreeMap<String, String>) -> String {
        let known = self.package.as_ref().or_else(|| renamed.get(&self.key));
        known.unwrap_or(&self.key).clone()
    }
}

/// Where in a path the dependency table stands, if the path leads into one.
fn dependency_table(path: &[String]) -> Option<usize> {
    let at = if path.first().is_some_and(|first| first == "target") { 2 } else { 0 };
    let table = path.get(at)?;
    let known =
        ["dependencies", "dev-dependencies", "build-dependencies"].contains(&table.as_str());
    (known && path.len() > at + 1).then_some(at)
}

/// Adds an entry, or the entries of an inline table.
fn flatten(section: &[String], key: &str, value: &str, line: usize, entries: &mut Vec<Entry>) {
    let mut path = section.to_vec();
    path.extend(split(key, '.').iter().map(|part| bare(part)));
    match value.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
        Some(inner) => {
            for (key, value) in split(inner, ',').iter().filter_map(|field| key_value(field)) {
                flatten(&path, &key, &value, line, entries);
            }
        }
        None => entries.push(Entry { path, value: value.to_owned(), line }),
    }
}

fn key_value(content: &str) -> Option<(String, String)> {
    let parts = split(content, '=');
    let (key, value) = (parts.first()?, parts.get(1..)?.join("="));
    (!value.is_empty()).then(|| (key.trim().to_owned(), value.trim().to_owned()))
}

fn bare(text: &str) -> String {
    text.trim().trim_matches(['"', '\'']).to_owned()
}

fn before_comment(line: &str) -> String {
    split(line, '#').swap_remove(0)
}

/// Brackets and braces still open at the end.
fn balance(content: &str) -> i32 {
    outside(content).map(|(_, c)| i32::from("[{".contains(c)) - i32::from("]}".contains(c))).sum()
}

/// Splits at a character that is neither quoted nor within brackets.
fn split(text: &str, at: char) -> Vec<String> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (index, c) in outside(text) {
        depth += i32::from("[{".contains(c)) - i32::from("]}".contains(c));
        if c == at && (depth == 0 || at == '#') {
            parts.push(text[start..index].to_owned());
            start = index + c.len_utf8();
        }
    }
    parts.push(text[start..].to_owned());
    parts
}

/// The characters outside quotes.
fn outside(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quote: Option<char> = None;
    text.char_indices().filter(move |&(_, c)| match quote {
        Some(open) => {
            if c == open {
                quote = None;
            }
            false
        }
        None if c == '"' || c == '\'' => {
            quote = Some(c);
            false
        }
        None => true,
    })
}

#[cfg(test)]
mod tests {
    use super::Manifest;

    /// Every way to write a dependency.
    const EVERY_WAY: &str = r#"
[package]
name = "attractor-x" # not "y"
description = "one # two"

[dependencies]
a = "1"
b.workspace = true
c = { path = "../c", package = "real-c" }
d = { version = "1", features = ["x",
  "y"], optional = true }

[dependencies.e]
package = "real-e"
version = "1"

[target.'cfg(unix)'.dependencies]
f = "1"

[dev-dependencies]
g.package = "real-g"

[target."cfg(windows)".build-dependencies.h]
workspace = true

[features]
default = ["i"]
i = [
  "d/std",
]
"#;

    #[test]
    fn every_way_to_write_a_dependency_is_read() {
        let manifest = Manifest::parse(EVERY_WAY);
        let renamed = [("b".to_owned(), "real-b".to_owned())].into();
        let mut names: Vec<String> =
            manifest.dependencies().iter().map(|it| it.resolve(&renamed)).collect();
        names.sort();
        assert_eq!(names, ["a", "d", "f", "h", "real-b", "real-c", "real-e", "real-g"]);
        assert_eq!(manifest.name().as_deref(), Some("attractor-x"));
        assert_eq!(manifest.get(&["package", "description"]), Some(("one # two".to_owned(), 4)));
    }

    #[test]
    fn kinds_and_lines_are_kept() {
        let manifest = Manifest::parse(EVERY_WAY);
        let g = manifest.dependencies().into_iter().find(|it| it.key == "g").expect("g is there");
        assert_eq!((g.table.as_str(), g.line), ("dev-dependencies", 21));
        let inherited = manifest.dependencies().into_iter().filter(|it| it.inherited);
        assert_eq!(inherited.map(|it| it.key).collect::<Vec<_>>(), ["b", "h"]);
    }

    #[test]
    fn features_are_those_of_the_table_and_bare_optional_dependencies() {
        assert_eq!(Manifest::parse(EVERY_WAY).features(), ["default", "i", "d"]);
        let hidden = "[dependencies]\nd = { version = \"1\", optional = true }\n[features]\ni = [\"dep:d\"]\n";
        assert_eq!(Manifest::parse(hidden).features(), ["i"]);
    }

    #[test]
    fn renames_of_the_workspace_are_found() {
        let root = "[workspace.dependencies]\nlag = { path = \"l\", package = \"attractor-lagrangian\" }\nx = \"1\"\n";
        assert_eq!(
            Manifest::parse(root).renamed(),
            [("lag".to_owned(), "attractor-lagrangian".to_owned())].into()
        );
        assert_eq!(
            Manifest::parse(root).shared(),
            [("lag".to_owned(), 2), ("x".to_owned(), 3)].into()
        );
    }
}
