//! Thresholds and exponents, with errors.

use super::checkpoint::Ledger;
use super::error::CapacityError;
use super::plan::{Axis, CapacityModel, CapacityPlan};
use super::point::Point;
use super::report::Share;
use super::search::{Curve, Passage};
use super::theory::theory;
use crate::{Estimate, Regression};
use attractor_lagrangian::AnyLagrangian;
use serde::Serialize;

/// Where a curve passes the probability that was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Passing {
    /// The curve: its place on the searched axis is where the search began.
    #[serde(flatten)]
    pub curve: Point,
    /// The axis that was searched.
    pub axis: Axis,
    /// Where it passes: by a logistic curve through all that was tried, or in the middle of the bracket where that
    /// has no finite slope. Absent where it passes nowhere in reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Estimate>,
    /// It passes below this value, the least that was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// It passes above this value, the largest that there was room for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    /// Values tried.
    pub tried: usize,
    /// Where one step passes, by theory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theory: Option<f64>,
}

/// A power law: threshold ∝ features^exponent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Exponent {
    /// What the curves share besides features; features are the least of theirs.
    #[serde(flatten)]
    pub curve: Point,
    /// The exponent, by a line through the logarithms, each weighted by its interval; where the points are further
    /// off the line than their intervals allow, the interval is that of their scatter.
    pub exponent: Estimate,
    /// The same fitted to what theory gives at the same sizes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theory: Option<f64>,
    /// The exponent of large networks without errors, n − 1 up to logarithms (Krotov & Hopfield 2016).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asymptotic: Option<f64>,
    /// How many sizes there were.
    pub sizes: usize,
}

/// The threshold of a curve that has come to its end.
pub(super) fn passing(plan: &CapacityPlan, ledger: &Ledger, curve: &Curve) -> Passing {
    let (find, base) = (curve.find(), curve.base);
    let t = |x: f64| if curve.by_factors() { x.ln() } else { x };
    let x = |t: f64| if curve.by_factors() { t.exp() } else { t };
    let rows: Vec<Row> = curve
        .tried
        .iter()
        .map(|&at| {
            let Share { recall, effective } = Share::of(ledger.of(&base.with(find.axis, at)));
            Row { t: t(at), share: recall.measured, cues: effective }
        })
        .collect();
    let (at, below, above) = match curve.passage() {
        Passage::Above(last) => (None, None, Some(last)),
        Passage::Below(first) => (None, Some(first), None),
        Passage::Between(low, high) => {
            let bracket = [t(low), t(high)];
            let found = logistic(&rows, find.probability).unwrap_or_else(|| middle(bracket));
            (Some(found.map(x)), None, None)
        }
    };
    let theory = at.and_then(|at| theoretical(plan, curve, at.measured));
    Passing { curve: base, axis: find.axis, at, below, above, tried: rows.len(), theory }
}

fn middle([low, high]: [f64; 2]) -> Estimate {
    let (low, high) = (low.min(high), low.max(high));
    Estimate { measured: 0.5 * (low + high), low, high }
}

/// What was found at one place of a curve.
#[derive(Debug, Clone, Copy)]
struct Row {
    t: f64,
    share: f64,
    cues: f64,
}

/// Where logit P = a + b·t passes, by maximum likelihood, with the interval of the delta method; `None` where the
/// data have no such curve of finite slope.
fn logistic(rows: &[Row], probability: f64) -> Option<Estimate> {
    let cues: f64 = rows.iter().map(|r| r.cues).sum();
    let centre = rows.iter().map(|r| r.cues * r.t).sum::<f64>() / cues;
    let (mut a, mut b, mut inverse) = (0.0, 0.0, [0.0; 3]);
    for _ in 0..60 {
        let mut slopes = [0.0; 2];
        let mut curvature = [0.0; 3];
        for row in rows {
            let t = row.t - centre;
            let p = 1.0 / (1.0 + (-(a + b * t)).exp());
            let (pull, weight) = (row.cues * (row.share - p), row.cues * p * (1.0 - p));
            slopes = [slopes[0] + pull, slopes[1] + pull * t];
            curvature =
                [curvature[0] + weight, curvature[1] + weight * t, curvature[2] + weight * t * t];
        }
        let [w, wt, wtt] = curvature;
        let determinant = w * wtt - wt * wt;
        if !(determinant > 1e-12 * w * wtt) {
            return None;
        }
        inverse = [wtt / determinant, -wt / determinant, w / determinant];
        let step = [
            inverse[0] * slopes[0] + inverse[1] * slopes[1],
            inverse[1] * slopes[0] + inverse[2] * slopes[1],
        ];
        // Newton's step, shortened where it would leave what the curve can be trusted in
        let shorter = 1.0f64.min(4.0 / step[0].abs().max(1e-300));
        (a, b) = (a + shorter * step[0], b + shorter * step[1]);
        if step[0].abs() + step[1].abs() < 1e-12 * (1.0 + a.abs() + b.abs()) {
            break;
        }
    }
    let level = (probability / (1.0 - probability)).ln();
    let at = (level - a) / b;
    // d at = −(da + at·db)/b
    let variance = (inverse[0] + 2.0 * at * inverse[1] + at * at * inverse[2]) / (b * b);
    // a little beyond what was tried is still a passage that was seen
    let low = rows.iter().map(|r| r.t).fold(f64::INFINITY, f64::min);
    let high = rows.iter().map(|r| r.t).fold(f64::NEG_INFINITY, f64::max);
    let beyond = 0.25 * (high - low);
    let inside = centre + at > low - beyond && centre + at < high + beyond;
    let found = Estimate::within(centre + at, 1.96 * variance.sqrt());
    (inside && found.is_sound()).then_some(found)
}

