//! What an experiment found, drawn: theory as lines, measurement as points with intervals.

use super::error::CapacityError;
use super::phase;
use super::plan::{Axis, CapacityModel, CapacityPlan, CapacityStart, Damage};
use super::point::Point;
use super::report::{CapacityReport, PointReport};
use super::theory::{Theory, theory};
use crate::Estimate;
use crate::plot::{Plot, by_factors, evenly};
use attractor_figure::{Chart, Svg};

/// Curves that share a chart; more would not be told apart.
const CURVES: usize = 6;
/// Places at which a line of theory is computed.
const PLACES: usize = 60;
/// Width and height of a chart.
const SIZE: (u32, u32) = (760, 380);

/// What dashes mean, for titles.
const DASHED: &str = "; dashed: theory";

/// The figure of a report: recall and overlap along an axis, or where states end; thresholds, if they were searched;
/// a map where two axes make a plane.
///
/// # Errors
/// [`CapacityError::Figure`] for a report without points.
pub fn capacity_figure(report: &CapacityReport) -> Result<Svg, CapacityError> {
    let plan = &report.plan;
    let mut drawings = Vec::new();
    if let Some(find) = plan.find {
        drawings.extend(thresholds(report, find.axis)?);
    }
    if let Some([across, up]) = phase::plane(plan) {
        drawings.push(phase::map(report, across, up)?);
    }
    let across = across(plan);
    let groups = groups(report, across);
    if plan.start == CapacityStart::Anywhere {
        drawings.push(ends(&groups, across, plan)?);
    } else if groups.len() <= CURVES {
        drawings.push(recall(plan, &groups, across)?);
        drawings.push(overlap(plan, &groups, across)?);
    }
    Ok(Svg::stack(Some(&title(plan)), &drawings))
}

fn title(plan: &CapacityPlan) -> String {
    let model = match plan.model {
        CapacityModel::Hopfield => "Hopfield 1982",
        CapacityModel::Dense => "model A",
        CapacityModel::Modern => "model B",
        CapacityModel::Spherical => "model C",
    };
    let fixed = Axis::ALL.into_iter().filter(|axis| !plan.varied().contains(axis));
    let said = fixed.filter_map(|axis| {
        let value = plan.values(axis).first().copied().filter(|x| *x > 0.0)?;
        Some(format!(", {}", named(plan, axis, value)))
    });
    format!("{model}, {}{}", plan.separation.name(), said.collect::<String>())
}

/// An axis with a value, as it stands in titles and legends.
fn named(plan: &CapacityPlan, axis: Axis, x: f64) -> String {
    match axis {
        Axis::Features => format!("d = {x}"),
        Axis::Memories => format!("N = {x}"),
        Axis::Noise if plan.damage == Damage::Gaussian => format!("noise σ = {x}"),
        Axis::Noise => format!("{} % flipped", (x * 1e4).round() / 1e2),
        Axis::Beta => format!("β = {x}"),
        Axis::Lesion => format!("{} % cut", (x * 1e4).round() / 1e2),
        Axis::Temperature => format!("T = {x}"),
    }
}

/// The name and the unit of an axis.
pub(super) fn axis_name(plan: &CapacityPlan, axis: Axis) -> &'static str {
    match axis {
        Axis::Features => "features d",
        Axis::Memories => "memories N",
        Axis::Noise if plan.damage == Damage::Gaussian => {
            "noise σ (in root mean squares of a pattern)"
        }
        Axis::Noise => "flipped signs (share of the cue)",
        Axis::Beta => "inverse temperature β",
        Axis::Lesion => "cut synapses (share of all)",
        Axis::Temperature => "temperature T (in units of the energy)",
    }
}

/// The axis that points are drawn along: the one that was searched, else the first of these that varies.
fn across(plan: &CapacityPlan) -> Axis {
    let order =
        [Axis::Memories, Axis::Noise, Axis::Beta, Axis::Lesion, Axis::Temperature, Axis::Features];
    let varied = plan.varied();
    let searched = plan.find.map(|find| find.axis);
    let first = order.into_iter().find(|axis| varied.contains(axis));
    searched.or(first).unwrap_or(Axis::Memories)
}

