//! One sum taken into another.

use attractor_lagrangian::Real;
use pulp::{Arch, Simd, WithSimd};

/// `field` becomes `keep`·field + `take`·sum.
pub(crate) fn mix<T: Real>(keep: f64, field: &mut [f64], take: f64, sum: &[T]) {
    Arch::new().dispatch(Mix { keep, field, take, sum });
}

struct Mix<'a, T> {
    keep: f64,
    field: &'a mut [f64],
    take: f64,
    sum: &'a [T],
}

impl<T: Real> WithSimd for Mix<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { keep, field, take, sum } = self;
        field.iter_mut().zip(sum).for_each(|(f, s)| *f = keep * *f + take * s.f64());
    }
}
