//! Rows that a kernel reads, and how it asks for those that are read after them.

#![expect(unsafe_code, reason = "a hint to the processor, which has no safe name")]

use crate::lines::LINE;

/// Rows of numbers, of which others may follow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows<'a, T> {
    pub rows: &'a [T],
    /// Whether what lies behind them in memory, as much again, is read next: while a kernel works on these, those come
    /// closer.
    pub more: bool,
}

impl<'a, T> From<&'a [T]> for Rows<'a, T> {
    fn from(rows: &'a [T]) -> Self {
        Self { rows, more: false }
    }
}

impl<T> Rows<'_, T> {
    /// Asks for what lies so far behind these numbers as they are long, if there is more to read.
    #[inline(always)]
    pub(crate) fn ask(&self, first: usize, count: usize) {
        if self.more {
            let line = LINE / size_of::<T>();
            // counted, for where it is inlined that is a number
            for i in 0..count.div_ceil(line) {
                ask(self.rows.as_ptr().wrapping_add(self.rows.len() + first + i * line));
            }
        }
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
        let rows = Rows { rows: &[1.0f64; 9][..], more: true };
        rows.ask(0, 9);
        ask(std::ptr::null::<f32>());
        ask(usize::MAX as *const f32);
        assert!(!Rows::from(&[0.0f32][..]).more);
    }
}
