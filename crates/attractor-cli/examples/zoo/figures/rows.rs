//! The table: one row for each Lagrangian of `AnyLagrangian::NAMES`, and the lines it is drawn along.

use attractor_lagrangian::AnyLagrangian;
use std::error::Error;

/// One Lagrangian: its name in data, the curves, and where they are drawn.
pub(super) struct Row {
    pub(super) name: &'static str,
    /// Label and parameters of each curve; the second one (or the only one) is the solid one.
    pub(super) family: &'static [(&'static str, &'static str)],
    pub(super) currents: Line,
    /// `None`: the conjugate is not drawn.
    pub(super) outputs: Option<Line>,
}

/// A line through the space of currents or outputs.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) text: &'static str,
    pub(super) at: fn(f64) -> Vec<f64>,
    pub(super) range: (f64, f64),
}

impl Row {
    /// A member of the family, as data.
    pub(super) fn data(&self, member: usize) -> String {
        match self.family[member].1 {
            "" => format!("\"{}\"", self.name),
            parameters => format!("{{\"{}\":{{{parameters}}}}}", self.name),
        }
    }

    /// The member that is drawn solid.
    pub(super) fn solid(&self) -> usize {
        self.family.len() / 2
    }

    /// Every member with its label.
    pub(super) fn members(&self) -> Result<Vec<(&'static str, AnyLagrangian)>, Box<dyn Error>> {
        let read = |member| serde_json::from_str(&self.data(member));
        let label = |member: usize| self.family[member].0;
        (0..self.family.len()).map(|member| Ok((label(member), read(member)?))).collect()
    }
}

/// Points that a curve is computed at; most of them lie on straight pieces.
const SAMPLES: u32 = 960;

impl Line {
    /// The points where the function is finite.
    pub(super) fn sample(&self, f: impl Fn(&[f64]) -> f64) -> Vec<(f64, f64)> {
        let (from, to) = self.range;
        let at = |i| from + (to - from) * f64::from(i) / f64::from(SAMPLES);
        let points = (0..=SAMPLES).map(at).map(|t| (t, f(&(self.at)(t))));
        points.filter(|point| point.1.is_finite()).collect()
    }
}

const fn line(text: &'static str, at: fn(f64) -> Vec<f64>, from: f64, to: f64) -> Line {
    Line { text, at, range: (from, to) }
}

/// x or p itself: enough for what is a sum over neurons.
const fn one(text: &'static str, from: f64, to: f64) -> Line {
    line(text, |t| vec![t], from, to)
}

const PLAIN: &[(&str, &str)] = &[("", "")];
const BETAS: &[(&str, &str)] =
    &[("β = ½", r#""beta":0.5"#), ("β = 1", r#""beta":1.0"#), ("β = 4", r#""beta":4.0"#)];
const POWERS: &[(&str, &str)] =
    &[("n = 2", r#""n":2"#), ("n = 3", r#""n":3"#), ("n = 6", r#""n":6"#)];
const EVEN_POWERS: &[(&str, &str)] =
    &[("n = 2", r#""n":2"#), ("n = 4", r#""n":4"#), ("n = 6", r#""n":6"#)];

/// One current against another that rests at 0, and a probability against the rest.
const AGAINST_ZERO: Line = line("t, 0", |t| vec![t, 0.0], -4.0, 4.0);
const EDGE: Line = line("p, 1 − p", |p| vec![p, 1.0 - p], 0.0, 1.0);

pub(super) const ROWS: &[Row] = &[
    Row {
        name: "quadratic",
        family: PLAIN,
        currents: one("x", -2.0, 2.0),
        outputs: Some(one("p", -2.0, 2.0)),
    },
    Row {
        name: "absolute",
        family: PLAIN,
        currents: one("x", -2.0, 2.0),
        outputs: Some(one("p", -1.0, 1.0)),
    },
    Row {
        name: "log-cosh",
        family: BETAS,
        currents: one("x", -3.0, 3.0),
        outputs: Some(one("p", -1.0, 1.0)),
    },
    Row {
        name: "norm",
        family: PLAIN,
        currents: line("t, 1", |t| vec![t, 1.0], -3.0, 3.0),
        outputs: Some(line("p, 0", |p| vec![p, 0.0], -1.0, 1.0)),
    },
    Row {
        name: "rectified-power",
        family: POWERS,
        currents: one("x", -1.0, 1.3),
        outputs: Some(one("p", 0.0, 1.5)),
    },
    Row {
        name: "power",
        family: EVEN_POWERS,
        currents: one("x", -1.3, 1.3),
        outputs: Some(one("p", -1.5, 1.5)),
    },
    Row {
        name: "exponential",
        family: BETAS,
        currents: one("x", -3.0, 0.5),
        outputs: Some(one("p", 0.0, 3.0)),
    },
    Row { name: "log-sum-exp", family: BETAS, currents: AGAINST_ZERO, outputs: Some(EDGE) },
];
