//! The error of a bit of a stored pattern (Krotov & Hopfield 2016).

use crate::bit_law::BitLaw;
use crate::claim::{Claim, Failed, Setting};
use crate::finding::{Finding, Part};
use crate::interval::Estimate;
use crate::plot::{Plot, by_factors};
use crate::samples::Stored;
use attractor_effective::{SignEnergy, SignField};
use attractor_figure::Chart;

pub(super) const CLAIM: Claim = Claim {
    id: "bit-error",
    statement: "Model A with F = xⁿ: a bit of a stored random pattern is unstable with probability ½erfc(⟨ΔE⟩/√(2Σ²)), \
        ⟨ΔE⟩ = Nⁿ − (N − 2)ⁿ",
    source: "Krotov & Hopfield, arXiv 1606.01164, section 3; KH 7",
    oracle: "the formula with the exact variance of finite N, Σ² = (K − 1)·E[((s + 1)ⁿ − (s − 1)ⁿ)²], to 6 % and 3 standard \
        errors, where P ≥ 0.015; below it P from the characteristic function of the field",
    seconds: (2.0, 12.0),
    run,
};

/// n, N (even) and two K (odd, so that no field is 0): P near 0.1 and near 0.02; at n = 4, N = 20 near 0.04, for at 0.02
/// the Gaussian itself is short by 5.5 %, nearly the whole tolerance, and every eighth seed would leave it undecided.
const SIZES: [(u32, usize, [usize; 2]); 6] = [
    (2, 50, [31, 13]),
    (2, 200, [121, 47]),
    (3, 30, [151, 71]),
    (3, 80, [1201, 451]),
    (4, 20, [241, 161]),
    (4, 40, [2201, 901]),
];

/// n, N and K where P is below 0.015 and the oracle is the characteristic function.
const RARE: [(u32, usize, usize); 3] = [(2, 100, 19), (3, 30, 51), (4, 20, 91)];
/// From where on the sum is Gaussian enough.
const GAUSSIAN: f64 = 0.015;

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let cells = SIZES.iter().flat_map(|&(n, spins, loads)| loads.map(|load| (n, spins, load)));
    let mut parts = cells.map(|cell| part(setting, cell)).collect::<Result<Vec<_>, Failed>>()?;
    let gaps: Vec<f64> = parts.iter().map(|p| p.beside["asymptotic"] / p.expected).collect();
    let (least, most) = gaps.iter().fold((f64::MAX, 0.0f64), |(a, b), g| (a.min(*g), b.max(*g)));
    let figure = figure(&parts)?;
    let rare = RARE.iter().map(|&cell| part(setting, cell));
    let rare = rare.collect::<Result<Vec<_>, Failed>>()?;
    let short: Vec<f64> = rare.iter().map(|p| p.expected / p.beside["gaussian"]).collect();
    let short = short.into_iter().fold(0.0, f64::max);
    parts.extend(rare);
    let caption = "Lines: the Gaussian formula with the exact variance of finite N";
    Ok(Finding::new(parts, figure, caption).note(format!(
        "The paper's asymptotic variance 4n²(2n − 3)!!(K − 1)N^(n−1) is too large at small N: its P is {least:.2} to \
         {most:.2} times that of the exact variance here (`asymptotic` beside each number); `exact` beside it is P from the \
         characteristic function of the field, without a Gaussian. Below P = 0.015 the Gaussian itself falls short: here by a \
         factor of up to {short:.2}."
    )))
}

fn part(setting: &Setting<'_>, (n, spins, load): (u32, usize, usize)) -> Result<Part, Failed> {
    let sets = setting.effort.pick(4000, 32_000) * 100 / spins.max(50);
    let energy = SignEnergy::power(n);
    let stored =
        Stored::new(energy, SignField::Difference, (load, spins), &format!("bit-error/n={n}"))?;
    let bits = stored.unstable_bits(setting, sets);
    let shares: Vec<f64> = bits.iter().map(|bits| bits / spins as f64).collect();
    let found = Estimate::mean(&shares)?;
    let (law, k) = (BitLaw::new(n, spins), load as f64);
    let is_rare = law.gaussian(k) < GAUSSIAN;
    let expected = if is_rare { law.exact(k) } else { law.gaussian(k) };
    let error = (found.high - found.low) / (2.0 * 1.96);
    let oracle = if is_rare { ", exact" } else { "" };
    let name = format!("n = {n}, N = {spins}, K = {load}{oracle}");
    let part = Part::new(name, expected, found, 0.06 * expected + 3.0 * error);
    Ok(part
        .beside("asymptotic", law.asymptotic(k))
        .beside("gaussian", law.gaussian(k))
        .beside("exact", law.exact(k)))
}

fn figure(parts: &[Part]) -> Result<attractor_figure::Svg, Failed> {
    let mut chart = Chart::new("Unstable bits of stored patterns")
        .x_axis("load K / N^(n−1)")
        .y_axis("P(a bit is unstable)")
        .log_x()
        .log_y();
    for (&(n, spins, loads), found) in SIZES.iter().zip(parts.chunks(2)) {
        let size = (spins as f64).powi(n.cast_signed() - 1);
        let name = format!("n = {n}, N = {spins}");
        let [low, high] = [loads[1], loads[0]].map(|load| load as f64 / size);
        let law = BitLaw::new(n, spins);
        chart = chart.curve(&name, &by_factors(low, high), |x| law.gaussian(x * size));
        let points: Vec<_> =
            loads.iter().zip(found).map(|(load, part)| (*load as f64 / size, part.found)).collect();
        chart = chart.measured(&name, &points);
    }
    Ok(chart.draw()?)
}
