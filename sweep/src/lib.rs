//! A sweep over the public functions of every crate with hostile numbers and shapes.
//!
//! Two rules: no panic that the documentation does not announce under `# Panics`, and no NaN that
//! comes out unsaid. From finite numbers, however large, a NaN never comes out: what overflows is
//! ±∞, the exact limit, or an error. From numbers that are not finite it may, where the crate's
//! documentation says so under "Numbers"; an error or an outcome that names it is always an answer.
//!
//! `tests/` has one file for each crate and `tests/complete.rs`, which collects the public functions
//! from the sources and tells which of them no file names.

// Numbers and shapes.
mod hostile;
// What came out of a call.
mod scan;
// The names of the public functions.
mod public;
// Calls, counted and judged.
mod sweep;

pub use hostile::{Fed, LENGTHS, Number, fed, floats, vectors};
pub use public::{Public, public_functions};
pub use scan::has_nan;
pub use sweep::Sweep;

/// Makers of one number each: a number that is not finite is refused by every one of them.
#[macro_export]
macro_rules! refused {
    ($s:ident, $x:ident: $($name:literal, $make:expr;)*) => {
        for $x in $crate::floats::<f64>() {
            $(
                $s.call($name, $crate::Fed::Finite, $x, || $make.is_ok());
                if !$x.is_finite() {
                    $s.tells($name, $x, || $make.map(|_| "taken"));
                }
            )*
        }
    };
}
