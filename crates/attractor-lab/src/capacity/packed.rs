//! Networks of one bit per synapse: spins of any separable F on patterns of ±1.

use super::plan::{CapacityPlan, CapacityRule, CapacityStart, CapacityStop};
use super::point::Point;
use super::tally::End;
use super::{draw, given::Given};
use attractor_effective::{ModelError, PackedSpins, SignEnergy, SignField, SignScratch, SignWalk};
use attractor_lagrangian::AnyLagrangian;
use attractor_synapse::{Bits, Signs};
use rand::seq::SliceRandom;
use rand_pcg::Pcg64;
use std::cmp::Ordering;

/// Whether bits can do what the plan asks for, apart from lesions.
pub(super) fn fits(plan: &CapacityPlan, given: Option<&Given>) -> bool {
    let rules = [
        CapacityRule::Synchronous,
        CapacityRule::Cyclic,
        CapacityRule::Random,
        CapacityRule::Simultaneous,
    ];
    let signs = given.is_none_or(|given| given.signs.is_some());
    let whole = plan.lesion.iter().all(|share| *share <= 0.0);
    let plain = plan.learning.is_none() && plan.find.is_none_or(|f| f.axis != super::Axis::Lesion);
    plan.model.has_spins() && rules.contains(&plan.rule) && signs && whole && plain
}

/// The tables of spins of this size with this energy, on any memories.
pub(super) fn spins(
    energy: &AnyLagrangian,
    rule: CapacityRule,
    features: usize,
) -> Result<PackedSpins, ModelError> {
    let energy = match energy {
        AnyLagrangian::RectifiedPower(f) => f.0.into(),
        AnyLagrangian::Power(f) => f.0.into(),
        AnyLagrangian::Exponential(f) => f.0.into(),
        AnyLagrangian::Quadratic => attractor_lagrangian::Quadratic.into(),
        other => SignEnergy::of(other.clone())?,
    };
    let field =
        if rule == CapacityRule::Synchronous { SignField::Slope } else { SignField::Difference };
    PackedSpins::new(energy, field, Signs::of_words(vec![0; features.div_ceil(64)], features))
}

/// Draws one network and follows its cues.
pub(super) fn ends(
    plan: &CapacityPlan,
    point: &Point,
    tables: &PackedSpins,
    given: Option<&Given>,
    random: &mut Pcg64,
) -> Vec<End> {
    let (n, d) = (point.memories, point.features);
    let words = match given.and_then(|given| given.signs.as_ref()) {
        Some(signs) => {
            let chosen = draw::choose(random, signs.memories(), n);
            chosen.into_iter().flat_map(|row| signs.row(row).to_vec()).collect()
        }
        None => draw::words(random, n, d),
    };
    let spins = tables.on(Signs::of_words(words, d));
    let cues = cues(plan, point, spins.signs(), random);
    let mut runner = Runner::new(&spins, plan.rule);
    cues.into_iter().map(|(own, cue)| runner.run(own, cue, plan.stop, random)).collect()
}

/// The states that a network starts from, with the memory that each is made of.
fn cues(
    plan: &CapacityPlan,
    point: &Point,
    signs: &Signs,
    random: &mut Pcg64,
) -> Vec<(Option<usize>, Bits)> {
    let d = signs.features();
    match plan.start {
        CapacityStart::Anywhere => {
            let cue = |_| (None, Bits::of_words(draw::words(random, 1, d), d));
            (0..plan.cues).map(cue).collect()
        }
        CapacityStart::Memories => {
            let count = signs.memories().min(plan.cues as usize);
            let chosen = draw::choose(random, signs.memories(), count);
            let mut cue = |own: usize| {
                let mut cue = Bits::of_words(signs.row(own).to_vec(), d);
                draw::damage_bits(random, &mut cue, point.noise, plan.damage);
                (Some(own), cue)
            };
            chosen.into_iter().map(&mut cue).collect()
        }
    }
}

/// How the spins of one network are updated, from cue to cue.
enum Runner<'a> {
    /// All at once.
    Together(&'a PackedSpins, Box<SignScratch>, Bits),
    /// One after the other; with the order, where it is drawn anew for each sweep.
    OneByOne(Box<SignWalk<'a>>, Option<Vec<usize>>),
}

impl<'a> Runner<'a> {
    fn new(spins: &'a PackedSpins, rule: CapacityRule) -> Self {
        let d = spins.features();
        let start = Bits::of_words(vec![0; d.div_ceil(64)], d);
        match rule {
            CapacityRule::Cyclic => Self::OneByOne(Box::new(spins.walk(start)), None),
            CapacityRule::Random => {
                Self::OneByOne(Box::new(spins.walk(start)), Some((0..d).collect()))
            }
            _ => Self::Together(spins, Box::new(spins.scratch()), start),
        }
    }

    /// Steps from a cue until nothing flips, or as many as asked for.
    fn run(
        &mut self,
        own: Option<usize>,
        cue: Bits,
        stop: CapacityStop,
        random: &mut Pcg64,
    ) -> End {
        self.start(cue);
        let mut steps = 0;
        let mut settled = false;
        while !settled && steps < stop.steps() {
            settled = self.step(random) == 0;
            steps += usize::from(!settled);
        }
        settled = settled || self.is_at_rest();
        let steps = if let CapacityStop::Steps(all) = stop { all } else { steps };
        self.end(own, steps, settled)
    }

    fn start(&mut self, cue: Bits) {
        match self {
            Self::Together(_, _, state) => *state = cue,
            Self::OneByOne(walk, _) => walk.restart(cue),
        }
    }

    /// How many spins flipped.
    fn step(&mut self, random: &mut Pcg64) -> usize {
        match self {
            Self::Together(spins, scratch, state) => spins.step(state, scratch).flips,
            Self::OneByOne(walk, None) => walk.sweep(),
            Self::OneByOne(walk, Some(order)) => {
                order.shuffle(random);
                order.iter().filter(|&&i| walk.descend(i)).count()
            }
        }
    }

    fn is_at_rest(&mut self) -> bool {
        match self {
            Self::Together(spins, scratch, state) => {
                spins.step(&mut state.clone(), scratch).flips == 0
            }
            Self::OneByOne(walk, _) => {
                (0..walk.state().features()).all(|i| walk.look(i) != Ordering::Less)
            }
        }
    }

    fn end(&self, own: Option<usize>, steps: usize, settled: bool) -> End {
        match self {
            Self::Together(spins, _, state) => {
                let mut distances = vec![0; spins.signs().memories()];
                spins.signs().distances(0..distances.len(), state, &mut distances);
                end(own, state, &distances, steps, settled)
            }
            Self::OneByOne(walk, _) => end(own, walk.state(), walk.distances(), steps, settled),
        }
    }
}

fn end(own: Option<usize>, state: &Bits, distances: &[u32], steps: usize, settled: bool) -> End {
    let overlap = |c: u32| 1.0 - 2.0 * f64::from(c) / state.features() as f64;
    let nearest = distances.iter().copied().min().unwrap_or(0);
    let furthest = distances.iter().copied().max().unwrap_or(0);
    End {
        own: own.map(|own| overlap(distances[own])),
        most: overlap(nearest),
        least: overlap(furthest),
        settled,
        steps,
        effective: None,
        signs: state.words().to_vec(),
    }
}
