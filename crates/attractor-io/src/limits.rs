//! How much may be read. All limits are published, the caller's to change, and enforced before anything is
//! allocated.

use crate::{IoError, available_memory};
use std::io::Read;
use std::str::FromStr;

/// What compressed data may always grow to, however small it is: 4 MiB.
pub const INFLATED_FLOOR: u64 = 4 << 20;
/// How many times its own size compressed data may become, however large that is.
pub const INFLATED_RATIO_ALWAYS: u64 = 16;

/// What one [`Source`](crate::Source) may ask for.
///
/// | limit | of what | unless changed |
/// |---|---|---|
/// | `file` | bytes of a file | 1 TiB |
/// | `stream` | bytes of a pipe or a device, whose size is not known beforehand | 4 GiB |
/// | `elements` | numbers of an array | 2³⁸ |
/// | `header` | bytes of the header of a memory file or safetensors file | 100 MB, as in the safetensors library |
/// | `members` | arrays of an archive, tensors of a file, pictures of a folder | 100 000 |
/// | `pixels` | pixels of a picture | 2²⁸ |
/// | `inflated` | bytes that compressed data may grow to within `ratio` | 1 GiB |
/// | `ratio` | how many times its own size compressed data may become, up to `inflated` | 256 |
/// | `memory` | bytes of memory that numbers may take | four fifths of what is free |
///
/// Compressed data may always become [`INFLATED_FLOOR`] and [`INFLATED_RATIO_ALWAYS`] times its own size.
///
/// ```
/// use attractor_io::Limits;
/// let mut limits = Limits::default();
/// limits.set("pixels=64M".parse()?);
/// assert_eq!(limits.pixels, 64 << 20);
/// # Ok::<(), attractor_io::LimitError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of a file.
    pub file: u64,
    /// Bytes of a pipe or a device.
    pub stream: u64,
    /// Numbers of an array.
    pub elements: u64,
    /// Bytes of a header.
    pub header: u64,
    /// Arrays of an archive, tensors of a file, pictures of a folder.
    pub members: u64,
    /// Pixels of a picture.
    pub pixels: u64,
    /// Bytes that compressed data may grow to.
    pub inflated: u64,
    /// How many times its own size compressed data may become.
    pub ratio: u64,
    /// Bytes of memory for numbers; `None` for four fifths of what is free when it is asked for.
    pub memory: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file: 1 << 40,
            stream: 4 << 30,
            elements: 1 << 38,
            header: 100_000_000,
            members: 100_000,
            pixels: 1 << 28,
            inflated: 1 << 30,
            ratio: 256,
            memory: None,
        }
    }
}

/// One of the [`Limits`] by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    File,
    Stream,
    Elements,
    Header,
    Members,
    Pixels,
    Inflated,
    Ratio,
    Memory,
}

const NAMES: [(&str, Name); 9] = [
    ("file", Name::File),
    ("stream", Name::Stream),
    ("elements", Name::Elements),
    ("header", Name::Header),
    ("members", Name::Members),
    ("pixels", Name::Pixels),
    ("inflated", Name::Inflated),
    ("ratio", Name::Ratio),
    ("memory", Name::Memory),
];

/// A limit and what it is to be, read from `NAME=VALUE`; the value is a whole number, or one with k, M, G or T for
/// powers of 1024.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(Name, u64);

/// Why a text sets no limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LimitError {
    /// Not `NAME=VALUE`, or no limit has this name.
    #[error(
        "{text:?} names no limit: give file, stream, elements, header, members, pixels, inflated, ratio or memory, as in pixels=64M"
    )]
    Name {
        /// What was given.
        text: String,
    },
    /// The value is no whole number.
    #[error("{value:?} is no limit: give a whole number, or one with k, M, G or T behind it")]
    Value {
        /// What was given.
        value: String,
    },
}

impl FromStr for Limit {
    type Err = LimitError;

    fn from_str(text: &str) -> Result<Self, LimitError> {
        let named = text.split_once('=').and_then(|(name, value)| {
            let (_, known) = NAMES.iter().find(|(known, _)| *known == name)?;
            Some((*known, value))
        });
        let (name, value) = named.ok_or_else(|| LimitError::Name { text: text.to_owned() })?;
        let size = size(value).ok_or_else(|| LimitError::Value { value: value.to_owned() })?;
        Ok(Self(name, size))
    }
}

