//! Patterns of the user.

use super::plan::PatternSource;
use attractor_synapse::{Patterns, Signs};

/// Patterns that networks are drawn from.
#[derive(Debug, Clone)]
pub struct Given {
    pub(super) name: String,
    pub(super) patterns: Patterns<f64>,
    /// The same as bits, where all of them are ±1.
    pub(super) signs: Option<Signs>,
}

impl Given {
    /// Patterns by the name under which results mention them.
    #[must_use]
    pub fn new(name: &str, patterns: Patterns<f64>) -> Self {
        let signs = Signs::new(&patterns).ok();
        Self { name: name.to_owned(), patterns, signs }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.patterns.len()
    }

    /// Never: patterns are at least one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Numbers per pattern.
    #[must_use]
    pub fn features(&self) -> usize {
        self.patterns.features()
    }

    /// What a plan says of them.
    #[must_use]
    pub fn source(&self) -> PatternSource {
        let mut crc = crc32fast::Hasher::new();
        self.patterns.as_slice().iter().for_each(|x| crc.update(&x.to_le_bytes()));
        let (name, patterns) = (self.name.clone(), self.patterns.len());
        PatternSource::Given { name, patterns, checksum: crc.finalize() }
    }
}
