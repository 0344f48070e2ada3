//! How the number of patterns grows with the number of spins (Krotov & Hopfield 2016).

use crate::bit_law::{deviations, double_factorial};
use crate::claim::{Claim, Failed, Setting};
use crate::finding::{Finding, Part};
use crate::interval::Estimate;
use crate::plot::Plot;
use crate::regression::Regression;
use crate::samples::{Stored, odd};
use attractor_effective::{SignEnergy, SignField};
use attractor_figure::Chart;

pub(super) const CLAIM: Claim = Claim {
    id: "capacity-exponent",
    statement: "At a bit error of 0.5 % model A with F = xⁿ holds K = N^(n−1)/(z²(2n − 3)!!) patterns, z = 2.576",
    source: "Krotov & Hopfield, arXiv 1606.01164, section 3; KH 9",
    oracle: "slope n − 1 of ln K over ln N, to 0.15",
    seconds: (3.0, 25.0),
    run,
};

const ERROR: f64 = 0.005;
const SIZES: [(u32, [usize; 4]); 2] = [(2, [100, 200, 400, 800]), (3, [30, 60, 120, 240])];

/// N with the K that was found.
type Points = Vec<(f64, Estimate)>;

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let mut parts = Vec::new();
    let mut chart = Chart::new("Patterns at a bit error of 0.5 %")
        .x_axis("spins N")
        .y_axis("patterns K")
        .log_x()
        .log_y();
    for (n, sizes) in SIZES {
        let points = sizes.iter().map(|&spins| Ok((spins as f64, capacity(setting, n, spins)?)));
        let points = points.collect::<Result<Points, Failed>>()?;
        let ends = [points[0].0, points[3].0];
        let formula = |spins: f64| {
            spins.powi(n.cast_signed() - 1) / (deviations(ERROR).powi(2) * double_factorial(n))
        };
        parts.push(slope(n, &points, formula)?);
        chart = chart.curve(&format!("formula, n = {n}"), &ends, formula);
        chart = chart.measured(&format!("measured, n = {n}"), &points);
    }
    let caption = "Lines: the asymptotic formula, which need not hold at finite N; the claim is about the slope";
    Ok(Finding::new(parts, chart.draw()?, caption).with("bit error", ERROR))
}

fn slope(n: u32, points: &Points, formula: impl Fn(f64) -> f64) -> Result<Part, Failed> {
    let logs = |(x, y): &(f64, Estimate)| (x.ln(), y.measured.ln(), 0.5 * (y.high / y.low).ln());
    let line = Regression::weighted(&points.iter().map(logs).collect::<Vec<_>>())?;
    let part = Part::new(format!("exponent for n = {n}"), f64::from(n - 1), line.slope, 0.15);
    let beside = |part: Part, (spins, found): &(f64, Estimate)| {
        part.beside(&format!("K at N = {spins}"), found.measured)
            .beside(&format!("formula at N = {spins}"), formula(*spins))
    };
    Ok(points.iter().fold(part, beside))
}

/// K at which 0.5 % of the bits are unstable: where ln z, which is even in ln K, passes ln 2.576. A first look from the
/// formula on finds the neighbourhood; what decides are four loads around it.
fn capacity(setting: &Setting<'_>, n: u32, spins: usize) -> Result<Estimate, Failed> {
    let sets = setting.effort.pick(400_000, 4_000_000) / spins;
    let goal = deviations(ERROR).ln();
    let first = (spins as f64).powi(n.cast_signed() - 1)
        / (deviations(ERROR).powi(2) * double_factorial(n));
    let near = (0..3).try_fold(first, |load, _| {
        let z = look(setting, (n, spins), odd(load), sets / 4)?.1;
        Ok::<_, Failed>(odd(load) as f64 * (2.0 * (z - goal)).exp())
    })?;
    let mut loads: Vec<usize> = [0.85, 0.95, 1.05, 1.15].map(|factor| odd(factor * near)).to_vec();
    loads.dedup();
    let points = loads.into_iter().map(|load| look(setting, (n, spins), load, sets));
    let line = Regression::weighted(&points.collect::<Result<Vec<_>, _>>()?)?;
    Ok(line.crossing(goal).map(f64::exp))
}

/// ln K, ln z and half of the interval of that.
fn look(
    setting: &Setting<'_>,
    (n, spins): (u32, usize),
    load: usize,
    sets: usize,
) -> Result<(f64, f64, f64), Failed> {
    let name = format!("capacity-exponent/n={n}/{sets}");
    let stored = Stored::new(SignEnergy::power(n), SignField::Difference, (load, spins), &name)?;
    let bits = stored.unstable_bits(setting, sets.max(100));
    let shares: Vec<f64> = bits.iter().map(|bits| bits / spins as f64).collect();
    let error = Estimate::mean(&shares)?;
    let floor = 0.1 / (sets * spins) as f64;
    let z = error.map(|p| deviations(p.max(floor)).ln());
    Ok(((load as f64).ln(), z.measured, 0.5 * (z.high - z.low)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bit_law::BitLaw;

    #[test]
    fn the_exact_law_has_the_exponent_too() {
        for (n, sizes) in SIZES {
            let points: Vec<_> = sizes
                .iter()
                .map(|&spins| {
                    let k = BitLaw::new(n, spins).patterns_at(ERROR, |_, p| p);
                    ((spins as f64).ln(), k.ln())
                })
                .collect();
            let slope = Regression::through(&points).unwrap().slope;
            assert!((slope.measured - f64::from(n - 1)).abs() < 0.12, "{n}: {slope:?}");
        }
    }
}
