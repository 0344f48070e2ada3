//! What it takes to repeat a result.

use crate::seeds::GENERATOR;
use serde::Serialize;
use std::collections::BTreeMap;

/// Who made a result: everything but the parameters that it states itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Provenance {
    /// The version of the program.
    pub version: &'static str,
    /// The commit it was built from, if that is known; `+changes` where a source was not as committed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<&'static str>,
    /// The seed of the run.
    pub seed: u64,
    /// The generator of random numbers by name.
    pub generator: &'static str,
    /// The type of vectors; scalars are f64 always.
    pub dtype: &'static str,
    /// The machine, as far as results can depend on it.
    pub machine: Machine,
    /// What else was chosen, by name.
    pub parameters: BTreeMap<String, String>,
}

/// The kind of machine; sums are rounded differently in wider lanes, so that bits are those of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// The architecture, such as `x86_64`.
    pub architecture: &'static str,
    /// The operating system.
    pub system: &'static str,
    /// The instruction sets beyond the architecture's base that kernels were free to use here.
    pub features: Vec<&'static str>,
}

impl Provenance {
    /// Of a run with this seed on vectors of this type.
    #[must_use]
    pub fn new(seed: u64, dtype: &'static str) -> Self {
        Self {
            version: env!("CARGO_PKG_VERSION"),
            commit: option_env!("ATTRACTOR_COMMIT"),
            seed,
            generator: GENERATOR,
            dtype,
            machine: Machine::here(),
            parameters: BTreeMap::new(),
        }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.parameters.insert(name.to_owned(), value.to_string());
        self
    }
}

impl Machine {
    /// The one that this runs on.
    #[must_use]
    pub fn here() -> Self {
        let features = features();
        Self { architecture: std::env::consts::ARCH, system: std::env::consts::OS, features }
    }
}

#[cfg(target_arch = "x86_64")]
fn features() -> Vec<&'static str> {
    let known = [
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
    ];
    known.into_iter().filter_map(|(name, here)| here.then_some(name)).collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> Vec<&'static str> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_says_who_made_it() {
        let made = Provenance::new(7, "f64").with("quick", true);
        assert_eq!((made.seed, made.version), (7, env!("CARGO_PKG_VERSION")));
        assert_eq!(made.parameters["quick"], "true");
        if let Some(commit) = made.commit {
            let commit = commit.strip_suffix("+changes").unwrap_or(commit);
            assert!(commit.len() >= 7 && commit.chars().all(|c| c.is_ascii_hexdigit()), "{commit}");
        }
    }
}
