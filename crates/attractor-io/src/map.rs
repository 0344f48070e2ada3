//! A memory file in place of memory: its numbers are used where the system keeps them.
//!
//! This is the one file of the crate with `unsafe`. Two things are promised to the compiler:
//!
//! * The bytes do not change while they are mapped. Rust cannot see other processes; we rely on how memory files are
//!   written: every writer of ours makes a new file and renames it, so the mapped one stays as it was for as long as
//!   it is mapped. Whoever writes into the file by other means, or cuts it short, breaks this promise, which is why
//!   mapping is asked for and never chosen by itself.
//! * Bytes are numbers. Every pattern of bits is an `f32` or `f64` (the trait is sealed, there are no others), and
//!   `align_to` gives only what is aligned. The bytes are little-endian, so elsewhere they are decoded instead.

#![expect(
    unsafe_code,
    reason = "a file of another process is mapped, and bytes are seen as numbers"
)]

use attractor_lagrangian::Real;
use memmap2::Mmap;
use std::fs::File;
use std::io;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

/// A mapped file.
#[derive(Debug, Clone)]
pub(crate) struct Map(Arc<Mmap>);

impl Map {
    pub(crate) fn open(file: &File) -> io::Result<Self> {
        // SAFETY: memory files are replaced, not written into; see above
        let map = unsafe { Mmap::map(file) }?;
        Ok(Self(Arc::new(map)))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The numbers in these bytes, if they can be used as they are.
    pub(crate) fn numbers<T: Real>(&self, bytes: Range<usize>) -> Option<Numbers<T>> {
        let numbers = Numbers { map: self.clone(), bytes, of: PhantomData };
        let length = numbers.bytes.len() / size_of::<T>();
        (cfg!(target_endian = "little") && numbers.as_ref().len() == length).then_some(numbers)
    }
}

/// Numbers in a mapped file.
#[derive(Debug)]
pub(crate) struct Numbers<T> {
    map: Map,
    bytes: Range<usize>,
    of: PhantomData<fn() -> T>,
}

impl<T: Real> AsRef<[T]> for Numbers<T> {
    fn as_ref(&self) -> &[T] {
        let bytes = self.map.bytes().get(self.bytes.clone()).unwrap_or_default();
        // SAFETY: `T` is `f32` or `f64`, of which every pattern of bits is one
        let (_, numbers, _) = unsafe { bytes.align_to::<T>() };
        numbers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn numbers_are_seen_where_they_are_aligned() {
        let mut file = tempfile::tempfile().unwrap();
        for x in [1.5f32, -2.0, 3.0] {
            file.write_all(&x.to_le_bytes()).unwrap();
        }
        let map = Map::open(&file).unwrap();
        assert_eq!(map.numbers::<f32>(4..12).unwrap().as_ref(), [-2.0, 3.0]);
        assert!(map.numbers::<f32>(1..9).is_none() && map.numbers::<f64>(4..12).is_none());
        assert!(map.numbers::<f32>(8..16).is_none());
    }
}
