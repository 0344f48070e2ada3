//! `attractor capacity`: how much memories hold, measured beside theory.

mod args;
mod list;
mod plan;

pub(crate) use args::CapacityArgs;

use crate::failure::{Failure, INPUT, RUNTIME, USAGE};
use crate::files::expect_svg;
use crate::report::{print_bytes, print_json};
use crate::watch::Gauge;
use attractor_io::{Overwrite, available_memory, check_output, remove_output, write_output};
use attractor_lab::{CapacityError, CapacityHow, CapacityReport, capacity_figure, capacity_table};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Measures, writes everything, and forgets the checkpoint; or leaves it, if a signal came.
pub(crate) fn run(args: &CapacityArgs) -> Result<u8, Failure> {
    let checkpoint = checkpoint(args);
    check(args, checkpoint.as_deref())?;
    let (plan, given) = plan::plan(args)?;
    let resume = args.resume && checkpoint.as_deref().is_some_and(Path::is_file);
    if args.resume && !resume {
        anstream::eprintln!("there is no checkpoint yet: beginning");
    }
    let how = CapacityHow {
        checkpoint: checkpoint.as_deref(),
        resume,
        every: Duration::from_secs_f64(args.save_every),
        available: available_memory(),
    };
    let mut gauge = Gauge::new()?;
    let found = plan.run(given.as_ref(), &how, &mut |progress| gauge.look(progress))?;
    gauge.clear();
    match (found.complete, gauge.interrupted_by()) {
        (false, code) => {
            if let Some(path) = &checkpoint {
                let path = path.display();
                anstream::eprintln!(
                    "interrupted: {path} keeps what was measured; add --resume to go on"
                );
            }
            print(args, &found)?;
            Ok(code.unwrap_or(RUNTIME))
        }
        (true, _) => {
            write(args, &found)?;
            checkpoint.map_or(Ok(()), |path| remove_output(&path))?;
            Ok(0)
        }
    }
}

/// Where the checkpoint is kept.
fn checkpoint(args: &CapacityArgs) -> Option<PathBuf> {
    let beside = |output: &PathBuf| {
        let mut name = output.clone().into_os_string();
        name.push(".checkpoint");
        PathBuf::from(name)
    };
    let output = args.output.as_ref().filter(|path| !is_stdout(path));
    args.checkpoint.clone().or_else(|| output.map(beside))
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-")
}

fn overwrite(args: &CapacityArgs) -> Overwrite {
    if args.force { Overwrite::Replace } else { Overwrite::Refuse }
}

/// Outputs are refused before the work, not after it.
fn check(args: &CapacityArgs, checkpoint: Option<&Path>) -> Result<(), Failure> {
    if args.json && args.output.as_deref().is_some_and(is_stdout) {
        return Err(Failure::usage(
            "--json and -o - both want standard output: name a file with -o",
        ));
    }
    if args.resume && checkpoint.is_none() {
        return Err(Failure::usage(
            "--resume needs a checkpoint: name it with --checkpoint, or use -o",
        ));
    }
    if let Some(path) = &args.figure {
        expect_svg(path)?;
    }
    for path in args.output.iter().chain(&args.figure) {
        check_output(path, overwrite(args))?;
    }
    let Some(path) = checkpoint else { return Ok(()) };
    if path.is_file() && !args.resume && !args.force {
        let path = path.display();
        return Err(Failure::usage(format!(
            "{path}: exists already: go on from this checkpoint with --resume, or replace it with --force"
        )));
    }
    Ok(check_output(path, Overwrite::Replace)?)
}

fn write(args: &CapacityArgs, found: &CapacityReport) -> Result<(), Failure> {
    if let Some(path) = &args.figure {
        let drawing = capacity_figure(found)?.standalone();
        write_output(path, overwrite(args), drawing.as_bytes())?;
    }
    if let Some(path) = &args.output {
        let mut text = serde_json::to_vec_pretty(found).map_err(std::io::Error::from)?;
        text.push(b'\n');
        write_output(path, overwrite(args), &text)?;
    }
    print(args, found)
}

fn print(args: &CapacityArgs, found: &CapacityReport) -> Result<(), Failure> {
    match (args.json, args.output.as_deref().is_some_and(is_stdout)) {
        (true, _) => print_json(found),
        (_, true) => Ok(()),
        _ => print_bytes(capacity_table(found).as_bytes()),
    }
}

impl From<CapacityError> for Failure {
    fn from(error: CapacityError) -> Self {
        let message = error.to_string();
        let code = match error {
            CapacityError::Io(error) => return error.into(),
            CapacityError::Model(error) => return error.into(),
            CapacityError::Figure(error) => return error.into(),
            CapacityError::Other { .. } | CapacityError::NotCheckpoint { .. } => INPUT,
            CapacityError::Room { .. } => USAGE,
            _ if error.is_usage() => USAGE,
            _ => RUNTIME,
        };
        Self { code, message }
    }
}
