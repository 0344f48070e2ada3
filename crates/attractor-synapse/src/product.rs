//! The two products of a read, through faer; the only file that names it besides `spectrum`.

use attractor_lagrangian::Real;
use faer::linalg::matmul::matmul;
use faer::traits::ComplexField;
use faer::{Accum, MatMut, MatRef, Par};

/// A scalar that the memories can be multiplied in: `f32` or `f64`.
pub trait Element: Real {
    /// `out` (n × q) = `memories` (n × d) · `outputs`ᵀ (q × d).
    #[doc(hidden)]
    fn scores(memories: &[Self], outputs: &[Self], features: usize, out: &mut [Self]);

    /// `out` (q × d) = `weights`ᵀ (n × q) · `memories` (n × d).
    #[doc(hidden)]
    fn weighted(weights: &[Self], memories: &[Self], features: usize, out: &mut [Self]);

    /// The largest eigenvalue of the symmetric `gram` (n × n).
    #[doc(hidden)]
    fn largest_eigenvalue(gram: &[Self], n: usize) -> f64;
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

/// The products' kernels return with the upper halves of the vector registers in use, and code that
/// was compiled without AVX then runs several times slower, until something clears them. The
/// compiler does so at the end of every function that uses them: this is one.
fn clear_upper_halves() {
    let mut lanes = std::hint::black_box([1.0f32; 64]);
    pulp::Arch::new().dispatch(|| lanes.iter_mut().for_each(|x| *x += *x));
    std::hint::black_box(lanes);
}
