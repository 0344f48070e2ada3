//! What every reader makes: numbers with a shape, not yet patterns.

use crate::element::{Element, Endian};
use crate::limits::check_limit;
use crate::{Format, IoError, Limits, Loaded};
use attractor_lagrangian::Real;
use attractor_synapse::Patterns;

/// What a file holds, or one array of it: declared, and checked against the bytes present.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    pub(crate) format: Format,
    pub(crate) element: Element,
    pub(crate) endian: Endian,
    /// The first index slowest; `fortran` says that the bytes are in the other order.
    pub(crate) shape: Vec<u64>,
    pub(crate) fortran: bool,
}

/// Numbers in C order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Array<T> {
    pub(crate) shape: Vec<usize>,
    pub(crate) data: Vec<T>,
}

impl Layout {
    /// Decodes `bytes`, which must be exactly what the shape asks for.
    pub(crate) fn decode<T: Real>(
        &self,
        name: &str,
        bytes: &[u8],
        limits: &Limits,
    ) -> Result<Array<T>, IoError> {
        let shape = self.check(name, bytes.len())?;
        let elements = (bytes.len() / self.element.size()) as u64;
        check_limit(name, "the array", elements, (limits.elements, "elements"))?;
        limits.check_memory(name, elements.saturating_mul(size_of::<T>() as u64))?;
        let data = self.element.decode(bytes, self.endian);
        let data = if self.fortran && shape.len() > 1 { c_order(&data, &shape) } else { data };
        Ok(Array { shape, data })
    }

    /// The shape, if its numbers are at least one and fill `present` bytes exactly.
    fn check(&self, name: &str, present: usize) -> Result<Vec<usize>, IoError> {
        let bad_shape = || self.bad_shape(name);
        let shape: Option<Vec<usize>> =
            self.shape.iter().map(|n| usize::try_from(*n).ok()).collect();
        let shape = shape.ok_or_else(bad_shape)?;
        let size = shape.iter().try_fold(self.element.size(), |all, n| all.checked_mul(*n));
        let size = size.filter(|size| *size > 0 && !shape.is_empty()).ok_or_else(bad_shape)?;
        let (name, format) = (name.to_owned(), self.format);
        let (expected, found) = (size as u64, present as u64);
        match expected.cmp(&found) {
            std::cmp::Ordering::Less => {
                Err(IoError::Trailing { name, format, extra: found - expected })
            }
            std::cmp::Ordering::Equal => Ok(shape),
            std::cmp::Ordering::Greater => {
                Err(IoError::Truncated { name, format, place: "numbers", expected, found })
            }
        }
    }

    fn bad_shape(&self, name: &str) -> IoError {
        IoError::Shape { name: name.to_owned(), format: self.format, shape: self.shape.clone() }
    }
}

impl<T: Real> Array<T> {
    /// Patterns, and height and width if there are three dimensions.
    pub(crate) fn into_patterns(self, name: &str, format: Format) -> Result<Loaded<T>, IoError> {
        let (features, image) = match *self.shape {
            [features] | [_, features] => (features, None),
            [_, height, width] => (height * width, Some((height, width))),
            _ => {
                let shape = self.shape.iter().map(|n| *n as u64).collect();
                return Err(IoError::Shape { name: name.to_owned(), format, shape });
            }
        };
        let patterns = Patterns::new(self.data, features)
            .map_err(|error| IoError::Patterns { name: name.to_owned(), error })?;
        Ok(Loaded { patterns, image, format })
    }
}

/// Column-major numbers in row-major order: an odometer over the shape, last index fastest.
fn c_order<T: Real>(data: &[T], shape: &[usize]) -> Vec<T> {
    let mut index = vec![0; shape.len()];
    let mut at = 0;
    let strides: Vec<usize> = shape
        .iter()
        .scan(1, |stride, n| {
            let this = *stride;
            *stride *= n;
            Some(this)
        })
        .collect();
    let mut out = Vec::with_capacity(data.len());
    for _ in 0..data.len() {
        out.push(data[at]);
        for axis in (0..shape.len()).rev() {
            index[axis] += 1;
            at += strides[axis];
            if index[axis] < shape[axis] {
                break;
            }
            at -= strides[axis] * shape[axis];
            index[axis] = 0;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(shape: &[u64]) -> Layout {
        let (format, endian) = (Format::Npy, Endian::Little);
        Layout { format, element: Element::F64, endian, shape: shape.to_vec(), fortran: false }
    }

    #[test]
    fn fortran_order_is_turned_round() {
        assert_eq!(
            c_order(&[1.0, 4.0, 2.0, 5.0, 3.0, 6.0], &[2, 3]),
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
        );
        let data: Vec<f64> = (0..24).map(f64::from).collect();
        let turned = c_order(&data, &[2, 3, 4]);
        assert_eq!(turned[..5], [0.0, 6.0, 12.0, 18.0, 2.0]);
    }

    #[test]
    fn shapes_are_checked_before_anything_is_allocated() {
        for shape in [&[][..], &[0, 3], &[3, 0], &[u64::MAX, 2], &[1 << 33, 1 << 33]] {
            let error = layout(shape).check("x", 24).unwrap_err();
            assert!(matches!(error, IoError::Shape { .. }), "{shape:?}: {error}");
        }
        assert!(matches!(
            layout(&[4]).check("x", 24),
            Err(IoError::Truncated { expected: 32, .. })
        ));
        assert!(matches!(layout(&[2]).check("x", 24), Err(IoError::Trailing { extra: 8, .. })));
        assert!(layout(&[3]).check("x", 24).is_ok());
    }
}
