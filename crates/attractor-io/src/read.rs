//! The one way in: from a source to validated patterns.

use crate::array::Array;
use crate::named::select;
use crate::npz::Npz;
use crate::tensors::Tensors;
use crate::{Format, IoError, Limits, Source, idx, image, npy, table};
use attractor_lagrangian::Real;
use attractor_synapse::Patterns;

/// What to read of a file that leaves a choice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// The one array of an npz or safetensors file to take; `None`: all of two dimensions, one
    /// after the other in the order of their names.
    pub array: Option<String>,
}

/// What was read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Loaded<T> {
    /// The patterns.
    pub patterns: Patterns<T>,
    /// Height and width in pixels, where the patterns were images.
    pub image: Option<(usize, usize)>,
    /// What the file was.
    pub format: Format,
}

/// Reads patterns, recognising the format by its content.
///
/// One dimension is one pattern, two are patterns × features, three are images. Text and every
/// other format may be gzipped. A folder is read as the `.png` files in it.
///
/// # Errors
/// [`IoError`] for whatever does not give at least one finite pattern.
pub fn read_patterns<T: Real>(
    source: &Source,
    options: &ReadOptions,
) -> Result<Loaded<T>, IoError> {
    let name = source.to_string();
    let wanted = options.array.as_deref();
    let (format, array) = match source.folder() {
        Some(folder) => (Format::Png, image::read_folder(folder, source.limits())?),
        None => read_bytes(&name, &source.read()?, wanted, source.limits())?,
    };
    refuse_array_name(&name, format, wanted)?;
    array.into_patterns(&name, format)
}

/// All bytes of a file, as they are: for formats of the caller's own.
///
/// # Errors
/// [`IoError::Read`], and [`IoError::TooLarge`] for a pipe that does not end.
pub fn read_whole(source: &Source) -> Result<Vec<u8>, IoError> {
    source.read_raw()
}

fn read_bytes<T: Real>(
    name: &str,
    bytes: &[u8],
    wanted: Option<&str>,
    limits: &Limits,
) -> Result<(Format, Array<T>), IoError> {
    let format =
        Format::recognise(bytes).ok_or_else(|| IoError::Unrecognised { name: name.to_owned() })?;
    let array = match format {
        Format::Npz => select(name, &mut Npz::open(name, bytes, limits)?, wanted)?,
        Format::SafeTensors => select(name, &mut Tensors::open(name, bytes, limits)?, wanted)?,
        Format::Npy => npy::read(name, bytes, limits)?,
        Format::Csv => table::read(name, bytes, limits)?,
        Format::Idx => idx::read(name, bytes, limits)?,
        Format::Png => image::read(name, bytes, limits)?,
    };
    Ok((format, array))
}

fn refuse_array_name(name: &str, format: Format, wanted: Option<&str>) -> Result<(), IoError> {
    match wanted {
        Some(wanted) if !matches!(format, Format::Npz | Format::SafeTensors) => {
            let (name, wanted) = (name.to_owned(), wanted.to_owned());
            Err(IoError::NotNamed { name, format, wanted })
        }
        _ => Ok(()),
    }
}
