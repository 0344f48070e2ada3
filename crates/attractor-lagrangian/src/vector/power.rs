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
        let ((x, x_rest), (g, g_rest)) = (self.x.as_chunks(), self.g.as_chunks_mut());
        x.iter().zip(g).for_each(|(x, g)| block(self.k, x, g));
        if !x_rest.is_empty() {
            let (mut last, mut powers) = ([T::ZERO; BLOCK], [T::ZERO; BLOCK]);
            last.iter_mut().zip(x_rest).for_each(|(place, x)| *place = *x);
            block(self.k, &last, &mut powers);
            g_rest.iter_mut().zip(powers).for_each(|(g, power)| *g = power);
        }
    }
}

/// Of a length that the compiler knows, or it would not go in lanes.
#[inline(always)]
fn block<T: Real>(k: u32, x: &[T; BLOCK], g: &mut [T; BLOCK]) {
    let mut numbers = [0.0; BLOCK];
    for i in 0..BLOCK {
        numbers[i] = x[i].f64();
    }
    rectify(&mut numbers);
    power(k, &mut numbers);
    for i in 0..BLOCK {
        g[i] = T::of(numbers[i]);
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
