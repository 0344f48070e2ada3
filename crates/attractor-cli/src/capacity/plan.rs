//! From the command line to a plan.

use super::args::{AxisArg, CapacityArgs, DamageArg, PatternsArg, StartArg};
use super::list::List;
use crate::args::{Dtype, LearningArg, Model, Rule};
use crate::failure::Failure;
use crate::separation::{Separation, beta};
use crate::source::source;
use attractor_io::{IoError, ReadOptions, load_memory, read_patterns};
use attractor_lab::{
    Axis, CapacityLearning, CapacityModel, CapacityPlan, CapacityRule, CapacityStart, CapacityStop,
    Damage, Given, PatternSource, Search,
};
use attractor_lagrangian::AnyLagrangian;

/// What is asked for, and the patterns that were given.
pub(super) fn plan(args: &CapacityArgs) -> Result<(CapacityPlan, Option<Given>), Failure> {
    let model = model(args)?;
    let separation = separation(args)?;
    let given = args.patterns_file.as_deref().map(given).transpose()?;
    let patterns = match (&given, args.patterns) {
        (Some(given), _) => given.source(),
        (None, Some(PatternsArg::Sphere)) => PatternSource::Sphere,
        (None, None) if !model.has_spins() => PatternSource::Sphere,
        _ => PatternSource::Signs,
    };
    let usual = if args.dtype == Dtype::F32 { 1e-6 } else { 1e-10 };
    let mut plan = CapacityPlan {
        model,
        separation,
        rule: rule(args, model),
        learning: args.learning.map(learning),
        patterns,
        features: match (&given, &args.features) {
            (Some(given), _) => vec![given.features()],
            (None, Some(list)) => counts("--features", list)?,
            (None, None) => vec![64],
        },
        memories: Vec::new(),
        noise: args.noise.0.clone(),
        damage: match args.damage {
            DamageArg::Flips => Damage::Flips,
            DamageArg::Gaussian => Damage::Gaussian,
        },
        beta: args.beta.as_ref().map_or_else(Vec::new, |list| list.0.clone()),
        lesion: args.lesion.0.clone(),
        temperature: args.temperature.as_ref().map_or_else(Vec::new, |list| list.0.clone()),
        start: match args.start {
            StartArg::Memories => CapacityStart::Memories,
            StartArg::Anywhere => CapacityStart::Anywhere,
        },
        stop: match args.steps {
            Some(steps) => CapacityStop::Steps(steps),
            None => CapacityStop::Rest {
                steps: args.max_steps,
                tolerance: args.tolerance.unwrap_or(usual),
            },
        },
        networks: args.networks,
        cues: args.cues,
        recalled: args.recalled,
        find: args.find.map(|axis| Search {
            axis: searched(axis),
            probability: args.probability,
            tolerance: args.narrow,
        }),
        dtype: match args.dtype {
            Dtype::F32 => attractor_lab::Dtype::F32,
            Dtype::F64 => attractor_lab::Dtype::F64,
        },
        seed: args.seed,
    };
    plan.memories = memories(args, &plan, given.as_ref())?;
    Ok((plan, given))
}

fn counts(flag: &str, list: &List) -> Result<Vec<usize>, Failure> {
    list.counts()
        .map_err(|x| Failure::usage(format!("{flag} {x}: it must be a whole number of at least 1")))
}

fn model(args: &CapacityArgs) -> Result<CapacityModel, Failure> {
    match args.model {
        Model::Hopfield => Ok(CapacityModel::Hopfield),
        Model::Dense => Ok(CapacityModel::Dense),
        Model::Modern => Ok(CapacityModel::Modern),
        Model::Spherical => Ok(CapacityModel::Spherical),
        Model::Epanechnikov => Err(Failure::usage(
            "--model epanechnikov recalls exactly within its balls whatever the load: nothing is to be measured",
        )),
    }
}

