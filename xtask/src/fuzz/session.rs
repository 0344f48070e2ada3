//! One target: libFuzzer runs, and what it said and left is taken in.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::Places;
use super::corpus::{files, keep};
use crate::report::Report;
use crate::shell::run as finish;

/// A hang is a finding: seconds for one input.
const LONGEST: u64 = 1;
/// How often an input that took longer may be in time, before it is believed to hang.
const TRIES: usize = 5;
/// Megabytes of a program, its sanitizer's included.
const MEMORY: u64 = 2048;

/// What a program says at its end.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    runs: u64,
    new: u64,
    megabytes: u64,
}

/// The folders and the log of one target.
struct Session<'a> {
    places: &'a Places,
    name: &'a str,
    /// What is fuzzed from and into, besides the corpus that is kept.
    found: PathBuf,
    /// Inputs that broke something.
    broken: PathBuf,
    log: PathBuf,
}

/// Fuzzes a target for so long, and keeps what it found.
pub(super) fn run(places: &Places, name: &str, time: Duration) -> Report {
    let session = Session::new(places, name);
    session.run(time).unwrap_or_else(|problem| Report::failed(format!("{name}: {problem}")))
}

impl<'a> Session<'a> {
    fn new(places: &'a Places, name: &'a str) -> Self {
        let folder = |kind: &str| places.work.join(kind).join(name);
        let (found, broken) = (folder("found"), folder("broken"));
        Self { places, name, found, broken, log: folder("log").with_extension("log") }
    }

    fn run(&self, time: Duration) -> Result<Report, String> {
        let _earlier = fs::remove_dir_all(&self.broken);
        let folders = [&self.found, &self.broken, &self.kept()];
        let logs = self.log.parent().map(PathBuf::from).unwrap_or_default();
        for folder in folders.into_iter().chain([&logs]) {
            fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        }
        let (counts, broken) = self.fuzz(time)?;
        let kept = self.minimise()?;
        println!(
            "    {}: {} runs, {} new inputs, {} crashes, {} MB at most, {kept} inputs kept",
            self.name,
            counts.runs,
            counts.new,
            broken.len(),
            counts.megabytes
        );
        self.report(&broken)
    }

    /// Runs until the time is over or something is broken; an alarm of a busy machine only begins anew.
    fn fuzz(&self, time: Duration) -> Result<(Counts, Vec<PathBuf>), String> {
        let (begin, mut total) = (Instant::now(), Counts::default());
        loop {
            let rest = time.saturating_sub(begin.elapsed()).as_secs().max(1);
            let good = self.once(rest)?;
            let log = fs::read(&self.log).map_err(|e| format!("{}: {e}", self.log.display()))?;
            total.add(&counts(&String::from_utf8_lossy(&log)));
            let broken = self.broken()?;
            match () {
                () if !broken.is_empty() => return Ok((total, broken)),
                () if !good && total.runs == 0 => {
                    return Err(format!("it did not run, see {}", self.log.display()));
                }
                () if begin.elapsed() >= time.saturating_sub(Duration::from_secs(1)) => {
                    return Ok((total, broken));
                }
                () => {}
            }
        }
    }

    fn once(&self, seconds: u64) -> Result<bool, String> {
        let log = File::create(&self.log).map_err(|e| format!("{}: {e}", self.log.display()))?;
        let mut command = self.program();
        command.arg(format!("-artifact_prefix={}/", self.broken.display()));
        command.arg(format!("-max_total_time={seconds}"));
        command.args([format!("-timeout={LONGEST}"), format!("-rss_limit_mb={MEMORY}")]);
        // threads of a pool are alive at the end, and so is what they hold
        command.args(["-print_final_stats=1", "-detect_leaks=0"]);
        command.arg(&self.found).arg(self.kept()).stdout(Stdio::null()).stderr(log);
        command.status().map(|status| status.success()).map_err(|e| format!("{}: {e}", self.name))
    }

    fn program(&self) -> Command {
        let mut command = Command::new(self.places.programs.join(self.name));
        command.env("ASAN_OPTIONS", "detect_odr_violation=0");
        // files that bodies write need no disk, where the system offers memory for them
        let memory = Path::new("/dev/shm");
        if memory.is_dir() && std::env::var_os("TMPDIR").is_none() {
            command.env("TMPDIR", memory);
        }
        command
    }

