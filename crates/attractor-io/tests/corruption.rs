//! Whatever happens to a valid file: an error or other numbers, never a panic, a hang or much memory.
//!
//! Every truncation and `ATTRACTOR_CASES` random corruptions for each reader (2000 unless it says otherwise).

#![expect(clippy::print_stdout, reason = "the counts of a long run are to be read")]

mod common;

use attractor_io::{
    EncoderConfig, IoError, LoadedMemory, ReadOptions, Source, load_memory, read_labels,
    read_patterns, read_tensors,
};
use common::damage::Damage;
use common::valid;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// Longer, and somebody waits.
const LONGEST: Duration = Duration::from_secs(1);
/// Longer than any case should, and so it is timed once more.
const SUSPECT: Duration = Duration::from_millis(5);
/// What reading may take beyond the file's own size.
const GROWTH: u64 = 16 << 20;

/// A reader that is tried.
type Read = fn(&[u8]) -> Result<(), IoError>;

fn source(bytes: &[u8]) -> Source {
    Source::from_bytes("case", bytes)
}

fn patterns(bytes: &[u8]) -> Result<(), IoError> {
    let wide = read_patterns::<f64>(&source(bytes), &ReadOptions::default()).map(drop);
    read_patterns::<f32>(&source(bytes), &ReadOptions::default()).map(drop).and(wide)
}

fn all_tensors(bytes: &[u8]) -> Result<(), IoError> {
    read_tensors::<f64>(&source(bytes)).map(drop).and(patterns(bytes))
}

fn labels(bytes: &[u8]) -> Result<(), IoError> {
    read_labels(&source(bytes)).map(drop)
}

fn config(bytes: &[u8]) -> Result<(), IoError> {
    EncoderConfig::parse("case", &String::from_utf8_lossy(bytes)).map(drop)
}

/// What is read in spite of the damage is a memory that was there before it.
fn memory(bytes: &[u8]) -> Result<(), IoError> {
    static BEFORE: LazyLock<Vec<LoadedMemory<f64>>> = LazyLock::new(|| {
        let load = |(_, bytes): valid::Named| load_memory(&source(&bytes)).unwrap();
        valid::memories().into_iter().map(load).collect()
    });
    let wide = load_memory::<f64>(&source(bytes));
    if let Ok(wide) = &wide {
        assert!(BEFORE.contains(wide), "{wide:?}");
    }
    load_memory::<f32>(&source(bytes)).map(drop).and(wide.map(drop))
}

/// What the cases of a reader came to.
#[derive(Debug, Default)]
struct Tally {
    cases: usize,
    read: usize,
    slowest: Duration,
    growth: u64,
}

impl Tally {
    /// One case: its error is the data's fault, and it ends soon and without much memory.
    fn case(&mut self, read: Read, bytes: &[u8]) {
        let (took, growth, result) = measured(read, bytes);
        // another process may have had the processor
        let took = if took > SUSPECT { took.min(measured(read, bytes).0) } else { took };
        assert!(took <= LONGEST, "{took:?} for {bytes:?}");
        assert!(growth < GROWTH, "{growth} bytes beyond the file's own for {bytes:?}");
        if let Err(error) = &result {
            assert!(error.is_input(), "{error:?} for {bytes:?}");
        }
        self.cases += 1;
        self.read += usize::from(result.is_ok());
        self.slowest = self.slowest.max(took);
        self.growth = self.growth.max(growth);
    }
}

/// How long it took, how much memory it had at most beyond the size of the file, and what it said.
fn measured(read: Read, bytes: &[u8]) -> (Duration, u64, Result<(), IoError>) {
    let (begin, mut result) = (Instant::now(), Ok(()));
    let attempt = AssertUnwindSafe(|| allocation_counter::measure(|| result = read(bytes)));
    let Ok(memory) = catch_unwind(attempt) else { panic!("a panic for {bytes:?}") };
    let growth = memory.bytes_max.saturating_sub(bytes.len() as u64);
    (begin.elapsed(), growth, result)
}

fn corruptions() -> usize {
    let cases = std::env::var("ATTRACTOR_CASES").ok();
    cases.map_or(2000, |cases| cases.parse().expect("ATTRACTOR_CASES is a number"))
}

/// The files as they are, every truncation, and random corruptions in turn.
fn survives(name: &str, read: Read, files: &[Vec<u8>]) {
    let (mut cut, mut damaged) = (Tally::default(), Tally::default());
    for file in files {
        read(file).unwrap_or_else(|error| panic!("a valid file: {error}"));
        (0..file.len()).for_each(|length| cut.case(read, &file[..length]));
    }
    let damage = files.iter().enumerate().map(|(at, file)| Damage::new(file, at as u64));
    let mut damage: Vec<_> = damage.collect();
    for case in 0..corruptions() {
        let which = case % files.len();
        damage[which].next().iter().for_each(|bytes| damaged.case(read, bytes));
    }
    for (what, Tally { cases, read, slowest, growth }) in
        [("truncations", cut), ("corruptions", damaged)]
    {
        println!("{name}: {cases} {what}, {read} read; at most {slowest:?} and {growth} bytes");
    }
}

#[test]
fn npy() {
    survives("npy", patterns, &valid::npys());
}

#[test]
fn npz() {
    survives("npz", patterns, &valid::npzs());
}

#[test]
fn csv() {
    survives("csv", patterns, &valid::texts());
}

#[test]
fn idx() {
    survives("IDX", patterns, &valid::idxs());
}

#[test]
fn png() {
    survives("PNG", patterns, &valid::pngs());
}

#[test]
fn safetensors() {
    survives("safetensors", all_tensors, &valid::tensors());
}

#[test]
fn texts_and_numbers_as_labels() {
    survives("labels", labels, &valid::labels());
}

#[test]
fn gzip() {
    survives("gzip", patterns, &valid::gzips());
}

#[test]
fn encoder_config() {
    survives("config.json", config, &valid::configs());
}

#[test]
fn memory_files() {
    let files: Vec<_> = valid::memories().into_iter().map(|(_, bytes)| bytes).collect();
    survives("memory", memory, &files);
}

/// Every bit behind the header.
#[test]
fn no_change_of_the_content_of_a_memory_goes_unnoticed() {
    for (name, mut bytes) in valid::memories() {
        let header = u64::from_le_bytes(*bytes.first_chunk().unwrap()) as usize + 8;
        for at in header..bytes.len() {
            for bit in 0..8 {
                bytes[at] ^= 1 << bit;
                let error = memory(&bytes).expect_err("the checksum");
                assert!(error.is_input(), "{name}, byte {at}, bit {bit}: {error}");
                bytes[at] ^= 1 << bit;
            }
        }
    }
}

/// The test can fail: a reader that panics, one that waits, one that takes memory.
#[test]
fn a_bad_reader_is_found_out() {
    let panics: Read = |bytes| bytes.first().map(|_| ()).ok_or_else(|| unreachable!("empty"));
    let waits: Read = |_| {
        std::thread::sleep(LONGEST + Duration::from_millis(10));
        Ok(())
    };
    let grows: Read = |bytes| {
        let all = vec![1u8; GROWTH as usize + bytes.len()];
        assert!(std::hint::black_box(&all).contains(&1), "used");
        Ok(())
    };
    for (read, bytes) in [(panics, &[][..]), (waits, &[1]), (grows, &[1])] {
        let found = catch_unwind(|| Tally::default().case(read, bytes));
        assert!(found.is_err(), "it went unnoticed");
    }
}
