//! A plan is a list of steps, run in order and timed.

use std::process::ExitCode;
use std::time::Instant;

use crate::report::Report;

/// One step: a name to run it by, a line that says what it does, and the deed.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) run: fn() -> Report,
}

/// Steps that belong together.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) name: &'static str,
    pub(crate) what: &'static str,
    pub(crate) steps: &'static [Step],
    /// Whether the first failure ends the plan: so for a gate, whose later steps presuppose the earlier.
    pub(crate) stops: bool,
}

impl Plan {
    /// Whether a step of that name is in the plan.
    pub(crate) fn has(&self, step: &str) -> bool {
        self.steps.iter().any(|it| it.name == step)
    }

    /// Runs the plan, or only the step named, and prints the totals.
    pub(crate) fn run(&self, only: Option<&str>) -> ExitCode {
        let begin = Instant::now();
        let mut total = Report::done();
        let chosen = self.steps.iter().filter(|step| only.is_none_or(|name| name == step.name));
        for step in chosen {
            let report = self.take(step);
            let good = report.is_good();
            total.add(report);
            if !good && self.stops {
                break;
            }
        }
        close(self.name, &total, begin)
    }

    fn take(&self, step: &Step) -> Report {
        println!("[{}] {}: {}", self.name, step.name, step.what);
        let begin = Instant::now();
        let report = (step.run)();
        let seconds = begin.elapsed().as_secs_f64();
        if report.is_good() {
            println!("[{}] {}: done in {seconds:.1} s", self.name, step.name);
        } else {
            self.lament(step, &report, seconds);
        }
        report
    }

    fn lament(&self, step: &Step, report: &Report, seconds: f64) {
        for problem in &report.problems {
            println!("{problem}");
        }
        println!("[{}] {}: FAILED after {seconds:.1} s", self.name, step.name);
        println!("    run it again with: cargo xtask {} {}", self.name, step.name);
    }
}

/// Ends a plan: every skip by name, then the totals alone on a line.
fn close(name: &str, total: &Report, begin: Instant) -> ExitCode {
    for skip in &total.skipped {
        println!("SKIPPED: {skip}");
    }
    println!("[{name}] {:.1} s in all", begin.elapsed().as_secs_f64());
    println!("{total}");
    if total.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
