//! The recalls that are followed step by step.

use super::damage::SHOWN;
use super::digits::Digits;
use super::energy::follow;
use super::lineup::{Contender, DENSE, HOPFIELD, MODERN, SPHERICAL, warm};
use crate::failure::Failure;
use attractor_dynamics::{Look, Proof};
use attractor_lagrangian::Factor;

/// How far a step of the models B and C goes here; the rates are made with whole steps.
pub(crate) const ETA: f64 = 0.2;

/// A few recalls of one model, under both proofs.
#[derive(Debug)]
pub(crate) struct Exhibit {
    pub(crate) full: Vec<Vec<Look>>,
    pub(crate) visible: Vec<Vec<Look>>,
}

/// The models on their way from the same cues.
#[derive(Debug)]
pub(crate) struct Exhibits {
    pub(crate) hopfield: Exhibit,
    pub(crate) dense: Exhibit,
    pub(crate) modern: Exhibit,
    pub(crate) spherical: Exhibit,
    pub(crate) warm: Exhibit,
}

impl Exhibits {
    /// Runs them: B and C with steps of [`ETA`], the others with whole steps.
    pub(crate) fn new(digits: &Digits, lineup: &[Contender], seed: u64) -> Result<Self, Failure> {
        let cues = SHOWN[1].apply(&digits.pixels, seed)?;
        let exhibit = |contender: &Contender, factor: Factor| {
            let run = |proof| follow(contender, digits, &cues, (factor, proof));
            Ok::<_, Failure>(Exhibit { full: run(Proof::Full)?, visible: run(Proof::Visible)? })
        };
        Ok(Self {
            hopfield: exhibit(&lineup[HOPFIELD], Factor::MAP)?,
            dense: exhibit(&lineup[DENSE], Factor::MAP)?,
            modern: exhibit(&lineup[MODERN], Factor::euler(ETA)?)?,
            spherical: exhibit(&lineup[SPHERICAL], Factor::euler(ETA)?)?,
            warm: exhibit(&warm(digits)?, Factor::MAP)?,
        })
    }

    /// The numbers of three steps, quantity by quantity.
    pub(crate) fn table(&self) -> Vec<Vec<String>> {
        let late = self.modern.full[0].len().saturating_sub(10).max(1);
        let columns = [(&self.dense, 1), (&self.modern, 1), (&self.modern, late)];
        let columns = columns.map(|(exhibit, step)| exhibit.numbers(step));
        let row = |(i, name): (usize, &&str)| {
            let cells = columns.iter().map(|column| column[i].clone());
            std::iter::once((*name).to_owned()).chain(cells).collect()
        };
        QUANTITIES.iter().enumerate().map(row).collect()
    }
}

const QUANTITIES: [&str; 7] = [
    "step",
    "energy before, E(t−1)",
    "energy after, E(t)",
    "E(t−1) − E(t), subtracted",
    "certified drop, full proof",
    "certified drop, visible proof",
    "what rounding can take off it",
];

impl Exhibit {
    /// The quantities of one step of the first recall; a recall that ended before has dashes.
    fn numbers(&self, step: usize) -> [String; 7] {
        let (full, visible) = (&self.full[0], &self.visible[0]);
        let (Some(before), Some(after), Some(lower)) =
            (full.get(step - 1), full.get(step), visible.get(step))
        else {
            return QUANTITIES.map(|_| "–".to_owned());
        };
        let (e0, e1) = (before.energy.value, after.energy.value);
        let proof = after.certificate;
        [
            step.to_string(),
            number(e0, 13),
            number(e1, 13),
            number(e0 - e1, 7),
            number(proof.drop, 7),
            number(lower.certificate.drop, 7),
            number(proof.rounding, 2),
        ]
    }
}

/// A number with so many digits that matter, as a decimal if that is short.
fn number(x: f64, digits: usize) -> String {
    let whole = x.abs().max(1.0).log10().floor() as usize + 1;
    let text = match x.abs() {
        size if size <= 0.0 => "0".to_owned(),
        size if (1e-3..1e7).contains(&size) => {
            format!("{x:.decimals$}", decimals = digits.saturating_sub(whole))
        }
        _ => format!("{x:.decimals$e}", decimals = digits - 1),
    };
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::super::lineup::lineup;
    use super::*;

    #[test]
    fn the_stairs_of_full_proofs_meet_the_energies() {
        let digits = Digits::choose(3).unwrap();
        let shown = Exhibits::new(&digits, &lineup(&digits).unwrap(), 3).unwrap();
        let all = [&shown.hopfield, &shown.dense, &shown.modern, &shown.spherical, &shown.warm];
        for looks in all.iter().flat_map(|exhibit| &exhibit.full) {
            for pair in looks.windows(2) {
                let (before, after) = (pair[0].energy, pair[1].energy);
                let gap = after.value - before.value + pair[1].certificate.drop;
                let scale = before.magnitude + after.magnitude;
                assert!(gap.abs() <= 1e-12 * scale, "{gap} at {scale}");
            }
        }
    }

    #[test]
    fn numbers_are_decimals_where_that_is_short() {
        let written = [(-1234.5, 7), (0.25, 3), (0.0, 3), (-1.5e-20, 3), (4e30, 2)];
        let written = written.map(|(x, digits)| number(x, digits));
        assert_eq!(written, ["−1234.500", "0.25", "0", "−1.50e−20", "4.0e30"]);
    }
}
