//! Small grey images in rows and columns.

use crate::canvas::{Anchor, Canvas, Lettering};
use crate::error::{FigureError, all_finite, increasing, of_length};
use crate::frame::{TEXT, lettering};
use crate::png::{Pixels, data_address};
use crate::svg::Svg;
use crate::text::{fitted, width};
use crate::theme::{GAP, GRID, INK, MUTED};

const SPACE: f64 = 8.0;
const CAPTION: f64 = 20.0;
const LABEL_ROOM: f64 = 200.0;

/// Grey images of one shape in rows and columns, such as cue, recalled state and nearest memory.
///
/// Low is dark and high is light. Unless [`range`](Self::range) fixes the two ends for all images, each
/// image is stretched over its own smallest and largest value; an image of one value is mid-grey.
///
/// ```
/// # fn main() -> Result<(), attractor_figure::FigureError> {
/// use attractor_figure::ImageGrid;
/// let (cue, recalled) = ([0.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.0, 0.0]);
/// let svg = ImageGrid::new(2, 2).columns(&["cue", "recalled"]).row("digit 7", &[&cue, &recalled]).draw()?;
/// # assert!(svg.width() > 0);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct ImageGrid {
    title: String,
    /// Height and width of every image, in its own pixels.
    shape: (usize, usize),
    columns: Vec<String>,
    rows: Vec<Row>,
    range: Option<(f64, f64)>,
    cell: u32,
}

#[derive(Debug, Clone)]
struct Row {
    label: String,
    images: Vec<Option<Vec<f64>>>,
    captions: Vec<String>,
}

impl ImageGrid {
    /// A grid for images of `image_height` rows of `image_width` values each.
    #[must_use]
    pub fn new(image_height: usize, image_width: usize) -> Self {
        Self {
            title: String::new(),
            shape: (image_height, image_width),
            columns: Vec::new(),
            rows: Vec::new(),
            range: None,
            cell: 72,
        }
    }

