//! The few SVG elements that drawings are made of, written as text.

use std::fmt::Write as _;

use crate::text::escape;
use crate::theme::INK;

/// Where a text lies relative to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lettering {
    pub(crate) size: f64,
    pub(crate) fill: &'static str,
    pub(crate) anchor: Anchor,
}

/// The inside of an `<svg>` element while it is being drawn.
#[derive(Debug, Default)]
pub(crate) struct Canvas {
    body: String,
}

impl Canvas {
    /// What was drawn.
    pub(crate) fn finish(self) -> String {
        self.body
    }

    /// Puts in SVG that is known to be well formed.
    pub(crate) fn push(&mut self, svg: &str) {
        self.body.push_str(svg);
    }

    /// The title line, in the upper left corner.
    pub(crate) fn title(&mut self, text: &str) {
        self.raw(format_args!(
            "<text x=\"8\" y=\"22\" font-size=\"16\" font-weight=\"600\" fill=\"{INK}\">{}</text>",
            escape(text)
        ));
    }

    /// A text whose vertical middle is at `y`.
    pub(crate) fn text(&mut self, text: &str, (x, y): (f64, f64), look: Lettering) {
        self.raw(format_args!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\" text-anchor=\"{}\" fill=\"{}\">{}</text>",
            number(x),
            number(y + 0.36 * look.size),
            number(look.size),
            look.anchor.name(),
            look.fill,
            escape(text)
        ));
    }

    /// A text that reads upwards and has its middle at the point.
    pub(crate) fn upward_text(&mut self, text: &str, (x, y): (f64, f64), look: Lettering) {
        let (x, y) = (number(x), number(y));
        self.raw(format_args!(
            "<text x=\"{x}\" y=\"{y}\" dy=\"0.36em\" transform=\"rotate(-90 {x} {y})\" font-size=\"{}\" text-anchor=\"middle\" fill=\"{}\">{}</text>",
            number(look.size),
            look.fill,
            escape(text)
        ));
    }

    /// A straight line.
    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), stroke: &str, width: f64) {
        self.raw(format_args!(
            "<path d=\"M{} {}L{} {}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{}\"/>",
            number(from.0),
            number(from.1),
            number(to.0),
            number(to.1),
            number(width)
        ));
    }

    /// A rectangle with one of: a filling, or an outline.
    pub(crate) fn rect(&mut self, at: (f64, f64), size: (f64, f64), attributes: &str) {
        self.raw(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" {attributes}/>",
            number(at.0),
            number(at.1),
            number(size.0),
            number(size.1)
        ));
    }

    /// A path from its `d` attribute.
    pub(crate) fn path(&mut self, d: &str, attributes: &str) {
        self.raw(format_args!("<path d=\"{d}\" {attributes}/>"));
    }

    /// An image from its `data:` address, stretched over the rectangle.
    pub(crate) fn image(&mut self, data: &str, at: (f64, f64), size: (f64, f64), attributes: &str) {
        self.raw(format_args!(
            "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" {attributes} href=\"{data}\"/>",
            number(at.0),
            number(at.1),
            number(size.0),
            number(size.1)
        ));
    }

    pub(crate) fn raw(&mut self, svg: std::fmt::Arguments<'_>) {
        // Writing into a string cannot fail.
        let _ = self.body.write_fmt(svg);
    }
}

/// A coordinate with at most two decimals, and never `-0`.
pub(crate) fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// The `d` attribute of a line through the points.
pub(crate) fn polyline(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut d = String::new();
    for (i, (x, y)) in points.into_iter().enumerate() {
        let _ = write!(d, "{}{} {}", if i == 0 { 'M' } else { 'L' }, number(x), number(y));
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        assert_eq!(number(1.0), "1");
        assert_eq!(number(-0.001), "0");
        assert_eq!(number(100.0), "100");
        assert_eq!(number(2.346), "2.35");
    }
}
