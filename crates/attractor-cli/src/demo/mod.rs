//! `attractor demo`: the embedded digits stored, damaged and recalled by every model.

// What is stored, and what is done to it.
mod damage;
mod digits;
// Who recalls it, and how well.
mod lineup;
mod trial;
// The figures.
mod branches;
mod energy;
mod exhibit;
mod landscape;
mod pictures;
mod pull;
mod rates;
// What is said about it.
mod page;
mod report;
mod text;

use crate::args::DemoArgs;
use crate::failure::Failure;
use crate::report::print_bytes;
use attractor_io::{Overwrite, check_output, write_output};
use page::Story;
use std::path::Path;

/// Runs the demonstration, writes its page and prints its table. The same seed gives the same
/// bytes of both.
pub(crate) fn run(args: &DemoArgs) -> Result<(), Failure> {
    let overwrite = if args.force { Overwrite::Replace } else { Overwrite::Refuse };
    check_output(&args.output, overwrite)?;
    let piped = args.output == Path::new("-");
    if piped && args.json {
        return Err(Failure::usage(
            "--json and -o - both want standard output: write the page to a file",
        ));
    }
    let digits = digits::Digits::choose(args.seed)?;
    let lineup = lineup::lineup(&digits)?;
    let scores = trial::scores(&digits, &lineup, args.seed)?;
    let story = Story { digits: &digits, lineup: &lineup, scores: &scores, seed: args.seed };
    write_output(&args.output, overwrite, story.page()?.as_bytes())?;
    if !piped {
        announce(&args.output);
    }
    match (args.json, piped) {
        (true, _) => report::json(args.seed, &lineup, &scores),
        (_, true) => Ok(()),
        _ => print_bytes(report::table(&lineup, &scores).as_bytes()),
    }
}

fn announce(page: &Path) {
    let page = page.display();
    anstream::eprintln!("wrote {page}: open it in a browser, it needs nothing else");
}
