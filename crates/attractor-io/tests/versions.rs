//! Memory files that earlier versions wrote are read for ever, and are still written so to the byte.

mod common;

use attractor_io::{IoError, LoadedMemory, Overwrite, Source, load_memory, save_memory_as};
use attractor_synapse::{MemoryId, Normalization};
use common::*;
use std::fs;
use std::path::{Path, PathBuf};

/// The files in `tests/data`, made by [`valid::memories`] when their version was new.
const FILES: [&str; 7] = [
    "v1-f32-none",
    "v1-f64-center",
    "v1-f32-unit",
    "v1-f64-sign",
    "v2-bf16-center",
    "v2-int8-none",
    "v2-bits-sign",
];

fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(format!("{name}.mem"))
}

fn open(name: &str) -> LoadedMemory<f64> {
    load_memory(&Source::from(&*kept(name))).unwrap_or_else(|error| panic!("{error}"))
}

fn near(found: &[f64], expected: &[f64], slack: f64) {
    let off = found.iter().zip(expected).fold(0.0f64, |most, (x, y)| most.max((x - y).abs()));
    assert!(found.len() == expected.len() && off <= slack, "{found:?} for {expected:?}");
}

/// The patterns that are left when the second one is forgotten.
fn three() -> [[f64; 6]; 3] {
    let [a, _, c, d] = valid::ROWS;
    [a, c, d]
}

const MEAN: [f64; 6] = [3.0625, -0.25, -0.375, 1.75, 0.65625, 0.6875];

fn centred() -> Vec<f64> {
    three().iter().flat_map(|row| row.iter().zip(MEAN).map(|(x, m)| x - m)).collect()
}

fn signs() -> Vec<f64> {
    valid::ROWS.concat().iter().map(|x| if *x > 3.0 { 1.0 } else { -1.0 }).collect()
}

#[test]
fn what_they_hold_is_what_was_put_in() {
    let numbers = |name| open(name).memory.patterns().as_slice().to_vec();
    near(&numbers("v1-f32-none"), &valid::ROWS.concat(), 0.0);
    near(&numbers("v1-f64-center"), &centred(), 0.0);
    let unit = three().map(|row| {
        let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
        row.map(|x| x / length)
    });
    near(&numbers("v1-f32-unit"), &unit.concat(), 1e-7);
    near(&numbers("v1-f64-sign"), &signs(), 0.0);
    near(&numbers("v2-bits-sign"), &signs(), 0.0);
    for (name, expected) in [("v2-bf16-center", centred()), ("v2-int8-none", three().concat())] {
        let loaded = open(name).memory;
        let residuals = loaded.residuals().unwrap();
        for ((row, expected), residual) in
            loaded.patterns().rows().zip(expected.chunks(6)).zip(residuals)
        {
            let square = row.iter().zip(expected).map(|(x, y)| (x - y).powi(2)).sum::<f64>();
            assert!(square.sqrt() <= f64::from(*residual) && *residual < 0.1, "{name}");
        }
    }
}

#[test]
fn labels_ids_and_pictures_are_there() {
    for name in FILES {
        let LoadedMemory { memory, stored, .. } = open(name);
        assert!(name[3..].starts_with(stored), "{stored} in {name}");
        assert_eq!(memory.image(), Some((2, 3)));
        let living = !(name.ends_with("sign") || name == "v1-f32-none");
        assert_eq!((memory.has_gaps(), memory.next_id()), (living, 4));
        if living {
            assert_eq!(memory.ids(), [0, 2, 3].map(MemoryId));
            assert_eq!(memory.labels().unwrap(), ["a", "\u{e9}\"", "d"]);
        }
    }
    let sign = Normalization::Sign { threshold: 3.0 };
    assert_eq!(*open("v1-f64-sign").memory.normalization(), sign);
    assert_eq!(*open("v2-bits-sign").memory.normalization(), sign);
    for name in ["v1-f64-center", "v2-bf16-center"] {
        assert!(
            matches!(open(name).memory.normalization(), Normalization::Center { mean } if *mean == MEAN)
        );
    }
}

/// Whatever a later version writes for new memories, what was read of these is written as it was.
#[test]
fn saved_again_they_are_the_same_bytes() {
    let dir = Scratch::new();
    for name in FILES {
        let LoadedMemory { memory, precision, .. } = open(name);
        save_memory_as(&dir.path(name), &memory, precision, Overwrite::Refuse).unwrap();
        assert_eq!(fs::read(dir.path(name)).unwrap(), fs::read(kept(name)).unwrap(), "{name}");
    }
}

/// The same memories made anew, so that a change of what is written does not go unnoticed.
#[test]
fn made_anew_they_are_the_same_bytes() {
    for (name, bytes) in valid::memories() {
        assert_eq!(bytes, fs::read(kept(name)).unwrap_or_default(), "{name}");
    }
}

#[test]
fn the_next_version_is_refused_by_name() {
    let dir = Scratch::new();
    for (name, from) in [("v1-f32-none", "\"1\""), ("v2-int8-none", "\"2\"")] {
        let bytes = fs::read(kept(name)).unwrap();
        let at = bytes.windows(3).rposition(|three| three == from.as_bytes()).unwrap();
        let newer = [&bytes[..at], b"\"3\"", &bytes[at + 3..]].concat();
        let path = dir.file(name, newer);
        let error = load_memory::<f32>(&Source::from(&*path)).unwrap_err();
        assert!(matches!(&error, IoError::Newer { version, .. } if version == "3"), "{error}");
        assert_says(&path, &error, &["3"]);
    }
}
