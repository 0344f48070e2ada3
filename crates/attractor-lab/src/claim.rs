//! A claim of the field, and the setting in which it is measured.

use crate::error::LabError;
use crate::finding::Finding;
use crate::seeds::generator;
use attractor_attention::Encoded;
use rand_pcg::Pcg64;

/// How much work an experiment may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effort {
    /// All claims in a few minutes on two cores.
    Quick,
    /// More sizes and narrower intervals: all claims within 40 minutes.
    #[default]
    Full,
}

impl Effort {
    /// One of two.
    #[must_use]
    pub fn pick<T>(self, quick: T, full: T) -> T {
        if self == Self::Quick { quick } else { full }
    }

    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.pick("quick", "full")
    }
}

/// What an experiment is given.
#[derive(Debug, Clone, Copy, Default)]
pub struct Setting<'a> {
    /// The seed of the run.
    pub seed: u64,
    /// How much work it may be.
    pub effort: Effort,
    /// What a real transformer made of a text, where one was named.
    pub transformer: Option<&'a Encoded>,
}

impl Setting<'_> {
    /// The random numbers of one item of work.
    #[must_use]
    pub fn random(&self, name: &str, index: u64) -> Pcg64 {
        generator(self.seed, name, index)
    }
}

/// Measures a claim; `Err(Skip)` where something that it needs is missing.
pub(crate) type Experiment = fn(&Setting<'_>) -> Result<Finding, Failed>;

/// Why an experiment has no finding.
#[derive(Debug)]
pub(crate) enum Failed {
    /// Something that has to be fetched is missing: what, and how to name it.
    Skip(&'static str),
    /// It went wrong.
    Broke(LabError),
}

impl<E: Into<LabError>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Broke(error.into())
    }
}

/// A claim of the field with its oracle.
#[derive(Debug, Clone, Copy)]
pub struct Claim {
    /// The name by which it is asked for.
    pub id: &'static str,
    /// What is claimed.
    pub statement: &'static str,
    /// Where.
    pub source: &'static str,
    /// What it is held against, and how far it may be off.
    pub oracle: &'static str,
    /// Seconds that it takes on two cores, about: quick and full.
    pub seconds: (f64, f64),
    pub(crate) run: Experiment,
}
