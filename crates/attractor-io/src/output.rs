//! Files out: whole or not at all, and never over something that was not meant.

use crate::IoError;
use crate::system::{Asked, Real, Step, System};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// What happens to a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// It stays and the writing fails.
    Refuse,
    /// It is replaced, whole.
    Replace,
}

/// Where an output goes, after following links.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Stdout,
    /// A device, a pipe, an inherited descriptor: written through, never renamed over.
    Through(PathBuf),
    /// A regular file that is there.
    Existing(PathBuf),
    /// A file that is not there yet, in a folder that is.
    New(PathBuf),
}

/// Checks what can be checked before long work: that [`write_output`] will not be refused because
/// of what is there. It asks again when it writes.
///
/// # Errors
/// [`IoError::Exists`], [`IoError::IsFolder`], [`IoError::NoFolder`], or [`IoError::Write`] where
/// the system does not even let us look.
pub fn check_output(target: &Path, overwrite: Overwrite) -> Result<(), IoError> {
    locate(target, overwrite).map(drop)
}

/// Writes `bytes` to `target`: temporary file in the same folder → write → fsync → rename →
/// fsync of the folder. Whatever happens, the old file or the new one is there, whole.
///
/// `-` is standard output. A target that is not a regular file is written through. Links are
/// followed and stay; the permissions of a replaced file are kept, its hard links are not.
///
/// # Errors
/// As [`check_output`], and [`IoError::Write`] if the system refuses: then what stood there before is untouched.
/// [`IoError::NotDurable`] where the new file is there, but might not survive a loss of power.
pub fn write_output(target: &Path, overwrite: Overwrite, bytes: &[u8]) -> Result<(), IoError> {
    write_with(target, overwrite, &Real, &mut |writer| writer.write_all(bytes))
}

/// What puts the bytes into a file.
pub(crate) type Fill<'a> = &'a mut dyn FnMut(&mut dyn Write) -> io::Result<()>;

/// As [`write_output`], what is written being asked for when the file is open.
pub(crate) fn write_with(
    target: &Path,
    overwrite: Overwrite,
    system: &dyn System,
    fill: Fill<'_>,
) -> Result<(), IoError> {
    let name = || name_of(target);
    let written = match locate(target, overwrite)? {
        Target::Stdout => through(io::stdout().lock(), fill).map(|()| None),
        Target::Through(path) => OpenOptions::new()
            .append(true)
            .open(path)
            .and_then(|file| through(file, fill))
            .map(|()| None),
        Target::Existing(path) => replace(&path, system, fill).map(|()| Some(path)),
        Target::New(path) => create(&path, overwrite, system, fill).map(|()| Some(path)),
    };
    let path = written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => IoError::Exists { name: name() },
        _ => IoError::Write { name: name(), error },
    })?;
    let Some(path) = path else { return Ok(()) };
    sync_folder(folder_of(&path), system)
        .map_err(|error| IoError::NotDurable { name: name(), error })
}

/// Removes a file that was written with [`write_output`] and is no longer needed, such as a checkpoint; what is not a
/// regular file stays, and so does one that is not there.
///
/// # Errors
/// [`IoError::Write`] if the system refuses.
pub fn remove_output(target: &Path) -> Result<(), IoError> {
    let failed = |error| IoError::Write { name: name_of(target), error };
    if !target.is_file() || is_stdout(target) || is_descriptor(target) {
        return Ok(());
    }
    fs::remove_file(target).map_err(failed)?;
    sync_folder(folder_of(target), &Real).map_err(failed)
}

fn through(mut writer: impl Write, fill: Fill<'_>) -> io::Result<()> {
    fill(&mut writer)?;
    writer.flush()
}

fn create(
    path: &Path,
    overwrite: Overwrite,
    system: &dyn System,
    fill: Fill<'_>,
) -> io::Result<()> {
    let file = filled(folder_of(path), system, fill)?;
    system.before(Step::Rename, 0)?;
    let persisted = match overwrite {
        Overwrite::Refuse => file.persist_noclobber(path),
        Overwrite::Replace => file.persist(path),
    };
    persisted.map(drop).map_err(|failed| failed.error)
}

fn replace(path: &Path, system: &dyn System, fill: Fill<'_>) -> io::Result<()> {
    let permissions = fs::metadata(path)?.permissions();
    let file = filled(folder_of(path), system, fill)?;
    system.before(Step::Permissions, 0)?;
    file.as_file().set_permissions(permissions)?;
    system.before(Step::Rename, 0)?;
    file.persist(path).map(drop).map_err(|failed| failed.error)
}

/// A temporary file with these bytes, on the disk; it vanishes unless it is persisted.
fn filled(folder: &Path, system: &dyn System, fill: Fill<'_>) -> io::Result<NamedTempFile> {
    system.before(Step::Create, 0)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".attractor-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666)); // the umask applies
    let file = builder.tempfile_in(folder)?;
    fill(&mut Asked { file: file.as_file(), system })?;
    system.before(Step::Sync, 0)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// The new name is on the disk only when the folder is. Some file systems and permissions do not
/// allow this; the file itself is safe there all the same.
fn sync_folder(folder: &Path, system: &dyn System) -> io::Result<()> {
    system.before(Step::SyncFolder, 0)?;
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if !tolerable(error.kind()) => Err(error),
        _ => Ok(()),
    }
}

fn tolerable(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{InvalidInput, PermissionDenied, Unsupported};
    matches!(kind, InvalidInput | PermissionDenied | Unsupported)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn locate(target: &Path, overwrite: Overwrite) -> Result<Target, IoError> {
    let name = || name_of(target);
    let path = follow(target).map_err(|error| IoError::Write { name: name(), error })?;
    if is_stdout(&path) {
        return Ok(Target::Stdout);
    }
    if is_descriptor(&path) {
        return Ok(Target::Through(path));
    }
    match fs::metadata(&path) {
        Ok(found) if found.is_dir() => Err(IoError::IsFolder { name: name() }),
        Ok(found) if !found.is_file() => Ok(Target::Through(path)),
        Ok(_) if overwrite == Overwrite::Refuse => Err(IoError::Exists { name: name() }),
        Ok(_) => Ok(Target::Existing(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = folder_of(&path);
            if folder.is_dir() {
                return Ok(Target::New(path));
            }
            Err(IoError::NoFolder { name: name(), folder: folder.display().to_string() })
        }
        Err(error) => Err(IoError::Write { name: name(), error }),
    }
}

/// Standard output by one of its names.
pub(crate) fn is_stdout(target: &Path) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]
        .iter()
        .any(|name| target == Path::new(name))
}

/// Descriptors look like links to regular files when the shell redirected them to one, and must
/// not be renamed over then.
fn is_descriptor(target: &Path) -> bool {
    target == Path::new("/dev/stderr")
        || target.starts_with("/dev/fd")
        || target.starts_with("/proc")
}

fn name_of(target: &Path) -> String {
    match is_stdout(target) {
        true => "standard output".to_owned(),
        false => target.display().to_string(),
    }
}

/// The end of a chain of symbolic links, which need not exist; or the descriptor it leads to.
fn follow(target: &Path) -> io::Result<PathBuf> {
    const LONGEST_CHAIN: usize = 40;
    let mut path = target.to_owned();
    for _ in 0..LONGEST_CHAIN {
        if is_stdout(&path) || is_descriptor(&path) {
            return Ok(path);
        }
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_symlink() => path = folder_of(&path).join(fs::read_link(&path)?),
            _ => return Ok(path),
        }
    }
    Err(io::Error::other("the symbolic links go in a circle"))
}
