//! What is counted.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Where a state ended.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct End {
    /// Its overlap with the memory that the cue was made of, at most 1.
    pub(super) own: Option<f64>,
    /// The largest and the smallest overlap with any memory.
    pub(super) most: f64,
    pub(super) least: f64,
    /// It is at rest.
    pub(super) settled: bool,
    pub(super) steps: usize,
    /// 1/Σp² of the memories' weights, where states are continuous.
    pub(super) effective: Option<f64>,
    /// The signs of the state, to tell states apart.
    pub(super) signs: Vec<u64>,
}

/// What became of the cues of one network.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Cues.
    pub cues: u64,
    /// Ends at the cue's own memory.
    pub recalled: u64,
    /// Ends at another memory.
    pub other: u64,
    /// Ends at the negative of a memory.
    pub negated: u64,
    /// Ends at no memory: spurious states.
    pub spurious: u64,
    /// Ends whose weight several memories share: 1.1 < 1/Σp² < 0.9·N.
    pub metastable: u64,
    /// Ends whose weight all memories share.
    pub global: u64,
    /// Ends that are not at rest.
    pub restless: u64,
    /// Steps of all cues.
    pub steps: u64,
    /// Σ of the overlaps with the cue's own memory.
    pub overlap: f64,
    /// Spurious states at rest that differ in their signs, and those of them that were met once and twice.
    pub distinct: [u64; 3],
}

impl Tally {
    /// Counts the ends of one network of so many memories, in their order.
    pub(super) fn of(ends: &[End], memories: usize, recalled: f64) -> Self {
        let mut tally = Self::default();
        let mut met: HashMap<&[u64], u64> = HashMap::new();
        for end in ends {
            if tally.add(end, memories, recalled) && end.settled {
                *met.entry(&end.signs).or_default() += 1;
            }
        }
        let times = |n| met.values().filter(|met| **met == n).count() as u64;
        tally.distinct = [met.len() as u64, times(1), times(2)];
        tally
    }

    /// Counts one end; whether it is spurious.
    fn add(&mut self, end: &End, memories: usize, recalled: f64) -> bool {
        self.cues += 1;
        self.steps += end.steps as u64;
        self.restless += u64::from(!end.settled);
        self.overlap += end.own.unwrap_or(0.0);
        let place = match () {
            () if end.own.is_some_and(|own| own >= recalled) => &mut self.recalled,
            () if end.most >= recalled => &mut self.other,
            () if end.least <= -recalled => &mut self.negated,
            () => &mut self.spurious,
        };
        *place += 1;
        let effective = end.effective.unwrap_or(1.0);
        let all = effective >= 0.9 * memories as f64;
        self.global += u64::from(effective > 1.1 && all);
        self.metastable += u64::from(effective > 1.1 && !all);
        let found = end.own.is_some_and(|own| own >= recalled);
        !found && end.most < recalled && end.least > -recalled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(own: f64, most: f64, least: f64, signs: u64) -> End {
        let (settled, steps, effective) = (true, 2, None);
        End { own: Some(own), most, least, settled, steps, effective, signs: vec![signs] }
    }

    #[test]
    fn every_end_is_in_one_place() {
        let ends = [
            end(1.0, 1.0, -0.2, 1),
            end(0.1, 1.0, -0.2, 2),
            end(-1.0, 0.2, -1.0, 3),
            end(0.5, 0.5, -0.5, 4),
            end(0.5, 0.5, -0.5, 4),
            End { settled: false, ..end(0.4, 0.5, -0.5, 5) },
            end(0.3, 0.5, -0.5, 6),
        ];
        let tally = Tally::of(&ends, 9, 0.99);
        assert_eq!((tally.cues, tally.steps, tally.restless), (7, 14, 1));
        assert_eq!((tally.recalled, tally.other, tally.negated, tally.spurious), (1, 1, 1, 4));
        assert_eq!(tally.distinct, [2, 1, 1]);
        assert!((tally.overlap - 1.8).abs() < 1e-12);
    }
}