/// A whole number with its unit.
fn size(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(['k', 'M', 'G', 'T']);
    let unit = match &text[digits.len()..] {
        "" => 1,
        "k" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        "T" => 1u64 << 40,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

impl Limits {
    /// Changes one of them.
    pub fn set(&mut self, Limit(name, value): Limit) {
        match name {
            Name::File => self.file = value,
            Name::Stream => self.stream = value,
            Name::Elements => self.elements = value,
            Name::Header => self.header = value,
            Name::Members => self.members = value,
            Name::Pixels => self.pixels = value,
            Name::Inflated => self.inflated = value,
            Name::Ratio => self.ratio = value,
            Name::Memory => self.memory = Some(value),
        }
    }

    /// What `compressed` bytes may become.
    pub(crate) fn allowance(&self, compressed: usize) -> u64 {
        let compressed = compressed as u64;
        let by_ratio = compressed.saturating_mul(self.ratio).min(self.inflated);
        INFLATED_FLOOR.max(by_ratio).max(compressed.saturating_mul(INFLATED_RATIO_ALWAYS))
    }

    /// Fails by name where numbers would take more memory than there is.
    pub(crate) fn check_memory(&self, name: &str, needed: u64) -> Result<(), IoError> {
        // asking the system costs more than a small array
        const SMALL: u64 = 1 << 20;
        let free = match self.memory {
            None if needed <= SMALL => return Ok(()),
            // a fifth is left for the work on the numbers
            None => available_memory().map_or(u64::MAX, |free| free / 5 * 4),
            Some(memory) => memory,
        };
        if needed <= free {
            return Ok(());
        }
        Err(IoError::Memoryless { name: name.to_owned(), needed, free })
    }
}

/// Reads to the end, or fails by name when there are more than `limit` bytes.
pub(crate) fn read_bounded(
    name: &str,
    what: &'static str,
    (limit, flag): (u64, &'static str),
    reader: impl Read,
    on_error: impl FnOnce(std::io::Error) -> IoError,
) -> Result<Vec<u8>, IoError> {
    let mut bytes = Vec::new();
    reader.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(on_error)?;
    check_limit(name, what, bytes.len() as u64, (limit, flag))?;
    Ok(bytes)
}

/// Fails by name when `size` is beyond `limit`, which is called `flag`.
pub(crate) fn check_limit(
    name: &str,
    what: &'static str,
    size: u64,
    (limit, flag): (u64, &'static str),
) -> Result<(), IoError> {
    if size <= limit {
        return Ok(());
    }
    Err(IoError::TooLarge { name: name.to_owned(), what, limit, flag })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_allowance_grows_with_the_file() {
        let limits = Limits::default();
        assert_eq!(limits.allowance(0), INFLATED_FLOOR);
        assert_eq!(limits.allowance(1 << 20), 256 << 20);
        assert_eq!(limits.allowance(1 << 23), limits.inflated);
        assert_eq!(limits.allowance(1 << 30), 16 << 30);
    }

    #[test]
    fn every_limit_is_set_by_its_name() {
        let mut limits = Limits::default();
        for (name, _) in NAMES {
            limits.set(format!("{name}=3k").parse().unwrap());
        }
        let all = 3 << 10;
        let Limits { file, stream, elements, header, members, pixels, inflated, ratio, memory } =
            limits;
        let set = [file, stream, elements, header, members, pixels, inflated, ratio];
        assert!(set == [all; 8] && memory == Some(all));
    }

    #[test]
    fn what_sets_no_limit_is_refused() {
        for text in ["", "pixels", "pixel=1", "=1", "PIXELS=1"] {
            assert!(matches!(text.parse::<Limit>(), Err(LimitError::Name { .. })), "{text}");
        }
        for value in ["", "k", "-1", "1.5", "1KB", "1kk", "99999999999T"] {
            let parsed = format!("file={value}").parse::<Limit>();
            assert!(matches!(parsed, Err(LimitError::Value { .. })), "{value}");
        }
    }

    #[test]
    fn numbers_beyond_the_memory_are_refused_with_the_estimate() {
        let limits = Limits { memory: Some(100), ..Limits::default() };
        assert!(limits.check_memory("x", 100).is_ok());
        let refused = limits.check_memory("x", 101).unwrap_err().to_string();
        assert!(refused.contains("101") && refused.contains("100"), "{refused}");
    }
}
