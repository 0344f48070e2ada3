//! What stands between queries and memories: which of them are seen, and what they are paired with.

use crate::Patterns;
use attractor_lagrangian::{Lagrangian, OnePass, Real};
use std::ops::Range;

/// Which memories each query sees, and how well. By default everyone sees everything; what several parts
/// say holds together. A memory that is not seen is as if it were not stored; a query that sees none has no
/// weights and an activity of 0.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cover<'a> {
    /// N flags: which memories anyone sees.
    pub kept: Option<&'a [bool]>,
    /// q × N flags: which memories each query sees.
    pub kept_by: Option<&'a [bool]>,
    /// Query i sees no memory beyond i + `ahead` (causal attention: 0).
    pub ahead: Option<isize>,
    /// What is added to the scores.
    pub shift: Option<Shift<'a>>,
}

/// `times`·`by` is added to the scores, q × N numbers; −∞ hides a memory.
#[derive(Debug, Clone, Copy)]
pub struct Shift<'a> {
    /// The numbers, none of them NaN or +∞.
    pub by: &'a [f64],
    /// Their unit, above 0.
    pub times: f64,
}

/// How the memories are read, see [`Synapses::read_through`](crate::Synapses::read_through).
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a, T> {
    /// What the memories are paired with, N × m: the answers then hold Σ f·value. `None`: the memories.
    pub values: Option<&'a Patterns<T>>,
    /// Which of them are seen.
    pub cover: Cover<'a>,
}

impl<T> Default for Reading<'_, T> {
    fn default() -> Self {
        Self { values: None, cover: Cover::default() }
    }
}

impl Cover<'_> {
    /// Whether anything is hidden or shifted.
    pub fn is_some(&self) -> bool {
        let flags = self.kept.is_some() || self.kept_by.is_some();
        flags || self.ahead.is_some() || self.shift.is_some()
    }

    /// Whether a query sees a memory, of `memories` in all.
    ///
    /// # Panics
    /// If there is no flag for the two.
    #[track_caller]
    pub fn shows(&self, query: usize, memory: usize, memories: usize) -> bool {
        let at = query * memories + memory;
        self.kept.is_none_or(|kept| kept[memory])
            && self.kept_by.is_none_or(|kept| kept[at])
            && self.ahead.is_none_or(|ahead| reaches(query, memory, ahead))
            && self.shift.is_none_or(|shift| shift.by[at] > f64::NEG_INFINITY)
    }

    /// Whether every query from `first` on sees all of a tile as it is, as far as order alone says it.
    pub(crate) fn shows_all(&self, first: usize, tile: &Range<usize>) -> bool {
        let flags = self.kept.is_some() || self.kept_by.is_some();
        let ordered = |ahead| reaches(first, tile.end - 1, ahead);
        !flags && self.shift.is_none() && self.ahead.is_none_or(ordered)
    }

    /// Whether none of the queries below `end` sees a memory of the tile, as far as order alone says it.
    pub(crate) fn hides_tile(&self, end: usize, tile: &Range<usize>) -> bool {
        self.ahead.is_some_and(|ahead| !reaches(end - 1, tile.start, ahead))
    }

    /// What is left of a score behind the cover: −∞ where the query does not see the memory.
    ///
    /// # Panics
    /// As [`Cover::shows`].
    #[track_caller]
    pub fn score(&self, score: f64, query: usize, memory: usize, memories: usize) -> f64 {
        if !self.shows(query, memory, memories) {
            return f64::NEG_INFINITY;
        }
        self.shift.map_or(score, |shift| score + shift.times * shift.by[query * memories + memory])
    }
}

fn reaches(query: usize, memory: usize, ahead: isize) -> bool {
    query.checked_add_signed(ahead).is_some_and(|last| memory <= last)
}

impl<T: Real> Reading<'_, T> {
    /// The width of an answer, d where the memories are their own values.
    pub(crate) fn width(&self, features: usize) -> usize {
        self.values.map_or(features, Patterns::features)
    }

    #[track_caller]
    pub(crate) fn check(&self, n: usize, queries: usize, hidden: &dyn Lagrangian<T>) {
        let cover = &self.cover;
        let values = self.values.map_or(n, Patterns::len);
        assert_eq!(values, n, "{values} values for {n} memories");
        let kept = cover.kept.map_or(n, <[bool]>::len);
        assert_eq!(kept, n, "{kept} flags for {n} memories");
        let each = [cover.kept_by.map(<[bool]>::len), cover.shift.map(|shift| shift.by.len())];
        for found in each.into_iter().flatten() {
            assert_eq!(found, queries * n, "{found} numbers cover {queries} queries, {n} memories");
        }
        let hides = matches!(hidden.one_pass(), Some(OnePass::Sum(pool)) if pool.hides());
        assert!(hides || !cover.is_some(), "{hidden:?} gives a memory at −∞ some weight");
    }
}