    /// A title above the grid.
    #[must_use]
    pub fn title(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    /// What the columns are, from left to right.
    #[must_use]
    pub fn columns(mut self, names: &[&str]) -> Self {
        self.columns = names.iter().map(|&name| name.to_owned()).collect();
        self
    }

    /// One more row of images, each a slice of `image_height · image_width` values, top row first.
    #[must_use]
    pub fn row(self, label: &str, images: &[&[f64]]) -> Self {
        let images: Vec<Option<&[f64]>> = images.iter().map(|&image| Some(image)).collect();
        self.row_with_gaps(label, &images)
    }

    /// One more row, in which some cells stay empty.
    #[must_use]
    pub fn row_with_gaps(mut self, label: &str, images: &[Option<&[f64]>]) -> Self {
        self.rows.push(Row {
            label: label.to_owned(),
            images: images.iter().map(|image| image.map(<[f64]>::to_vec)).collect(),
            captions: Vec::new(),
        });
        self
    }

    /// Short texts beneath the images of the row that was added last; an empty one leaves its place free.
    #[must_use]
    pub fn captions(mut self, captions: &[&str]) -> Self {
        if let Some(row) = self.rows.last_mut() {
            row.captions = captions.iter().map(|&caption| caption.to_owned()).collect();
        }
        self
    }

    /// The values shown as black and as white, for all images alike; values beyond them are cut off.
    #[must_use]
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// The width of one image in pixels of the drawing; at least 8.
    #[must_use]
    pub fn cell(mut self, pixels: u32) -> Self {
        self.cell = pixels.clamp(8, 2000);
        self
    }

    /// The finished drawing.
    ///
    /// # Errors
    ///
    /// If there are no rows or no columns of images, the images have no pixels, an image has another
    /// length, a value is not finite, or the range has no width.
    pub fn draw(&self) -> Result<Svg, FigureError> {
        self.check()?;
        let layout = Layout::of(self);
        let mut canvas = Canvas::default();
        if !self.title.is_empty() {
            canvas.title(&fitted(&self.title, 16.5, layout.width - 8.0));
        }
        for (i, name) in self.columns.iter().enumerate() {
            let at = (layout.column(i) + layout.slot / 2.0, layout.top - 14.0);
            canvas.text(name, at, lettering(INK, Anchor::Middle));
        }
        let mut y = layout.top;
        for row in &self.rows {
            self.draw_row(&mut canvas, row, &layout, y);
            y += layout.row_height(row);
        }
        Ok(Svg::new(pixels(layout.width), pixels(y), &self.spoken(), canvas))
    }

    fn draw_row(&self, canvas: &mut Canvas, row: &Row, layout: &Layout, y: f64) {
        let (cell_width, cell_height) = layout.cell;
        let label = fitted(&row.label, TEXT, LABEL_ROOM);
        canvas.text(
            &label,
            (layout.left - 12.0, y + cell_height / 2.0),
            lettering(INK, Anchor::End),
        );
        for (i, image) in row.images.iter().enumerate() {
            let x = layout.column(i) + (layout.slot - cell_width) / 2.0;
            match image {
                Some(image) => self.draw_image(canvas, image, (x, y), layout.cell),
                None => canvas.rect((x, y), layout.cell, &format!("fill=\"{GAP}\"")),
            }
        }
        for (i, caption) in row.captions.iter().enumerate() {
            let at = (layout.column(i) + layout.slot / 2.0, y + cell_height + 10.0);
            canvas.text(caption, at, Lettering { size: 12.0, fill: MUTED, anchor: Anchor::Middle });
        }
    }

    fn draw_image(&self, canvas: &mut Canvas, image: &[f64], at: (f64, f64), size: (f64, f64)) {
        let (low, high) = self.range.unwrap_or_else(|| extent(image));
        let bytes: Vec<u8> = image.iter().map(|&value| level(value, low, high)).collect();
        let data = data_address(self.shape.1, self.shape.0, &bytes, Pixels::Grey);
        canvas.image(
            &data,
            at,
            size,
            "image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\"",
        );
        canvas.rect(at, size, &format!("fill=\"none\" stroke=\"{GRID}\""));
    }

    fn check(&self) -> Result<(), FigureError> {
        let (height, width) = self.shape;
        let empty = |what: &str| Err(FigureError::Empty { what: what.to_owned() });
        if height == 0 || width == 0 {
            return empty("the shape of the images");
        }
        if self.rows.iter().all(|row| row.images.is_empty()) {
            return empty("image grid");
        }
        if let Some(range) = self.range {
            increasing("the range of the grey levels", range)?;
        }
        for row in &self.rows {
            for (column, image) in row.images.iter().enumerate() {
                let Some(image) = image else { continue };
                let what = format!("row {:?}, image {column}", row.label);
                of_length(&what, height.saturating_mul(width), image.len())?;
                all_finite(&what, image)?;
            }
        }
        Ok(())
    }

    fn spoken(&self) -> String {
        let labels: Vec<&str> = self.rows.iter().map(|row| row.label.as_str()).collect();
        let head = if self.title.is_empty() { "Grid of images" } else { &self.title };
        format!("{head}; columns: {}; rows: {}", self.columns.join(", "), labels.join(", "))
    }
}

/// Where the parts of a grid lie, in pixels.
struct Layout {
    left: f64,
    top: f64,
    width: f64,
    /// Width and height of an image.
    cell: (f64, f64),
    /// Width of a column, which its name may stretch.
    slot: f64,
}

impl Layout {
    #[expect(clippy::cast_precision_loss, reason = "pixel counts of small images")]
    fn of(grid: &ImageGrid) -> Self {
        let widest = |texts: &mut dyn Iterator<Item = &String>, size| {
            texts.map(|text| width(text, size)).fold(0.0, f64::max)
        };
        let (height, image_width) = grid.shape;
        let cell_width = f64::from(grid.cell);
        let cell =
            (cell_width, (cell_width * height as f64 / image_width as f64).clamp(4.0, 8000.0));
        let captions = widest(&mut grid.rows.iter().flat_map(|row| &row.captions), 12.0);
        let slot = cell_width.max(widest(&mut grid.columns.iter(), TEXT)).max(captions).ceil();
        let label = widest(&mut grid.rows.iter().map(|row| &row.label), TEXT).min(LABEL_ROOM);
        let columns =
            grid.rows.iter().map(|row| row.images.len()).chain([grid.columns.len()]).max();
        let left = if label > 0.0 { label.ceil() + 20.0 } else { SPACE };
        let title = if grid.title.is_empty() { 4.0 } else { 36.0 };
        Self {
            left,
            top: title + if grid.columns.is_empty() { 4.0 } else { 28.0 },
            width: left + columns.unwrap_or(0) as f64 * (slot + SPACE),
            cell,
            slot,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "the number of a column")]
    fn column(&self, i: usize) -> f64 {
        self.left + i as f64 * (self.slot + SPACE)
    }

    fn row_height(&self, row: &Row) -> f64 {
        self.cell.1 + SPACE + if row.captions.is_empty() { 0.0 } else { CAPTION - 4.0 }
    }
}

fn extent(image: &[f64]) -> (f64, f64) {
    image
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)))
}

/// The grey of a value; halved before they are subtracted, two finite numbers cannot overflow.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a byte")]
fn level(value: f64, low: f64, high: f64) -> u8 {
    let fraction = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
    let fraction = if fraction.is_nan() { 0.5 } else { fraction.clamp(0.0, 1.0) };
    (255.0 * fraction).round() as u8
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a positive, bounded length"
)]
fn pixels(length: f64) -> u32 {
    length.ceil() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grey_levels_span_the_range() {
        assert_eq!(
            [level(-1.0, -1.0, 1.0), level(0.0, -1.0, 1.0), level(9.0, -1.0, 1.0)],
            [0, 128, 255]
        );
        assert_eq!(level(3.0, 3.0, 3.0), 128);
        assert_eq!(level(f64::MAX, -f64::MAX, f64::MAX), 255);
    }
}
