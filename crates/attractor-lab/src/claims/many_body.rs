//! Many-body energies from two-body synapses.

use crate::claim::{Claim, Failed, Setting};
use crate::draw::uniform;
use crate::finding::{Finding, Part};
use crate::plot::Plot;
use crate::samples::random_signs;
use attractor_effective::{PackedSpins, SignEnergy, SignField, Spins};
use attractor_figure::Chart;
use attractor_lagrangian::{Additive, AnyLagrangian, EvenPower, Lagrangian, NotConvex};
use attractor_network::{Network, Velocity};
use attractor_synapse::{Bits, Signs, Synapses};
use std::cmp::Ordering;

pub(super) const CLAIM: Claim = Claim {
    id: "many-body",
    statement: "Two-body synapses suffice: model A with F = xⁿ and N_f·N_h synapses has the energy and the updates of the explicit \
        n-body tensor, and each neuron's current reads its own synapses only",
    source: "Krotov & Hopfield, arXiv 2008.06996, sections 1–2, eq. 1 and 7",
    oracle: "equality in all 2^N states, N ≤ 8, n = 2, 3, 4, exactly",
    seconds: (0.1, 1.0),
    run,
};

const PATTERNS: usize = 5;

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let mut parts = Vec::new();
    for (n, spins) in [(2, 8), (3, 7), (3, 8), (4, 6), (4, 8)] {
        let draws = setting.effort.pick(2, 20);
        let mut good = (true, true);
        for draw in 0..draws {
            let mut random = setting.random(&format!("many-body/{n}/{spins}"), draw);
            let signs = random_signs(&mut random, PATTERNS, spins);
            let energies = tensor_energies(&signs, n);
            good.0 &= same_energies(&signs, n, &energies)?;
            good.1 &= same_updates(signs, n, &energies)?;
        }
        let name = |what: &str| format!("{what}, n = {n}, N = {spins}");
        parts.push(
            Part::truth(name("energies"), good.0)
                .beside("states", f64::from(1u32 << spins))
                .beside("two-body synapses", (PATTERNS * spins) as f64)
                .beside("n-body synapses", choose(spins, n)),
        );
        parts.push(Part::truth(name("updates"), good.1));
    }
    let local = setting.effort.pick(20, 200);
    let is_local = (0..local).map(|index| reads_its_own(setting, index));
    let is_local = is_local.collect::<Result<Vec<_>, Failed>>()?;
    parts.push(
        Part::truth("a synapse is felt by its two neurons only", is_local.iter().all(|own| *own))
            .beside("synapses changed", local as f64),
    );
    let sizes: Vec<f64> = (2..=40).map(|k| 5.0 * f64::from(k)).collect();
    let binomial = |n: u32| move |x: f64| choose(x as usize, n);
    let chart = Chart::new("Synapses")
        .x_axis("feature neurons N_f")
        .y_axis("number of synapses")
        .log_y()
        .curve("two-body, N_h = 5 N_f", &sizes, |x| 5.0 * x * x)
        .curve("2-body tensor", &sizes, binomial(2))
        .curve("3-body tensor", &sizes, binomial(3))
        .curve("4-body tensor", &sizes, binomial(4));
    let caption = "N_f·N_h against C(N_f, n): the tensor of n bodies grows with the power n";
    Ok(Finding::new(parts, chart.draw()?, caption))
}

/// C(N, n).
fn choose(spins: usize, n: u32) -> f64 {
    (0..n).map(|k| (spins as f64 - f64::from(k)) / f64::from(k + 1)).product()
}

/// The spin i of a word.
fn spin(word: u64, i: usize) -> i64 {
    if word >> i & 1 == 1 { 1 } else { -1 }
}

