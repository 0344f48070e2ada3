//! What `recall --figure` draws: cue, recalled state and nearest memory, and energies per step.

use crate::failure::Failure;
use crate::files::Facts;
use attractor_dynamics::{Look, Trace};
use attractor_figure::{Chart, ImageGrid, Svg};
use attractor_lagrangian::Real;
use attractor_synapse::{Nearest, Patterns};

/// A state that was found, and what it is near.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a, T> {
    pub(crate) state: &'a [T],
    pub(crate) nearest: &'a Nearest,
}

/// Cues that get a row of pictures.
const ROWS: usize = 12;
/// Cues that get an energy curve.
pub(crate) const CURVES: usize = 4;

pub(crate) fn draw<T: Real>(
    memories: &Patterns<T>,
    facts: &Facts,
    cues: &Patterns<T>,
    found: &[Shown<'_, T>],
    trace: &Trace,
) -> Result<String, Failure> {
    let mut drawings = vec![pictures(memories, facts, cues, found)?];
    drawings.extend(energies(trace)?);
    Ok(Svg::stack(Some("Cue, recalled state and nearest memory"), &drawings).standalone())
}

/// The picture size of the patterns: as stored, else a square, else one row.
fn shape(facts: &Facts, features: usize) -> (usize, usize) {
    let side = features.isqrt();
    let guess = if side * side == features { (side, side) } else { (1, features) };
    facts.image.unwrap_or(guess)
}

fn pictures<T: Real>(
    memories: &Patterns<T>,
    facts: &Facts,
    cues: &Patterns<T>,
    found: &[Shown<'_, T>],
) -> Result<Svg, Failure> {
    let (height, width) = shape(facts, memories.features());
    let mut grid = ImageGrid::new(height, width).columns(&["cue", "recalled", "nearest memory"]);
    let label = |memory: usize| facts.labels.as_ref()?.get(memory).map(String::as_str);
    for (q, found) in found.iter().enumerate().take(ROWS) {
        let nearest = found.nearest.memory;
        let finite = found.state.iter().all(|x| x.is_finite());
        let images = [
            Some(numbers(cues.row(q))),
            finite.then(|| numbers(found.state)),
            (nearest < memories.len()).then(|| numbers(memories.row(nearest))),
        ];
        let images: Vec<Option<&[f64]>> = images.iter().map(Option::as_deref).collect();
        let overlap = if finite { format!("{:.3}", found.nearest.overlap) } else { String::new() };
        let name =
            label(nearest).map_or_else(|| format!("#{}", facts.place(nearest)), str::to_owned);
        grid = grid.row_with_gaps(&format!("cue {q}"), &images).captions(&["", &overlap, &name]);
    }
    Ok(grid.draw()?)
}

fn numbers<T: Real>(row: &[T]) -> Vec<f64> {
    row.iter().map(|x| x.f64()).collect()
}

/// Energies of the first cues, with what their certificates prove: E never lies above it.
fn energies(trace: &Trace) -> Result<Option<Svg>, Failure> {
    let mut chart = Chart::new("Energy per step; dashed: its proved upper bound")
        .x_axis("step")
        .y_axis("energy (no additive constants)");
    let finite = |looks: &&Vec<Look>| looks.len() > 1 && looks.iter().all(Look::is_finite);
    let mut drawn = 0;
    for (q, looks) in trace.looks().iter().enumerate().filter(|(_, looks)| finite(looks)) {
        let mut proved = looks[0].energy.value;
        let bound = looks.iter().enumerate().map(|(step, look)| {
            proved -= look.certificate.drop;
            (step as f64, proved)
        });
        let bound: Vec<(f64, f64)> = bound.collect();
        let energy = looks.iter().enumerate().map(|(step, look)| (step as f64, look.energy.value));
        chart = chart.line(&format!("cue {q}"), &energy.collect::<Vec<_>>());
        chart = chart.dashed(&format!("cue {q}"), &bound); // of the same name: one colour
        drawn += 1;
    }
    Ok(if drawn == 0 { None } else { Some(chart.draw()?) })
}
