//! Results as a table for terminals.

use crate::record::{Record, Reproduction};
use crate::verdict::Verdict;
use std::fmt::Write;

/// One line for each claim, then what the numbers mean where that is not plain.
#[must_use]
pub fn table(all: &Reproduction) -> String {
    let mut out = format!(
        "{:18}  {:9}  {:>12}  {:>12}  {:>12}  {:>12}  {:>11}  {:>7}\n",
        "claim", "verdict", "expected", "measured", "low", "high", "tolerance", "seconds"
    );
    // writing to a string does not fail
    all.claims.iter().for_each(|record| line(&mut out, record));
    for record in &all.claims {
        for text in record.notes.iter().chain(&record.reason) {
            let _ = writeln!(out, "\n{}: {text}", record.id);
        }
    }
    let count = |verdict| all.claims.iter().filter(|record| record.verdict == verdict).count();
    let _ = writeln!(
        out,
        "\n{} agree, {} disagree, {} undecided, {} skipped",
        count(Verdict::Agrees),
        count(Verdict::Disagrees),
        count(Verdict::Undecided),
        count(Verdict::Skipped)
    );
    out
}

fn line(out: &mut String, record: &Record) {
    let number = |x: Option<f64>| x.map_or_else(|| "–".to_owned(), short);
    let _ = writeln!(
        out,
        "{:18}  {:9}  {:>12}  {:>12}  {:>12}  {:>12}  {:>11}  {:7.1}",
        record.id,
        record.verdict.name(),
        number(record.expected),
        number(record.measured),
        number(record.low),
        number(record.high),
        number(record.tolerance),
        record.seconds
    );
}

/// A number in at most eleven characters, with five digits.
pub(crate) fn short(x: f64) -> String {
    let size = x.abs();
    if x.fract() == 0.0 && size < 1e6 {
        format!("{x}")
    } else if (1e-3..1e6).contains(&size) {
        let digits = (4.0 - size.log10().floor()).clamp(0.0, 7.0) as usize;
        format!("{x:.digits$}")
    } else {
        format!("{x:.3e}")
    }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_are_short_and_say_five_digits() {
        let texts = [0.0, 1.0, 0.138, 1234.567, 3.1546, 1.234e-9, -0.5].map(short);
        assert_eq!(texts, ["0", "1", "0.13800", "1234.6", "3.1546", "1.234e-9", "-0.50000"]);
    }
}
