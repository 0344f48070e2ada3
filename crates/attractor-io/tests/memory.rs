//! Memory files: what was saved is loaded, and nothing else is.

mod common;

use attractor_io::{
    IoError, Memory, MemoryError, Overwrite, Source, load_memory, read_patterns, save_memory,
};
use attractor_synapse::{Normalization, Normalize, Patterns};
use common::*;
use proptest::prelude::*;
use std::fs;
use std::path::Path;

fn memory(kind: Normalize) -> Memory<f32> {
    let raw = Patterns::from_rows(&[[0.1f32, 200.0], [255.0, -10.0]]).unwrap();
    let normalization = Normalization::fit(kind, &raw);
    let labels = Some(vec!["a \"b\"\\\u{1f}".to_owned(), "ξ, ✓".to_owned()]);
    Memory::new(normalization.apply(raw).unwrap(), normalization, labels, Some((1, 2))).unwrap()
}

fn save(path: &Path, memory: &Memory<f32>) {
    save_memory(path, memory, Overwrite::Replace).unwrap();
}

fn load(path: &Path) -> Result<Memory<f32>, IoError> {
    load_memory(&Source::from(path)).map(|loaded| loaded.memory)
}

#[test]
fn every_normalisation_comes_back_bit_by_bit() {
    let dir = Scratch::new();
    for kind in Normalize::ALL {
        let (memory, path) = (memory(kind), dir.path(kind.name()));
        save(&path, &memory);
        assert_eq!(load(&path).unwrap(), memory);
        let first = fs::read(&path).unwrap();
        save(&path, &load(&path).unwrap());
        assert_eq!(fs::read(&path).unwrap(), first, "the same memory gives the same bytes");
    }
}

#[test]
fn precision_is_stored_and_converted() {
    let dir = Scratch::new();
    let path = dir.path("m");
    let patterns = Patterns::from_rows(&[[0.1f64, 2.0]]).unwrap();
    let memory = Memory::new(patterns, Normalization::None, None, None).unwrap();
    save_memory(&path, &memory, Overwrite::Refuse).unwrap();
    let exact = load_memory::<f64>(&Source::from(&*path)).unwrap();
    assert_eq!((exact.stored, exact.memory), ("f64", memory));
    let rounded = load_memory::<f32>(&Source::from(&*path)).unwrap();
    assert_eq!((rounded.stored, rounded.memory.patterns().row(0)), ("f64", &[0.1f32, 2.0][..]));
    let wide = Patterns::from_rows(&[[1.0f64, 1e300]]).unwrap();
    let wide = Memory::new(wide, Normalization::None, None, None).unwrap();
    save_memory(&path, &wide, Overwrite::Replace).unwrap();
    assert_says(&path, &load(&path).unwrap_err(), &["pattern 0, feature 1", "--dtype f64"]);
}

#[test]
fn a_memory_file_is_an_ordinary_safetensors_file() {
    let dir = Scratch::new();
    let path = dir.path("m");
    save(&path, &memory(Normalize::Center));
    let loaded = read_patterns::<f32>(&Source::from(&*path), &Default::default()).unwrap();
    assert_eq!(&loaded.patterns, memory(Normalize::Center).patterns());
    let bytes = fs::read(&path).unwrap();
    let length = u64::from_le_bytes(*bytes.first_chunk().unwrap());
    assert!(
        length.is_multiple_of(8) && bytes[8..].starts_with(b"{\"__metadata__\":{\"checksum\":")
    );
}

#[test]
fn every_bit_flip_and_truncation_is_noticed() {
    let dir = Scratch::new();
    for kind in [Normalize::Center, Normalize::Sign] {
        let path = dir.path("m");
        save(&path, &memory(kind));
        let good = fs::read(&path).unwrap();
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                let error =
                    load(&dir.file("bad", bad)).expect_err(&format!("byte {at}, bit {bit}"));
                assert!(error.is_input());
            }
            assert!(load(&dir.file("bad", &good[..at])).is_err(), "cut at {at}");
        }
        assert!(load(&dir.file("bad", [&good[..], b"\n"].concat())).is_err());
    }
}

