//! Whether a screen will pay, from a sample of the memories; and where it may begin.

use super::codes::Query;
use super::hunt::Hunt;
use super::index::Index;
use super::products::PLACES;
use super::rescore::Exact;
use super::search::{glimpse, wakes};
use super::signs::Signs;
use crate::Element;

/// One memory of this many is looked at.
const ONE_OF: usize = 256;
/// Memories before which one is asked for: they lie anywhere.
const AHEAD: usize = 8;
/// A screen pays while no more than one memory of this many has to be read as well.
pub(super) const PAYS: usize = 40;

/// Gives every hunt a lower bound of the largest score that leaves few enough memories of a sample; whether there is one
/// for all.
///
/// A sample knows what memories are like, but not those that a query is about. Where these decide, a glimpse at the codes
/// often finds one of them; else it is looked for among the signs of all, for all such queries in one pass, which takes a
/// thirtieth of a read.
pub(super) fn floors<T: Element>(
    index: &Index<T>,
    signs: &Signs,
    hunts: &mut [Hunt<'_>],
    exact: &[&Exact<'_, T>],
) -> bool {
    let samples = Sample::of_all(index, hunts);
    let cases = || samples.iter().zip(&*hunts).zip(exact);
    if cases().any(|((sample, hunt), exact)| !sample.leaves_few(hunt, exact.at_most())) {
        return false;
    }
    for (hunt, sample) in hunts.iter_mut().zip(&samples) {
        hunt.floor = hunt.floor.max(sample.seen);
    }
    if in_doubt(&samples, hunts).is_empty() {
        return true;
    }
    glimpse(index, hunts);
    let doubts = in_doubt(&samples, hunts);
    if doubts.is_empty() {
        return true;
    }
    let queries: Vec<&[f64]> = doubts.iter().map(|&q| &exact[q].outputs[..]).collect();
    let like = signs.nearest(&queries, wakes(index, 1));
    for (place, &q) in doubts.iter().enumerate() {
        let scores = like.iter().map(|share| exact[q].at_least(share[place]));
        hunts[q].floor = scores.fold(hunts[q].floor, f64::max);
    }
    in_doubt(&samples, hunts).is_empty()
}

/// The hunts whose floors leave too many memories of their samples.
fn in_doubt(samples: &[Sample], hunts: &[Hunt<'_>]) -> Vec<usize> {
    let few = |q: &usize| samples[*q].leaves_few(&hunts[*q], hunts[*q].floor);
    (0..hunts.len()).filter(|q| !few(q)).collect()
}

/// What is known of the scores of some memories.
struct Sample {
    uppers: Vec<f64>,
    /// None of the largest is less than this.
    seen: f64,
}

impl Sample {
    /// That of every hunt, of the same memories.
    fn of_all<T: Element>(index: &Index<T>, hunts: &[Hunt<'_>]) -> Vec<Self> {
        let n = index.codes.len();
        let count = (n / ONE_OF).clamp(64.min(n), 1024);
        let none = || Self { uppers: Vec::with_capacity(count), seen: f64::NEG_INFINITY };
        let mut samples: Vec<Self> = hunts.iter().map(|_| none()).collect();
        let queries: Vec<&Query> = hunts.iter().map(|hunt| &hunt.query).collect();
        let mut products = vec![[0; PLACES]; hunts.len()];
        for i in 0..count {
            index.codes.ask_for(place((i + AHEAD).min(count - 1), n, count));
            let place = place(i, n, count);
            let first = index.codes.products(place..place + 1, &queries, false, &mut products);
            for ((sample, hunt), products) in samples.iter_mut().zip(hunts).zip(&products) {
                let (lower, upper) = hunt.of_one(index, place, products[first]);
                sample.seen = sample.seen.max(lower);
                sample.uppers.push(upper);
            }
        }
        samples
    }

    /// Whether few of them could matter, were the largest score this one.
    fn leaves_few(&self, hunt: &Hunt<'_>, largest: f64) -> bool {
        let kept = self.uppers.iter().filter(|upper| !(**upper <= largest - hunt.window)).count();
        kept * PAYS <= self.uppers.len()
    }
}

/// One place of each of `count` strata, where in them as good as at random: memories may come in an order.
fn place(i: usize, n: usize, count: usize) -> usize {
    let (start, end) = (i * n / count, (i + 1) * n / count);
    let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    start + (mixed >> 33) as usize % (end - start)
}
