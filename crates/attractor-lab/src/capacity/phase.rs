//! The probability of recall over a plane of two axes.

use super::error::CapacityError;
use super::figure::{at, axis_name};
use super::plan::{Axis, CapacityPlan, CapacityStart};
use super::report::CapacityReport;
use attractor_figure::{HeatMap, Svg};

/// Nodes along a side of the map.
const NODES: usize = 64;
/// Values that an axis must have for a map.
const VALUES: usize = 3;

/// The two axes that vary, memories across, if each has enough values.
pub(super) fn plane(plan: &CapacityPlan) -> Option<[Axis; 2]> {
    let varied = plan.varied();
    let full = varied.iter().all(|axis| plan.values(*axis).len() >= VALUES);
    let plain = plan.find.is_none() && plan.start == CapacityStart::Memories;
    match varied.as_slice() {
        [up, across] if full && plain => Some([*across, *up]),
        _ => None,
    }
}

/// The map: between the points that were measured, straight lines along both axes.
pub(super) fn map(report: &CapacityReport, across: Axis, up: Axis) -> Result<Svg, CapacityError> {
    let plan = &report.plan;
    let (xs, ys) = (ascending(plan, across), ascending(plan, up));
    let base = plan.points()[0];
    let measured = |x: f64, y: f64| {
        at(report, base.with(across, x).with(up, y)).map_or(0.0, |found| found.recall.measured)
    };
    let table: Vec<Vec<f64>> =
        ys.iter().map(|y| xs.iter().map(|x| measured(*x, *y)).collect()).collect();
    let node = |k: usize, along: &[f64]| {
        let (first, last) = (along[0], along[along.len() - 1]);
        first + (last - first) * k as f64 / (NODES - 1) as f64
    };
    let mut values = Vec::with_capacity(NODES * NODES);
    for j in 0..NODES {
        let (row, v) = place(node(j, &ys), &ys);
        for i in 0..NODES {
            let (column, u) = place(node(i, &xs), &xs);
            let line = |row: &[f64]| row[column] * (1.0 - u) + row[column + 1] * u;
            values.push(line(&table[row]) * (1.0 - v) + line(&table[row + 1]) * v);
        }
    }
    let ends = |along: &[f64]| (along[0], along[along.len() - 1]);
    let map = HeatMap::new(
        "Probability of recall; white: ½",
        NODES,
        NODES,
        &values,
        ends(&xs),
        ends(&ys),
    )
    .axes(axis_name(plan, across), axis_name(plan, up))
    .scale("probability of recall")
    .spanning(0.0, 1.0)
    .contours_at(&[0.5]);
    Ok(map.draw()?)
}

fn ascending(plan: &CapacityPlan, axis: Axis) -> Vec<f64> {
    let mut values = plan.values(axis);
    values.sort_by(f64::total_cmp);
    values.dedup();
    values
}

/// The interval that x lies in, and how far along it.
fn place(x: f64, along: &[f64]) -> (usize, f64) {
    let last = along.len() - 2;
    let k = along.iter().rposition(|a| *a <= x).unwrap_or(0).min(last);
    (k, ((x - along[k]) / (along[k + 1] - along[k])).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found() {
        let along = [1.0, 2.0, 4.0];
        let found = |x| {
            let (k, u) = place(x, &along);
            (k, (u * 100.0_f64).round() as u32)
        };
        assert_eq!(
            (found(1.0), found(1.5), found(3.0), found(4.0)),
            ((0, 0), (0, 50), (1, 50), (1, 100))
        );
    }
}
