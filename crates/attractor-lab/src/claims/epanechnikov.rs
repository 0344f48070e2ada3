//! Exact recall by the log-sum-ReLU memory (Hoover et al. 2025).

use crate::claim::{Claim, Failed, Setting};
use crate::draw::{distance, on_sphere, plus, uniform};
use crate::finding::{Finding, Part};
use attractor_effective::{Epanechnikov, EpanechnikovError, Recall};
use attractor_figure::Chart;
use attractor_synapse::Synapses;
use rand::RngExt;
use rayon::prelude::*;

pub(super) const CLAIM: Claim = Claim {
    id: "epanechnikov",
    statement: "With β = 2/(r − Δ)², r the smallest distance of two memories, one step from within Δ of a memory gives that memory, \
        exactly",
    source: "Hoover et al., arXiv 2506.10801",
    oracle: "300 of 300 to the bit for Δ/r ≤ 0.45 (proved for Δ < r/2 only)",
    seconds: (0.2, 2.0),
    run,
};

const PROVED: [f64; 4] = [0.1, 0.2, 0.3, 0.45];
const BEYOND: [f64; 4] = [0.55, 0.65, 0.8, 0.95];
const CUES: usize = 300;

/// Of the cues, those that came to their memory, and those whose energy is infinite.
#[derive(Default)]
struct Count {
    exact: usize,
    refused: usize,
}

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let repeats = setting.effort.pick(1, 10);
    let all = CUES * repeats;
    let count = |ratio: f64| -> Result<Count, Failed> {
        let looks = (0..all).into_par_iter().map(|cue| look(setting, ratio, cue as u64));
        let looks = looks.collect::<Result<Vec<_>, Failed>>()?;
        let of = |which| looks.iter().filter(|look| **look == which).count();
        Ok(Count { exact: of(Look::Exact), refused: of(Look::Refused) })
    };
    let proved = PROVED.map(|ratio| (ratio, count(ratio)));
    let beyond = BEYOND.map(|ratio| (ratio, count(ratio)));
    let (mut parts, mut points, mut said) = (Vec::new(), Vec::new(), Vec::new());
    for (ratio, count) in proved {
        let exact = count?.exact;
        let part = Part::truth(format!("Δ/r = {ratio}: all exact"), exact == all);
        parts.push(part.beside("exact", exact as f64).beside("cues", all as f64));
        points.push((ratio, exact as f64 / all as f64));
    }
    let mut refused = Vec::new();
    for (ratio, count) in beyond {
        let count = count?;
        points.push((ratio, count.exact as f64 / all as f64));
        refused.push((ratio, count.refused as f64 / all as f64));
        said.push(format!("{} of {all} and {} at Δ/r = {ratio}", count.exact, count.refused));
    }
    let chart = Chart::new("One step from within Δ of a memory")
        .x_axis("Δ / r")
        .y_axis("share of the cues")
        .dashed("Δ = r/2", &[(0.5, 0.0), (0.5, 1.0)])
        .points("exact in one step", &points)
        .points("infinite energy, ε = 0", &refused);
    let caption = "Cues are spread evenly over distances up to Δ";
    Ok(Finding::new(parts, chart.draw()?, caption).note(format!(
        "Beyond Δ = r/2 the statement cannot be meant: a cue further than r − Δ < Δ from its memory has an infinite energy when ε = 0, \
         and no step. Exact, and of infinite energy: {}.",
        said.join(", ")
    )))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Exact,
    Other,
    Refused,
}

fn look(setting: &Setting<'_>, ratio: f64, cue: u64) -> Result<Look, Failed> {
    let mut random = setting.random(&format!("epanechnikov/{ratio}"), cue);
    let (n, d) = (3 + random.random_range(0..40), 2 + random.random_range(0..20));
    let rows: Vec<_> = (0..n).map(|_| uniform(&mut random, d, 1.0)).collect();
    let pairs = (0..n).flat_map(|a| (0..a).map(move |b| (a, b)));
    let r = pairs.map(|(a, b)| distance(&rows[a], &rows[b])).fold(f64::INFINITY, f64::min);
    let memories = Synapses::from_rows(&rows)?;
    let delta = ratio * r;
    let model = if ratio < 0.5 {
        Epanechnikov::exact_within(memories, delta)?
    } else {
        Epanechnikov::new(memories, 2.0 / (r - delta).powi(2), 0.0)?
    };
    // closer than Δ by what adding two vectors can round
    let away = delta * (1.0 - 1e-12) * random.random::<f64>();
    let x = plus(&rows[0], &on_sphere(&mut random, d, away));
    match model.retrieve(&x, &Recall::steps(1, 0.0)?, &mut ()) {
        Ok(found) => {
            let same = found[0].state.iter().zip(&rows[0]).all(|(a, b)| a.to_bits() == b.to_bits());
            Ok(if same { Look::Exact } else { Look::Other })
        }
        Err(EpanechnikovError::Outside { .. }) => Ok(Look::Refused),
        Err(error) => Err(error.into()),
    }
}
