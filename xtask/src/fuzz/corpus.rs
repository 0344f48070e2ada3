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

/// Puts some of the files of one folder in place of those of another. How many there are then.
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

/// Of all sizes, evenly, as many as may be kept: small ones alone would reach little of what was reached.
fn few(mut sized: Vec<(u64, PathBuf)>) -> Vec<PathBuf> {
    sized.sort();
    let (count, mut left) = (sized.len(), BYTES);
    let kept = (0..FILES.min(count)).map(|at| &sized[at * count / FILES.min(count)]);
    let kept = kept.filter(|(size, _)| {
        let fits = *size <= left;
        left -= if fits { *size } else { 0 };
        fits
    });
    kept.map(|(_, path)| path.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::{BYTES, FILES, few};
    use std::path::PathBuf;

    #[test]
    fn files_of_all_sizes_are_kept() {
        let named = |sizes: &[u64]| -> Vec<(u64, PathBuf)> {
            sizes.iter().map(|size| (*size, PathBuf::from(size.to_string()))).collect()
        };
        assert_eq!(few(named(&[5, BYTES, 2])), [PathBuf::from("2"), PathBuf::from("5")]);
        let many: Vec<u64> = (0..200).rev().collect();
        let kept = few(named(&many));
        assert_eq!((kept.len(), &kept[1], &kept[99]), (FILES, &"2".into(), &"198".into()));
        assert!(few(Vec::new()).is_empty());
    }
}
