//! Named arrays of any shape: what a safetensors file holds, such as the weights of a network.

use crate::error::clip_at;
use crate::header::{Fields, Tensor as Stored, write};
use crate::tensors::Tensors;
use crate::{Format, IoError, Source};
use attractor_lagrangian::Real;
use std::collections::BTreeMap;

/// Why numbers are no tensor, or a tensor cannot have its name.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TensorError {
    /// A shape that asks for another number of numbers.
    #[error(
        "a tensor of shape {shape:?} was given {found} numbers: give as many as the shape asks for"
    )]
    Count {
        /// The shape.
        shape: Vec<usize>,
        /// How many numbers were given.
        found: usize,
    },
    /// NaN or infinite, perhaps only in the precision asked for.
    #[error(
        "the number at {index:?} is {value}: only finite numbers can be used (a value beyond the range of f32 needs f64)"
    )]
    NotFinite {
        /// Where it stands, one index for each dimension, from 0.
        index: Vec<usize>,
        /// What stood there.
        value: f64,
    },
    /// A name that is taken, by another tensor or by the format.
    #[error("the name {name:?} is taken: give each tensor its own, and none the name __metadata__")]
    Name {
        /// The name.
        name: String,
    },
}

/// Finite numbers with a shape, the last index fastest. The shape `[]` is a single number; a zero in the
/// shape leaves none.
///
/// ```
/// use attractor_io::Tensor;
/// let weights = Tensor::new(vec![2, 3], vec![1.0f64, 2.0, 3.0, 4.0, 5.0, 6.0])?;
/// assert_eq!((weights.shape(), weights.data()[4]), (&[2, 3][..], 5.0));
/// # Ok::<(), attractor_io::TensorError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor<T> {
    shape: Vec<usize>,
    data: Vec<T>,
}

impl<T: Real> Tensor<T> {
    /// A tensor from its numbers.
    ///
    /// # Errors
    /// [`TensorError::Count`] or [`TensorError::NotFinite`].
    pub fn new(shape: Vec<usize>, data: Vec<T>) -> Result<Self, TensorError> {
        if count(&shape) != Some(data.len()) {
            return Err(TensorError::Count { shape, found: data.len() });
        }
        match data.iter().position(|x| !x.is_finite()) {
            Some(at) => {
                let value = data[at].f64();
                Err(TensorError::NotFinite { index: index(&shape, at), value })
            }
            None => Ok(Self { shape, data }),
        }
    }

    /// The size of each dimension.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The numbers, the last index fastest.
    pub fn data(&self) -> &[T] {
        &self.data
    }

    /// The numbers without a copy.
    pub fn into_data(self) -> Vec<T> {
        self.data
    }
}

/// How many numbers a shape asks for; `None` beyond what can be counted.
fn count(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1usize, |all, n| all.checked_mul(*n))
}

/// The place `at` of a tensor with at least one number as one index for each dimension.
fn index(shape: &[usize], mut at: usize) -> Vec<usize> {
    let mut index: Vec<usize> = shape
        .iter()
        .rev()
        .map(|n| {
            let here = at % n;
            at /= n;
            here
        })
        .collect();
    index.reverse();
    index
}

/// Tensors by name.
///
/// ```
/// use attractor_io::{NamedTensors, Tensor, encode_tensors};
/// let scale = Tensor::new(vec![], vec![0.5f32])?;
/// let tensors = NamedTensors::new([("layer.scale", scale)])?;
/// assert_eq!(tensors.get("layer.scale").map(Tensor::data), Some(&[0.5][..]));
/// assert_eq!(encode_tensors(&tensors).len() % 4, 0); // a safetensors file
/// # Ok::<(), attractor_io::TensorError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct NamedTensors<T> {
    tensors: BTreeMap<String, Tensor<T>>,
}

