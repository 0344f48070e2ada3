//! The two products of a read and what is decomposed, through faer; the only file that names it.

use crate::kernel::Kernels;
use attractor_lagrangian::Real;
use faer::diag::Diag;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::matmul::matmul;
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::traits::ComplexField;
use faer::{Accum, Mat, MatMut, MatRef, Par};

/// A scalar that the memories can be multiplied in: `f32` or `f64`.
pub trait Element: Real {
    /// `out` (n × q) = `memories` (n × d) · `outputs`ᵀ (q × d), all row by row; on one thread.
    ///
    /// # Panics
    /// If a slice has another length.
    fn scores(memories: &[Self], outputs: &[Self], features: usize, out: &mut [Self]);

    /// `out` (q × d) = `weights`ᵀ (n × q) · `memories` (n × d), all row by row; on one thread.
    ///
    /// # Panics
    /// If a slice has another length.
    fn weighted(weights: &[Self], memories: &[Self], features: usize, out: &mut [Self]);

    /// The largest eigenvalue of the symmetric `gram` (n × n).
    #[doc(hidden)]
    fn largest_eigenvalue(gram: &[Self], n: usize) -> f64;

    /// What a read is made of.
    #[doc(hidden)]
    fn kernels() -> &'static Kernels<Self>;
}

macro_rules! element {
    ($t:ty) => {
        impl Element for $t {
            fn scores(memories: &[Self], outputs: &[Self], features: usize, out: &mut [Self]) {
                scores(memories, outputs, features, out);
            }
            fn weighted(weights: &[Self], memories: &[Self], features: usize, out: &mut [Self]) {
                weighted(weights, memories, features, out);
            }
            fn largest_eigenvalue(gram: &[Self], n: usize) -> f64 {
                // an eigenvalue iteration that fails leaves no bound
                let gram = MatRef::from_row_major_slice(gram, n, n);
                let values = gram.self_adjoint_eigenvalues(faer::Side::Lower);
                values.ok().and_then(|v| v.last().copied()).map_or(f64::NAN, f64::from)
            }
            fn kernels() -> &'static Kernels<Self> {
                static ALL: Kernels<$t> = Kernels::ALL;
                &ALL
            }
        }
    };
}

element!(f32);
element!(f64);

fn scores<T: ComplexField + Copy>(memories: &[T], outputs: &[T], features: usize, out: &mut [T]) {
    let (n, q) = (memories.len() / features, outputs.len() / features);
    let out = MatMut::from_row_major_slice_mut(out, n, q);
    let memories = MatRef::from_row_major_slice(memories, n, features);
    let outputs = MatRef::from_row_major_slice(outputs, q, features);
    matmul(out, Accum::Replace, memories, outputs.transpose(), T::one_impl(), Par::Seq);
    clear_upper_halves();
}

fn weighted<T: ComplexField + Copy>(weights: &[T], memories: &[T], features: usize, out: &mut [T]) {
    let (n, q) = (memories.len() / features, out.len() / features);
    let out = MatMut::from_row_major_slice_mut(out, q, features);
    let weights = MatRef::from_row_major_slice(weights, n, q);
    let memories = MatRef::from_row_major_slice(memories, n, features);
    matmul(out, Accum::Replace, weights.transpose(), memories, T::one_impl(), Par::Seq);
    clear_upper_halves();
}

/// The singular values of a matrix (n × d, row by row), largest first, and its right singular vectors
/// one row each; on one thread, so that the bits do not depend on their number.
pub(crate) fn right_singular(matrix: &[f64], d: usize) -> Option<(Vec<f64>, Vec<f64>)> {
    let (n, par) = (matrix.len() / d, Par::Seq);
    let rank = n.min(d);
    let (mut values, mut vectors) = (Diag::<f64>::zeros(rank), Mat::<f64>::zeros(d, rank));
    let matrix = MatRef::from_row_major_slice(matrix, n, d);
    let (left, right) = (ComputeSvdVectors::No, ComputeSvdVectors::Thin);
    let scratch = svd_scratch::<f64>(n, d, left, right, par, Default::default());
    let (mut memory, into) = (MemBuffer::new(scratch), (values.as_mut(), vectors.as_mut()));
    let stack = MemStack::new(&mut memory);
    svd(matrix, into.0, None, Some(into.1), par, stack, Default::default()).ok()?;
    let rows = vectors.col_iter().flat_map(|column| column.iter().copied()).collect();
    Some((values.column_vector().iter().copied().collect(), rows))
}

/// The products' kernels return with the upper halves of the vector registers in use, and code that
/// was compiled without AVX then runs several times slower, until something clears them. The
/// compiler does so at the end of every function that uses them: this is one.
fn clear_upper_halves() {
    let mut lanes = std::hint::black_box([1.0f32; 64]);
    pulp::Arch::new().dispatch(|| lanes.iter_mut().for_each(|x| *x += *x));
    std::hint::black_box(lanes);
}
