//! How often each model gives back what was stored.

use super::damage::{self, Damage};
use super::digits::Digits;
use super::lineup::Contender;
use crate::failure::Failure;
use attractor_dynamics::StopError;
use attractor_effective::{Recall, Retrieval};
use attractor_synapse::Patterns;

/// The overlap above which a picture counts as recalled.
pub(crate) const GOOD: f64 = 0.99;

/// One model under one damage.
#[derive(Debug, Clone)]
pub(crate) struct Score {
    /// The model's place in the line-up.
    pub(crate) contender: usize,
    pub(crate) damage: Damage,
    /// The share of cues whose own memory is the nearest, with an overlap above [`GOOD`].
    pub(crate) recalled: f64,
    /// The share of cues whose own memory is the nearest before any step.
    pub(crate) nearest: f64,
    /// Means over the cues.
    pub(crate) overlap: f64,
    pub(crate) steps: f64,
    pub(crate) drop: f64,
}

/// Every model under every damage.
pub(crate) fn scores(
    digits: &Digits,
    lineup: &[Contender],
    seed: u64,
) -> Result<Vec<Score>, Failure> {
    let mut scores = Vec::new();
    for damage in damage::all() {
        let cues = damage.apply(&digits.pixels, seed)?;
        for (contender, model) in lineup.iter().enumerate() {
            let nearest = nearest(model, &cues)?;
            let found = recall(model, &cues)?;
            scores.push(Score { nearest, ..score(contender, damage, &found) });
        }
    }
    Ok(scores)
}

/// What a model makes of the cues.
pub(crate) fn recall(
    contender: &Contender,
    cues: &Patterns<f64>,
) -> Result<Vec<Retrieval<f64>>, Failure> {
    run(contender, cues, Recall::to_rest(Recall::tolerance::<f64>()))
}

fn run(
    contender: &Contender,
    cues: &Patterns<f64>,
    how: Result<Recall, StopError>,
) -> Result<Vec<Retrieval<f64>>, Failure> {
    let how = how.map_err(|error| Failure::usage(error.to_string()))?;
    let cues = contender.prepare(cues)?;
    Ok(contender.model.retrieve(cues.as_slice(), &how, &mut ())?)
}

/// What a search for the largest overlap would find.
fn nearest(contender: &Contender, cues: &Patterns<f64>) -> Result<f64, Failure> {
    let found = run(contender, cues, Recall::steps(0, 0.0))?;
    let own = found.iter().enumerate().filter(|(i, r)| r.nearest.memory == *i);
    Ok(own.count() as f64 / found.len() as f64)
}

/// Whether cue `index`, made from memory `index`, came back.
pub(crate) fn is_recalled(index: usize, found: &Retrieval<f64>) -> bool {
    found.nearest.memory == index && found.nearest.overlap > GOOD
}

fn score(contender: usize, damage: Damage, found: &[Retrieval<f64>]) -> Score {
    let mean = |of: &dyn Fn(usize, &Retrieval<f64>) -> f64| {
        found.iter().enumerate().map(|(i, r)| of(i, r)).sum::<f64>() / found.len() as f64
    };
    Score {
        contender,
        damage,
        nearest: 0.0,
        recalled: mean(&|i, r| f64::from(u8::from(is_recalled(i, r)))),
        overlap: mean(&|_, r| r.nearest.overlap),
        steps: mean(&|_, r| r.steps as f64),
        drop: mean(&|_, r| r.certificate.drop),
    }
}
