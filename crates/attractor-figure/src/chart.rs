//! Curves over a plane.

use plotters::element::{PathElement, Polygon};
use plotters::style::{Color, ShapeStyle};

use crate::axis::Axis;
use crate::canvas::Canvas;
use crate::error::FigureError;
use crate::frame::{Context, Frame, STROKE, backend, colour, dash_code, room_below, room_beside};
use crate::legend::{self, Entry};
use crate::marker;
use crate::svg::Svg;
use crate::text::fitted;
use crate::theme::SERIES;

/// A chart of lines, points, stairs, bands and bars over two axes.
///
/// Series with the same name share one colour and one entry of the legend, so that a band and the line in
/// its middle read as one thing. Curves that share a chart differ in colour and in marker or dash.
///
/// ```
/// # fn main() -> Result<(), attractor_figure::FigureError> {
/// use attractor_figure::Chart;
/// let energy = [(0.0, 3.0), (1.0, -2.0), (2.0, -2.5)];
/// let svg = Chart::new("Energy along the way").x_axis("step").y_axis("E").line("model B", &energy).draw()?;
/// assert!(svg.inline().starts_with("<svg"));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Chart {
    title: String,
    x_name: String,
    y_name: String,
    log: (bool, bool),
    size: (u32, u32),
    series: Vec<Series>,
}

#[derive(Debug, Clone)]
struct Series {
    name: String,
    kind: Kind,
    /// x, y and, for bands and bars, the upper y; otherwise y again.
    rows: Vec<[f64; 3]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Line,
    Dashed,
    Points,
    Band,
    Bars,
    Steps,
}

