//! The recalls that are followed step by step.

use super::damage::SHOWN;
use super::digits::Digits;
use super::energy::follow;
use super::lineup::{Contender, DENSE, MODERN, SPHERICAL};
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

/// Models A, B and C on the way from the same cues.
#[derive(Debug)]
pub(crate) struct Exhibits {
    pub(crate) dense: Exhibit,
    pub(crate) modern: Exhibit,
    pub(crate) spherical: Exhibit,
}

impl Exhibits {
    /// Runs them: A with whole steps, B and C with steps of [`ETA`].
    pub(crate) fn new(digits: &Digits, lineup: &[Contender], seed: u64) -> Result<Self, Failure> {
        let cues = SHOWN[1].apply(&digits.pixels, seed)?;
        let exhibit = |contender: usize, factor: Factor| {
            let run = |proof| follow(&lineup[contender], digits, &cues, (factor, proof));
            Ok::<_, Failure>(Exhibit { full: run(Proof::Full)?, visible: run(Proof::Visible)? })
        };
        Ok(Self {
            dense: exhibit(DENSE, Factor::MAP)?,
            modern: exhibit(MODERN, Factor::euler(ETA)?)?,
            spherical: exhibit(SPHERICAL, Factor::euler(ETA)?)?,
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
            signed(&format!("{e0:.12e}")),
            signed(&format!("{e1:.12e}")),
            signed(&format!("{:.6e}", e0 - e1)),
            format!("{:.6e}", proof.drop),
            format!("{:.6e}", lower.certificate.drop),
            format!("{:.1e}", proof.rounding),
        ]
    }
}

/// A number with a minus sign in place of a hyphen at its front.
fn signed(number: &str) -> String {
    number.strip_prefix('-').map_or_else(|| number.to_owned(), |digits| format!("−{digits}"))
}
