//! `attractor trace`: the two-body network in time, from one cue.

pub(crate) mod integrators;

mod figure;
mod raster;
mod report;

use crate::args::{Start, TraceArgs};
use crate::failure::{Failure, RUNTIME};
use crate::files::{Given, check, read};
use crate::model::{AnyNetwork, BuiltNetwork, network, parameters};
use crate::watch::Pace;
use attractor_dynamics::{Guarantee, Outcome};
use attractor_io::{OutputKind, encode_rows};
use attractor_network::{NetworkState, Plan, Trajectory};
use attractor_synapse::{Element, Patterns};
use report::Report;

/// A trace holds at most so many numbers: 1 GiB in f32.
const MOST: usize = 1 << 28;
/// What a record holds besides v and h, in numbers.
const OWN: usize = 48;
/// The default time to run, in units of τ_f.
const LONG: f64 = 20.0;

pub(crate) fn run<T: Element>(args: &TraceArgs) -> Result<u8, Failure> {
    let parameters = parameters(&args.choice)?;
    let tolerance = integrators::tolerance(args)?;
    let integrator = integrators::named::<T>(&args.integrator, tolerance)?;
    check(&args.input, &args.outputs)?;
    let Given { synapses, cues, facts } = read::<T>(&args.input)?;
    let built = network(&args.choice, &parameters, synapses, (args.tau_f, args.tau_h))?;
    let BuiltNetwork { network, hidden } = &built;
    let mut state = start(args, network, &cues)?;
    let plan = plan(args, network.features() + network.neurons())?;
    let mut pace = Pace::new(t_end(args) / args.dt)?;
    let trajectory = network.run(&*integrator, &mut state, &plan, &mut pace)?;
    write_rows(args, network, &trajectory)?;
    if let Some(path) = &args.outputs.figure {
        let drawing = figure::draw(args, hidden, network.features(), &trajectory)?;
        args.outputs.write(path, drawing.as_bytes())?;
    }
    Report::new(args, tolerance, &built, &facts, &state, &trajectory).print(args)?;
    let code = verdict(&trajectory);
    Ok(pace.interrupted_by().unwrap_or(code))
}

/// When the run ends.
fn t_end(args: &TraceArgs) -> f64 {
    args.t_end.unwrap_or(LONG * args.tau_f)
}

fn start<T: Element>(
    args: &TraceArgs,
    network: &AnyNetwork<T>,
    cues: &Patterns<T>,
) -> Result<NetworkState<T>, Failure> {
    let (query, file) = (args.query, &args.input.cue);
    if query >= cues.len() {
        let (count, last) = (cues.len(), cues.len() - 1);
        return Err(Failure::usage(format!(
            "--query {query}: {file} has {count} cues: choose one from 0 to {last}"
        )));
    }
    let made = match args.hidden {
        Start::Overlaps => network.start(cues.row(query)),
        Start::Zero => network.start_silent(cues.row(query)),
    };
    made.map_err(|e| Failure { message: format!("{file}: cue {query}: {e}"), ..Failure::from(e) })
}

/// Every record holds v and h; a trace that memory may not hold is refused before the run.
fn plan(args: &TraceArgs, neurons: usize) -> Result<Plan, Failure> {
    let plan = Plan::to_time(args.dt, t_end(args))?.every(args.every as usize)?;
    let (steps, most) = ((t_end(args) / args.dt).ceil(), (MOST / neurons.max(OWN)).max(4));
    let room = (most - 3) as f64;
    if !(steps / f64::from(args.every) <= room) {
        let least = (steps / room).ceil();
        return Err(Failure::usage(format!(
            "{steps} steps of {neurons} neurons are more than a trace should hold: record fewer of them with --every {least}"
        )));
    }
    Ok(plan.keep(most)?.with_states())
}

fn write_rows<T: Element>(
    args: &TraceArgs,
    network: &AnyNetwork<T>,
    trajectory: &Trajectory<T>,
) -> Result<(), Failure> {
    let Some(path) = &args.outputs.output else { return Ok(()) };
    let rows: Vec<T> = trajectory.records.iter().flat_map(|r| &r.state).copied().collect();
    let width = network.features() + network.neurons();
    args.outputs.write(path, &encode_rows(OutputKind::from_path(path)?, &rows, width, None)?)
}

/// 1 if the run left the numbers; a rise of the energy is told, and is no failure.
fn verdict<T>(trajectory: &Trajectory<T>) -> u8 {
    if let Some(rise) = &trajectory.rise {
        anstream::eprintln!("warning: {rise}");
    }
    if trajectory.outcome != Outcome::NotFinite {
        return 0;
    }
    let certified = trajectory.guarantee == Guarantee::Unconditional;
    anstream::eprintln!(
        "error: the network left the range of the numbers in step {}: use {}--dtype f64, a smaller power or beta, or scaled memories",
        trajectory.steps,
        if certified { "" } else { "--integrator strang, " }
    );
    RUNTIME
}
