//! The program `attractor`: store patterns, recall them from damaged cues, and see why.

mod args;
mod attention;
mod capacity;
mod demo;
mod epanechnikov;
mod explain;
mod failure;
mod figure;
mod files;
mod forget;
mod inspect;
mod mask;
mod model;
mod query;
mod recall;
mod report;
mod reproduce;
mod separation;
mod source;
mod spins;
mod store;
mod trace;
mod watch;

use args::{Cli, Command, Dtype};
use clap::{CommandFactory, Parser};
use failure::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            if !failure.message.is_empty() {
                anstream::eprintln!("error: {}", failure.message);
            }
            ExitCode::from(failure.code)
        }
    }
}

fn run(cli: Cli) -> Result<u8, Failure> {
    use_threads(cli.threads)?;
    source::limit(&cli.limits);
    match cli.command {
        Command::Demo(args) => demo::run(&args).map(|()| 0),
        Command::Store(args) => match args.dtype {
            Dtype::F32 => store::run::<f32>(&args),
            Dtype::F64 => store::run::<f64>(&args),
        },
        Command::Recall(args) => match args.input.dtype {
            Dtype::F32 => recall::run::<f32>(&args),
            Dtype::F64 => recall::run::<f64>(&args),
        },
        Command::Attention(args) => attention::run(&args),
        Command::Forget(args) => forget::run(&args),
        Command::Trace(args) => match args.input.dtype {
            Dtype::F32 => trace::run::<f32>(&args),
            Dtype::F64 => trace::run::<f64>(&args),
        },
        Command::Capacity(args) => capacity::run(&args),
        Command::Reproduce(args) => reproduce::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "attractor", &mut script);
            report::print_bytes(&script).map(|()| 0)
        }
    }
}

fn use_threads(threads: Option<usize>) -> Result<(), Failure> {
    // far above any processor: to start tens of thousands takes minutes
    const MOST: usize = 1024;
    let Some(threads) = threads else { return Ok(()) };
    if threads == 0 || threads > MOST {
        return Err(Failure::usage(format!("--threads must be from 1 to {MOST}")));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    pool.map_err(|error| Failure { code: failure::RUNTIME, message: error.to_string() })
}
