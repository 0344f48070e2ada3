//! What the products of a tile say in single precision: whether it is worth a closer look.

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
        // sixteen roundings of 2⁻²⁴, where three can meet; what small numbers lose besides is far less
        const ROUNDING: f64 = 1.0 / (1 << 20) as f64;
        let (most, length) = (largest / unit, (length / unit * (1.0 + ROUNDING)) as f32);
        let fits = 1e-30 < most && most < 1e30 && 1e-30 < length && length < 1e30;
        fits.then_some(Self { unit, length, slack: ROUNDING * most })
    }

    /// What no score is above whose bound is seen at most here, but for what the query is off by.
    fn upper(&self, seen: f32) -> f64 {
        (f64::from(seen) + self.slack) * self.unit
    }

    /// Looks whether a bound of a whole tile is above the cut, or a cosine beyond those found.
    pub(super) fn look(&self, tile: Tile<'_>, cut: f64, near: &Near) -> Look {
        let cut = ((cut / self.unit - self.slack) as f32).next_down();
        let (length, ends) = (self.length, near.cosines);
        let seen = pulp::Arch::new().dispatch(Whole { tile, length, ends });
        let below = seen.most <= cut;
        Look { below: below.then(|| self.upper(seen.most)), nearer: seen.nearer }
    }
}

/// What a look at a tile has found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// What no bound is above, where none is above the cut.
    pub(super) below: Option<f64>,
    /// Whether a cosine may be beyond those found.
    pub(super) nearer: bool,
}

impl Look {
    /// Where nothing is known.
    pub(super) const NONE: Self = Self { below: None, nearer: true };
}

/// What single precision sees of a tile: its largest bound, and whether a cosine is beyond the ends. A closure would be
/// compiled for the least instruction set.
struct Whole<'a> {
    tile: Tile<'a>,
    length: f32,
    ends: [f32; 2],
}

struct Seen {
    most: f32,
    nearer: bool,
}

impl WithSimd for Whole<'_> {
    type Output = Seen;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Seen {
        let Self { tile: Tile { products, beside }, length, ends: [end, opposite] } = self;
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
        let nearer = simd.sub_f32s(near, simd.splat_f32s(end));
        let farther = simd.sub_f32s(far, simd.splat_f32s(opposite));
        let beyond = simd.reduce_max_f32s(simd.max_f32s(nearer, farther));
        Seen { most: simd.reduce_max_f32s(most), nearer: beyond > 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::bounds::Bounds;

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
            let rest = glance.look(made.tile(), f64::INFINITY, &FAR).below.unwrap();
            rest >= upper && (slack < 1.0 || rest - upper <= 1e-5 * made.largest())
        })
    }

    #[test]
    fn no_bound_is_above_what_a_glance_says() {
        assert!(holds(1.0));
        assert!(!holds(0.0), "single precision is off by something");
    }

    /// Of memories beyond what int8 can say: their residuals are all there is.
    #[test]
    fn no_bound_of_large_residuals_is_above_what_a_glance_says() {
        for seed in 0..200 {
            let mut made = Made::new(seed, 1.0);
            made.products = made.products.map(|product| product % 3);
            made.beside[1] = made.beside[1].map(|residual| 1e9 * residual);
            let glance = Glance::new(made.unit, made.length, made.largest().max(1e-9)).unwrap();
            let (upper, rest) =
                (made.upper(), glance.look(made.tile(), f64::INFINITY, &FAR).below.unwrap());
            assert!(upper <= rest && rest <= upper * (1.0 + 2e-6), "{upper} {rest}");
        }
    }

    #[test]
    fn what_is_above_the_cut_or_nearer_gets_a_closer_look() {
        for seed in 0..50 {
            let made = Made::new(seed, 1.0);
            let glance = Glance::new(made.unit, made.length, made.largest()).unwrap();
            let (upper, more) = (made.upper(), 1e-5 * made.largest());
            let below = |cut: f64| glance.look(made.tile(), cut, &FAR).below;
            assert!(below(upper + more).is_some_and(|rest| rest <= upper + more));
            for cut in [upper.next_down(), f64::NEG_INFINITY, f64::NAN] {
                assert_eq!(below(cut), None);
            }
            let nearer = |near: &Near| glance.look(made.tile(), 0.0, near).nearer;
            let mut near = Near::NONE;
            assert!(nearer(&near));
            near.see(100, TILE, &made.tile());
            assert!(!nearer(&near));
            for end in [0, 1] {
                let mut one_less = near;
                one_less.cosines[end] = one_less.cosines[end].next_down();
                assert!(nearer(&one_less), "{end}");
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
        assert_eq!(glance.look(made.tile(), f64::MAX, &FAR).below, None);
    }
}
