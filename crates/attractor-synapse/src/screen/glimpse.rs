//! A glimpse at few of the codes: what is reached there nothing may stay below.

use super::bounds::Bounds;
use super::codes::Query;
use super::hunt::Hunt;
use super::index::Index;
use super::parts::in_parts;
use super::products::PLACES;
use crate::Element;

/// A glimpse is of one stretch of so many.
const SOME: usize = 32;

/// Raises the floors of all hunts to what is reached in some of the codes.
pub(super) fn glimpse<T: Element>(index: &Index<T>, hunts: &mut [Hunt<'_>]) {
    let queries: Vec<&Query> = hunts.iter().map(|hunt| &hunt.query).collect();
    let floors = in_parts(index, SOME, |stretches| {
        let mut floors = vec![f64::NEG_INFINITY; hunts.len()];
        let (mut products, mut bounds) = (vec![[0; PLACES]; hunts.len()], Bounds::NONE);
        for i in stretches.clone().filter(|i| i.is_multiple_of(SOME)) {
            let rows = index.stretch(i);
            if stretches.contains(&(i + SOME)) {
                index.codes.ask_for(index.stretch(i + SOME));
            }
            let first = index.codes.products(rows.clone(), &queries, false, &mut products);
            for ((hunt, floor), products) in hunts.iter().zip(&mut floors).zip(&products) {
                let tile = index.tile(&rows, products, first);
                hunt.bound(index, rows.clone(), tile, &mut bounds);
                *floor = floor.max(bounds.reached(rows.len()));
            }
        }
        floors
    });
    for (q, hunt) in hunts.iter_mut().enumerate() {
        hunt.floor = floors.iter().map(|floors| floors[q]).fold(hunt.floor, f64::max);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::Screened;
    use crate::{Question, Synapses};
    use attractor_lagrangian::LogSumExp;

    /// However few codes there are, a glimpse is of a small part of them: of the first stretch of each 32.
    #[test]
    fn a_glimpse_is_of_one_stretch_of_32() {
        let (n, softmax) = (1024, LogSumExp::new(8.0).unwrap());
        let best = |at: usize| {
            let row = |r: usize| [if r == at { 1.0f32 } else { 0.1 * (r % 7) as f32 / 7.0 }; 3];
            let rows: Vec<_> = (0..n).map(row).collect();
            let screened = Screened::new(Synapses::from_rows(&rows).unwrap(), 1e-6).unwrap();
            let question = Question::of(&softmax, &[1.0; 3]);
            let mut hunts = [screened.hunt(&screened.exact(&question, 0, 8.0), &[1.0; 3])];
            glimpse(&screened.index, &mut hunts);
            hunts[0].floor
        };
        assert!(best(63) > 2.9 && best(64) < 0.3 && best(1000) < 0.3);
    }
}
