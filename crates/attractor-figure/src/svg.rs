//! A finished drawing.

use crate::canvas::Canvas;
use crate::text::{escape, fitted};
use crate::theme::{SURFACE, style_sheet};

/// System fonts, in the order in which they are tried.
pub(crate) const FONTS: &str =
    "system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif";

const GUTTER: u32 = 18;
const TITLE_HEIGHT: u32 = 34;

/// A finished drawing, ready to be put into a page or a file.
///
/// The colours follow the reader's preference for light or dark: inside a [`Page`](crate::Page) through
/// the page's style sheet, in a file of its own through a style sheet that the file carries. A renderer
/// that knows no style sheets shows the light colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Svg {
    width: u32,
    height: u32,
    label: String,
    body: String,
}

impl Svg {
    pub(crate) fn new(width: u32, height: u32, label: &str, canvas: Canvas) -> Self {
        Self { width, height, label: label.to_owned(), body: canvas.finish() }
    }

    /// The natural width, in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// The natural height, in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// What a screen reader says that this drawing is.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The same drawing under another name for screen readers.
    #[must_use]
    pub fn labelled(self, label: &str) -> Self {
        Self { label: label.to_owned(), ..self }
    }

    /// One `<svg>` element for the inside of a page: transparent, as wide as its place allows up to its
    /// natural width.
    #[must_use]
    pub fn inline(&self) -> String {
        let width = self.width;
        let style = format!("--natural:{width}px;width:100%;max-width:{width}px;height:auto");
        format!("{} style=\"{style}\">{}</svg>", self.opening(), self.body)
    }

    /// A whole `.svg` file with its own style sheet and background.
    #[must_use]
    pub fn standalone(&self) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}>\n<title>{}</title>\n<style>\n{}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"{SURFACE}\"/>{}</svg>\n",
            self.opening(),
            escape(&self.label),
            escape_style(&style_sheet()),
            self.body
        )
    }

    /// Drawings one beneath the other, aligned to the left, under a title if there is one.
    #[must_use]
    pub fn stack(title: Option<&str>, drawings: &[Self]) -> Self {
        let width = drawings.iter().map(|d| d.width).max().unwrap_or(1);
        let mut canvas = Canvas::default();
        let mut y = 0;
        if let Some(title) = title {
            canvas.title(&fitted(title, 16.0, f64::from(width) - 16.0));
            y = TITLE_HEIGHT;
        }
        for drawing in drawings {
            canvas.push(&drawing.nested("y", y));
            y += drawing.height + GUTTER;
        }
        let labels: Vec<&str> = title.into_iter().chain(drawings.iter().map(Self::label)).collect();
        Self::new(width, y.saturating_sub(GUTTER).max(1), &labels.join("; "), canvas)
    }

    /// Drawings side by side, aligned at the top.
    #[must_use]
    pub fn row(drawings: &[Self]) -> Self {
        let (mut canvas, mut x) = (Canvas::default(), 0);
        for drawing in drawings {
            canvas.push(&drawing.nested("x", x));
            x += drawing.width + GUTTER;
        }
        let height = drawings.iter().map(|d| d.height).max().unwrap_or(1);
        let labels: Vec<&str> = drawings.iter().map(Self::label).collect();
        Self::new(x.saturating_sub(GUTTER).max(1), height, &labels.join("; "), canvas)
    }

    fn opening(&self) -> String {
        let (width, height) = (self.width, self.height);
        format!(
            "<svg class=\"attractor-figure\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" font-family=\"{FONTS}\"",
            escape(&self.label)
        )
    }

    /// The drawing as a part of another, moved along one axis.
    fn nested(&self, axis: &str, by: u32) -> String {
        let (width, height) = (self.width, self.height);
        format!(
            "<svg {axis}=\"{by}\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">{}</svg>",
            self.body
        )
    }
}

/// Quotes need no escape inside an element, and a style sheet without `<` or `&` needs none at all.
fn escape_style(css: &str) -> &str {
    debug_assert!(!css.contains(['<', '&']));
    css
}
