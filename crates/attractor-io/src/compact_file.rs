//! The numbers of a memory file in 2 bytes or less. The byte layout is documented at the crate root.

use crate::error::clip;
use crate::header::{COMPACT_VERSION, FEATURES};
use crate::memory_check::Checked;
use crate::{IoError, Memory};
use attractor_synapse::Element as Scalar;
use attractor_synapse::{Compact, CompactError, Patterns, Precision};
use safetensors::Dtype;

/// How the numbers stand in a file.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    pub(crate) version: &'static str,
    pub(crate) dtype: &'static str,
    /// The type of the tensor `patterns`.
    pub(crate) tensor: &'static str,
    /// Its second dimension.
    pub(crate) width: usize,
    pub(crate) data: Vec<u8>,
    pub(crate) scales: Vec<u8>,
    pub(crate) residuals: Vec<u8>,
}

/// What was read.
#[derive(Debug)]
pub(crate) struct Read<T> {
    pub(crate) patterns: Patterns<T>,
    pub(crate) precision: Precision,
    pub(crate) residuals: Option<Vec<f32>>,
}

/// The numbers of a memory in this precision; what an earlier precision took of them is added to what this
/// one takes.
pub(crate) fn stored<T: Scalar>(
    name: &str,
    memory: &Memory<T>,
    precision: Precision,
) -> Result<Stored, IoError> {
    let compact = Compact::new(memory.patterns(), precision)
        .map_err(|error| IoError::Precision { name: name.to_owned(), error })?;
    let before = |at: usize| memory.residuals().map_or(0.0, |all| f64::from(all[at]));
    let residuals = compact.residuals().iter().enumerate();
    let residuals = residuals.map(|(at, new)| above(f64::from(*new) + before(at)));
    let features = compact.features();
    let (tensor, width) = match precision {
        Precision::Bf16 => ("BF16", features),
        Precision::Bits => ("U8", features.div_ceil(8)),
        _ => ("I8", features),
    };
    let bytes = |numbers: Vec<f32>| numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    Ok(Stored {
        version: COMPACT_VERSION,
        dtype: precision.name(),
        tensor,
        width,
        data: compact.bytes(),
        scales: bytes(compact.scales().to_vec()),
        residuals: bytes(residuals.collect()),
    })
}

/// A single-precision number that is not below the sum of two.
fn above(sum: f64) -> f32 {
    let near = sum as f32;
    if f64::from(near) >= sum { near } else { near.next_up() }
}

/// The decoded patterns of a file.
pub(crate) fn read<T: Scalar>(file: &Checked<'_, T>) -> Result<Read<T>, IoError> {
    let stated = file.need("dtype")?;
    let (precision, dtype) = match stated {
        "bf16" => (Precision::Bf16, Dtype::BF16),
        "int8" => (Precision::Int8, Dtype::I8),
        "bits" => (Precision::Bits, Dtype::U8),
        _ => return Err(file.wrong("dtype", format!("{:?} is none", clip(stated)))),
    };
    let text = file.need(FEATURES)?;
    let features: usize =
        text.parse().map_err(|_| file.wrong(FEATURES, format!("{:?} is no number", clip(text))))?;
    let view = file.tensor("patterns", dtype, 2)?;
    let width = if precision == Precision::Bits { features.div_ceil(8) } else { features };
    if view.shape[1] != width {
        let problem = format!("states {features}, the patterns have the shape {:?}", view.shape);
        return Err(file.wrong(FEATURES, problem));
    }
    let singles = |name: &str| -> Result<Vec<f32>, IoError> {
        let view = file.tensor(name, Dtype::F32, 1)?;
        Ok(view.bytes().as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    };
    let (residuals, scaled) = (singles("residuals")?, precision != Precision::Bf16);
    let scales = if scaled { singles("scales")? } else { Vec::new() };
    let broken = |error: CompactError| IoError::Precision { name: file.name.to_owned(), error };
    if residuals.len() != view.shape[0] {
        let problem = format!("are {} for {} patterns", residuals.len(), view.shape[0]);
        return Err(file.wrong("residuals", problem));
    }
    let compact = Compact::from_parts(precision, features, view.bytes(), &scales, residuals);
    let compact = compact.map_err(broken)?;
    let patterns = compact.patterns().map_err(|error| broken(error.into()))?;
    Ok(Read { patterns, precision, residuals: Some(compact.residuals().to_vec()) })
}
