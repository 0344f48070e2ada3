//! Each crate alone: in a workspace build a crate can live on features that only its neighbours ask for.

use crate::members::{Member, published};
use crate::report::Report;
use crate::shell::{cargo, line, run};

/// What whoever tries a Lagrangian builds: next to nothing, so no linear algebra.
const LIGHT: [&str; 3] = ["attractor-lagrangian", "attractor-dynamics", "attractor-laws"];

/// Features whose dependencies take minutes to build: `cargo xtask extras` tests them.
const COSTLY: &[&str] = &["ode"];

/// Checks every published crate by itself, in every set of features that can differ, and that the
/// light ones stay so.
///
/// It is clippy that checks, so that an import left over without a feature fails too.
pub(crate) fn step() -> Report {
    let crates = match published() {
        Ok(crates) => crates,
        Err(problem) => return Report::failed(problem),
    };
    for Member { name, manifest, .. } in &crates {
        let sets = feature_sets(&manifest.features());
        match sets.len() {
            1 => println!("    {name}: no features, one check"),
            n => println!("    {name}: {n} sets of features"),
        }
        for set in sets {
            if let Err(problem) = check(name, &set) {
                return Report::failed(problem);
            }
        }
    }
    match LIGHT.iter().try_for_each(|name| light(name)) {
        Ok(()) => Report::done(),
        Err(problem) => Report::failed(problem),
    }
}

/// Whether a crate, its own tests aside, builds without faer.
fn light(name: &str) -> Result<(), String> {
    let mut command = cargo(&["tree", "--all-features", "-e", "no-dev", "--prefix", "none"]);
    command.args(["-p", name]);
    let output = command.output().map_err(|e| format!("`{}`: {e}", line(&command)))?;
    if !output.status.success() {
        return Err(format!("`{}` ended with {}", line(&command), output.status));
    }
    match heavy(&String::from_utf8_lossy(&output.stdout)) {
        Some(package) => Err(format!("{name} pulls in {package}: `{}` shows how", line(&command))),
        None => Ok(()),
    }
}

/// The first package of faer's in a tree without indentation.
fn heavy(tree: &str) -> Option<&str> {
    let mut packages = tree.lines().filter_map(|package| package.split(' ').next());
    packages.find(|package| *package == "faer" || package.starts_with("faer-"))
}

fn check(name: &str, set: &[String]) -> Result<(), String> {
    let mut command = cargo(&["clippy", "--quiet", "--no-deps", "-p", name]);
    run(command.args(set).args(["--", "-D", "warnings"]))
}

/// The sets worth a check; those that equal another are left out.
fn feature_sets(features: &[String]) -> Vec<Vec<String>> {
    let bare = || vec!["--no-default-features".to_owned()];
    let mut named: Vec<&String> = features.iter().filter(|name| *name != "default").collect();
    let mut sets = vec![vec![]];
    if named.len() < features.len() {
        sets.push(bare());
    }
    let all = named.len();
    named.retain(|name| !COSTLY.contains(&name.as_str()));
    for name in &named {
        sets.push([bare(), vec!["--features".to_owned(), (*name).clone()]].concat());
    }
    if all > 1 && named.len() == all {
        sets.push(vec!["--all-features".to_owned()]);
    }
    sets
}

#[cfg(test)]
mod tests {
    use super::{feature_sets, heavy};

    fn sets(features: &[&str]) -> Vec<String> {
        let features: Vec<String> = features.iter().map(|&f| f.to_owned()).collect();
        feature_sets(&features).iter().map(|set| set.join(" ")).collect()
    }

    #[test]
    fn faer_is_found_at_any_depth() {
        let tree = "attractor-laws v0.1.0 (crates)\nproptest v1.12.0\nfaer-traits v0.24.0\n";
        assert_eq!(heavy(tree), Some("faer-traits"));
        assert_eq!(heavy("attractor-laws v0.1.0\nproptest v1.12.0 (*)\n"), None);
    }

    #[test]
    fn only_sets_that_differ_are_checked() {
        assert_eq!(sets(&[]), [""]);
        assert_eq!(sets(&["ode"]), [""]);
        assert_eq!(sets(&["ode", "serde"]), sets(&["serde"]));
        assert_eq!(sets(&["serde"]), ["", "--no-default-features --features serde"]);
        assert_eq!(
            sets(&["default", "a", "b"]),
            [
                "",
                "--no-default-features",
                "--no-default-features --features a",
                "--no-default-features --features b",
                "--all-features"
            ]
        );
    }
}
