//! Matrices between candle and us.

use attractor_synapse::{Element, Patterns};
use candle_core::{CpuStorage, Device, Error, Layout, Result, Tensor, WithDType};

/// A contiguous matrix of candle's.
pub(crate) struct Rows<'a, T> {
    pub(crate) numbers: &'a [T],
    width: usize,
}

impl<'a, T: Element + WithDType> Rows<'a, T> {
    /// What an operation is given on the way forward.
    pub(crate) fn of(storage: &'a CpuStorage, layout: &Layout) -> Result<Self> {
        let (start, end) = layout
            .contiguous_offsets()
            .ok_or_else(|| Error::Msg("make the tensor contiguous".to_owned()))?;
        let width = layout.shape().dims2()?.1;
        Ok(Self { numbers: &storage.as_slice::<T>()?[start..end], width })
    }

    /// All three.
    pub(crate) fn all(args: [(&'a CpuStorage, &'a Layout); 3]) -> Result<[Self; 3]> {
        let [a, b, c] = args.map(|(storage, layout)| Self::of(storage, layout));
        Ok([a?, b?, c?])
    }

    pub(crate) fn patterns(&self) -> Result<Patterns<T>> {
        Patterns::new(self.numbers.to_vec(), self.width).map_err(Error::wrap)
    }
}

/// What an operation is given on the way back.
pub(crate) fn patterns<T: Element + WithDType>(tensor: &Tensor) -> Result<Patterns<T>> {
    Patterns::new(numbers(tensor)?, tensor.dim(1)?).map_err(Error::wrap)
}

/// The numbers of a tensor, row by row.
pub(crate) fn numbers<T: WithDType>(tensor: &Tensor) -> Result<Vec<T>> {
    tensor.contiguous()?.flatten_all()?.to_vec1()
}

/// A gradient in the shape and the precision of what it is the gradient of.
pub(crate) fn like<T: WithDType>(numbers: &[T], tensor: &Tensor) -> Result<Tensor> {
    Tensor::from_slice(numbers, tensor.shape(), &Device::Cpu)?.to_dtype(tensor.dtype())
}
