//! Model B with five memories in the plane: its energy, and the ways down.

use crate::failure::Failure;
use attractor_dynamics::{Look, Proof, StopRule, System};
use attractor_effective::{ModernHopfield, Recall};
use attractor_figure::{HeatMap, Svg};
use attractor_lagrangian::{Factor, LogSumExp};
use attractor_synapse::Synapses;
use std::f64::consts::TAU;

/// The memories of the plane.
pub(crate) const MEMORIES: [(f64, f64, &str); 5] = [
    (-1.15, 0.75, "ξ₁"),
    (-0.8, -0.9, "ξ₂"),
    (0.85, -0.95, "ξ₃"),
    (1.25, 0.1, "ξ₄"),
    (0.5, 1.1, "ξ₅"),
];
/// The map shows [−SIDE, SIDE]².
pub(crate) const SIDE: f64 = 2.0;
/// Nodes of the map in each direction.
const NODES: usize = 49;
/// A flow line is followed for this many steps of this length.
const STEPS: usize = 240;
const STEP: f64 = 0.05;
/// Resting places closer than this are one.
const APART: f64 = 0.02;

/// The energy over the plane at one β.
#[derive(Debug)]
pub(crate) struct Landscape {
    pub(crate) svg: Svg,
    /// How many different states the nodes of the map come to rest in.
    pub(crate) minima: usize,
}

/// β times the squared diameter of the memories, over 4: below 1 there is one resting place.
pub(crate) fn crowding(beta: f64) -> f64 {
    let distance = |a: &(f64, f64, &str), b: &(f64, f64, &str)| (a.0 - b.0).hypot(a.1 - b.1);
    let pairs = MEMORIES.iter().flat_map(|a| MEMORIES.iter().map(move |b| distance(a, b)));
    beta * pairs.fold(0.0, f64::max).powi(2) / 4.0
}

/// Draws the energy, its level lines and its flow lines.
pub(crate) fn landscape(beta: f64, title: &str) -> Result<Landscape, Failure> {
    let model = plane(beta)?;
    let nodes = lattice(NODES);
    let energies = model.retrieve(&nodes, &recall(Recall::steps(0, 1e-9))?, &mut ())?;
    let energies: Vec<f64> = energies.iter().map(|found| found.energy.value).collect();
    let svg = HeatMap::new(title, NODES, NODES, &energies, (-SIDE, SIDE), (-SIDE, SIDE))
        .axes("v₁", "v₂")
        .scale("energy E(v)")
        .contours(12)
        .flow(&flow(&model)?)
        .marks(&MEMORIES)
        .size(540, 490)
        .draw()?;
    Ok(Landscape { svg, minima: resting_places(&model, &nodes)?.len() })
}

/// Model B with the five memories.
pub(crate) fn plane(beta: f64) -> Result<ModernHopfield<f64>, Failure> {
    let rows = MEMORIES.map(|(x, y, _)| [x, y]);
    let memories = Synapses::from_rows(&rows).map_err(|e| Failure::input(e.to_string()))?;
    Ok(ModernHopfield::modern(memories, LogSumExp::new(beta)?)?.with_euclidean_bias()?)
}

/// `nodes` × `nodes` points of the plane.
pub(crate) fn lattice(nodes: usize) -> Vec<f64> {
    let at = |i: usize| SIDE * (2.0 * i as f64 / (nodes - 1) as f64 - 1.0);
    (0..nodes).flat_map(|j| (0..nodes).flat_map(move |i| [at(i), at(j)])).collect()
}

fn recall<E: ToString>(how: Result<Recall, E>) -> Result<Recall, Failure> {
    how.map_err(|error| Failure::usage(error.to_string()))
}

/// Small exponential Euler steps from two rings of starts.
fn flow(model: &ModernHopfield<f64>) -> Result<Vec<Vec<(f64, f64)>>, Failure> {
    let starts = ring(16, 1.9, 0.0).chain(ring(7, 0.35, 0.3));
    let starts: Vec<f64> = starts.flat_map(|(x, y)| [x, y]).collect();
    let mut batch = model.start(&starts)?;
    let descent = model.descent(Factor::exponential(STEP)?, Proof::Visible, 0);
    let all: Vec<usize> = (0..batch.queries()).collect();
    let mut looks = vec![Look::NONE; all.len()];
    let mut lines = vec![Vec::new(); all.len()];
    for _ in 0..STEPS {
        for (q, line) in lines.iter_mut().enumerate() {
            line.push((batch.output(q)[0], batch.output(q)[1]));
        }
        descent.look(&mut batch, &all, &mut looks);
        descent.advance(&mut batch, &all);
    }
    Ok(lines.into_iter().map(thinned).collect())
}

fn ring(count: u32, radius: f64, turn: f64) -> impl Iterator<Item = (f64, f64)> {
    let angle = move |k: u32| turn + TAU * f64::from(k) / f64::from(count);
    (0..count).map(move |k| (radius * angle(k).cos(), radius * angle(k).sin()))
}

/// Only points that are visibly apart.
fn thinned(line: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for point in line {
        if kept.last().is_none_or(|last| far(*last, point, 0.02)) {
            kept.push(point);
        }
    }
    kept
}

fn far(a: (f64, f64), b: (f64, f64), limit: f64) -> bool {
    (a.0 - b.0).hypot(a.1 - b.1) > limit
}

/// The different states that the starts come to rest in.
pub(crate) fn resting_places(
    model: &ModernHopfield<f64>,
    starts: &[f64],
) -> Result<Vec<(f64, f64)>, Failure> {
    let rule = StopRule::rest(1e-7, 3000).map(Recall::by);
    let mut places: Vec<(f64, f64)> = Vec::new();
    for found in model.retrieve(starts, &recall(rule)?, &mut ())? {
        let at = (found.state[0], found.state[1]);
        if places.iter().all(|place| far(*place, at, APART)) {
            places.push(at);
        }
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_beta_makes_more_basins() {
        let places = |beta: f64| resting_places(&plane(beta).unwrap(), &lattice(15)).unwrap();
        let minima = |beta: f64| places(beta).len();
        assert!(crowding(0.4) < 1.0);
        assert_eq!((minima(0.4), minima(12.0)), (1, MEMORIES.len()));
        assert!((2..MEMORIES.len()).contains(&minima(3.0)));
    }
}
