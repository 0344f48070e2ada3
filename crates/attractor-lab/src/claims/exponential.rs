//! Model A with F = exp (Demircigil et al. 2017).

use crate::claim::{Claim, Failed, Setting};
use crate::finding::{Finding, Part};
use crate::interval::Estimate;
use crate::plot::{Plot, evenly};
use crate::samples::Stored;
use attractor_effective::SignField;
use attractor_figure::Chart;
use attractor_lagrangian::Exponential;

pub(super) const CLAIM: Claim = Claim {
    id: "exponential",
    statement: "Model A with F = exp under the energy difference: a given stored pattern has an unstable bit with probability \
        1 − exp(−K·N·2^−(N+1)); under the self-coupled rule it has none",
    source: "Demircigil et al., arXiv 1702.01929; KH 8",
    oracle: "this formula for P ≤ 0.3, N = 16, 18, 20, to 0.05; 0 for the self-coupled rule",
    seconds: (4.0, 15.0),
    run,
};

const SIZES: [usize; 3] = [16, 18, 20];
/// Probabilities for which loads are chosen.
const GOALS: [f64; 3] = [0.05, 0.15, 0.25];

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let mut parts = Vec::new();
    let mut chart = Chart::new("Stored patterns with an unstable bit, F = exp")
        .x_axis("K·N·2^−(N+1)")
        .y_axis("P(an unstable bit)")
        .curve("formula", &evenly(0.0, 0.36), |x| 1.0 - (-x).exp());
    for spins in SIZES {
        let mut points = Vec::new();
        for goal in GOALS {
            let scale = spins as f64 * 0.5f64.powi(spins as i32 + 1);
            let load = (-(1.0 - goal).ln() / scale).round() as usize;
            let (x, name) = (load as f64 * scale, format!("N = {spins}, K = {load}"));
            let found = share(setting, SignField::Difference, (load, spins))?;
            parts.push(Part::new(&name, 1.0 - (-x).exp(), found, 0.05));
            points.push((x, found));
            if goal > 0.2 {
                let own = share(setting, SignField::Slope, (load, spins))?;
                parts.push(Part::new(format!("{name}, self-coupled"), 0.0, own, 0.05));
            }
        }
        chart = chart.measured(&format!("N = {spins}"), &points);
    }
    let caption = "A neighbour at one bit's distance pulls exactly as hard as the pattern itself, and what is left decides";
    Ok(Finding::new(parts, chart.draw()?, caption).note(
        "With K ≪ 2^N the only danger to a pattern are the N neighbours at one bit's distance: one of them is stored with \
         probability K·N·2^−N, its pull on the differing bit ties with the pattern's own, and the rest decides by the toss of a \
         coin.",
    ))
}

fn share(
    setting: &Setting<'_>,
    field: SignField,
    size: (usize, usize),
) -> Result<Estimate, Failed> {
    let sets = setting.effort.pick(8000, 24_000);
    let stored =
        Stored::new(Exponential::new(1.0)?, field, size, &format!("exponential/{field:?}"))?;
    let bits = stored.unstable_bits(setting, sets);
    Ok(Estimate::proportion(bits.iter().filter(|bits| **bits > 0.5).count() as u64, sets as u64)?)
}
