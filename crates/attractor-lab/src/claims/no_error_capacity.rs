//! How many patterns are stored without any error (Krotov & Hopfield 2016).

use crate::bit_law::{BitLaw, double_factorial};
use crate::claim::{Claim, Failed, Setting};
use crate::finding::{Finding, Part};
use crate::interval::Estimate;
use crate::plot::{Plot, by_factors};
use crate::regression::Regression;
use crate::samples::{Stored, odd};
use attractor_effective::{SignEnergy, SignField};
use attractor_figure::Chart;
use std::f64::consts::LN_2;

pub(super) const CLAIM: Claim = Claim {
    id: "no-error-capacity",
    statement: "The number K of patterns at which, with probability ½, a given one (all) of them has no unstable bit; for \
        large N it is N^(n−1)/(2(2n − 3)!! ln N), divided by n for all",
    source: "Krotov & Hopfield, arXiv 1606.01164, section 3",
    oracle: "K solving N·p(K) = ln 2 (one), N·K·p(K) = ln 2 (all), with p the exact probability of an unstable bit, to 10 %",
    seconds: (20.0, 90.0),
    run,
};

/// Which patterns must be without error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    One,
    All,
}

struct Case {
    n: u32,
    spins: usize,
    which: Which,
}

const CASES: [Case; 4] = [
    Case { n: 2, spins: 2000, which: Which::One },
    Case { n: 2, spins: 1000, which: Which::All },
    Case { n: 3, spins: 120, which: Which::One },
    Case { n: 3, spins: 100, which: Which::All },
];

fn run(setting: &Setting<'_>) -> Result<Finding, Failed> {
    let (mut parts, mut notes) = (Vec::new(), Vec::new());
    let mut chart = Chart::new("Probability of no error")
        .x_axis("patterns K over the K of the oracle")
        .y_axis("P(no unstable bit)");
    for case in &CASES {
        let (points, found) = case.measure(setting)?;
        let expected = case.expected();
        let part = Part::new(case.name(), expected, found, 0.1 * expected);
        notes.push(format!("{:.2} ({})", case.asymptote() / expected, case.name()));
        parts.push(part.beside("asymptote", case.asymptote()));
        let points: Vec<_> = points.into_iter().map(|(k, p)| (k / expected, p)).collect();
        chart = chart.measured(&case.name(), &points);
    }
    let along = by_factors(0.8, 1.25);
    chart = chart.curve("Poisson, n = 2, one", &along, |x| {
        let law = BitLaw::new(2, CASES[0].spins);
        (-(CASES[0].spins as f64) * law.exact(x * parts[0].expected)).exp()
    });
    chart = chart.dashed("½", &[(0.8, 0.5), (1.25, 0.5)]);
    let caption =
        "Where the points pass ½ is the capacity; 1 on the horizontal axis is the oracle's";
    let note =
        "The asymptotic formulas are far off at these sizes: asymptote over oracle is ".to_owned();
    Ok(Finding::new(parts, chart.draw()?, caption).note(note + &notes.join(", ") + "."))
}

impl Case {
    fn name(&self) -> String {
        let which = if self.which == Which::One { "one" } else { "all" };
        format!("n = {}, N = {}, {which}", self.n, self.spins)
    }

    fn expected(&self) -> f64 {
        let spins = self.spins as f64;
        BitLaw::new(self.n, self.spins).patterns_at(LN_2, |patterns, p| match self.which {
            Which::One => spins * p,
            Which::All => spins * patterns * p,
        })
    }

    fn asymptote(&self) -> f64 {
        let spins = self.spins as f64;
        let one =
            spins.powi(self.n.cast_signed() - 1) / (2.0 * double_factorial(self.n) * spins.ln());
        if self.which == Which::One { one } else { one / f64::from(self.n) }
    }

    /// The share of sets without error at some loads, and where it passes ½: first by halving from the asymptote on, then by
    /// a line through ln(−ln P) over ln K at five loads.
    fn measure(&self, setting: &Setting<'_>) -> Result<(Vec<(f64, Estimate)>, Estimate), Failed> {
        let near = self.near(setting)?;
        let mut loads = [0.9, 0.95, 1.0, 1.05, 1.1].map(|factor| odd(factor * near)).to_vec();
        loads.dedup();
        let sets = setting.effort.pick(1200, 5000);
        let points = loads.iter().map(|&load| Ok((load as f64, self.share(setting, load, sets)?)));
        let points = points.collect::<Result<Vec<_>, Failed>>()?;
        let line = |(k, p): &(f64, Estimate)| {
            let y = p.map(|p| (-p.clamp(1e-6, 1.0 - 1e-6).ln()).ln());
            (k.ln(), y.measured, 0.5 * (y.high - y.low))
        };
        let line = Regression::weighted(&points.iter().map(line).collect::<Vec<_>>())?;
        Ok((points, line.crossing(LN_2.ln()).map(f64::exp)))
    }

    /// Within a few percent.
    fn near(&self, setting: &Setting<'_>) -> Result<f64, Failed> {
        let good = |load: f64| Ok::<_, Failed>(self.share(setting, odd(load), 100)?.measured > 0.5);
        let mut low = self.asymptote();
        while !good(low)? {
            low *= 0.5;
        }
        let mut high = 1.5 * low;
        while good(high)? {
            (low, high) = (high, 1.5 * high);
        }
        for _ in 0..4 {
            let middle = (low * high).sqrt();
            if good(middle)? { low = middle } else { high = middle }
        }
        Ok((low * high).sqrt())
    }

    fn share(&self, setting: &Setting<'_>, load: usize, sets: usize) -> Result<Estimate, Failed> {
        let name = format!("no-error-capacity/{:?}/n={}/{sets}", self.which, self.n);
        let (energy, size) = (SignEnergy::power(self.n), (load, self.spins));
        let stored = Stored::new(energy, SignField::Difference, size, &name)?;
        let without = match self.which {
            Which::One => {
                let bits = stored.unstable_bits(setting, sets);
                bits.iter().filter(|bits| **bits < 0.5).count() as u64
            }
            Which::All => stored.all_stable(setting, sets),
        };
        Ok(Estimate::proportion(without, sets as u64)?)
    }
}
