//! How much a file may become in memory. All limits are enforced before anything is allocated.

use crate::IoError;
use std::io::Read;

/// What compressed data may always grow to, however small it is: 16 MiB.
pub const INFLATED_FLOOR: u64 = 16 << 20;
/// What compressed data may grow to if it stays below [`INFLATED_RATIO`]: 1 GiB.
pub const INFLATED_LIMIT: u64 = 1 << 30;
/// How many times its own size compressed data may become, up to [`INFLATED_LIMIT`].
pub const INFLATED_RATIO: u64 = 256;
/// How many times its own size compressed data may become, however large that is.
pub const INFLATED_RATIO_ALWAYS: u64 = 16;
/// What is read from a pipe or a device, whose size is not known beforehand: 4 GiB.
pub const STREAM_LIMIT: u64 = 4 << 30;
/// The largest header of a safetensors or memory file: 100 MB, as in the safetensors library.
pub const HEADER_LIMIT: u64 = 100_000_000;

/// What `compressed` bytes may become.
pub(crate) fn allowance(compressed: usize) -> u64 {
    let compressed = compressed as u64;
    let by_ratio = compressed.saturating_mul(INFLATED_RATIO).min(INFLATED_LIMIT);
    INFLATED_FLOOR.max(by_ratio).max(compressed.saturating_mul(INFLATED_RATIO_ALWAYS))
}

/// Reads to the end, or fails by name when there are more than `limit` bytes.
pub(crate) fn read_bounded(
    name: &str,
    what: &'static str,
    reader: impl Read,
    limit: u64,
    on_error: impl FnOnce(std::io::Error) -> IoError,
) -> Result<Vec<u8>, IoError> {
    let mut bytes = Vec::new();
    reader.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(on_error)?;
    check_limit(name, what, bytes.len() as u64, limit)?;
    Ok(bytes)
}

/// Fails by name when `size` is beyond `limit`.
pub(crate) fn check_limit(
    name: &str,
    what: &'static str,
    size: u64,
    limit: u64,
) -> Result<(), IoError> {
    if size <= limit {
        return Ok(());
    }
    Err(IoError::TooLarge { name: name.to_owned(), what, limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_allowance_grows_with_the_file() {
        assert_eq!(allowance(0), INFLATED_FLOOR);
        assert_eq!(allowance(1 << 20), 256 << 20);
        assert_eq!(allowance(1 << 23), INFLATED_LIMIT);
        assert_eq!(allowance(1 << 30), 16 << 30);
    }
}
