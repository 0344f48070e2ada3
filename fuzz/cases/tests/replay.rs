//! Everything that fuzzing has kept goes through its body again: the corpora, and every crash there ever was.

use fuzz_cases::{Body, TARGETS};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const LONGEST: Duration = Duration::from_secs(5);

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// The files of a folder in order; none where there is no folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// A file that breaks its body, or takes it longer than a busy machine explains, is named.
fn replay(path: &Path, body: Body) {
    let bytes = std::fs::read(path).unwrap();
    let begin = Instant::now();
    let fine = std::panic::catch_unwind(|| body(&bytes)).is_ok();
    assert!(fine, "{} breaks a promise, see above", path.display());
    assert!(begin.elapsed() < LONGEST, "{} takes {:?}", path.display(), begin.elapsed());
}

fn replay_all(name: &str, body: Body) {
    let corpus = files(&folder("corpus").join(name));
    assert!(!corpus.is_empty(), "fuzz/corpus/{name} is empty: `cargo xtask fuzz` fills it");
    corpus.iter().chain(&files(&folder("crashes").join(name))).for_each(|path| replay(path, body));
}

macro_rules! replays {
    ($($name:ident)*) => {
        $(#[test] fn $name() { replay_all(stringify!($name), fuzz_cases::$name); })*

        /// A target that is added is replayed, fuzzed and has a program.
        #[test]
        fn every_target_is_replayed() {
            let here: BTreeSet<_> = [$(stringify!($name)),*].into();
            assert_eq!(here, TARGETS.iter().map(|(name, _)| *name).collect());
            let programs = files(&folder("targets"));
            let programs = programs.iter().map(|path| path.file_stem().unwrap().to_str().unwrap());
            assert_eq!(here, programs.collect());
        }
    };
}

replays! {
    batch blocks certificates csv encoder gzip idx labels memory npy npz png precision safetensors settings
}
