//! `attractor reproduce`: the claims of the field, measured.

use crate::args::ReproduceArgs;
use crate::attention;
use crate::failure::{DISAGREES, Failure};
use crate::report::{print_bytes, print_json};
use crate::watch::Signal;
use attractor_io::{Overwrite, check_output, write_output};
use attractor_lab::{
    Claim, Effort, Record, Reproduction, Setting, Watch, choose, expected_seconds, page, reproduce,
    table,
};
use std::path::Path;

/// Measures, writes everything, and then says by its exit code whether a claim turned out otherwise.
pub(crate) fn run(args: &ReproduceArgs) -> Result<u8, Failure> {
    let claims = choose(&args.ids).map_err(|error| Failure::usage(error.to_string()))?;
    check(args)?;
    let transformer =
        args.model.as_deref().map(|model| attention::read(model, None)).transpose()?;
    let setting = Setting {
        seed: args.seed,
        effort: if args.quick { Effort::Quick } else { Effort::Full },
        transformer: transformer.as_ref().map(|read| &read.found),
    };
    announce(&claims, &setting);
    let mut progress = Progress(Signal::listen()?);
    let found = reproduce(&claims, &setting, &mut progress);
    write(args, &found)?;
    let wrong = if found.disagrees() { DISAGREES } else { 0 };
    Ok(progress.0.code().filter(|_| found.interrupted).unwrap_or(wrong))
}

/// Outputs are refused before the work, not after it.
fn check(args: &ReproduceArgs) -> Result<(), Failure> {
    let streams = [args.json, is_stdout(args.output.as_deref()), is_stdout(args.report.as_deref())];
    if streams.iter().filter(|used| **used).count() > 1 {
        return Err(Failure::usage(
            "only one of --json, -o - and --report - can have standard output: name files",
        ));
    }
    let mut files = args.output.iter().chain(&args.report);
    Ok(files.try_for_each(|path| check_output(path, overwrite(args)))?)
}

fn is_stdout(path: Option<&Path>) -> bool {
    path == Some(Path::new("-"))
}

fn overwrite(args: &ReproduceArgs) -> Overwrite {
    if args.force { Overwrite::Replace } else { Overwrite::Refuse }
}

fn announce(claims: &[Claim], setting: &Setting<'_>) {
    let seconds = expected_seconds(claims, setting);
    let time = if seconds < 90.0 {
        format!("{:.0} seconds", seconds.max(1.0))
    } else {
        format!("{:.0} minutes", seconds / 60.0)
    };
    let (count, effort) = (claims.len(), setting.effort.name());
    anstream::eprintln!("{count} claims, {effort} run: about {time} on two cores");
}

fn write(args: &ReproduceArgs, found: &Reproduction) -> Result<(), Failure> {
    if let Some(path) = &args.report {
        write_output(path, overwrite(args), page(found).as_bytes())?;
    }
    if let Some(path) = &args.output {
        let mut text = serde_json::to_vec_pretty(found).map_err(std::io::Error::from)?;
        text.push(b'\n');
        write_output(path, overwrite(args), &text)?;
    }
    let taken = is_stdout(args.output.as_deref()) || is_stdout(args.report.as_deref());
    match (args.json, taken) {
        (true, _) => print_json(found),
        (_, true) => Ok(()),
        _ => print_bytes(table(found).as_bytes()),
    }
}

/// One line on standard error for each claim.
struct Progress(Signal);

impl Watch for Progress {
    fn begins(&mut self, claim: &Claim, at: usize, of: usize) {
        anstream::eprint!("{}/{of} {} … ", at + 1, claim.id);
    }

    fn ends(&mut self, record: &Record) {
        anstream::eprintln!("{} in {:.1} s", record.verdict.name(), record.seconds);
    }

    fn interrupted(&mut self) -> bool {
        self.0.came()
    }
}
