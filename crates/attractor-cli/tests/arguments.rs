//! Any arguments: the program does what they say or says what is wrong, and never panics or hangs.
//!
//! `ATTRACTOR_CASES` lists of arguments (150 unless it says otherwise), drawn with a fixed seed.

mod common;

use common::Bench;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Half a second of work on a busy machine.
const LONGEST: Duration = Duration::from_secs(20);

/// Options that ask for a value.
const VALUED: &[&str] = &[
    "--array",
    "--beta",
    "--bias",
    "--dtype",
    "--explain",
    "--figure",
    "--floor",
    "--json",
    "--learning",
    "--limit",
    "--mask",
    "--memory-mask",
    "--model",
    "--output",
    "--power",
    "--proof",
    "--rule",
    "--seed",
    "--separation",
    "--temperature",
    "--threads",
    "--tolerance",
    "--top",
    "--values",
    "--within",
    "--cue",
    "-o",
];
/// Options that ask for none.
const PLAIN: &[&str] =
    &["--settle", "--explain", "--json", "--map", "--force", "--help", "--", "--colour", "-"];
/// Values: some that options understand, and some that nothing should.
const VALUES: &[&str] = &[
    "",
    "0",
    "1",
    "2",
    "7",
    "-1",
    "0.5",
    "-0.0",
    "1e-320",
    "1e308",
    "1e400",
    "nan",
    "inf",
    "-inf",
    "4294967295",
    "18446744073709551615",
    "99999999999999999999",
    "auto",
    "none",
    "euclidean",
    "f32",
    "f64",
    "bf16",
    "full",
    "visible",
    "modern",
    "dense",
    "hopfield",
    "spherical",
    "epanechnikov",
    "synchronous",
    "cyclic",
    "random",
    "greedy",
    "simultaneous",
    "glauber",
    "hebbian",
    "pseudo-inverse",
    "storkey",
    "sparsemax",
    "entmax",
    "power",
    "n-norm",
    "layer-norm",
    "grouped",
    "k-subset",
    "quadratic",
    "{\"log-sum-exp\":{\"beta\":1e300}}",
    "{\"entmax\":{\"alpha\":1.5,\"beta\":8}}",
    "{\"grouped\":{\"size\":0,\"of\":\"huber\"}}",
    "{\"grouped\":{\"size\":3,\"of\":{\"log-sum-exp\":{\"beta\":1}}}}",
    "{\"power\":{\"n\":4294967295}}",
    "{",
    "{}",
    "[]",
    "pixels=1",
    "memory=0",
    "stream=18446744073709551615T",
    "file=1",
    "memory=",
    "m.mem",
    "signs.mem",
    "cues.csv",
    "flags.csv",
    "absent",
    ".",
    "out.npy",
    "out.csv",
    "out.png",
    "out.svg",
    "é=\u{1f600}",
    "--",
    "-",
];
/// Numbers of steps are asked for and taken, so they are small.
const STEPS: &[&str] = &["0", "1", "3", "-1", "x", "99999999999999999999"];

fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("a.csv", "1,0,0.5\n0,1,-2\n0.25,0.25,1\n");
    bench.write("cues.csv", "0.9,0.1,0\n0,0,0\n").write("flags.csv", "1,0,1\n");
    bench.run("store a.csv -o m.mem").works();
    bench.run("store a.csv -o signs.mem --normalize sign").works();
    bench
}

/// A command with a memory and cues, and then anything.
fn arguments(random: &mut Pcg64) -> Vec<&'static str> {
    let one = |random: &mut Pcg64, from: &[&'static str]| from[random.random_range(0..from.len())];
    let command = one(
        random,
        &["recall", "recall", "recall", "trace", "inspect", "forget", "store", "reproduce"],
    );
    let mut words = vec![command];
    if random.random_range(0..8) > 0 {
        words.push(one(random, &["m.mem", "signs.mem", "signs.mem"]));
        words.extend(["--cue", "cues.csv"]);
    }
    for _ in 0..random.random_range(0..6) {
        match random.random_range(0..5) {
            0 => words.push(one(random, PLAIN)),
            1 => words.extend([one(random, &["--steps", "--max-steps"]), one(random, STEPS)]),
            2 => words.push(one(random, VALUES)),
            _ => words.extend([one(random, VALUED), one(random, VALUES)]),
        }
    }
    // what runs for minutes is no case
    if command == "reproduce" {
        words.push("--colour");
    }
    words
}

/// The code of the program's end; `None` where a signal ended it.
fn ends(bench: &Bench, words: &[&str]) -> Option<i32> {
    let mut command = bench.command("");
    command.args(words).stdout(Stdio::null()).stderr(Stdio::null());
    let (mut child, begin) = (command.spawn().unwrap(), Instant::now());
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if begin.elapsed() > LONGEST {
            child.kill().unwrap();
            panic!("it hangs: attractor {words:?}");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn cases() -> usize {
    let cases = std::env::var("ATTRACTOR_CASES").ok();
    cases.map_or(150, |cases| cases.parse().expect("ATTRACTOR_CASES is a number"))
}

#[test]
fn no_arguments_make_the_program_panic_or_hang() {
    let (bench, mut random) = (bench(), Pcg64::seed_from_u64(0x0a46));
    let mut codes = [0usize; 5];
    for _ in 0..cases() {
        let words = arguments(&mut random);
        let code = ends(&bench, &words);
        let known = code.and_then(|code| codes.get_mut(usize::try_from(code).ok()?));
        *known.unwrap_or_else(|| panic!("{code:?}: attractor {words:?}")) += 1;
    }
    println!("codes 0 to 4: {codes:?}");
    assert!(codes[0] > 0 && codes[2] > 0, "{codes:?}");
}
