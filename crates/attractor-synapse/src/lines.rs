//! Scratch that begins with a cache line.

use attractor_lagrangian::Real;
use std::ops::{Deref, DerefMut};

/// Bytes of a line, and of the widest vector.
pub(crate) const LINE: usize = 64;

/// Numbers of which the first begins a cache line, so that no vector of them lies in two: a load that does takes as
/// long as two.
#[derive(Debug)]
pub(crate) struct Lines<T> {
    room: Vec<T>,
    start: usize,
    count: usize,
}

impl<T> Default for Lines<T> {
    fn default() -> Self {
        Self { room: Vec::new(), start: 0, count: 0 }
    }
}

impl<T: Real> Lines<T> {
    /// So many numbers, whatever they are; those that were there are lost.
    pub(crate) fn resize(&mut self, count: usize) -> &mut [T] {
        if self.room.len() < count + LINE / size_of::<T>() {
            self.room.resize(count + LINE / size_of::<T>(), T::ZERO);
            // where a place cannot be told, any will do
            self.start = self.room.as_ptr().align_offset(LINE).min(LINE / size_of::<T>());
        }
        self.count = count;
        self
    }
}

impl<T> Deref for Lines<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.room[self.start..][..self.count]
    }
}

impl<T> DerefMut for Lines<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.room[self.start..][..self.count]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin_a_line<T: Real>() {
        let mut lines = Lines::<T>::default();
        assert!(lines.is_empty());
        for count in [3, 1, 0, 1000, 64, 100_000] {
            lines.resize(count).fill(T::ONE);
            assert_eq!((lines.len(), lines.as_ptr().align_offset(LINE)), (count, 0));
        }
    }

    #[test]
    fn numbers_begin_a_line() {
        begin_a_line::<f32>();
        begin_a_line::<f64>();
    }
}
