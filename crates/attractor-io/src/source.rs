//! Where bytes come from.

use crate::limits::{STREAM_LIMIT, allowance, read_bounded};
use crate::{Format, IoError};
use flate2::read::MultiGzDecoder;
use std::ffi::OsStr;
use std::fmt::{self, Display};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// A file, a folder of pictures, or standard input.
///
/// ```
/// use attractor_io::Source;
/// assert_eq!(Source::from_arg("-"), Source::Stdin);
/// assert_eq!(Source::from_arg("cues.npy").to_string(), "cues.npy");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A path; a folder is read as the pictures in it.
    Path(PathBuf),
    /// Standard input.
    Stdin,
}

impl Source {
    /// The source that an argument of the command line names: `-` is standard input.
    pub fn from_arg(arg: impl AsRef<OsStr>) -> Self {
        match arg.as_ref() {
            dash if dash == "-" => Self::Stdin,
            path => Self::Path(path.into()),
        }
    }

    /// The folder, if this is one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        match self {
            Self::Path(path) if path.is_dir() => Some(path),
            _ => None,
        }
    }

    /// All bytes, as they are.
    pub(crate) fn read_raw(&self) -> Result<Vec<u8>, IoError> {
        let name = self.to_string();
        let failed = |error| IoError::Read { name: name.clone(), error };
        match self {
            Self::Path(path) if path.is_file() => fs::read(path).map_err(failed),
            Self::Path(path) => {
                let file = File::open(path).map_err(failed)?;
                read_bounded(&name, "what it delivers", file, STREAM_LIMIT, failed)
            }
            Self::Stdin => {
                read_bounded(&name, "what it delivers", io::stdin().lock(), STREAM_LIMIT, failed)
            }
        }
    }

    /// All bytes, gunzipped if they are gzipped; never none.
    pub(crate) fn read(&self) -> Result<Vec<u8>, IoError> {
        let name = self.to_string();
        let raw = self.read_raw()?;
        let bytes = if raw.starts_with(&[0x1f, 0x8b]) { gunzip(&name, &raw)? } else { raw };
        if bytes.is_empty() { Err(IoError::Empty { name }) } else { Ok(bytes) }
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Self {
        Self::Path(path.to_owned())
    }
}

impl Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Stdin => f.write_str("standard input"),
        }
    }
}

fn gunzip(name: &str, compressed: &[u8]) -> Result<Vec<u8>, IoError> {
    let limit = allowance(compressed.len());
    let decoder = MultiGzDecoder::new(compressed);
    read_bounded(name, "the gunzipped content", decoder, limit, |error| IoError::Gzip {
        name: name.to_owned(),
        error,
    })
}

/// The error for a format library's complaint.
pub(crate) fn malformed(
    name: &str,
    format: Format,
    place: impl Into<String>,
    problem: impl Display,
) -> IoError {
    let problem = problem.to_string();
    IoError::Malformed { name: name.to_owned(), format, place: place.into(), problem }
}
