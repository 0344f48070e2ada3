//! Calls, counted and judged.

use crate::{Fed, has_nan};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether a panic of this thread is expected to be caught here.
    static CALLING: Cell<bool> = const { Cell::new(false) };
}

/// The calls of one crate and what was wrong with them.
#[derive(Debug)]
pub struct Sweep {
    of: &'static str,
    calls: usize,
    names: BTreeSet<&'static str>,
    wrong: BTreeMap<(&'static str, &'static str, String), (usize, String)>,
}

impl Sweep {
    /// A sweep over a crate, named without its `attractor-`.
    pub fn of(name: &'static str) -> Self {
        silence();
        Self { of: name, calls: 0, names: BTreeSet::new(), wrong: BTreeMap::new() }
    }

    /// A call that may not panic, and from finite numbers may not give a NaN. `input` is shown where
    /// it does.
    pub fn call<D: Debug>(
        &mut self,
        name: &'static str,
        fed: Fed,
        input: impl Debug,
        f: impl FnOnce() -> D,
    ) {
        match self.run(name, f) {
            Err(message) => self.complain(name, "undocumented panics", &input, &message),
            Ok(out) if fed == Fed::Finite && has_nan(&out) => {
                self.complain(name, "silent NaN", &input, &format!("{out:?}"));
            }
            Ok(_) => {}
        }
    }

    /// A call that has to answer a number that is not finite with an error or a NaN.
    pub fn tells<D: Debug>(
        &mut self,
        name: &'static str,
        input: impl Debug,
        f: impl FnOnce() -> D,
    ) {
        match self.run(name, f) {
            Err(message) => self.complain(name, "undocumented panics", &input, &message),
            Ok(out) => {
                let shown = format!("{out:?}");
                if !shown.starts_with("Err(") && !shown.contains("NaN") {
                    self.complain(name, "NaN that vanished", &input, &shown);
                }
            }
        }
    }

    /// A call whose documentation announces a panic for this input.
    pub fn panics<D: Debug>(
        &mut self,
        name: &'static str,
        input: impl Debug,
        f: impl FnOnce() -> D,
    ) {
        if let Ok(out) = self.run(name, f) {
            self.complain(name, "announced panics that did not come", &input, &format!("{out:?}"));
        }
    }

    /// A call whose documentation says that this input may end in a panic.
    pub fn may_panic<D>(&mut self, name: &'static str, f: impl FnOnce() -> D) {
        drop(self.run(name, f));
    }

    fn run<D>(&mut self, name: &'static str, f: impl FnOnce() -> D) -> Result<D, String> {
        self.calls += 1;
        self.names.insert(name);
        CALLING.set(true);
        let result = catch_unwind(AssertUnwindSafe(f));
        CALLING.set(false);
        result.map_err(|payload| {
            let text = payload.downcast_ref::<String>().cloned();
            text.or_else(|| payload.downcast_ref::<&str>().map(|s| (*s).to_owned()))
                .unwrap_or_default()
        })
    }

    fn complain(&mut self, name: &'static str, what: &'static str, input: &impl Debug, out: &str) {
        let input = format!("{input:?}");
        let kind = input.split(',').next().unwrap_or_default().to_owned();
        let entry = self
            .wrong
            .entry((name, what, cut(kind, 40)))
            .or_insert_with(|| (0, cut(input, 300) + " gives " + &around(out)));
        entry.0 += 1;
    }

    fn count(&self, what: &str) -> usize {
        self.wrong.iter().filter(|((_, is, _), _)| *is == what).map(|(_, (n, _))| n).sum()
    }

    /// Prints the count.
    ///
    /// # Panics
    /// With the first case of every function and kind of input, if anything was wrong.
    #[expect(clippy::print_stdout, reason = "the count is what a sweep shows")]
    pub fn finish(self) {
        println!(
            "sweep {}: {} calls of {} functions, {} undocumented panics, {} silent NaN",
            self.of,
            self.calls,
            self.names.len(),
            self.count("undocumented panics"),
            self.count("silent NaN"),
        );
        let line = |((name, what, _), (count, first)): (&(_, _, String), &(usize, String))| {
            format!("{name}: {count} {what}, the first: {first}\n")
        };
        let wrong: String = self.wrong.iter().map(line).collect();
        assert!(wrong.is_empty(), "\n{wrong}");
    }
}

/// What stands around the first NaN, which may be far behind in a long answer.
fn around(out: &str) -> String {
    let at = out.find("NaN").unwrap_or(0);
    let skipped = out[..at].chars().count().saturating_sub(150);
    cut(out.chars().skip(skipped).collect(), 300)
}

fn cut(mut text: String, length: usize) -> String {
    if let Some((at, _)) = text.char_indices().nth(length) {
        text.truncate(at);
        text.push('…');
    }
    text
}

/// Thousands of announced panics would hide the one message that matters.
fn silence() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |info| {
            if !CALLING.get() {
                usual(info);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::{Fed, Sweep};

    fn complaints(calls: impl FnOnce(&mut Sweep)) -> Vec<&'static str> {
        let mut sweep = Sweep::of("test");
        calls(&mut sweep);
        sweep.wrong.keys().map(|(_, what, _)| *what).collect()
    }

    #[test]
    fn what_keeps_the_rules_is_let_through() {
        let none = complaints(|s| {
            s.call("f", Fed::Finite, (), || 1.0);
            s.call("f", Fed::NotFinite, (), || f64::NAN);
            s.call("f", Fed::Finite, (), || Err::<(), _>(f64::NAN));
            s.tells("f", (), || f64::NAN);
            s.panics("f", (), || panic!("lengths 1 and 2"));
        });
        assert!(none.is_empty(), "{none:?}");
    }

    #[test]
    fn every_rule_can_be_broken() {
        let panics = |s: &mut Sweep| s.call("f", Fed::NotFinite, (), || panic!("at the disco"));
        assert_eq!(complaints(panics), ["undocumented panics"]);
        assert_eq!(complaints(|s| s.call("f", Fed::Finite, (), || f64::NAN)), ["silent NaN"]);
        assert_eq!(complaints(|s| s.tells("f", (), || 1.0)), ["NaN that vanished"]);
        let quiet = complaints(|s| s.panics("f", (), || 1.0));
        assert_eq!(quiet, ["announced panics that did not come"]);
    }

    #[test]
    #[should_panic(expected = "f: 2 silent NaN, the first: \"x\"")]
    fn the_end_says_what_was_wrong() {
        let mut sweep = Sweep::of("test");
        for input in ["x", "x"] {
            sweep.call("f", Fed::Finite, input, || f64::NAN);
        }
        sweep.finish();
    }
}
