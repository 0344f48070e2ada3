//! (in progress)
mod axis;
mod canvas;
mod chart;
mod error;
mod field;
mod frame;
mod heat_map;
mod image_grid;
mod legend;
mod marker;
mod page;
mod png;
mod prose;
mod svg;
mod text;
mod theme;
mod tick;

pub use chart::Chart;
pub use error::FigureError;
pub use heat_map::HeatMap;
pub use image_grid::ImageGrid;
pub use page::Page;
pub use svg::Svg;
