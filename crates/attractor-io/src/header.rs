//! The header of a memory file: what is stated about the tensors, and the checksum over it all.
//!
//! The byte layout is documented at the crate root.

use crate::element::encode;
use attractor_lagrangian::Real;
use crc32fast::Hasher;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::{self, Write};

/// The value of the key `format`.
pub(crate) const FORMAT: &str = "attractor.memory";
/// The value of the key `version` where every number is of 4 or 8 bytes, as in every file before version 2.
pub(crate) const VERSION: &str = "1";
/// The value of the key `version` where numbers are of 2 bytes or less.
pub(crate) const COMPACT_VERSION: &str = "2";
/// The key that only files of version 2 have.
pub(crate) const FEATURES: &str = "features";
/// All keys that a file of version 1 may have.
pub(crate) const KEYS: [&str; 9] = [
    "checksum",
    "dtype",
    "format",
    "image",
    "labels",
    "next_id",
    "normalize",
    "threshold",
    "version",
];

/// Metadata in the order of its keys.
pub(crate) type Fields = BTreeMap<String, String>;

/// A tensor as it is to stand in a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tensor<'a> {
    pub(crate) name: &'a str,
    pub(crate) dtype: &'a str,
    pub(crate) shape: &'a [usize],
    pub(crate) data: &'a dyn Data,
}

/// Bytes that need not be there all at once.
pub(crate) trait Data: Debug {
    /// How many there are.
    fn length(&self) -> usize;

    /// Shows all of them in order, until showing fails.
    fn pieces(&self, show: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()>;
}

impl Data for Vec<u8> {
    fn length(&self) -> usize {
        self.len()
    }

    fn pieces(&self, show: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        show(self)
    }
}

impl<T: Real> Data for &[T] {
    fn length(&self) -> usize {
        size_of_val(*self)
    }

    fn pieces(&self, show: &mut dyn FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
        // a part of the cache
        const NUMBERS: usize = 1 << 15;
        let mut bytes = Vec::new();
        for numbers in self.chunks(NUMBERS) {
            bytes.clear();
            encode(numbers, &mut bytes);
            show(&bytes)?;
        }
        Ok(())
    }
}

/// CRC-32 over all fields but itself, then over all tensors in the order of their names.
#[derive(Debug)]
pub(crate) struct Checksum(Hasher);

impl Checksum {
    pub(crate) fn of(fields: &Fields) -> Self {
        let mut checksum = Self(Hasher::new());
        for (key, value) in fields.iter().filter(|(key, _)| *key != "checksum") {
            checksum.part(key);
            checksum.part(value);
        }
        checksum
    }

    /// A tensor begins; its data follows, and its end.
    pub(crate) fn tensor(&mut self, name: &str, dtype: &str, shape: &[usize]) {
        let shape: Vec<String> = shape.iter().map(usize::to_string).collect();
        [name, dtype, &shape.join(",")].into_iter().for_each(|part| self.part(part));
    }

    pub(crate) fn data(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn end(&mut self) {
        self.0.update(&[0]);
    }

    fn part(&mut self, text: &str) {
        self.data(text.as_bytes());
        self.end();
    }

    /// As it stands in the file.
    pub(crate) fn text(self) -> String {
        format!("{:08x}", self.0.finalize())
    }
}

/// The checksum of a file that is to be written.
pub(crate) fn checksum(fields: &Fields, tensors: &[Tensor<'_>]) -> io::Result<String> {
    let mut checksum = Checksum::of(fields);
    for tensor in tensors {
        checksum.tensor(tensor.name, tensor.dtype, tensor.shape);
        tensor.data.pieces(&mut |piece| {
            checksum.data(piece);
            Ok(())
        })?;
        checksum.end();
    }
    Ok(checksum.text())
}

/// The length of the header and the header. The same input gives the same bytes, which the serializer of safetensors,
/// with its hash map, does not promise.
fn head(fields: &Fields, tensors: &[Tensor<'_>]) -> Vec<u8> {
    let mut header = BTreeMap::from([("__metadata__", serde_json::json!(fields))]);
    let mut end = 0;
    for tensor in tensors {
        let start = end;
        end += tensor.data.length();
        let entry = serde_json::json!({
            "data_offsets": [start, end],
            "dtype": tensor.dtype,
            "shape": tensor.shape,
        });
        header.insert(tensor.name, entry);
    }
    let mut text = serde_json::json!(header).to_string();
    text.extend(std::iter::repeat_n(' ', text.len().next_multiple_of(8) - text.len()));
    [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
}

/// Writes a file: header, then the tensors, which are in the order of their names.
pub(crate) fn write(
    fields: &Fields,
    tensors: &[Tensor<'_>],
    writer: &mut dyn Write,
) -> io::Result<()> {
    writer.write_all(&head(fields, tensors))?;
    tensors.iter().try_for_each(|tensor| tensor.data.pieces(&mut |piece| writer.write_all(piece)))
}