impl Chart {
    /// A chart without series; an empty title takes no room.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            x_name: String::new(),
            y_name: String::new(),
            log: (false, false),
            size: (620, 390),
            series: Vec::new(),
        }
    }

    /// The name and unit of the horizontal axis.
    #[must_use]
    pub fn x_axis(mut self, name: &str) -> Self {
        name.clone_into(&mut self.x_name);
        self
    }

    /// The name and unit of the vertical axis.
    #[must_use]
    pub fn y_axis(mut self, name: &str) -> Self {
        name.clone_into(&mut self.y_name);
        self
    }

    /// Makes the horizontal axis logarithmic: every x must be positive.
    #[must_use]
    pub fn log_x(mut self) -> Self {
        self.log.0 = true;
        self
    }

    /// Makes the vertical axis logarithmic: every y must be positive.
    #[must_use]
    pub fn log_y(mut self) -> Self {
        self.log.1 = true;
        self
    }

    /// The natural size in pixels; at least 240 by 180.
    #[must_use]
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.size = (width.clamp(240, 8000), height.clamp(180, 8000));
        self
    }

    /// A solid line through points (x, y), in the order given.
    #[must_use]
    pub fn line(self, name: &str, points: &[(f64, f64)]) -> Self {
        self.with(name, Kind::Line, points)
    }

    /// A dashed line through points (x, y), in the order given: theory beside measurement.
    #[must_use]
    pub fn dashed(self, name: &str, points: &[(f64, f64)]) -> Self {
        self.with(name, Kind::Dashed, points)
    }

    /// Marks at points (x, y), not connected.
    #[must_use]
    pub fn points(self, name: &str, points: &[(f64, f64)]) -> Self {
        self.with(name, Kind::Points, points)
    }

    /// A staircase: each y holds until the next x.
    #[must_use]
    pub fn steps(self, name: &str, points: &[(f64, f64)]) -> Self {
        self.with(name, Kind::Steps, points)
    }

    /// A shaded band of (x, low, high), for intervals.
    #[must_use]
    pub fn band(self, name: &str, rows: &[(f64, f64, f64)]) -> Self {
        self.between(name, Kind::Band, rows)
    }

    /// An upright bar at each (x, low, high): the intervals of points of the same name.
    #[must_use]
    pub fn bars(self, name: &str, rows: &[(f64, f64, f64)]) -> Self {
        self.between(name, Kind::Bars, rows)
    }

    fn between(mut self, name: &str, kind: Kind, rows: &[(f64, f64, f64)]) -> Self {
        let rows = rows.iter().map(|&(x, low, high)| [x, low, high]).collect();
        self.series.push(Series { name: name.to_owned(), kind, rows });
        self
    }

    fn with(mut self, name: &str, kind: Kind, points: &[(f64, f64)]) -> Self {
        let rows = points.iter().map(|&(x, y)| [x, y, y]).collect();
        self.series.push(Series { name: name.to_owned(), kind, rows });
        self
    }

    /// The finished drawing.
    ///
    /// # Errors
    ///
    /// If there is no series, a series has no points, a number is not finite, or a number that is not
    /// positive meets a logarithmic axis. The error names the series and the index of the point.
    pub fn draw(&self) -> Result<Svg, FigureError> {
        self.check()?;
        let mut canvas = Canvas::default();
        let (width, height) = self.size;
        let mut top = 14;
        if !self.title.is_empty() {
            canvas.title(&fitted(&self.title, 16.5, f64::from(width) - 16.0));
            top = 38;
        }
        let looks = self.looks();
        top += legend::draw(
            &mut canvas,
            &self.entries(&looks),
            (10.0, f64::from(top)),
            f64::from(width) - 24.0,
        );
        let frame = self.frame(top + 4, width, height.max(top + 160));
        frame.plot(&mut canvas, |chart| self.plot(chart, &looks))?;
        frame.baseline(&mut canvas);
        frame.label(&mut canvas, &self.x_name, &self.y_name);
        Ok(Svg::new(width, height.max(top + 160), &self.spoken(), canvas))
    }

    fn frame(&self, top: u32, width: u32, height: u32) -> Frame {
        let x = axis(self.log.0, self.extent(|row| [row[0], row[0]]), 0.02, width / 100);
        let y = axis(self.log.1, self.extent(|row| [row[1], row[2]]), 0.06, height / 70);
        let left = room_beside(&y, !y.describe(&self.y_name).is_empty());
        let below = room_below(!x.describe(&self.x_name).is_empty());
        Frame {
            left,
            top,
            width: width.saturating_sub(left + 24).max(60),
            height: height.saturating_sub(top + below).max(60),
            x,
            y,
        }
    }

    fn extent(&self, pick: impl Fn(&[f64; 3]) -> [f64; 2]) -> (f64, f64) {
        let values = self.series.iter().flat_map(|series| &series.rows).flat_map(pick);
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        })
    }

    fn check(&self) -> Result<(), FigureError> {
        if self.series.is_empty() {
            return Err(FigureError::Empty { what: format!("chart {:?}", self.title) });
        }
        self.series.iter().try_for_each(|series| series.check(self.log))
    }

    /// What a screen reader says: the title, the axes and the series.
    fn spoken(&self) -> String {
        let mut names: Vec<&str> = Vec::new();
        for series in &self.series {
            if !series.name.is_empty() && !names.contains(&series.name.as_str()) {
                names.push(&series.name);
            }
        }
        let axes = format!("{} over {}", self.y_name, self.x_name);
        format!("{}: chart of {axes}; series: {}", self.title, names.join(", "))
    }

    fn looks(&self) -> Vec<Entry> {
        let mut names: Vec<&str> = Vec::new();
        let crowded =
            self.series.iter().filter(|s| matches!(s.kind, Kind::Line | Kind::Steps)).count() > 1;
        let mut dashes = 0;
        let mut looks = Vec::new();
        for series in &self.series {
            let known = names.iter().position(|name| *name == series.name);
            let at = known.unwrap_or_else(|| {
                names.push(&series.name);
                names.len() - 1
            });
            looks.push(series.look(at, dashes, crowded));
            dashes += usize::from(series.kind == Kind::Dashed);
        }
        looks
    }

    /// The looks, with those of one name put together and those without a name left out.
    fn entries(&self, looks: &[Entry]) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        for look in looks.iter().filter(|look| !look.name.is_empty()) {
            match entries.iter_mut().find(|entry| entry.name == look.name) {
                None => entries.push(look.clone()),
                Some(entry) => {
                    entry.line = entry.line.or(look.line);
                    entry.marker = entry.marker.or(look.marker);
                    entry.band |= look.band;
                }
            }
        }
        entries
    }

    fn plot(&self, chart: &mut Context<'_>, looks: &[Entry]) -> Result<(), FigureError> {
        let pairs = || self.series.iter().zip(looks);
        for (series, look) in pairs().filter(|(series, _)| series.kind == Kind::Band) {
            series.plot_band(chart, look)?;
        }
        for (series, look) in pairs() {
            series.plot_line(chart, look)?;
            series.plot_bars(chart, look)?;
        }
        pairs().try_for_each(|(series, look)| series.plot_marks(chart, look))
    }
}

