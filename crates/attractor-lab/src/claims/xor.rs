//! Exclusive or with three spins (Krotov & Hopfield 2016).

use crate::claim::{Claim, Failed, Setting};
use crate::finding::{Finding, Part};
use attractor_effective::{ModelError, PackedSpins, SignEnergy, SignField};
use attractor_figure::Chart;
use attractor_lagrangian::RectifiedPower;
use attractor_synapse::{Bits, Signs};

pub(super) const CLAIM: Claim = Claim {
    id: "xor",
    statement: "Three spins with the four rows of z = −xy as memories: with x and y clamped, one update of z by the energy \
        difference computes exclusive or for odd powers n ≥ 3 and for rectified powers n ≥ 2, and not for n = 1, 2",
    source: "Krotov & Hopfield, arXiv 1606.01164, section 4",
    oracle: "all four inputs from both starts of z, exactly",
    seconds: (0.1, 0.1),
    run,
};

/// x, y and z = −xy, a bit each, 1 for +1.
const ROWS: [u64; 4] = [0b011, 0b101, 0b110, 0b000];
const POWERS: std::ops::RangeInclusive<u32> = 1..=12;

fn run(_setting: &Setting<'_>) -> Result<Finding, Failed> {
    let plain = |n| solved(SignEnergy::power(n)).map(|of| (n, of, n % 2 == 1 && n >= 3));
    let plain = POWERS.map(plain).collect::<Result<Vec<_>, _>>()?;
    let rectified = |n| Ok((n, solved(RectifiedPower::new(n)?)?, true));
    let rectified = POWERS.skip(1).map(rectified).collect::<Result<Vec<_>, Failed>>()?;
    let part = |kind: &str, rows: &[(u32, u32, bool)]| {
        let part = |&(n, of, should): &(u32, u32, bool)| {
            let what = if should { "solves it" } else { "does not" };
            Part::truth(format!("{kind} {n} {what}"), (of == 8) == should)
                .beside("right of 8", f64::from(of))
        };
        rows.iter().map(part).collect::<Vec<_>>()
    };
    let points = |rows: &[(u32, u32, bool)]| -> Vec<_> {
        rows.iter().map(|(n, of, _)| (f64::from(*n), f64::from(*of))).collect()
    };
    let chart = Chart::new("Exclusive or by one update")
        .x_axis("power n")
        .y_axis("right answers of 8")
        .dashed("all", &[(1.0, 8.0), (12.0, 8.0)])
        .points("xⁿ", &points(&plain))
        .points("rectified xⁿ", &points(&rectified));
    let parts = [part("power", &plain), part("rectified power", &rectified)].concat();
    let finding = Finding::new(parts, chart.draw()?, "Four inputs, z starting at either sign");
    Ok(finding.note(
        "Even powers fail for a reason of symmetry: a memory and its negative in (x, y) carry the same z, and an even F gives \
         their pulls opposite signs, so that the field of z is exactly 0.",
    ))
}

/// In how many of the eight cases z ends up right.
fn solved(energy: impl Into<SignEnergy>) -> Result<u32, ModelError> {
    let spins = PackedSpins::new(energy, SignField::Difference, Signs::of_words(ROWS.to_vec(), 3))?;
    let ends_right = |row: u64, start: u64| {
        let mut walk = spins.walk(Bits::of_words(vec![row & 0b011 | start << 2], 3));
        walk.descend(2);
        walk.state().words() == [row]
    };
    let cases = ROWS.iter().flat_map(|&row| [(row, 0), (row, 1)]);
    Ok(cases.map(|(row, start)| u32::from(ends_right(row, start))).sum())
}
