//! The capacity of the spherical memory (KH 17–22).

use crate::claim::{Claim, Failed, Setting};
use crate::draw::dot;
use crate::finding::{Finding, Part};
use crate::interval::Estimate;
use crate::plot::{Plot, by_factors};
use crate::samples::random_signs;
use attractor_effective::SphericalMemory;
use attractor_figure::Chart;
use attractor_lagrangian::{NotConvex, RectifiedPower};
use attractor_synapse::{Answers, Memories, Question, Synapses};
use rayon::prelude::*;
use std::f64::consts::FRAC_2_PI;

pub(super) const CLAIM: Claim = Claim {
    id: "spherical-capacity",
    statement: "Model C with F = x³/3: one step from a stored pattern ends at an overlap of [1 + K(2n − 3)!!/N^(n−1)]^(−1/2) with it, \
        n = 3; rectified, it stays nearer",
    source: "Krotov & Hopfield, arXiv 2008.06996, eq. 17–22; signal against noise",
    oracle: "this formula for f = x², N ≥ 60, to 0.03; for f = x₊² the same with half the noise and with the pull of the others towards \
        the state itself, [1 + (3K/2)/(N + √(2/π)·K/√N)²]^(−1/2)",
    seconds: (8.0, 40.0),
    run,
};

/// N and K/N².
const SIZES: [(usize, [f64; 3]); 2] = [(100, [0.05, 0.2, 0.4]), (200, [0.05, 0.15, 0.3])];

/// f = x²: noise of 3K per feature.
fn both(load: f64) -> f64 {
    (1.0 + 3.0 * load).powf(-0.5)
}

/// f = x₊²: half of it, and K·E[h₊³] = K√(2/π) along the state, against a signal of N^(3/2).
fn rectified(load: f64, spins: f64) -> f64 {
    let signal = 1.0 + FRAC_2_PI.sqrt() * load * spins.sqrt();
    (1.0 + 1.5 * load / (signal * signal)).powf(-0.5)
}

/// What the same signal against half the noise would give.
fn half_noise(load: f64) -> f64 {
    both(0.5 * load)
}

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let sets = setting.effort.pick(100, 400);
    let (mut parts, mut points) = (Vec::new(), Vec::new());
    for (spins, loads) in SIZES {
        let mut series = [Vec::new(), Vec::new()];
        for load in loads {
            let patterns = (load * (spins * spins) as f64).round() as usize;
            let found = (0..sets * 200 / spins as u64)
                .into_par_iter()
                .map(|set| overlaps(setting, patterns, spins, set));
            let found = found.collect::<Result<Vec<_>, Failed>>()?;
            let mean = |which: usize| {
                Estimate::mean(&found.iter().map(|pair| pair[which]).collect::<Vec<_>>())
            };
            let name = |kind: &str| format!("f = {kind}, N = {spins}, K = {patterns}");
            let (plain, half) = (mean(0)?, mean(1)?);
            parts.push(Part::new(name("x²"), both(load), plain, 0.03));
            let part = Part::new(name("x₊²"), rectified(load, spins as f64), half, 0.03);
            parts.push(part.beside("formula with K/2", half_noise(load)));
            series[0].push((load, plain));
            series[1].push((load, half));
        }
        points.push((spins, series));
    }
    let chart = figure(&points)?;
    let caption = "Lines: signal against noise";
    Ok(Finding::new(parts, chart, caption).with("dtype", "f32").with("sets per load", format!("{} at N = 100, {sets} at N = 200", 2 * sets)).note(
        "For the rectified power the formula with K/2 in place of K is not what happens: the other patterns with h > 0 pull towards the \
         state itself, Σ h₊³ > 0, by √(2/π)·K against a signal of N^(3/2). At a fixed load K/N² that grows with √N, so that a step from a \
         stored pattern, and from any other state, stays where it is: a large overlap after one step is no proof of memory there. For f = x² \
         the pulls of both signs cancel.",
    ))
}

/// Loads with overlaps.
type Series = Vec<(f64, Estimate)>;

fn figure(points: &[(usize, [Series; 2])]) -> Result<attractor_figure::Svg, Failed> {
    let along = by_factors(0.045, 0.55);
    let mut chart = Chart::new("One step of model C from a stored pattern")
        .x_axis("load K / N²")
        .y_axis("overlap with the pattern")
        .log_x()
        .curve("x²", &along, both);
    chart = chart.curve("x₊² if only the noise were halved", &along, half_noise);
    for (spins, series) in points {
        let size = *spins as f64;
        chart = chart.curve(&format!("x₊², N = {spins}"), &along, |x| rectified(x, size));
        chart = chart.measured(&format!("x² measured, N = {spins}"), &series[0]);
        chart = chart.measured(&format!("x₊² measured, N = {spins}"), &series[1]);
    }
    Ok(chart.draw()?)
}

/// Overlaps of one step from the first pattern with it: for both signs, and rectified.
fn overlaps(
    setting: &Setting<'_>,
    patterns: usize,
    spins: usize,
    set: u64,
) -> Result<[f64; 2], Failed> {
    let mut random = setting.random(&format!("spherical-capacity/N={spins}/K={patterns}"), set);
    let memories = Synapses::new(random_signs(&mut random, patterns, spins).to_patterns::<f32>());
    let unit = 1.0 / (spins as f64).sqrt();
    let cue: Vec<f64> = memories.patterns().row(0).iter().map(|x| f64::from(*x) * unit).collect();
    let narrow: Vec<f32> = cue.iter().map(|x| *x as f32).collect();
    let mut answers = Answers::default();
    memories.read(&Question::of(&NotConvex::odd_power(3)?, &narrow), &mut answers);
    let field = answers.field(0);
    let both = dot(field, &cue) / dot(field, field).sqrt();
    let model = SphericalMemory::spherical(memories, RectifiedPower::new(3)?)?;
    let found: Vec<f64> = model.map(&narrow)?.into_iter().map(f64::from).collect();
    Ok([both, dot(&found, &cue)])
}
