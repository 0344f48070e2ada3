//! The table: one row for each Lagrangian of `AnyLagrangian::NAMES`, and the lines it is drawn along.

use attractor_lagrangian::{AnyLagrangian, Lagrangian, NotConvex};
use std::error::Error;
use std::f64::consts::SQRT_2;

/// One Lagrangian: its name in data, the curves, and where they are drawn.
pub(super) struct Row {
    pub(super) name: &'static str,
    /// Label and parameters of each curve; the second one (or the only one) is the solid one.
    pub(super) family: Family,
    pub(super) currents: Line,
    /// `None`: the conjugate is not drawn.
    pub(super) outputs: Option<Line>,
}

/// Labels, and parameters in data.
type Family = &'static [(&'static str, &'static str)];

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
    pub(super) fn members(&self) -> Result<Vec<Member>, Box<dyn Error>> {
        let member = |at: usize| Ok((self.family[at].0, self.member(at)?));
        (0..self.family.len()).map(member).collect()
    }

    /// One member, through its name in data if it has one.
    pub(super) fn member(&self, at: usize) -> Result<Box<dyn Lagrangian<f64>>, Box<dyn Error>> {
        Ok(match (self.has_name(), self.family[at].0) {
            (true, _) => Box::new(serde_json::from_str::<AnyLagrangian>(&self.data(at))?),
            (false, "GELU") => Box::new(NotConvex::gelu()),
            (false, "SiLU") => Box::new(NotConvex::silu()),
            (false, _) => Box::new(NotConvex::odd_power(3)?),
        })
    }

    /// Whether it can be read from data.
    pub(super) fn has_name(&self) -> bool {
        self.name != "not-convex"
    }
}

