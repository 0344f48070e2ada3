//! Whether a screen will pay, from a sample of the memories; and where it may begin.

use super::codes::Query;
use super::glimpse::glimpse;
use super::hunt::Hunt;
use super::index::Index;
use super::parts::wakes;
use super::products::{PLACES, SIDE};
use super::rescore::Exact;
use super::signs::Signs;
use crate::Element;
use std::ops::Range;

/// Groups of memories beside each other, which lie in the same lines, that are looked at: one of this many.
const ONE_OF: usize = 256;
/// At least so many, if there are, and at most.
const GROUPS: [usize; 2] = [64, 256];
/// Groups before which one is asked for: they lie anywhere.
const AHEAD: usize = 4;
/// Memories below which the signs of all take no longer than a glimpse.
const GLIMPSED: usize = 1 << 15;
/// Bytes of signs that are still in a cache when they are asked for again.
const CACHED: usize = 4 << 20;
/// A screen pays while no more than one memory of this many has to be read as well.
pub(super) const PAYS: usize = 20;

/// Gives every hunt a lower bound of the largest score that leaves few enough memories of a sample; whether there is one
/// for all.
///
/// A sample knows what memories are like, but not those that a query is about. Where these decide, a glimpse at the codes
/// often finds one of them; else it is looked for among the signs of all: for the query that leaves most memories first,
/// alone, for where that does not help nothing else would; then for the others, in one pass where each comes from memory.
pub(super) fn floors<T: Element>(
    index: &Index<T>,
    signs: &Signs,
    hunts: &mut [Hunt<'_>],
    exact: &[&Exact<'_, T>],
) -> bool {
    let best: Vec<f64> = exact.iter().map(|exact| exact.at_most()).collect();
    let Some(samples) = Sample::of_all(index, hunts, &best) else { return false };
    for (hunt, sample) in hunts.iter_mut().zip(&samples) {
        hunt.floor = hunt.floor.max(sample.seen);
    }
    if in_doubt(&samples, hunts).is_empty() {
        return true;
    }
    if index.codes.len() >= GLIMPSED {
        glimpse(index, hunts);
    }
    let doubts = in_doubt(&samples, hunts);
    let (most, others) = doubts.split_at(doubts.len().min(1));
    let together = if signs.bytes() <= CACHED { 1 } else { hunts.len() };
    let mut groups = most.chunks(1).chain(others.chunks(together));
    groups.all(|doubts| {
        look_at_signs(index, signs, doubts, hunts, exact);
        doubts.iter().all(|&q| samples[q].leaves_few(&hunts[q]))
    })
}

/// Raises the floors of some hunts to the scores of memories that have most signs in common with them.
fn look_at_signs<T: Element>(
    index: &Index<T>,
    signs: &Signs,
    doubts: &[usize],
    hunts: &mut [Hunt<'_>],
    exact: &[&Exact<'_, T>],
) {
    let queries: Vec<&[f64]> = doubts.iter().map(|&q| &exact[q].outputs[..]).collect();
    let like = signs.nearest(&queries, wakes(index, 1));
    for (place, &q) in doubts.iter().enumerate() {
        let scores = like.iter().map(|share| exact[q].at_least(share[place]));
        hunts[q].floor = scores.fold(hunts[q].floor, f64::max);
    }
}

/// The hunts whose floors leave too many memories of their samples; first those that leave most.
fn in_doubt(samples: &[Sample], hunts: &[Hunt<'_>]) -> Vec<usize> {
    let mut doubts: Vec<usize> =
        (0..hunts.len()).filter(|&q| !samples[q].leaves_few(&hunts[q])).collect();
    doubts.sort_by_key(|&q| std::cmp::Reverse(samples[q].left(&hunts[q])));
    doubts
}

/// What is known of the scores of some memories.
struct Sample {
    uppers: Vec<f64>,
    /// None of the largest is less than this.
    seen: f64,
}

impl Sample {
    /// That of every hunt, of the same memories; `None` as soon as too many could matter to one, were its largest score as
    /// large as it can be.
    fn of_all<T: Element>(index: &Index<T>, hunts: &[Hunt<'_>], best: &[f64]) -> Option<Vec<Self>> {
        let n = index.codes.len();
        let count = n.div_ceil(SIDE * ONE_OF).max(GROUPS[0]).min(n.div_ceil(SIDE)).min(GROUPS[1]);
        let size = n.min(count * SIDE);
        let none = || Self { uppers: Vec::with_capacity(size), seen: f64::NEG_INFINITY };
        let mut samples: Vec<Self> = hunts.iter().map(|_| none()).collect();
        let mut left = vec![0; hunts.len()];
        let queries: Vec<&Query> = hunts.iter().map(|hunt| &hunt.query).collect();
        let mut products = vec![[0; PLACES]; hunts.len()];
        for i in 0..count {
            index.codes.ask_for(group((i + AHEAD).min(count - 1), n, count));
            let places = group(i, n, count);
            let first = index.codes.products(places.clone(), &queries, false, &mut products);
            for (q, hunt) in hunts.iter().enumerate() {
                for (place, product) in places.clone().zip(&products[q][first..]) {
                    let (lower, upper) = hunt.of_one(index, place, *product);
                    samples[q].seen = samples[q].seen.max(lower);
                    samples[q].uppers.push(upper);
                    left[q] += usize::from(hunt.waits_for(upper, best[q]));
                }
                if left[q] * PAYS > size {
                    return None;
                }
            }
        }
        Some(samples)
    }

    /// How many of them could matter, were the hunt's floor the largest score.
    fn left(&self, hunt: &Hunt<'_>) -> usize {
        self.uppers.iter().filter(|upper| hunt.waits_for(**upper, hunt.floor)).count()
    }

    /// Whether these are few.
    fn leaves_few(&self, hunt: &Hunt<'_>) -> bool {
        self.left(hunt) * PAYS <= self.uppers.len()
    }
}

/// The places of a group of each of `count` strata, where in them as good as at random: memories may come in an order.
fn group(i: usize, n: usize, count: usize) -> Range<usize> {
    let groups = n.div_ceil(SIDE);
    let (start, end) = (i * groups / count, (i + 1) * groups / count);
    let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let group = start + (mixed >> 33) as usize % (end - start);
    group * SIDE..n.min((group + 1) * SIDE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::Screened;
    use crate::{Question, Synapses};
    use attractor_lagrangian::LogSumExp;

    #[test]
    fn a_sample_has_a_group_of_every_stratum() {
        for (n, count) in [(1, 1), (3, 1), (255, 64), (1000, 64), (262_145, 256)] {
            let mut before = 0;
            for i in 0..count {
                let places = group(i, n, count);
                assert!(places.start.is_multiple_of(SIDE) && places.start >= before);
                assert!(!places.is_empty() && places.end <= n && places.len() <= SIDE);
                before = places.end;
            }
        }
    }

    fn memories(n: usize, d: usize) -> Screened<f32> {
        let number = |i: usize| ((i * i * 31 + i * 7919 + 13) % 2003) as f32 / 1001.0 - 1.0;
        let rows: Vec<Vec<f32>> =
            (0..n).map(|r| (0..d).map(|k| number(r * d + k)).collect()).collect();
        Screened::new(Synapses::from_rows(&rows).unwrap(), 1e-6).unwrap()
    }

    #[test]
    fn a_sample_ends_where_too_many_could_matter_and_what_leaves_most_comes_first() {
        let (n, d) = (5000, 64);
        let screened = memories(n, d);
        let index = &screened.index;
        let g: Vec<f32> = [17, 4000]
            .iter()
            .flat_map(|&r| screened.synapses().patterns().row(r).to_vec())
            .collect();
        let with = |beta: f64| {
            let softmax = LogSumExp::new(beta).unwrap();
            let question = Question::of(&softmax, &g);
            let exact: Vec<_> = (0..2).map(|q| screened.exact(&question, q, beta)).collect();
            let best: Vec<f64> = exact.iter().map(|exact| exact.at_most()).collect();
            let hunt = |q: usize| screened.hunt(&exact[q], &g[q * d..(q + 1) * d]);
            let mut hunts = [hunt(0), hunt(1)];
            let samples = Sample::of_all(index, &hunts, &best)?;
            assert!(samples.iter().all(|sample| sample.uppers.len() == 64 * SIDE));
            // half of the first one's could matter, and all of the other's
            let mut uppers = samples[0].uppers.clone();
            uppers.sort_by(f64::total_cmp);
            hunts[0].floor = uppers[uppers.len() / 2] + hunts[0].window;
            let doubts = in_doubt(&samples, &hunts);
            let exact: Vec<&Exact<'_, f32>> = exact.iter().collect();
            assert!(floors(index, &screened.signs, &mut hunts, &exact));
            assert!(hunts.iter().zip(&samples).all(|(hunt, sample)| sample.leaves_few(hunt)));
            Some((doubts, hunts.map(|hunt| hunt.floor)))
        };
        assert!(with(0.1).is_none());
        let (doubts, floors) = with(20.0).unwrap();
        assert_eq!(doubts, [1, 0]);
        // no floor is above the largest score, that of a memory with itself
        for (q, floor) in floors.into_iter().enumerate() {
            let square: f32 = g[q * d..(q + 1) * d].iter().map(|x| x * x).sum();
            assert!(floor <= f64::from(square) * 1.000_001, "{square} {floor}");
        }
    }
}