fn axis(log: bool, extent: (f64, f64), padding: f64, ticks: u32) -> Axis {
    let ticks = ticks.clamp(3, 12) as usize;
    if log { Axis::log(extent, padding, ticks) } else { Axis::linear(extent, padding, ticks) }
}

impl Series {
    fn check(&self, log: (bool, bool)) -> Result<(), FigureError> {
        let what = || format!("series {:?}", self.name);
        if self.rows.is_empty() {
            return Err(FigureError::Empty { what: what() });
        }
        for (index, row) in self.rows.iter().enumerate() {
            for (value, log) in [(row[0], log.0), (row[1], log.1), (row[2], log.1)] {
                if !value.is_finite() {
                    return Err(FigureError::NotFinite { what: what(), index, value });
                }
                if log && value <= 0.0 {
                    return Err(FigureError::NotPositive { what: what(), index, value });
                }
            }
        }
        Ok(())
    }

    fn look(&self, at: usize, dashes: usize, crowded: bool) -> Entry {
        let marked =
            self.kind == Kind::Points || (crowded && matches!(self.kind, Kind::Line | Kind::Steps));
        Entry {
            name: self.name.clone(),
            hex: SERIES[at % SERIES.len()],
            line: match self.kind {
                Kind::Line | Kind::Steps => Some(None),
                Kind::Dashed => Some(Some(dashes)),
                Kind::Points | Kind::Band | Kind::Bars => None,
            },
            marker: marked.then_some(at),
            band: self.kind == Kind::Band,
        }
    }

    fn points(&self) -> Vec<(f64, f64)> {
        self.rows.iter().map(|row| (row[0], row[1])).collect()
    }

    fn plot_band(&self, chart: &mut Context<'_>, look: &Entry) -> Result<(), FigureError> {
        let low = self.rows.iter().map(|row| (row[0], row[1]));
        let high = self.rows.iter().rev().map(|row| (row[0], row[2]));
        let style = colour(look.hex).filled();
        let style = ShapeStyle { color: style.color.mix(0.22), ..style };
        let polygon = Polygon::new(low.chain(high).collect::<Vec<_>>(), style);
        chart.draw_series(std::iter::once(polygon)).map_err(backend).map(drop)
    }

    fn plot_line(&self, chart: &mut Context<'_>, look: &Entry) -> Result<(), FigureError> {
        let Some(dash) = look.line else { return Ok(()) };
        let points =
            if self.kind == Kind::Steps { staircase(&self.points()) } else { self.points() };
        let style = colour(look.hex).stroke_width(dash.map_or(STROKE, dash_code));
        let path = PathElement::new(points, style);
        chart.draw_series(std::iter::once(path)).map_err(backend).map(drop)
    }

    fn plot_bars(&self, chart: &mut Context<'_>, look: &Entry) -> Result<(), FigureError> {
        let rows = self.rows.iter().filter(|_| self.kind == Kind::Bars);
        let style = colour(look.hex).stroke_width(STROKE);
        let bars =
            rows.map(|row| PathElement::new(vec![(row[0], row[1]), (row[0], row[2])], style));
        chart.draw_series(bars.collect::<Vec<_>>()).map_err(backend).map(drop)
    }

    /// Points are marked each; a line is marked a few times along its way, only to be told apart.
    fn plot_marks(&self, chart: &mut Context<'_>, look: &Entry) -> Result<(), FigureError> {
        let Some(shape) = look.marker else { return Ok(()) };
        let stride = match self.kind {
            Kind::Points => 1,
            _ => self.rows.len().div_ceil(12).max(1),
        };
        let points: Vec<_> = self.points().into_iter().step_by(stride).collect();
        marker::plot(chart, shape, look.hex, &points)
    }
}

fn staircase(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let treads = points.windows(2).flat_map(|pair| [pair[0], (pair[1].0, pair[0].1)]);
    treads.chain(points.last().copied()).collect()
}
