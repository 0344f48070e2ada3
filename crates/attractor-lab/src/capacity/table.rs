//! What an experiment found, as text.

use super::fit::{Exponent, Passing};
use super::plan::{Axis, CapacityStart};
use super::report::{CapacityReport, PointReport};
use crate::Estimate;
use std::fmt::Write as _;

/// The points, thresholds and exponents of a report, one line each.
#[must_use]
pub fn capacity_table(report: &CapacityReport) -> String {
    let plan = &report.plan;
    let shown = |axis: &Axis| matches!(axis, Axis::Features | Axis::Memories);
    let varied = plan.varied();
    let varied: Vec<Axis> =
        Axis::ALL.into_iter().filter(|axis| shown(axis) || varied.contains(axis)).collect();
    let mut out = String::new();
    for axis in &varied {
        let _ = write!(out, "{:>12}", axis.name());
    }
    let anywhere = plan.start == CapacityStart::Anywhere;
    out.push_str(if anywhere { ANYWHERE } else { MEMORIES });
    for point in &report.points {
        for axis in &varied {
            let _ = write!(out, "{:>12}", number(point.point.on(*axis)));
        }
        out.push_str(&if anywhere { ends(point) } else { line(point) });
    }
    if !report.complete {
        out.push_str("\nnot complete: the run was interrupted\n");
    }
    if !report.thresholds.is_empty() {
        out.push('\n');
    }
    report.thresholds.iter().for_each(|passing| out.push_str(&threshold(&varied, passing)));
    report.exponents.iter().for_each(|exponent| out.push_str(&power(exponent)));
    out
}

const MEMORIES: &str =
    "     cues  recall  95 % interval  one step  overlap  95 % interval   steps  spurious\n";
const ANYWHERE: &str =
    "   starts  at a memory  at its negative  spurious  different  at least  not at rest\n";

/// At most six digits.
fn number(x: f64) -> String {
    let short = format!("{x}");
    if short.len() <= 9 { short } else { format!("{x:.5}") }
}

fn interval(estimate: Estimate) -> String {
    format!("{:6.3}  {:6.3} {:6.3}", estimate.measured, estimate.low, estimate.high)
}

fn line(point: &PointReport) -> String {
    let theory = point.theory.map_or_else(String::new, |theory| format!("{:.3}", theory.recalled));
    format!(
        "{:>9}  {}  {theory:>8}   {}  {:6.2}  {:>8}\n",
        point.cues,
        interval(point.recall),
        interval(point.overlap),
        point.steps,
        point.ends.spurious
    )
}

fn ends(point: &PointReport) -> String {
    let ends = point.ends;
    format!(
        "{:>9}  {:>11}  {:>15}  {:>8}  {:>9}  {:>8}  {:>11}\n",
        point.cues,
        ends.own + ends.other,
        ends.negated,
        ends.spurious,
        ends.spurious_states,
        ends.spurious_states_at_least,
        ends.restless
    )
}

fn threshold(varied: &[Axis], passing: &Passing) -> String {
    let others = varied.iter().filter(|axis| **axis != passing.axis);
    let places: Vec<String> =
        others.map(|a| format!("{} = {}", a.name(), number(passing.curve.on(*a)))).collect();
    let found = match (passing.at, passing.below, passing.above) {
        (Some(at), ..) => format!("{:.4} ({:.4} to {:.4})", at.measured, at.low, at.high),
        (_, Some(below), _) => format!("below {}", number(below)),
        (_, _, above) => format!("above {}", number(above.unwrap_or(f64::NAN))),
    };
    let place =
        if places.is_empty() { String::new() } else { format!(" at {}", places.join(", ")) };
    let theory = passing
        .theory
        .map_or_else(String::new, |theory| format!("; one step, theory: {theory:.4}"));
    format!("threshold in {}{place}: {found}{theory}\n", passing.axis.name())
}

fn power(exponent: &Exponent) -> String {
    let Estimate { measured, low, high } = exponent.exponent;
    let theory =
        exponent.theory.map_or_else(String::new, |t| format!("; one step, theory: {t:.3}"));
    let limit = exponent.asymptotic.map_or_else(String::new, |t| format!("; d → ∞: {t}"));
    format!(
        "threshold ∝ features^{measured:.3} ({low:.3} to {high:.3}), {} sizes{theory}{limit}\n",
        exponent.sizes
    )
}
