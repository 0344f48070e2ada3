//! What the explicit Runge–Kutta rules share: stages whose velocities are weighed together.

use crate::lane::Lane;
use crate::{Network, Velocity};
use attractor_lagrangian::{Lagrangian, Real};
use attractor_synapse::{Element, Memories};

/// Numbers that are summed together, so that their sums stay in registers.
const BLOCK: usize = 32;

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Network<T, Lv, Lh, M> {
    /// Takes the state of a lane, whose targets are known, through stages: each is the state moved by dt along the
    /// velocities of the stages before, weighed by a row. Reads the synapses at every stage that is among the first
    /// `velocities`; the start is the first of them and stays in `next`.
    pub(crate) fn stages(&self, lane: &mut Lane<T>, dt: f64, rows: &[&[f64]], velocities: usize) {
        let mut all = std::mem::take(&mut lane.velocities);
        all.resize_with(velocities, Velocity::default);
        lane.next.copy_from(&lane.state);
        self.velocity_into(lane, &mut all[0]);
        for (stage, row) in rows.iter().enumerate() {
            let (so_far, rest) = all.split_at_mut(stage + 1);
            let Lane { state, next, .. } = lane;
            move_along(&next.v, (row, so_far, |velocity| &velocity.v), dt, &mut state.v);
            move_along(&next.h, (row, so_far, |velocity| &velocity.h), dt, &mut state.h);
            self.activate(state);
            if let Some(velocity) = rest.first_mut() {
                self.read_both(lane);
                self.velocity_into(lane, velocity);
            }
        }
        lane.velocities = all;
    }
}

/// Some of the numbers of velocities, and how much each of them counts.
pub(crate) type Weighed<'a> = (&'a [f64], &'a [Velocity], fn(&Velocity) -> &Vec<f64>);

/// Moves a layer by dt along the weighed velocities.
fn move_along<T: Real>(from: &[T], weighed: Weighed<'_>, dt: f64, to: &mut [T]) {
    let blocks = from.chunks(BLOCK).zip(to.chunks_mut(BLOCK)).enumerate();
    for (block, (from, to)) in blocks {
        let sums = sums(weighed, block * BLOCK, from.len());
        for ((to, from), sum) in to.iter_mut().zip(from).zip(sums) {
            *to = T::of(from.f64() + dt * sum);
        }
    }
}

/// The length of the weighed velocities of n neurons.
pub(crate) fn length(weighed: Weighed<'_>, n: usize) -> f64 {
    let blocks = (0..n).step_by(BLOCK);
    let squares = blocks.map(|first| {
        let sums = sums(weighed, first, BLOCK.min(n - first));
        sums.iter().map(|sum| sum * sum).sum::<f64>()
    });
    squares.sum::<f64>().sqrt()
}

/// The weighed sum for some neurons from the first on.
#[inline]
fn sums((row, velocities, part): Weighed<'_>, first: usize, n: usize) -> [f64; BLOCK] {
    let mut sums = [0.0; BLOCK];
    for (weight, velocity) in row.iter().zip(velocities) {
        let velocity = &part(velocity)[first..first + n];
        sums.iter_mut().zip(velocity).for_each(|(sum, x)| *sum += weight * x);
    }
    sums
}
