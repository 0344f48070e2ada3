//! `attractor recall`: damaged cues in, repaired patterns out.

use crate::args::{Model, ProofArg, RecallArgs};
use crate::epanechnikov;
use crate::explain::{self, Insight};
use crate::failure::{Failure, NOT_SETTLED, RUNTIME};
use crate::figure::{self, Shown};
use crate::files::{Facts, Given, check, read, write_states};
use crate::mask;
use crate::model::{Built, effective, parameters};
use crate::query::Query;
use crate::report::{ModelFacts, Report};
use crate::spins;
use crate::watch::Watch;
use attractor_dynamics::{Outcome, Proof, StopRule, System};
use attractor_effective::{Effective, ModelError, Recall, Retrieval};
use attractor_lagrangian::{Factor, Lagrangian};
use attractor_synapse::{Element, Memories};

pub(crate) fn run<T: Element>(args: &RecallArgs) -> Result<u8, Failure> {
    if args.choice.model == Model::Epanechnikov {
        return epanechnikov::run::<T>(args);
    }
    if args.within.is_some() || args.floor.is_some() {
        return Err(Failure::usage("--within and --floor belong to --model epanechnikov"));
    }
    match spins::rule(args)? {
        Some(rule) => spins::run::<T>(args, rule),
        None => descend::<T>(args),
    }
}

fn descend<T: Element>(args: &RecallArgs) -> Result<u8, Failure> {
    let (input, outputs) = (&args.input, &args.outputs);
    let parameters = parameters(&args.choice)?;
    let how = how(args, Recall::tolerance::<T>())?;
    check(input, outputs)?;
    let given = read::<T>(input)?.masked(args.rules.memory_mask.as_deref())?;
    let Given { synapses, cues, facts } = given;
    let built = effective(&args.choice, &parameters, synapses)?;
    let model = &built.model;
    let values = explain::values::<T>(args, &facts)?;
    let mut watch =
        Watch::new(cues.len(), if outputs.figure.is_some() { figure::CURVES } else { 0 })?;
    let known = mask::read(args.rules.mask.as_deref(), &cues)?;
    let (cue, known) = (cues.as_slice(), known.as_deref());
    // summing T costs as much as d cues that are read once, and a cue is read a few times
    let pays = 4 * cues.len() >= model.features();
    let found = match pays.then(|| model.coupled()).flatten() {
        Some(coupled) => settle(&coupled, cue, known, &how, &mut watch),
        None => settle(model, cue, known, &how, &mut watch),
    };
    let found = found.map_err(|error| Failure::from(error).about(&input.cue))?;
    match &values {
        Some(values) => {
            let weights = found.iter().map(|found| match found.outcome {
                Outcome::NotFinite => Ok(None),
                _ => model.weights(&found.state).map(Some),
            });
            let paired = explain::paired(values, weights)?;
            write_states(args, None, values.features(), paired.iter().map(|v| &v[..]))?;
        }
        None => {
            let states = found.iter().map(|f| &f.state[..]);
            write_states(args, facts.image, model.features(), states)?;
        }
    }
    if let Some(path) = &outputs.figure {
        let shown: Vec<_> =
            found.iter().map(|f| Shown { state: &f.state, nearest: &f.nearest }).collect();
        let drawing =
            figure::draw(model.memories().patterns(), &facts, &cues, &shown, &watch.trace)?;
        outputs.write(path, drawing.as_bytes())?;
    }
    let insights = explain::insights(args, &built, (&facts, known), &found)?;
    print(args, &built, &how, &facts, (&found, &insights))?;
    watch.interrupted_by().map_or_else(|| Ok(verdict(args, &found)), Ok)
}

fn settle<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>>(
    model: &Effective<T, Lv, Lh, M>,
    cues: &[T],
    known: Option<&[bool]>,
    how: &Recall,
    watch: &mut Watch,
) -> Result<Vec<Retrieval<T>>, ModelError> {
    match known {
        Some(known) => model.complete(cues, known, how, watch),
        None => model.retrieve(cues, how, watch),
    }
}

/// How to run, with this tolerance where none was asked for.
pub(crate) fn how(args: &RecallArgs, tolerance: f64) -> Result<Recall, Failure> {
    let tolerance = args.tolerance.unwrap_or(tolerance);
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

fn print<T: Element>(
    args: &RecallArgs,
    built: &Built<T>,
    how: &Recall,
    facts: &Facts,
    (found, insights): (&[Retrieval<T>], &[Insight<'_>]),
) -> Result<(), Failure> {
    let Built { model, hidden } = built;
    let report = Report {
        schema: "attractor.recall/1",
        model: ModelFacts::new(args.choice.model, hidden, model.memories()),
        rule: None,
        learning: None,
        taken: facts.taken,
        guarantee: model.descent(Factor::MAP, how.proof, 0).guarantee().name(),
        proof: how.proof.name(),
        queries: found
            .iter()
            .enumerate()
            .map(|(q, found)| Query::new(found, facts).explained(insights.get(q), facts))
            .collect(),
    };
    match () {
        () if args.outputs.to_stdout() => Ok(()),
        () if args.outputs.json => report.print_json(),
        () => report.print_table(),
    }
}

/// 1 if a state is not finite, 4 if `--settle` did not settle.
pub(crate) fn verdict<T: Element>(args: &RecallArgs, found: &[Retrieval<T>]) -> u8 {
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
