//! The program killed, interrupted, cut off from its readers and short of room: no memory is lost or torn.

mod common;

use attractor_io::{Source, load_memory};
use common::Bench;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// How many rounds; the long checks ask for more.
fn rounds(usual: usize) -> usize {
    std::env::var("ATTRACTOR_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

const FEATURES: usize = 2000;

/// A text of patterns whose numbers say which they are.
fn rows(from: usize, count: usize) -> String {
    let row = |number: usize| vec![number.to_string(); FEATURES].join(",") + "\n";
    (from..from + count).map(row).collect()
}

/// How many patterns the file holds, each being what it should be.
fn count(bench: &Bench) -> usize {
    let loaded = load_memory::<f32>(&Source::from(&*bench.path("m"))).expect("no torn memory");
    let patterns = loaded.memory.into_patterns();
    for (at, row) in patterns.rows().enumerate() {
        assert!(row.iter().all(|x| (*x - at as f32).abs() < 0.5), "pattern {at} is another");
    }
    patterns.len()
}

/// Numbers that look like chance.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % most.max(1)
    }
}

#[test]
fn no_save_is_torn_or_lost_when_it_is_killed() {
    let bench = Bench::new();
    bench.write("first.csv", rows(0, 20));
    bench.run("store first.csv -o m").works();
    let (mut stored, mut chance) = (20, Chance(9));
    bench.write("next.csv", rows(stored, 1));
    let begin = Instant::now();
    bench.run("store next.csv -o m --append").works();
    stored += 1;
    let usual = begin.elapsed().as_micros() as u64;
    let (rounds, mut killed) = (rounds(40), 0);
    while killed < rounds {
        // a file that grows without end would take ever longer
        if stored > 60 {
            bench.run("store first.csv -o m --force").works();
            stored = 20;
        }
        bench.write("next.csv", rows(stored, 1));
        let mut saving = bench.command("store next.csv -o m --append").spawn().expect("it runs");
        std::thread::sleep(Duration::from_micros(chance.below(usual + usual / 4)));
        saving.kill().expect("it can be killed");
        killed += usize::from(!saving.wait().expect("it ends").success());
        let now = count(&bench);
        assert!(now == stored || now == stored + 1, "{now} of {stored} patterns");
        stored = now;
    }
    println!("{killed} saves were killed: 0 torn, 0 lost");
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    let bench = Bench::new();
    bench.write("first.csv", rows(0, 2)).write("next.csv", rows(2, 40));
    bench.run("store first.csv -o m").works();
    // the shell lets files grow to 64 kB, and the signal that comes with it is ignored
    let program = env!("CARGO_BIN_EXE_attractor");
    let script = format!("trap '' XFSZ; ulimit -f 64; exec {program} store next.csv -o m --append");
    let mut shell = std::process::Command::new("bash");
    let ran = shell.args(["-c", &script]).current_dir(bench.path(".")).output();
    let ran = ran.expect("bash runs");
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(1), "{said}");
    assert!(said.contains("m: cannot be written"), "{said}");
    assert_eq!(count(&bench), 2);
    let names: Vec<_> = std::fs::read_dir(bench.path(".")).expect("a folder").collect();
    assert_eq!(names.len(), 3, "nothing is left lying about");
}

