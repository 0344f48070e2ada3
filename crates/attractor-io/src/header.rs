//! The header of a memory file: what is stated about the tensors, and the checksum over it all.
//!
//! The byte layout is documented at the crate root.

use crc32fast::Hasher;
use std::collections::BTreeMap;

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

/// A tensor as the file has it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tensor<'a> {
    pub(crate) name: &'a str,
    pub(crate) dtype: &'a str,
    pub(crate) shape: &'a [usize],
    pub(crate) data: &'a [u8],
}

/// CRC-32 over all fields but itself, then over all tensors, which are in name order.
pub(crate) fn checksum(fields: &Fields, tensors: &[Tensor<'_>]) -> String {
    let mut hasher = Hasher::new();
    let mut put = |bytes: &[u8]| {
        hasher.update(bytes);
        hasher.update(&[0]);
    };
    for (key, value) in fields.iter().filter(|(key, _)| *key != "checksum") {
        put(key.as_bytes());
        put(value.as_bytes());
    }
    for tensor in tensors {
        let shape: Vec<String> = tensor.shape.iter().map(usize::to_string).collect();
        put(tensor.name.as_bytes());
        put(tensor.dtype.as_bytes());
        put(shape.join(",").as_bytes());
        put(tensor.data);
    }
    format!("{:08x}", hasher.finalize())
}

/// The file: length of the header, header, tensors in name order. The same input gives the same
/// bytes, which the serializer of safetensors, with its hash map, does not promise.
pub(crate) fn assemble(fields: &Fields, tensors: &[Tensor<'_>]) -> Vec<u8> {
    let mut header = BTreeMap::from([("__metadata__", serde_json::json!(fields))]);
    let mut end = 0;
    for tensor in tensors {
        let start = end;
        end += tensor.data.len();
        let entry = serde_json::json!({
            "data_offsets": [start, end],
            "dtype": tensor.dtype,
            "shape": tensor.shape,
        });
        header.insert(tensor.name, entry);
    }
    let mut text = serde_json::json!(header).to_string();
    text.extend(std::iter::repeat_n(' ', text.len().next_multiple_of(8) - text.len()));
    let mut out = Vec::with_capacity(8 + text.len() + end);
    out.extend_from_slice(&(text.len() as u64).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
    tensors.iter().for_each(|tensor| out.extend_from_slice(tensor.data));
    out
}
