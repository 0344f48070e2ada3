//! What tells the models apart: how much a better match pulls than a worse one.

use super::digits::FEATURES;
use crate::failure::Failure;
use attractor_figure::{Chart, Svg};
use attractor_lagrangian::{Additive, Exponential, Lagrangian, Quadratic, RectifiedPower};

/// The activation f(h)/f(h_max) of a hidden neuron against its overlap h/h_max.
pub(crate) fn chart(title: &str) -> Result<Svg, Failure> {
    let cubic = Additive(RectifiedPower::new(3)?);
    let steep = Additive(RectifiedPower::new(20)?);
    let exponential = Additive(Exponential::new(1.0)?);
    let chart = Chart::new(title)
        .x_axis("overlap with a memory")
        .y_axis("its pull, 1 for a perfect match")
        .line("Hopfield", &curve(&Quadratic))
        .line("A, power 3", &curve(&cubic))
        .line("A, power 20", &curve(&steep))
        .line("A, exp", &curve(&exponential));
    Ok(chart.draw()?)
}

/// The overlap of two pictures of signs runs up to the number of pixels.
fn curve(hidden: &dyn Lagrangian<f64>) -> Vec<(f64, f64)> {
    let overlaps: Vec<f64> = (0..=80).map(|i| f64::from(i) / 80.0).collect();
    let scores: Vec<f64> = overlaps.iter().map(|x| FEATURES as f64 * x).collect();
    let mut pull = vec![0.0; scores.len()];
    hidden.activate(&scores, &mut pull);
    let best = pull.last().copied().unwrap_or(1.0);
    overlaps.into_iter().zip(pull.into_iter().map(|f| f / best)).collect()
}
