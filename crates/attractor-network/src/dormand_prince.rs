//! Dormand and Prince's pair of orders 5 and 4, certified after the fact.

use crate::adaptive::{SMALLEST, larger};
use crate::correction::{Control, Known};
use crate::explicit::length;
use crate::lane::Lane;
use crate::{Adaptive, Integrator, Network, PlanError};
use attractor_dynamics::Guarantee;
use attractor_lagrangian::Lagrangian;
use attractor_synapse::{Element, Memories};

/// Dormand and Prince's explicit Runge–Kutta pair of orders 5 and 4 (J. Comp. Appl. Math. 6, 1980), with steps
/// chosen by its error estimate: for many digits where no layer is much faster than the other. The energy falls at
/// every step.
///
/// Nothing in the form of such a step makes the energy fall. But what it did to the energy is a sum of computable
/// terms, the one that [`Adaptive`] names, and both targets in it are read anyway: Ξg + b at the start, I + Ξᵀf' at the
/// end. So a step is taken only where that sum is below zero by more than its rounding; where it is not, as near rest,
/// the step is one of [`Adaptive`], whose fallback is certified at any size. So are all steps of a 1-homogeneous
/// visible layer, whose currents may leave all bounds.
///
/// A step costs six evaluations of the right-hand side, for the seventh is the first of the next step; the dt of the
/// plan is the largest step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DormandPrince(Adaptive);

impl DormandPrince {
    /// Steps whose estimated error is at most `relative` times the norm of the currents plus `absolute`, in each layer.
    ///
    /// # Errors
    /// [`PlanError::Positive`] unless both are positive and finite.
    pub fn new(relative: f64, absolute: f64) -> Result<Self, PlanError> {
        Adaptive::new(relative, absolute).map(Self)
    }

    /// What the pair's two results differ by, in units of what is tolerated: that of the layer in which it is larger.
    fn error<T: Element>(&self, lane: &Lane<T>, dt: f64) -> f64 {
        let (state, velocities) = (&lane.state, &lane.velocities[..]);
        let features = dt * length((&ERROR, velocities, |velocity| &velocity.v), state.v.len());
        let hidden = dt * length((&ERROR, velocities, |velocity| &velocity.h), state.h.len());
        larger(self.0.units(features, &state.v), self.0.units(hidden, &state.h))
    }
}

/// How much the velocities so far count for each stage; the last stage is the step.
const ROWS: [&[f64]; 6] = [
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0],
    &[9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0],
    &[35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];

/// What the weights of order 4 differ by from those of order 5.
const ERROR: [f64; 7] = [
    71.0 / 57600.0,
    0.0,
    -71.0 / 16695.0,
    71.0 / 1920.0,
    -17253.0 / 339_200.0,
    22.0 / 525.0,
    -1.0 / 40.0,
];

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Integrator<T, Lv, Lh, M>
    for DormandPrince
{
    fn name(&self) -> &'static str {
        "dormand-prince"
    }

    fn order(&self) -> u32 {
        5
    }

    fn guarantee(&self, _: &Network<T, Lv, Lh, M>, _: f64) -> Guarantee {
        Guarantee::Unconditional
    }

    fn safe_step(&self, _: &Network<T, Lv, Lh, M>) -> Option<f64> {
        Some(f64::INFINITY)
    }

    fn look(&self, network: &Network<T, Lv, Lh, M>, lane: &mut Lane<T>, dt: f64) {
        if lane.control.is_none() {
            let (tau_f, tau_h) = network.shortest_times();
            // a step of order 5 errs by about its fifth power, in units of the shorter τ
            let first = dt.min(tau_f.min(tau_h) * self.0.relative.powf(0.2));
            lane.control = Some(Box::new(Control::new(lane, first)));
        }
        self.0.look(network, lane, dt);
    }

    fn advance(&self, network: &Network<T, Lv, Lh, M>, lane: &mut Lane<T>, dt: f64) -> f64 {
        if network.feature.0.properties().homogeneous {
            return self.0.advance(network, lane, dt);
        }
        let Some(mut control) = lane.control.take() else {
            unreachable!("a look goes before every advance")
        };
        control.remember(lane);
        control.dt = control.dt.min(dt);
        let done = self.step(network, lane, &mut control, SMALLEST * dt);
        lane.control = Some(control);
        done.unwrap_or_else(|| self.0.advance(network, lane, dt))
    }
}

impl DormandPrince {
    /// A step that is certified and no further off than is tolerated, of the size that the control recommends or less;
    /// `None`, and the lane as it was, if the energy is not proved to fall by one.
    fn step<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>>(
        &self,
        network: &Network<T, Lv, Lh, M>,
        lane: &mut Lane<T>,
        control: &mut Control<T>,
        smallest: f64,
    ) -> Option<f64> {
        while control.dt > smallest {
            let step = control.dt;
            network.stages(lane, step, &ROWS, ERROR.len());
            let error = self.error(lane, step);
            if error <= 1.0 {
                let proved = network.certificate_between(control, &lane.state, &lane.target_f);
                if proved.is_none() {
                    break;
                }
                lane.log.certificate = proved;
                lane.state.time = control.start.time + step;
                control.dt = step * factor(error);
                control.known = Known::Both;
                return Some(step);
            }
            control.dt = step * factor(error).min(1.0);
            control.restore(lane);
        }
        control.restore(lane);
        None
    }
}

/// By how much the next step is longer, for an error in units of what is tolerated; what left the numbers asks for a
/// shorter one.
fn factor(error: f64) -> f64 {
    if error.is_finite() { (0.9 * error.powf(-0.2)).clamp(0.2, 5.0) } else { 0.2 }
}
