//! Looks for NaN in whatever came out, by what it says of itself.

use std::fmt::{Debug, Result, Write};

/// Whether a NaN is anywhere in the value. Every public type can be shown, with its private numbers;
/// an error is an answer, whichever number it names.
pub fn has_nan(value: &impl Debug) -> bool {
    let mut scan = Scan::default();
    write!(scan, "{value:?}").expect("the scan takes every text");
    scan.nan
}

#[derive(Default)]
struct Scan {
    begun: bool,
    error: bool,
    nan: bool,
}

impl Write for Scan {
    /// A number arrives in one piece, and so does the name of a variant.
    fn write_str(&mut self, piece: &str) -> Result {
        self.error |= !self.begun && piece == "Err";
        self.begun = true;
        self.nan |= !self.error && piece.contains("NaN");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::has_nan;

    #[test]
    fn a_nan_is_found_in_whatever_holds_it() {
        assert!(has_nan(&f32::NAN) && has_nan(&vec![1.0, f64::NAN]) && has_nan(&Some([f64::NAN])));
        assert!(has_nan(&(1u8, "text", Ok::<_, ()>(f64::NAN))));
    }

    #[test]
    fn numbers_and_errors_are_not_nan() {
        assert!(!has_nan(&(f64::INFINITY, f64::MAX, "", [0u8; 3])));
        assert!(!has_nan(&Err::<f64, _>(f64::NAN)));
    }
}
