//! What holds of a source of patterns, whatever its bytes are.

use attractor_io::{IoError, Loaded, OutputKind, ReadOptions, Source, encode_rows, read_patterns};
use attractor_lagrangian::Real;
use attractor_synapse::{Element, Patterns};

/// Patterns beyond this many numbers are not written again.
const SMALL: usize = 4096;

/// Reads the bytes in both precisions, and writes and reads again what they are.
///
/// What is refused in f64 is refused in f32; what is read has the same shape in both, and the same numbers but for
/// their rounding.
pub(crate) fn patterns(bytes: &[u8]) {
    let source = source(bytes);
    match (load::<f64>(&source), load::<f32>(&source)) {
        (Ok(wide), narrow) => {
            again(&wide.patterns);
            if let Some(narrow) = narrow.map_or_else(|error| beyond(&error), Some) {
                again(&narrow.patterns);
                agree(&wide, &narrow);
            }
        }
        (Err(wide), Ok(_)) => panic!("only f32 is read: {wide}"),
        (Err(wide), Err(narrow)) => [wide, narrow].iter().for_each(blame),
    }
}

pub(crate) fn source(bytes: &[u8]) -> Source {
    Source::from_bytes("case", bytes)
}

fn load<T: Real>(source: &Source) -> Result<Loaded<T>, IoError> {
    read_patterns(source, &ReadOptions::default())
}

/// The one reason that f32 alone may have: a number beyond its range.
fn beyond<T>(error: &IoError) -> Option<T> {
    let far = matches!(error, IoError::Patterns { .. } | IoError::CellNotFinite { .. });
    assert!(far, "only f64 is read: {error}");
    None
}

/// Bad bytes are the data's fault, and a message about them has an end.
pub(crate) fn blame(error: &IoError) {
    assert!(error.is_input(), "{error:?}");
    let message = error.to_string();
    assert!(message.len() < 1 << 14, "{} bytes of message: {:.200}", message.len(), message);
}

fn agree(wide: &Loaded<f64>, narrow: &Loaded<f32>) {
    let shape = |n: usize, features: usize, image| (n, features, image);
    let one = shape(wide.patterns.len(), wide.patterns.features(), wide.image);
    let other = shape(narrow.patterns.len(), narrow.patterns.features(), narrow.image);
    assert_eq!(one, other, "two precisions, two shapes");
    let numbers = wide.patterns.as_slice().iter().zip(narrow.patterns.as_slice());
    for (wide, narrow) in numbers {
        let (near, narrow) = (*wide as f32, *narrow);
        // decimals are rounded once to each precision, and twice on the way through the wider
        let next = narrow.next_up().total_cmp(&near).is_eq()
            || narrow.next_down().total_cmp(&near).is_eq();
        assert!(next || near.to_bits() == narrow.to_bits(), "{wide} became {narrow}");
    }
}

/// What is written is read as it was.
fn again<T: Element>(patterns: &Patterns<T>) {
    if patterns.as_slice().len() > SMALL {
        return;
    }
    for kind in [OutputKind::Npy, OutputKind::Csv] {
        let bytes = encode_rows(kind, patterns.as_slice(), patterns.features(), None);
        let bytes = bytes.unwrap_or_else(|error| panic!("{kind:?} is not written: {error}"));
        let back = load::<T>(&source(&bytes));
        let back = back.unwrap_or_else(|error| panic!("{kind:?} is not read: {error}"));
        assert_eq!(&back.patterns, patterns, "{kind:?}");
    }
}
