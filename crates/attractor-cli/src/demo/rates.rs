//! Recall against noise.

use super::damage::{Damage, Kind};
use super::lineup::{Contender, DENSE, MODERN};
use super::text::unbroken;
use super::trial::Score;
use crate::failure::Failure;
use attractor_figure::{Chart, Svg};

/// The series of one kind: what its axis is called, and how its amounts are written.
const fn axis(kind: Kind) -> (&'static str, f64) {
    match kind {
        Kind::Gaussian => ("noise σ, in units of the pixels' range", 1.0),
        _ => ("pixels inverted, %", 100.0),
    }
}

/// The columns of the table.
const TABLE: [(Kind, f64); 9] = [
    (Kind::Inverted, 0.0),
    (Kind::Inverted, 0.1),
    (Kind::Inverted, 0.2),
    (Kind::Inverted, 0.3),
    (Kind::Inverted, 0.4),
    (Kind::Gaussian, 0.25),
    (Kind::Gaussian, 0.5),
    (Kind::Gaussian, 0.75),
    (Kind::LowerHalf, 0.5),
];

/// Share recalled against the amount of one kind of damage, a curve per model.
pub(crate) fn chart(
    title: &str,
    kind: Kind,
    lineup: &[Contender],
    scores: &[Score],
) -> Result<Svg, Failure> {
    let (name, unit) = axis(kind);
    let mut chart = Chart::new(title).x_axis(name).y_axis("recalled, %").size(480, 400);
    for (contender, model) in lineup.iter().enumerate() {
        let own = scores.iter().filter(|s| s.contender == contender && belongs(s.damage, kind));
        let points = own.map(|s| (unit * s.damage.amount, 100.0 * s.recalled));
        let points: Vec<(f64, f64)> = points.collect();
        chart = chart.line(model.name, &points).points(model.name, &points);
    }
    Ok(chart.draw()?)
}

/// No damage is the beginning of both series of noise.
fn belongs(damage: Damage, kind: Kind) -> bool {
    damage.kind == kind || (kind == Kind::Gaussian && damage.is_none())
}

/// Headers and rows of the table of rates: a row per model, then what a search would find.
pub(crate) fn table(lineup: &[Contender], scores: &[Score]) -> (Vec<String>, Vec<Vec<String>>) {
    let columns = TABLE.map(|(kind, amount)| Damage { kind, amount });
    let headers = columns.iter().map(|damage| header(*damage));
    let headers = std::iter::once(String::new()).chain(headers).collect();
    let row = |name: &str, contender: usize, share: fn(&Score) -> f64| {
        let cell = |damage: &Damage| {
            let own = scores.iter().find(|s| s.contender == contender && s.damage == *damage);
            own.map_or_else(String::new, |score| format!("{:.0}", 100.0 * share(score)))
        };
        std::iter::once(unbroken(name)).chain(columns.iter().map(cell)).collect()
    };
    let models = lineup.iter().enumerate().map(|(i, model)| row(model.name, i, |s| s.recalled));
    let searches = [("nearest, signs", DENSE), ("nearest, greys", MODERN)];
    let searches = searches.map(|(name, contender)| row(name, contender, |s| s.nearest));
    (headers, models.chain(searches).collect())
}

fn header(damage: Damage) -> String {
    unbroken(&match damage.kind {
        _ if damage.is_none() => "none".to_owned(),
        Kind::Inverted => format!("{:.0} %", 100.0 * damage.amount),
        Kind::Gaussian => format!("σ {}", damage.amount),
        Kind::LowerHalf => "half".to_owned(),
    })
}
