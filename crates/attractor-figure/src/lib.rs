#![doc = include_str!("../README.md")]

// The range of the data, round ticks in it.
mod axis;
// The few SVG elements that drawings are made of.
mod canvas;
// Curves.
mod chart;
// What can be wrong with the numbers of a drawing.
mod error;
// Numbers on a lattice: colours and level lines.
mod field;
// The rectangle between two axes, through plotters.
mod frame;
// A scalar field over a rectangle.
mod heat_map;
// Small grey images.
mod image_grid;
// The key to the curves.
mod legend;
// Shapes that tell series apart.
mod marker;
// One HTML page.
mod page;
// Images as `data:` addresses.
mod png;
// Plain text with `code` and **bold** as HTML.
mod prose;
// A finished drawing.
mod svg;
// Escaping, and the width of text.
mod text;
// Colours, light and dark.
mod theme;
// Ticks as exact decimals.
mod tick;

pub use chart::Chart;
pub use error::FigureError;
pub use heat_map::HeatMap;
pub use image_grid::ImageGrid;
pub use page::Page;
pub use svg::Svg;
