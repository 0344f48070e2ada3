//! The formats that are read as they are: npy, csv, IDX, safetensors, and labels.

use crate::reading::{blame, patterns, source};
use attractor_io::{IoError, encode_tensors, read_labels, read_tensors};
use attractor_lagrangian::Real;

/// An array of numpy: its signature is put before what does not begin with it.
pub fn npy(bytes: &[u8]) {
    patterns(&signed(b"\x93NUMPY", bytes));
}

/// Numbers as text. Bytes that are no UTF-8 are replaced, for else most of them would be refused as no text.
pub fn csv(bytes: &[u8]) {
    patterns(String::from_utf8_lossy(bytes).as_bytes());
}

/// The format of the MNIST files.
pub fn idx(bytes: &[u8]) {
    patterns(&signed(&[0, 0], bytes));
}

/// Named tensors, read as patterns and all at once.
pub fn safetensors(bytes: &[u8]) {
    patterns(bytes);
    tensors::<f32>(bytes);
    tensors::<f64>(bytes);
}

/// Labels out of text and out of arrays.
pub fn labels(bytes: &[u8]) {
    match read_labels(&source(bytes)) {
        Ok(labels) => assert!(labels.iter().all(|label| !label.is_empty()), "an empty label"),
        Err(error) => blame(&error),
    }
}

/// What does not begin so is made to.
pub(crate) fn signed(signature: &[u8], bytes: &[u8]) -> Vec<u8> {
    match bytes.starts_with(signature) {
        true => bytes.to_vec(),
        false => [signature, bytes].concat(),
    }
}

/// What is read is written and read as the same.
fn tensors<T: Real>(bytes: &[u8]) {
    let once = match read_tensors::<T>(&source(bytes)) {
        Ok(tensors) => tensors,
        Err(error) => return blame(&error),
    };
    let twice: Result<_, IoError> = read_tensors::<T>(&source(&encode_tensors(&once)));
    assert_eq!(twice.unwrap_or_else(|error| panic!("not read again: {error}")), once);
}
