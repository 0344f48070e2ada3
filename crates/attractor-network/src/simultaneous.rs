//! What the two simultaneous Euler rules share: both layers at once, safe only below a bound.

use crate::Network;
use crate::lane::Lane;
use attractor_dynamics::Guarantee;
use attractor_lagrangian::{Lagrangian, Real};
use attractor_synapse::{Element, Memories};
use std::fmt::Debug;

/// A rule x' = x + η(target − αx) for both layers at once, told by η of dt/τ.
pub(crate) trait Simultaneous: Debug + Send + Sync {
    const NAME: &'static str;
    const ORDER: u32 = 1;

    fn eta(dt_over_tau: f64, alpha: f64) -> f64;

    fn guarantee<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>>(
        &self,
        network: &Network<T, Lv, Lh, M>,
        dt: f64,
    ) -> Guarantee {
        match self.safe_step(network) {
            Some(bound) if dt <= bound => Guarantee::Conditional { bound },
            _ => Guarantee::None,
        }
    }

    fn safe_step<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>>(
        &self,
        network: &Network<T, Lv, Lh, M>,
    ) -> Option<f64> {
        network.largest_safe_step(&|ratio| Self::eta(ratio, 1.0))
    }

    fn look<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>>(
        &self,
        network: &Network<T, Lv, Lh, M>,
        lane: &mut Lane<T>,
        _: f64,
    ) {
        network.look_plainly(lane);
    }

    fn advance<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>>(
        &self,
        network: &Network<T, Lv, Lh, M>,
        lane: &mut Lane<T>,
        dt: f64,
    ) -> f64 {
        let alpha = network.alpha;
        let Lane { state, target_f, target_h, .. } = lane;
        for (i, tau) in network.tau_f.all().enumerate() {
            state.v[i] = stepped(
                state.v[i],
                target_f[i] - alpha * state.v[i].f64(),
                Self::eta(dt / tau, alpha),
            );
        }
        for (i, tau) in network.tau_h.all().enumerate() {
            state.h[i] =
                stepped(state.h[i], target_h[i] - state.h[i].f64(), Self::eta(dt / tau, 1.0));
        }
        network.activate(state);
        state.time += dt;
        dt
    }
}

fn stepped<T: Real>(x: T, by: f64, eta: f64) -> T {
    T::of(x.f64() + eta * by)
}

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Network<T, Lv, Lh, M> {
    /// The largest dt with η_f, η_h ≤ 1 and (1/η_f − ½)(1/η_h − ½) ≥ ¼‖Ξ‖₂²ℓ_gℓ_f; `None` where an
    /// activation has no Lipschitz constant. Costs the spectral norm of Ξ.
    pub(crate) fn largest_safe_step(&self, eta: &dyn Fn(f64) -> f64) -> Option<f64> {
        let steepness =
            self.feature.0.properties().lipschitz? * self.hidden.0.properties().lipschitz?;
        let needed = 0.25 * self.memories.spectral_norm().powi(2) * steepness;
        let (tau_f, tau_h) = self.shortest_times();
        let safe = |dt: f64| {
            let (f, h) = (eta(dt / tau_f), eta(dt / tau_h));
            f <= 1.0 && h <= 1.0 && (1.0 / f - 0.5) * (1.0 / h - 0.5) >= needed
        };
        let (mut low, mut high) = (0.0, 1e3 * tau_f.max(tau_h));
        if safe(high) {
            return Some(f64::INFINITY);
        }
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            *(if safe(middle) { &mut low } else { &mut high }) = middle;
        }
        Some(low)
    }
}
