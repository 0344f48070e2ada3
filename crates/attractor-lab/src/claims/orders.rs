//! The orders of the certified integrators.

use crate::claim::{Claim, Failed, Setting};
use crate::draw::distance;
use crate::finding::{Finding, Part};
use crate::interval::Estimate;
use crate::plot::Plot;
use crate::regression::Regression;
use crate::two_layer::{Pair, end};
use attractor_figure::Chart;
use attractor_lagrangian::{AnyLagrangian, LogCosh, LogSumExp, Softplus};
use attractor_network::{Integrator, Lie, Rk4, Strang};
use attractor_synapse::Synapses;
use rayon::prelude::*;

pub(super) const CLAIM: Claim = Claim {
    id: "orders",
    statement: "The energy-decreasing splittings have order 1 (Lie) and 2 (Strang)",
    source: "Strang, SIAM J. Numer. Anal. 5, 506 (1968), on KH 1",
    oracle: "slope of ln error over ln dt, to 0.05",
    seconds: (2.0, 10.0),
    run,
};

type Rule = dyn Integrator<f64, AnyLagrangian, AnyLagrangian, Synapses<f64>>;

/// The steps of the coarsest run; the others double.
const COARSE: [u32; 2] = [256, 64];

/// Points (dt, error).
type Errors = Vec<(f64, f64)>;

fn pairs() -> Result<[Pair; 3], Failed> {
    let pair = |name, visible, hidden, size| Pair { name, visible, hidden, size };
    Ok([
        pair("model B", AnyLagrangian::Quadratic, LogSumExp::new(2.0)?.into(), 1.0),
        pair("Hopfield 1984", LogCosh::new(1.5)?.into(), AnyLagrangian::Quadratic, 0.2),
        pair(
            "graded features and rates",
            LogCosh::new(1.0)?.into(),
            Softplus::new(2.0)?.into(),
            1.0,
        ),
    ])
}

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let rules: [(&Rule, u32); 2] = [(&Lie, COARSE[0]), (&Strang, COARSE[1])];
    let (pairs, networks) = (pairs()?, setting.effort.pick(8, 40));
    let mut parts = Vec::new();
    let mut chart =
        Chart::new("Error at time 1").x_axis("dt in τ_f").y_axis("error of (v, h)").log_x().log_y();
    for (rule, coarse) in rules {
        let mut all = Vec::new();
        for pair in &pairs {
            let cells = (0..networks).into_par_iter();
            let found = cells.map(|index| errors(setting, pair, index, (rule, coarse)));
            all.push(found.collect::<Result<Vec<_>, Failed>>()?);
        }
        let slopes = all.iter().flatten().map(slope).collect::<Result<Vec<_>, _>>()?;
        let order = f64::from(rule.order());
        parts.push(Part::new(rule.name(), order, Estimate::mean(&slopes)?, 0.05));
        let first = &all[0][0];
        let (dt, error) = first[0];
        let line: Vec<_> = first.iter().map(|(x, _)| (*x, error * (x / dt).powf(order))).collect();
        chart = chart.dashed(&format!("order {order}"), &line);
        let points: Vec<_> = first.iter().map(|&(x, y)| (x, Estimate::exact(y))).collect();
        chart = chart.measured(rule.name(), &points);
    }
    let caption =
        "One of the networks; errors are those against classical Runge–Kutta steps of 1/8192";
    let parameters = ("networks", networks * pairs.len() as u64);
    Ok(Finding::new(parts, chart.draw()?, caption).with(parameters.0, parameters.1))
}

fn errors(
    setting: &Setting<'_>,
    pair: &Pair,
    index: u64,
    (rule, coarse): (&Rule, u32),
) -> Result<Errors, Failed> {
    let (network, start) = pair.network(setting, "orders", index)?;
    let exact = end(&network, &Rk4, &start, 8192)?;
    let error = |k: u32| {
        let steps = coarse << k;
        Ok((1.0 / f64::from(steps), distance(&end(&network, rule, &start, steps)?, &exact)))
    };
    (0..4).map(error).collect()
}

fn slope(errors: &Errors) -> Result<f64, Failed> {
    let logs: Vec<_> = errors.iter().map(|(dt, error)| (dt.ln(), error.ln())).collect();
    Ok(Regression::through(&logs)?.slope.measured)
}
