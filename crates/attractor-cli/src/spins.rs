//! `attractor recall --rule …`: spins that are flipped some at a time.

use crate::args::{Bias, Model, RecallArgs, Rule};
use crate::failure::{Failure, NOT_SETTLED};
use crate::figure::{self, Shown};
use crate::files::{Facts, Given, check, read, write_states};
use crate::mask;
use crate::model::{hidden, parameters};
use crate::query::Query;
use crate::report::{ModelFacts, Report};
use attractor_dynamics::{Outcome, Trace};
use attractor_effective::{SpinRecall, SpinRetrieval, SpinRule, Spins};
use attractor_lagrangian::AnyLagrangian;
use attractor_synapse::Element;

/// The rule of the command line, unless it is the synchronous one with its theorem.
pub(crate) fn rule(args: &RecallArgs) -> Result<Option<SpinRule>, Failure> {
    let rules = &args.rules;
    if rules.temperature.is_some() && rules.rule != Rule::Glauber {
        return Err(Failure::usage("--temperature belongs to --rule glauber"));
    }
    let draws = matches!(rules.rule, Rule::Random | Rule::Glauber);
    if rules.seed.is_some() && !draws {
        return Err(Failure::usage("--seed belongs to --rule random and --rule glauber"));
    }
    let seed = rules.seed.unwrap_or(0);
    let rule = match rules.rule {
        Rule::Synchronous => return Ok(None),
        Rule::Cyclic => SpinRule::Cyclic,
        Rule::Random => SpinRule::Random { seed },
        Rule::Greedy => SpinRule::Greedy,
        Rule::Simultaneous => SpinRule::Simultaneous,
        Rule::Glauber => SpinRule::Glauber { temperature: rules.temperature.unwrap_or(1.0), seed },
    };
    if matches!(args.choice.model, Model::Hopfield | Model::Dense) {
        return Ok(Some(rule));
    }
    Err(Failure::usage(format!(
        "--rule {} flips spins: use --model hopfield or --model dense",
        rule.name()
    )))
}

pub(crate) fn run<T: Element>(args: &RecallArgs, rule: SpinRule) -> Result<u8, Failure> {
    let how = how(args, rule)?;
    let (input, outputs) = (&args.input, &args.outputs);
    let parameters = parameters(&args.choice)?;
    check(input, outputs)?;
    let given = read::<T>(input)?.masked(args.rules.memory_mask.as_deref())?;
    let Given { synapses, cues, facts } = given;
    let known = mask::read(args.rules.mask.as_deref(), &cues)?;
    let hidden = hidden(&args.choice, &parameters, &synapses)?;
    let spins = Spins::new(hidden.clone(), synapses)?;
    let found = spins.retrieve(cues.as_slice(), known.as_deref(), &how);
    let found = found.map_err(|error| Failure::from(error).about(&input.cue))?;
    write_states(args, facts.image, spins.features(), found.iter().map(|f| &f.state[..]))?;
    if let Some(path) = &outputs.figure {
        let shown: Vec<_> =
            found.iter().map(|f| Shown { state: &f.state, nearest: &f.nearest }).collect();
        let memories = spins.memories().patterns();
        let drawing = figure::draw(memories, &facts, &cues, &shown, &Trace::new(0, 0))?;
        outputs.write(path, drawing.as_bytes())?;
    }
    print(args, &spins, &hidden, (rule, &facts), &found)?;
    Ok(verdict(&how, &found))
}

fn how(args: &RecallArgs, rule: SpinRule) -> Result<SpinRecall, Failure> {
    if args.explain || args.values.is_some() {
        return Err(Failure::usage(
            "--explain and --values are for --rule synchronous: they need the model's own weights",
        ));
    }
    if args.choice.bias != Bias::None {
        return Err(Failure::usage(
            "--bias is for --rule synchronous: the energy difference has none",
        ));
    }
    if args.tolerance.is_some() {
        return Err(Failure::usage("--tolerance is for states that move by fractions: spins flip"));
    }
    let how = match args.steps {
        Some(sweeps) => SpinRecall::sweeps(rule, sweeps),
        None => SpinRecall::to_rest(rule).map(|how| how.at_most(args.max_steps)),
    };
    how.map(|how| how.naming(args.top)).map_err(|error| {
        let hint = if args.steps.is_none() { " (--steps N)" } else { "" };
        Failure::usage(format!("--rule {}: {error}{hint}", rule.name()))
    })
}

fn print<T: Element>(
    args: &RecallArgs,
    spins: &Spins<T, AnyLagrangian>,
    hidden: &AnyLagrangian,
    (rule, facts): (SpinRule, &Facts),
    found: &[SpinRetrieval<T>],
) -> Result<(), Failure> {
    let report = Report {
        schema: "attractor.recall/1",
        model: ModelFacts::new(args.choice.model, hidden, spins.memories()),
        rule: Some(rule.name()),
        guarantee: spins.guarantee(rule).name(),
        proof: "full",
        queries: found.iter().map(|found| Query::spins(found, facts)).collect(),
    };
    match () {
        () if args.outputs.to_stdout() => Ok(()),
        () if args.outputs.json => report.print_json(),
        () => report.print_table(),
    }
}

/// 4 if some did not come to rest: they went round in cycles, or were not done.
fn verdict<T>(how: &SpinRecall, found: &[SpinRetrieval<T>]) -> u8 {
    let count = |is: fn(&Outcome) -> bool| found.iter().filter(|f| is(&f.outcome)).count();
    let round = count(|outcome| matches!(outcome, Outcome::Cycle { .. }));
    let tired = count(|outcome| *outcome == Outcome::OutOfSteps);
    let all = found.len();
    if round > 0 {
        anstream::eprintln!(
            "warning: {round} of {all} cues go round in cycles: use --rule cyclic, whose energy falls at every flip"
        );
    }
    if tired > 0 && !how.is_exact() {
        anstream::eprintln!("warning: {tired} of {all} cues did not settle: raise --max-steps");
    }
    if round > 0 || (tired > 0 && !how.is_exact()) { NOT_SETTLED } else { 0 }
}
