//! Which arrays of a file that holds several become the patterns.

use crate::IoError;
use crate::array::Array;
use attractor_lagrangian::Real;

/// A file of named arrays: npz, safetensors.
pub(crate) trait Arrays<T> {
    /// All names with their shapes, in name order.
    fn list(&mut self, name: &str) -> Result<Vec<(String, Vec<u64>)>, IoError>;
    /// The array of this name, which is in the list; `place` names it in messages.
    fn take(&mut self, place: &str, array: &str) -> Result<Array<T>, IoError>;
}

/// The array called `wanted`, or else all of two dimensions, one after the other in name order.
pub(crate) fn select<T: Real, A: Arrays<T>>(
    name: &str,
    arrays: &mut A,
    wanted: Option<&str>,
) -> Result<Array<T>, IoError> {
    let list = arrays.list(name)?;
    let chosen = |array: &str, shape: &[u64]| match wanted {
        Some(wanted) => array == wanted,
        None => shape.len() == 2,
    };
    let mut all: Option<Array<T>> = None;
    for (array, _) in list.iter().filter(|(array, shape)| chosen(array, shape)) {
        let place = format!("{name}: array {array:?}");
        let one = arrays.take(&place, array)?;
        match &mut all {
            None => all = Some(one),
            Some(all) => append(all, one, place)?,
        }
    }
    all.ok_or_else(|| IoError::NoArray {
        name: name.to_owned(),
        wanted: wanted.map(str::to_owned),
        available: list.iter().map(|(array, shape)| format!("{array:?} {shape:?}")).collect(),
    })
}

/// Both have two dimensions: several arrays are chosen only if so.
fn append<T: Real>(all: &mut Array<T>, one: Array<T>, place: String) -> Result<(), IoError> {
    let (expected, found) = (all.shape[1], one.shape[1]);
    if expected != found {
        return Err(IoError::ArrayWidth { name: place, expected, found });
    }
    all.shape[0] += one.shape[0];
    all.data.extend(one.data);
    Ok(())
}
