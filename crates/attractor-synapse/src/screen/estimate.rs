//! Whether a screen will pay, from a sample of the memories; and where it may begin.

use super::hunt::Hunt;
use super::index::Index;
use super::signs::Signs;
use crate::Element;

/// One memory of this many is looked at.
const ONE_OF: usize = 256;
/// A screen pays while no more than one memory of this many has to be read as well.
pub(super) const PAYS: usize = 40;

/// A lower bound of the largest score that leaves few enough memories of a sample, if there is one.
///
/// `most` is what no score exceeds, `exact` a lower bound of the score of one memory. A sample knows what
/// memories are like, but not the one that the query is about: where that decides, it is looked for among
/// the signs of all of them, which takes a thirtieth of a read.
pub(super) fn floor<T: Element>(
    index: &Index<T>,
    signs: &Signs,
    hunt: &Hunt<'_>,
    outputs: &[f64],
    (most, exact): (f64, &dyn Fn(usize) -> f64),
) -> Option<f64> {
    let n = index.codes.len();
    let count = (n / ONE_OF).clamp(64.min(n), 1024);
    let bounds: Vec<(f64, f64)> =
        (0..count).map(|i| hunt.of_one(index, place(i, n, count))).collect();
    let few = |floor: f64| {
        let kept = bounds.iter().filter(|bound| !(bound.1 <= floor - hunt.window)).count();
        kept * PAYS <= count
    };
    let seen = bounds.iter().map(|bound| bound.0).fold(hunt.floor, f64::max);
    if few(seen) {
        return Some(seen);
    }
    if !few(most) {
        return None;
    }
    let like = signs.nearest(outputs).into_iter().map(exact).fold(seen, f64::max);
    few(like).then_some(like)
}

/// One place of each of `count` strata, where in them as good as at random: memories may come in an order.
fn place(i: usize, n: usize, count: usize) -> usize {
    let (start, end) = (i * n / count, (i + 1) * n / count);
    let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    start + (mixed >> 33) as usize % (end - start)
}
