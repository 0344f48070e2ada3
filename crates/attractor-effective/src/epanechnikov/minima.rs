//! All local minima of the energy: the memories that are kept, and those that emerge between them.

use super::geometry::{mean_offset, square_distance};
use super::{Epanechnikov, EpanechnikovError};
use attractor_synapse::{Element, Memories};
use rayon::prelude::*;

/// A local minimum of the energy.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimum {
    /// The memories that are active there, in order.
    pub members: Vec<usize>,
    /// Their mean, d numbers.
    pub state: Vec<f64>,
    /// E.
    pub energy: f64,
}

impl Minimum {
    /// Several memories share it: it is none of the stored, but emerges between them.
    pub fn is_emergent(&self) -> bool {
        self.members.len() > 1
    }
}

impl<T: Element> Epanechnikov<T> {
    /// All local minima of E with active memories, in the order of their members.
    ///
    /// A set A makes one exactly if the memories within the radius of its mean m_A are A, and no other
    /// lies *at* the radius. For E is lowest where S = Σ relu(q) is highest, and relu(q) is at least q and
    /// 0: S ≥ Q_A = Σ_A q, with equality where A is active. So a local maximum of S with active set A is one
    /// of Q_A, a concave paraboloid that has no other than m_A: kinks of relu are convex and add none.
    /// Near an m_A with active set A and no tie S is Q_A, so it is one. A tied memory ν makes it none:
    /// towards ξ_ν relu(q_ν) rises to first order, and Q_A falls to second. A retrieval rests at such a
    /// point all the same, since ties count as inactive.
    ///
    /// With ε > 0 the energy outside all balls is flat and largest: no minimum either.
    ///
    /// The members lie within one radius of their mean, hence pairwise within two: the sets are cliques
    /// of that graph, searched depth first, N·d numbers read for each. There can be 2^N of them.
    ///
    /// # Errors
    /// [`EpanechnikovError::TooMany`] beyond `limit` cliques.
    pub fn minima(&self, limit: usize) -> Result<Vec<Minimum>, EpanechnikovError> {
        let neighbours = self.neighbours();
        let (mut members, mut found, mut visited) = (Vec::new(), Vec::new(), 0);
        let mut state = vec![0.0; self.features()];
        let mut from = 0;
        loop {
            match self.extension(&members, &neighbours, from) {
                Some(mu) => {
                    visited += 1;
                    if visited > limit {
                        return Err(EpanechnikovError::TooMany { limit });
                    }
                    members.push(mu);
                    found.extend(self.minimum(&members, &mut state));
                    from = mu + 1;
                }
                None => match members.pop() {
                    Some(last) => from = last + 1,
                    None => return Ok(found),
                },
            }
        }
    }

    /// For each memory, those after it that are within two radii; a little more, which costs time only.
    fn neighbours(&self) -> Vec<Vec<usize>> {
        let (patterns, reach) = (self.memories.patterns(), 4.0 * self.square_radius * (1.0 + 1e-9));
        let near = |i: usize, j: usize| square_distance(patterns.row(i), patterns.row(j)) <= reach;
        let n = patterns.len();
        (0..n).into_par_iter().map(|i| (i + 1..n).filter(|&j| near(i, j)).collect()).collect()
    }

    /// The next memory, not before `from`, that makes a larger clique of these.
    fn extension(
        &self,
        members: &[usize],
        neighbours: &[Vec<usize>],
        from: usize,
    ) -> Option<usize> {
        let Some((&last, others)) = members.split_last() else {
            return (from < self.memories.memories()).then_some(from);
        };
        let near = |mu: usize| others.iter().all(|&i| neighbours[i].binary_search(&mu).is_ok());
        let after = neighbours[last].partition_point(|&mu| mu < from);
        neighbours[last][after..].iter().copied().find(|&mu| near(mu))
    }

    /// The minimum that these memories make, if they do.
    fn minimum(&self, members: &[usize], state: &mut [f64]) -> Option<Minimum> {
        let patterns = self.memories.patterns();
        mean_offset(patterns, members, state);
        let first = patterns.row(*members.first()?);
        state.iter_mut().zip(first).for_each(|(m, a)| *m += a.f64());
        let (mut sum, mut left) = (0.0, members.iter().peekable());
        for (mu, row) in patterns.rows().enumerate() {
            let q = self.hat(square_distance(state, row));
            let member = left.next_if_eq(&&mu).is_some();
            if member != (q >= 0.0) || (member && !(q > 0.0)) {
                return None;
            }
            sum += q.max(0.0);
        }
        let energy = self.energy_of(members.len(), sum).value;
        Some(Minimum { members: members.to_vec(), state: state.to_vec(), energy })
    }
}