#[test]
fn what_does_not_fit_into_memory_is_refused_with_the_estimate() {
    let bench = Bench::new();
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2000, 20000), }";
    let mut file = b"\x93NUMPY\x01\0".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.as_bytes());
    bench.write("zeros.npy", &file);
    let zeros = std::fs::OpenOptions::new().write(true).open(bench.path("zeros.npy"));
    let size = file.len() as u64 + 4 * 2000 * 20_000;
    zeros.expect("the file").set_len(size).expect("a file of zeros takes no room");
    bench.run("store zeros.npy -o m").works();
    for (line, limit) in [
        ("recall m --cue zeros.npy", 400_000),
        ("store zeros.npy -o n", 250_000),
        ("inspect m", 450_000),
    ] {
        let program = env!("CARGO_BIN_EXE_attractor");
        let script = format!("ulimit -v {limit}; exec {program} {line} --threads 1");
        let mut shell = std::process::Command::new("bash");
        let ran = shell.args(["-c", &script]).current_dir(bench.path(".")).output();
        let ran = ran.expect("bash runs");
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(1), "{line}: {said}");
        assert!(said.contains("would take") && said.contains("bytes of memory"), "{line}: {said}");
    }
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let bench = Bench::new();
    bench.write("first.csv", rows(0, 40));
    bench.run("store first.csv -o m").works();
    let lines = ["recall m --cue first.csv --json", "recall m --cue first.csv", "completions bash"];
    for line in lines.into_iter().chain(["inspect m", "recall m --cue first.csv -o -"]) {
        let mut child = bench.command(line).spawn().expect("it runs");
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("UTF-8");
        let code = child.wait().expect("it ends").code();
        assert!(code == Some(1) || code == Some(0), "{line}: {code:?}, {said}");
        assert!(!said.contains("panicked") && !said.contains("error"), "{line}: {said}");
    }
    for line in ["store first.csv -o n", "recall m --cue missing.csv", "reproduce xor --quick"] {
        let mut child = bench.command(line).spawn().expect("it runs");
        drop(child.stderr.take());
        let code = child.wait().expect("it ends").code();
        assert_ne!(code, Some(101), "{line}: it panicked");
    }
}

#[test]
fn an_interrupted_recall_says_what_it_has() {
    let bench = Bench::new();
    bench.write("first.csv", rows(1, 40));
    bench.run("store first.csv -o m --normalize unit").works();
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let line =
            "recall m --cue first.csv --steps 100000000 --beta 1e-3 --json -o out.npy --force";
        let mut child = bench.command(line).stderr(Stdio::piped()).spawn().expect("it runs");
        std::thread::sleep(Duration::from_millis(700));
        let pid = child.id().to_string();
        let sent = std::process::Command::new("kill").args([signal, &pid]).status();
        assert!(sent.expect("kill runs").success());
        let mut out = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut out).expect("UTF-8");
        let mut said = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("UTF-8");
        assert_eq!(child.wait().expect("it ends").code(), Some(code), "{said}");
        assert!(said.contains("interrupted") || out.contains("interrupted"), "{said} {out}");
        assert!(bench.has("out.npy"), "the partial result");
    }
}

#[test]
fn limits_are_set_by_a_flag_and_named_where_they_hold() {
    let bench = Bench::new();
    bench.write("first.csv", rows(0, 3));
    bench.run("store first.csv -o m").works();
    bench
        .run("recall m --cue first.csv --limit file=1k")
        .fails(3, &["m: the file", "--limit file"]);
    bench.run("inspect m --limit header=10").fails(3, &["the header", "--limit header"]);
    bench.run("inspect m --limit elements=10").fails(3, &["--limit elements"]);
    bench.run("inspect m --limit memory=10k").fails(1, &["m: would take", "bytes of memory"]);
    bench.run("inspect m --limit pixel=1").fails(2, &["names no limit", "pixels=64M"]);
    bench.run("inspect m --limit file=1G --limit header=1M").works();
    let mapped = bench.run("recall m --cue first.csv --json --map").works();
    let read = bench.run("recall m --cue first.csv --json").works();
    let states = |ran: &common::Ran| ran.json()["queries"].clone();
    assert_eq!(states(&mapped), states(&read));
}

#[test]
fn a_second_writer_waits_as_long_as_it_is_told() {
    let bench = Bench::new();
    bench.write("first.csv", rows(0, 3)).write("next.csv", rows(3, 1));
    bench.run("store first.csv -o m").works();
    let held = std::fs::File::open(bench.path("m")).expect("the memory");
    held.lock().expect("a lock");
    let line = "store next.csv -o m --append --wait 0.1";
    bench.run(line).fails(1, &["m: another process is changing it", "--wait"]);
    bench.run("forget m --id 0 --wait 0").fails(1, &["another process"]);
    bench.run("store next.csv -o m --append --wait -1").fails(2, &["negative"]);
    drop(held);
    bench.run(line).works();
    assert_eq!(count(&bench), 4);
}
