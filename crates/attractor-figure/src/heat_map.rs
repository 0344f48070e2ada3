//! A scalar field over a rectangle, with level lines, flow lines and marks.

use crate::axis::Axis;
use crate::canvas::{Anchor, Canvas, number, polyline};
use crate::error::{FigureError, all_finite, increasing, of_length};
use crate::field::{Field, palette};
use crate::frame::{Frame, TEXT, lettering, room_below, room_beside};
use crate::png::{Pixels, data_address};
use crate::svg::Svg;
use crate::text::{escape, fitted, width};
use crate::theme::{INK, MUTED};

const BAR: f64 = 14.0;
const BRIGHT: &str = "#FFFFFF";
const DARK: &str = "#10131A";

/// A scalar field as colours, for instance the energy over two coordinates of the state.
///
/// The values belong to the nodes of a lattice: value `j·nx + i` lies at
/// x = x₀ + i·(x₁ − x₀)/(nx − 1) and y = y₀ + j·(y₁ − y₀)/(ny − 1), so the first row is the lowest.
/// The colours between nodes are interpolated.
///
/// ```
/// # fn main() -> Result<(), attractor_figure::FigureError> {
/// use attractor_figure::HeatMap;
/// let energy = [0.0, 1.0, 4.0, 1.0, 2.0, 5.0];
/// let svg = HeatMap::new("E", 3, 2, &energy, (0.0, 2.0), (0.0, 1.0)).axes("v₁", "v₂").contours(4).draw()?;
/// # assert!(svg.width() > 0);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct HeatMap {
    title: String,
    field: Field,
    x_range: (f64, f64),
    y_range: (f64, f64),
    names: [String; 3],
    levels: Levels,
    flow: Vec<Vec<(f64, f64)>>,
    marks: Vec<(f64, f64, String)>,
    size: (u32, u32),
    cells: bool,
}

#[derive(Debug, Clone)]
enum Levels {
    Even(usize),
    At(Vec<f64>),
}

impl HeatMap {
    /// The field of `ny` rows of `nx` values over the two ranges; an empty title takes no room.
    #[must_use]
    pub fn new(
        title: &str,
        nx: usize,
        ny: usize,
        values: &[f64],
        x_range: (f64, f64),
        y_range: (f64, f64),
    ) -> Self {
        Self {
            title: title.to_owned(),
            field: Field { nx, ny, values: values.to_vec(), span: None },
            x_range,
            y_range,
            names: Default::default(),
            levels: Levels::Even(0),
            flow: Vec::new(),
            marks: Vec::new(),
            size: (600, 470),
            cells: false,
        }
    }

    /// Gives every node a cell of one colour, for rows and columns that are things apart, such as neurons;
    /// the two ranges then end at the outer edges of the cells, and one row is enough.
    #[must_use]
    pub fn cells(self) -> Self {
        Self { cells: true, ..self }
    }

    /// Colours for all values between these, so that several drawings can be compared; values beyond them
    /// stretch it.
    #[must_use]
    pub fn spanning(mut self, low: f64, high: f64) -> Self {
        self.field.span = Some((low, high));
        self
    }

    /// The names of the two axes.
    #[must_use]
    pub fn axes(mut self, x_name: &str, y_name: &str) -> Self {
        x_name.clone_into(&mut self.names[0]);
        y_name.clone_into(&mut self.names[1]);
        self
    }

    /// What the colours mean, written beside their bar.
    #[must_use]
    pub fn scale(mut self, name: &str) -> Self {
        name.clone_into(&mut self.names[2]);
        self
    }

    /// This many level lines, evenly spaced between the smallest and the largest value.
    #[must_use]
    pub fn contours(mut self, levels: usize) -> Self {
        self.levels = Levels::Even(levels);
        self
    }

    /// Level lines at these values.
    #[must_use]
    pub fn contours_at(mut self, levels: &[f64]) -> Self {
        self.levels = Levels::At(levels.to_vec());
        self
    }

    /// Lines with arrow heads, such as trajectories; what leaves the rectangle is cut off.
    #[must_use]
    pub fn flow(mut self, lines: &[Vec<(f64, f64)>]) -> Self {
        self.flow.extend_from_slice(lines);
        self
    }

    /// Named points (x, y, name), such as the stored patterns.
    #[must_use]
    pub fn marks(mut self, marks: &[(f64, f64, &str)]) -> Self {
        self.marks.extend(marks.iter().map(|&(x, y, name)| (x, y, name.to_owned())));
        self
    }

