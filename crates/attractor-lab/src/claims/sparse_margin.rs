//! By how much a score must lead to have all the weight.

use crate::claim::{Claim, Failed, Setting};
use crate::finding::{Finding, Part};
use crate::interval::Estimate;
use crate::plot::{Plot, evenly};
use attractor_figure::Chart;
use attractor_lagrangian::{Entmax, Lagrangian, LogSumExp, Normmax, Sparsemax};
use rand::RngExt;

pub(super) const CLAIM: Claim = Claim {
    id: "sparse-margin",
    statement: "One neuron has all the weight exactly where its score leads by m/β: m = 1 for sparsemax and normmax, 1/(α − 1) for \
        α-entmax, never for softmax",
    source: "Santos et al., arXiv 2402.13725; Peters, Niculae & Martins 2019",
    oracle: "these m, to 1e-3; a weight is 0 only if it is exactly 0",
    seconds: (0.1, 0.5),
    run,
};

const ALPHAS: [f64; 5] = [1.25, 1.5, 1.75, 2.0, 3.0];
const GAMMAS: [f64; 3] = [1.5, 2.0, 3.0];

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let mut parts = vec![part(setting, "sparsemax", 1.0, |beta| Ok(Sparsemax::new(beta)?))?];
    let mut points = Vec::new();
    for alpha in ALPHAS {
        let name = format!("entmax, α = {alpha}");
        let found =
            part(setting, &name, 1.0 / (alpha - 1.0), |beta| Ok(Entmax::new(alpha, beta)?))?;
        points.push((alpha, found.found));
        parts.push(found);
    }
    for gamma in GAMMAS {
        let name = format!("normmax, γ = {gamma}");
        parts.push(part(setting, &name, 1.0, |beta| Ok(Normmax::new(gamma, beta)?))?);
    }
    parts.push(Part::truth("softmax gives weight to all up to a lead of 700/β", never()?));
    let chart = Chart::new("The lead that takes all")
        .x_axis("α of entmax")
        .y_axis("margin m = β · lead")
        .curve("1/(α − 1)", &evenly(1.2, 3.1), |alpha| 1.0 / (alpha - 1.0))
        .measured("measured", &points);
    Ok(Finding::new(
        parts,
        chart.draw()?,
        "The smallest lead at which all other weights are exactly 0",
    ))
}

/// The margin that is furthest from the oracle, over random scores of 2 to 50 neurons and random β.
fn part<L: Lagrangian<f64>>(
    setting: &Setting<'_>,
    name: &str,
    expected: f64,
    of: impl Fn(f64) -> Result<L, Failed>,
) -> Result<Part, Failed> {
    let draws = setting.effort.pick(20, 200);
    let mut worst = expected;
    for index in 0..draws {
        let mut random = setting.random(&format!("sparse-margin/{name}"), index);
        let beta = (4.0 * random.random::<f64>() - 2.0).exp();
        let below: Vec<f64> =
            (0..random.random_range(0..49)).map(|_| -random.random::<f64>()).collect();
        let rule = of(beta)?;
        let alone = |lead: f64| is_alone(&rule, &scores(lead, &below));
        let (mut low, mut high) = (0.0, 20.0 / beta);
        while high - low > 1e-9 / beta {
            let middle = 0.5 * (low + high);
            if alone(middle) { high = middle } else { low = middle }
        }
        let margin = beta * high;
        if (margin - expected).abs() > (worst - expected).abs() {
            worst = margin;
        }
    }
    Ok(Part::new(name, expected, Estimate::exact(worst), 1e-3).beside("draws", draws as f64))
}

/// The leader, the runner-up at 0, and others below.
fn scores(lead: f64, below: &[f64]) -> Vec<f64> {
    [lead, 0.0].into_iter().chain(below.iter().copied()).collect()
}

fn is_alone(rule: &impl Lagrangian<f64>, scores: &[f64]) -> bool {
    let mut weights = vec![0.0; scores.len()];
    rule.activate(scores, &mut weights);
    weights[1..].iter().all(|weight| *weight <= 0.0)
}

fn never() -> Result<bool, Failed> {
    let rule = LogSumExp::new(1.0)?;
    Ok((1..=700).all(|lead| !is_alone(&rule, &scores(f64::from(lead), &[]))))
}
