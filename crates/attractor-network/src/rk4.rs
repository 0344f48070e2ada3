//! The classical Runge–Kutta rule.

use crate::lane::Lane;
use crate::{Integrator, Network, Velocity};
use attractor_dynamics::Guarantee;
use attractor_lagrangian::{Lagrangian, Real};
use attractor_synapse::{Element, Memories};

/// The classical Runge–Kutta rule of order 4, for comparison: accurate where it is stable, and
/// without any guarantee that the energy falls. Four reads of the synapses a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rk4;

/// How far from the start a stage is, and how much its velocity counts.
const STAGES: [(f64, f64); 4] = [(0.0, 1.0), (0.5, 2.0), (0.5, 2.0), (1.0, 1.0)];

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Integrator<T, Lv, Lh, M>
    for Rk4
{
    fn name(&self) -> &'static str {
        "rk4"
    }

    fn order(&self) -> u32 {
        4
    }

    fn guarantee(&self, _: &Network<T, Lv, Lh, M>, _: f64) -> Guarantee {
        Guarantee::None
    }

    fn safe_step(&self, _: &Network<T, Lv, Lh, M>) -> Option<f64> {
        None
    }

    fn look(&self, network: &Network<T, Lv, Lh, M>, lane: &mut Lane<T>, _: f64) {
        network.look_plainly(lane);
    }

    /// The look has read the velocity of the first stage.
    fn advance(&self, network: &Network<T, Lv, Lh, M>, lane: &mut Lane<T>, dt: f64) -> f64 {
        lane.next.copy_from(&lane.state);
        let mut sum = std::mem::take(&mut lane.sum);
        let mut velocity = std::mem::take(&mut lane.velocity);
        sum.clear(network.features(), network.neurons());
        for (stage, (reach, weight)) in STAGES.into_iter().enumerate() {
            if stage > 0 {
                let Lane { state, next, .. } = lane;
                moved(&next.v, &velocity.v, reach * dt, &mut state.v);
                moved(&next.h, &velocity.h, reach * dt, &mut state.h);
                network.activate(state);
                network.read_both(lane);
            }
            network.velocity_into(lane, &mut velocity);
            sum.add(weight / 6.0, &velocity);
        }
        let Lane { state, next, .. } = lane;
        moved(&next.v, &sum.v, dt, &mut state.v);
        moved(&next.h, &sum.h, dt, &mut state.h);
        network.activate(state);
        state.time += dt;
        (lane.sum, lane.velocity) = (sum, velocity);
        dt
    }
}

fn moved<T: Real>(from: &[T], velocity: &[f64], dt: f64, to: &mut [T]) {
    for ((to, from), velocity) in to.iter_mut().zip(from).zip(velocity) {
        *to = T::of(from.f64() + dt * velocity);
    }
}

impl Velocity {
    fn clear(&mut self, d: usize, n: usize) {
        self.v.clear();
        self.v.resize(d, 0.0);
        self.h.clear();
        self.h.resize(n, 0.0);
    }

    fn add(&mut self, weight: f64, other: &Self) {
        self.v.iter_mut().zip(&other.v).for_each(|(a, b)| *a += weight * b);
        self.h.iter_mut().zip(&other.h).for_each(|(a, b)| *a += weight * b);
    }
}
