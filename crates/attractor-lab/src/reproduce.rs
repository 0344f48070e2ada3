//! Running experiments, one after the other.

use crate::claim::{Claim, Setting};
use crate::claims::CLAIMS;
use crate::record::{Record, Reproduction};
use std::time::Instant;
use thiserror::Error;

/// A name that no claim has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no claim {id:?}; there are: {known}")]
pub struct UnknownClaim {
    /// The name that was asked for.
    pub id: String,
    /// The names there are.
    pub known: String,
}

/// Watches a run; it is told before and after every claim.
pub trait Watch {
    /// Claim `at` of `of`, from 0, begins.
    fn begins(&mut self, _claim: &Claim, _at: usize, _of: usize) {}
    /// A claim is measured.
    fn ends(&mut self, _record: &Record) {}
    /// Whether to stop before the next claim.
    fn interrupted(&mut self) -> bool {
        false
    }
}

impl Watch for () {}

/// The claims with these names, each once, in the order of the table; all of them for no names.
///
/// # Errors
/// [`UnknownClaim`] for the first name that no claim has.
pub fn choose(ids: &[String]) -> Result<Vec<Claim>, UnknownClaim> {
    let known = || CLAIMS.iter().map(|claim| claim.id).collect::<Vec<_>>().join(", ");
    match ids.iter().find(|id| CLAIMS.iter().all(|claim| claim.id != **id)) {
        Some(id) => Err(UnknownClaim { id: id.clone(), known: known() }),
        None => {
            let asked = |claim: &&Claim| ids.is_empty() || ids.iter().any(|id| id == claim.id);
            Ok(CLAIMS.iter().filter(asked).copied().collect())
        }
    }
}

/// Seconds that these claims take on two cores, about.
#[must_use]
pub fn expected_seconds(claims: &[Claim], setting: &Setting<'_>) -> f64 {
    claims.iter().map(|claim| setting.effort.pick(claim.seconds.0, claim.seconds.1)).sum()
}

/// Measures claims one after the other; each shares its work among the threads, and no number depends on how many
/// there are.
///
/// ```
/// use attractor_lab::{Setting, Verdict, choose, reproduce};
/// let claims = choose(&["ramsauer-capacity".to_owned()])?;
/// let found = reproduce(&claims, &Setting::default(), &mut ());
/// assert_eq!(found.claims[0].verdict, Verdict::Agrees);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn reproduce(claims: &[Claim], setting: &Setting<'_>, watch: &mut dyn Watch) -> Reproduction {
    let mut all = Reproduction::empty(setting.seed, setting.effort);
    for (at, claim) in claims.iter().enumerate() {
        if watch.interrupted() {
            all.interrupted = true;
            break;
        }
        watch.begins(claim, at, claims.len());
        let begin = Instant::now();
        let outcome = (claim.run)(setting);
        let record = Record::new(claim, outcome, begin.elapsed().as_secs_f64());
        watch.ends(&record);
        all.claims.push(record);
    }
    all
}
