//! The mergeable result of reading some of the memories.

use crate::kernel;
use crate::top::{Ranked, Top};
use attractor_lagrangian::{Real, Tally};

/// The memory that a state points at, and the one that it points away from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// The memory with the largest cosine to the state.
    pub memory: usize,
    /// That cosine; −∞ where it cannot be told, because overlaps are beyond the range of the numbers.
    pub overlap: f64,
    /// The memory with the smallest cosine to the state.
    pub opposite: usize,
    /// That cosine; −1 for the negative of a memory, ∞ where it cannot be told.
    pub opposite_overlap: f64,
}

impl Default for Nearest {
    /// No memory seen.
    fn default() -> Self {
        Self::NONE
    }
}

impl Nearest {
    const NONE: Self = Self {
        memory: usize::MAX,
        overlap: f64::NEG_INFINITY,
        opposite: usize::MAX,
        opposite_overlap: f64::INFINITY,
    };

    /// Notes an overlap ξ·g/‖ξ‖; the state's length is divided out at the end of the read.
    pub(crate) fn see(&mut self, memory: usize, cosine: f64) {
        if cosine > self.overlap {
            (self.memory, self.overlap) = (memory, cosine);
        }
        if cosine < self.opposite_overlap {
            (self.opposite, self.opposite_overlap) = (memory, cosine);
        }
    }

    /// The cosines to a state of this length, from what was seen of its overlaps; 0 for no length, and infinite as
    /// before anything was seen where overlaps are beyond the range of the numbers.
    pub(crate) fn of_length(self, length: f64) -> Self {
        let cosine = |overlap: f64, unseen: f64| match overlap / length {
            _ if length == 0.0 => 0.0,
            cosine if cosine.is_nan() => unseen,
            cosine => cosine,
        };
        Self {
            overlap: cosine(self.overlap, f64::NEG_INFINITY),
            opposite_overlap: cosine(self.opposite_overlap, f64::INFINITY),
            ..self
        }
    }

    /// Each end by itself: nothing read has no largest overlap that could be taken for a smallest.
    fn merge(&mut self, other: &Self) {
        if other.overlap > self.overlap {
            (self.memory, self.overlap) = (other.memory, other.overlap);
        }
        if other.opposite_overlap < self.opposite_overlap {
            (self.opposite, self.opposite_overlap) = (other.opposite, other.opposite_overlap);
        }
    }
}

/// What q queries know of the memories read so far: a tile in cache, a thread's share, a file
/// larger than memory and another machine's shard all produce one, and one [`Partial::merge`]
/// joins them.
///
/// Laws: [`Partial::empty`] is the identity; merging is associative up to rounding; the same order
/// of merges gives the same bits.
#[derive(Debug, Clone, PartialEq)]
pub struct Partial {
    features: usize,
    pub(crate) tallies: Vec<Tally>,
    /// Σ w·ξ per query in the tally's unit, q × d: the second level of the sums, in f64.
    pub(crate) fields: Vec<f64>,
    pub(crate) gaps: Vec<[f64; 3]>,
    /// Memories with any weight, where a selection tells.
    pub(crate) active: Vec<Option<usize>>,
    pub(crate) nearest: Vec<Nearest>,
    pub(crate) tops: Vec<Top>,
}

impl Partial {
    /// Nothing read yet, for `queries` queries of `features` features that keep their `top`
    /// heaviest memories.
    pub fn empty(queries: usize, features: usize, top: usize) -> Self {
        Self {
            features,
            tallies: vec![Tally::EMPTY; queries],
            fields: vec![0.0; queries * features],
            gaps: vec![[0.0; 3]; queries],
            active: vec![None; queries],
            nearest: vec![Nearest::NONE; queries],
            tops: vec![Top::new(top); queries],
        }
    }

    /// Back to nothing read, keeping its storage.
    pub(crate) fn clear(&mut self, queries: usize, features: usize, top: usize) {
        self.features = features;
        refill(&mut self.tallies, queries, Tally::EMPTY);
        refill(&mut self.fields, queries * features, 0.0);
        refill(&mut self.gaps, queries, [0.0; 3]);
        refill(&mut self.active, queries, None);
        refill(&mut self.nearest, queries, Nearest::NONE);
        self.tops.resize_with(queries, || Top::new(top));
        self.tops.iter_mut().for_each(|list| list.clear(top));
    }

