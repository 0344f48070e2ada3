//! Energies along recalls, beside what their certificates prove.

use super::digits::Digits;
use super::lineup::Contender;
use super::pictures::class_member;
use crate::failure::Failure;
use attractor_dynamics::{Look, Proof, StopRule, Trace};
use attractor_effective::Recall;
use attractor_figure::{Chart, Svg};
use attractor_lagrangian::Factor;
use attractor_synapse::Patterns;

/// The digits whose recall is followed.
const CLASSES: [usize; 3] = [3, 5, 8];
/// No recall is followed longer.
const STEPS: usize = 400;
/// Of a curve, so many steps are shown.
const SHOWN: usize = 20;
/// Points of a curve.
type Curve = Vec<(f64, f64)>;

/// The looks at the cues of [`CLASSES`] on their way to rest, one per step.
pub(crate) fn follow(
    contender: &Contender,
    digits: &Digits,
    cues: &Patterns<f64>,
    (factor, proof): (Factor, Proof),
) -> Result<Vec<Vec<Look>>, Failure> {
    let prepared = contender.prepare(cues)?;
    let rows = CLASSES.map(|class| prepared.row(class_member(digits, class)));
    let rule = StopRule::rest(1e-12, STEPS).map_err(|e| Failure::usage(e.to_string()))?;
    let mut trace = Trace::new(CLASSES.len(), STEPS + 1);
    let how = Recall { factor, proof, ..Recall::by(rule) };
    contender.model.retrieve(&rows.concat(), &how, &mut trace)?;
    Ok(trace.looks().to_vec())
}

fn beginning(looks: &[Look]) -> &[Look] {
    &looks[..looks.len().min(SHOWN)]
}

/// E of every look.
fn energies(looks: &[Look]) -> Curve {
    let values = looks.iter().map(|look| look.energy.value);
    values.enumerate().map(|(step, e)| (step as f64, e)).collect()
}

/// E(0) less the certified drops so far.
fn proved(looks: &[Look]) -> Curve {
    let mut bound = looks.first().map_or(0.0, |look| look.energy.value);
    let after = |look: &Look| {
        bound -= look.certificate.drop;
        bound
    };
    let bounds: Vec<f64> = looks.iter().map(after).collect();
    bounds.into_iter().enumerate().map(|(step, e)| (step as f64, e)).collect()
}

/// Energies as marks on the staircases of their full certificates.
pub(crate) fn curves(title: &str, traces: &[Vec<Look>]) -> Result<Svg, Failure> {
    let mut chart = Chart::new(title).x_axis("step").y_axis("energy E").size(480, 350);
    for (class, looks) in CLASSES.iter().zip(traces) {
        let looks = beginning(looks);
        let name = format!("damaged {class}");
        chart = chart.steps(&name, &proved(looks)).points(&name, &energies(looks));
    }
    Ok(chart.draw()?)
}

/// One recall under both proofs.
pub(crate) fn bounds(title: &str, full: &[Look], visible: &[Look]) -> Result<Svg, Failure> {
    let (full, visible) = (beginning(full), beginning(visible));
    let chart = Chart::new(title)
        .x_axis("step")
        .y_axis("energy E")
        .size(480, 350)
        .points("energy", &energies(full))
        .steps("full proof", &proved(full))
        .steps("visible proof", &proved(visible));
    Ok(chart.draw()?)
}

/// The drop of every step, certified and by subtracting two energies.
pub(crate) fn drops(title: &str, looks: &[Look]) -> Result<Svg, Failure> {
    let certified =
        looks.iter().enumerate().skip(1).map(|(t, look)| (t as f64, look.certificate.drop));
    let energies = energies(looks);
    let subtracted = energies.windows(2).map(|pair| (pair[1].0, pair[0].1 - pair[1].1));
    let positive = |point: &(f64, f64)| point.1 > 0.0;
    let chart = Chart::new(title)
        .x_axis("step")
        .y_axis("drop of the energy")
        .log_y()
        .size(480, 350)
        .line("certified", &certified.filter(positive).collect::<Curve>())
        .points("E(t−1) − E(t), where above 0", &subtracted.filter(positive).collect::<Curve>());
    Ok(chart.draw()?)
}

/// Steps whose subtracted energies deny a drop that is certified.
pub(crate) fn denied(looks: &[Look]) -> usize {
    let denies = |pair: &&[Look]| {
        pair[1].energy.value >= pair[0].energy.value && pair[1].certificate.drop > 0.0
    };
    looks.windows(2).filter(denies).count()
}
