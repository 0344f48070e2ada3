//! Running the program in a folder of its own.

#![allow(dead_code, reason = "every test file uses its own part of this")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A temporary folder with the program to run in it.
pub(crate) struct Bench {
    folder: TempDir,
}

/// What a run printed and how it ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.out.clone()).expect("UTF-8 on standard output")
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.out).expect("one JSON object on standard output")
    }

    /// The run failed with `code`, and its message has every one of `parts`.
    #[track_caller]
    pub(crate) fn fails(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, code, "exit code; standard error: {}", self.err);
        for part in parts {
            assert!(self.err.contains(part), "{part:?} is missing in: {}", self.err);
        }
    }

    #[track_caller]
    pub(crate) fn works(self) -> Self {
        assert_eq!(self.code, 0, "standard error: {}", self.err);
        self
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.path(name), bytes).expect("a file of the test");
        self
    }

    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("a file that the program wrote")
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        Path::exists(&self.path(name))
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_attractor"));
        command.args(line.split_whitespace()).current_dir(self.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// For arguments with spaces in them.
    pub(crate) fn args(&self, args: &[&str]) -> Ran {
        ran(self.command("").args(args).output().expect("the program runs"))
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        ran(self.command(line).output().expect("the program runs"))
    }
}

pub(crate) fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: output.stdout,
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Three orthogonal patterns of four signs, as a memory `signs.mem` and a cue file with one flip.
pub(crate) fn with_signs() -> Bench {
    let bench = Bench::new();
    bench.write("signs.csv", "1,1,1,1\n1,1,-1,-1\n1,-1,1,-1\n").write("cue.csv", "1,1,-1,0.5\n");
    bench.run("store signs.csv -o signs.mem").works();
    bench
}

/// An npy file of f4 in C order: its shape text and numbers.
pub(crate) fn npy(bytes: &[u8]) -> (String, Vec<f32>) {
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = String::from_utf8_lossy(&bytes[10..10 + length]).into_owned();
    let number = |b: &[u8]| f32::from_le_bytes(b.try_into().expect("four bytes"));
    (header, bytes[10 + length..].chunks_exact(4).map(number).collect())
}

/// More patterns than one tile of the memory holds, as a memory `a.mem`, and a cue file `q.csv`.
pub(crate) fn with_many() -> Bench {
    let bench = Bench::new();
    let row = |i: usize| {
        (0..7).map(|j| format!("{}", (i * 31 + j * 17) % 101)).collect::<Vec<_>>().join(",")
    };
    let rows = (0..1500).map(row).collect::<Vec<_>>().join("\n");
    bench.write("a.csv", &rows).write("q.csv", row(77).replace('5', "9"));
    bench.run("store a.csv -o a.mem --normalize unit").works();
    bench
}
