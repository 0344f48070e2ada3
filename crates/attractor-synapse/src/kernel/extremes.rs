//! The largest and the smallest of a tile for every query.

use super::{Vector, lanes};
use attractor_lagrangian::Real;
use pulp::{Arch, Simd, WithSimd};

/// Writes the largest and the smallest x·factor of every column of `x`, n × q, one factor for each row.
/// q is 1 or fills whole vectors. Where there is a NaN the result may be any.
pub(crate) fn extremes<T: Real>(x: &[T], factors: &[T], most: &mut [T], least: &mut [T]) {
    extremes_on(Arch::new(), x, factors, most, least);
}

pub(super) fn extremes_on<T: Real>(
    arch: Arch,
    x: &[T],
    factors: &[T],
    most: &mut [T],
    least: &mut [T],
) {
    arch.dispatch(Extremes { x, factors, most, least });
}

struct Extremes<'a, T> {
    x: &'a [T],
    factors: &'a [T],
    most: &'a mut [T],
    least: &'a mut [T],
}

impl<T: Real> WithSimd for Extremes<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if self.most.len() == 1 {
            return self.of_one(simd);
        }
        let stride = self.most.len() / lanes::<S, T>();
        let x = T::lanes::<S>(self.x).0;
        let ends = T::lanes_mut::<S>(self.most).0.iter_mut().zip(T::lanes_mut::<S>(self.least).0);
        for (column, (most, least)) in ends.enumerate() {
            let mut ends = Ends::<S, T>::new(simd);
            for (x, factor) in x.chunks_exact(stride).zip(self.factors) {
                ends.see(T::lanes_mul(simd, x[column], T::lanes_splat(simd, *factor)));
            }
            (*most, *least) = (ends.most, ends.least);
        }
    }
}

impl<T: Real> Extremes<'_, T> {
    #[inline(always)]
    fn of_one<S: Simd>(self, simd: S) {
        let (x, x_end) = T::lanes::<S>(self.x);
        let (factors, factors_end) = T::lanes::<S>(self.factors);
        let mut ends = Ends::<S, T>::new(simd);
        for (x, factor) in x.iter().zip(factors) {
            ends.see(T::lanes_mul(simd, *x, *factor));
        }
        for (x, factor) in x_end.iter().zip(factors_end) {
            ends.see(T::lanes_splat(simd, *x * *factor));
        }
        let ([most], [least]) = ([[ends.most]], [[ends.least]]);
        let all = |x: &[Vector<S, T>], of: fn(T, T) -> T| {
            T::each_lane::<S>(x).iter().copied().reduce(of).unwrap_or(T::ZERO)
        };
        self.most[0] = all(&most, |a, b| if b < a { a } else { b });
        self.least[0] = all(&least, |a, b| if b > a { a } else { b });
    }
}

struct Ends<S: Simd, T: Real> {
    simd: S,
    most: Vector<S, T>,
    least: Vector<S, T>,
}

impl<S: Simd, T: Real> Ends<S, T> {
    #[inline(always)]
    fn new(simd: S) -> Self {
        let of = |x| T::lanes_of(simd, x);
        Self { simd, most: of(f64::NEG_INFINITY), least: of(f64::INFINITY) }
    }

    #[inline(always)]
    fn see(&mut self, x: Vector<S, T>) {
        self.most = T::lanes_at_least(self.simd, self.most, x);
        self.least = T::lanes_if_less(self.simd, x, self.least, x, self.least);
    }
}
