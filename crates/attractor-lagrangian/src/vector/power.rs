//! Powers of whole vectors.

use crate::Real;
use pulp::{Arch, Simd, WithSimd};

/// Numbers at a time, in f64 whatever they are.
const BLOCK: usize = 64;

/// Writes x₊ᵏ, bit by bit of k; NaN stays.
pub(crate) fn rectified_power<T: Real>(k: u32, x: &[T], g: &mut [T]) {
    rectified_power_on(Arch::new(), k, x, g);
}

pub(super) fn rectified_power_on<T: Real>(arch: Arch, k: u32, x: &[T], g: &mut [T]) {
    arch.dispatch(Power { k, x, g });
}

struct Power<'a, T> {
    k: u32,
    x: &'a [T],
    g: &'a mut [T],
}

impl<T: Real> WithSimd for Power<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let ((x, x_rest), (g, g_rest)) = (self.x.as_chunks(), self.g.as_chunks_mut());
        x.iter().zip(g).for_each(|(x, g)| block(self.k, x, g));
        let (mut last, mut powers) = ([T::ZERO; BLOCK], [T::ZERO; BLOCK]);
        last.iter_mut().zip(x_rest).for_each(|(place, x)| *place = *x);
        block(self.k, &last, &mut powers);
        g_rest.iter_mut().zip(powers).for_each(|(g, power)| *g = power);
    }
}

#[inline(always)]
fn block<T: Real>(mut k: u32, x: &[T; BLOCK], g: &mut [T; BLOCK]) {
    let (mut square, mut power) = ([0.0; BLOCK], [1.0; BLOCK]);
    for i in 0..BLOCK {
        let x = x[i].f64();
        square[i] = if x <= 0.0 { 0.0 } else { x };
    }
    loop {
        if k & 1 == 1 {
            for i in 0..BLOCK {
                power[i] *= square[i];
            }
        }
        k /= 2;
        if k == 0 {
            break;
        }
        for square in &mut square {
            *square *= *square;
        }
    }
    for i in 0..BLOCK {
        g[i] = T::of(power[i]);
    }
}
