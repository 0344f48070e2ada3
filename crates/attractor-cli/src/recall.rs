//! `attractor recall`: damaged cues in, repaired patterns out.

use crate::args::{Model, ProofArg, RecallArgs};
use crate::failure::{Failure, NOT_SETTLED, RUNTIME};
use crate::figure::{self, Shown};
use crate::files::{Facts, Given, check, read, write_states};
use crate::mask;
use crate::model::{AnyModel, Built, effective, parameters};
use crate::report::{ModelFacts, Query, Report};
use crate::watch::Watch;
use crate::{separation, spins};
use attractor_dynamics::{Outcome, Proof, StopRule, System};
use attractor_effective::{Explanation, Recall, Retrieval, explain};
use attractor_lagrangian::{AnyLagrangian, Factor};
use attractor_synapse::Element;

pub(crate) fn run<T: Element>(args: &RecallArgs) -> Result<u8, Failure> {
    match spins::rule(args)? {
        Some(rule) => spins::run::<T>(args, rule),
        None => descend::<T>(args),
    }
}

fn descend<T: Element>(args: &RecallArgs) -> Result<u8, Failure> {
    let (input, outputs) = (&args.input, &args.outputs);
    let parameters = parameters(&args.choice)?;
    let how = how::<T>(args)?;
    check(input, outputs)?;
    let Given { synapses, cues, facts } = read::<T>(input)?;
    let built = effective(&args.choice, &parameters, synapses)?;
    let temperature = args.explain.then(|| explainable(args, &built.hidden)).transpose()?;
    let model = &built.model;
    let mut watch =
        Watch::new(cues.len(), if outputs.figure.is_some() { figure::CURVES } else { 0 })?;
    let found = match mask::read(args.rules.mask.as_deref(), &cues)? {
        Some(known) => model.complete(cues.as_slice(), &known, &how, &mut watch),
        None => model.retrieve(cues.as_slice(), &how, &mut watch),
    };
    let found = found.map_err(|error| Failure::from(error).about(&input.cue))?;
    write_states(args, &facts, model.features(), found.iter().map(|f| &f.state[..]))?;
    if let Some(path) = &outputs.figure {
        let shown: Vec<_> =
            found.iter().map(|f| Shown { state: &f.state, nearest: &f.nearest }).collect();
        let drawing =
            figure::draw(model.memories().patterns(), &facts, &cues, &shown, &watch.trace)?;
        outputs.write(path, drawing.as_bytes())?;
    }
    let proved = match temperature {
        Some(beta) => found.iter().map(|found| explained(&built.model, beta, found)).collect(),
        None => Ok(Vec::new()),
    };
    print(args, &built, &how, &facts, (&found, &proved?))?;
    watch.interrupted_by().map_or_else(|| Ok(verdict(args, &found)), Ok)
}

/// β, where the theory has something to say of the model.
fn explainable(args: &RecallArgs, hidden: &AnyLagrangian) -> Result<f64, Failure> {
    let softmax = hidden.name() == "log-sum-exp" && args.choice.model == Model::Modern;
    separation::beta(hidden).filter(|_| softmax).ok_or_else(|| {
        Failure::usage("--explain needs --model modern with --separation log-sum-exp")
    })
}

/// What is proved of a state that is a number everywhere.
fn explained<T: Element>(
    model: &AnyModel<T>,
    beta: f64,
    found: &Retrieval<T>,
) -> Result<Option<Explanation>, Failure> {
    if found.outcome == Outcome::NotFinite {
        return Ok(None);
    }
    Ok(Some(explain(model, beta, &found.state)?))
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

fn print<T: Element>(
    args: &RecallArgs,
    built: &Built<T>,
    how: &Recall,
    facts: &Facts,
    (found, proved): (&[Retrieval<T>], &[Option<Explanation>]),
) -> Result<(), Failure> {
    let Built { model, hidden } = built;
    let report = Report {
        schema: "attractor.recall/1",
        model: ModelFacts::new(args.choice.model, hidden, model.memories()),
        rule: None,
        guarantee: model.descent(Factor::MAP, how.proof, 0).guarantee().name(),
        proof: how.proof.name(),
        queries: found
            .iter()
            .enumerate()
            .map(|(q, found)| {
                let proved = proved.get(q).copied().flatten();
                Query::new(found, facts.labels.as_deref()).explained(proved)
            })
            .collect(),
    };
    match () {
        () if args.outputs.to_stdout() => Ok(()),
        () if args.outputs.json => report.print_json(),
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
