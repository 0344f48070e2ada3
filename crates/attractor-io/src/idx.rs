//! IDX, the format of the MNIST files: two zeros, type, dimensions, sizes, big-endian numbers.

use crate::array::{Array, Layout};
use crate::element::{Element, Endian};
use crate::{Format, IoError, Limits};
use attractor_lagrangian::Real;

/// The array in `bytes`, which begin with the magic of the format.
pub(crate) fn read<T: Real>(
    name: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Array<T>, IoError> {
    let (layout, numbers) = layout(name, bytes)?;
    layout.decode(name, numbers, limits)
}

fn layout<'a>(name: &str, bytes: &'a [u8]) -> Result<(Layout, &'a [u8]), IoError> {
    let truncated = |expected: usize| IoError::Truncated {
        name: name.to_owned(),
        format: Format::Idx,
        place: "header",
        expected: expected as u64,
        found: bytes.len() as u64,
    };
    let [_, _, kind, dimensions, rest @ ..] = bytes else { return Err(truncated(4)) };
    let element = element(*kind).ok_or_else(|| IoError::Element {
        name: name.to_owned(),
        format: Format::Idx,
        found: format!("{kind:#04x}"),
    })?;
    let length = 4 * usize::from(*dimensions);
    let (sizes, numbers) = rest.split_at_checked(length).ok_or_else(|| truncated(4 + length))?;
    let shape = sizes.as_chunks().0.iter().map(|b| u64::from(u32::from_be_bytes(*b))).collect();
    let (format, endian) = (Format::Idx, Endian::Big);
    Ok((Layout { format, element, endian, shape, fortran: false }, numbers))
}

fn element(kind: u8) -> Option<Element> {
    match kind {
        0x08 => Some(Element::U8),
        0x09 => Some(Element::I8),
        0x0b => Some(Element::I16),
        0x0c => Some(Element::I32),
        0x0d => Some(Element::F32),
        0x0e => Some(Element::F64),
        _ => None,
    }
}
