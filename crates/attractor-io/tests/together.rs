//! Many at once on one memory file: readers see a whole memory, and no writer loses another's patterns.

mod common;

use attractor_io::{
    IoError, Memory, Overwrite, Source, load_memory, map_memory, save_memory, update_memory,
};
use attractor_synapse::{MemoryId, Normalization, Patterns};
use common::*;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// How many rounds; the long checks ask for more.
fn rounds(usual: usize) -> usize {
    std::env::var("ATTRACTOR_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

const FEATURES: usize = 300;

/// A memory in which everything says the same number.
fn memory(number: usize) -> Memory<f32> {
    let count = 1 + number % 7;
    let rows = vec![vec![number as f32; FEATURES]; count];
    let labels = Some(vec![number.to_string(); count]);
    Memory::new(Patterns::from_rows(&rows).unwrap(), Normalization::None, labels, None).unwrap()
}

/// Fails unless everything says the same number.
fn check(memory: &Memory<f32>) {
    let number = memory.patterns().row(0)[0] as usize;
    assert_eq!(memory, &self::memory(number), "a torn read");
}

#[test]
fn no_read_is_torn_while_writers_replace_the_file() {
    let dir = Scratch::new();
    let path = dir.path("m");
    save_memory(&path, &memory(0), Overwrite::Refuse).unwrap();
    let (rounds, source) = (rounds(300), Source::from(&*path));
    thread::scope(|scope| {
        let writers: Vec<_> = (0..2)
            .map(|writer| {
                let path = &path;
                scope.spawn(move || {
                    for round in 0..rounds / 2 {
                        save_memory(path, &memory(2 * round + writer), Overwrite::Replace).unwrap();
                    }
                })
            })
            .collect();
        let reader = |load: fn(&Source) -> _| {
            let mut reads = 0;
            while reads < rounds || !writers.iter().all(|writer| writer.is_finished()) {
                let loaded: Result<attractor_io::LoadedMemory<f32>, IoError> = load(&source);
                check(&loaded.unwrap().memory);
                reads += 1;
            }
            reads
        };
        thread::scope(|readers| {
            let mapped = readers.spawn(|| reader(map_memory));
            println!("{} rounds, {} reads", rounds, reader(load_memory) + mapped.join().unwrap());
        });
    });
    assert_eq!(dir.names(), ["m"]);
}

/// One more pattern, whose numbers say which.
fn append(path: &Path, number: usize) -> Result<(), IoError> {
    let patience = Duration::from_secs(600);
    update_memory::<f32, IoError>(&Source::from(path), patience, |memory| {
        let row = Patterns::from_rows(&[[number as f32]]).unwrap();
        memory.append(row, None).unwrap();
        Ok(())
    })
    .map(drop)
}

#[test]
fn no_append_is_lost() {
    const WRITERS: usize = 4;
    let dir = Scratch::new();
    let path = dir.path("m");
    let first = Patterns::from_rows(&[[-1.0f32]]).unwrap();
    let first = Memory::new(first, Normalization::None, None, None).unwrap();
    save_memory(&path, &first, Overwrite::Refuse).unwrap();
    let each = rounds(80).min(1000) / WRITERS;
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let path = &path;
            scope.spawn(move || {
                (0..each).for_each(|at| append(path, writer * each + at).unwrap());
            });
        }
    });
    let memory = load_memory::<f32>(&Source::from(&*path)).unwrap().memory;
    let mut found: Vec<f32> = memory.patterns().as_slice().to_vec();
    found.sort_by(f32::total_cmp);
    let expected: Vec<f32> = (0..=WRITERS * each).map(|n| n as f32 - 1.0).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_second_writer_waits_or_fails_by_name() {
    let dir = Scratch::new();
    let path = dir.path("m");
    save_memory(&path, &memory(1), Overwrite::Refuse).unwrap();
    let source = Source::from(&*path);
    let second =
        || update_memory::<f32, IoError>(&source, Duration::from_millis(20), |_| Ok(())).map(drop);
    update_memory::<f32, IoError>(&source, Duration::ZERO, |memory| {
        assert_says(&path, &second().unwrap_err(), &["another process", "--wait"]);
        memory.forget(&[MemoryId(0)]).unwrap();
        Ok(())
    })
    .unwrap();
    second().unwrap();
}

#[test]
fn what_a_change_refuses_changes_nothing() {
    let dir = Scratch::new();
    let path = dir.path("m");
    save_memory(&path, &memory(3), Overwrite::Refuse).unwrap();
    let before = std::fs::read(&path).unwrap();
    let refused = update_memory::<f32, IoError>(&Source::from(&*path), Duration::ZERO, |memory| {
        memory.forget(&[MemoryId(0)]).unwrap();
        Err(IoError::NoText)
    });
    assert!(matches!(refused, Err(IoError::NoText)));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let missing = dir.path("missing");
    let missing = Source::from(&*missing);
    assert!(update_memory::<f32, IoError>(&missing, Duration::ZERO, |_| Ok(())).is_err());
}

#[test]
fn a_mapped_memory_is_the_memory_and_outlives_the_file() {
    let dir = Scratch::new();
    let path = dir.path("m");
    save_memory(&path, &memory(5), Overwrite::Refuse).unwrap();
    let source = Source::from(&*path);
    let mut mapped = map_memory::<f32>(&source).unwrap();
    assert_eq!(mapped, load_memory::<f32>(&source).unwrap());
    let wide = map_memory::<f64>(&source).unwrap().memory;
    assert_eq!(wide.patterns(), load_memory::<f64>(&source).unwrap().memory.patterns());
    save_memory(&path, &memory(6), Overwrite::Replace).unwrap();
    std::fs::remove_file(&path).unwrap();
    check(&mapped.memory);
    mapped.memory.append(memory(5).into_patterns(), Some(vec!["5".to_owned(); 6])).unwrap();
    assert_eq!(mapped.memory.patterns().len(), 12);
}
