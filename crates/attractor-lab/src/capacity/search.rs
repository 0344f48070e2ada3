//! Bisection towards the value of an axis at which the probability of recall passes a given one.

use super::plan::{Axis, CapacityPlan, Damage, Search};
use super::point::Point;

/// A curve on its way: everything but one axis is fixed.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    pub(super) base: Point,
    find: Search,
    scale: Scale,
    /// The last value that recalled more than asked for, and the first that recalled less; exchanged where recall
    /// rises along the axis.
    easy: Option<f64>,
    hard: Option<f64>,
    /// All values tried, in their order.
    pub(super) tried: Vec<f64>,
}

/// How an axis is walked along.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scale {
    /// By factors, between these ends, from here.
    Factor { from: f64, least: f64, most: f64, whole: bool },
    /// By differences, between 0 and the end, in steps of 1/`parts` where it has parts.
    Part { most: f64, parts: Option<f64> },
}

/// Where a curve passes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Passage {
    /// Between these two values.
    Between(f64, f64),
    /// Below the first value that can be tried.
    Below(f64),
    /// Above the last.
    Above(f64),
}

impl Curve {
    /// `most` is the largest number of memories there can be.
    pub(super) fn new(plan: &CapacityPlan, find: Search, base: Point, most: usize) -> Self {
        let from = base.on(find.axis);
        let factor =
            |from: f64| Scale::Factor { from, least: from * 1e-6, most: from * 1e6, whole: false };
        let scale = match find.axis {
            Axis::Memories => Scale::Factor {
                from: from.min(most as f64),
                least: 1.0,
                most: most as f64,
                whole: true,
            },
            Axis::Noise if plan.damage == Damage::Flips => {
                Scale::Part { most: 0.5, parts: Some(base.features as f64) }
            }
            Axis::Lesion => Scale::Part { most: 1.0, parts: None },
            Axis::Noise => factor(if from > 0.0 { from } else { 0.5 }),
            _ => factor(from),
        };
        Self { base, find, scale, easy: None, hard: None, tried: Vec::new() }
    }

    /// The value to try next; `None` once the passage is narrow enough or out of reach.
    pub(super) fn next(&self) -> Option<f64> {
        let x = self.quantised(self.wanted()?);
        (!self.tried.contains(&x)).then_some(x)
    }

    fn wanted(&self) -> Option<f64> {
        let (low, high) = self.bracket();
        match (self.scale, low, high) {
            (Scale::Factor { from, .. }, None, None) => Some(from),
            (Scale::Factor { most, .. }, Some(low), None) => {
                (low < most).then(|| (2.0 * low).min(most))
            }
            (Scale::Factor { least, .. }, None, Some(high)) => {
                (high > least).then(|| (0.5 * high).max(least))
            }
            (Scale::Factor { .. }, Some(low), Some(high)) => {
                (high - low > self.find.tolerance * high).then(|| (low * high).sqrt())
            }
            (Scale::Part { .. }, None, None) => Some(0.0),
            (Scale::Part { most, .. }, Some(low), None) => (low < most).then_some(most),
            (Scale::Part { .. }, None, Some(high)) => (high > 0.0).then_some(0.0),
            (Scale::Part { most, .. }, Some(low), Some(high)) => {
                (high - low > self.find.tolerance * most).then_some(0.5 * (low + high))
            }
        }
    }

    fn quantised(&self, x: f64) -> f64 {
        match self.scale {
            Scale::Factor { whole: true, .. } => x.round(),
            Scale::Part { parts: Some(parts), .. } => (x * parts).round() / parts,
            _ => x,
        }
    }

    /// Recall falls along all axes but that of β.
    fn rises(&self) -> bool {
        self.find.axis == Axis::Beta
    }

    fn bracket(&self) -> (Option<f64>, Option<f64>) {
        if self.rises() { (self.hard, self.easy) } else { (self.easy, self.hard) }
    }

    /// Takes in which share of the cues was recalled at a value.
    pub(super) fn learn(&mut self, x: f64, share: f64) {
        self.tried.push(x);
        let easy = share >= self.find.probability;
        if easy { self.easy = Some(x) } else { self.hard = Some(x) }
    }

    /// How many more values it will take, about.
    pub(super) fn left(&self) -> u32 {
        let (low, high) = self.bracket();
        let halvings = |wide: f64, narrow: f64| (wide / narrow).max(1.0).log2().ceil() as u32;
        match (self.scale, low, high) {
            (Scale::Factor { .. }, Some(low), Some(high)) => {
                halvings((high / low).ln(), -(-self.find.tolerance).ln_1p())
            }
            (Scale::Factor { .. }, ..) => 2 + halvings(2f64.ln(), -(-self.find.tolerance).ln_1p()),
            (Scale::Part { most, .. }, Some(low), Some(high)) => {
                halvings(high - low, self.find.tolerance * most)
            }
            (Scale::Part { .. }, ..) => 2 + halvings(1.0, self.find.tolerance),
        }
    }

    /// Where it passes, once there is nothing left to try.
    pub(super) fn passage(&self) -> Passage {
        match self.bracket() {
            (Some(low), Some(high)) => Passage::Between(low, high),
            (Some(low), None) => Passage::Above(low),
            (None, high) => Passage::Below(high.unwrap_or(0.0)),
        }
    }

    /// What is looked for.
    pub(super) fn find(&self) -> Search {
        self.find
    }

    /// Whether the axis is walked along by factors.
    pub(super) fn by_factors(&self) -> bool {
        matches!(self.scale, Scale::Factor { .. })
    }
}
