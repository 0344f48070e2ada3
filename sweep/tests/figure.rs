//! Drawings of hostile numbers: an error or a drawing without NaN.

use attractor_figure::*;
use sweep::{Fed, Sweep, fed, floats, vectors};

/// What is drawn has no NaN anywhere, whatever it was drawn from.
fn drawn(
    s: &mut Sweep,
    name: &'static str,
    input: &[f64],
    f: impl Fn() -> Result<Svg, FigureError>,
) {
    s.call(name, Fed::Finite, input, || f().map(|svg| svg.standalone()));
    if let Ok(svg) = f() {
        s.call(name, Fed::Finite, input, || svg.standalone());
        s.call("Svg::width", Fed::Finite, (), || svg.width());
        s.call("Svg::height", Fed::Finite, (), || svg.height());
        s.call("Svg::label", Fed::Finite, (), || svg.label().len());
        s.call("Svg::inline", Fed::Finite, input, || svg.inline());
        s.call("Svg::standalone", Fed::Finite, input, || svg.standalone());
    }
    if fed(input) == Fed::NotFinite {
        s.tells(name, input, || f().map(|_| "a drawing"));
    }
}

type Series = fn(Chart, &[f64]) -> Chart;

const SERIES: [(&str, Series); 6] = [
    ("Chart::line", |chart, x| chart.line("a", &pairs(x))),
    ("Chart::dashed", |chart, x| chart.dashed("a", &pairs(x))),
    ("Chart::points", |chart, x| chart.points("a", &pairs(x))),
    ("Chart::steps", |chart, x| chart.steps("a", &pairs(x))),
    ("Chart::band", |chart, x| chart.band("a", &triples(x))),
    ("Chart::bars", |chart, x| chart.bars("a", &triples(x))),
];

fn pairs(x: &[f64]) -> Vec<(f64, f64)> {
    x.iter().zip(x.iter().rev()).map(|(a, b)| (*a, *b)).collect()
}

fn triples(x: &[f64]) -> Vec<(f64, f64, f64)> {
    x.iter().zip(x.iter().rev()).map(|(a, b)| (*a, *b, *b)).collect()
}

fn charts(s: &mut Sweep) {
    for x in [0, 1, 2, 3, 8].into_iter().flat_map(vectors::<f64>) {
        for (name, series) in SERIES {
            let chart = || series(Chart::new("t").x_axis("x").y_axis("y"), &x);
            drawn(s, name, &x, || chart().draw());
            drawn(s, "Chart::log_x", &x, || chart().log_x().draw());
            drawn(s, "Chart::log_y", &x, || chart().log_y().draw());
        }
    }
    for (name, size) in [("Chart::size", (0, 0)), ("Chart::size", (1, 9000))] {
        let chart = Chart::new("t").size(size.0, size.1).line("a", &[(0.0, 1.0), (1.0, 2.0)]);
        drawn(s, name, &[], || chart.draw());
    }
    s.call("Chart::new", Fed::Finite, "empty", || Chart::new("").draw());
    s.call("Chart::x_axis", Fed::Finite, (), || Chart::new("").x_axis("NaN <&>").y_axis("").draw());
    s.call("Chart::y_axis", Fed::Finite, (), || Chart::new("").y_axis("").draw());
    s.call("Chart::draw", Fed::Finite, (), || Chart::new("").draw());
}

