//! Powers of whole vectors, in f64 whatever they are.
//!
//! Loops over blocks of a fixed size, inside what is compiled for the widest lanes: the compiler puts them there.

use crate::Real;
use pulp::{Arch, Simd, WithSimd};

/// What loops run over at a time.
const BLOCK: usize = 64;

/// Writes x₊ᵏ, bit by bit of k; NaN stays.
pub(crate) fn rectified_power<T: Real>(k: u32, x: &[T], g: &mut [T]) {
    rectified_power_on(Arch::new(), k, x, g);
}

pub(super) fn rectified_power_on<T: Real>(arch: Arch, k: u32, x: &[T], g: &mut [T]) {
    arch.dispatch(Powers { k, x, g });
}

struct Powers<'a, T> {
    k: u32,
    x: &'a [T],
    g: &'a mut [T],
}

impl<T: Real> WithSimd for Powers<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        for (x, g) in self.x.chunks(BLOCK).zip(self.g.chunks_mut(BLOCK)) {
            let mut block = [0.0; BLOCK];
            block.iter_mut().zip(x).for_each(|(place, x)| *place = x.f64());
            rectify(&mut block);
            power(self.k, &mut block);
            g.iter_mut().zip(block).for_each(|(g, power)| *g = T::of(power));
        }
    }
}

/// x₊, where NaN stays.
#[inline(always)]
pub(super) fn rectify(block: &mut [f64; BLOCK]) {
    for x in block {
        *x = if *x <= 0.0 { 0.0 } else { *x };
    }
}

/// xᵏ.
#[inline(always)]
pub(super) fn power(mut k: u32, block: &mut [f64; BLOCK]) {
    let mut square = *block;
    *block = [1.0; BLOCK];
    loop {
        if k & 1 == 1 {
            block.iter_mut().zip(&square).for_each(|(power, x)| *power *= x);
        }
        k /= 2;
        if k == 0 {
            break;
        }
        square.iter_mut().for_each(|x| *x *= *x);
    }
}
