//! What decides whether a memory could matter to a query: bounds on its score.

use super::bounds::Bounds;
use super::codes::{Query, TILE};
use super::index::Index;
use super::products::PLACES;
use super::tile::{Look, Near, Tile};
use crate::Element;
use std::ops::Range;

/// One query and what decides about a memory: it is left out where its score is below the largest by more
/// than `window`.
#[derive(Debug, Clone)]
pub(super) struct Hunt<'a> {
    pub(super) query: Query,
    pub(super) bias: Option<&'a [f64]>,
    /// What a memory's score may be below the largest: ln(N/ε)/β.
    pub(super) window: f64,
    /// A lower bound of the largest score, to begin with.
    pub(super) floor: f64,
    /// What no score in each ball exceeds; empty where balls are of no use.
    pub(super) uppers: Vec<f64>,
    /// M.
    pub(super) largest: f64,
}

impl Hunt<'_> {
    /// Whether nothing in a ball can matter or be the nearest: whoever has a score of at least `floor` > 0 has a cosine
    /// of at least `floor`/(M‖g‖).
    pub(super) fn misses<T: Element>(&self, index: &Index<T>, ball: usize, floor: f64) -> bool {
        let (Some(balls), Some(upper)) = (&index.balls, self.uppers.get(ball)) else {
            return false;
        };
        let nearer = upper.max(0.0) * balls.inverse(ball) * self.largest;
        *upper <= floor - self.window && nearer <= floor
    }

    /// Whether a memory of no larger score could matter, were this the largest; no number holds nothing back.
    pub(super) fn waits_for(&self, upper: f64, largest: f64) -> bool {
        !(upper <= largest - self.window)
    }

    /// Looks at a tile of which so many places are taken.
    pub(super) fn look(&self, count: usize, tile: Tile<'_>, cut: f64, near: &Near) -> Look {
        let Some(glance) = self.query.glance.filter(|_| count == TILE && self.bias.is_none())
        else {
            return Look::NONE;
        };
        let look = glance.look(tile, cut - self.query.off, near);
        Look { below: look.below.map(|upper| upper + self.query.off), ..look }
    }

    /// Writes the bounds of a tile.
    pub(super) fn bound<T: Element>(
        &self,
        index: &Index<T>,
        rows: Range<usize>,
        tile: Tile<'_>,
        bounds: &mut Bounds,
    ) {
        let query = &self.query;
        bounds.estimate(tile, query.unit, query.length, query.off);
        if let Some(bias) = self.bias {
            let upper = bounds.upper.iter_mut().zip(rows);
            upper.for_each(|(upper, place)| *upper += bias[index.memory(place)]);
        }
    }

    /// The bounds of the memory in a place by its product: how much its score is at least and at most.
    pub(super) fn of_one<T: Element>(
        &self,
        index: &Index<T>,
        place: usize,
        product: i32,
    ) -> (f64, f64) {
        let scale = f64::from(index.codes.scales[place]);
        let middle = f64::from(product) * (scale * self.query.unit);
        let error = f64::from(index.codes.residuals[place]) * self.query.length + self.query.off;
        let bias = self.bias.map_or(0.0, |bias| bias[index.memory(place)]);
        (middle - error + bias, middle + error + bias)
    }

    /// A score that is reached in some places, a tile at most.
    pub(super) fn reached<T: Element>(&self, index: &Index<T>, places: Range<usize>) -> f64 {
        let mut products = [[0; PLACES]];
        let first = index.codes.products(places.clone(), &[&self.query], false, &mut products);
        let pairs = places.zip(&products[0][first..]);
        let lowers = pairs.map(|(place, product)| self.of_one(index, place, *product).0);
        lowers.fold(f64::NEG_INFINITY, f64::max)
    }
}
