//! The largest and the smallest of a tile for every query, and where they are.

use super::{Vector, lanes, splat};
use attractor_lagrangian::Real;
use pulp::{Arch, Simd, WithSimd};

/// Rows that do not wait for one another.
const CHAINS: usize = 2;

/// Writes the largest and the smallest x·factor of every column of `x`, n × q, one factor for each row.
/// q is 1 or fills one or two vectors. Where there is a NaN the result may be any.
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
        match self.most.len() / lanes::<S, T>() {
            _ if self.most.len() == 1 => self.of_one(simd),
            1 => self.of_columns::<S, 1>(simd),
            2 => self.of_columns::<S, 2>(simd),
            vectors => unreachable!("a panel of {vectors} vectors"),
        }
    }
}

impl<T: Real> Extremes<'_, T> {
    #[inline(always)]
    fn of_columns<S: Simd, const WIDE: usize>(self, simd: S) {
        let mut ends = [[Ends::<S, T>::new(simd); WIDE]; CHAINS];
        let x: &[[Vector<S, T>; WIDE]] = T::lanes::<S>(self.x).0.as_chunks().0;
        let (whole, rest) = x.as_chunks::<CHAINS>();
        let (factors, last) = self.factors.as_chunks::<CHAINS>();
        let mut see = |chain: usize, row: &[Vector<S, T>; WIDE], factor: T| {
            let factor = splat(simd, factor);
            for (ends, x) in ends[chain].iter_mut().zip(row) {
                ends.see(T::lanes_mul(simd, *x, factor));
            }
        };
        for (rows, factors) in whole.iter().zip(factors) {
            for chain in 0..CHAINS {
                see(chain, &rows[chain], factors[chain]);
            }
        }
        rest.iter().zip(last).for_each(|(row, factor)| see(0, row, *factor));
        let places = T::lanes_mut::<S>(self.most).0.iter_mut().zip(T::lanes_mut::<S>(self.least).0);
        for (i, (most, least)) in places.enumerate() {
            let mut all = ends[0][i];
            ends[1..].iter().for_each(|chain| all.merge(chain[i]));
            (*most, *least) = (all.most, all.least);
        }
    }

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

#[derive(Clone, Copy)]
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
        self.merge(Self { simd: self.simd, most: x, least: x });
    }

    #[inline(always)]
    fn merge(&mut self, other: Self) {
        self.most = T::lanes_at_least(self.simd, self.most, other.most);
        self.least = T::lanes_if_less(self.simd, other.least, self.least, other.least, self.least);
    }
}

/// The rows in which a column is beyond its bar: how many, and the sum of their places. Of one row that is its place.
#[derive(Debug, Default, Clone)]
pub(crate) struct Hits<T> {
    pub counts: Vec<T>,
    pub places: Vec<T>,
}

/// Finds where sign·x·factor is not less than the bar of its column. `x` is n × q, and q fills one or two vectors; n is
/// small enough for its numbers to be exact.
pub(crate) struct Find<'a, T> {
    pub x: &'a [T],
    pub factors: &'a [T],
    /// 1 or −1.
    pub sign: T,
    /// One for each column.
    pub bars: &'a [T],
    pub hits: &'a mut Hits<T>,
}

pub(crate) fn find<T: Real>(work: Find<'_, T>) {
    find_on(Arch::new(), work);
}

pub(super) fn find_on<T: Real>(arch: Arch, work: Find<'_, T>) {
    arch.dispatch(work);
}

impl<T: Real> WithSimd for Find<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.hits.counts.resize(self.bars.len(), T::ZERO);
        self.hits.places.resize(self.bars.len(), T::ZERO);
        match self.bars.len() / lanes::<S, T>() {
            1 => self.in_columns::<S, 1>(simd),
            2 => self.in_columns::<S, 2>(simd),
            vectors => unreachable!("a panel of {vectors} vectors"),
        }
    }
}

impl<T: Real> Find<'_, T> {
    #[inline(always)]
    fn in_columns<S: Simd, const WIDE: usize>(self, simd: S) {
        let (zero, one) = (splat(simd, T::ZERO), splat(simd, T::ONE));
        let x: &[[Vector<S, T>; WIDE]] = T::lanes::<S>(self.x).0.as_chunks().0;
        let bars = T::lanes::<S>(self.bars).0;
        let (mut counts, mut places, mut at) = ([zero; WIDE], [zero; WIDE], zero);
        for (row, factor) in x.iter().zip(self.factors) {
            let factor = splat(simd, self.sign * *factor);
            for i in 0..WIDE {
                let x = T::lanes_mul(simd, row[i], factor);
                let hit = T::lanes_if_less(simd, x, bars[i], zero, one);
                counts[i] = T::lanes_add(simd, counts[i], hit);
                places[i] = T::lanes_mul_add(simd, hit, at, places[i]);
            }
            at = T::lanes_add(simd, at, one);
        }
        T::lanes_mut::<S>(&mut self.hits.counts).0.copy_from_slice(&counts);
        T::lanes_mut::<S>(&mut self.hits.places).0.copy_from_slice(&places);
    }
}
