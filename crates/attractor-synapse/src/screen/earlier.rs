//! What a screen found for one state, used again for states near it.

use super::rescore::{Exact, Off};
use super::search::Found;
use crate::Element;
use crate::partial::Partial;
use std::sync::Arc;

/// A state with what was found for it.
#[derive(Debug)]
pub(crate) struct Earlier {
    /// The index that was read, and β.
    index: u64,
    beta: f64,
    /// A bias may be another one the next time.
    biased: bool,
    outputs: Vec<f64>,
    found: Found,
}

/// The answer to one query, and how far it can be off.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) partial: Partial,
    pub(super) off: Off,
    /// How many memories were read exactly, and how many codes were looked at before.
    pub(super) read: usize,
    pub(super) seen: usize,
    /// Those of the query: M, ‖g‖ and max|b|.
    pub(super) sizes: [f64; 3],
}

impl Told {
    /// From what was found, where no score that was left out is above `cut`.
    fn of<T: Element>(exact: &Exact<'_, T>, found: &Found, cut: f64) -> Self {
        let (partial, read) = (exact.read(found), found.kept.len());
        let off = exact.off(cut, read, &partial);
        Self { partial, off, read, seen: 0, sizes: exact.sizes }
    }
}

impl Earlier {
    /// The answer from what was just found, and that for later.
    pub(super) fn begin<T: Element>(
        index: u64,
        exact: &Exact<'_, T>,
        found: Found,
    ) -> (Arc<Self>, Told) {
        let told = Told { seen: found.seen, ..Told::of(exact, &found, found.cut) };
        let (beta, biased, outputs) = (exact.beta, exact.bias.is_some(), exact.outputs.clone());
        (Arc::new(Self { index, beta, biased, outputs, found }), told)
    }

    /// The answer to a query from what was found for the nearest of earlier states, if that leaves out no
    /// more than `epsilon` of the weights and misses no memory that is nearer: a step of length r moves no
    /// score by more than M·r.
    pub(super) fn tell<T: Element>(
        all: &[Arc<Self>],
        index: u64,
        exact: &Exact<'_, T>,
        (epsilon, largest_inverse): (f64, f64),
    ) -> Option<(Told, Arc<Self>)> {
        let same = |one: &&Arc<Self>| {
            let read = (one.index, one.beta.to_bits()) == (index, exact.beta.to_bits());
            read && !one.biased && exact.bias.is_none()
        };
        let apart = all.iter().filter(same).map(|one| (one.distance(&exact.outputs), one));
        let (distance, nearest) = apart.min_by(|a, b| a.0.total_cmp(&b.0))?;
        let cut = (nearest.found.cut + exact.sizes[0] * distance).next_up();
        let told = Told::of(exact, &nearest.found, cut);
        let none_nearer = told.partial.nearest[0].overlap >= cut.max(0.0) * largest_inverse;
        (told.off.mass <= epsilon && none_nearer).then(|| (told, Arc::clone(nearest)))
    }

    /// ‖g − g'‖, rounded up.
    fn distance(&self, outputs: &[f64]) -> f64 {
        let square = |(a, b): (&f64, &f64)| (a - b) * (a - b);
        let sum: f64 = self.outputs.iter().zip(outputs).map(square).sum();
        sum.sqrt() * (1.0 + (outputs.len() as f64 + 4.0) * f64::EPSILON)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::Screened;
    use crate::screen::search::search;
    use crate::{Question, Synapses};
    use attractor_lagrangian::LogSumExp;

    /// Two memories apart: what is found for a state at one of them says nothing of the other.
    #[test]
    fn a_bound_that_forgets_the_step_is_found_out() {
        let xi = Synapses::from_rows(&[[1.0f64, 0.0], [0.0, 1.0]]).unwrap();
        let screened = Screened::new(xi, 1e-6).unwrap().eager();
        let softmax = LogSumExp::new(40.0).unwrap();
        let exact = |g: &[f64]| {
            let question = Question::of(&softmax, g);
            let Exact { outputs, sizes, .. } = screened.exact(&question, 0, 40.0);
            Exact { xi: screened.synapses(), outputs, beta: 40.0, bias: None, top: 0, sizes }
        };
        let (here, far) = (exact(&[1.0, 0.0]), exact(&[0.9, 1.0]));
        let mut hunts = [screened.hunt(&here, &[1.0, 0.0])];
        let found = search(&screened.index, &mut hunts, 2).unwrap().swap_remove(0);
        assert_eq!(found.kept.len(), 1);
        let earlier = [Earlier::begin(0, &here, found).0];
        let limits = (1e-6, 1.0);
        assert!(Earlier::tell(&earlier, 0, &here, limits).is_some());
        assert!(Earlier::tell(&earlier, 0, &far, limits).is_none());
        let [_, length, bias] = far.sizes;
        let forgetful = Exact { sizes: [0.0, length, bias], ..far };
        let (told, _) = Earlier::tell(&earlier, 0, &forgetful, (1e-6, 0.0)).unwrap();
        assert!(told.off.mass <= 1e-6, "it says so, and it leaves out 98 % of the weights");
    }
}
