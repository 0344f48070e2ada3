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

/// Options with values that they take.
const OPTIONS: &[(&str, &[&str])] = &[
    ("--model", &["modern", "dense", "hopfield", "spherical", "epanechnikov"]),
    (
        "--separation",
        &["log-sum-exp", "sparsemax", "entmax", "power", "n-norm", "k-subset", "huber"],
    ),
    ("--beta", &["1", "0.5", "1e-320", "1e308", "auto", "-1"]),
    ("--power", &["0", "2", "3", "7", "4294967295"]),
    ("--bias", &["none", "euclidean"]),
    ("--dtype", &["f32", "f64"]),
    ("--proof", &["visible", "full"]),
    ("--top", &["0", "1", "2", "18446744073709551615"]),
    ("--threads", &["0", "1", "2", "18446744073709551615"]),
    ("--tolerance", &["0", "1e-3", "1e308", "nan"]),
    ("--within", &["0", "0.1", "1e308"]),
    ("--floor", &["0", "0.1", "1e308"]),
    ("--rule", &["synchronous", "cyclic", "random", "greedy", "simultaneous", "glauber"]),
    ("--learning", &["hebbian", "pseudo-inverse", "storkey"]),
    ("--temperature", &["1", "1e-320", "1e308"]),
    ("--seed", &["0", "18446744073709551615"]),
    ("--mask", &["flags.csv", "cues.csv"]),
    ("--memory-mask", &["flags.csv", "cues.csv"]),
    ("--values", &["a.csv", "cues.csv"]),
    ("--limit", &["pixels=1", "memory=0", "stream=18446744073709551615T", "file=1", "memory="]),
    ("--figure", &["out.svg"]),
    ("-o", &["out.npy", "out.csv", "out.png", "-"]),
];
/// Options that ask for none.
const PLAIN: &[&str] =
    &["--settle", "--explain", "--json", "--map", "--force", "--force", "--help", "--", "-"];
/// Values for any option: some understand them, and some are for nobody.
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
        &["recall", "recall", "recall", "recall", "recall", "trace", "inspect", "store"],
    );
    let mut words = vec![command];
    if random.random_range(0..8) > 0 {
        words.push(one(random, &["m.mem", "signs.mem"]));
        words.extend(["--cue", "cues.csv"]);
    }
    for _ in 0..random.random_range(0..6) {
        match random.random_range(0..12) {
            0 | 1 => words.push(one(random, PLAIN)),
            2 | 3 => words.extend([one(random, &["--steps", "--max-steps"]), one(random, STEPS)]),
            4 => words.push(one(random, VALUES)),
            _ => {
                let (option, values) = OPTIONS[random.random_range(0..OPTIONS.len())];
                let odd = random.random_range(0..6) == 0;
                words.extend([option, one(random, if odd { VALUES } else { values })]);
            }
        }
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

/// Found by drawn arguments: room was made for all the memories asked for, and threads were started for minutes.
#[test]
fn more_than_there_is_may_be_asked_for() {
    let bench = bench();
    for top in ["18446744073709551615", "9999999999"] {
        bench.run(&format!("recall m.mem --cue cues.csv --top {top}")).works();
    }
    for threads in ["18446744073709551615", "100000"] {
        let line = format!("recall m.mem --cue cues.csv --threads {threads}");
        bench.run(&line).fails(2, &["--threads", "1024"]);
    }
}
