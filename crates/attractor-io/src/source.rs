//! Where bytes come from.

use crate::limits::{check_limit, read_bounded};
use crate::{Format, IoError, Limits};
use flate2::read::MultiGzDecoder;
use std::ffi::OsStr;
use std::fmt::{self, Display};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file, a folder of pictures, standard input, or bytes that are there already; with the [`Limits`] of what is
/// read from it.
///
/// ```
/// use attractor_io::{Limits, Source};
/// assert!(Source::from_arg("-").is_stdin());
/// assert_eq!(Source::from_arg("cues.npy").to_string(), "cues.npy");
/// let bytes = Source::from_bytes("fetched", b"1,2\n3,4\n".to_vec()).within(Limits::default());
/// assert_eq!(attractor_io::read_whole(&bytes)?.len(), 8);
/// # Ok::<(), attractor_io::IoError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    place: Place,
    limits: Limits,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// A path; a folder is read as the pictures in it.
    Path(PathBuf),
    Stdin,
    Bytes {
        name: String,
        bytes: Arc<[u8]>,
    },
}

impl Source {
    /// The source that an argument of the command line names: `-` is standard input.
    pub fn from_arg(arg: impl AsRef<OsStr>) -> Self {
        match arg.as_ref() {
            dash if dash == "-" => Place::Stdin.into(),
            path => Place::Path(path.into()).into(),
        }
    }

    /// Bytes that were read already, and what they are called in messages.
    pub fn from_bytes(name: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Place::Bytes { name: name.into(), bytes: bytes.into() }.into()
    }

    /// The same source with other limits.
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The limits of what is read from it.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Whether this is standard input, which can be read only once.
    pub fn is_stdin(&self) -> bool {
        self.place == Place::Stdin
    }

    /// The path, if this has one.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::Path(path) => Some(path),
            _ => None,
        }
    }

    /// The folder, if this is one.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.path().filter(|path| path.is_dir())
    }

    /// The regular file with its size, if this is one; a file beyond its limit is refused. What says that it has no
    /// bytes may be a file that the system makes up when it is read.
    pub(crate) fn regular(&self) -> Result<Option<(File, u64)>, IoError> {
        let Some(path) = self.path() else { return Ok(None) };
        let name = || self.to_string();
        let failed = |error| IoError::Read { name: name(), error };
        if !path.is_file() {
            return Ok(None);
        }
        let file = File::open(path).map_err(failed)?;
        let size = file.metadata().map_err(failed)?.len();
        if size == 0 {
            return Ok(None);
        }
        check_limit(&name(), "the file", size, (self.limits.file, "file"))?;
        Ok(Some((file, size)))
    }

    /// All bytes, as they are.
    pub(crate) fn read_raw(&self) -> Result<Vec<u8>, IoError> {
        let name = self.to_string();
        let failed = |error| IoError::Read { name: name.clone(), error };
        let stream = |reader: &mut dyn Read| {
            let limit = (self.limits.stream, "stream");
            read_bounded(&name, "what it delivers", limit, reader, failed)
        };
        match (&self.place, self.regular()?) {
            (_, Some((file, size))) => {
                self.limits.check_memory(&name, size)?;
                whole(file, size).map_err(failed)
            }
            (Place::Path(path), None) => stream(&mut File::open(path).map_err(failed)?),
            (Place::Stdin, None) => stream(&mut io::stdin().lock()),
            (Place::Bytes { bytes, .. }, None) => Ok(bytes.to_vec()),
        }
    }

    /// All bytes, gunzipped if they are gzipped; never none.
    pub(crate) fn read(&self) -> Result<Vec<u8>, IoError> {
        let name = self.to_string();
        let raw = self.read_raw()?;
        let gzipped = raw.starts_with(&[0x1f, 0x8b]);
        let bytes = if gzipped { gunzip(&name, &raw, &self.limits)? } else { raw };
        if bytes.is_empty() { Err(IoError::Empty { name }) } else { Ok(bytes) }
    }
}

/// A file of this size; one that grows meanwhile is read as it was.
fn whole(file: File, size: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let length = usize::try_from(size).map_err(io::Error::other)?;
    bytes.try_reserve_exact(length).map_err(io::Error::other)?;
    file.take(size).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl From<Place> for Source {
    fn from(place: Place) -> Self {
        Self { place, limits: Limits::default() }
    }
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Self {
        Place::Path(path.to_owned()).into()
    }
}

impl Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Path(path) => path.display().fmt(f),
            Place::Stdin => f.write_str("standard input"),
            Place::Bytes { name, .. } => f.write_str(name),
        }
    }
}

fn gunzip(name: &str, compressed: &[u8], limits: &Limits) -> Result<Vec<u8>, IoError> {
    let limit = (limits.allowance(compressed.len()), "ratio");
    let decoder = MultiGzDecoder::new(compressed);
    read_bounded(name, "the gunzipped content", limit, decoder, |error| IoError::Gzip {
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
