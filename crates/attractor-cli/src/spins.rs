//! `attractor recall --rule …`: spins that are flipped some at a time.

use crate::args::{Bias, LearningArg, Model, RecallArgs, Rule};
use crate::explain::{self, Insight};
use crate::failure::{Failure, NOT_SETTLED};
use crate::figure::{self, Shown};
use crate::files::{Facts, Given, check, read, write_states};
use crate::mask;
use crate::model::{hidden, parameters};
use crate::query::Query;
use crate::report::{ModelFacts, Report};
use attractor_dynamics::{Guarantee, Outcome, Trace};
use attractor_effective::{
    Couplings, Learning, ModelError, SpinRecall, SpinRetrieval, SpinRule, Spins,
};
use attractor_lagrangian::AnyLagrangian;
use attractor_synapse::{Element, Memories, Synapses, is_half_square};

/// Spins by their overlaps with the memories, or by couplings.
enum Network<T> {
    Spins(Spins<T, AnyLagrangian>),
    Couplings(Couplings<T>),
}

impl<T: Element> Network<T> {
    /// Couplings where they were learned, and where they are the smaller matrix.
    fn new(
        args: &RecallArgs,
        hidden: &AnyLagrangian,
        memories: Synapses<T>,
        cues: usize,
    ) -> Result<Self, ModelError> {
        if let Some(rule) = args.rules.learning {
            return Couplings::learned(learning(rule), memories).map(Self::Couplings);
        }
        // a sweep by overlaps costs a cue d·N evaluations of F, summing T d²·N multiplications
        let (n, d) = (memories.memories(), memories.features());
        let pays = n > d && 64 * cues >= d;
        if pays && is_half_square::<T>(hidden) {
            return Couplings::new(memories).map(Self::Couplings);
        }
        Spins::new(hidden.clone(), memories).map(Self::Spins)
    }

    fn memories(&self) -> &Synapses<T> {
        match self {
            Self::Spins(spins) => spins.memories(),
            Self::Couplings(spins) => spins.memories(),
        }
    }

    fn retrieve(
        &self,
        cues: &[T],
        known: Option<&[bool]>,
        how: &SpinRecall,
    ) -> Result<Vec<SpinRetrieval<T>>, ModelError> {
        match self {
            Self::Spins(spins) => spins.retrieve(cues, known, how),
            Self::Couplings(spins) => spins.retrieve(cues, known, how),
        }
    }

    fn weights(&self, state: &[T]) -> Result<Vec<f64>, ModelError> {
        match self {
            Self::Spins(spins) => spins.weights(state),
            Self::Couplings(spins) => spins.weights(state),
        }
    }
}

fn learning(rule: LearningArg) -> Learning {
    match rule {
        LearningArg::Hebbian => Learning::Hebbian,
        LearningArg::PseudoInverse => Learning::PseudoInverse,
        LearningArg::Storkey => Learning::Storkey,
    }
}

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
    if rules.learning.is_some() {
        check_learning(args)?;
    }
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

/// Couplings are those of Hopfield's model, and flips of some spins at a time need no more of them.
fn check_learning(args: &RecallArgs) -> Result<(), Failure> {
    let complaint = match () {
        () if args.choice.model != Model::Hopfield => "--learning belongs to --model hopfield",
        () if args.rules.rule == Rule::Synchronous => {
            "--learning is for rules that flip some spins at a time: add --rule cyclic"
        }
        () if args.choice.separation.is_some() || args.choice.power.is_some() => {
            "--learning makes couplings of pairs, which have no --separation and no --power"
        }
        () => return Ok(()),
    };
    Err(Failure::usage(complaint))
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
    let values = explain::values::<T>(args, &facts)?;
    let spins = Network::new(args, &hidden, synapses, cues.len())?;
    let found = spins.retrieve(cues.as_slice(), known.as_deref(), &how);
    let found = found.map_err(|error| Failure::from(error).about(&input.cue))?;
    let weights = |found: &SpinRetrieval<T>| spins.weights(&found.state);
    match &values {
        Some(values) => {
            let paired = explain::paired(values, found.iter().map(|f| weights(f).map(Some)))?;
            write_states(args, None, values.features(), paired.iter().map(|v| &v[..]))?;
        }
        None => {
            let (d, states) = (cues.features(), found.iter().map(|f| &f.state[..]));
            write_states(args, facts.image, d, states)?;
        }
    }
    if let Some(path) = &outputs.figure {
        let shown: Vec<_> =
            found.iter().map(|f| Shown { state: &f.state, nearest: &f.nearest }).collect();
        let memories = spins.memories().patterns();
        let drawing = figure::draw(memories, &facts, &cues, &shown, &Trace::new(0, 0))?;
        outputs.write(path, drawing.as_bytes())?;
    }
    let insights = match args.explain {
        true => explain::votes(&facts, found.iter().map(weights))?,
        false => Vec::new(),
    };
    print(args, spins.memories(), &hidden, (rule, &facts), (&found, &insights))?;
    Ok(verdict(&how, &found))
}

fn how(args: &RecallArgs, rule: SpinRule) -> Result<SpinRecall, Failure> {
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
    memories: &Synapses<T>,
    hidden: &AnyLagrangian,
    (rule, facts): (SpinRule, &Facts),
    (found, insights): (&[SpinRetrieval<T>], &[Insight<'_>]),
) -> Result<(), Failure> {
    let guarantee = rule.guarantee();
    let told = found
        .iter()
        .enumerate()
        .map(|(q, found)| Query::spins(found, facts).explained(insights.get(q), facts));
    let report = Report {
        schema: "attractor.recall/1",
        model: ModelFacts::new(args.choice.model, hidden, memories),
        rule: Some(rule.name()),
        learning: args.rules.learning.map(|rule| learning(rule).name()),
        taken: facts.taken,
        guarantee: guarantee.name(),
        proof: if guarantee == Guarantee::None { "none" } else { "full" },
        queries: told.collect(),
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
