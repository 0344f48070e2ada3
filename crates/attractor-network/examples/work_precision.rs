//! Error against work: our integrators and two references on the same network, stiffer and stiffer.
//!
//! `work_precision [small|large] [OUT.svg]` prints a Markdown table as it measures, and draws it. Errors
//! are those of v at the end, relative to a run of Tsitouras' pair at a far finer tolerance.
#![expect(clippy::print_stdout, reason = "a program that prints a table")]

use attractor_dynamics::Outcome;
use attractor_figure::{Chart, Svg};
use attractor_lagrangian::{LogSumExp, Quadratic};
use attractor_network::{
    Adaptive, DormandPrince, Integrator, ModernNetwork, Network, NetworkState, Plan, Reference,
    ReferencePlan, Rk4, Strang, Tolerances,
};
use attractor_synapse::{Patterns, Synapses};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use std::error::Error;
use std::time::Instant;

type Model = Network<f64, Quadratic, LogSumExp, Synapses<f64>>;

/// In units of τ_f: half-way through a retrieval.
const TIME: f64 = 2.0;
const RATIOS: [f64; 3] = [1.0, 1e-2, 1e-4];

/// Times are the best of so many runs, for the machine has other things to do.
const REPEATS: usize = 3;

struct Setting {
    features: usize,
    neurons: usize,
    /// Of the reference solution.
    finest: f64,
    implicit: bool,
}

struct Row {
    method: &'static str,
    setting: String,
    error: f64,
    evaluations: f64,
    milliseconds: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let setting = match args.first().map(String::as_str) {
        None | Some("small") => {
            Setting { features: 100, neurons: 1000, finest: 1e-12, implicit: true }
        }
        Some("large") => Setting { features: 1000, neurons: 10_000, finest: 1e-9, implicit: false },
        Some(other) => return Err(format!("`{other}`: say small or large").into()),
    };
    let mut panels = Vec::new();
    for ratio in RATIOS {
        panels.push(Case::new(&setting, ratio)?.measure(setting.implicit)?);
    }
    if let Some(path) = args.get(1) {
        std::fs::write(path, draw(&panels)?.standalone())?;
    }
    Ok(())
}

/// A network between two of its memories, and where it is in truth at the end.
struct Case {
    network: Model,
    start: NetworkState<f64>,
    truth: Vec<f64>,
    ratio: f64,
}

impl Case {
    fn new(setting: &Setting, ratio: f64) -> Result<Self, Box<dyn Error>> {
        let Setting { features, neurons, finest, .. } = *setting;
        let memories = memories(features, neurons)?;
        let cue: Vec<f64> = (0..features)
            .map(|i| 0.6 * memories.patterns().row(0)[i] + 0.5 * memories.patterns().row(1)[i])
            .collect();
        let network = ModernNetwork::modern(memories, LogSumExp::new(16.0)?)?;
        let network = network.with_times(1.0, ratio)?;
        let start = network.state(&cue, &vec![0.0; neurons])?;
        let mut end = start.clone();
        let tolerances = Tolerances { rtol: finest, atol: 1e-3 * finest };
        let plan = ReferencePlan::to_time(TIME, tolerances)?;
        let run = network.reference(Reference::Tsit45, &mut end, &plan)?;
        println!(
            "\nN_f = {features}, N_h = {neurons}, τ_h/τ_f = {ratio:e}; truth by tsit45 at rtol {finest:e}: {} evaluations\n",
            run.evaluations
        );
        println!(
            "| integrator | setting | relative error | evaluations | ms |\n|---|---|---|---|---|"
        );
        Ok(Self { network, start, truth: end.v().to_vec(), ratio })
    }

    fn measure(&self, implicit: bool) -> Result<Panel, Box<dyn Error>> {
        let mut rows = Vec::new();
        let mut tell = |row: Row| {
            println!(
                "| {} | {} | {:.1e} | {:.0} | {:.1} |",
                row.method, row.setting, row.error, row.evaluations, row.milliseconds
            );
            rows.push(row);
        };
        for k in [4, 8, 16, 32, 64, 128, 256] {
            tell(self.fixed(&Strang, TIME / f64::from(k))?);
        }
        for k in 1..=6 {
            let tolerance = 10f64.powi(-k);
            let adaptive = Adaptive::new(tolerance, 1e-3 * tolerance)?;
            tell(self.ours(&adaptive, format!("rtol {tolerance:e}"), TIME)?);
        }
        for k in [2, 4, 6, 8] {
            let tolerance = 10f64.powi(-k);
            let pair = DormandPrince::new(tolerance, 1e-3 * tolerance)?;
            tell(self.ours(&pair, format!("rtol {tolerance:e}"), TIME)?);
        }
        let stable = 2.7 * self.ratio; // of 2.785
        for halvings in 0..3 {
            tell(self.fixed(&Rk4, stable.min(0.5) / f64::from(1 << halvings))?);
        }
        let references = [Reference::Tsit45, Reference::Bdf];
        for reference in references.into_iter().filter(|r| implicit || *r == Reference::Tsit45) {
            for k in [2, 4, 6, 8] {
                tell(self.reference(reference, 10f64.powi(-k))?);
            }
        }
        Ok(Panel { ratio: self.ratio, rows })
    }

