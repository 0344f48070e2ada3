//! No more patterns than hidden neurons (KH 9).

use crate::claim::{Claim, Failed, Setting};
use crate::finding::{Finding, Part};
use crate::plot::{Plot, by_factors};
use crate::samples::random_signs;
use attractor_effective::{DenseMemory, PackedSpins, Recall, SignEnergy, SignField};
use attractor_figure::Chart;
use attractor_lagrangian::RectifiedPower;
use attractor_synapse::{Bits, Synapses};
use rayon::prelude::*;

pub(super) const CLAIM: Claim = Claim {
    id: "hidden-bound",
    statement: "N_mem ~ min(N_f^(n−1), N_h): of K patterns on N_h < K hidden neurons, of which each sums several, no more are retrieved \
        than there are hidden neurons",
    source: "Krotov & Hopfield, arXiv 2008.06996, eq. 9",
    oracle: "at most N_h; exactly N_h where N_f^(n−1) is large; where it is small fewer than N_h, and no more than N_f^(n−1)",
    seconds: (1.0, 5.0),
    run,
};

/// How the patterns of a hidden neuron are weighed.
const MIXES: [(&str, &[f64]); 3] = [
    ("one each", &[1.0]),
    ("three each, one leads", &[1.0, 0.3, 0.3]),
    ("three alike each", &[1.0, 1.0, 1.0]),
];
/// Few hidden neurons on many features.
const FEATURES: usize = 200;
const HIDDEN: [usize; 5] = [2, 4, 8, 16, 32];
/// Many hidden neurons, one for each pattern, on few features with n = 2.
const FEW: usize = 64;
const MANY: [usize; 5] = [2, 4, 16, 64, 256];

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let draws = setting.effort.pick(6, 40);
    let mut parts = Vec::new();
    let mut chart = Chart::new("Patterns retrieved")
        .x_axis("hidden neurons N_h")
        .y_axis("patterns retrieved")
        .log_x()
        .curve("N_h", &by_factors(2.0, 32.0), |x| x)
        .dashed("N_f^(n−1) = 64", &[(2.0, FEW as f64), (256.0, FEW as f64)]);
    for (name, mix) in MIXES {
        let mut points = Vec::new();
        for hidden in HIDDEN {
            let counts = each(draws, |draw| summed(setting, hidden, mix, draw))?;
            let title = |what: &str| format!("{name}, N_f = {FEATURES}, N_h = {hidden}: {what}");
            let part = Part::truth(title("at most N_h"), counts.most <= hidden);
            parts.push(
                part.beside("most", counts.most as f64).beside("K", (mix.len() * hidden) as f64),
            );
            if mix.get(1).is_none_or(|second| *second < 0.5) {
                parts.push(Part::truth(title("all N_h"), counts.least == hidden));
            }
            points.push((hidden as f64, counts.most as f64));
        }
        chart = chart.points(&format!("{name}, n = 3, N_f = {FEATURES}"), &points);
    }
    let mut points = Vec::new();
    for hidden in MANY {
        let counts = each(draws, |draw| separate(setting, hidden, draw))?;
        let title = |what: &str| format!("one each, n = 2, N_f = {FEW}, N_h = {hidden}: {what}");
        let bound = hidden.min(FEW);
        let part = Part::truth(title("at most min(N_f, N_h)"), counts.most <= bound);
        parts.push(part.beside("most", counts.most as f64));
        if hidden <= 4 {
            parts.push(Part::truth(title("all N_h"), counts.least == hidden));
        } else if hidden >= FEW {
            parts.push(Part::truth(title("fewer than N_h"), counts.most < hidden));
        }
        points.push((hidden as f64, counts.most as f64));
    }
    chart = chart.points(&format!("one each, n = 2, N_f = {FEW}"), &points);
    let caption = "The most of all draws: on the line N_h while N_f^(n−1) is large, and below both bounds where it is not";
    Ok(Finding::new(parts, chart.draw()?, caption).with("draws", draws).note(
        "Counted are stored patterns that are recalled from themselves at an overlap of 0.99 or more. With n = 2 the self-coupling is left out: \
         with it every state is at rest once N_h ≫ N_f, which is no retrieval. Fixed points can be more than N_h: mixtures and negatives are \
         fixed points as well.",
    ))
}

/// The extremes of some counts.
struct Counts {
    least: usize,
    most: usize,
}

fn each(
    draws: u64,
    count: impl Fn(u64) -> Result<usize, Failed> + Sync + Send,
) -> Result<Counts, Failed> {
    let counts = (0..draws).into_par_iter().map(count).collect::<Result<Vec<_>, Failed>>()?;
    let least = counts.iter().copied().min().unwrap_or(0);
    Ok(Counts { least, most: counts.iter().copied().max().unwrap_or(0) })
}

/// How many patterns are retrieved where each hidden neuron holds a weighted sum of as many as there are weights. A state
/// that no hidden neuron answers to is at rest and not retrieved.
fn summed(setting: &Setting<'_>, hidden: usize, mix: &[f64], draw: u64) -> Result<usize, Failed> {
    let mut random = setting.random(&format!("hidden-bound/{hidden}/{mix:?}"), draw);
    let patterns = random_signs(&mut random, mix.len() * hidden, FEATURES).to_patterns::<f64>();
    let row = |mu: usize| -> Vec<f64> {
        let own = |i: usize| mix.iter().enumerate().map(move |(k, w)| (mu * mix.len() + k, w, i));
        (0..FEATURES).map(|i| own(i).map(|(at, w, i)| w * patterns.row(at)[i]).sum()).collect()
    };
    let rows: Vec<_> = (0..hidden).map(row).collect();
    let model = DenseMemory::dense(Synapses::from_rows(&rows)?, RectifiedPower::new(3)?)?;
    let ends = model.retrieve(patterns.as_slice(), &Recall::to_rest(1e-12)?, &mut ())?;
    let overlap = |end: &[f64], own: &[f64]| {
        end.iter().zip(own).map(|(a, b)| a * b).sum::<f64>() / FEATURES as f64
    };
    let pairs =
        ends.iter().zip(patterns.rows()).filter(|(found, _)| found.effective_memories > 0.0);
    Ok(pairs.filter(|(found, own)| overlap(&found.state, own) >= 0.99).count())
}

/// How many patterns are retrieved where each has a hidden neuron of its own.
fn separate(setting: &Setting<'_>, hidden: usize, draw: u64) -> Result<usize, Failed> {
    let mut random = setting.random(&format!("hidden-bound/one/{hidden}"), draw);
    let signs = random_signs(&mut random, hidden, FEW);
    let model = PackedSpins::new(SignEnergy::power(2), SignField::Difference, signs)?;
    let pattern = |at: usize| Bits::of_words(model.signs().row(at).to_vec(), FEW);
    let mut walk = model.walk(pattern(0));
    let mut stays = |at: usize| {
        walk.restart(pattern(at));
        while walk.sweep() > 0 {}
        walk.distances()[at] == 0
    };
    Ok((0..hidden).filter(|at| stays(*at)).count())
}
