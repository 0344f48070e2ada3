//! Memory files: what loads is saved and loads as the same memory, with the same bytes.

use crate::reading::{blame, source};
use crate::repair::repaired;
use attractor_io::{
    LoadedMemory, Memory, Overwrite, Source, load_memory, map_memory, read_whole, save_memory_as,
};
use attractor_synapse::{Element, Precision};
use std::path::Path;
use tempfile::TempDir;

/// A memory file as it is, and with its checksum put right.
pub fn memory(bytes: &[u8]) {
    both(bytes);
    if let Some(bytes) = repaired(bytes) {
        both(&bytes);
    }
}

fn both(bytes: &[u8]) {
    let wide = of::<f64>(bytes);
    let narrow = of::<f32>(bytes);
    assert!(narrow.is_none() || wide.is_some(), "only f32 is read");
    if let (Some(wide), Some(narrow)) = (wide, narrow) {
        assert_eq!(wide.stored, narrow.stored);
        let rounded = wide.memory.cast::<f32>();
        assert_eq!(rounded.as_ref(), Ok(&narrow.memory), "two precisions, two memories");
    }
}

fn of<T: Element>(bytes: &[u8]) -> Option<LoadedMemory<T>> {
    match load_memory::<T>(&source(bytes)) {
        Ok(loaded) => {
            again(&loaded);
            Some(loaded)
        }
        Err(error) => {
            blame(&error);
            None
        }
    }
}

/// Saved in the precision that it had, read and mapped, and saved once more.
fn again<T: Element>(loaded: &LoadedMemory<T>) {
    let folder = folder();
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    save(&first, &loaded.memory, loaded.precision);
    let back = open::<T>(&first, load_memory);
    let mapped = open::<T>(&first, map_memory);
    assert_eq!(back, mapped, "mapped, it is another memory");
    assert_eq!(back.precision, loaded.precision);
    let (was, is) = (loaded.memory.patterns(), back.memory.patterns());
    assert_eq!((was.len(), was.features()), (is.len(), is.features()));
    // what a small precision took is written into the file, so only the others come back whole
    if loaded.memory.residuals().is_none() {
        assert_eq!(back.memory, loaded.memory, "saved, it is another memory");
        save(&second, &back.memory, loaded.precision);
        assert_eq!(whole(&first), whole(&second), "the same memory, other bytes");
    }
}

/// Where the system keeps such files; elsewhere than on a disk if it is told so.
fn folder() -> TempDir {
    tempfile::tempdir().unwrap_or_else(|error| panic!("no folder for files: {error}"))
}

fn save<T: Element>(path: &Path, memory: &Memory<T>, precision: Precision) {
    let saved = save_memory_as(path, memory, precision, Overwrite::Refuse);
    saved.unwrap_or_else(|error| panic!("what was read is not saved: {error}"));
}

fn open<T: Element>(
    path: &Path,
    how: fn(&Source) -> Result<LoadedMemory<T>, attractor_io::IoError>,
) -> LoadedMemory<T> {
    how(&Source::from(path)).unwrap_or_else(|error| panic!("what was saved is not read: {error}"))
}

fn whole(path: &Path) -> Vec<u8> {
    let bytes = read_whole(&Source::from(path));
    bytes.unwrap_or_else(|error| panic!("what was saved cannot be read: {error}"))
}
