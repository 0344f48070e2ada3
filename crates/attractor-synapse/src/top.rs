//! The few memories that matter most to a query.

/// A memory with ln of its weight, before normalisation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ranked {
    pub(crate) memory: usize,
    pub(crate) ln_weight: f64,
}

/// The `capacity` heaviest memories seen, heaviest first; of equals the one with the lower index.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Top {
    capacity: usize,
    ranked: Vec<Ranked>,
}

/// So many places are there from the start; who asks for more than there are memories must not pay for them.
const READY: usize = 64;

impl Top {
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, ranked: Vec::with_capacity(capacity.min(READY) + 1) }
    }

    /// Empty again, for `capacity` memories.
    pub(crate) fn clear(&mut self, capacity: usize) {
        self.capacity = capacity;
        self.ranked.clear();
    }

    /// ln of the weight that a memory must exceed to enter.
    pub(crate) fn bar(&self) -> f64 {
        match self.ranked.last() {
            _ if self.capacity == 0 => f64::INFINITY,
            Some(last) if self.ranked.len() == self.capacity => last.ln_weight,
            _ => f64::NEG_INFINITY,
        }
    }

    pub(crate) fn insert(&mut self, new: Ranked) {
        let before = |r: &Ranked| {
            r.ln_weight > new.ln_weight || (r.ln_weight >= new.ln_weight && r.memory < new.memory)
        };
        let at = self.ranked.partition_point(before);
        if at < self.capacity {
            self.ranked.insert(at, new);
            self.ranked.truncate(self.capacity);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        other.ranked.iter().for_each(|&r| self.insert(r));
    }

    pub(crate) fn ranked(&self) -> &[Ranked] {
        &self.ranked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_come_first_and_ties_go_to_the_lower_index() {
        let mut top = Top::new(3);
        for (memory, ln_weight) in [(5, 1.0), (4, 2.0), (3, 1.0), (2, 0.0), (1, 1.0)] {
            top.insert(Ranked { memory, ln_weight });
        }
        assert_eq!(top.ranked().iter().map(|r| r.memory).collect::<Vec<_>>(), [4, 1, 3]);
        assert!((top.bar() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn a_list_of_more_than_there_can_be_holds_what_there_is() {
        let mut top = Top::new(usize::MAX);
        (0..100).for_each(|memory| top.insert(Ranked { memory, ln_weight: 0.0 }));
        assert!(top.ranked().len() == 100 && top.bar() < f64::MIN);
    }

    #[test]
    fn nothing_enters_a_list_of_none() {
        let mut top = Top::new(0);
        top.insert(Ranked { memory: 0, ln_weight: 9.0 });
        assert!(top.ranked().is_empty() && top.bar() > f64::MAX);
    }
}
