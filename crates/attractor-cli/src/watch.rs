//! Watching a run: a progress bar, a trace for the figure, and Ctrl-C.

use crate::failure::{Failure, RUNTIME};
use attractor_dynamics::{Look, Observer, Run, Trace};
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The signals that end a run with what it has so far.
const SIGNALS: [i32; 2] = [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM];

/// Sees every look of a run.
#[derive(Debug)]
pub(crate) struct Watch {
    bar: ProgressBar,
    pub(crate) trace: Trace,
    signal: Arc<AtomicUsize>,
}

impl Watch {
    /// Watches `queries` queries and keeps the looks at the first `traced`.
    pub(crate) fn new(queries: usize, traced: usize) -> Result<Self, Failure> {
        let signal = Arc::new(AtomicUsize::new(0));
        for number in SIGNALS {
            let set = signal_hook::flag::register_usize(
                number,
                Arc::clone(&signal),
                number.unsigned_abs() as usize,
            );
            set.map_err(|error| Failure { code: RUNTIME, message: error.to_string() })?;
        }
        let bar = ProgressBar::new(queries as u64); // hidden unless stderr is a terminal
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} settled, {msg}") {
            bar.set_style(style);
        }
        Ok(Self { bar, trace: Trace::new(traced, 1001), signal })
    }

    /// The exit code of the signal that came, if one did.
    pub(crate) fn interrupted_by(&self) -> Option<u8> {
        let signal = self.signal.load(Ordering::Relaxed);
        u8::try_from(signal).ok().filter(|&s| s > 0).map(|s| 128 + s)
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
        self.signal.load(Ordering::Relaxed) != 0
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
