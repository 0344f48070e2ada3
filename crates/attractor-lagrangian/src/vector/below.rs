//! Σe^{β(x − max)} of numbers that are not the largest, in f64 whatever they are.

use super::exp::Factor;
use super::gap::{Pack64, pack};
use super::lanes::PACK;
use super::{Lane, takes};
use crate::Real;
use pulp::{Arch, Simd, WithSimd};

/// The sum over numbers of at most `max`; `None` where β is out of the lanes' range.
pub(crate) fn sum_below<T: Real>(beta: f64, max: f64, x: &[T]) -> Option<f64> {
    sum_below_on(Arch::new(), beta, max, x)
}

pub(super) fn sum_below_on<T: Real>(arch: Arch, beta: f64, max: f64, x: &[T]) -> Option<f64> {
    takes::<f64>(beta).then(|| arch.dispatch(Below { beta, max, x }))
}

struct Below<'a, T> {
    beta: f64,
    max: f64,
    x: &'a [T],
}

impl<T: Real> WithSimd for Below<'_, T> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let beta = Factor::<S, f64>::new(simd, self.beta);
        let mut sum = Pack64::<S>::splat(simd, 0.0);
        for x in self.x.chunks(PACK * size_of::<S::f64s>() / size_of::<f64>()) {
            // what is beyond the last has no weight
            let below = pack(simd, x.iter().map(|x| x.f64() - self.max), f64::NEG_INFINITY);
            sum = sum + beta.exp_down(below.at_least(f64::RANGE.0 / self.beta));
        }
        sum.total()
    }
}
