//! `--mask`: which features of the cues are known.

use crate::failure::Failure;
use attractor_io::{ReadOptions, Source, read_patterns};
use attractor_lagrangian::Real;
use attractor_synapse::Patterns;

/// One flag for every number of the cues, q × d: from a file of as many rows as cues, or of one row for
/// all of them; 1 is known, 0 is not.
pub(crate) fn read<T: Real>(
    path: Option<&str>,
    cues: &Patterns<T>,
) -> Result<Option<Vec<bool>>, Failure> {
    let Some(path) = path else { return Ok(None) };
    let mask =
        read_patterns::<f64>(&Source::from_arg(path), &ReadOptions { array: None })?.patterns;
    let (rows, features) = (mask.len(), mask.features());
    if features != cues.features() || (rows != 1 && rows != cues.len()) {
        return Err(Failure::input(format!(
            "{path}: the mask has {rows} rows of {features}, the cues {} of {}: give one row, or one for each cue",
            cues.len(),
            cues.features()
        )));
    }
    if let Some(at) = mask.as_slice().iter().position(|x| ![0.0, 1.0].contains(x)) {
        let (row, column, value) = (at / features, at % features, mask.as_slice()[at]);
        return Err(Failure::input(format!(
            "{path}: row {row}, column {column} is {value}: a mask holds 1 (known) and 0 (not known)"
        )));
    }
    let known = mask.as_slice().iter().map(|x| *x > 0.5);
    let times = if rows == 1 { cues.len() } else { 1 };
    let known: Vec<bool> = known.collect();
    Ok(Some(known.repeat(times)))
}