fn maps(s: &mut Sweep) {
    for x in [0, 1, 2, 6, 9].into_iter().flat_map(vectors::<f64>) {
        for (nx, ny) in [(0, 0), (1, x.len()), (3, x.len() / 3), (2, 3), (usize::MAX, 2)] {
            let map =
                || HeatMap::new("t", nx, ny, &x, (0.0, 1.0), (-1.0, 1.0)).axes("x", "y").scale("E");
            s.call("HeatMap::new", Fed::Finite, (&x, nx, ny), || map().draw());
            s.call("HeatMap::contours", Fed::Finite, (&x, nx, ny), || map().contours(5).draw());
            s.call("HeatMap::cells", Fed::Finite, (&x, nx, ny), || map().cells().draw());
            if let Ok(svg) = map().contours(5).draw() {
                s.call("HeatMap::draw", Fed::Finite, (&x, nx, ny), || svg.standalone());
            }
        }
    }
    let map = || HeatMap::new("t", 2, 2, &[0.0, 1.0, 2.0, 3.0], (0.0, 1.0), (0.0, 1.0));
    for (a, b) in floats::<f64>().flat_map(|a| floats::<f64>().map(move |b| (a, b))) {
        drawn(s, "HeatMap::spanning", &[a, b], || map().spanning(a, b).draw());
        drawn(s, "HeatMap::contours_at", &[a, b], || map().contours_at(&[a, b]).draw());
        drawn(s, "HeatMap::flow", &[a, b], || map().flow(&[vec![(a, b), (0.5, 0.5)]]).draw());
        drawn(s, "HeatMap::marks", &[a, b], || map().marks(&[(a, b, "m")]).draw());
        drawn(s, "HeatMap::new", &[a, b], || {
            HeatMap::new("t", 1, 1, &[1.0], (a, b), (0.0, 1.0)).draw()
        });
    }
    s.call("HeatMap::size", Fed::Finite, (), || map().size(0, 0).draw());
    s.call("HeatMap::axes", Fed::Finite, (), || map().axes("", "").draw());
    s.call("HeatMap::scale", Fed::Finite, (), || map().scale("").draw());
}

fn grids(s: &mut Sweep) {
    for x in [0, 1, 4, 9].into_iter().flat_map(vectors::<f64>) {
        let grid = |height, width| ImageGrid::new(height, width).title("t").columns(&["a"]);
        for (height, width) in [(0, 0), (1, x.len()), (2, 2), (3, 3)] {
            drawn(s, "ImageGrid::row", &x, || grid(height, width).row("r", &[&x]).draw());
            s.call("ImageGrid::row_with_gaps", Fed::Finite, &x, || {
                grid(height, width).row_with_gaps("r", &[None, Some(&x)]).draw()
            });
        }
    }
    let grid = || ImageGrid::new(1, 2).row("r", &[&[0.0, 1.0]]);
    for (a, b) in floats::<f64>().flat_map(|a| floats::<f64>().map(move |b| (a, b))) {
        drawn(s, "ImageGrid::range", &[a, b], || grid().range(a, b).draw());
    }
    s.call("ImageGrid::new", Fed::Finite, (), || ImageGrid::new(usize::MAX, 2).draw());
    s.call("ImageGrid::title", Fed::Finite, (), || grid().title("").draw());
    s.call("ImageGrid::columns", Fed::Finite, (), || grid().columns(&["", "", ""]).draw());
    s.call("ImageGrid::captions", Fed::Finite, (), || grid().captions(&["", "", ""]).draw());
    s.call("ImageGrid::cell", Fed::Finite, (), || grid().cell(0).draw());
    s.call("ImageGrid::draw", Fed::Finite, (), || ImageGrid::new(1, 1).draw());
}

fn pages(s: &mut Sweep) {
    let svg = || ImageGrid::new(1, 2).row("r", &[&[0.0, 1.0]]).draw().unwrap();
    s.call("Svg::stack", Fed::Finite, (), || Svg::stack(None, &[]).standalone());
    s.call("Svg::row", Fed::Finite, (), || Svg::row(&[]).standalone());
    s.call("Svg::row", Fed::Finite, (), || Svg::row(&[svg(), svg()]).standalone());
    s.call("Svg::labelled", Fed::Finite, (), || svg().labelled("").standalone());
    let row = || vec![vec!["1".to_owned()]];
    s.call("Page::table", Fed::Finite, (), || Page::new("t").table(&["h"], &row(), "").render());
    s.panics("Page::table", (), || Page::new("t").table(&["h", "i"], &row(), "").render());
    s.call("Page::figures", Fed::Finite, (), || Page::new("").figures::<&str>(&[]).render());
    s.call("Page::figure", Fed::Finite, (), || Page::new("").figure(&svg(), "").render());
}

#[test]
fn figure() {
    let mut s = Sweep::of("figure");
    charts(&mut s);
    maps(&mut s);
    grids(&mut s);
    pages(&mut s);
    s.finish();
}
