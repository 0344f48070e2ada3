//! Bounds on the scores of a tile, by its products.

use super::codes::TILE;
use super::tile::Tile;
use pulp::{Simd, WithSimd};

/// Places that are told apart together.
pub(super) const EIGHT: usize = 8;

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

    /// A score that one of the first so many places has at least.
    pub(super) fn reached(&self, count: usize) -> f64 {
        let mut most = [f64::NEG_INFINITY; EIGHT];
        let ((upper, last), (width, _)) =
            (self.upper[..count].as_chunks::<EIGHT>(), self.width.as_chunks::<EIGHT>());
        let mut see = |lane: usize, lower: f64| {
            most[lane] = if lower > most[lane] { lower } else { most[lane] }
        };
        for (upper, width) in upper.iter().zip(width) {
            (0..EIGHT).for_each(|lane| see(lane, upper[lane] - width[lane]));
        }
        let rest = count - last.len();
        (0..last.len()).for_each(|lane| see(lane, last[lane] - self.width[rest + lane]));
        most.into_iter().fold(f64::NEG_INFINITY, f64::max)
    }

    /// Which eights of the first so many places have one above the cut, or no number, and the largest that is not above.
    pub(super) fn above(&self, count: usize, cut: f64) -> ([bool; TILE / EIGHT], f64) {
        pulp::Arch::new().dispatch(Above { upper: &self.upper[..count], cut })
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

/// [`Bounds::above`] for the instruction set at hand.
struct Above<'a> {
    upper: &'a [f64],
    cut: f64,
}

impl WithSimd for Above<'_> {
    type Output = ([bool; TILE / EIGHT], f64);

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) -> Self::Output {
        let (mut above, mut most) = ([false; TILE / EIGHT], [f64::NEG_INFINITY; EIGHT]);
        let (eights, rest) = self.upper.as_chunks::<EIGHT>();
        for i in 0..eights.len() {
            above[i] = one_above(&eights[i], self.cut, &mut most);
        }
        if !rest.is_empty() {
            let mut eight = [f64::NEG_INFINITY; EIGHT];
            eight[..rest.len()].copy_from_slice(rest);
            above[eights.len()] = one_above(&eight, self.cut, &mut most);
        }
        (above, most.into_iter().fold(f64::NEG_INFINITY, f64::max))
    }
}

/// Whether one is above the cut, or no number; takes the others.
#[inline(always)]
fn one_above(eight: &[f64; EIGHT], cut: f64, most: &mut [f64; EIGHT]) -> bool {
    let mut above = false;
    for lane in 0..EIGHT {
        let is_below = eight[lane] <= cut;
        above |= !is_below;
        most[lane] = if is_below && eight[lane] > most[lane] { eight[lane] } else { most[lane] };
    }
    above
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_above_a_cut_are_told_from_the_largest_below() {
        for count in [1, 7, 8, 9, 63, 64] {
            let mut bounds = Bounds::NONE;
            bounds.upper =
                std::array::from_fn(|lane| ((lane * 7919 + count) % 2003) as f64 / 1001.0 - 1.0);
            bounds.upper[count / 2] = f64::NAN;
            for cut in [f64::NEG_INFINITY, -0.5, 0.0, bounds.upper[0], 0.9, f64::INFINITY] {
                let upper = &bounds.upper[..count];
                let one_above = |eight: &[f64]| eight.iter().any(|x| !(*x <= cut));
                let below = upper.iter().filter(|x| **x <= cut);
                let most = below.fold(f64::NEG_INFINITY, |most, x| most.max(*x));
                let (above, found) = bounds.above(count, cut);
                assert_eq!(found.to_bits(), most.to_bits(), "{count} {cut}");
                let eights = above.iter().zip(upper.chunks(EIGHT));
                eights.for_each(|(above, eight)| {
                    assert_eq!(*above, one_above(eight), "{count} {cut}")
                });
            }
        }
    }

    #[test]
    fn what_is_reached_is_the_largest_lower_bound() {
        for count in [1, 7, 8, 9, 63, 64] {
            let mut bounds = Bounds::NONE;
            for lane in 0..TILE {
                bounds.upper[lane] = (lane as f64 * 0.7).sin();
                bounds.width[lane] = 0.3 + (lane as f64 * 0.2).cos() / 4.0;
            }
            let lower = |lane: usize| bounds.upper[lane] - bounds.width[lane];
            let most = (0..count).map(lower).fold(f64::NEG_INFINITY, f64::max);
            assert_eq!(bounds.reached(count).to_bits(), most.to_bits(), "{count}");
            bounds.upper[0] = f64::NAN;
            assert!(!bounds.reached(count).is_nan());
        }
    }
}
