//! The parts of an index that threads look through.

use super::index::Index;
use crate::Element;
use crate::together::{together, worth_waking};
use std::ops::Range;

/// Parts that threads work on; fixed, so that what is found does not depend on the threads.
const PARTS: usize = 16;
/// What is looked at first of a part is one of so many of its stretches.
pub(super) const HEAD: usize = 8;

/// Whether other threads are worth waking for one of so many codes.
pub(super) fn wakes<T: Element>(index: &Index<T>, one_of: usize) -> bool {
    worth_waking(index.codes.bytes() * index.codes.len() / one_of, 0)
}

/// The stretches of each part.
pub(super) fn parts<T: Element>(index: &Index<T>) -> impl Iterator<Item = Range<usize>> + Send {
    let stretches = index.stretches();
    let count = stretches.min(PARTS);
    (0..count).map(move |i| i * stretches / count..(i + 1) * stretches / count)
}

/// What is made of each part, where one of so many codes is read.
pub(super) fn in_parts<T: Element, R: Send>(
    index: &Index<T>,
    one_of: usize,
    work: impl Fn(Range<usize>) -> R + Sync,
) -> Vec<R> {
    let mut made: Vec<Option<R>> = parts(index).map(|_| None).collect();
    let make = |(): &mut (), (part, place): (Range<usize>, &mut Option<R>)| {
        *place = Some(work(part));
    };
    let items = parts(index).zip(&mut made);
    together(&mut Vec::new(), PARTS, items, wakes(index, one_of), make);
    made.into_iter().flatten().collect()
}

/// The first stretches of a part.
pub(super) fn head(part: Range<usize>) -> Range<usize> {
    part.start..part.start + (part.len() / HEAD).max(1)
}