/// Points that differ along one axis only, under what they share.
type Group<'a> = (String, Vec<&'a PointReport>);

fn groups(report: &CapacityReport, across: Axis) -> Vec<Group<'_>> {
    let plan = &report.plan;
    let others: Vec<Axis> = plan.varied().into_iter().filter(|axis| *axis != across).collect();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for point in &report.points {
        let words = others.iter().map(|axis| named(plan, *axis, point.point.on(*axis)));
        let name = words.collect::<Vec<_>>().join(", ");
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, points)) => points.push(point),
            None => groups.push((name, vec![point])),
        }
    }
    groups
}

/// Whether values are better apart by their ratios.
pub(super) fn by_ratio(values: impl Iterator<Item = f64> + Clone) -> bool {
    let (low, high) =
        values.fold((f64::INFINITY, 0.0f64), |(low, high), x| (low.min(x), high.max(x)));
    low > 0.0 && high >= 10.0 * low
}

fn chart(title: &str, plan: &CapacityPlan, groups: &[Group<'_>], across: Axis) -> Chart {
    let chart = Chart::new(title).x_axis(axis_name(plan, across)).size(SIZE.0, SIZE.1);
    let along = groups.iter().flat_map(|(_, points)| points.iter().map(|p| p.point.on(across)));
    if by_ratio(along) { chart.log_x() } else { chart }
}

fn recall(plan: &CapacityPlan, groups: &[Group<'_>], across: Axis) -> Result<Svg, CapacityError> {
    let title = format!("Recall: overlap at least {}{DASHED}", plan.recalled);
    let drawn = chart(&title, plan, groups, across).y_axis("probability of recall");
    let drawn = measured(drawn, groups, across, |point| point.recall);
    Ok(theories(drawn, plan, groups, across, "one step, theory", |t| Some(t.recalled)).draw()?)
}

fn overlap(plan: &CapacityPlan, groups: &[Group<'_>], across: Axis) -> Result<Svg, CapacityError> {
    let drawn = chart(&format!("Overlap with the cue's own memory{DASHED}"), plan, groups, across)
        .y_axis("mean overlap");
    let drawn = measured(drawn, groups, across, |point| point.overlap);
    let drawn = theories(drawn, plan, groups, across, "one step, theory", |t| Some(t.overlap));
    Ok(theories(drawn, plan, groups, across, "at rest, d → ∞ (Amit et al.)", |t| t.settled)
        .draw()?)
}

/// What was measured, one series for each group.
fn measured(
    chart: Chart,
    groups: &[Group<'_>],
    across: Axis,
    of: impl Fn(&PointReport) -> Estimate,
) -> Chart {
    groups.iter().fold(chart, |chart, (name, points)| {
        let rows: Vec<_> = points.iter().map(|p| (p.point.on(across), of(p))).collect();
        chart.measured(if name.is_empty() { "measured" } else { name }, &rows)
    })
}

/// Lines of theory, each in the colour of its points where there are several groups.
fn theories(
    chart: Chart,
    plan: &CapacityPlan,
    groups: &[Group<'_>],
    across: Axis,
    kind: &str,
    of: impl Fn(&Theory) -> Option<f64>,
) -> Chart {
    groups.iter().fold(chart, |chart, (name, points)| {
        let there = |x: &f64| {
            let y = of(&theory(plan, &points[0].point.with(across, *x))?)?;
            Some((*x, y))
        };
        let line: Vec<(f64, f64)> = places(points, across).iter().filter_map(there).collect();
        let settled = kind.starts_with("at rest");
        match (line.len() > 1, name.is_empty() || settled, settled) {
            (false, ..) => chart,
            (_, true, _) => chart.dashed(kind, &line),
            (_, false, _) => chart.dashed(name, &line),
        }
    })
}

/// Where lines are computed, between the ends of what was measured.
fn places(points: &[&PointReport], across: Axis) -> Vec<f64> {
    let along = points.iter().map(|p| p.point.on(across));
    let (low, high) = along
        .clone()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    let all = if by_ratio(along) { by_factors(low, high) } else { evenly(low, high) };
    let whole = matches!(across, Axis::Memories | Axis::Features);
    let mut places: Vec<f64> = all.into_iter().map(|x| if whole { x.round() } else { x }).collect();
    places.dedup();
    let stride = places.len().div_ceil(PLACES);
    places.into_iter().step_by(stride).chain([high]).collect()
}

/// A number of cues.
type Count = fn(&PointReport) -> u64;

/// Where states that started anywhere came to rest.
fn ends(groups: &[Group<'_>], across: Axis, plan: &CapacityPlan) -> Result<Svg, CapacityError> {
    let kinds: [(&str, Count); 3] = [
        ("at a memory", |p| p.ends.own + p.ends.other),
        ("at the negative of a memory", |p| p.ends.negated),
        ("at no memory: spurious", |p| p.ends.spurious),
    ];
    let mut drawn = chart("Where states that start anywhere end", plan, groups, across)
        .y_axis("share of the states");
    for (group, points) in groups.iter().take(2) {
        for (kind, of) in kinds {
            let share = |p: &&PointReport| {
                let share = Estimate::proportion(of(p), p.cues).ok()?;
                Some((p.point.on(across), share))
            };
            let rows: Vec<_> = points.iter().filter_map(share).collect();
            let name = if group.is_empty() { kind.to_owned() } else { format!("{kind}, {group}") };
            drawn = drawn.measured(&name, &rows);
        }
    }
    Ok(drawn.draw()?)
}

/// Thresholds under what they share: measured, and by theory.
type Thresholds = (String, Vec<(f64, Estimate)>, Vec<(f64, f64)>);

/// Where curves pass, along the first other axis that varies.
fn thresholds(report: &CapacityReport, searched: Axis) -> Result<Option<Svg>, CapacityError> {
    let plan = &report.plan;
    let varied: Vec<Axis> = plan.varied().into_iter().filter(|axis| *axis != searched).collect();
    let Some(&along) = varied.first() else { return Ok(None) };
    let probability = plan.find.map_or(0.5, |find| find.probability);
    let mut groups: Vec<Thresholds> = Vec::new();
    for passing in &report.thresholds {
        let Some(at) = passing.at else { continue };
        let words = varied[1..].iter().map(|axis| named(plan, *axis, passing.curve.on(*axis)));
        let name = words.collect::<Vec<_>>().join(", ");
        let name = if name.is_empty() { "measured".to_owned() } else { name };
        let x = passing.curve.on(along);
        let theory = passing.theory.map(|theory| (x, theory));
        match groups.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, points, line)) => {
                points.push((x, at));
                line.extend(theory);
            }
            None => groups.push((name, vec![(x, at)], theory.into_iter().collect())),
        }
    }
    if groups.is_empty() || groups.len() > CURVES {
        return Ok(None);
    }
    let title = format!("Where the probability of recall passes {probability}{DASHED}");
    let mut chart = Chart::new(&title)
        .x_axis(axis_name(plan, along))
        .y_axis(axis_name(plan, searched))
        .size(SIZE.0, SIZE.1);
    let all = || groups.iter().flat_map(|(_, points, _)| points);
    if by_ratio(all().map(|(x, _)| *x)) || along == Axis::Features {
        chart = chart.log_x();
    }
    if by_ratio(all().flat_map(|(_, at)| [at.low, at.high])) {
        chart = chart.log_y();
    }
    for (name, points, line) in &groups {
        chart = chart.measured(name, points);
        if line.len() > 1 {
            let one = if groups.len() == 1 { "one step, theory" } else { name };
            chart = chart.dashed(one, line);
        }
    }
    Ok(Some(chart.draw()?))
}

/// The point of a report that is nearest to a place of a plane.
pub(super) fn at(report: &CapacityReport, point: Point) -> Option<&PointReport> {
    report.points.iter().find(|found| found.point == point)
}
