//! When model B has one fixed point, and where it splits.

use crate::claim::{Claim, Failed, Setting};
use crate::draw::{distance, uniform};
use crate::finding::{Finding, Part};
use crate::interval::Estimate;
use crate::plot::{Plot, evenly};
use attractor_dynamics::{Outcome, StopRule};
use attractor_effective::{ModernHopfield, Recall};
use attractor_figure::Chart;
use attractor_lagrangian::LogSumExp;
use attractor_synapse::Synapses;
use rayon::prelude::*;

pub(super) const CLAIM: Claim = Claim {
    id: "fixed-points",
    statement: "β·diam(Ξ)² < 4 leaves model B one fixed point; with the memories ±a it splits in two at βa² = 1",
    source: "Ramsauer et al., arXiv 2008.02217, appendix A; contraction of the map",
    oracle: "one fixed point from all memories as starts; 0 at βa² = 0.99, and a·√(3·0.01) = 0.173 a at 1.01, to 2 % of that",
    seconds: (0.2, 2.0),
    run,
};

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let sets = setting.effort.pick(40, 400);
    let spreads = (0..sets).into_par_iter().map(|index| spread(setting, index));
    let spreads = spreads.collect::<Result<Vec<_>, Failed>>()?;
    let widest = spreads.iter().copied().fold(0.0, f64::max);
    let split = (3.0f64 * 0.01).sqrt();
    let parts = vec![
        Part::truth("one fixed point below β·diam² = 4", widest < 1e-9)
            .beside("largest distance between two ends", widest)
            .beside("sets of memories", f64::from(sets as u32)),
        Part::new("|x|/a at βa² = 0.99", 0.0, Estimate::exact(amplitude(0.99)?), 0.02 * split),
        Part::new("|x|/a at βa² = 1.01", split, Estimate::exact(amplitude(1.01)?), 0.02 * split),
    ];
    let grid = [0.9, 0.95, 0.98, 0.99, 1.01, 1.02, 1.03, 1.05, 1.07, 1.1];
    let points = grid.iter().map(|&at| Ok((at, Estimate::exact(amplitude(at)?))));
    let points = points.collect::<Result<Vec<_>, Failed>>()?;
    let chart = Chart::new("Memories ±a: one state becomes two")
        .x_axis("βa²")
        .y_axis("|x| / a at rest")
        .curve("√(3(βa² − 1))", &evenly(0.9, 1.1), |x| (3.0 * (x - 1.0)).max(0.0).sqrt())
        .measured("model B", &points);
    let caption =
        "The line is the leading term next to the fork; the exact state solves x = a·tanh(βax)";
    Ok(Finding::new(parts, chart.draw()?, caption))
}

/// Where one cue comes to rest.
fn rest(model: &ModernHopfield<f64>, cue: &[f64]) -> Result<Vec<f64>, Failed> {
    let how = Recall::by(StopRule::rest(1e-13, 1_000_000)?);
    let mut found = model.retrieve(cue, &how, &mut ())?;
    let found = found.swap_remove(0);
    Ok(if found.outcome == Outcome::Settled { found.state } else { vec![f64::NAN; cue.len()] })
}

/// The state of rest from 0.5·a, a = 1. Next to the fork the residual falls slowly, and 0 is approached only.
fn amplitude(beta: f64) -> Result<f64, Failed> {
    let memories = Synapses::from_rows(&[[1.0f64], [-1.0]])?;
    let model = ModernHopfield::modern(memories, LogSumExp::new(beta)?)?;
    let how = Recall::steps(20_000, 1e-12)?;
    let found: f64 = model.retrieve(&[0.5], &how, &mut ())?[0].state[0];
    Ok(found.abs())
}

/// How far apart the ends are that all memories as starts lead to, at β·diam² just below 4.
fn spread(setting: &Setting<'_>, index: u64) -> Result<f64, Failed> {
    let mut random = setting.random("fixed-points", index);
    let (n, d) = (3 + index as usize % 8, 2 + index as usize % 6);
    let rows: Vec<_> = (0..n).map(|_| uniform(&mut random, d, 1.0)).collect();
    let pairs = rows.iter().flat_map(|a| rows.iter().map(move |b| distance(a, b)));
    let diameter = pairs.fold(0.0, f64::max);
    let hidden = LogSumExp::new(3.9 / (diameter * diameter))?;
    let model = ModernHopfield::modern(Synapses::from_rows(&rows)?, hidden)?;
    let ends = rows.iter().map(|cue| rest(&model, cue)).collect::<Result<Vec<_>, _>>()?;
    Ok(ends.iter().map(|end| distance(end, &ends[0])).fold(0.0, |a, b| if b <= a { a } else { b }))
}
