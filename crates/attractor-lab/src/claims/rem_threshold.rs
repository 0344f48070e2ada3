//! How many memories on a sphere softmax can tell apart.

use crate::claim::{Claim, Failed, Setting};
use crate::draw::on_sphere;
use crate::finding::{Finding, Part};
use crate::interval::Estimate;
use crate::plot::{Plot, evenly};
use attractor_figure::Chart;
use attractor_lagrangian::LogSumExp;
use attractor_synapse::{Answers, Memories, Patterns, Question, Synapses};
use rand_pcg::Pcg64;
use rayon::prelude::*;

pub(super) const CLAIM: Claim = Claim {
    id: "rem-threshold",
    statement: "Of e^(αN) memories on the sphere ‖ξ‖² = N softmax at β = λ keeps a given one up to α₁ = λ(1 − ρ) − ½ln(1 − ρ²), \
        ρ = (√(1 + 4λ²) − 1)/2λ: 0.6226 at λ = 1",
    source: "Lucibello & Mézard, arXiv 2304.14964; the random energy model",
    oracle: "α₁ from the formula, to 0.03",
    seconds: (6.0, 30.0),
    run,
};

/// λ, and N quick and full. At λ = 2 fewer than 14 leave so large a correction that a seed could leave it undecided.
const CASES: [(f64, [usize; 2]); 3] = [(0.5, [28, 32]), (1.0, [18, 22]), (2.0, [14, 14])];
/// Networks for each.
const DRAWS: u64 = 48;
/// A block of memories is this share of those before it.
const SHARE: usize = 100;

fn threshold(lambda: f64) -> f64 {
    let rho = (f64::sqrt(1.0 + 4.0 * lambda * lambda) - 1.0) / (2.0 * lambda);
    lambda * (1.0 - rho) - 0.5 * (1.0 - rho * rho).ln()
}

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let (mut parts, mut points) = (Vec::new(), Vec::new());
    for (lambda, sizes) in CASES {
        let spins = setting.effort.pick(sizes[0], sizes[1]);
        let found = (0..DRAWS).into_par_iter().map(|index| load(setting, lambda, spins, index));
        let found = Estimate::mean(&found.collect::<Result<Vec<_>, Failed>>()?)?;
        let name = format!("α₁ at λ = {lambda}, N = {spins}");
        let part = Part::new(name, threshold(lambda), found, 0.03);
        let memories = (found.measured * spins as f64).exp();
        parts.push(part.beside("memories", memories.round()));
        points.push((lambda, found));
    }
    let chart = Chart::new("Memories that softmax can tell apart")
        .x_axis("λ")
        .y_axis("α₁ = ln K / N")
        .curve("random energy model", &evenly(0.25, 2.25), threshold)
        .measured("measured", &points);
    let caption =
        "K: the number of memories at which a stored one, as its own cue, has half of the weight";
    Ok(Finding::new(parts, chart.draw()?, caption).with("draws", DRAWS).note(
        "Measured is the α at which the weight of the cue's own memory passes ½, found draw by draw by adding memories until \
         their e^(λξ·x) outweigh it; corrections are of the order 0.1/N.",
    ))
}

/// ln K/N at which the other memories outweigh ξ₁ at x = ξ₁: the log-sums of blocks of memories are read one after the other.
fn load(setting: &Setting<'_>, lambda: f64, spins: usize, index: u64) -> Result<f64, Failed> {
    let mut random = setting.random(&format!("rem-threshold/λ={lambda}/N={spins}"), index);
    let (length, hidden) = ((spins as f64).sqrt(), LogSumExp::new(lambda)?);
    let cue = on_sphere(&mut random, spins, length);
    let own = lambda * spins as f64;
    let (mut count, mut sum) = (0usize, 0.0);
    loop {
        let block = (count / SHARE).max(64);
        let more = (lambda * log_sum(&mut random, &hidden, &cue, block)? - own).exp();
        if sum + more >= 1.0 {
            let part = (1.0 - sum) / more;
            return Ok((count as f64 + part * block as f64).ln() / spins as f64);
        }
        (count, sum) = (count + block, sum + more);
    }
}

/// λ⁻¹ ln Σ e^{λξ·x} over a block of new memories.
fn log_sum(
    random: &mut Pcg64,
    hidden: &LogSumExp,
    cue: &[f64],
    block: usize,
) -> Result<f64, Failed> {
    let (d, length) = (cue.len(), (cue.len() as f64).sqrt());
    let rows: Vec<f64> = (0..block).flat_map(|_| on_sphere(random, d, length)).collect();
    let memories = Synapses::new(Patterns::new(rows, d)?);
    let mut answers = Answers::default();
    memories.read(&Question::of(hidden, cue), &mut answers);
    Ok(answers.get(0).value)
}
