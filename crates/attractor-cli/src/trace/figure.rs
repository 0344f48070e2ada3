//! What `trace --figure` draws: energies, what the certificates prove, and the hidden neurons.

use super::raster;
use crate::args::TraceArgs;
use crate::failure::Failure;
use crate::model::model_name;
use attractor_figure::{Chart, Svg};
use attractor_lagrangian::{AnyLagrangian, Lagrangian};
use attractor_network::{EnergyTerms, Record, Trajectory};
use attractor_synapse::Element;

/// Points of a curve; of longer runs every k-th record is drawn.
const POINTS: usize = 1000;
/// Width and height of a chart.
const SIZE: (u32, u32) = (760, 330);
/// Points of a curve.
type Curve = Vec<(f64, f64)>;

/// The whole figure; what is no longer finite is left out.
pub(crate) fn draw<T: Element>(
    args: &TraceArgs,
    hidden: &AnyLagrangian,
    features: usize,
    trajectory: &Trajectory<T>,
) -> Result<String, Failure>
where
    AnyLagrangian: Lagrangian<T>,
{
    let records = &trajectory.records;
    let finite = |record: &Record<T>| {
        record.energy.total().is_finite() && record.state.iter().all(|x| x.is_finite())
    };
    let records = &records[..records.iter().take_while(|record| finite(record)).count()];
    if records.is_empty() {
        return Err(Failure::input(
            "the energy of the cue is not finite: there is nothing to draw",
        ));
    }
    let time = format!("time, where τ_f = {} and τ_h = {}", args.tau_f, args.tau_h);
    let mut drawings = vec![total(records, &time)?, parts(records, &time)?];
    drawings.extend(raster::draw(records, features, hidden, &time)?);
    let model = model_name(args.choice.model);
    let title = format!("The two-body network ({model}) over time, by {}", args.integrator);
    Ok(Svg::stack(Some(&title), &drawings).standalone())
}

/// E with E(0) less the certified drops, which it never exceeds.
fn total<T>(records: &[Record<T>], time: &str) -> Result<Svg, Failure> {
    let (width, height) = SIZE;
    let mut chart = Chart::new("Energy of the network")
        .x_axis(time)
        .y_axis("energy E")
        .line("total", &curve(records, |e| e.total().value));
    if let Some(proved) = proved(records).filter(|_| records.len() > 1) {
        chart = chart.dashed("E(0) − Σ certified drops", &proved);
    }
    Ok(chart.size(width, height).draw()?)
}

fn parts<T>(records: &[Record<T>], time: &str) -> Result<Svg, Failure> {
    let (width, height) = SIZE;
    let chart = Chart::new("Its parts, without additive constants")
        .x_axis(time)
        .y_axis("energy")
        .line("total", &curve(records, |e| e.total().value))
        .line("features", &curve(records, |e| e.feature.value))
        .line("hidden neurons", &curve(records, |e| e.hidden.value))
        .line("synapses", &curve(records, |e| e.coupling.value));
    Ok(chart.size(width, height).draw()?)
}

fn curve<T>(records: &[Record<T>], energy: fn(&EnergyTerms) -> f64) -> Curve {
    let points: Curve = records.iter().map(|r| (r.time, energy(&r.energy))).collect();
    thinned(&points)
}

/// E(0) − Σ certified drops as a staircase, where the integrator proves any: each interval's drop comes
/// at its end.
fn proved<T>(records: &[Record<T>]) -> Option<Curve> {
    let mut bound = records.first()?.energy.total().value;
    let after = |record: &Record<T>| {
        let before = bound;
        bound -= record.certificate?.drop;
        Some((record.time, before, bound))
    };
    let treads: Vec<(f64, f64, f64)> = records.iter().map(after).collect::<Option<_>>()?;
    let rise = |(time, before, after)| [(time, before), (time, after)];
    Some(thinned(&treads).into_iter().flat_map(rise).collect())
}

fn thinned<P: Copy>(points: &[P]) -> Vec<P> {
    let stride = points.len().div_ceil(POINTS);
    let last = points.len() - 1;
    let kept = points.iter().enumerate().filter(|(i, _)| i % stride == 0 || *i == last);
    kept.map(|(_, point)| *point).collect()
}
