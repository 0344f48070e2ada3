//! Watching a run: a progress bar, a trace for the figure, and Ctrl-C.

use crate::failure::{Failure, RUNTIME};
use attractor_dynamics::{Look, Observer, Run, Trace};
use attractor_lab::{CapacityProgress, Point};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The signals that end a run with what it has so far.
const SIGNALS: [i32; 2] = [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM];

/// The signal that came last, if any did.
#[derive(Debug)]
pub(crate) struct Signal(Arc<AtomicUsize>);

impl Signal {
    /// Listens from now on.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let signal = Arc::new(AtomicUsize::new(0));
        for number in SIGNALS {
            let set = signal_hook::flag::register_usize(
                number,
                Arc::clone(&signal),
                number.unsigned_abs() as usize,
            );
            set.map_err(|error| Failure { code: RUNTIME, message: error.to_string() })?;
        }
        Ok(Self(signal))
    }

    pub(crate) fn came(&self) -> bool {
        self.0.load(Ordering::Relaxed) != 0
    }

    /// The exit code that says which one.
    pub(crate) fn code(&self) -> Option<u8> {
        let signal = self.0.load(Ordering::Relaxed);
        u8::try_from(signal).ok().filter(|&s| s > 0).map(|s| 128 + s)
    }
}

/// A bar of this length, hidden unless stderr is a terminal.
fn bar(length: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

/// Sees every look of a run of many queries.
#[derive(Debug)]
pub(crate) struct Watch {
    bar: ProgressBar,
    pub(crate) trace: Trace,
    signal: Signal,
}

impl Watch {
    /// Watches `queries` queries and keeps the looks at the first `traced`.
    pub(crate) fn new(queries: usize, traced: usize) -> Result<Self, Failure> {
        let bar = bar(queries as u64, "{bar:30} {pos}/{len} settled, {msg}");
        Ok(Self { bar, trace: Trace::new(traced, 1001), signal: Signal::listen()? })
    }

    /// The exit code of the signal that came, if one did.
    pub(crate) fn interrupted_by(&self) -> Option<u8> {
        self.signal.code()
    }
}

impl Observer for Watch {
    fn look(&mut self, query: usize, step: usize, look: &Look) {
        self.trace.look(query, step, look);
        if query == 0 || step as u64 != self.bar.position() {
            self.bar.set_message(format!("step {step}"));
        }
    }

    fn stopped(&mut self, _query: usize, _run: &Run) {
        self.bar.inc(1);
    }

    fn interrupted(&mut self) -> bool {
        self.signal.came()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Counts the steps of one run.
#[derive(Debug)]
pub(crate) struct Pace {
    bar: ProgressBar,
    signal: Signal,
}

impl Pace {
    /// Watches a run of about so many steps.
    pub(crate) fn new(steps: f64) -> Result<Self, Failure> {
        let bar = bar(steps.ceil() as u64, "{bar:30} step {pos}/{len}, {eta} left");
        Ok(Self { bar, signal: Signal::listen()? })
    }

    /// The exit code of the signal that came, if one did.
    pub(crate) fn interrupted_by(&self) -> Option<u8> {
        self.signal.code()
    }
}

impl Observer for Pace {
    fn look(&mut self, _query: usize, step: usize, _look: &Look) {
        self.bar.set_position(step as u64);
    }

    fn interrupted(&mut self) -> bool {
        self.signal.came()
    }
}

impl Drop for Pace {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// How far a capacity experiment is.
#[derive(Debug)]
pub(crate) struct Gauge {
    bar: ProgressBar,
    signal: Signal,
}

impl Gauge {
    /// Watches from now on.
    pub(crate) fn new() -> Result<Self, Failure> {
        let bar = bar(1000, "{bar:30} {percent} %, {msg}");
        Ok(Self { bar, signal: Signal::listen()? })
    }

    /// Shows the progress; whether to go on.
    pub(crate) fn look(&mut self, progress: &CapacityProgress) -> bool {
        self.bar.set_position((1000.0 * progress.done) as u64);
        let Point { features, memories, .. } = progress.point;
        let left = progress
            .remaining
            .map_or_else(|| "…".to_owned(), |left| format!("about {} left", HumanDuration(left)));
        self.bar.set_message(format!("d = {features}, N = {memories}, {left}"));
        !self.signal.came()
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// The exit code of the signal that came, if one did.
    pub(crate) fn interrupted_by(&self) -> Option<u8> {
        self.signal.code()
    }
}

impl Drop for Gauge {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
