//! The key to the curves: rows of a sample and a name each, above the plot.

use crate::canvas::{Anchor, Canvas, number};
use crate::frame::{DASHES, TEXT, lettering, pattern};
use crate::marker;
use crate::text;
use crate::theme::INK;

const SAMPLE: f64 = 28.0;
const ROW: u32 = 22;

/// How one series looks.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) hex: &'static str,
    /// `None`: no line; `Some(None)`: a solid one; otherwise the number of its dash pattern.
    pub(crate) line: Option<Option<usize>>,
    pub(crate) marker: Option<usize>,
    pub(crate) band: bool,
}

/// Draws the entries into rows of at most `width` pixels, and says how many pixels high they are.
pub(crate) fn draw(
    canvas: &mut Canvas,
    entries: &[Entry],
    (left, top): (f64, f64),
    width: f64,
) -> u32 {
    let (mut x, mut row) = (0.0, 0);
    for entry in entries {
        let name = text::fitted(&entry.name, TEXT, width - SAMPLE - 8.0);
        let needed = SAMPLE + 8.0 + text::width(&name, TEXT);
        if x > 0.0 && x + needed > width {
            (x, row) = (0.0, row + 1);
        }
        let at = (left + x, top + f64::from(row * ROW) + 9.0);
        sample(canvas, entry, at);
        canvas.text(&name, (at.0 + SAMPLE + 7.0, at.1), lettering(INK, Anchor::Start));
        x += needed + 18.0;
    }
    if entries.is_empty() { 0 } else { (row + 1) * ROW + 6 }
}

fn sample(canvas: &mut Canvas, entry: &Entry, (x, y): (f64, f64)) {
    let hex = entry.hex;
    if entry.band {
        canvas.rect((x, y - 7.0), (SAMPLE, 14.0), &format!("fill=\"{hex}\" opacity=\"0.22\""));
    }
    if let Some(dash) = entry.line {
        let dash = dash.map_or(String::new(), |dash| {
            format!(" stroke-dasharray=\"{}\"", pattern(DASHES[dash % DASHES.len()], 1.0))
        });
        let d = format!("M{} {}h{SAMPLE}", number(x), number(y));
        canvas.path(&d, &format!("fill=\"none\" stroke=\"{hex}\" stroke-width=\"2\"{dash}"));
    }
    if let Some(shape) = entry.marker {
        marker::draw(canvas, shape, hex, (x + SAMPLE / 2.0, y));
    }
}