/// The hidden Lagrangian; where β is an axis, with the first of its values.
fn separation(args: &CapacityArgs) -> Result<AnyLagrangian, Failure> {
    let own = match args.model {
        Model::Hopfield => "power",
        Model::Modern => "log-sum-exp",
        Model::Spherical => "exponential",
        Model::Dense | Model::Epanechnikov => "rectified-power",
    };
    let separation = args.separation.clone().unwrap_or_else(|| Separation::named(own));
    let list = args.beta.as_ref().and_then(|list| list.0.first().copied());
    if list.is_some() {
        separation.check_flag("beta", "--beta")?;
    }
    if args.power.is_some() {
        separation.check_flag("n", "--power")?;
    }
    let found = separation.lagrangian(Some(list.unwrap_or(1.0)), separation.power(args.power))?;
    let spins = matches!(args.model, Model::Hopfield | Model::Dense);
    if !spins && beta(&found).is_some() && list.is_none() && !separation.gives("beta") {
        return Err(Failure::usage(
            "say --beta: how well models of continuous states recall is decided by it (patterns of length 1 that are far apart need some tens)",
        ));
    }
    Ok(found)
}

fn rule(args: &CapacityArgs, model: CapacityModel) -> CapacityRule {
    match args.rule {
        Some(Rule::Synchronous) => CapacityRule::Synchronous,
        Some(Rule::Cyclic) => CapacityRule::Cyclic,
        Some(Rule::Random) => CapacityRule::Random,
        Some(Rule::Greedy) => CapacityRule::Greedy,
        Some(Rule::Simultaneous) => CapacityRule::Simultaneous,
        Some(Rule::Glauber) => CapacityRule::Glauber,
        None if model.has_spins() => CapacityRule::Cyclic,
        None => CapacityRule::Synchronous,
    }
}

fn learning(rule: LearningArg) -> CapacityLearning {
    match rule {
        LearningArg::Hebbian => CapacityLearning::Hebbian,
        LearningArg::PseudoInverse => CapacityLearning::PseudoInverse,
        LearningArg::Storkey => CapacityLearning::Storkey,
    }
}

fn searched(axis: AxisArg) -> Axis {
    match axis {
        AxisArg::Memories => Axis::Memories,
        AxisArg::Noise => Axis::Noise,
        AxisArg::Beta => Axis::Beta,
        AxisArg::Lesion => Axis::Lesion,
        AxisArg::Temperature => Axis::Temperature,
    }
}

/// Those asked for, or around where theory expects the end of recall, or all orders of magnitude that were given.
fn memories(
    args: &CapacityArgs,
    plan: &CapacityPlan,
    given: Option<&Given>,
) -> Result<Vec<usize>, Failure> {
    if let Some(list) = &args.memories {
        return counts("--memories", list);
    }
    let one = plan.find.is_some_and(|find| find.axis == Axis::Memories);
    if let Some(given) = given {
        let doublings = (0..).map(|k| 1usize << k).take_while(|n| *n < given.len());
        let all: Vec<usize> = doublings.chain([given.len()]).collect();
        return Ok(if one { vec![all[all.len() / 2]] } else { all });
    }
    let expected = plan.expected_memories();
    match (expected, one) {
        (Some(n), true) => Ok(vec![n]),
        (None, true) => Ok(vec![plan.features.iter().copied().min().unwrap_or(64)]),
        (Some(n), false) => {
            let parts = [0.25, 0.5, 0.65, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0];
            let mut list: Vec<usize> =
                parts.iter().map(|part| ((n as f64 * part).round() as usize).max(1)).collect();
            list.dedup();
            Ok(list)
        }
        (None, false) => Err(Failure::usage(
            "say --memories: there is no theory here to choose loads by (--find memories searches for the capacity)",
        )),
    }
}

/// The patterns of a memory file, or of a file of patterns.
fn given(name: &str) -> Result<Given, Failure> {
    let source = source(name);
    let loaded = match source.is_stdin() {
        true => Err(IoError::NotMemory { name: name.to_owned() }),
        false => load_memory::<f64>(&source),
    };
    match loaded {
        Ok(loaded) => Ok(Given::new(name, loaded.memory.into_patterns())),
        Err(IoError::NotMemory { .. }) => {
            let read = read_patterns::<f64>(&source, &ReadOptions::default())?;
            Ok(Given::new(name, read.patterns))
        }
        Err(error) => Err(error.into()),
    }
}