    /// What broke something; a time that was exceeded must be so again, alone.
    fn broken(&self) -> Result<Vec<PathBuf>, String> {
        let (alarms, mut broken): (Vec<_>, Vec<_>) = files(&self.broken)?
            .into_iter()
            .filter(|path| is_broken(path))
            .partition(|p| is_slow(p));
        for path in alarms {
            if self.hangs(&path) {
                broken.push(path);
            } else {
                fs::remove_file(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            }
        }
        Ok(broken)
    }

    fn hangs(&self, input: &Path) -> bool {
        let in_time = |_| {
            let mut command = self.program();
            command.arg(format!("-timeout={LONGEST}")).arg(input);
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
            status.is_ok_and(|status| status.success())
        };
        !(0..TRIES).any(in_time)
    }

    fn kept(&self) -> PathBuf {
        self.places.fuzz.join("corpus").join(self.name)
    }

    /// As few inputs as reach all that was reached, in the corpus that is kept. How many there are.
    fn minimise(&self) -> Result<usize, String> {
        let least = self.places.work.join("least").join(self.name);
        let _earlier = fs::remove_dir_all(&least);
        fs::create_dir_all(&least).map_err(|e| format!("{}: {e}", least.display()))?;
        let mut command = self.program();
        command.args(["-set_cover_merge=1", "-detect_leaks=0"]);
        command.arg(&least).arg(self.kept()).arg(&self.found);
        finish(command.stdout(Stdio::null()).stderr(Stdio::null()))?;
        keep(&least, &self.kept())
    }

    fn report(&self, broken: &[PathBuf]) -> Result<Report, String> {
        let crashes = self.places.fuzz.join("crashes").join(self.name);
        let mut report = Report::passed(usize::from(broken.is_empty()));
        for path in broken {
            fs::create_dir_all(&crashes).map_err(|e| format!("{}: {e}", crashes.display()))?;
            let place = crashes.join(path.file_name().unwrap_or_default());
            fs::copy(path, &place).map_err(|e| format!("{}: {e}", place.display()))?;
            let (name, place, log) = (self.name, place.display(), self.log.display());
            report.add(Report::failed(format!("{name}: {place} breaks it, see {log}")));
        }
        Ok(report)
    }
}

/// Crashes, exhausted memory, hangs and leaks; `slow-unit-…` is only remarked.
fn is_broken(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    ["crash-", "oom-", "timeout-", "leak-"].iter().any(|kind| name.starts_with(kind))
}

fn is_slow(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("timeout-"))
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.new += other.new;
        self.megabytes = self.megabytes.max(other.megabytes);
    }
}

/// What stands at the end of a log.
fn counts(log: &str) -> Counts {
    let count = |name: &str| {
        let line =
            log.lines().rev().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name));
        line.and_then(|rest| rest.trim_start_matches(':').trim().parse().ok()).unwrap_or(0)
    };
    Counts {
        runs: count("number_of_executed_units"),
        new: count("new_units_added"),
        megabytes: count("peak_rss_mb"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, counts, is_broken, is_slow};
    use std::path::Path;

    #[test]
    fn counts_are_read_from_the_end_of_a_log() {
        let log = "INFO: seed\n#3 DONE cov: 7\nstat::number_of_executed_units: 120\nstat::average_exec_per_sec:     40\nstat::new_units_added:          5\nstat::slowest_unit_time_sec:    0\nstat::peak_rss_mb:              63\n";
        assert_eq!(counts(log), Counts { runs: 120, new: 5, megabytes: 63 });
        assert_eq!(counts("cannot start"), Counts::default());
    }

    #[test]
    fn what_broke_something_is_told_by_its_name() {
        for (name, broken) in
            [("crash-1", true), ("oom-2", true), ("timeout-3", true), ("slow-unit-4", false)]
        {
            assert_eq!(is_broken(Path::new(name)), broken, "{name}");
        }
        assert!(is_slow(Path::new("x/timeout-3")) && !is_slow(Path::new("x/crash-1")));
    }
}
