//! The resting places of model B in the plane, for growing β.

use super::landscape::{MEMORIES, lattice, plane, resting_places};
use crate::failure::Failure;
use attractor_figure::{Chart, Svg};

/// From the first β to the last by equal factors.
const BETAS: (f64, f64, u32) = (0.4, 25.0, 80);
/// Starts in each direction.
const NODES: usize = 13;

/// The first coordinate of every resting place against β.
pub(crate) fn chart(title: &str) -> Result<Svg, Failure> {
    let starts = lattice(NODES);
    let mut places = Vec::new();
    for beta in betas() {
        let found = resting_places(&plane(beta)?, &starts)?;
        places.extend(found.into_iter().map(|(x, _)| (beta, x)));
    }
    let mut chart = Chart::new(title).x_axis("β").y_axis("v₁").log_x().size(540, 490);
    for (x, _, _) in MEMORIES {
        chart = chart.dashed("memories", &[(BETAS.0, x), (BETAS.1, x)]);
    }
    Ok(chart.points("resting places", &places).draw()?)
}

fn betas() -> impl Iterator<Item = f64> {
    let (first, last, count) = BETAS;
    (0..count).map(move |k| first * (last / first).powf(f64::from(k) / f64::from(count - 1)))
}