    /// The natural size in pixels; at least 240 by 200.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = (width.clamp(240, 8000), height.clamp(200, 8000));
        self
    }

    /// The finished drawing.
    ///
    /// # Errors
    ///
    /// If the lattice has fewer than two nodes in a direction (none, for cells), the number of values is not `nx·ny`, a
    /// range has no width, or any number is not finite.
    pub fn draw(&self) -> Result<Svg, FigureError> {
        self.check()?;
        let mut canvas = Canvas::default();
        if !self.title.is_empty() {
            canvas.title(&fitted(&self.title, 16.5, f64::from(self.size.0) - 16.0));
        }
        let scale = Axis::linear(self.field.extent(), 0.0, 5);
        let frame = self.frame(&scale);
        self.inside(&mut canvas, &frame);
        frame.label(&mut canvas, &self.names[0], &self.names[1]);
        self.colour_bar(&mut canvas, &frame, &scale);
        Ok(Svg::new(self.size.0, self.size.1, &self.spoken(), canvas))
    }

    fn frame(&self, scale: &Axis) -> Frame {
        let x = Axis::linear(self.x_range, 0.0, 6);
        // no more ticks than rows, lest numbered things get a half between them
        let y = Axis::linear(self.y_range, 0.0, if self.cells { self.field.ny.min(6) } else { 6 });
        let left = room_beside(&y, !y.describe(&self.names[1]).is_empty());
        let right = room_beside(scale, !self.names[2].is_empty()) + 34;
        let top = if self.title.is_empty() { 14 } else { 42 };
        let below = room_below(!x.describe(&self.names[0]).is_empty());
        Frame {
            left,
            top,
            width: self.size.0.saturating_sub(left + right).max(60),
            height: self.size.1.saturating_sub(top + below).max(60),
            x,
            y,
        }
    }

    /// Everything that is cut off at the edge of the rectangle: a nested `<svg>` does the cutting.
    fn inside(&self, canvas: &mut Canvas, frame: &Frame) {
        let (w, h) = (frame.width, frame.height);
        let (x, y) = (frame.left, frame.top);
        canvas.raw(format_args!(
            "<svg x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" viewBox=\"{x} {y} {w} {h}\" overflow=\"hidden\">"
        ));
        self.colours(canvas, frame);
        for level in self.levels() {
            let d = self.field.contour(level, |i, j| self.node(frame, i, j));
            if !d.is_empty() {
                let look = format!(
                    "fill=\"none\" stroke=\"{BRIGHT}\" stroke-opacity=\"0.5\" stroke-width=\"1\""
                );
                canvas.path(&d, &look);
            }
        }
        for line in &self.flow {
            draw_flow(canvas, line.iter().map(|&point| frame.place(point)).collect());
        }
        for (x, y, name) in &self.marks {
            draw_mark(canvas, frame, (*x, *y), name);
        }
        canvas.push("</svg>");
    }

    /// Unless they are cells, the colours reach half a lattice step beyond the rectangle, where they are
    /// cut off.
    fn colours(&self, canvas: &mut Canvas, frame: &Frame) {
        let Field { nx, ny, .. } = self.field;
        let data = data_address(nx, ny, &self.field.bytes(), Pixels::Palette(&palette()));
        let (left, bottom) = self.node(frame, -0.5, -0.5);
        let (right, top) = self.node(frame, count(nx) - 0.5, count(ny) - 0.5);
        let rendering = if self.cells { "pixelated" } else { "auto" };
        let attributes = format!("image-rendering=\"{rendering}\"");
        canvas.image(&data, (left, top), (right - left, bottom - top), &attributes);
    }

    /// Where node (i, j) lies in the drawing.
    fn node(&self, frame: &Frame, i: f64, j: f64) -> (f64, f64) {
        let share = |at: f64, n: usize| match self.cells {
            true => (at + 0.5) / count(n),
            false => at / (count(n) - 1.0),
        };
        let across = share(i, self.field.nx) * f64::from(frame.width);
        let up = share(j, self.field.ny) * f64::from(frame.height);
        (f64::from(frame.left) + across, f64::from(frame.top + frame.height) - up)
    }

    fn levels(&self) -> Vec<f64> {
        match &self.levels {
            Levels::At(levels) => levels.clone(),
            Levels::Even(levels) => {
                let (low, high) = self.field.extent();
                let part = |k: usize| count(k) / count(levels + 1);
                (1..=*levels).map(|k| low * (1.0 - part(k)) + high * part(k)).collect()
            }
        }
    }

    fn colour_bar(&self, canvas: &mut Canvas, frame: &Frame, scale: &Axis) {
        let left = f64::from(frame.left + frame.width) + 18.0;
        let (top, height) = (f64::from(frame.top), f64::from(frame.height));
        let bytes: Vec<u8> = (0..=255).rev().collect();
        let data = data_address(1, 256, &bytes, Pixels::Palette(&palette()));
        canvas.image(&data, (left, top), (BAR, height), "");
        for (value, label) in scale.ticks() {
            let y = top + height - scale.fraction(*value) * height;
            canvas.line((left + BAR, y), (left + BAR + 4.0, y), MUTED, 1.0);
            canvas.text(label, (left + BAR + 8.0, y), lettering(MUTED, Anchor::Start));
        }
        let name = scale.describe(&self.names[2]);
        let at = (f64::from(self.size.0) - 12.0, top + height / 2.0);
        canvas.upward_text(&name, at, lettering(INK, Anchor::Middle));
    }

    fn check(&self) -> Result<(), FigureError> {
        let Field { nx, ny, values, .. } = &self.field;
        let what = format!("heat map {:?}", self.title);
        let least = if self.cells { 1 } else { 2 };
        if *nx < least || *ny < least {
            return Err(FigureError::Empty { what: format!("{what}, lattice {nx} × {ny}") });
        }
        of_length(&what, nx.saturating_mul(*ny), values.len())?;
        all_finite(&what, values)?;
        if let Some(span) = self.field.span {
            increasing(&format!("{what}, span of the colours"), span)?;
        }
        increasing(&format!("{what}, x range"), self.x_range)?;
        increasing(&format!("{what}, y range"), self.y_range)?;
        if let Levels::At(levels) = &self.levels {
            all_finite(&format!("{what}, level lines"), levels)?;
        }
        for (i, line) in self.flow.iter().enumerate() {
            points_finite(&format!("{what}, flow line {i}"), line.iter().copied())?;
        }
        points_finite(&format!("{what}, marks"), self.marks.iter().map(|mark| (mark.0, mark.1)))
    }

    fn spoken(&self) -> String {
        let [x, y, scale] = &self.names;
        let names: Vec<&str> = self.marks.iter().map(|mark| mark.2.as_str()).collect();
        format!("{}: heat map of {scale} over {x} and {y}; marks: {}", self.title, names.join(", "))
    }
}

