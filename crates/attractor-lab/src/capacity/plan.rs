//! What a capacity experiment is: plain data, from which its every bit follows.

use super::point::Point;
use attractor_lagrangian::AnyLagrangian;
use serde::{Deserialize, Serialize};

/// A capacity experiment: networks of random (or given) patterns, cues that are damaged copies of them, and how
/// many of the cues are recalled, over the product of six axes.
///
/// It is all that the result depends on, besides the patterns if they are given, and is written into it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapacityPlan {
    /// The visible layer.
    pub model: CapacityModel,
    /// The hidden Lagrangian.
    pub separation: AnyLagrangian,
    /// How states are updated.
    pub rule: CapacityRule,
    /// How couplings are learned; `None`: the memories themselves are read.
    pub learning: Option<CapacityLearning>,
    /// Where patterns come from.
    pub patterns: PatternSource,
    /// d, the sizes of the network.
    pub features: Vec<usize>,
    /// N, the loads.
    pub memories: Vec<usize>,
    /// How much of a cue is damaged, in the unit of `damage`.
    pub noise: Vec<f64>,
    /// What damage is.
    pub damage: Damage,
    /// Inverse temperatures of the separation; none: as `separation` has it.
    pub beta: Vec<f64>,
    /// Shares of the synapses ξ_μi that are cut, that is 0.
    pub lesion: Vec<f64>,
    /// Temperatures of the rule `glauber`, in the unit of the energy; none for other rules.
    pub temperature: Vec<f64>,
    /// Where states start.
    pub start: CapacityStart,
    /// When they stop.
    pub stop: CapacityStop,
    /// Networks per point, each with patterns of its own.
    pub networks: u32,
    /// Cues per network, of memories that are all different; fewer where there are fewer memories.
    pub cues: u32,
    /// The overlap from which on a memory counts as recalled.
    pub recalled: f64,
    /// Bisects an axis instead of walking along it.
    pub find: Option<Search>,
    /// The scalar of models that are not made of bits, `f32` or `f64`.
    pub dtype: Dtype,
    /// The seed.
    pub seed: u64,
}

/// The visible layer, as `attractor recall` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CapacityModel {
    /// Hopfield 1982.
    Hopfield,
    /// Model A: spins.
    Dense,
    /// Model B: attention.
    Modern,
    /// Model C: the sphere.
    Spherical,
}

impl CapacityModel {
    /// States are ±1.
    #[must_use]
    pub fn has_spins(self) -> bool {
        matches!(self, Self::Hopfield | Self::Dense)
    }
}

/// How states are updated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CapacityRule {
    /// All at once, self-coupling kept: the map of the model.
    Synchronous,
    /// Spin after spin by the energy difference.
    Cyclic,
    /// The same in an order drawn anew for each sweep.
    Random,
    /// The steepest flip first.
    Greedy,
    /// All at once by the energy difference: nothing is proved.
    Simultaneous,
    /// Drawn at a temperature.
    Glauber,
}

/// A rule by which d × d couplings are learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CapacityLearning {
    /// Outer products over d.
    Hebbian,
    /// The projection on the span of the patterns.
    PseudoInverse,
    /// Storkey's rule.
    Storkey,
}

/// Where patterns come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PatternSource {
    /// Independent signs ±1.
    Signs,
    /// Uniform on the unit sphere.
    Sphere,
    /// Of those that are given, as many as wanted, drawn without replacement.
    Given {
        /// What they are called.
        name: String,
        /// How many there are.
        patterns: usize,
        /// Their numbers in f64, little-endian, by CRC-32.
        checksum: u32,
    },
}

/// What damages a cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Damage {
    /// So large a share of the numbers, rounded to a whole one, changes its sign.
    Flips,
    /// Normal numbers are added, with this standard deviation in units of the pattern's root mean square.
    Gaussian,
}

/// Where states start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CapacityStart {
    /// At damaged memories.
    Memories,
    /// Anywhere: where states come to rest that nothing leads to a memory.
    Anywhere,
}

/// When states stop.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CapacityStop {
    /// After so many steps, for spins that are looked at one by one: sweeps.
    Steps(usize),
    /// At rest, or after so many steps. `tolerance` is for states that move by fractions.
    Rest {
        /// The most steps.
        steps: usize,
        /// The residual that counts as rest.
        tolerance: f64,
    },
}

impl CapacityStop {
    /// The most steps.
    #[must_use]
    pub fn steps(self) -> usize {
        match self {
            Self::Steps(steps) | Self::Rest { steps, .. } => steps,
        }
    }
}

/// The scalar of vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dtype {
    /// Four bytes.
    F32,
    /// Eight bytes.
    F64,
}

impl Dtype {
    /// The name in results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }
}

/// Where on an axis the probability of recall passes a value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// The axis; its list has one number, where the search begins.
    pub axis: Axis,
    /// The probability of recall that is looked for.
    pub probability: f64,
    /// The bracket is narrowed to this share of its upper end, or of the range for an axis that has one.
    pub tolerance: f64,
}

/// An axis of the experiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Axis {
    /// d.
    Features,
    /// N.
    Memories,
    /// Damage of cues.
    Noise,
    /// Inverse temperature of the separation.
    Beta,
    /// Share of the synapses cut.
    Lesion,
    /// Temperature of the spins.
    Temperature,
}

impl Axis {
    /// All of them, the first varying slowest.
    pub const ALL: [Self; 6] =
        [Self::Features, Self::Noise, Self::Beta, Self::Lesion, Self::Temperature, Self::Memories];

    /// The name in results and on axes of figures.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Features => "features",
            Self::Memories => "memories",
            Self::Noise => "noise",
            Self::Beta => "beta",
            Self::Lesion => "lesion",
            Self::Temperature => "temperature",
        }
    }
}

impl CapacityPlan {
    /// The points of the experiment, memories varying fastest; where an axis is searched, one for each curve.
    #[must_use]
    pub fn points(&self) -> Vec<Point> {
        let first = Point::default();
        Axis::ALL.into_iter().fold(vec![first], |points, axis| {
            let values = self.values(axis);
            let along = |point: Point| values.iter().map(move |&x| point.with(axis, x));
            if values.is_empty() { points } else { points.into_iter().flat_map(along).collect() }
        })
    }

    /// The values along an axis.
    #[must_use]
    pub fn values(&self, axis: Axis) -> Vec<f64> {
        let counts = |list: &[usize]| list.iter().map(|x| *x as f64).collect();
        match axis {
            Axis::Features => counts(&self.features),
            Axis::Memories => counts(&self.memories),
            Axis::Noise => self.noise.clone(),
            Axis::Beta => self.beta.clone(),
            Axis::Lesion => self.lesion.clone(),
            Axis::Temperature => self.temperature.clone(),
        }
    }

    /// Axes with more than one value, and the one that is searched.
    #[must_use]
    pub fn varied(&self) -> Vec<Axis> {
        let searched = |axis| self.find.is_some_and(|find| find.axis == axis);
        Axis::ALL.into_iter().filter(|&a| self.values(a).len() > 1 || searched(a)).collect()
    }
}