/// A label, and what it stands for.
pub(super) type Member = (&'static str, Box<dyn Lagrangian<f64>>);

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

/// A sum over neurons, drawn for one of them between these currents and these outputs.
const fn sum(name: &'static str, family: Family, x: (f64, f64), p: (f64, f64)) -> Row {
    let currents = line("x", |t| vec![t], x.0, x.1);
    coupled(name, family, currents, line("p", |t| vec![t], p.0, p.1))
}

const fn coupled(name: &'static str, family: Family, currents: Line, outputs: Line) -> Row {
    Row { name, family, currents, outputs: Some(outputs) }
}

const PLAIN: Family = &[("", "")];
const BETAS: Family =
    &[("β = ½", r#""beta":0.5"#), ("β = 1", r#""beta":1.0"#), ("β = 4", r#""beta":4.0"#)];
const POWERS: Family = &[("n = 2", r#""n":2"#), ("n = 3", r#""n":3"#), ("n = 6", r#""n":6"#)];
const EVEN_POWERS: Family = &[("n = 2", r#""n":2"#), ("n = 4", r#""n":4"#), ("n = 6", r#""n":6"#)];
const THETAS: Family =
    &[("θ = −1", r#""theta":-1.0"#), ("θ = 0", r#""theta":0.0"#), ("θ = 1", r#""theta":1.0"#)];

const EPSILONS: Family = &[
    ("ε = 0.1", r#""epsilon":0.1"#),
    ("ε = 1", r#""epsilon":1.0"#),
    ("ε = 4", r#""epsilon":4.0"#),
];
const LAYERS: Family = &[
    ("ε = 0", r#""gamma":1.0,"delta":[0.0],"epsilon":0.0"#),
    ("ε = 0.1", r#""gamma":1.0,"delta":[0.0],"epsilon":0.1"#),
    ("ε = 1", r#""gamma":1.0,"delta":[0.0],"epsilon":1.0"#),
];
const ROOTS: Family = &[
    ("ε = 0", r#""gamma":1.0,"epsilon":0.0"#),
    ("ε = 0.1", r#""gamma":1.0,"epsilon":0.1"#),
    ("ε = 1", r#""gamma":1.0,"epsilon":1.0"#),
];
const GROUPS: Family = &[
    ("β = ½", r#""size":2,"of":{"log-sum-exp":{"beta":0.5}}"#),
    ("β = 1", r#""size":2,"of":{"log-sum-exp":{"beta":1.0}}"#),
    ("β = 4", r#""size":2,"of":{"log-sum-exp":{"beta":4.0}}"#),
];

const ALPHAS: Family = &[
    ("α = 1.1", r#""alpha":1.1,"beta":1.0"#),
    ("α = 1.5", r#""alpha":1.5,"beta":1.0"#),
    ("α = 4", r#""alpha":4.0,"beta":1.0"#),
];
const GAMMAS: Family = &[
    ("γ = 1.2", r#""gamma":1.2,"beta":1.0"#),
    ("γ = 2", r#""gamma":2.0,"beta":1.0"#),
    ("γ = 8", r#""gamma":8.0,"beta":1.0"#),
];
const PAIRS: Family = &[
    ("β = ½", r#""k":2,"beta":0.5"#),
    ("β = 1", r#""k":2,"beta":1.0"#),
    ("β = 4", r#""k":2,"beta":4.0"#),
];

/// One current against another that rests at 0, and a probability against the rest.
const AGAINST_ZERO: Line = line("t, 0", |t| vec![t, 0.0], -4.0, 4.0);
const EDGE: Line = line("p, 1 − p", |p| vec![p, 1.0 - p], 0.0, 1.0);
/// The same in the first of two groups.
const TWO_GROUPS: (Line, Line) = (
    line("t, 0; 0, 0", |t| vec![t, 0.0, 0.0, 0.0], -4.0, 4.0),
    line("p, 1 − p; ½, ½", |p| vec![p, 1.0 - p, 0.5, 0.5], 0.0, 1.0),
);
/// One of three neurons, two of which are recalled.
const TWO_OF_THREE: (Line, Line) = (
    line("t, 0, 0", |t| vec![t, 0.0, 0.0], -4.0, 4.0),
    line("p, 1 − p/2, 1 − p/2", |p| vec![p, 1.0 - p / 2.0, 1.0 - p / 2.0], 0.0, 1.0),
);
/// One current beside another that keeps the state away from 0, and one output alone.
const BESIDE_ONE: Line = line("t, 1", |t| vec![t, 1.0], -3.0, 3.0);
const RAY: Line = line("p, 0", |p| vec![p, 0.0], -1.0, 1.0);

pub(super) const ROWS: &[Row] = &[
    sum("quadratic", PLAIN, (-2.0, 2.0), (-2.0, 2.0)),
    coupled("norm", PLAIN, BESIDE_ONE, RAY),
    coupled("smoothed-norm", EPSILONS, AGAINST_ZERO, RAY),
    coupled("layer-norm", LAYERS, AGAINST_ZERO, line("p, −p", |p| vec![p, -p], -1.0, 1.0)),
    coupled("rms-norm", ROOTS, AGAINST_ZERO, line("p, 0", |p| vec![p, 0.0], -SQRT_2, SQRT_2)),
    sum("absolute", PLAIN, (-2.0, 2.0), (-1.0, 1.0)),
    sum("log-cosh", BETAS, (-3.0, 3.0), (-1.0, 1.0)),
    sum("huber", PLAIN, (-2.0, 2.0), (-1.0, 1.0)),
    sum("softplus", BETAS, (-4.0, 4.0), (0.0, 1.0)),
    sum("threshold", THETAS, (-2.0, 2.0), (0.0, 1.0)),
    sum("rectified-power", POWERS, (-1.0, 1.3), (0.0, 1.5)),
    coupled("n-norm", POWERS, BESIDE_ONE, line("p, 0", |p| vec![p, 0.0], 0.0, 1.0)),
    sum("power", EVEN_POWERS, (-1.3, 1.3), (-1.5, 1.5)),
    sum("exponential", BETAS, (-3.0, 0.5), (0.0, 3.0)),
    sum("rectified-exponential", BETAS, (-1.0, 0.5), (0.0, 3.0)),
    coupled("log-sum-exp", BETAS, AGAINST_ZERO, EDGE),
    coupled("ghost-log-sum-exp", BETAS, AGAINST_ZERO, line("p, 0", |p| vec![p, 0.0], 0.0, 1.0)),
    coupled("grouped", GROUPS, TWO_GROUPS.0, TWO_GROUPS.1),
    coupled("sparsemax", BETAS, AGAINST_ZERO, EDGE),
    coupled("entmax", ALPHAS, AGAINST_ZERO, EDGE),
    coupled("normmax", GAMMAS, AGAINST_ZERO, EDGE),
    coupled("k-subset", PAIRS, TWO_OF_THREE.0, TWO_OF_THREE.1),
    Row {
        name: "not-convex",
        family: &[("GELU", ""), ("x³/3", ""), ("SiLU", "")],
        currents: line("x", |t| vec![t], -2.0, 2.0),
        outputs: None,
    },
];
