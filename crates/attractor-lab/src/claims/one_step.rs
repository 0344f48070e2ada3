//! How far one step of model B ends from the memory (Ramsauer et al. 2021).

use crate::claim::{Claim, Failed, Setting};
use crate::draw::{distance, dot, on_sphere, plus, sphere};
use crate::finding::{Finding, Part};
use attractor_effective::ModernHopfield;
use attractor_figure::Chart;
use attractor_lagrangian::LogSumExp;
use attractor_synapse::Synapses;
use rand::RngExt;
use rayon::prelude::*;

pub(super) const CLAIM: Claim = Claim {
    id: "one-step",
    statement: "One step F of model B from x: ‖F(x) − ξ_i‖ ≤ (Σ_{j≠i} p_j)·max_j‖ξ_j − ξ_i‖, and ≤ 2(N − 1)M·e^(−β(Δ_i − 2rM)), \
        r = ‖x − ξ_i‖",
    source: "Ramsauer et al., arXiv 2008.02217, theorem 4",
    oracle: "no violation beyond 1e-14·M",
    seconds: (0.1, 1.0),
    run,
};

/// What one draw gives.
struct Look {
    error: f64,
    /// From the weights.
    summed: f64,
    /// From the separation.
    separated: f64,
    slack: f64,
}

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let draws = setting.effort.pick(4000, 40_000);
    let looks = (0..draws).into_par_iter().map(|index| look(setting, index));
    let looks = looks.collect::<Result<Vec<_>, Failed>>()?;
    let violated = |bound: fn(&Look) -> f64| {
        looks.iter().filter(|look| !(look.error <= bound(look) + look.slack)).count()
    };
    let part = |name: &str, bound: fn(&Look) -> f64| {
        let wrong = violated(bound);
        let loose = loose(&looks, bound);
        Part::truth(format!("{name}: no violation"), wrong == 0)
            .beside("violations", wrong as f64)
            .beside("draws", draws as f64)
            .beside("median of bound / error", loose)
    };
    let parts =
        vec![part("weights", |look| look.summed), part("separation", |look| look.separated)];
    let text = format!(
        "Half of the time the bound from the weights is more than {:.2} times the error, the bound from the separation more than {:.1e} \
         times: the latter takes every other memory to be as near as the nearest, and the cue to be moved straight towards it.",
        loose(&looks, |look| look.summed),
        loose(&looks, |look| look.separated)
    );
    let seen: Vec<&Look> = looks.iter().filter(|look| look.error > look.slack).take(400).collect();
    let points = |bound: fn(&Look) -> f64| -> Vec<(f64, f64)> {
        seen.iter().map(|look| (look.error, bound(look))).filter(|point| point.1 < 1e6).collect()
    };
    let chart = Chart::new("Bounds on the error of one step")
        .x_axis("‖F(x) − ξ_i‖")
        .y_axis("bound")
        .log_x()
        .log_y()
        .dashed("equality", &[(1e-13, 1e-13), (1.0, 1.0)])
        .points("from the weights", &points(|look| look.summed))
        .points("from the separation", &points(|look| look.separated));
    let caption = "Every point above the line keeps its bound";
    Ok(Finding::new(parts, chart.draw()?, caption).note(text))
}

/// The median of bound over error, where the error is more than rounding.
fn loose(looks: &[Look], bound: fn(&Look) -> f64) -> f64 {
    let seen = looks.iter().filter(|look| look.error > look.slack);
    let mut ratios: Vec<f64> = seen.map(|look| bound(look) / look.error).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN)
}

fn look(setting: &Setting<'_>, index: u64) -> Result<Look, Failed> {
    let mut random = setting.random("one-step", index);
    let (n, d) = (2 + random.random_range(0..60), 3 + random.random_range(0..30));
    let beta = (random.random::<f64>() * 7.0 - 1.0).exp();
    let rows = sphere(&mut random, n, d, 1.0);
    let away = 0.5 * random.random::<f64>();
    let x = plus(&rows[0], &on_sphere(&mut random, d, away));
    let model = ModernHopfield::modern(Synapses::from_rows(&rows)?, LogSumExp::new(beta)?)?;
    let error = distance(&model.map(&x)?, &rows[0]);
    let scores: Vec<f64> = rows.iter().map(|row| beta * dot(row, &x)).collect();
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = scores.iter().map(|score| (score - top).exp()).collect();
    let others = weights[1..].iter().sum::<f64>() / weights.iter().sum::<f64>();
    let furthest = rows.iter().map(|row| distance(row, &rows[0])).fold(0.0, f64::max);
    let overlap = rows[1..].iter().map(|row| dot(row, &rows[0])).fold(f64::NEG_INFINITY, f64::max);
    let (separation, m) = (dot(&rows[0], &rows[0]) - overlap, 1.0);
    let separated = 2.0 * (n - 1) as f64 * m * (-beta * (separation - 2.0 * away * m)).exp();
    Ok(Look { error, summed: others * furthest, separated, slack: 1e-14 * m })
}
