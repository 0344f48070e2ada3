//! The rectangle that curves and fields are drawn in, with its ticks and names around it.

use plotters::chart::ChartContext;
use plotters::coord::cartesian::Cartesian2d;
use plotters::prelude::{ChartBuilder, IntoDrawingArea, RGBColor, SVGBackend, ShapeStyle};

use crate::axis::Axis;
use crate::canvas::{Anchor, Canvas, Lettering, number};
use crate::error::FigureError;
use crate::text;
use crate::theme::{GRID, INK, MUTED, rgb};

/// Plotters works in whole pixels; one pixel of ours is this many of its.
pub(crate) const FINE: u32 = 10;
/// The size of tick labels and names.
pub(crate) const TEXT: f64 = 14.0;

/// A plotters chart whose curves land in one SVG text.
pub(crate) type Context<'a> = ChartContext<'a, SVGBackend<'a>, Cartesian2d<Axis, Axis>>;

/// Two axes and the rectangle between them, in pixels.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
}

/// Room beneath a frame for the labels and the name of its x axis.
pub(crate) fn room_below(named: bool) -> u32 {
    if named { 54 } else { 32 }
}

/// Room beside a frame for the labels and the name of its y axis.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a positive, small width"
)]
pub(crate) fn room_beside(y: &Axis, named: bool) -> u32 {
    let labels = y.ticks().iter().map(|(_, label)| text::width(label, TEXT)).fold(8.0, f64::max);
    labels.ceil() as u32 + if named { 40 } else { 18 }
}

impl Frame {
    /// Where a point lies in the whole drawing.
    pub(crate) fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let across = self.x.fraction(x) * f64::from(self.width);
        let up = self.y.fraction(y) * f64::from(self.height);
        (f64::from(self.left) + across, f64::from(self.top + self.height) - up)
    }

    /// Tick labels and the names of the axes.
    pub(crate) fn label(&self, canvas: &mut Canvas, x_name: &str, y_name: &str) {
        let bottom = f64::from(self.top + self.height);
        let (left, width) = (f64::from(self.left), f64::from(self.width));
        self.label_x_ticks(canvas, bottom + 16.0);
        for (value, label) in self.y.ticks() {
            let y = bottom - self.y.fraction(*value) * f64::from(self.height);
            canvas.text(label, (left - 8.0, y), lettering(MUTED, Anchor::End));
        }
        let x_name = self.x.describe(x_name);
        canvas.text(&x_name, (left + width / 2.0, bottom + 40.0), lettering(INK, Anchor::Middle));
        let middle = bottom - f64::from(self.height) / 2.0;
        canvas.upward_text(
            &self.y.describe(y_name),
            (14.0, middle),
            lettering(INK, Anchor::Middle),
        );
    }

    /// Labels that would touch the one before them are left out.
    fn label_x_ticks(&self, canvas: &mut Canvas, y: f64) {
        let mut free_from = f64::NEG_INFINITY;
        for (value, label) in self.x.ticks() {
            let x = f64::from(self.left) + self.x.fraction(*value) * f64::from(self.width);
            let half = text::width(label, TEXT) / 2.0;
            if x - half >= free_from {
                canvas.text(label, (x, y), lettering(MUTED, Anchor::Middle));
                free_from = x + half + 6.0;
            }
        }
    }

    /// Grid lines and whatever `draw` draws, through plotters.
    pub(crate) fn plot(
        &self,
        canvas: &mut Canvas,
        draw: impl FnOnce(&mut Context<'_>) -> Result<(), FigureError>,
    ) -> Result<(), FigureError> {
        let mut text = String::new();
        {
            let size = (self.width * FINE, self.height * FINE);
            let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
            let mut chart = ChartBuilder::on(&area)
                .build_cartesian_2d(self.x.clone(), self.y.clone())
                .map_err(backend)?;
            mesh(&mut chart)?;
            draw(&mut chart)?;
            area.present().map_err(backend)?;
        }
        canvas.raw(format_args!(
            "<svg x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" overflow=\"visible\" stroke-linejoin=\"round\" stroke-linecap=\"round\" viewBox=\"0 0 {} {}\">{}</svg>",
            self.left, self.top, self.width, self.height, self.width * FINE, self.height * FINE,
            dashed(inside(&text))
        ));
        Ok(())
    }

    /// A thin line around the rectangle, or only beneath it.
    pub(crate) fn baseline(&self, canvas: &mut Canvas) {
        let bottom = f64::from(self.top + self.height);
        let right = f64::from(self.left + self.width);
        canvas.line((f64::from(self.left), bottom), (right, bottom), MUTED, 1.0);
    }
}

fn mesh(chart: &mut Context<'_>) -> Result<(), FigureError> {
    let grid = colour(GRID).stroke_width(FINE);
    chart.configure_mesh().bold_line_style(grid).disable_axes().draw().map_err(backend)
}

/// A colour of the theme as plotters wants it.
pub(crate) fn colour(hex: &str) -> ShapeStyle {
    let (r, g, b) = rgb(hex);
    ShapeStyle::from(&RGBColor(r, g, b)).stroke_width(FINE)
}

/// What plotters says when it fails, as an error of ours.
pub(crate) fn backend<E: std::fmt::Display>(error: E) -> FigureError {
    FigureError::Backend { message: error.to_string() }
}

/// A text of the usual size.
pub(crate) fn lettering(fill: &'static str, anchor: Anchor) -> Lettering {
    Lettering { size: TEXT, fill, anchor }
}

/// The children of the root element.
fn inside(svg: &str) -> &str {
    let start = svg.find('>').map_or(0, |at| at + 1);
    let end = svg.rfind("</svg>").unwrap_or(svg.len());
    svg[start..end].trim()
}

/// Dash patterns in pixels. Plotters knows none, so a dashed line is drawn with a stroke wider by its
/// number, in fine pixels, and the pattern is added to the text afterwards.
pub(crate) const DASHES: [&[f64]; 4] =
    [&[8.0, 5.0], &[2.0, 5.0], &[12.0, 4.0, 2.0, 4.0], &[5.0, 3.0]];
/// The width of a curve, in fine pixels.
pub(crate) const STROKE: u32 = 2 * FINE;

/// The stroke width that stands for dash pattern `dash`.
pub(crate) fn dash_code(dash: usize) -> u32 {
    u32::try_from(dash % DASHES.len()).map_or(STROKE, |dash| STROKE + 1 + dash)
}

fn dashed(svg: &str) -> String {
    let mut svg = svg.to_owned();
    for (i, dash) in DASHES.iter().enumerate() {
        let code = format!("stroke-width=\"{}\"", dash_code(i));
        let pattern = format!(
            "stroke-width=\"{STROKE}\" stroke-dasharray=\"{}\"",
            pattern(dash, f64::from(FINE))
        );
        svg = svg.replace(&code, &pattern);
    }
    svg
}

/// A dash pattern as an attribute's value.
pub(crate) fn pattern(dash: &[f64], scale: f64) -> String {
    let lengths: Vec<String> = dash.iter().map(|length| number(length * scale)).collect();
    lengths.join(" ")
}
