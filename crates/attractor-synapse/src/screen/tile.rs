//! What the products of a tile say: in single precision whether it is worth a closer look, and then the bounds of each
//! score.

use super::codes::TILE;
use pulp::{Simd, WithSimd};

/// The products of a tile with one query, and scales, residuals and turns of its memories.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tile<'a> {
    pub(super) products: &'a [i32; TILE],
    pub(super) beside: [&'a [f32; TILE]; 3],
}

/// The largest cosine and the opposite of the smallest, in a unit of the query's, with their places.
#[derive(Debug, Clone, Copy)]
pub(super) struct Near {
    pub(super) cosines: [f32; 2],
    pub(super) places: [u32; 2],
}

impl Near {
    pub(super) const NONE: Self = Self { cosines: [f32::NEG_INFINITY; 2], places: [0; 2] };

    /// Takes the cosines of the first so many places of a tile.
    pub(super) fn see(&mut self, start: usize, count: usize, tile: &Tile<'_>) {
        let [_, _, turns] = tile.beside;
        for (lane, (product, turn)) in tile.products.iter().zip(turns).enumerate().take(count) {
            let cosine = *product as f32 * turn;
            self.take(0, cosine, (start + lane) as u32);
            self.take(1, -cosine, (start + lane) as u32);
        }
    }

    /// Takes one for an end, if it is farther out.
    pub(super) fn take(&mut self, end: usize, cosine: f32, place: u32) {
        if cosine > self.cosines[end] {
            (self.cosines[end], self.places[end]) = (cosine, place);
        }
    }
}

/// How a query looks at whole tiles in single precision, all in the unit of its products.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glance {
    unit: f64,
    /// ‖g‖, a little more.
    length: f32,
    /// What rounding can do to ⟨ξ̂, ĝ⟩ and what is added to it.
    slack: f64,
}

impl Glance {
    /// For products in `unit`, ‖g‖ and the largest |⟨ξ̂, ĝ⟩|; none where these are far from 1 in `f32`.
    pub(super) fn new(unit: f64, length: f64, largest: f64) -> Option<Self> {
        // three roundings of 2⁻²⁴, and as much again for those of small numbers
        const ROUNDING: f64 = 1.0 / (1 << 20) as f64;
        let (most, length) = (largest / unit, (length / unit * (1.0 + ROUNDING)) as f32);
        let fits = 1e-30 < most && most < 1e30 && 1e-30 < length && length < 1e30;
        fits.then_some(Self { unit, length, slack: ROUNDING * most })
    }

    /// What no score is above whose bound is seen at most here, but for what the query is off by.
    fn upper(&self, seen: f32) -> f64 {
        (f64::from(seen) + self.slack) * self.unit
    }

    /// Whether no bound of a whole tile is above the cut, nor a cosine beyond those found; then what no bound is above.
    pub(super) fn rejects(&self, tile: Tile<'_>, cut: f64, near: &Near) -> Option<f64> {
        let cut = ((cut / self.unit - self.slack) as f32).next_down();
        let (length, ends) = (self.length, near.cosines);
        let whole = Whole { tile, length, cut, ends };
        let most = if cut.is_nan() { None } else { pulp::Arch::new().dispatch(whole) }?;
        Some(self.upper(most))
    }
}

/// The largest bound of a tile, unless it is above the cut or a cosine is beyond the ends. A closure would be compiled for
/// the least instruction set.
struct Whole<'a> {
    tile: Tile<'a>,
    length: f32,
    cut: f32,
    ends: [f32; 2],
}

impl WithSimd for Whole<'_> {
    type Output = Option<f32>;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Option<f32> {
        let Self { tile: Tile { products, beside }, length, cut, ends: [end, opposite] } = self;
        let mut numbers = [0.0; TILE];
        for lane in 0..TILE {
            numbers[lane] = products[lane] as f32;
        }
        let [products, scales, residuals, turns] =
            [&numbers, beside[0], beside[1], beside[2]].map(|all| S::as_simd_f32s(all).0);
        let least = simd.splat_f32s(f32::NEG_INFINITY);
        let (length, mut most, mut far, mut near) = (simd.splat_f32s(length), least, least, least);
        for i in 0..products.len() {
            let error = simd.mul_f32s(residuals[i], length);
            let bound = simd.mul_add_e_f32s(products[i], scales[i], error);
            let cosine = simd.mul_f32s(products[i], turns[i]);
            most = simd.max_f32s(most, bound);
            near = simd.max_f32s(near, cosine);
            far = simd.max_f32s(far, simd.neg_f32s(cosine));
        }
        let above = simd.sub_f32s(most, simd.splat_f32s(cut));
        let nearer = simd.sub_f32s(near, simd.splat_f32s(end));
        let farther = simd.sub_f32s(far, simd.splat_f32s(opposite));
        let beyond = simd.max_f32s(above, simd.max_f32s(nearer, farther));
        (simd.reduce_max_f32s(beyond) <= 0.0).then(|| simd.reduce_max_f32s(most))
    }
}

/// Bounds on the scores of a tile.
#[derive(Debug)]
pub(super) struct Bounds {
    pub(super) upper: [f64; TILE],
    /// By how much a score can be below its upper bound.
    pub(super) width: [f64; TILE],
}

impl Bounds {
    pub(super) const NONE: Self = Self { upper: [0.0; TILE], width: [0.0; TILE] };

    /// Those of scores whose products are in `unit`, for a query of that length, which all can be `off`.
    pub(super) fn estimate(&mut self, tile: Tile<'_>, unit: f64, length: f64, off: f64) {
        pulp::Arch::new().dispatch(Estimate { tile, unit, length, off, bounds: self });
    }
}

