//! Writes one page with every kind of figure: `cargo run -p attractor-figure --example gallery -- page.html`.

use std::error::Error;
use std::f64::consts::TAU;

use attractor_figure::{Chart, FigureError, HeatMap, ImageGrid, Page, Svg};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: gallery PAGE.html [FIGURE.svg]")?;
    std::fs::write(path, page()?)?;
    if let Some(path) = std::env::args().nth(2) {
        std::fs::write(path, both()?.standalone())?;
    }
    Ok(())
}

fn page() -> Result<String, FigureError> {
    let page = Page::new("Every kind of figure")
        .lead("Curves, fields and small images, drawn from plain slices. The page needs no network and no script, and it follows your preference for light or dark.")
        .section("Curves")
        .prose("A line and a band of the same name share one colour. **Theory** is dashed, measurement has marks.")
        .figure(&capacity()?, "Share of patterns recalled over the load. The band is a 95 % interval.")
        .figures(&[
            (energy()?, "Energy along two runs: it never rises."),
            (growth()?, "From `1e-9` to `1e85` on one axis."),
        ])
        .section("Fields")
        .prose("The energy of a two-dimensional memory with three stored patterns, its level lines, and the ways down.")
        .figure(&landscape()?, "Ways downhill end in the wells around the stored patterns.")
        .section("Images")
        .figure(&digits()?, "Cues, what was recalled, and the nearest memory with its overlap.")
        .section("Tables");
    Ok(with_table(page).footer("Made by `attractor-figure`.").render())
}

fn with_table(page: Page) -> Page {
    let row = |name: &str, cells: [&str; 4]| {
        let cells = cells.into_iter().map(str::to_owned);
        std::iter::once(name.to_owned()).chain(cells).collect::<Vec<_>>()
    };
    let headers = ["model", "recalled", "steps", "residual", "verdict"];
    let rows = [
        row("A, dense", ["0.93", "3", "1.2e-11", "holds"]),
        row("B, modern", ["1.00", "1", "4.0e-12", "holds"]),
        row("C, spherical", ["0.97", "12", "−3.1e-10", "does **not** hold"]),
    ];
    page.table(&headers, &rows, "A hundred damaged cues for each of the three models.").details(
        "How this was counted",
        "A cue is recalled if its overlap is at least `0.99`.\n\nTies are <none>.",
    )
}

fn sample(n: u32, f: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    (0..=n).map(|i| f64::from(i) / f64::from(n)).map(|x| (x, f(x))).collect()
}

fn capacity() -> Result<Svg, FigureError> {
    let curve = |at: f64| move |x: f64| 1.0 / (1.0 + ((x - at) * 30.0).exp());
    let band: Vec<_> = sample(20, curve(0.5))
        .iter()
        .map(|&(x, y)| (x, (y - 0.06).max(0.0), (y + 0.06).min(1.0)))
        .collect();
    Chart::new("Recall breaks down at a sharp load")
        .x_axis("load α = N / D")
        .y_axis("share recalled")
        .band("modern", &band)
        .points("modern", &sample(20, curve(0.5)))
        .dashed("modern, theory", &sample(200, curve(0.52)))
        .points("classical", &sample(20, curve(0.14)))
        .dashed("classical, theory", &sample(200, curve(0.138)))
        .draw()
}

fn energy() -> Result<Svg, FigureError> {
    let decay = |rate: f64| move |x: f64| -12_345.0 + 40.0 * (-rate * x).exp();
    Chart::new("Energy falls")
        .x_axis("time t / τ")
        .y_axis("E")
        .size(480, 340)
        .line("Strang", &sample(120, decay(5.0)))
        .line("Lie", &sample(120, decay(3.0)))
        .steps("map", &sample(6, decay(9.0)))
        .draw()
}

fn growth() -> Result<Svg, FigureError> {
    Chart::new("Memories that fit")
        .x_axis("dimensions D")
        .y_axis("N")
        .log_y()
        .size(480, 340)
        .line("exponential", &sample(40, |x| 10_f64.powf(94.0 * x - 9.0)))
        .line("cubic", &sample(40, |x| 1e-9 + 1e12 * x.powi(3)))
        .draw()
}

const STORED: [(f64, f64, &str); 3] = [(-1.0, -0.6, "ξ₁"), (1.1, -0.4, "ξ₂"), (0.1, 1.0, "ξ₃")];

fn well(x: f64, y: f64) -> f64 {
    let score = |(a, b, _): (f64, f64, &str)| (4.0 * (a * x + b * y - (a * a + b * b) / 2.0)).exp();
    (x * x + y * y) / 2.0 - STORED.into_iter().map(score).sum::<f64>().ln() / 4.0
}

fn downhill(mut x: f64, mut y: f64) -> Vec<(f64, f64)> {
    let slope = |f: &dyn Fn(f64) -> f64| (f(1e-4) - f(-1e-4)) / 2e-4;
    let mut line = vec![(x, y)];
    for _ in 0..160 {
        let (dx, dy) = (slope(&|h| well(x + h, y)), slope(&|h| well(x, y + h)));
        (x, y) = (x - 0.04 * dx, y - 0.04 * dy);
        line.push((x, y));
    }
    line
}

fn landscape() -> Result<Svg, FigureError> {
    let (n, side) = (61_u32, 2.0);
    let at = |i: u32| side * (2.0 * f64::from(i) / f64::from(n - 1) - 1.0);
    let values: Vec<f64> =
        (0..n).flat_map(|j| (0..n).map(move |i| (i, j))).map(|(i, j)| well(at(i), at(j))).collect();
    let flow: Vec<_> = (0..10)
        .map(|k| TAU * f64::from(k) / 10.0)
        .map(|a| downhill(1.9 * a.cos(), 1.9 * a.sin()))
        .collect();
    HeatMap::new("Energy landscape", n as usize, n as usize, &values, (-side, side), (-side, side))
        .axes("v₁", "v₂")
        .scale("energy")
        .contours(10)
        .flow(&flow)
        .marks(&STORED)
        .draw()
}

fn digits() -> Result<Svg, FigureError> {
    let ring = |cut: f64, noise: f64| -> Vec<f64> {
        let pixel = |k: u32| {
            let (x, y) = (f64::from(k % 28) - 13.5, f64::from(k / 28) - 13.5);
            let ink = (-((x.hypot(1.3 * y) - 9.0) / 2.0).powi(2)).exp();
            let grain = (f64::from(k * k % 97) / 97.0 - 0.5) * noise;
            if y > cut { grain } else { ink + grain }
        };
        (0..784).map(pixel).collect()
    };
    let (whole, half, noisy) = (ring(99.0, 0.0), ring(0.0, 0.1), ring(99.0, 1.2));
    ImageGrid::new(28, 28)
        .title("Half a digit is enough")
        .columns(&["cue", "recalled", "nearest"])
        .row("lower half gone", &[&half, &whole, &whole])
        .captions(&["", "2 steps", "0.99"])
        .row("noise", &[&noisy, &whole, &whole])
        .captions(&["", "1 step", "0.97"])
        .row_with_gaps("not recalled", &[Some(&noisy), None, None])
        .draw()
}

fn both() -> Result<Svg, FigureError> {
    Ok(Svg::stack(Some("One run"), &[energy()?, landscape()?, digits()?]))
}
