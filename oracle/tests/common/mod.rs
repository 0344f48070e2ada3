//! Attention in candle's own operations, and what the tests draw.

#![allow(dead_code, reason = "each test takes what it needs")]

use candle_core::{D, DType, Device, Result, Tensor, Var};
use rand::RngExt;
use rand_pcg::Pcg64;

/// A matrix of uniform numbers up to `size`, to be differentiated by.
pub(crate) fn var(rng: &mut Pcg64, shape: (usize, usize), size: f64, dtype: DType) -> Result<Var> {
    let numbers = (0..shape.0 * shape.1).map(|_| size * rng.random_range(-1.0..1.0));
    let tensor = Tensor::from_vec(numbers.collect::<Vec<f64>>(), shape, &Device::Cpu)?;
    Var::from_tensor(&tensor.to_dtype(dtype)?)
}

/// What is added to the scores of n keys: −∞ to those that are hidden.
pub(crate) fn cover(n: usize, hidden: &[usize], dtype: DType) -> Result<Tensor> {
    let flag = |j| if hidden.contains(&j) { f64::NEG_INFINITY } else { 0.0 };
    Tensor::new((0..n).map(flag).collect::<Vec<f64>>(), &Device::Cpu)?.to_dtype(dtype)
}

/// Rows of all heads side by side, head by head: heads × rows × d.
pub(crate) fn split(rows: &Tensor, heads: usize) -> Result<Tensor> {
    let (count, width) = rows.dims2()?;
    rows.reshape((count, heads, width / heads))?.transpose(0, 1)?.contiguous()
}

/// What [`split`] took apart.
pub(crate) fn join(heads: &Tensor) -> Result<Tensor> {
    let (count, rows, width) = heads.dims3()?;
    heads.transpose(0, 1)?.reshape((rows, count * width))
}

/// A number of softmaxes for every head, the last one through the values.
pub(crate) fn softmaxes(
    [q, k, v]: [&Tensor; 3],
    beta: f64,
    steps: usize,
    cover: &Tensor,
) -> Result<Tensor> {
    let mut state = q.clone();
    for left in (0..steps).rev() {
        let scores = (state.matmul(&k.transpose(1, 2)?.contiguous()?)? * beta)?;
        let weights = candle_nn::ops::softmax(&scores.broadcast_add(cover)?, D::Minus1)?;
        state = weights.matmul(if left == 0 { v } else { k })?;
    }
    Ok(state)
}

/// max|ours − theirs| in units of max|theirs|; NaN if any of the numbers is.
pub(crate) fn deviation(ours: &Tensor, theirs: &Tensor) -> Result<f64> {
    Ok(largest(&(ours - theirs)?)? / largest(theirs)?)
}

fn largest(tensor: &Tensor) -> Result<f64> {
    let numbers = tensor.flatten_all()?.to_dtype(DType::F64)?.to_vec1::<f64>()?;
    let more = |most: f64, x: f64| if most.is_nan() || x.abs() <= most { most } else { x.abs() };
    Ok(numbers.into_iter().fold(0.0, more))
}