/// Replaces text in the header by text of the same length.
fn edited(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = bytes.windows(from.len()).position(|w| w == from.as_bytes()).unwrap();
    [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
}

#[test]
fn damaged_foreign_and_newer_files_are_told_apart() {
    let dir = Scratch::new();
    let path = dir.path("m");
    save(&path, &memory(Normalize::Sign));
    let good = fs::read(&path).unwrap();
    let header = r#"{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#;
    let cases = [
        (
            edited(&good, "\"version\":\"1\"", "\"version\":\"3\""),
            "version \"3\"",
            "newer attractor",
        ),
        (edited(&good, "\"version\":\"1\"", "\"version\":\"x\""), "version", "never was one"),
        (edited(&good, "1x2", "2x1"), "checksum", "changed or damaged"),
        (
            edited(&good, "attractor.memory", "attractor.memoir"),
            "not a memory file",
            "attractor store",
        ),
        (safetensors(header, &[1]), "not a memory file", "attractor store"),
        (npy_f64(&[1.0], &[1]), "not a memory file", "attractor store"),
        (b"1,2,3".to_vec(), "not a memory file", "attractor store"),
        (vec![], "is empty", ""),
    ];
    for (bytes, says, remedy) in cases {
        let path = dir.file("bad", bytes);
        assert_says(&path, &load(&path).unwrap_err(), &[says, remedy]);
    }
    let folder = dir.path("");
    assert_says(&folder, &load(&folder).unwrap_err(), &["not a memory file"]);
}

/// A file whose checksum is right, made of these fields and of patterns [2, 1] of bytes.
fn forged(fields: &[(&str, &str)], mean: Option<f64>) -> Vec<u8> {
    let mut fields: Vec<(&str, &str)> = fields.to_vec();
    fields.extend([("format", "attractor.memory"), ("version", "1")]);
    fields.sort_unstable();
    let numbers = [1.0f32, 2.0].map(f32::to_le_bytes).concat();
    let mean: Vec<u8> = mean.iter().flat_map(|m| m.to_le_bytes()).collect();
    let mut hashed = Vec::new();
    let mut put = |bytes: &[u8]| hashed.extend([bytes, &[0]].concat());
    fields.iter().for_each(|(key, value)| [key, value].iter().for_each(|t| put(t.as_bytes())));
    let mut tensors = String::new();
    if !mean.is_empty() {
        [b"mean", &b"F64"[..], b"1", &mean].into_iter().for_each(&mut put);
        tensors = r#","mean":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}"#.to_owned();
    }
    [b"patterns", &b"F32"[..], b"2,1", &numbers].into_iter().for_each(&mut put);
    let checksum = format!("{:08x}", crc32fast::hash(&hashed));
    fields.push(("checksum", &checksum));
    let metadata: std::collections::BTreeMap<_, _> = fields.into_iter().collect();
    let (start, end) = (mean.len(), mean.len() + 8);
    let header = format!(
        r#"{{"__metadata__":{}{tensors},"patterns":{{"dtype":"F32","shape":[2,1],"data_offsets":[{start},{end}]}}}}"#,
        serde_json::json!(metadata)
    );
    safetensors(&header, &[mean, numbers].concat())
}

#[test]
fn fields_that_contradict_each_other_are_named() {
    let dir = Scratch::new();
    let none = [("dtype", "f32"), ("normalize", "none")];
    let sign = [("dtype", "f32"), ("normalize", "sign")];
    let with = |more: (&'static str, &'static str)| [none[0], none[1], more];
    assert!(load(&dir.file("m", forged(&none, None))).is_ok());
    let cases = [
        (forged(&[("dtype", "f64"), ("normalize", "none")], None), "dtype: states \"f64\""),
        (forged(&[("normalize", "none")], None), "dtype: is missing"),
        (forged(&[("dtype", "f32")], None), "normalize: is missing"),
        (
            forged(&[("dtype", "f32"), ("normalize", "odd")], None),
            "no normalisation is called \"odd\"",
        ),
        (forged(&sign, None), "threshold: is missing"),
        (forged(&[sign[0], sign[1], ("threshold", "x")], None), "threshold: \"x\" is no number"),
        (forged(&[sign[0], sign[1], ("threshold", "inf")], None), "the normalisation contains inf"),
        (forged(&with(("threshold", "1")), None), "threshold: does not belong"),
        (forged(&none, Some(1.0)), "mean: does not belong"),
        (forged(&[("dtype", "f32"), ("normalize", "center")], None), "mean: is missing"),
        (forged(&with(("labels", "[\"a\"]")), None), "1 labels for 2 patterns"),
        (forged(&with(("labels", "[1,2]")), None), "labels: invalid type"),
        (forged(&with(("image", "1")), None), "image: \"1\" is not HEIGHTxWIDTH"),
        (forged(&with(("image", "2x2")), None), "pictures of 2 x 2 pixels"),
        (forged(&with(("colour", "red")), None), "colour: is unknown"),
    ];
    for (bytes, expected) in cases {
        let path = dir.file("bad", bytes);
        assert_says(&path, &load(&path).unwrap_err(), &[expected]);
    }
}

#[test]
fn errors_of_a_memory_carry_its_name() {
    let dir = Scratch::new();
    let fields = [("dtype", "f32"), ("normalize", "none"), ("image", "3x1")];
    let path = dir.file("m", forged(&fields, None));
    let error = load(&path).unwrap_err();
    let image = (3, 1);
    assert!(matches!(
        &error,
        IoError::Memory { error: MemoryError::Image { image: i, features: 1 }, .. } if *i == image
    ));
}

proptest! {
    #[test]
    fn any_memory_survives(
        rows in prop::collection::vec(prop::array::uniform3(-1e30f64..1e30), 1..5),
        threshold in prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO,
        labelled: bool,
    ) {
        let labels = labelled.then(|| rows.iter().map(|r| format!("{r:?}\n")).collect());
        let patterns = Patterns::from_rows(&rows).unwrap();
        let memory = Memory::new(patterns, Normalization::Sign { threshold }, labels, None).unwrap();
        let dir = Scratch::new();
        save_memory(&dir.path("m"), &memory, Overwrite::Refuse).unwrap();
        let loaded = load_memory::<f64>(&Source::from(&*dir.path("m"))).unwrap();
        prop_assert_eq!(loaded.memory, memory);
    }
}
