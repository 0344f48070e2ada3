//! One writer at a time: a lock on the memory file itself, so that nothing is left lying about.

use crate::IoError;
use crate::system::{Step, System};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often a lock is asked for again.
const PAUSE: Duration = Duration::from_millis(5);

/// Held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock(
    #[expect(dead_code, reason = "the lock lives as long as the file is open")] File,
);

/// Waits for the lock of a memory file; `None` for what is no regular file, and where the file system knows no locks.
///
/// Writers replace the file. Whoever waited holds the lock of the file that was replaced meanwhile and asks again for
/// that of the new one.
pub(crate) fn lock(
    path: &Path,
    wait: Duration,
    system: &dyn System,
) -> Result<Option<Lock>, IoError> {
    let name = || path.display().to_string();
    let begin = Instant::now();
    loop {
        match attempt(path, system).map_err(|error| IoError::Write { name: name(), error })? {
            Attempt::Held(lock) => return Ok(Some(lock)),
            Attempt::Nothing => return Ok(None),
            Attempt::Replaced => {}
            Attempt::Busy if begin.elapsed() >= wait => {
                return Err(IoError::Locked { name: name() });
            }
            Attempt::Busy => sleep(PAUSE),
        }
    }
}

enum Attempt {
    Held(Lock),
    /// There is no file to lock.
    Nothing,
    /// The file locked is not the one of that name any more.
    Replaced,
    Busy,
}

fn attempt(path: &Path, system: &dyn System) -> io::Result<Attempt> {
    if !path.is_file() {
        return Ok(Attempt::Nothing);
    }
    let file = match open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Attempt::Nothing),
        opened => opened?,
    };
    system.before(Step::Lock, 0)?;
    match file.try_lock() {
        Ok(()) if is_still(path, &file)? => Ok(Attempt::Held(Lock(file))),
        Ok(()) => Ok(Attempt::Replaced),
        Err(TryLockError::WouldBlock) => Ok(Attempt::Busy),
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
            Ok(Attempt::Nothing)
        }
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Some network file systems lock only what may be written.
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open(path).or_else(|_| File::open(path))
}

/// Whether the open file is the one of this name.
#[cfg(unix)]
fn is_still(path: &Path, file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let opened = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(named) => Ok((named.dev(), named.ino()) == (opened.dev(), opened.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Elsewhere an open file cannot be replaced.
#[cfg(not(unix))]
fn is_still(_: &Path, _: &File) -> io::Result<bool> {
    Ok(true)
}
