//! The classical Runge–Kutta rule.

use crate::lane::Lane;
use crate::{Integrator, Network};
use attractor_dynamics::Guarantee;
use attractor_lagrangian::Lagrangian;
use attractor_synapse::{Element, Memories};

/// The classical Runge–Kutta rule of order 4, for comparison: accurate where it is stable, and
/// without any guarantee that the energy falls. Four reads of the synapses a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rk4;

/// How much the velocities so far count for each stage and, last, for the step.
const ROWS: [&[f64]; 4] =
    [&[0.5], &[0.0, 0.5], &[0.0, 0.0, 1.0], &[1.0 / 6.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 6.0]];

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

    /// The look has read what the velocity of the first stage needs.
    fn advance(&self, network: &Network<T, Lv, Lh, M>, lane: &mut Lane<T>, dt: f64) -> f64 {
        network.stages(lane, dt, &ROWS, ROWS.len());
        lane.state.time += dt;
        dt
    }
}
