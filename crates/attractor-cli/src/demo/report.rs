//! What the demonstration prints: a table, or one JSON object.

use super::damage::SHOWN;
use super::digits::FEATURES;
use super::lineup::{Contender, Setting};
use super::trial::{GOOD, Score};
use crate::failure::Failure;
use crate::report::print_json;
use serde::Serialize;

#[derive(Debug, Serialize)]
struct Report<'a> {
    schema: &'static str,
    seed: u64,
    memories: usize,
    features: usize,
    cues: usize,
    overlap_above: f64,
    proof: &'static str,
    results: Vec<Line<'a>>,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    setting: &'a Setting,
    damage: &'static str,
    amount: f64,
    recalled: f64,
    mean_overlap: f64,
    mean_steps: f64,
    mean_certified_drop: f64,
}

/// Every score as one JSON object on standard output.
pub(crate) fn json(seed: u64, lineup: &[Contender], scores: &[Score]) -> Result<(), Failure> {
    let memories = lineup.first().map_or(0, |c| c.model.memories().patterns().len());
    print_json(&Report {
        schema: "attractor.demo/1",
        seed,
        memories,
        features: FEATURES,
        cues: memories,
        overlap_above: GOOD,
        proof: "visible",
        results: scores.iter().map(|score| line(score, lineup)).collect(),
    })
}

fn line<'a>(score: &Score, lineup: &'a [Contender]) -> Line<'a> {
    Line {
        setting: &lineup[score.contender].setting,
        damage: score.damage.kind.name(),
        amount: score.damage.amount,
        recalled: score.recalled,
        mean_overlap: score.overlap,
        mean_steps: score.steps,
        mean_certified_drop: score.drop,
    }
}

/// The scores of the damages of [`SHOWN`] as a table.
pub(crate) fn table(lineup: &[Contender], scores: &[Score]) -> String {
    let mut out = format!(
        "{:14}{:19}{:>8}  {:>10}  {:>19}\n",
        "model", "damage", "recalled", "mean steps", "mean certified drop"
    );
    for (contender, model) in lineup.iter().enumerate() {
        for damage in SHOWN {
            let own = scores.iter().filter(|s| s.contender == contender && s.damage == damage);
            own.for_each(|score| out.push_str(&row(model.name, score)));
        }
    }
    out
}

fn row(name: &str, score: &Score) -> String {
    let (damage, percent) = (score.damage.words(), 100.0 * score.recalled);
    format!("{name:14}{damage:19}{percent:6.0} %  {:10.2}  {:19.6e}\n", score.steps, score.drop)
}
