//! Memories out of files, and the change of a memory in its file. The byte layout is documented at the crate root.

use crate::input::Input;
use crate::lock::lock;
use crate::map::Map;
use crate::memory_check::Checked;
use crate::memory_save::save;
use crate::opened::Reading;
use crate::system::{Asked, Real as Reality, Step, System};
use crate::{IoError, Memory, Overwrite, Source};
use attractor_synapse::Element as Scalar;
use attractor_synapse::Precision;
use std::io::Read;
use std::time::Duration;

/// A memory and how its numbers were stored.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LoadedMemory<T> {
    /// The memory, its numbers in the precision asked for.
    pub memory: Memory<T>,
    /// The name of the precision of the numbers in the file.
    pub stored: &'static str,
    /// That precision.
    pub precision: Precision,
}

/// Reads a memory, checking the checksum and every field against every other.
///
/// It takes one pass over the file and, in the precision of the file, no more memory than the numbers. A file that is
/// replaced meanwhile is read as it was.
///
/// # Errors
/// [`IoError`] for a file that is not a memory, of a newer version, damaged, beyond the source's limits, or that holds
/// numbers beyond the range of `T`.
pub fn load_memory<T: Scalar>(source: &Source) -> Result<LoadedMemory<T>, IoError> {
    load(source, &Reality)
}

/// The same by mapping the file into memory: numbers of the precision asked for are used in place, and take no memory
/// that the system could not have back. The checksum is still computed once over the whole file.
///
/// The file must not be written into or cut short while the memory is in use: then the numbers would change, or the
/// process be ended by the system. Writers of memory files that go through this crate replace the file instead, which
/// is safe. What is no regular file is read as by [`load_memory`].
///
/// # Errors
/// As [`load_memory`].
pub fn map_memory<T: Scalar>(source: &Source) -> Result<LoadedMemory<T>, IoError> {
    let name = source.to_string();
    let Some((file, size)) = source.regular()? else { return load_memory(source) };
    let map = Map::open(&file).map_err(|error| IoError::Read { name: name.clone(), error })?;
    from::<T, &[u8]>(source, Input::map(map), size)
}

/// Changes a memory in its file, alone: it waits for other writers, reads, lets `change` do what it wants, and
/// replaces the file by a new one in the same precision, whole or not at all. Readers see the old memory or the new
/// one.
///
/// The whole file is read and written: it costs what [`load_memory`] and
/// [`save_memory_as`](crate::save_memory_as) cost, and room on the disk for both files.
///
/// # Errors
/// As [`load_memory`] and [`save_memory_as`](crate::save_memory_as), [`IoError::Locked`] after waiting for so long,
/// and what `change` says; the file is as it was then.
pub fn update_memory<T: Scalar, E: From<IoError>>(
    source: &Source,
    wait: Duration,
    change: impl FnOnce(&mut Memory<T>) -> Result<(), E>,
) -> Result<LoadedMemory<T>, E> {
    update(source, wait, &Reality, change)
}

/// The same where the system may refuse any step.
pub(crate) fn update<T: Scalar, E: From<IoError>>(
    source: &Source,
    wait: Duration,
    system: &dyn System,
    change: impl FnOnce(&mut Memory<T>) -> Result<(), E>,
) -> Result<LoadedMemory<T>, E> {
    let path = source.path().ok_or_else(|| IoError::NotMemory { name: source.to_string() })?;
    let _lock = lock(path, wait, system)?;
    let mut loaded = load(source, system)?;
    change(&mut loaded.memory)?;
    save(path, &loaded.memory, loaded.precision, Overwrite::Replace, system)?;
    Ok(loaded)
}

fn load<T: Scalar>(source: &Source, system: &dyn System) -> Result<LoadedMemory<T>, IoError> {
    let name = source.to_string();
    if source.folder().is_some() {
        return Err(IoError::NotMemory { name });
    }
    let asked = system.before(Step::Open, 0);
    asked.map_err(|error| IoError::Read { name: name.clone(), error })?;
    if let Some((file, size)) = source.regular()? {
        return from(source, Input::reader(Asked { file, system }), size);
    }
    let bytes = source.read_raw()?;
    from(source, Input::reader(&bytes[..]), bytes.len() as u64)
}

fn from<T: Scalar, R: Read>(
    source: &Source,
    input: Input<R>,
    size: u64,
) -> Result<LoadedMemory<T>, IoError> {
    let name = &*source.to_string();
    let opened = Reading { name, input, size, limits: source.limits() }.open()?;
    Checked { name, opened }.memory()
}
