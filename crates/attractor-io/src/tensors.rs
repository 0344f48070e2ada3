//! safetensors: a JSON header of names, types, shapes and offsets, then the numbers.

use crate::array::{Array, Layout};
use crate::element::{Element, Endian};
use crate::limits::check_limit;
use crate::named::Arrays;
use crate::source::malformed;
use crate::tensor::place;
use crate::{Format, IoError, Limits, Tensor};
use attractor_lagrangian::Real;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use std::collections::BTreeMap;

/// An opened file.
pub(crate) struct Tensors<'a> {
    file: SafeTensors<'a>,
    limits: Limits,
}

impl<'a> Tensors<'a> {
    /// Reads the header and checks that the tensors fill the file.
    pub(crate) fn open(name: &str, bytes: &'a [u8], limits: &Limits) -> Result<Self, IoError> {
        let header = bytes.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
        check_limit(name, "the header", header, (limits.header, "header"))?;
        let file = SafeTensors::deserialize(bytes)
            .map_err(|error| malformed(name, Format::SafeTensors, "header", error))?;
        check_limit(name, "the file", file.len() as u64, (limits.members, "members"))?;
        Ok(Self { file, limits: *limits })
    }

    /// All tensors, of any shape; the header was checked against the bytes when the file was opened.
    pub(crate) fn all<T: Real>(&self, file: &str) -> Result<BTreeMap<String, Tensor<T>>, IoError> {
        let mut all = BTreeMap::new();
        let mut taken = 0;
        for (name, view) in self.file.iter() {
            let place = place(file, name);
            let element = element_of(&place, &view)?;
            let elements = (view.data().len() / element.size()) as u64;
            check_limit(&place, "the tensor", elements, (self.limits.elements, "elements"))?;
            taken += elements.saturating_mul(size_of::<T>() as u64);
            self.limits.check_memory(file, taken)?;
            let data = element.decode(view.data(), Endian::Little);
            let tensor = Tensor::new(view.shape().to_vec(), data)
                .map_err(|error| IoError::Tensor { name: place, error })?;
            all.insert(name.to_owned(), tensor);
        }
        Ok(all)
    }
}

fn element_of(place: &str, view: &TensorView<'_>) -> Result<Element, IoError> {
    element(view.dtype()).ok_or_else(|| IoError::Element {
        name: place.to_owned(),
        format: Format::SafeTensors,
        found: view.dtype().to_string(),
    })
}

impl<T: Real> Arrays<T> for Tensors<'_> {
    fn list(&mut self, _: &str) -> Result<Vec<(String, Vec<u64>)>, IoError> {
        let sizes = |shape: &[usize]| shape.iter().map(|n| *n as u64).collect();
        let mut list: Vec<_> =
            self.file.iter().map(|(name, view)| (name.to_owned(), sizes(view.shape()))).collect();
        list.sort();
        Ok(list)
    }

    fn take(&mut self, place: &str, array: &str) -> Result<Array<T>, IoError> {
        let format = Format::SafeTensors;
        let view =
            self.file.tensor(array).map_err(|error| malformed(place, format, "header", error))?;
        let element = element_of(place, &view)?;
        let shape = view.shape().iter().map(|n| *n as u64).collect();
        let layout = Layout { format, element, endian: Endian::Little, shape, fortran: false };
        layout.decode(place, view.data(), &self.limits)
    }
}

fn element(dtype: Dtype) -> Option<Element> {
    match dtype {
        Dtype::BOOL => Some(Element::Bool),
        Dtype::I8 => Some(Element::I8),
        Dtype::U8 => Some(Element::U8),
        Dtype::I16 => Some(Element::I16),
        Dtype::U16 => Some(Element::U16),
        Dtype::I32 => Some(Element::I32),
        Dtype::U32 => Some(Element::U32),
        Dtype::I64 => Some(Element::I64),
        Dtype::U64 => Some(Element::U64),
        Dtype::F16 => Some(Element::F16),
        Dtype::BF16 => Some(Element::BF16),
        Dtype::F32 => Some(Element::F32),
        Dtype::F64 => Some(Element::F64),
        _ => None,
    }
}
