//! The rate of the energy (KH 4).

use crate::claim::{Claim, Failed, Setting};
use crate::finding::{Finding, Part};
use crate::interval::Estimate;
use crate::two_layer::Pair;
use attractor_figure::Chart;
use attractor_lagrangian::{
    Additive, AnyLagrangian, Exponential, GhostLogSumExp, LayerNorm, LogCosh, LogSumExp,
    SmoothedNorm, Softplus,
};
use attractor_network::{Plan, Rk4};
use rayon::prelude::*;

pub(super) const CLAIM: Claim = Claim {
    id: "energy-identity",
    statement: "Along the flow of the two-layer network Ė = −τ_f v̇ᵀ(∂²L_v)v̇ − τ_h ḣᵀ(∂²L_h)ḣ ≤ 0",
    source: "Krotov & Hopfield, arXiv 2008.06996, eq. 4",
    oracle: "a central difference of E along the flow at step 1e-6, to a relative 1e-8 in f64",
    seconds: (0.2, 2.0),
    run,
};

/// Half the width of the central difference.
const STEP: f64 = 1e-6;
/// What rounding may do to it, as a share of the rate: a state where it could do more decides nothing about the
/// identity, and another is drawn.
const ROUNDING: f64 = 5e-9;

fn pairs() -> Result<Vec<Pair>, Failed> {
    let pair = |name, visible, hidden, size| Pair { name, visible, hidden, size };
    let (linear, spread) = (AnyLagrangian::Quadratic, LogSumExp::new(3.0)?.into());
    let rates = AnyLagrangian::from(Softplus::new(2.0)?);
    Ok(vec![
        pair("quadratic, log-sum-exp", linear.clone(), spread, 1.0),
        pair("log-cosh, quadratic", LogCosh::new(1.5)?.into(), linear.clone(), 0.2),
        pair("quadratic, softplus", linear.clone(), rates.clone(), 1.0),
        pair("log-cosh, softplus", LogCosh::new(1.5)?.into(), rates.clone(), 1.0),
        pair("smoothed norm, softplus", SmoothedNorm::new(0.5)?.into(), rates, 1.0),
        pair(
            "norm, exponential",
            AnyLagrangian::Norm,
            Additive(Exponential::new(0.5)?).into(),
            1.0,
        ),
        pair(
            "layer norm, log-sum-exp",
            LayerNorm::new(1.0, 0.1)?.into(),
            LogSumExp::new(1.0)?.into(),
            1.0,
        ),
        pair("quadratic, ghost log-sum-exp", linear, GhostLogSumExp::new(2.0)?.into(), 1.0),
    ])
}

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let states = setting.effort.pick(100, 1000);
    let mut parts = Vec::new();
    let mut points = Vec::new();
    for pair in pairs()? {
        let looks = (0..states).into_par_iter().map(|index| look(setting, &pair, index));
        let looks = looks.collect::<Result<Vec<_>, Failed>>()?;
        let worst = looks.iter().fold(0.0, |most: f64, look| most.max(look.off));
        let rises = looks.iter().filter(|look| !(look.rate <= 0.0)).count();
        parts.push(
            Part::new(pair.name, 0.0, Estimate::exact(worst), 1e-8).beside("states", states as f64),
        );
        parts.push(Part::truth(format!("{}: Ė ≤ 0", pair.name), rises == 0));
        points.push((pair.name, looks));
    }
    let chart = Chart::new("Ė against the difference quotient of E")
        .x_axis("−Ė from the formula")
        .y_axis("relative difference")
        .log_x()
        .log_y();
    let chart = points.iter().fold(chart, |chart, (name, looks)| {
        let some: Vec<_> = looks.iter().take(40).map(|l| (-l.rate, l.off.max(1e-13))).collect();
        chart.points(name, &some)
    });
    let ends = points.iter().flat_map(|(_, looks)| looks.iter().map(|look| -look.rate));
    let (low, high) = ends.fold((f64::MAX, 0.0f64), |(a, b), x| (a.min(x), b.max(x)));
    let chart = chart.dashed("tolerance", &[(low, 1e-8), (high, 1e-8)]);
    let caption = "What is left is the rounding of the two energies, 1e-16 over a step of 1e-6";
    Ok(Finding::new(parts, chart.draw()?, caption)
        .with("states per pair", states)
        .with("step", STEP))
}

struct Look {
    rate: f64,
    /// How far the quotient is from the rate, relative to it.
    off: f64,
}

/// The first of the states of this index at which rounding does not drown the difference.
fn look(setting: &Setting<'_>, pair: &Pair, index: u64) -> Result<Look, Failed> {
    for attempt in 0..1000 {
        let (network, mut state) =
            pair.network(setting, "energy-identity", 1000 * index + attempt)?;
        let magnitude = network.energy(&state).total().magnitude;
        if f64::EPSILON * magnitude / STEP > ROUNDING * network.energy_rate(&state).abs() {
            continue;
        }
        let plan = Plan::to_time(STEP, STEP)?;
        let before = network.energy(&state).total().value;
        network.run(&Rk4, &mut state, &plan, &mut ())?;
        let rate = network.energy_rate(&state);
        network.run(&Rk4, &mut state, &plan, &mut ())?;
        let after = network.energy(&state).total().value;
        let off = ((after - before) / (2.0 * STEP) - rate).abs() / rate.abs();
        return Ok(Look { rate, off });
    }
    Ok(Look { rate: f64::NAN, off: f64::NAN })
}
