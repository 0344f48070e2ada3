//! What can be wrong with the numbers of a drawing.

use std::error::Error;
use std::fmt;

/// Why a drawing was refused: always a fault in the data, named so that it can be found.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FigureError {
    /// A drawing, or one part of it, holds nothing to draw.
    Empty {
        /// The part that is empty, for instance `chart "energy"` or `series "model A"`.
        what: String,
    },
    /// A number is NaN or infinite.
    NotFinite {
        /// The part that holds it.
        what: String,
        /// Its place in the slice that was passed in, counted from 0.
        index: usize,
        /// The number itself.
        value: f64,
    },
    /// A number that is zero or negative was put on a logarithmic axis.
    NotPositive {
        /// The part that holds it.
        what: String,
        /// Its place in the slice that was passed in, counted from 0.
        index: usize,
        /// The number itself.
        value: f64,
    },
    /// A slice is longer or shorter than the shape it was declared to fill.
    WrongLength {
        /// The part that was given the slice.
        what: String,
        /// How many numbers the shape needs.
        expected: usize,
        /// How many there are.
        got: usize,
    },
    /// A range has no width, or its ends are in the wrong order.
    EmptyRange {
        /// The part that was given the range.
        what: String,
        /// The end that should be smaller.
        low: f64,
        /// The end that should be larger.
        high: f64,
    },
    /// The drawing library refused; on text output this should not happen.
    Backend {
        /// What it said.
        message: String,
    },
}

impl fmt::Display for FigureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty { what } => write!(f, "{what} is empty: give it at least one value"),
            Self::NotFinite { what, index, value } => write!(
                f,
                "{what}: the value at index {index} is {value}; leave it out or replace it by a finite number"
            ),
            Self::NotPositive { what, index, value } => write!(
                f,
                "{what}: the value {value} at index {index} has no place on a logarithmic axis; leave it out or use a linear axis"
            ),
            Self::WrongLength { what, expected, got } => {
                write!(f, "{what} needs {expected} values and was given {got}")
            }
            Self::EmptyRange { what, low, high } => {
                write!(
                    f,
                    "{what}: the range from {low} to {high} has no width; low must be below high"
                )
            }
            Self::Backend { message } => write!(f, "the drawing library refused: {message}"),
        }
    }
}

impl Error for FigureError {}

/// The values, or the first of them that is not finite.
pub(crate) fn all_finite(what: &str, values: &[f64]) -> Result<(), FigureError> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(index) => {
            Err(FigureError::NotFinite { what: what.to_owned(), index, value: values[index] })
        }
    }
}

/// The slice, if it has the length that its shape asks for.
pub(crate) fn of_length(what: &str, expected: usize, got: usize) -> Result<(), FigureError> {
    if expected == got {
        return Ok(());
    }
    Err(FigureError::WrongLength { what: what.to_owned(), expected, got })
}

/// The range, if both ends are finite and the first lies below the second.
pub(crate) fn increasing(what: &str, (low, high): (f64, f64)) -> Result<(), FigureError> {
    all_finite(what, &[low, high])?;
    if low < high {
        return Ok(());
    }
    Err(FigureError::EmptyRange { what: what.to_owned(), low, high })
}
