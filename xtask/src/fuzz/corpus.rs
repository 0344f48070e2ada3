//! The inputs that are kept: few and small, for they are committed.

use std::fs;
use std::path::{Path, PathBuf};

/// Inputs of a target.
const FILES: usize = 100;
/// Their bytes together.
const BYTES: u64 = 300_000;

/// The files of a folder, in order.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |e: std::io::Error| format!("{}: {e}", folder.display());
    let entries = fs::read_dir(folder).map_err(failed)?;
    let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|e| e.path())).collect();
    let mut paths = paths.map_err(failed)?;
    paths.sort();
    Ok(paths)
}

/// Puts the smallest files of one folder in place of those of another. How many there are then.
pub(super) fn keep(from: &Path, to: &Path) -> Result<usize, String> {
    let mut sized: Vec<(u64, PathBuf)> = Vec::new();
    for path in files(from)? {
        let size = fs::metadata(&path).map_err(|e| format!("{}: {e}", path.display()))?.len();
        sized.push((size, path));
    }
    let kept = few(sized);
    // nothing was reached: rather an old corpus than none
    if kept.is_empty() {
        return Ok(files(to)?.len());
    }
    for old in files(to)? {
        fs::remove_file(&old).map_err(|e| format!("{}: {e}", old.display()))?;
    }
    for path in &kept {
        let place = to.join(path.file_name().unwrap_or_default());
        fs::copy(path, &place).map_err(|e| format!("{}: {e}", place.display()))?;
    }
    Ok(kept.len())
}

/// The smallest, as many as may be kept.
fn few(mut sized: Vec<(u64, PathBuf)>) -> Vec<PathBuf> {
    sized.sort();
    let mut left = BYTES;
    let fits = |(size, _): &(u64, PathBuf)| {
        let fits = *size <= left;
        left = left.saturating_sub(*size);
        fits
    };
    sized.into_iter().take(FILES).take_while(fits).map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::{BYTES, FILES, few};
    use std::path::PathBuf;

    #[test]
    fn the_smallest_are_kept() {
        let named = |sizes: &[u64]| -> Vec<(u64, PathBuf)> {
            sizes.iter().map(|size| (*size, PathBuf::from(size.to_string()))).collect()
        };
        assert_eq!(few(named(&[5, BYTES, 2])), [PathBuf::from("2"), PathBuf::from("5")]);
        let many: Vec<u64> = (0..150).rev().collect();
        assert_eq!(few(named(&many)).len(), FILES);
        assert_eq!(few(named(&many))[0], PathBuf::from("0"));
    }
}
