//! Rows that a kernel reads, and how it asks for those that are read after them.

#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "a hint to the processor, which has no safe name")
)]

use crate::lines::LINE;
use crate::{Element, kernel};
use std::ops::Range;

/// Bytes of a row that is foreseen by processors that foresee any.
const LONG: usize = 768;

/// Rows of numbers, of which others may follow.
#[derive(Debug, Clone)]
pub(crate) struct Rows<'a, T> {
    pub rows: &'a [T],
    /// What lies behind them in memory, as many rows, may be read next: while a kernel works on these features of a row,
    /// it asks for those of that row to come closer.
    pub next: Range<usize>,
}

impl<'a, T> From<&'a [T]> for Rows<'a, T> {
    fn from(rows: &'a [T]) -> Self {
        Self { rows, next: 0..0 }
    }
}

impl<'a, T> Rows<'a, T> {
    /// Rows behind which others follow, if there are any.
    pub(crate) fn before(rows: &'a [T], others: bool) -> Self {
        Self { rows, next: 0..if others { usize::MAX } else { 0 } }
    }

    /// As [`Rows::before`], of `d` numbers each, that one query has its two products with. Processors without AVX-512
    /// foresee long rows better than they are told of them: measured on a Zen 3, 1.2 times as fast untold.
    pub(crate) fn streamed(rows: &'a [T], d: usize, others: bool) -> Self
    where
        T: Element,
    {
        let foreseen = kernel::width::<T>() * size_of::<T>() < LINE && d * size_of::<T>() >= LONG;
        Self::before(rows, others && !foreseen)
    }

    /// For two kernels that read them one after the other: each asks for some of the features of those that follow, so
    /// that memory is never idle.
    pub(crate) fn halves(self, features: usize) -> (Self, Self) {
        let (half, end) = (features.min(self.next.end) / 2, self.next.end);
        (Self { next: 0..half, ..self }, Self { next: half..end, ..self })
    }

    /// Asks for what lies as far behind some features of a row as the rows are long, if any of them is wanted.
    #[inline(always)]
    pub(crate) fn ask(&self, row: usize, feature: usize, count: usize) {
        if self.next.start < feature + count && feature < self.next.end {
            let line = LINE / size_of::<T>();
            // counted, for where it is inlined that is a number
            for i in 0..count.div_ceil(line) {
                let at = self.rows.len() + row + feature + i * line;
                ask(self.rows.as_ptr().wrapping_add(at));
            }
        }
    }
}

/// Asks for all of a row.
pub(crate) fn ask_for<T>(row: &[T]) {
    let line = LINE / size_of::<T>();
    for i in 0..row.len().div_ceil(line) {
        ask(row.as_ptr().wrapping_add(i * line));
    }
}

/// Asks for the line of a place to come to the second cache, and does not wait for it.
///
/// Any place will do, also one beyond the end of what there is: from there nothing comes. On processors that this has
/// no word for, memory foresees what it can by itself.
#[inline(always)]
fn ask<T>(place: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 processor has the instruction; it neither reads nor writes anything that a program can see,
    // and no address makes it fail
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T1 }>(place.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_place_may_be_asked_for() {
        let rows = Rows { rows: &[1.0f64; 9][..], next: 0..usize::MAX };
        rows.ask(0, 0, 9);
        rows.ask(0, usize::MAX / 16, 3);
        ask(std::ptr::null::<f32>());
        ask(usize::MAX as *const f32);
        ask_for(&[0.0f32; 65]);
        ask_for::<f64>(&[]);
        assert!(Rows::from(&[0.0f32][..]).next.is_empty());
    }
}