    /// The number of queries.
    pub fn queries(&self) -> usize {
        self.tallies.len()
    }

    /// Joins what was read of other memories.
    ///
    /// # Panics
    /// If the two are for different queries.
    #[track_caller]
    pub fn merge(&mut self, other: &Self) {
        let shape = |p: &Self| (p.queries(), p.features);
        assert_eq!(shape(self), shape(other), "partial results (queries, features) differ");
        for q in 0..self.queries() {
            self.absorb(q, &other.tallies[q], other.field(q));
            self.gaps[q].iter_mut().zip(other.gaps[q]).for_each(|(a, b)| *a += b);
            self.nearest[q].merge(&other.nearest[q]);
            self.tops[q].merge(&other.tops[q]);
        }
    }

    /// Adds a tally with its weighted sum to query q.
    pub(crate) fn absorb<U: Real>(&mut self, q: usize, tally: &Tally, sum: &[U]) {
        let (keep, take) = self.tallies[q].merge(tally);
        kernel::mix(keep, self.field_mut(q), take, sum);
    }

    /// The weighted sum of query q, in the unit of its tally.
    pub(crate) fn field(&self, q: usize) -> &[f64] {
        &self.fields[q * self.features..][..self.features]
    }

    pub(crate) fn field_mut(&mut self, q: usize) -> &mut [f64] {
        &mut self.fields[q * self.features..][..self.features]
    }

    pub(crate) fn rank(&mut self, q: usize, memory: usize, weight: f64, log_scale: f64) {
        self.tops[q].insert(Ranked { memory, ln_weight: weight.ln() + log_scale });
    }
}

fn refill<U: Copy>(place: &mut Vec<U>, length: usize, value: U) {
    place.clear();
    place.resize(length, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two queries of three features that read `memories` starting at `first`.
    fn read(first: usize, memories: usize, log_scale: f64) -> Partial {
        let mut partial = Partial::empty(2, 3, 2);
        for memory in first..first + memories {
            for q in 0..2 {
                let x = ((memory * 7 + q * 3) % 11) as f64 / 7.0 - 0.6;
                let weight = x.abs();
                let tally = Tally { log_scale, value: weight, weight, square: weight * weight };
                partial.absorb(q, &tally, &[weight * x, weight, -weight]);
                partial.gaps[q][1] += x;
                partial.nearest[q].see(memory, x);
                partial.rank(q, memory, weight, log_scale);
            }
        }
        partial
    }

    fn join(a: &Partial, b: &Partial) -> Partial {
        let mut a = a.clone();
        a.merge(b);
        a
    }

    #[test]
    fn nothing_read_is_the_identity_of_the_merge() {
        for scale in [0.0, 1e6, -1e6] {
            let partial = read(3, 9, scale);
            let nothing = Partial::empty(2, 3, 2);
            assert_eq!(join(&partial, &nothing), partial);
            assert_eq!(join(&nothing, &partial), partial);
            assert_eq!(join(&nothing, &nothing), nothing);
        }
    }

    #[test]
    fn merging_is_associative_up_to_rounding_and_the_same_order_gives_the_same_bits() {
        let [a, b, c] = [read(0, 4, 1.0), read(4, 7, 30.0), read(11, 5, -2.0)];
        let (left, right) = (join(&join(&a, &b), &c), join(&a, &join(&b, &c)));
        assert_eq!(left, join(&join(&a, &b), &c));
        assert_ne!(left, join(&a, &b), "a merge that leaves out a part is another result");
        for q in 0..2 {
            let (l, r) = (&left.tallies[q], &right.tallies[q]);
            let close = |x: f64, y: f64| (x - y).abs() <= 1e-15 * (x.abs() + y.abs());
            assert!(
                close(l.value, r.value) && close(l.weight, r.weight) && close(l.square, r.square)
            );
            assert!(close(l.log_scale, r.log_scale) && close(left.gaps[q][1], right.gaps[q][1]));
            for (x, y) in left.field(q).iter().zip(right.field(q)) {
                assert!((x - y).abs() <= 1e-14 * l.weight);
            }
            assert_eq!(left.nearest[q], right.nearest[q]);
            assert_eq!(left.tops[q], right.tops[q]);
        }
    }

    #[test]
    #[should_panic(expected = "differ")]
    fn results_for_other_queries_do_not_merge() {
        Partial::empty(2, 3, 0).merge(&Partial::empty(1, 3, 0));
    }
}