fn points_finite(what: &str, points: impl Iterator<Item = (f64, f64)>) -> Result<(), FigureError> {
    for (index, (x, y)) in points.enumerate() {
        if let Some(value) = [x, y].into_iter().find(|value| !value.is_finite()) {
            return Err(FigureError::NotFinite { what: what.to_owned(), index, value });
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a count of lattice nodes or levels")]
fn count(n: usize) -> f64 {
    n as f64
}

/// A white line with a dark edge, so that it shows on every colour of the field.
fn draw_flow(canvas: &mut Canvas, mut points: Vec<(f64, f64)>) {
    points.dedup_by(|a, b| (a.0 - b.0).hypot(a.1 - b.1) < 0.3);
    let d = polyline(points.iter().copied());
    if points.len() < 2 {
        return;
    }
    let round = "fill=\"none\" stroke-linejoin=\"round\" stroke-linecap=\"round\"";
    canvas.path(
        &d,
        &format!("{round} stroke=\"{DARK}\" stroke-opacity=\"0.55\" stroke-width=\"3.4\""),
    );
    canvas.path(&d, &format!("{round} stroke=\"{BRIGHT}\" stroke-width=\"1.5\""));
    if let Some(head) = arrow_head(&points) {
        canvas.path(
            &(polyline(head) + "z"),
            &format!("fill=\"{BRIGHT}\" stroke=\"{DARK}\" stroke-width=\"0.8\""),
        );
    }
}

/// A triangle in the middle of the line's length, pointing along it.
fn arrow_head(points: &[(f64, f64)]) -> Option<[(f64, f64); 3]> {
    let length = |pair: &[(f64, f64)]| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1);
    let mut left = points.windows(2).map(length).sum::<f64>() * 0.5;
    let pair = points.windows(2).find(|pair| {
        left -= length(pair);
        left <= 0.0
    })?;
    let size = length(pair);
    let (ux, uy) = ((pair[1].0 - pair[0].0) / size, (pair[1].1 - pair[0].1) / size);
    let t = 1.0 + left / size;
    let (x, y) = (pair[0].0 + t * (pair[1].0 - pair[0].0), pair[0].1 + t * (pair[1].1 - pair[0].1));
    Some([
        (x + 6.0 * ux, y + 6.0 * uy),
        (x - 4.0 * ux - 4.2 * uy, y - 4.0 * uy + 4.2 * ux),
        (x - 4.0 * ux + 4.2 * uy, y - 4.0 * uy - 4.2 * ux),
    ])
}

/// A ring with its name beside it, on the side where there is room.
fn draw_mark(canvas: &mut Canvas, frame: &Frame, point: (f64, f64), name: &str) {
    let (x, y) = frame.place(point);
    canvas.raw(format_args!(
        "<circle cx=\"{}\" cy=\"{}\" r=\"5\" fill=\"{BRIGHT}\" stroke=\"{DARK}\" stroke-width=\"1.6\"/>",
        number(x),
        number(y)
    ));
    let fits = x + 12.0 + width(name, TEXT) < f64::from(frame.left + frame.width);
    let (dx, anchor) = if fits { (10.0, "start") } else { (-10.0, "end") };
    canvas.raw(format_args!(
        "<text x=\"{}\" y=\"{}\" font-size=\"{TEXT}\" font-weight=\"600\" text-anchor=\"{anchor}\" fill=\"{BRIGHT}\" stroke=\"{DARK}\" stroke-width=\"3\" stroke-linejoin=\"round\" paint-order=\"stroke\">{}</text>",
        number(x + dx),
        number(y + 0.36 * TEXT),
        escape(name)
    ));
}
