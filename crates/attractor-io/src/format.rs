//! What a file is, judged by its first bytes and never by its name.

use std::fmt::{self, Display};

/// The formats that patterns are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// One array of numpy.
    Npy,
    /// A zip archive of numpy arrays.
    Npz,
    /// Numbers as text, a pattern on each line.
    Csv,
    /// The format of the MNIST files.
    Idx,
    /// A picture, or a folder of pictures.
    Png,
    /// Named tensors.
    SafeTensors,
}

impl Format {
    /// The name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Npy => "npy",
            Self::Npz => "npz",
            Self::Csv => "csv",
            Self::Idx => "IDX",
            Self::Png => "PNG",
            Self::SafeTensors => "safetensors",
        }
    }

    /// The format of `bytes`; `None` for what attractor does not read.
    pub(crate) fn recognise(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Some(Self::Npy),
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Npz),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Self::Png),
            // before IDX: an IDX file that begins so would have a first dimension of zero
            [_, _, _, _, 0, 0, 0, 0, b'{', ..] => Some(Self::SafeTensors),
            [0, 0, 0x08 | 0x09 | 0x0b..=0x0e, 1..=255, ..] => Some(Self::Idx),
            _ => is_text(bytes).then_some(Self::Csv),
        }
    }
}

impl Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// UTF-8 without the control characters that no text contains.
pub(crate) fn is_text(bytes: &[u8]) -> bool {
    let printable = |b: &u8| *b >= b' ' || matches!(b, b'\t' | b'\n' | b'\r' | 0x0c);
    bytes.iter().all(printable) && std::str::from_utf8(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_apart_by_their_first_bytes() {
        let cases: [(&[u8], Option<Format>); 9] = [
            (b"\x93NUMPY\x01\x00", Some(Format::Npy)),
            (b"PK\x03\x04", Some(Format::Npz)),
            (b"\x89PNG\r\n\x1a\n", Some(Format::Png)),
            (b"\0\0\x08\x03", Some(Format::Idx)),
            (b"\x02\0\0\0\0\0\0\0{}", Some(Format::SafeTensors)),
            (b"1,2\n", Some(Format::Csv)),
            (b"\0\0\x07\x03", None),
            (b"\x7fELF\x02\x01", None),
            (b"\xff\xfe1\0", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(Format::recognise(bytes), expected, "{bytes:?}");
        }
    }
}
