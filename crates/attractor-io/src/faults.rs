//! Tests: whatever the system refuses, the old memory file or the new one is there, whole.

use crate::memory_load::update;
use crate::memory_save::save;
use crate::system::refusing::{Fault, Refusing};
use crate::system::{Real as Reality, Step};
use crate::{IoError, Memory, Overwrite, Source};
use attractor_synapse::{MemoryId, Normalization, Patterns, Precision};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// EIO, ENOSPC, EDQUOT, EACCES, EROFS.
const ERRORS: [i32; 5] = [5, 28, 122, 13, 30];

/// More numbers than fit into one piece, so that there is more than one write and one read of them.
const FEATURES: usize = 70_000;

fn memory(first: f32) -> Memory<f32> {
    let rows: Vec<Vec<f32>> = (0..3).map(|row| vec![first + row as f32; FEATURES]).collect();
    Memory::new(Patterns::from_rows(&rows).unwrap(), Normalization::None, None, None).unwrap()
}

/// What is done to a file that holds `memory(0.0)`.
type Deed = fn(&Path, &Refusing) -> Result<(), IoError>;

fn store(path: &Path, system: &Refusing) -> Result<(), IoError> {
    save(path, &memory(7.0), Precision::F32, Overwrite::Replace, system)
}

fn store_small(path: &Path, system: &Refusing) -> Result<(), IoError> {
    save(path, &memory(7.0), Precision::Int8, Overwrite::Replace, system)
}

fn append(path: &Path, system: &Refusing) -> Result<(), IoError> {
    change(path, system, |memory| memory.append(self::memory(9.0).into_patterns(), None).unwrap())
}

fn forget(path: &Path, system: &Refusing) -> Result<(), IoError> {
    change(path, system, |memory| memory.forget(&[MemoryId(1)]).unwrap())
}

fn change(
    path: &Path,
    system: &Refusing,
    change: impl FnOnce(&mut Memory<f32>),
) -> Result<(), IoError> {
    update::<f32, IoError>(&Source::from(path), Duration::ZERO, system, |memory| {
        change(memory);
        Ok(())
    })
    .map(drop)
}

struct Bench {
    folder: TempDir,
    path: PathBuf,
    old: Vec<u8>,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m");
        save(&path, &memory(0.0), Precision::F32, Overwrite::Refuse, &Reality).unwrap();
        let old = fs::read(&path).unwrap();
        Self { folder, path, old }
    }

    /// The file after the deed, and how the deed ended.
    fn after(&self, deed: Deed, system: &Refusing) -> (Vec<u8>, Result<(), IoError>) {
        fs::write(&self.path, &self.old).unwrap();
        let ended = deed(&self.path, system);
        let left = fs::read_dir(self.folder.path()).unwrap().count();
        assert_eq!(left, 1, "nothing is left lying about: {ended:?}");
        (fs::read(&self.path).unwrap(), ended)
    }
}

const DEEDS: [Deed; 4] = [store, store_small, append, forget];

#[test]
fn whichever_step_fails_the_old_file_is_intact() {
    let bench = Bench::new();
    let mut refused = Vec::new();
    for (deed, error) in DEEDS.into_iter().flat_map(|deed| ERRORS.map(|error| (deed, error))) {
        let new = bench.after(deed, &Refusing::new(usize::MAX, Fault::Fails(error))).0;
        assert_ne!(new, bench.old);
        for at in 0.. {
            let system = Refusing::new(at, Fault::Fails(error));
            let (found, ended) = bench.after(deed, &system);
            let Some(step) = system.refused.get() else {
                ended.unwrap();
                break;
            };
            refused.push(step);
            if step == Step::SyncFolder {
                assert!(matches!(ended, Err(IoError::NotDurable { .. })), "{ended:?}");
                assert!(found == new, "renamed and whole");
            } else {
                let ended = ended.unwrap_err().to_string();
                assert!(found == bench.old, "{step:?}: {ended}");
                assert!(ended.contains(bench.path.to_str().unwrap()), "{ended}");
            }
        }
    }
    use Step::{Create, Lock, Open, Permissions, Read, Rename, Sync, SyncFolder, Write};
    for step in [Open, Read, Lock, Create, Permissions, Write, Sync, Rename, SyncFolder] {
        assert!(refused.contains(&step), "{step:?} was never refused");
    }
}

#[test]
fn signals_and_short_writes_change_nothing() {
    let bench = Bench::new();
    for (deed, fault) in
        DEEDS.into_iter().flat_map(|deed| [(deed, Fault::Interrupted), (deed, Fault::Short)])
    {
        let new = bench.after(deed, &Refusing::new(usize::MAX, fault)).0;
        for at in 0.. {
            let system = Refusing::new(at, fault);
            let (found, ended) = bench.after(deed, &system);
            match system.refused.get() {
                None => break,
                Some(Step::Read | Step::Write) => {
                    ended.unwrap();
                    assert!(found == new);
                }
                Some(step) => {
                    let renamed = ended.is_ok() || step == Step::SyncFolder;
                    assert!(found == if renamed { &new[..] } else { &bench.old });
                }
            }
        }
    }
}

#[test]
fn a_new_file_is_whole_or_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m");
    for at in 0.. {
        let system = Refusing::new(at, Fault::Fails(28));
        let ended = save(&path, &memory(0.0), Precision::F32, Overwrite::Refuse, &system);
        match system.refused.get() {
            None => break,
            Some(Step::SyncFolder) => fs::remove_file(&path).unwrap(),
            Some(step) => {
                assert!(matches!(ended, Err(IoError::Write { .. })), "{step:?}: {ended:?}");
                assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
            }
        }
    }
    assert!(path.is_file());
}
