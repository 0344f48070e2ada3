//! The codes of memories in the order in which they are looked through.

use super::balls::Balls;
use super::codes::{Codes, TILE};
use super::products::PLACES;
use super::tile::Tile;
use crate::{Element, Memories, Synapses};
use std::ops::Range;

/// Codes by their places; in balls these are not the places of the memories.
#[derive(Debug, Clone)]
pub(super) struct Index<T> {
    pub(super) codes: Codes,
    pub(super) balls: Option<Balls<T>>,
}

impl<T: Element> Index<T> {
    pub(super) fn new(xi: &Synapses<T>) -> Self {
        Self { codes: Codes::new(xi.features(), xi.patterns().rows()), balls: None }
    }

    /// In balls, if memories lie in any.
    pub(super) fn in_balls(xi: &Synapses<T>) -> Option<Self> {
        let balls = Balls::new(xi)?;
        let rows = balls.order().iter().map(|memory| xi.patterns().row(*memory as usize));
        Some(Self { codes: Codes::new(xi.features(), rows), balls: Some(balls) })
    }

    /// How many stretches of places are looked through one by one.
    pub(super) fn stretches(&self) -> usize {
        self.balls.as_ref().map_or(self.codes.len().div_ceil(TILE), Balls::len)
    }

    /// Places that are looked through together, a tile at most.
    pub(super) fn stretch(&self, i: usize) -> Range<usize> {
        let tile = || i * TILE..self.codes.len().min((i + 1) * TILE);
        self.balls.as_ref().map_or_else(tile, |balls| balls.places(i))
    }

    /// The memory in a place.
    pub(super) fn memory(&self, place: usize) -> usize {
        self.balls.as_ref().map_or(place, |balls| balls.order()[place] as usize)
    }

    /// A stretch of which the products begin in a place.
    pub(super) fn tile<'a>(
        &'a self,
        rows: &Range<usize>,
        products: &'a [i32; PLACES],
        first: usize,
    ) -> Tile<'a> {
        let products = &products[first..].as_chunks().0[0];
        Tile { products, beside: self.codes.beside(rows.start) }
    }
}
