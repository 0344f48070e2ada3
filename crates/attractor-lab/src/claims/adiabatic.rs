//! Fast hidden neurons: the network becomes its effective model.

use crate::claim::{Claim, Failed, Setting};
use crate::draw::{distance, uniform};
use crate::finding::{Finding, Part};
use crate::interval::Estimate;
use crate::plot::Plot;
use crate::regression::Regression;
use attractor_effective::ModernHopfield;
use attractor_figure::Chart;
use attractor_lagrangian::LogSumExp;
use attractor_network::{ModernNetwork, Plan, Rk4};
use attractor_synapse::Synapses;
use rayon::prelude::*;

pub(super) const CLAIM: Claim = Claim {
    id: "adiabatic",
    statement: "As τ_h → 0 the trajectory of the two-layer network approaches that of the effective model as O(τ_h)",
    source: "Krotov & Hopfield, arXiv 2008.06996, eq. 5",
    oracle: "slope 1 of ln distance over ln τ_h for τ_h ≤ 0.01 τ_f, to 0.1",
    seconds: (0.5, 3.0),
    run,
};

const TAUS: [f64; 4] = [1e-2, 5e-3, 2.5e-3, 1.25e-3];
const FEATURES: usize = 6;
const NEURONS: usize = 8;

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let networks = setting.effort.pick(10, 60);
    let found = (0..networks).into_par_iter().map(|index| distances(setting, index));
    let found = found.collect::<Result<Vec<_>, Failed>>()?;
    let slope = |points: &Vec<(f64, f64)>| {
        let logs: Vec<_> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
        Ok(Regression::through(&logs)?.slope.measured)
    };
    let slopes = found.iter().map(slope).collect::<Result<Vec<_>, Failed>>()?;
    let part = Part::new("exponent", 1.0, Estimate::mean(&slopes)?, 0.1);
    let mut chart = Chart::new("Two layers against the effective model")
        .x_axis("τ_h / τ_f")
        .y_axis("distance of v at t = τ_f")
        .log_x()
        .log_y();
    let (tau, first) = found[0][0];
    let line: Vec<_> = TAUS.iter().map(|x| (*x, first * x / tau)).collect();
    chart = chart.dashed("slope 1", &line);
    for (index, points) in found.iter().enumerate().take(4) {
        let points: Vec<_> = points.iter().map(|&(x, y)| (x, Estimate::exact(y))).collect();
        chart = chart.measured(&format!("network {}", index + 1), &points);
    }
    let caption = "Started at h = Ξg + b; both are integrated until nothing of the error is that of the steps";
    Ok(Finding::new(vec![part], chart.draw()?, caption).with("networks", networks))
}

/// How far v is from the effective model at time 1, for every τ_h.
fn distances(setting: &Setting<'_>, index: u64) -> Result<Vec<(f64, f64)>, Failed> {
    let mut random = setting.random("adiabatic", index);
    let rows: Vec<_> = (0..NEURONS).map(|_| uniform(&mut random, FEATURES, 1.0)).collect();
    let (cue, bias) = (uniform(&mut random, FEATURES, 1.0), uniform(&mut random, NEURONS, 0.3));
    let hidden = LogSumExp::new(4.0)?;
    let effective =
        ModernHopfield::modern(Synapses::from_rows(&rows)?, hidden)?.with_bias(bias.clone())?;
    let limit = effective_end(&effective, &cue)?;
    let network = ModernNetwork::modern(Synapses::from_rows(&rows)?, hidden)?.with_bias(bias)?;
    let at = |tau: f64| {
        let network = network.clone().with_times(1.0, tau)?;
        let mut state = network.start(&cue)?;
        network.run(&Rk4, &mut state, &Plan::to_time(tau / 8.0, 1.0)?, &mut ())?;
        Ok((tau, distance(state.v(), &limit)))
    };
    TAUS.into_iter().map(at).collect()
}

/// v̇ = φ(v) − v to time 1 by the classical Runge–Kutta rule, φ one map step of the model.
fn effective_end(model: &ModernHopfield<f64>, cue: &[f64]) -> Result<Vec<f64>, Failed> {
    const STEPS: u32 = 400;
    let dt = 1.0 / f64::from(STEPS);
    let velocity = |v: &[f64]| -> Result<Vec<f64>, Failed> {
        Ok(model.map(v)?.iter().zip(v).map(|(to, v)| to - v).collect())
    };
    let ahead = |v: &[f64], k: &[f64], by: f64| -> Vec<f64> {
        v.iter().zip(k).map(|(v, k)| v + by * dt * k).collect()
    };
    let mut v = cue.to_vec();
    for _ in 0..STEPS {
        let k1 = velocity(&v)?;
        let k2 = velocity(&ahead(&v, &k1, 0.5))?;
        let k3 = velocity(&ahead(&v, &k2, 0.5))?;
        let k4 = velocity(&ahead(&v, &k3, 1.0))?;
        for (i, v) in v.iter_mut().enumerate() {
            *v += dt * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i]) / 6.0;
        }
    }
    Ok(v)
}
