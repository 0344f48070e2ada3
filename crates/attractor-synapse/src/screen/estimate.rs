//! Whether a screen will pay, from a sample of the memories; and where it may begin.

use super::hunt::Hunt;
use super::index::Index;
use super::rescore::Exact;
use super::signs::Signs;
use crate::Element;

/// One memory of this many is looked at.
const ONE_OF: usize = 256;
/// A screen pays while no more than one memory of this many has to be read as well.
pub(super) const PAYS: usize = 40;

/// Gives every hunt a lower bound of the largest score that leaves few enough memories of a sample; whether there is one
/// for all.
///
/// A sample knows what memories are like, but not the one that a query is about: where that decides, it is looked for
/// among the signs of all of them, for all such queries in one pass, which takes a thirtieth of a read.
pub(super) fn floors<T: Element>(
    index: &Index<T>,
    signs: &Signs,
    hunts: &mut [(Hunt<'_>, &Exact<'_, T>)],
) -> bool {
    let samples: Vec<Sample> = hunts.iter().map(|(hunt, _)| Sample::of(index, hunt)).collect();
    let all = || hunts.iter().zip(&samples);
    let most = |exact: &Exact<'_, T>| {
        let [largest, length, bias] = exact.sizes;
        largest * length + bias
    };
    if all().any(|((hunt, exact), sample)| !sample.leaves_few(hunt, most(exact))) {
        return false;
    }
    let in_doubt = |((hunt, _), sample): &(&(Hunt<'_>, _), &Sample)| {
        !sample.leaves_few(hunt, sample.seen.max(hunt.floor))
    };
    let doubts: Vec<usize> =
        all().enumerate().filter(|(_, pair)| in_doubt(pair)).map(|(q, _)| q).collect();
    let queries: Vec<&[f64]> = doubts.iter().map(|&q| &hunts[q].1.outputs[..]).collect();
    let like = if doubts.is_empty() { Vec::new() } else { signs.nearest(&queries) };
    for ((hunt, _), sample) in hunts.iter_mut().zip(&samples) {
        hunt.floor = hunt.floor.max(sample.seen);
    }
    doubts.iter().enumerate().all(|(place, &q)| {
        let (hunt, exact) = &mut hunts[q];
        let scores = like.iter().map(|share| exact.at_least(share[place]));
        hunt.floor = scores.fold(hunt.floor, f64::max);
        samples[q].leaves_few(hunt, hunt.floor)
    })
}

/// What is known of the scores of some memories.
struct Sample {
    uppers: Vec<f64>,
    /// None of the largest is less than this.
    seen: f64,
}

impl Sample {
    fn of<T: Element>(index: &Index<T>, hunt: &Hunt<'_>) -> Self {
        let n = index.codes.len();
        let count = (n / ONE_OF).clamp(64.min(n), 1024);
        let bounds = (0..count).map(|i| hunt.of_one(index, place(i, n, count)));
        let (lowers, uppers): (Vec<f64>, Vec<f64>) = bounds.unzip();
        Self { uppers, seen: lowers.into_iter().fold(f64::NEG_INFINITY, f64::max) }
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