/// −Σ_{i₁…iₙ} T·σ…σ with T = Σ_μ ξ…ξ, in every state: the tensor is formed entry by entry, and never factorised.
fn tensor_energies(signs: &Signs, n: u32) -> Vec<i64> {
    let d = signs.features();
    let entries = d.pow(n);
    let indices = |entry: usize| (0..n).map(move |k| entry / d.pow(k) % d);
    let entry = |entry| {
        let product = |row: u64| indices(entry).map(|i| spin(row, i)).product::<i64>();
        (0..signs.memories()).map(|mu| product(signs.row(mu)[0])).sum::<i64>()
    };
    let tensor: Vec<i64> = (0..entries).map(entry).collect();
    let energy = |state: u64| {
        let term =
            |(at, t): (usize, &i64)| t * indices(at).map(|i| spin(state, i)).product::<i64>();
        -tensor.iter().enumerate().map(term).sum::<i64>()
    };
    (0..1u64 << d).map(energy).collect()
}

/// n·E of model A is the tensor's energy: F is (1/n)xⁿ, and n·E is rounded to the whole number that it is.
fn same_energies(signs: &Signs, n: u32, energies: &[i64]) -> Result<bool, Failed> {
    let energy: Box<dyn Lagrangian<f64>> = match n {
        3 => Box::new(NotConvex::odd_power(3)?),
        _ => Box::new(Additive(EvenPower::new(n)?)),
    };
    let model = Spins::new(energy, Synapses::new(signs.to_patterns::<f64>()))?;
    let d = signs.features();
    for (state, expected) in energies.iter().enumerate() {
        let found =
            model.energy(&Bits::of_words(vec![state as u64], d).to_vec())?.value * f64::from(n);
        if !((found - found.round()).abs() < 1e-9) || found.round() as i64 != *expected {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Every spin of every state looks the way in which the tensor's energy falls.
fn same_updates(signs: Signs, n: u32, energies: &[i64]) -> Result<bool, Failed> {
    let d = signs.features();
    let model = PackedSpins::new(SignEnergy::power(n), SignField::Difference, signs)?;
    let mut walk = model.walk(Bits::of_words(vec![0], d));
    let right = |state: usize| {
        walk.restart(Bits::of_words(vec![state as u64], d));
        (0..d).all(|i| walk.look(i) == falls(energies, state, i))
    };
    Ok((0..energies.len()).all(right))
}

/// `Less` where flipping spin i lowers the energy.
fn falls(energies: &[i64], state: usize, i: usize) -> Ordering {
    energies[state ^ 1 << i].cmp(&energies[state])
}

/// Changing the synapse between hidden neuron μ and feature j changes the currents of these two and no others, to the bit.
fn reads_its_own(setting: &Setting<'_>, index: u64) -> Result<bool, Failed> {
    let (features, hidden) = (9, 7);
    let mut random = setting.random("many-body/local", index);
    let mut rows: Vec<_> = (0..hidden).map(|_| uniform(&mut random, features, 1.0)).collect();
    let (v, h) = (uniform(&mut random, features, 1.0), uniform(&mut random, hidden, 1.0));
    let (mu, j) = (index as usize % hidden, index as usize / hidden % features);
    let before = velocity(&rows, &v, &h)?;
    rows[mu][j] += 0.5;
    let after = velocity(&rows, &v, &h)?;
    let only = |a: &[f64], b: &[f64], own: usize| {
        let changed =
            |(i, (a, b)): (usize, (&f64, &f64))| (a.to_bits() != b.to_bits()).then_some(i);
        a.iter().zip(b).enumerate().filter_map(changed).eq([own])
    };
    Ok(only(&before.v, &after.v, j) && only(&before.h, &after.h, mu))
}

fn velocity(rows: &[Vec<f64>], v: &[f64], h: &[f64]) -> Result<Velocity, Failed> {
    let energy: AnyLagrangian = Additive(EvenPower::new(4)?).into();
    let network = Network::new(AnyLagrangian::Absolute, energy, Synapses::from_rows(rows)?)?;
    Ok(network.velocity(&network.state(v, h)?))
}
