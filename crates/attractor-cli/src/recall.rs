//! `attractor recall`: damaged cues in, repaired patterns out.

use crate::args::{Beta, ProofArg, RecallArgs};
use crate::failure::{Failure, NOT_SETTLED, RUNTIME};
use crate::figure;
use crate::model::{Built, build, model_name, parameters};
use crate::report::{Query, Report};
use crate::separation;
use crate::watch::Watch;
use attractor_dynamics::{Outcome, Proof, StopRule, System};
use attractor_effective::{Recall, Retrieval};
use attractor_io::{
    LoadedMemory, Memory, OutputKind, Overwrite, ReadOptions, Source, check_output, encode_rows,
    load_memory, read_patterns, write_output,
};
use attractor_lagrangian::Factor;
use attractor_synapse::{Element, Memories, Patterns, Synapses};
use std::path::Path;

pub(crate) fn run<T: Element>(args: &RecallArgs) -> Result<u8, Failure> {
    let parameters = parameters(args)?;
    let how = how::<T>(args)?;
    check_outputs(args)?;
    let LoadedMemory { memory, .. } = load_memory::<T>(&Source::from_arg(&args.memory))?;
    let cues = cues(args, &memory)?;
    let facts = Facts { labels: memory.labels().map(<[String]>::to_vec), image: memory.image() };
    let synapses = Synapses::new(memory.into_patterns());
    let built = build(args, &parameters, synapses)?;
    let Built { model, hidden } = &built;
    if let (Some(beta), Some(Beta::Auto)) = (separation::beta(hidden), parameters.beta) {
        anstream::eprintln!("beta = {beta} (auto, from the median separation of the memories)");
    }
    let mut watch = Watch::new(cues.len(), if args.figure.is_some() { figure::CURVES } else { 0 })?;
    let found = model
        .retrieve(cues.as_slice(), &how, &mut watch)
        .map_err(|e| Failure { message: format!("{}: {e}", args.cue), ..Failure::from(e) })?;
    write_states(args, &facts, model.features(), &found)?;
    if let Some(path) = &args.figure {
        let drawing =
            figure::draw(model.memories().patterns(), &facts, &cues, &found, &watch.trace)?;
        write_output(path, overwrite(args), drawing.as_bytes())?;
    }
    print(args, &built, &how, &facts, &found)?;
    watch.interrupted_by().map_or_else(|| Ok(verdict(args, &found)), Ok)
}

/// What is known of the memories besides their numbers.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) labels: Option<Vec<String>>,
    pub(crate) image: Option<(usize, usize)>,
}

fn how<T: Element>(args: &RecallArgs) -> Result<Recall, Failure> {
    let tolerance = args.tolerance.unwrap_or_else(Recall::tolerance::<T>);
    let rule = match args.steps {
        Some(steps) => StopRule::exactly(steps, tolerance),
        None => StopRule::rest(tolerance, args.max_steps),
    };
    let rule = rule.map_err(|error| Failure::usage(error.to_string()))?;
    let proof = match args.proof {
        ProofArg::Visible => Proof::Visible,
        ProofArg::Full => Proof::Full,
    };
    Ok(Recall { proof, top: args.top, ..Recall::by(rule) })
}

fn overwrite(args: &RecallArgs) -> Overwrite {
    if args.force { Overwrite::Replace } else { Overwrite::Refuse }
}

/// Outputs are refused before the work, not after it.
fn check_outputs(args: &RecallArgs) -> Result<(), Failure> {
    if args.memory == "-" && args.cue == "-" {
        return Err(Failure::usage("memory and cue cannot both come from standard input"));
    }
    if args.json && states_to_stdout(args) {
        return Err(Failure::usage(
            "--json and -o - both want standard output: name a file with -o",
        ));
    }
    if let Some(path) = &args.output {
        OutputKind::from_path(path)?;
        check_output(path, overwrite(args))?;
    }
    if let Some(path) = &args.figure {
        if path.extension().is_none_or(|extension| extension != "svg") {
            let path = path.display();
            return Err(Failure::usage(format!("{path}: figures are drawn as SVG, name it *.svg")));
        }
        check_output(path, overwrite(args))?;
    }
    Ok(())
}

/// The cues with the memory's own normalisation, of the memory's width.
fn cues<T: Element>(args: &RecallArgs, memory: &Memory<T>) -> Result<Patterns<T>, Failure> {
    let options = ReadOptions { array: args.array.clone() };
    let raw = read_patterns::<T>(&Source::from_arg(&args.cue), &options)?.patterns;
    let (found, expected) = (raw.features(), memory.patterns().features());
    if found != expected {
        return Err(Failure::input(format!(
            "{}: the cues have {found} features, the memories of {} have {expected}: give cues of the same width",
            args.cue, args.memory
        )));
    }
    let normalised = memory.normalization().apply(raw);
    normalised.map_err(|error| Failure::input(format!("{}: {error}", args.cue)))
}

/// Whether the states, rather than the report, go to standard output.
fn states_to_stdout(args: &RecallArgs) -> bool {
    args.output.as_deref() == Some(Path::new("-"))
}

fn write_states<T: Element>(
    args: &RecallArgs,
    facts: &Facts,
    features: usize,
    found: &[Retrieval<T>],
) -> Result<(), Failure> {
    let Some(path) = &args.output else { return Ok(()) };
    let finite = |state: &[T]| state.iter().all(|x| x.is_finite());
    if let Some(cue) = found.iter().position(|f| !finite(&f.state)) {
        anstream::eprintln!("warning: the state of cue {cue} is not finite");
    }
    let rows: Vec<T> = found.iter().flat_map(|f| &f.state).copied().collect();
    let bytes = encode_rows(OutputKind::from_path(path)?, &rows, features, facts.image)?;
    write_output(path, overwrite(args), &bytes)?;
    Ok(())
}

fn print<T: Element>(
    args: &RecallArgs,
    built: &Built<T>,
    how: &Recall,
    facts: &Facts,
    found: &[Retrieval<T>],
) -> Result<(), Failure> {
    let Built { model, hidden } = built;
    let report = Report {
        schema: "attractor.recall/1",
        model: model_name(args.model),
        separation: hidden.name(),
        lagrangian: hidden,
        beta: separation::beta(hidden),
        power: separation::power(hidden),
        memories: model.memories().memories(),
        features: model.features(),
        dtype: T::NAME,
        guarantee: model.descent(Factor::MAP, how.proof, 0).guarantee().name(),
        proof: how.proof.name(),
        queries: found.iter().map(|found| Query::new(found, facts.labels.as_deref())).collect(),
    };
    match () {
        () if states_to_stdout(args) => Ok(()),
        () if args.json => report.print_json(),
        () => report.print_table(),
    }
}

/// 1 if a state is not finite, 4 if `--settle` did not settle.
fn verdict<T: Element>(args: &RecallArgs, found: &[Retrieval<T>]) -> u8 {
    let count = |outcome: Outcome| found.iter().filter(|f| f.outcome == outcome).count();
    let (broken, tired) = (count(Outcome::NotFinite), count(Outcome::OutOfSteps));
    if broken > 0 {
        anstream::eprintln!(
            "error: {broken} of {} cues left the range of the numbers: use --dtype f64, a smaller power, or scaled memories",
            found.len()
        );
        return RUNTIME;
    }
    if args.steps.is_none() && tired > 0 {
        anstream::eprintln!(
            "warning: {tired} of {} cues did not settle within {} steps: raise --max-steps or --tolerance",
            found.len(),
            args.max_steps
        );
        return NOT_SETTLED;
    }
    0
}
