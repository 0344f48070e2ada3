//! Networks of numbers: every model and rule that the library has.

use super::draw;
use super::error::CapacityError;
use super::given::Given;
use super::plan::{
    CapacityLearning, CapacityModel, CapacityPlan, CapacityRule, CapacityStart, CapacityStop,
    PatternSource,
};
use super::point::Point;
use super::tally::End;
use attractor_dynamics::{Outcome, StopRule};
use attractor_effective::{Couplings, Effective, Learning, Recall, SpinRecall, SpinRule, Spins};
use attractor_lagrangian::{Absolute, AnyLagrangian, Norm, Quadratic};
use attractor_synapse::{Answers, Element, Memories, Patterns, Question, Synapses};
use rand::RngExt;
use rand_pcg::Pcg64;

/// A state that a run ended in.
struct Found<T> {
    state: Vec<T>,
    settled: bool,
    steps: usize,
    effective: Option<f64>,
}

/// Draws one network and follows its cues.
pub(super) fn ends<T: Element>(
    plan: &CapacityPlan,
    point: &Point,
    hidden: &AnyLagrangian,
    given: Option<&Given>,
    random: &mut Pcg64,
) -> Result<Vec<End>, CapacityError> {
    let d = point.features;
    let rows = rows::<T>(plan, point, given, random);
    let (owns, cues) = cues(plan, point, &rows, random);
    let mut cut = rows.clone();
    draw::lesion(random, &mut cut, point.lesion);
    let synapses = Synapses::new(Patterns::new(cut, d)?);
    let found = match spin_rule(plan, point, random) {
        Some(rule) => flip(plan, hidden, rule, synapses, &cues)?,
        None => settle(plan, hidden, synapses, &cues)?,
    };
    let whole = Synapses::new(Patterns::new(rows, d)?);
    Ok(measure(&whole, &owns, found))
}

fn rows<T: Element>(
    plan: &CapacityPlan,
    point: &Point,
    given: Option<&Given>,
    random: &mut Pcg64,
) -> Vec<T> {
    let (n, d) = (point.memories, point.features);
    match (given, &plan.patterns) {
        (Some(given), _) => {
            let chosen = draw::choose(random, given.len(), n);
            let row = |row: usize| given.patterns.row(row).iter().map(|x| T::of(*x));
            chosen.into_iter().flat_map(row).collect()
        }
        (None, PatternSource::Sphere) => draw::sphere(random, n, d),
        (None, _) => draw::signs(random, n * d),
    }
}

/// The states that a network starts from, and the memory that each is made of.
fn cues<T: Element>(
    plan: &CapacityPlan,
    point: &Point,
    rows: &[T],
    random: &mut Pcg64,
) -> (Vec<Option<usize>>, Vec<T>) {
    let d = point.features;
    match plan.start {
        CapacityStart::Anywhere => {
            let count = plan.cues as usize;
            let cues = match plan.model.has_spins() {
                true => draw::signs(random, count * d),
                false => draw::sphere(random, count, d),
            };
            (vec![None; count], cues)
        }
        CapacityStart::Memories => {
            let count = point.memories.min(plan.cues as usize);
            let chosen = draw::choose(random, point.memories, count);
            let mut cues = Vec::with_capacity(count * d);
            for &own in &chosen {
                let mut cue = rows[own * d..][..d].to_vec();
                draw::damage(random, &mut cue, point.noise, plan.damage);
                cues.extend(cue);
            }
            (chosen.into_iter().map(Some).collect(), cues)
        }
    }
}

/// The rule that flips some spins at a time; `None` for the map of the model.
fn spin_rule(plan: &CapacityPlan, point: &Point, random: &mut Pcg64) -> Option<SpinRule> {
    let seed = random.random();
    Some(match plan.rule {
        CapacityRule::Synchronous => return None,
        CapacityRule::Cyclic => SpinRule::Cyclic,
        CapacityRule::Random => SpinRule::Random { seed },
        CapacityRule::Greedy => SpinRule::Greedy,
        CapacityRule::Simultaneous => SpinRule::Simultaneous,
        CapacityRule::Glauber => {
            SpinRule::Glauber { temperature: point.temperature.unwrap_or(1.0), seed }
        }
    })
}

