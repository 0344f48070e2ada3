//! What is refused before anything is drawn.

use super::error::CapacityError;
use super::given::Given;
use super::plan::{
    Axis, CapacityModel, CapacityPlan, CapacityRule, CapacityStop, Damage, PatternSource,
};
use super::world::hidden;
use attractor_lagrangian::Lagrangian;

/// Refuses what cannot be, or what would not mean anything.
pub(super) fn check(plan: &CapacityPlan, given: Option<&Given>) -> Result<(), CapacityError> {
    values(plan)?;
    counts(plan)?;
    choices(plan)?;
    patterns(plan, given)?;
    search(plan)?;
    plan.points().iter().try_for_each(|point| hidden(plan, point).map(drop))
}

/// The most points of an experiment.
const MOST: f64 = 1e6;

fn choice(wrong: bool, message: &str) -> Result<(), CapacityError> {
    if wrong { Err(CapacityError::Choice(message.to_owned())) } else { Ok(()) }
}

fn values(plan: &CapacityPlan) -> Result<(), CapacityError> {
    let positive = |x: f64| x > 0.0 && x.is_finite();
    let needed = |axis| match axis {
        Axis::Features | Axis::Memories => "it must be a whole number of at least 1",
        Axis::Noise if plan.damage == Damage::Flips => "a share of flipped signs is from 0 to 1",
        Axis::Noise => "a standard deviation is at least 0 and finite",
        Axis::Lesion => "a share of cut synapses is from 0 to 1",
        Axis::Beta | Axis::Temperature => "it must be positive and finite",
    };
    let fits = |axis, x: f64| match axis {
        Axis::Noise if plan.damage == Damage::Gaussian => x >= 0.0 && x.is_finite(),
        Axis::Noise | Axis::Lesion => (0.0..=1.0).contains(&x),
        _ => positive(x),
    };
    for axis in Axis::ALL {
        let values = plan.values(axis);
        if values.is_empty() && !matches!(axis, Axis::Beta | Axis::Temperature) {
            return Err(CapacityError::Empty(axis));
        }
        if let Some(&value) = values.iter().find(|x| !fits(axis, **x)) {
            return Err(CapacityError::Value { axis, value, needed: needed(axis) });
        }
    }
    Ok(())
}

fn counts(plan: &CapacityPlan) -> Result<(), CapacityError> {
    let points =
        Axis::ALL.iter().map(|axis| plan.values(*axis).len().max(1) as f64).product::<f64>();
    choice(points > MOST, "more than a million points: give shorter lists")?;
    choice(plan.networks == 0, "no networks: ask for one at least")?;
    choice(plan.cues == 0, "no cues: ask for one per network at least")?;
    choice(plan.stop.steps() == 0, "no steps: ask for one at least")?;
    let overlap = plan.recalled > 0.0 && plan.recalled <= 1.0;
    choice(!overlap, "the overlap that counts as recalled must be above 0 and at most 1")
}

fn choices(plan: &CapacityPlan) -> Result<(), CapacityError> {
    let (rule, spins) = (plan.rule, plan.model.has_spins());
    let glauber = rule == CapacityRule::Glauber;
    choice(
        rule != CapacityRule::Synchronous && !spins,
        "rules that flip spins are for the models hopfield and dense",
    )?;
    choice(
        glauber == plan.temperature.is_empty(),
        "temperatures belong to the rule glauber, and it needs one at least",
    )?;
    choice(
        glauber && !matches!(plan.stop, CapacityStop::Steps(_)),
        "spins drawn at a temperature never come to rest: ask for a number of sweeps (steps)",
    )?;
    let flips = spins && rule != CapacityRule::Synchronous;
    choice(
        flips && !Lagrangian::<f64>::properties(&plan.separation).is_separable(),
        "the energy difference needs an energy that is a sum over hidden neurons: use a power or an exponential",
    )?;
    choice(
        plan.learning.is_some() && (plan.model != CapacityModel::Hopfield || !flips),
        "learned couplings belong to the model hopfield and rules that flip some spins at a time",
    )?;
    choice(
        spins && plan.patterns == PatternSource::Sphere,
        "patterns on the sphere are for the models modern and spherical: spins store signs",
    )
}

fn patterns(plan: &CapacityPlan, given: Option<&Given>) -> Result<(), CapacityError> {
    let Some(given) = given else {
        let own = matches!(plan.patterns, PatternSource::Given { .. });
        return choice(own, "the plan is about patterns that are not given");
    };
    choice(given.source() != plan.patterns, "the plan is about other patterns than those given")?;
    let other = |d: &&usize| **d != given.features();
    if let Some(d) = plan.features.iter().find(other) {
        let found = given.features();
        let message =
            format!("the patterns given have {found} features, not {d}: leave features out");
        return Err(CapacityError::Choice(message));
    }
    let most = plan.memories.iter().copied().max().unwrap_or(0);
    if most > given.len() {
        let message = format!(
            "{most} memories, and {} patterns are given: ask for as many at most",
            given.len()
        );
        return Err(CapacityError::Choice(message));
    }
    Ok(())
}

fn search(plan: &CapacityPlan) -> Result<(), CapacityError> {
    let Some(find) = plan.find else { return Ok(()) };
    let inside = |x: f64| x > 0.0 && x < 1.0;
    choice(!inside(find.probability), "the probability to find must be between 0 and 1")?;
    choice(!inside(find.tolerance), "the tolerance of a search must be between 0 and 1")?;
    choice(find.axis == Axis::Features, "features cannot be searched: give a list of them")?;
    choice(
        plan.values(find.axis).len() != 1,
        "the axis that is searched has one value, where the search begins",
    )?;
    choice(
        plan.start != super::CapacityStart::Memories,
        "a search needs cues that are made of memories",
    )
}
