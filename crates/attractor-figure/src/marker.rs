//! The shapes that tell series apart where colours do not.

use plotters::element::{Circle, EmptyElement, Polygon};

use crate::canvas::{Canvas, polyline};
use crate::error::FigureError;
use crate::frame::{Context, FINE, backend, colour};

/// Corners around the middle, in pixels; the first shape has none and is a disc.
const SHAPES: [&[(f64, f64)]; 5] = [
    &[],
    &[(-3.6, -3.6), (3.6, -3.6), (3.6, 3.6), (-3.6, 3.6)],
    &[(0.0, -5.0), (4.6, 3.4), (-4.6, 3.4)],
    &[(0.0, -5.4), (5.4, 0.0), (0.0, 5.4), (-5.4, 0.0)],
    &[(0.0, 5.0), (4.6, -3.4), (-4.6, -3.4)],
];
const RADIUS: u32 = 4;

/// Marks at the points of a plot.
pub(crate) fn plot(
    chart: &mut Context<'_>,
    shape: usize,
    hex: &str,
    points: &[(f64, f64)],
) -> Result<(), FigureError> {
    let fill = colour(hex).filled();
    let corners = SHAPES[shape % SHAPES.len()];
    let points = points.iter().copied();
    if corners.is_empty() {
        chart.draw_series(points.map(|point| Circle::new(point, RADIUS * FINE, fill)))
    } else {
        let corners: Vec<(i32, i32)> = corners.iter().map(|&corner| fine(corner)).collect();
        chart.draw_series(
            points.map(|point| EmptyElement::at(point) + Polygon::new(corners.clone(), fill)),
        )
    }
    .map_err(backend)
    .map(drop)
}

#[expect(clippy::cast_possible_truncation, reason = "a few dozen fine pixels")]
fn fine((x, y): (f64, f64)) -> (i32, i32) {
    let scale = f64::from(FINE);
    ((x * scale).round() as i32, (y * scale).round() as i32)
}

/// One mark in a legend.
pub(crate) fn draw(canvas: &mut Canvas, shape: usize, hex: &str, (x, y): (f64, f64)) {
    let corners = SHAPES[shape % SHAPES.len()];
    let d = if corners.is_empty() {
        let r = RADIUS;
        format!(
            "{}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0z",
            polyline([(x - f64::from(r), y)]),
            d = 2 * r
        )
    } else {
        polyline(corners.iter().map(|(dx, dy)| (x + dx, y + dy))) + "z"
    };
    canvas.path(&d, &format!("fill=\"{hex}\""));
}
