//! Memory files in 2 bytes a number or less.

mod common;

use attractor_io::{IoError, Memory, Overwrite, Source, load_memory, save_memory_as};
use attractor_synapse::{CompactError, MemoryId, Normalization, Patterns, Precision};
use common::*;
use std::fs;

fn memory() -> Memory<f64> {
    let rows = [[0.11, -0.7, 0.3], [1.0, 2.0, -3.0], [0.0, 0.0, 0.0]];
    let labels = Some(vec!["a".to_owned(), "b".to_owned(), "c".to_owned()]);
    let patterns = Patterns::from_rows(&rows).unwrap();
    Memory::new(patterns, Normalization::None, labels, None).unwrap()
}

fn distance(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn every_precision_comes_back_within_its_residuals_and_stays() {
    let dir = Scratch::new();
    for precision in [Precision::F64, Precision::F32, Precision::Bf16, Precision::Int8] {
        let path = dir.path(precision.name());
        save_memory_as(&path, &memory(), precision, Overwrite::Refuse).unwrap();
        let bytes = fs::read(&path).unwrap();
        let mut loaded = load_memory::<f64>(&Source::from(&*path)).unwrap();
        assert_eq!((loaded.precision, loaded.stored), (precision, precision.name()));
        let residuals = loaded.memory.residuals().map(<[f32]>::to_vec);
        assert_eq!(residuals.is_some(), precision.bytes(3) < 12);
        for (at, row) in memory().patterns().rows().enumerate() {
            let bound = residuals.as_ref().map_or(1e-6, |residuals| f64::from(residuals[at]));
            assert!(distance(row, loaded.memory.patterns().row(at)) <= bound);
        }
        assert_eq!(
            (loaded.memory.labels(), loaded.memory.ids()),
            (memory().labels(), memory().ids())
        );
        save_memory_as(&path, &loaded.memory, precision, Overwrite::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), bytes, "to save again takes nothing more");

        let new = Patterns::from_rows(&[[0.3, 0.2, 0.123]]).unwrap();
        loaded.memory.append(new.clone(), Some(vec!["d".to_owned()])).unwrap();
        loaded.memory.forget(&[MemoryId(1)]).unwrap();
        save_memory_as(&path, &loaded.memory, precision, Overwrite::Replace).unwrap();
        let again =
            load_memory::<f32>(&Source::from(&*path)).unwrap().memory.cast::<f64>().unwrap();
        let bound = again.residuals().map_or(1e-6, |residuals| f64::from(residuals[2]));
        assert!(distance(new.row(0), again.patterns().row(2)) <= bound);
        assert_eq!(again.residuals().map(|all| all[0]), residuals.as_ref().map(|all| all[0]));
    }
}

#[test]
fn bits_keep_signs_and_refuse_what_has_none() {
    let dir = Scratch::new();
    let path = dir.path("bits");
    let rows = [[1.0f32, -1.0, 1.0], [-0.5, 0.5, -0.5]];
    let patterns = Patterns::from_rows(&rows).unwrap();
    let signs = Memory::new(patterns, Normalization::None, None, None).unwrap();
    save_memory_as(&path, &signs, Precision::Bits, Overwrite::Refuse).unwrap();
    let loaded = load_memory::<f32>(&Source::from(&*path)).unwrap().memory;
    assert_eq!(loaded.patterns(), signs.patterns());
    assert_eq!(loaded.residuals(), Some(&[0.0, 0.0][..]));
    let refused = save_memory_as(&path, &memory(), Precision::Bits, Overwrite::Replace);
    let refused = refused.unwrap_err();
    let IoError::Precision { error: CompactError::NotSigns { pattern, feature, .. }, .. } =
        &refused
    else {
        panic!("{refused}")
    };
    assert_eq!((*pattern, *feature), (0, 1));
    assert!(refused.is_input());
}

#[test]
fn a_damaged_file_is_refused_by_its_checksum_and_a_false_one_by_its_parts() {
    let dir = Scratch::new();
    let path = dir.path("m");
    save_memory_as(&path, &memory(), Precision::Int8, Overwrite::Refuse).unwrap();
    let whole = fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(3) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x40;
        fs::write(&path, &bytes).unwrap();
        let refused = load_memory::<f32>(&Source::from(&*path)).unwrap_err();
        assert!(refused.is_input(), "{at}: {refused}");
    }
    for length in [0, 7, whole.len() / 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(load_memory::<f32>(&Source::from(&*path)).unwrap_err().is_input());
    }
}