impl<T: Real> NamedTensors<T> {
    /// The tensors with their names.
    ///
    /// # Errors
    /// [`TensorError::Name`] for a name that comes twice, or `__metadata__`, which no tensor of a
    /// safetensors file can have.
    pub fn new<S: Into<String>>(
        tensors: impl IntoIterator<Item = (S, Tensor<T>)>,
    ) -> Result<Self, TensorError> {
        let mut named = BTreeMap::new();
        for (name, tensor) in tensors {
            let name = name.into();
            if name == "__metadata__" || named.contains_key(&name) {
                return Err(TensorError::Name { name });
            }
            named.insert(name, tensor);
        }
        Ok(Self { tensors: named })
    }

    /// The tensor of this name.
    pub fn get(&self, name: &str) -> Option<&Tensor<T>> {
        self.tensors.get(name)
    }

    /// The names, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// Names and tensors, in the order of the names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Tensor<T>)> {
        self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }
}

/// Reads all tensors of a safetensors file, gzipped or not; each number becomes the nearest `T`.
///
/// Booleans and integers are read as well, so that a file which also keeps positions or flags is read
/// whole. No more is allocated than the numbers of the file take in `T`.
///
/// # Errors
/// [`IoError`] for what is no safetensors file or is damaged, [`IoError::Element`] for numbers of a type
/// that is not read, [`IoError::Tensor`] for one that is not finite.
pub fn read_tensors<T: Real>(source: &Source) -> Result<NamedTensors<T>, IoError> {
    let name = source.to_string();
    let bytes = source.read()?;
    if Format::recognise(&bytes) != Some(Format::SafeTensors) {
        return Err(IoError::NotTensors { name });
    }
    let tensors = Tensors::open(&name, &bytes, source.limits())?.all(&name)?;
    Ok(NamedTensors { tensors })
}

/// The bytes of a safetensors file, `F32` or `F64` as `T` is, tensors in the order of their names: the
/// same tensors give the same bytes.
pub fn encode_tensors<T: Real>(tensors: &NamedTensors<T>) -> Vec<u8> {
    let dtype = if T::NAME == "f32" { "F32" } else { "F64" };
    let numbers: Vec<&[T]> = tensors.tensors.values().map(Tensor::data).collect();
    let stored: Vec<Stored<'_>> = tensors
        .iter()
        .zip(&numbers)
        .map(|((name, tensor), data)| Stored { name, dtype, shape: &tensor.shape, data })
        .collect();
    let mut out = Vec::new();
    // a vector takes everything
    let _written = write(&Fields::new(), &stored, &mut out);
    out
}

/// How a tensor of a file is called in messages.
pub(crate) fn place(file: &str, tensor: &str) -> String {
    format!("{file}: tensor {:?}", clip_at(tensor, 200))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_becomes_an_index_for_each_dimension() {
        assert_eq!(index(&[2, 3, 4], 23), [1, 2, 3]);
        assert_eq!(index(&[], 0), [0usize; 0]);
        let error = Tensor::new(vec![2, 2], vec![1.0, 2.0, f64::NAN, 4.0]).unwrap_err();
        assert!(error.to_string().contains("at [1, 0] is NaN"), "{error}");
    }

    #[test]
    fn a_shape_must_ask_for_the_numbers_given() {
        for (shape, numbers) in
            [(vec![3], 2), (vec![], 0), (vec![0, 3], 1), (vec![usize::MAX, 2], 2)]
        {
            assert!(matches!(
                Tensor::new(shape, vec![0.0f32; numbers]),
                Err(TensorError::Count { .. })
            ));
        }
        assert!(Tensor::new(vec![0, 3], Vec::<f32>::new()).is_ok());
    }

    #[test]
    fn a_name_is_given_once() {
        let one = || Tensor::new(vec![], vec![1.0f32]).unwrap();
        assert!(NamedTensors::new([("a", one()), ("a", one())]).is_err());
        assert!(NamedTensors::new([("__metadata__", one())]).is_err());
        let two = NamedTensors::new([("b", one()), ("a", one())]).unwrap();
        assert_eq!(two.names().collect::<Vec<_>>(), ["a", "b"]);
    }
}