/// [`Bounds::estimate`] for the instruction set at hand.
struct Estimate<'a> {
    tile: Tile<'a>,
    unit: f64,
    length: f64,
    off: f64,
    bounds: &'a mut Bounds,
}

impl WithSimd for Estimate<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { tile: Tile { products, beside: [scales, residuals, _] }, unit, bounds, .. } =
            self;
        for lane in 0..TILE {
            let middle = f64::from(products[lane]) * (f64::from(scales[lane]) * unit);
            let error = f64::from(residuals[lane]) * self.length + self.off;
            bounds.upper[lane] = middle + error;
            bounds.width[lane] = 2.0 * error;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(i: usize) -> f64 {
        ((i * 7919 + 13) % 2003) as f64 / 1001.0 - 1.0
    }

    /// A tile of memories that are as large as `size`, with numbers that `f32` rounds.
    struct Made {
        products: [i32; TILE],
        beside: [[f32; TILE]; 3],
        unit: f64,
        length: f64,
    }

    impl Made {
        fn new(seed: usize, size: f64) -> Self {
            let at = |lane: usize, i: usize| number((seed * 5 + i) * TILE + lane);
            let of = |i: usize, f: &dyn Fn(f64) -> f64| {
                std::array::from_fn(|lane| f(at(lane, i)) as f32)
            };
            let scales = of(1, &|x| size * (1.5 + x));
            let residuals = of(2, &|x| size * (1.0 + x));
            let turns = of(3, &|x| 1.5 + x);
            let products = std::array::from_fn(|lane| (at(lane, 0) * 16_777_259.0) as i32);
            Self {
                products,
                beside: [scales, residuals, turns],
                unit: 0.3 / size,
                length: 1e3 / size,
            }
        }

        fn tile(&self) -> Tile<'_> {
            Tile { products: &self.products, beside: self.beside.each_ref() }
        }

        fn upper(&self) -> f64 {
            let mut bounds = Bounds::NONE;
            bounds.estimate(self.tile(), self.unit, self.length, 0.0);
            bounds.upper.into_iter().fold(f64::NEG_INFINITY, f64::max)
        }

        /// What |⟨ξ̂, ĝ⟩| is at most.
        fn largest(&self) -> f64 {
            let sizes = self.products.iter().zip(&self.beside[0]);
            let sizes = sizes.map(|(p, s)| (f64::from(*p) * f64::from(*s) * self.unit).abs());
            sizes.fold(0.0, f64::max)
        }
    }

    /// Ends beyond every cosine.
    const FAR: Near = Near { cosines: [f32::INFINITY; 2], places: [0; 2] };

    /// Whether every bound of a tile that is rejected is at most what it is said to be.
    fn holds(slack: f64) -> bool {
        let sizes = [1e-20, 1e-6, 1.0, 1e6, 1e20];
        (0..500).all(|seed| {
            let made = Made::new(seed, sizes[seed % 5]);
            let mut glance = Glance::new(made.unit, made.length, made.largest()).unwrap();
            glance.slack *= slack;
            let upper = made.upper();
            let rest = glance.rejects(made.tile(), f64::INFINITY, &FAR).unwrap();
            rest >= upper && (slack < 1.0 || rest - upper <= 1e-5 * made.largest())
        })
    }

    #[test]
    fn no_bound_is_above_what_a_glance_says() {
        assert!(holds(1.0));
        assert!(!holds(0.0), "single precision is off by something");
    }

    #[test]
    fn what_is_above_the_cut_or_nearer_gets_a_closer_look() {
        for seed in 0..50 {
            let made = Made::new(seed, 1.0);
            let glance = Glance::new(made.unit, made.length, made.largest()).unwrap();
            let (upper, more) = (made.upper(), 1e-5 * made.largest());
            let rejects = |cut: f64, near: &Near| glance.rejects(made.tile(), cut, near);
            assert_eq!(rejects(upper.next_down(), &FAR), None);
            assert!(rejects(upper + more, &FAR).is_some_and(|rest| rest <= upper + more));
            assert_eq!(rejects(f64::NEG_INFINITY, &FAR), None);
            assert_eq!(rejects(f64::NAN, &FAR), None);
            let mut near = Near::NONE;
            assert_eq!(rejects(f64::INFINITY, &near), None);
            near.see(100, TILE, &made.tile());
            assert!(rejects(f64::INFINITY, &near).is_some());
            for end in [0, 1] {
                let mut one_less = near;
                one_less.cosines[end] = one_less.cosines[end].next_down();
                assert_eq!(rejects(f64::INFINITY, &one_less), None, "{end}");
                let lane = near.places[end] as usize - 100;
                let cosine = made.products[lane] as f32 * made.beside[2][lane];
                assert_eq!(near.cosines[end].to_bits(), [cosine, -cosine][end].to_bits());
            }
        }
    }

    #[test]
    fn what_is_beyond_single_precision_is_not_glanced_at() {
        for (unit, length, largest) in [
            (1e-60, 1.0, 1.0),
            (1.0, 0.0, 1.0),
            (1.0, 1.0, 0.0),
            (1.0, 1e40, 1.0),
            (f64::NAN, 1.0, 1.0),
        ] {
            assert!(Glance::new(unit, length, largest).is_none());
        }
        let mut made = Made::new(3, 1.0);
        made.beside[1][9] = f32::INFINITY; // a memory beyond int8
        let glance = Glance::new(made.unit, made.length, made.largest()).unwrap();
        assert_eq!(glance.rejects(made.tile(), f64::MAX, &FAR), None);
    }
}