/// Where theory passes, near a measured place.
fn theoretical(plan: &CapacityPlan, curve: &Curve, near: f64) -> Option<f64> {
    let find = curve.find();
    let by_parts = !curve.by_factors();
    if find.axis == Axis::Lesion || find.axis == Axis::Temperature {
        return None;
    }
    let excess = |x: f64| {
        let there = theory(plan, &curve.base.with(find.axis, x))?;
        Some(there.recalled - find.probability)
    };
    let (mut low, mut high) =
        if by_parts { (0.0, 0.5) } else { ((near / 16.0).max(1.0), near * 16.0) };
    let sign = excess(low)?.signum();
    if sign * excess(high)? > 0.0 {
        return None;
    }
    for _ in 0..24 {
        let middle = if by_parts { 0.5 * (low + high) } else { (low * high).sqrt() };
        if sign * excess(middle)? > 0.0 { low = middle } else { high = middle }
    }
    Some(0.5 * (low + high))
}

/// Power laws through thresholds that differ in nothing but features.
pub(super) fn exponents(
    plan: &CapacityPlan,
    thresholds: &[Passing],
) -> Result<Vec<Exponent>, CapacityError> {
    let mut groups: Vec<Vec<&Passing>> = Vec::new();
    let kind = |p: &Passing| p.curve.with(Axis::Features, 1.0);
    for passing in thresholds.iter().filter(|p| p.at.is_some_and(|at| at.low > 0.0)) {
        match groups.iter_mut().find(|group| kind(group[0]) == kind(passing)) {
            Some(group) => group.push(passing),
            None => groups.push(vec![passing]),
        }
    }
    groups.iter().filter(|group| group.len() >= 3).map(|group| exponent(plan, group)).collect()
}

fn exponent(plan: &CapacityPlan, group: &[&Passing]) -> Result<Exponent, CapacityError> {
    let row = |p: &&Passing| {
        let at = p.at.unwrap_or(Estimate::exact(1.0)).map(f64::ln);
        let half = (0.5 * (at.high - at.low)).max(1e-9);
        ((p.curve.features as f64).ln(), at.measured, half)
    };
    let rows: Vec<(f64, f64, f64)> = group.iter().map(row).collect();
    let weighted = Regression::weighted(&rows)?.slope;
    let plain: Vec<(f64, f64)> = rows.iter().map(|r| (r.0, r.1)).collect();
    let scattered = Regression::through(&plain)?.slope;
    let half = (weighted.high - weighted.measured).max(scattered.high - scattered.measured);
    let theories: Option<Vec<(f64, f64)>> =
        group.iter().map(|p| Some(((p.curve.features as f64).ln(), p.theory?.ln()))).collect();
    let theory = theories.and_then(|points| Regression::through(&points).ok());
    Ok(Exponent {
        curve: group[0].curve,
        exponent: Estimate::within(weighted.measured, half),
        theory: theory.map(|line| line.slope.measured),
        asymptotic: asymptotic(plan),
        sizes: group.len(),
    })
}

/// n − 1 for model A with a power of n, and for Hopfield's.
fn asymptotic(plan: &CapacityPlan) -> Option<f64> {
    let spins = matches!(plan.model, CapacityModel::Dense | CapacityModel::Hopfield);
    let searched = plan.find.is_some_and(|find| find.axis == Axis::Memories);
    let power = match &plan.separation {
        AnyLagrangian::RectifiedPower(f) => f.0.power(),
        AnyLagrangian::Power(f) => f.0.power(),
        AnyLagrangian::Quadratic => 2,
        _ => return None,
    };
    (spins && searched).then(|| f64::from(power) - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(a: f64, b: f64, cues: f64) -> Vec<Row> {
        let row = |k: i32| {
            let t = f64::from(k) * 0.2;
            Row { t, share: 1.0 / (1.0 + (-(a + b * t)).exp()), cues }
        };
        (-8..12).map(row).collect()
    }

    #[test]
    fn a_logistic_curve_passes_where_it_does() {
        let found = logistic(&rows(1.5, -3.0, 200.0), 0.5).unwrap();
        assert!((found.measured - 0.5).abs() < 1e-9, "{found:?}");
        let more = logistic(&rows(1.5, -3.0, 800.0), 0.5).unwrap();
        assert!(((found.high - found.low) / (more.high - more.low) - 2.0).abs() < 1e-6);
        let quarter = logistic(&rows(1.5, -3.0, 200.0), 0.25).unwrap();
        assert!((quarter.measured - (1.5 + 3f64.ln()) / 3.0).abs() < 1e-9, "{quarter:?}");
    }

    #[test]
    fn a_jump_has_no_slope() {
        let jump: Vec<Row> = (0..6)
            .map(|k| Row { t: f64::from(k), share: f64::from(u8::from(k < 3)), cues: 50.0 })
            .collect();
        assert!(logistic(&jump, 0.5).is_none());
    }
}
