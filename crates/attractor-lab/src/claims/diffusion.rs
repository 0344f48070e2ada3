//! The update with a Euclidean bias as the denoiser of a diffusion model.

use crate::claim::{Claim, Failed, Setting};
use crate::draw::{distance, plus, uniform};
use crate::finding::{Finding, Part};
use crate::interval::Estimate;
use attractor_effective::ModernHopfield;
use attractor_figure::Chart;
use attractor_lagrangian::{LogSumExp, Real};
use attractor_synapse::{Element, Synapses};

pub(super) const CLAIM: Claim = Claim {
    id: "diffusion",
    statement: "With the hidden bias −½‖ξ‖² the update of model B is the Gaussian denoiser Σ softmax(−β‖x − ξ_μ‖²/2)·ξ_μ",
    source: "Ambrogioni, arXiv 2309.17290; KH 13",
    oracle: "the formula, summed by itself in f64, to 4u(1 + βM²)·max|ξ|, u the unit roundoff; errors are in units of \
        u(1 + βM²)·max|ξ|",
    seconds: (0.2, 1.0),
    run,
};

/// β, d, N.
const SIZES: [(f64, usize, usize); 6] = [
    (0.5, 3, 10),
    (2.0, 8, 40),
    (8.0, 16, 100),
    (20.0, 40, 300),
    (100.0, 40, 300),
    (1000.0, 64, 500),
];

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let cues = setting.effort.pick(100, 600);
    let (single, double) = (worst::<f32>(setting, cues)?, worst::<f64>(setting, cues)?);
    let part = |name: &str, rows: &[(f64, f64)]| {
        let most = rows.iter().fold(0.0, |most: f64, row| most.max(row.1));
        Part::new(name, 0.0, Estimate::exact(most), 4.0)
    };
    let parts = vec![part("f32", &single), part("f64", &double)];
    let chart = Chart::new("Model B against the denoiser")
        .x_axis("inverse temperature β")
        .y_axis("error / u(1 + βM²)·max|ξ|")
        .log_x()
        .log_y()
        .dashed("tolerance", &[(SIZES[0].0, 4.0), (SIZES[5].0, 4.0)])
        .points("f32", &seen(&single))
        .points("f64", &seen(&double));
    let caption = "The largest entry of the difference over all cues of a size";
    Ok(Finding::new(parts, chart.draw()?, caption).with("cues per size", cues))
}

/// What a logarithmic axis can show.
fn seen(rows: &[(f64, f64)]) -> Vec<(f64, f64)> {
    rows.iter().map(|&(beta, off)| (beta, off.max(1e-6))).collect()
}

/// β and the largest error of every size.
fn worst<T: Element + Real>(setting: &Setting<'_>, cues: usize) -> Result<Vec<(f64, f64)>, Failed> {
    let of = |(at, &(beta, d, n)): (usize, &(f64, usize, usize))| {
        let mut random = setting.random("diffusion", at as u64);
        let round = |x: Vec<f64>| x.into_iter().map(T::of).collect::<Vec<T>>();
        let rows: Vec<Vec<T>> = (0..n).map(|_| round(uniform(&mut random, d, 1.0))).collect();
        let exact: Vec<Vec<f64>> =
            rows.iter().map(|row| row.iter().map(|x| x.f64()).collect()).collect();
        let model = ModernHopfield::modern(Synapses::from_rows(&rows)?, LogSumExp::new(beta)?)?;
        let model = model.with_euclidean_bias()?;
        let (zero, mut most) = (vec![0.0; d], 0.0f64);
        let radius = exact.iter().map(|row| distance(row, &zero)).fold(0.0, f64::max);
        let entry = exact.iter().flatten().fold(0.0f64, |most, x| most.max(x.abs()));
        let unit = T::UNIT_ROUNDOFF * (1.0 + beta * radius * radius) * entry;
        for cue in 0..cues {
            let noise = uniform(&mut random, d, 1.0 / beta.sqrt());
            let x = round(plus(&exact[cue % n], &noise));
            let wide: Vec<f64> = x.iter().map(|x| x.f64()).collect();
            let (found, denoised) = (model.map(&x)?, denoiser(&exact, beta, &wide));
            let off = found.iter().zip(&denoised).map(|(a, b)| (a.f64() - b).abs());
            most = off.fold(most, f64::max);
        }
        Ok((beta, most / unit))
    };
    SIZES.iter().enumerate().map(of).collect()
}

/// Written down as it stands.
fn denoiser(rows: &[Vec<f64>], beta: f64, x: &[f64]) -> Vec<f64> {
    let scores: Vec<f64> = rows.iter().map(|row| -0.5 * beta * distance(row, x).powi(2)).collect();
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights: Vec<f64> = scores.iter().map(|score| (score - top).exp()).collect();
    let total: f64 = weights.iter().sum();
    let entry =
        |i: usize| rows.iter().zip(&weights).map(|(row, w)| w * row[i]).sum::<f64>() / total;
    (0..x.len()).map(entry).collect()
}
