//! The guaranteed number of patterns of the theorem on exponential capacity (Ramsauer et al., theorem 3).

use crate::claim::{Claim, Failed, Setting};
use crate::finding::{Finding, Part};
use crate::interval::Estimate;
use crate::plot::{Plot, evenly};
use attractor_effective::needed_separation;
use attractor_figure::Chart;
use attractor_synapse::{Memories, Synapses};
use rand::seq::index::sample;
use rand_distr::{Distribution, StandardNormal};

pub(super) const CLAIM: Claim = Claim {
    id: "ramsauer-capacity",
    statement: "N = √p·c^((d−1)/4) random patterns on a sphere of radius K√(d−1) are stored with probability 1 − p, with \
        c = 3.1546 for β = 1, K = 3, d = 20, p = 0.001, and c = 1.3719 for K = 1, d = 75",
    source: "Ramsauer et al., arXiv 2008.02217, theorem 3",
    oracle: "the two constants, to 1e-4",
    seconds: (0.1, 1.0),
    run,
};

/// One row of the theorem, at β = 1 and p = 0.001.
struct Case {
    radius: f64,
    d: f64,
    /// The constant as printed.
    constant: f64,
}

const CASES: [Case; 2] = [
    Case { radius: 3.0, d: 20.0, constant: 3.1546 },
    Case { radius: 1.0, d: 75.0, constant: 1.3719 },
];
const P: f64 = 0.001;

impl Case {
    fn constant_at(&self, d: f64) -> f64 {
        let k = self.radius * self.radius;
        let a = 2.0 / (d - 1.0) * (1.0 + (2.0 * k * P * (d - 1.0)).ln());
        root(a, 2.0 * k / 5.0).max((2.0 / P.sqrt()).powf(4.0 / (d - 1.0)))
    }

    fn guaranteed(&self, d: f64) -> f64 {
        P.sqrt() * self.constant_at(d).powf((d - 1.0) / 4.0)
    }
}

/// c = b/W₀(e^(a + ln b)), which is the root of b/c − ln c = a: the left side falls from +∞.
fn root(a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (1e-9, 1e9);
    for _ in 0..200 {
        let middle = f64::sqrt(low * high);
        if b / middle - middle.ln() > a { low = middle } else { high = middle }
    }
    low
}

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let parts = CASES.iter().map(|case| {
        let c = case.constant_at(case.d);
        let name = format!("c at K = {}, d = {}", case.radius, case.d);
        let part = Part::new(name, case.constant, Estimate::exact(c), 1e-4);
        part.beside("guaranteed N", case.guaranteed(case.d))
    });
    let d = evenly(10.0, 100.0);
    let chart = Chart::new("Patterns that theorem 3 guarantees")
        .x_axis("dimension d")
        .y_axis("number of patterns N")
        .log_y();
    let chart = chart
        .curve("K = 3", &d, |d| CASES[0].guaranteed(d))
        .curve("K = 1", &d, |d| CASES[1].guaranteed(d))
        .dashed("N = d", &[(10.0, 10.0), (100.0, 100.0)]);
    let stored: Vec<(f64, f64)> = [100, 1000, setting.effort.pick(3000, 20_000)]
        .into_iter()
        .map(|n| Ok((n as f64, separated(setting, n)?)))
        .collect::<Result<_, Failed>>()?;
    let most =
        stored.iter().filter(|(_, share)| *share >= 1.0).map(|(n, _)| *n).fold(0.0, f64::max);
    let tried: Vec<_> = stored.iter().map(|(n, share)| format!("{share:.3} of {n}")).collect();
    let chart = chart.points("drawn, all looked at separated", &[(20.0, most.max(1.0))]);
    let caption =
        "Below the dashed line the theorem guarantees fewer patterns than there are dimensions";
    Ok(Finding::new(parts.collect(), chart.draw()?, caption).note(format!(
        "The guarantee is empty where it is illustrated: at d = 20 it is for {:.1} patterns, at d = 75 for {:.1}, fewer than \
         there are dimensions. It says nothing about what is possible: of random patterns at d = 20, K = 3, the share whose \
         separation suffices for storage (the paper's own condition) is {}.",
        CASES[0].guaranteed(20.0),
        CASES[1].guaranteed(75.0),
        tried.join(", ")
    )))
}

/// The share of 100 of n random patterns in 20 dimensions that are separated well enough to be stored.
fn separated(setting: &Setting<'_>, n: usize) -> Result<f64, Failed> {
    let (d, radius) = (20, 3.0 * 19f64.sqrt());
    let mut random = setting.random("ramsauer-capacity", n as u64);
    let rows: Vec<Vec<f64>> = (0..n)
        .map(|_| {
            let row: Vec<f64> = (0..d).map(|_| StandardNormal.sample(&mut random)).collect();
            let norm = row.iter().map(|x| x * x).sum::<f64>().sqrt();
            row.iter().map(|x| x * radius / norm).collect()
        })
        .collect();
    let memories = Synapses::from_rows(&rows)?;
    let looked = sample(&mut random, n, 100).into_vec();
    let needed = needed_separation(1.0, n, memories.largest_norm());
    let good = memories.separations(&looked, None).iter().filter(|gap| **gap >= needed).count();
    Ok(good as f64 / looked.len() as f64)
}