    fn fixed(
        &self,
        integrator: &dyn Integrator<f64, Quadratic, LogSumExp, Synapses<f64>>,
        dt: f64,
    ) -> Result<Row, Box<dyn Error>> {
        self.ours(integrator, format!("dt {dt:.2e}"), dt)
    }

    fn ours(
        &self,
        integrator: &dyn Integrator<f64, Quadratic, LogSumExp, Synapses<f64>>,
        setting: String,
        dt: f64,
    ) -> Result<Row, Box<dyn Error>> {
        let plan = Plan::to_time(dt, TIME)?.keep(2)?;
        let ((state, evaluations), milliseconds) = best(|| {
            let mut state = self.start.clone();
            let run = self.network.run(integrator, &mut state, &plan, &mut ())?;
            finished(run.outcome)?;
            Ok((state, run.evaluations))
        })?;
        let error = self.error(&state);
        Ok(Row { method: integrator.name(), setting, error, evaluations, milliseconds })
    }

    /// A product with the Jacobian costs as much as an evaluation, and counts as one.
    fn reference(&self, reference: Reference, rtol: f64) -> Result<Row, Box<dyn Error>> {
        let plan = ReferencePlan::to_time(TIME, Tolerances { rtol, atol: 1e-3 * rtol })?;
        let ((state, evaluations), milliseconds) = best(|| {
            let mut state = self.start.clone();
            let run = self.network.reference(reference, &mut state, &plan)?;
            finished(run.outcome)?;
            Ok((state, (run.evaluations + run.jacobian_products) as f64))
        })?;
        let (method, setting) = (reference.name(), format!("rtol {rtol:e}"));
        Ok(Row { method, setting, error: self.error(&state), evaluations, milliseconds })
    }

    fn error(&self, state: &NetworkState<f64>) -> f64 {
        let norm = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>().sqrt();
        let off = norm(&mut state.v().iter().zip(&self.truth).map(|(a, b)| a - b));
        off / norm(&mut self.truth.iter().copied())
    }
}

fn finished(outcome: Outcome) -> Result<(), Box<dyn Error>> {
    if outcome == Outcome::Finished { Ok(()) } else { Err(format!("{outcome:?}").into()) }
}

/// What it makes, and the milliseconds of the fastest time; a long one is run once.
fn best<U>(mut of: impl FnMut() -> Result<U, Box<dyn Error>>) -> Result<(U, f64), Box<dyn Error>> {
    let mut fastest = f64::INFINITY;
    for repeat in 1.. {
        let start = Instant::now();
        let made = of()?;
        fastest = fastest.min(1e3 * start.elapsed().as_secs_f64());
        if repeat == REPEATS || fastest > 1e3 {
            return Ok((made, fastest));
        }
    }
    unreachable!("it returns")
}

/// Random memories of length 1.
fn memories(features: usize, neurons: usize) -> Result<Synapses<f64>, Box<dyn Error>> {
    let mut random = Pcg64::seed_from_u64(1);
    let mut values: Vec<f64> =
        (0..features * neurons).map(|_| 2.0 * random.random::<f64>() - 1.0).collect();
    for row in values.chunks_mut(features) {
        let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
        row.iter_mut().for_each(|x| *x /= length);
    }
    Ok(Synapses::new(Patterns::new(values, features)?))
}

struct Panel {
    ratio: f64,
    rows: Vec<Row>,
}

/// A column for each stiffness: error against evaluations, and against time below.
fn draw(panels: &[Panel]) -> Result<Svg, Box<dyn Error>> {
    let mut lines = Vec::new();
    for (axis, work) in [
        ("evaluations of the right-hand side", (|row| row.evaluations) as fn(&Row) -> f64),
        ("milliseconds", |row| row.milliseconds),
    ] {
        let charts: Result<Vec<Svg>, _> =
            panels.iter().map(|panel| chart(panel, axis, work)).collect();
        lines.push(Svg::row(&charts?));
    }
    Ok(Svg::stack(None, &lines))
}

fn chart(panel: &Panel, axis: &str, work: fn(&Row) -> f64) -> Result<Svg, Box<dyn Error>> {
    let chart = Chart::new(&format!("τ_h/τ_f = {:e}", panel.ratio)).x_axis(axis);
    let chart = chart.y_axis("relative error of v").log_x().log_y().size(430, 330);
    let mut methods: Vec<&str> = panel.rows.iter().map(|row| row.method).collect();
    methods.dedup();
    let chart = methods.iter().fold(chart, |chart, method| {
        let of = panel.rows.iter().filter(|row| row.method == *method);
        let points: Vec<_> = of.map(|row| (work(row), row.error)).collect();
        chart.line(method, &points)
    });
    Ok(chart.draw()?)
}
