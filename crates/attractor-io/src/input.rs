//! How the bytes of a memory file come: a piece at a time from a reader, or from a mapped file.

use crate::map::{Map, Numbers};
use attractor_lagrangian::Real;
use std::io::{self, Read};

/// Large enough that a call to the system is nothing beside it, small enough for the cache; a multiple of every
/// number's size.
const PIECE: usize = 1 << 18;

/// The bytes of a file, in order.
#[derive(Debug)]
pub(crate) enum Input<R> {
    Reader { reader: R, buffer: Vec<u8> },
    Map { map: Map, at: usize },
}

impl<R: Read> Input<R> {
    pub(crate) fn reader(reader: R) -> Self {
        Self::Reader { reader, buffer: Vec::new() }
    }

    pub(crate) fn map(map: Map) -> Self {
        Self::Map { map, at: 0 }
    }

    /// Shows the next `length` bytes, in pieces all of which but the last are of [`PIECE`] bytes.
    pub(crate) fn pieces(&mut self, length: usize, mut show: impl FnMut(&[u8])) -> io::Result<()> {
        match self {
            Self::Reader { reader, buffer } => {
                buffer.resize(PIECE.min(length.max(buffer.len())), 0);
                let mut left = length;
                while left > 0 {
                    let piece = &mut buffer[..left.min(PIECE)];
                    reader.read_exact(piece)?;
                    show(piece);
                    left -= piece.len();
                }
            }
            Self::Map { map, at } => {
                let end = at.saturating_add(length);
                let bytes = map.bytes().get(*at..end).ok_or(io::ErrorKind::UnexpectedEof)?;
                bytes.chunks(PIECE).for_each(show);
                *at = end;
            }
        }
        Ok(())
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self, Self::Map { .. })
    }

    /// The next `length` bytes.
    pub(crate) fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(io::Error::other)?;
        self.pieces(length, |piece| bytes.extend_from_slice(piece))?;
        Ok(bytes)
    }

    /// The next `length` bytes as the numbers that they are, without a copy, where that can be; they are still to be
    /// shown.
    pub(crate) fn numbers<T: Real>(&self, length: usize) -> Option<Numbers<T>> {
        match self {
            Self::Reader { .. } => None,
            Self::Map { map, at } => map.numbers(*at..at.checked_add(length)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_all_the_bytes_in_order() {
        let bytes: Vec<u8> = (0..2 * PIECE + 5).map(|at| (at % 251) as u8).collect();
        let mut input = Input::reader(&bytes[..]);
        let mut seen = input.take(3).unwrap();
        let mut sizes = Vec::new();
        input
            .pieces(bytes.len() - 3, |piece| {
                sizes.push(piece.len());
                seen.extend_from_slice(piece);
            })
            .unwrap();
        assert_eq!((&seen, sizes), (&bytes, vec![PIECE, PIECE, 2]));
        assert_eq!(input.take(1).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
