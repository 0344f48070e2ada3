//! What would be published: each crate is packed as for a registry, looked at, and built from its package.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::members::{Member, members};
use crate::report::Report;
use crate::shell::{answers, cargo, root, run, scratch, target};

mod contents;

/// A packed crate: its archive, and the folder it was unpacked into.
#[derive(Debug)]
struct Package {
    name: String,
    archive: PathBuf,
    folder: PathBuf,
}

/// Packs what is published, looks into every package, and builds all of them.
pub(crate) fn step() -> Report {
    if !answers("tar") {
        return Report::skipped("package", "there is no tar to unpack with");
    }
    match packages() {
        Ok((place, packages)) => judge(&place, &packages),
        Err(problem) => Report::failed(problem),
    }
}

fn judge(place: &Path, packages: &[Package]) -> Report {
    let mut total = Report::done();
    for package in packages {
        total.add(match contents::problems(package) {
            problems if problems.is_empty() => Report::passed(1),
            problems => Report { failed: 1, problems, ..Report::done() },
        });
    }
    total.add(build(place, packages).map_or_else(Report::failed, |()| Report::passed(1)));
    total
}

/// Every published crate, packed and unpacked, and where.
fn packages() -> Result<(PathBuf, Vec<Package>), String> {
    let place = scratch("package")?;
    let (published, others): (Vec<_>, Vec<_>) =
        members()?.into_iter().partition(Member::is_published);
    run(&mut pack(&place, &others))?;
    let unpacked = |member: Member| unpack(&place, member.name);
    let packages = published.into_iter().map(unpacked).collect::<Result<_, _>>()?;
    Ok((place, packages))
}

/// Without cargo's own verification, which builds all dependencies of each package anew. A tree with changes
/// is packed as well: nothing is published here.
fn pack(place: &Path, others: &[Member]) -> Command {
    let mut command = cargo(&["package", "--quiet", "--workspace", "--no-verify"]);
    command.args(["--allow-dirty", "--offline", "--target-dir"]).arg(place);
    for member in others {
        command.args(["--exclude", &member.name]);
    }
    command
}

/// Files get the present time (`m`): packages have one fixed date, by which cargo would take what has changed
/// since the last run for built already.
fn unpack(place: &Path, name: String) -> Result<Package, String> {
    let archive = archive(&place.join("package"), &name)?;
    let folder = place.join(archive.file_stem().unwrap_or_default());
    let mut command = Command::new("tar");
    command.arg("-xmzf").arg(&archive).arg("-C").arg(place);
    run(&mut command).map(|()| Package { name, archive, folder })
}

/// The file `NAME-VERSION.crate`.
fn archive(folder: &Path, name: &str) -> Result<PathBuf, String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut files = entries.flatten().map(|entry| entry.path());
    let found = files.find(|file| is_archive(&file.to_string_lossy(), name));
    found.ok_or_else(|| format!("cargo packed no {name}"))
}

fn is_archive(file: &str, name: &str) -> bool {
    let rest = Path::new(file).file_name().and_then(|file| file.to_str()?.strip_prefix(name));
    let version = rest.and_then(|rest| rest.strip_prefix('-')?.strip_suffix(".crate"));
    version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
}

/// Checks all targets with nothing but the packages at hand. Versions, profiles and the target folder are the
/// project's, so that no dependency is built again; features are the concern of `cargo xtask alone`.
fn build(place: &Path, packages: &[Package]) -> Result<(), String> {
    let manifest = place.join("Cargo.toml");
    let file = root().join("Cargo.toml");
    let ours = std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    let failed = |e: std::io::Error| format!("{}: {e}", place.display());
    std::fs::write(&manifest, workspace(packages, &ours)).map_err(failed)?;
    std::fs::copy(root().join("Cargo.lock"), place.join("Cargo.lock")).map_err(failed)?;
    let mut check = cargo(&["check", "--quiet", "--offline", "--workspace", "--all-targets"]);
    check.arg("--manifest-path").arg(&manifest).arg("--target-dir").arg(target());
    run(&mut check).map_err(|problem| {
        format!("{problem}: a file that a crate needs is not in its package, see above")
    })
}

/// A manifest under which the packages depend on each other instead of on a registry.
fn workspace(packages: &[Package], ours: &str) -> String {
    let folder = |package: &Package| {
        package.folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
    };
    let members: Vec<String> = packages.iter().map(|it| format!("{:?}", folder(it))).collect();
    let patch: Vec<String> =
        packages.iter().map(|it| format!("{} = {{ path = {:?} }}", it.name, folder(it))).collect();
    format!(
        "[workspace]\nresolver = \"3\"\nmembers = [{}]\n\n[patch.crates-io]\n{}\n\n{}",
        members.join(", "),
        patch.join("\n"),
        profiles(ours)
    )
}

/// The tables of profiles in a manifest.
fn profiles(manifest: &str) -> String {
    let mut inside = false;
    let mut text = String::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.starts_with("[profile.");
        }
        if inside {
            text += &format!("{line}\n");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Package, is_archive, profiles, workspace};
    use crate::manifest::Manifest;

    #[test]
    fn an_archive_is_a_name_and_a_version() {
        assert!(is_archive("package/attractor-lab-0.1.0.crate", "attractor-lab"));
        assert!(is_archive("attractor-lab-1.0.0-rc.1.crate", "attractor-lab"));
        assert!(!is_archive("attractor-lab-figures-0.1.0.crate", "attractor-lab"));
        assert!(!is_archive("attractor-lab-0.1.0", "attractor-lab"));
    }

    #[test]
    fn profiles_are_taken_over_and_nothing_else() {
        let ours = "[workspace]\nmembers = []\n\n[profile.dev]\nopt-level = 1\n\n[lints]\nx = 1\n[profile.dev.package.\"*\"]\nopt-level = 3\n";
        let taken = profiles(ours);
        assert!(!taken.contains("members") && !taken.contains("lints"));
        let taken = Manifest::parse(&taken);
        assert!(taken.get(&["profile", "dev", "opt-level"]).is_some());
        assert!(taken.get(&["profile", "dev", "package", "*", "opt-level"]).is_some());
    }

    #[test]
    fn packages_depend_on_each_other() {
        let package = Package {
            name: "a".to_owned(),
            archive: "a-0.1.0.crate".into(),
            folder: "place/a-0.1.0".into(),
        };
        let manifest = Manifest::parse(&workspace(&[package], ""));
        let path = manifest.get(&["patch", "crates-io", "a", "path"]);
        assert_eq!(path.map(|(path, _)| path).as_deref(), Some("a-0.1.0"));
    }
}
