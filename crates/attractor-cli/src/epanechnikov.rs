//! `attractor recall --model epanechnikov`: the mean of the memories within a radius.

use crate::args::{Beta, Bias, RecallArgs, Rule};
use crate::failure::{Failure, INPUT};
use crate::figure::{self, Shown};
use crate::files::{Given, check, read, write_states};
use crate::query::Query;
use crate::recall::{how, verdict};
use crate::report::{ModelFacts, Report};
use crate::watch::Watch;
use attractor_dynamics::System;
use attractor_effective::{Epanechnikov, EpanechnikovError};
use attractor_synapse::{Element, Synapses};

impl From<EpanechnikovError> for Failure {
    /// What memories and cues allow is the data's, a number that is none the command line's.
    fn from(error: EpanechnikovError) -> Self {
        use EpanechnikovError::{Beta, Delta, Epsilon};
        match error {
            EpanechnikovError::Model(error) => error.into(),
            EpanechnikovError::Outside { .. } => Self {
                code: INPUT,
                message: format!("{error} (--floor 1e-9, say, lets such cues be)"),
            },
            Beta(_) | Delta(_) | Epsilon(_) => Self::usage(error.to_string()),
            _ => Self { code: INPUT, message: error.to_string() },
        }
    }
}

pub(crate) fn run<T: Element>(args: &RecallArgs) -> Result<u8, Failure> {
    refuse(args)?;
    // rest is exact here: what is almost a memory goes to it
    let how = how(args, 0.0)?;
    let (input, outputs) = (&args.input, &args.outputs);
    check(input, outputs)?;
    let given = read::<T>(input)?.masked(args.rules.memory_mask.as_deref())?;
    let Given { synapses, cues, facts } = given;
    let model = model(args, synapses)?;
    let curves = if outputs.figure.is_some() { figure::CURVES } else { 0 };
    let mut watch = Watch::new(cues.len(), curves)?;
    let found = model.retrieve(cues.as_slice(), &how, &mut watch);
    let found = found.map_err(|error| Failure::from(error).about(&input.cue))?;
    write_states(args, facts.image, cues.features(), found.iter().map(|f| &f.state[..]))?;
    if let Some(path) = &outputs.figure {
        let shown: Vec<_> =
            found.iter().map(|f| Shown { state: &f.state, nearest: &f.nearest }).collect();
        let memories = model.memories().patterns();
        let drawing = figure::draw(memories, &facts, &cues, &shown, &watch.trace)?;
        outputs.write(path, drawing.as_bytes())?;
    }
    let report = Report {
        schema: "attractor.recall/1",
        model: ModelFacts::epanechnikov(model.beta(), model.memories()),
        rule: None,
        learning: None,
        taken: facts.taken,
        guarantee: model.guarantee().name(),
        proof: "full",
        queries: found.iter().map(|found| Query::new(found, &facts)).collect(),
    };
    match () {
        () if outputs.to_stdout() => {}
        () if outputs.json => report.print_json()?,
        () => report.print_table()?,
    }
    watch.interrupted_by().map_or_else(|| Ok(verdict(args, &found)), Ok)
}

fn model<T: Element>(
    args: &RecallArgs,
    memories: Synapses<T>,
) -> Result<Epanechnikov<T>, EpanechnikovError> {
    let model = match (args.within, args.choice.beta) {
        (Some(delta), _) => Epanechnikov::exact_within(memories, delta),
        (None, Some(Beta::Value(beta))) => Epanechnikov::new(memories, beta, 0.0),
        (None, _) => Epanechnikov::new(memories, 1.0, 0.0),
    };
    model?.with_epsilon(args.floor.unwrap_or(0.0))
}

/// Options that this model has not are refused, never ignored.
fn refuse(args: &RecallArgs) -> Result<(), Failure> {
    let (choice, rules) = (&args.choice, &args.rules);
    let complaint = match () {
        () if choice.beta == Some(Beta::Auto) => "takes a number for --beta, or --within",
        () if choice.separation.is_some() || choice.power.is_some() => {
            "has no --separation and no --power"
        }
        () if choice.bias != Bias::None => "compares distances already: leave --bias away",
        () if rules.rule != Rule::Synchronous || rules.learning.is_some() => "has no spins to flip",
        () if rules.temperature.is_some() || rules.seed.is_some() => "draws nothing at random",
        () if rules.mask.is_some() => "cannot hold features: leave --mask away",
        () if args.explain || args.values.is_some() => "has neither --explain nor --values",
        () => return Ok(()),
    };
    Err(Failure::usage(format!("--model epanechnikov {complaint}")))
}
