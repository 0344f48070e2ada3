//! One point of the axes.

use super::plan::Axis;
use serde::{Deserialize, Serialize};

/// Where on the axes a network stands.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// d.
    pub features: usize,
    /// N.
    pub memories: usize,
    /// Damage of the cues.
    pub noise: f64,
    /// Inverse temperature of the separation, where it is an axis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beta: Option<f64>,
    /// Share of the synapses cut.
    pub lesion: f64,
    /// Temperature of the spins, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
}

impl Point {
    /// The same point elsewhere on an axis; counts are rounded.
    #[must_use]
    pub fn with(self, axis: Axis, x: f64) -> Self {
        match axis {
            Axis::Features => Self { features: x.round() as usize, ..self },
            Axis::Memories => Self { memories: x.round() as usize, ..self },
            Axis::Noise => Self { noise: x, ..self },
            Axis::Beta => Self { beta: Some(x), ..self },
            Axis::Lesion => Self { lesion: x, ..self },
            Axis::Temperature => Self { temperature: Some(x), ..self },
        }
    }

    /// Where it stands on an axis.
    #[must_use]
    pub fn on(&self, axis: Axis) -> f64 {
        match axis {
            Axis::Features => self.features as f64,
            Axis::Memories => self.memories as f64,
            Axis::Noise => self.noise,
            Axis::Beta => self.beta.unwrap_or(1.0),
            Axis::Lesion => self.lesion,
            Axis::Temperature => self.temperature.unwrap_or(0.0),
        }
    }

    /// A name from which the generators of its networks are seeded: the same point has the same networks, in
    /// whichever experiment and order it is looked at.
    pub(super) fn name(&self) -> String {
        format!("capacity {self:?}")
    }
}
