//! `--mask`: which features of the cues are known. `--memory-mask`: which memories take part.

use crate::failure::Failure;
use crate::source::source;
use attractor_io::{ReadOptions, read_patterns};
use attractor_lagrangian::Real;
use attractor_synapse::Patterns;

/// One flag for every number of the cues, q × d: from a file of as many rows as cues, or of one row for
/// all of them; 1 is known, 0 is not.
pub(crate) fn read<T: Real>(
    path: Option<&str>,
    cues: &Patterns<T>,
) -> Result<Option<Vec<bool>>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let mask = read_patterns::<f64>(&source(path), &ReadOptions { array: None })?.patterns;
    let (rows, features) = (mask.len(), mask.features());
    if features != cues.features() || (rows != 1 && rows != cues.len()) {
        return Err(Failure::input(format!(
            "{path}: the mask has {rows} rows of {features}, the cues {} of {}: give one row, or one for each cue",
            cues.len(),
            cues.features()
        )));
    }
    let known = flags(path, &mask)?;
    let times = if rows == 1 { cues.len() } else { 1 };
    Ok(Some(known.repeat(times)))
}

/// `--ignore`: one flag for each key, in one row, or in a row for each query; how many rows, and the flags.
pub(crate) fn pairs(
    path: &str,
    queries: usize,
    keys: usize,
) -> Result<(usize, Vec<bool>), Failure> {
    let mask = read_patterns::<f64>(&source(path), &ReadOptions { array: None })?.patterns;
    let (rows, columns) = (mask.len(), mask.features());
    if columns != keys || (rows != 1 && rows != queries) {
        return Err(Failure::input(format!(
            "{path}: the mask has {rows} rows of {columns}, there are {queries} queries and {keys} keys: give a column for each key, and one row or one for each query"
        )));
    }
    Ok((rows, flags(path, &mask)?))
}

/// One flag for each memory, from a file with a number for each: in one row, or one a row.
pub(crate) fn memories(path: &str, expected: usize) -> Result<Vec<bool>, Failure> {
    let mask = read_patterns::<f64>(&source(path), &ReadOptions { array: None })?.patterns;
    let found = mask.as_slice().len();
    if found != expected {
        return Err(Failure::input(format!(
            "{path}: the mask has {found} numbers, but there are {expected} memories: give one for each"
        )));
    }
    flags(path, &mask)
}

/// Ones and zeros.
fn flags(path: &str, mask: &Patterns<f64>) -> Result<Vec<bool>, Failure> {
    let (numbers, features) = (mask.as_slice(), mask.features());
    if let Some(at) = numbers.iter().position(|x| ![0.0, 1.0].contains(x)) {
        let (row, column, value) = (at / features, at % features, numbers[at]);
        return Err(Failure::input(format!(
            "{path}: row {row}, column {column} is {value}: a mask holds 1 (yes) and 0 (no)"
        )));
    }
    Ok(numbers.iter().map(|x| *x > 0.5).collect())
}
