//! The packages of the workspace, as the root manifest lists them.

use std::path::{Path, PathBuf};

use crate::manifest::Manifest;
use crate::shell::root;

/// A package: its name, where it stands, and what its manifest says.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Manifest,
}

impl Member {
    /// Whether it goes to a registry.
    pub(crate) fn is_published(&self) -> bool {
        self.manifest.get(&["package", "publish"]).is_none_or(|(value, _)| value != "false")
    }

    /// Whether others can depend on it.
    pub(crate) fn is_library(&self) -> bool {
        self.folder.join("src/lib.rs").is_file()
    }

    /// What Rust calls it.
    pub(crate) fn identifier(&self) -> String {
        self.name.replace('-', "_")
    }

    fn read(folder: &Path) -> Result<Self, String> {
        let file = folder.join("Cargo.toml");
        let manifest = read(&file)?;
        let name = manifest.name().ok_or_else(|| format!("{}: no package name", file.display()))?;
        Ok(Self { name, folder: folder.to_path_buf(), manifest })
    }
}

/// The manifest of the workspace.
pub(crate) fn workspace() -> Result<Manifest, String> {
    read(&root().join("Cargo.toml"))
}

/// Every package of the workspace, in the order of their folders.
pub(crate) fn members() -> Result<Vec<Member>, String> {
    let (listed, _) = workspace()?
        .get(&["workspace", "members"])
        .ok_or("Cargo.toml lists no members: add them to [workspace]")?;
    let mut folders = Vec::new();
    for pattern in patterns(&listed) {
        folders.extend(expand(&root(), &pattern)?);
    }
    folders.sort();
    folders.iter().map(|folder| Member::read(folder)).collect()
}

/// Those that go to a registry.
pub(crate) fn published() -> Result<Vec<Member>, String> {
    members().map(|all| all.into_iter().filter(Member::is_published).collect())
}

fn read(file: &Path) -> Result<Manifest, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    Ok(Manifest::parse(&text))
}

/// The strings of `["crates/*", "xtask"]`.
fn patterns(list: &str) -> Vec<String> {
    let words = list.trim_matches(['[', ']']).split(',');
    let bare = words.map(|word| word.trim_matches([' ', '"', '\'']).to_owned());
    bare.filter(|word| !word.is_empty()).collect()
}

/// The folders with a manifest that a pattern means; a star stands for one whole name at the end.
fn expand(root: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    let Some(parent) = pattern.strip_suffix("/*") else {
        return Ok(vec![root.join(pattern)]);
    };
    let parent = root.join(parent);
    let entries = std::fs::read_dir(&parent).map_err(|e| format!("{}: {e}", parent.display()))?;
    let folders = entries.flatten().map(|entry| entry.path());
    Ok(folders.filter(|folder| folder.join("Cargo.toml").is_file()).collect())
}

#[cfg(test)]
mod tests {
    use super::{Member, expand, members, patterns};
    use crate::manifest::Manifest;
    use crate::shell::root;

    #[test]
    fn a_list_of_members_is_read() {
        assert_eq!(patterns(r#"["crates/*",  'xtask',]"#), ["crates/*", "xtask"]);
        assert_eq!(patterns("[]"), [""; 0]);
    }

    #[test]
    fn a_star_stands_for_folders_with_a_manifest() {
        assert_eq!(expand(&root(), "xtask").expect("no star"), [root().join("xtask")]);
        let crates = expand(&root(), "crates/*").expect("a folder");
        assert!(crates.contains(&root().join("crates/attractor-io")));
        assert!(expand(&root(), "nowhere/*").is_err());
    }

    #[test]
    fn this_package_is_a_member_that_is_not_published() {
        let all = members().expect("the workspace's own");
        let own = all.iter().find(|member| member.name == "xtask").expect("it is a member");
        assert!(!own.is_published() && !own.is_library());
        let io = all.iter().find(|member| member.name == "attractor-io").expect("a member");
        assert!(io.is_published() && io.is_library());
        assert_eq!(io.identifier(), "attractor_io");
    }

    #[test]
    fn only_a_plain_no_keeps_a_package_back() {
        let member = |text: &str| Member {
            name: "a".to_owned(),
            folder: root(),
            manifest: Manifest::parse(text),
        };
        assert!(!member("[package]\npublish = false\n").is_published());
        assert!(member("[package]\npublish = [\"crates-io\"]\n").is_published());
    }
}