fn flip<T: Element>(
    plan: &CapacityPlan,
    hidden: &AnyLagrangian,
    rule: SpinRule,
    synapses: Synapses<T>,
    cues: &[T],
) -> Result<Vec<Found<T>>, CapacityError> {
    let how = match plan.stop {
        CapacityStop::Steps(steps) => SpinRecall::sweeps(rule, steps)?,
        CapacityStop::Rest { steps, .. } => SpinRecall::to_rest(rule)?.at_most(steps),
    };
    let how = how.naming(0);
    let found = match plan.learning {
        Some(learning) => {
            Couplings::learned(learned(learning), synapses)?.retrieve(cues, None, &how)
        }
        None => Spins::new(hidden.clone(), synapses)?.retrieve(cues, None, &how),
    };
    let told = found?.into_iter().map(|found| Found {
        state: found.state,
        settled: found.outcome == Outcome::Settled,
        steps: found.sweeps,
        effective: None,
    });
    Ok(told.collect())
}

fn learned(rule: CapacityLearning) -> Learning {
    match rule {
        CapacityLearning::Hebbian => Learning::Hebbian,
        CapacityLearning::PseudoInverse => Learning::PseudoInverse,
        CapacityLearning::Storkey => Learning::Storkey,
    }
}

fn settle<T: Element>(
    plan: &CapacityPlan,
    hidden: &AnyLagrangian,
    synapses: Synapses<T>,
    cues: &[T],
) -> Result<Vec<Found<T>>, CapacityError> {
    let visible: AnyLagrangian = match plan.model {
        CapacityModel::Hopfield | CapacityModel::Dense => Absolute.into(),
        CapacityModel::Modern => Quadratic.into(),
        CapacityModel::Spherical => Norm.into(),
    };
    let (rule, continuous) = (stop(plan, Recall::tolerance::<T>())?, !plan.model.has_spins());
    let how = Recall { top: 0, ..Recall::by(rule) };
    let found = Effective::new(visible, hidden.clone(), synapses)?.retrieve(cues, &how, &mut ())?;
    let told = found.into_iter().map(|found| Found {
        state: found.state,
        settled: found.outcome == Outcome::Settled,
        steps: found.steps,
        effective: continuous.then_some(found.effective_memories),
    });
    Ok(told.collect())
}

fn stop(plan: &CapacityPlan, usual: f64) -> Result<StopRule, CapacityError> {
    let rule = match plan.stop {
        CapacityStop::Steps(steps) => StopRule::exactly(steps, usual),
        CapacityStop::Rest { steps, tolerance } => StopRule::rest(tolerance, steps),
    };
    rule.map_err(|error| CapacityError::Choice(error.to_string()))
}

/// What the states are near, among the memories as they were before any lesion.
fn measure<T: Element>(
    memories: &Synapses<T>,
    owns: &[Option<usize>],
    found: Vec<Found<T>>,
) -> Vec<End> {
    let states: Vec<T> = found.iter().flat_map(|found| &found.state).copied().collect();
    let mut answers = Answers::default();
    memories.read(&Question { top: 0, ..Question::of(&Quadratic, &states) }, &mut answers);
    let ends = found.into_iter().zip(owns).enumerate().map(|(q, (found, own))| {
        let nearest = answers.get(q).nearest;
        let row = |own: usize| memories.patterns().row(own);
        End {
            own: own.map(|own| match own == nearest.memory {
                true => nearest.overlap,
                false => cosine(&found.state, row(own)),
            }),
            most: nearest.overlap,
            least: nearest.opposite_overlap,
            settled: found.settled,
            steps: found.steps,
            effective: found.effective,
            signs: attractor_synapse::Bits::of_signs(&found.state).words().to_vec(),
        }
    });
    ends.collect()
}

/// The cosine of the angle between two vectors; 0 where one has no direction.
fn cosine<T: Element>(a: &[T], b: &[T]) -> f64 {
    let product = |a: &[T], b: &[T]| a.iter().zip(b).map(|(a, b)| a.f64() * b.f64()).sum::<f64>();
    let lengths = (product(a, a) * product(b, b)).sqrt();
    if lengths > 0.0 { product(a, b) / lengths } else { 0.0 }
}
