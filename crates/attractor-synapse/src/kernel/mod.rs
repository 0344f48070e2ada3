//! The two products of a read, S = ΞVᵀ and O = PᵀΞ, on tiles of memories that are never packed.
//!
//! Of many queries, both have the queries in the lanes; of few, both have the features.
//! All run in the widest lanes that the processor has.

mod absorb;
mod both;
mod dots;
mod extremes;
mod mix;
mod panel;
mod sums;
#[cfg(test)]
mod tests;

pub(crate) use absorb::{Absorb, unpack};
pub(crate) use both::Both;
pub(crate) use extremes::{Find, Hits};
pub(crate) use mix::mix;
pub(crate) use panel::pack;
pub(crate) use sums::Sums;

use crate::Element;
use crate::rows::Rows;
use attractor_lagrangian::{Real, VectorLane as Lane};
use pulp::{Arch, Simd, WithSimd};

/// As [`scores`] and [`dots`].
type Product<T> = fn(Rows<'_, T>, &[T], usize, &mut [T]);

/// As [`extremes`].
type Extremes<T> = fn(&[T], &[T], &mut [T], &mut [T]);

/// The kernels of one type: compiled here and not again in every crate that reads.
#[derive(Debug)]
pub struct Kernels<T> {
    width: fn() -> usize,
    scores: Product<T>,
    dots: Product<T>,
    extremes: Extremes<T>,
    find: fn(Find<'_, T>),
    sums: fn(Sums<'_, T>),
    absorb: fn(Absorb<'_, T>),
    both: fn(Both<'_, T>),
}

impl<T: Real> Kernels<T> {
    pub(crate) const ALL: Self = Self {
        width: own_width::<T>,
        scores: panel::scores,
        dots: dots::dots,
        extremes: extremes::extremes,
        find: extremes::find,
        sums: sums::sums,
        absorb: absorb::absorb,
        both: both::both,
    };
}

/// How many numbers one instruction takes on this machine.
pub(crate) fn width<T: Element>() -> usize {
    (T::kernels().width)()
}

/// See [`panel::scores`].
pub(crate) fn scores<T: Element>(memories: Rows<'_, T>, panel: &[T], width: usize, out: &mut [T]) {
    (T::kernels().scores)(memories, panel, width, out);
}

/// See [`dots::dots`].
pub(crate) fn dots<T: Element>(memories: Rows<'_, T>, queries: &[T], d: usize, out: &mut [T]) {
    (T::kernels().dots)(memories, queries, d, out);
}

/// See [`extremes::extremes`].
pub(crate) fn extremes<T: Element>(x: &[T], factors: &[T], most: &mut [T], least: &mut [T]) {
    (T::kernels().extremes)(x, factors, most, least);
}

/// See [`Find`].
pub(crate) fn find<T: Element>(work: Find<'_, T>) {
    (T::kernels().find)(work);
}

/// See [`Sums`].
pub(crate) fn sums<T: Element>(work: Sums<'_, T>) {
    (T::kernels().sums)(work);
}

/// See [`Absorb`].
pub(crate) fn absorb<T: Element>(work: Absorb<'_, T>) {
    (T::kernels().absorb)(work);
}

/// See [`Both`].
pub(crate) fn both<T: Element>(work: Both<'_, T>) {
    (T::kernels().both)(work);
}

/// The lanes of one instruction.
type Vector<S, T> = <T as Lane>::Vector<S>;

/// How many numbers one instruction takes.
const fn lanes<S: Simd, T: Lane>() -> usize {
    size_of::<Vector<S, T>>() / size_of::<T>()
}

fn own_width<T: Real>() -> usize {
    width_on::<T>(Arch::new())
}

fn width_on<T: Real>(arch: Arch) -> usize {
    struct Width<T>(std::marker::PhantomData<T>);
    impl<T: Real> WithSimd for Width<T> {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, _simd: S) -> usize {
            lanes::<S, T>()
        }
    }
    arch.dispatch(Width::<T>(std::marker::PhantomData))
}

#[inline(always)]
fn splat<S: Simd, T: Lane>(simd: S, x: T) -> Vector<S, T> {
    T::lanes_splat(simd, x)
}
