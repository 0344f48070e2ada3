//! The figures: L, g and L* of each Lagrangian, side by side.

mod facts;
mod rows;

use attractor_figure::{Chart, FigureError, Svg};
use attractor_lagrangian::Lagrangian;
use facts::facts;
use rows::{Line, Member, ROWS, Row};
use std::error::Error;

/// Where the files go, from this crate's folder.
pub(crate) const FOLDER: &str = "../attractor-lagrangian/doc/zoo";

/// What to do when they differ.
pub(crate) const REMEDY: &str = "not what the code draws: run `cargo run -p attractor-cli --example zoo` and look at the figures";

/// Every file's name with its text.
pub(crate) fn files() -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut files = vec![("facts.md".to_owned(), facts()?), ("style.html".to_owned(), style()?)];
    for row in ROWS {
        files.push((format!("{}.svg", row.name), row.figure()?.inline() + "\n"));
    }
    Ok(files)
}

impl Row {
    /// L, g and L* side by side.
    fn figure(&self) -> Result<Svg, Box<dyn Error>> {
        let (members, Line { text, .. }) = (self.members()?, self.currents);
        let first = if (self.currents.at)(0.0).len() == 1 { "g" } else { "g₁" };
        let mut panels = vec![
            self.panel(&members, &format!("L({text})"), self.currents, |l, x| l.value(x))?,
            self.panel(&members, &format!("{first}({text})"), self.currents, first_output)?,
        ];
        if let Some(outputs) = self.outputs {
            let title = format!("L*({})", outputs.text);
            panels.push(self.panel(&members, &title, outputs, |l, p| l.conjugate(p))?);
        }
        let what = format!("L, its gradient g and its conjugate L* of {}", self.name);
        Ok(Svg::row(&panels).labelled(&what))
    }

    fn panel(
        &self,
        members: &[Member],
        title: &str,
        line: Line,
        f: fn(&dyn Lagrangian<f64>, &[f64]) -> f64,
    ) -> Result<Svg, FigureError> {
        let curve = |l: &dyn Lagrangian<f64>| line.sample(|x| f(l, x));
        let curves: Vec<_> = members.iter().map(|(label, l)| (label, curve(&**l))).collect();
        let heights = || curves.iter().flat_map(|(_, curve)| curve).map(|point| point.1);
        let (low, high) = (heights().fold(0.0, f64::min), heights().fold(0.0, f64::max));
        let scale = (line.range.1 - line.range.0, (high - low).max(1e-9));
        let mut chart = Chart::new(title).size(WIDTH, HEIGHT);
        for (member, (label, curve)) in curves.iter().enumerate() {
            let curve = thinned(curve, scale);
            chart = if member == self.solid() {
                chart.line(label, &curve)
            } else {
                chart.dashed(label, &curve)
            };
        }
        chart.draw()
    }
}

/// The size of a panel in pixels: three of them fill a page of documentation.
const WIDTH: u32 = 304;
const HEIGHT: u32 = 250;

fn first_output(l: &dyn Lagrangian<f64>, x: &[f64]) -> f64 {
    let mut g = vec![0.0; x.len()];
    l.activate(x, &mut g);
    g[0]
}

/// The curve without the points that lie within about a tenth of a pixel of the line through the others
/// (Douglas and Peucker's algorithm).
fn thinned(points: &[(f64, f64)], (wide, high): (f64, f64)) -> Vec<(f64, f64)> {
    let pixel = |(x, y): (f64, f64)| (x / wide * f64::from(WIDTH), y / high * f64::from(HEIGHT));
    let pixels: Vec<_> = points.iter().map(|&point| pixel(point)).collect();
    let (mut kept, mut open) = (vec![points.len() - 1], vec![(0, points.len() - 1)]);
    while let Some((a, b)) = open.pop() {
        // rounded, so that a last digit never decides which of two is further
        let off = |i: &usize| (1e6 * distance(pixels[*i], pixels[a], pixels[b])).round();
        let furthest = (a + 1..b).max_by(|i, j| off(i).total_cmp(&off(j)));
        match furthest.filter(|i| off(i) > 0.12e6) {
            Some(middle) => open.extend([(middle, b), (a, middle)]),
            None => kept.push(a),
        }
    }
    kept.sort_unstable();
    kept.dedup();
    kept.into_iter().map(|i| points[i]).collect()
}

/// From a point to the line through two others.
fn distance(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    (dx * (p.1 - a.1) - dy * (p.0 - a.0)).abs() / dx.hypot(dy).max(1e-9)
}

/// The figures' style sheet with the reader's theme as rustdoc knows it, for the figures alone.
fn style() -> Result<String, Box<dyn Error>> {
    let file = Chart::new("").line("", &[(0.0, 0.0)]).draw()?.standalone();
    let part = |text: &str, from: &str, to: &str| {
        let part = text.split_once(from).and_then(|(_, rest)| rest.split_once(to));
        part.map(|(part, rest)| (part.to_owned(), rest.to_owned())).ok_or("another style sheet")
    };
    let (light, rest) = part(&file, "--ink", "}")?;
    let (dark, rest) = part(&rest, "--ink", "}}\n")?;
    let rules = rest.split("</style>").next().unwrap_or_default();
    let own = "[data-theme] .attractor-figure{--grid:rgb(128 128 128/.3)}.attractor-figure{display:block;min-width:620px}";
    Ok(format!(
        "<style>\n.attractor-figure{{--ink{light}}}\n[data-theme=dark] .attractor-figure,[data-theme=ayu] .attractor-figure{{--ink{dark}}}\n{rules}{own}\n</style>\n"
    ))
}
