//! What the two splittings share: hidden neurons, features, and hidden neurons again.

use crate::Network;
use crate::lane::Lane;
use attractor_dynamics::{Certificate, Guarantee};
use attractor_lagrangian::Lagrangian;
use attractor_synapse::{Element, Memories};
use std::fmt::Debug;

/// A splitting, told by the share of a step that the hidden neurons take before the features move;
/// the rest comes after.
pub(crate) trait Split: Debug + Send + Sync {
    const NAME: &'static str;
    const ORDER: u32;
    const LEADING: f64;

    fn guarantee<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>>(
        &self,
        _: &Network<T, Lv, Lh, M>,
        _: f64,
    ) -> Guarantee {
        Guarantee::Unconditional
    }

    fn safe_step<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>>(
        &self,
        _: &Network<T, Lv, Lh, M>,
    ) -> Option<f64> {
        Some(f64::INFINITY)
    }

    /// One read of the synapses: it completes the last step and begins the next.
    fn look<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>>(
        &self,
        network: &Network<T, Lv, Lh, M>,
        lane: &mut Lane<T>,
        dt: f64,
    ) {
        if lane.log.passes == 0 {
            lane.log.certificate = Some(Certificate::ZERO);
        }
        network.relay(lane, Self::LEADING * dt);
        lane.log.energy = network.weigh_energy(lane);
    }

    fn advance<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>>(
        &self,
        network: &Network<T, Lv, Lh, M>,
        lane: &mut Lane<T>,
        dt: f64,
    ) -> f64 {
        lane.log.certificate = lane.ahead.take();
        lane.take_hidden();
        let features = network.relax_features(lane, dt);
        lane.take_features();
        lane.prove(features);
        let rest = (1.0 - Self::LEADING) * dt;
        lane.pending = (rest > 0.0).then_some(rest);
        lane.state.time += dt;
        dt
    }
}
