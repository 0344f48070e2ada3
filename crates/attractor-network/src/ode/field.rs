//! The right-hand side and its Jacobian as a foreign integrator sees them, behind a guard.

use crate::lane::Lane;
use crate::substep::known;
use crate::{Network, NetworkState};
use attractor_dynamics::Outcome;
use attractor_lagrangian::Lagrangian;
use attractor_synapse::{Errand, Memories};
use std::cell::{Cell, RefCell};

/// (v, h) ↦ (v̇, ḣ) and its derivative, until an end is noted: from then on both are 0 and cost
/// nothing, so that an integrator with its own idea of a failure comes to the end of its step, which
/// is then thrown away. (diffsol's error norm takes NaN for 0 and accepts the step; its BDF panics
/// where it compares one.)
#[derive(Debug)]
pub(super) struct Field<'a, Lv, Lh, M> {
    network: &'a Network<f64, Lv, Lh, M>,
    lane: RefCell<Lane<f64>>,
    evaluations: Cell<usize>,
    products: Cell<usize>,
    budget: usize,
    end: Cell<Option<Outcome>>,
}

impl<'a, Lv, Lh, M> Field<'a, Lv, Lh, M>
where
    Lv: Lagrangian<f64>,
    Lh: Lagrangian<f64>,
    M: Memories<f64>,
{
    pub(super) fn new(
        network: &'a Network<f64, Lv, Lh, M>,
        state: NetworkState<f64>,
        budget: usize,
    ) -> Self {
        let lane = RefCell::new(Lane::new(state));
        let (evaluations, products) = (Cell::new(0), Cell::new(0));
        Self { network, lane, evaluations, products, budget, end: Cell::new(None) }
    }

    /// Why nothing more is evaluated, if that is so.
    pub(super) fn end(&self) -> Option<Outcome> {
        self.end.get()
    }

    /// Evaluations and Jacobian products so far.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.evaluations.get(), self.products.get())
    }

    /// The velocity at `y`.
    pub(super) fn velocity(&self, y: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        if !self.admits(y, &self.evaluations) {
            return;
        }
        let lane = &mut *self.lane.borrow_mut();
        lane.state.put(y);
        self.network.activate(&mut lane.state);
        self.network.read_both(lane);
        let mut velocity = lane.velocities.pop().unwrap_or_default();
        self.network.velocity_into(lane, &mut velocity);
        let (v, h) = out.split_at_mut(velocity.v.len());
        v.copy_from_slice(&velocity.v);
        h.copy_from_slice(&velocity.h);
        lane.velocities.push(velocity);
        self.refuse_unbounded(out);
    }

    /// The Jacobian at `y` times `direction`: ((Ξᵀ∂²L_h·dh − α·dv)/τ_f, (Ξ∂²L_v·dv − dh)/τ_h).
    pub(super) fn product(&self, y: &[f64], direction: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        if !self.admits(y, &self.products) {
            return;
        }
        let network = self.network;
        let Lane { next, relay, .. } = &mut *self.lane.borrow_mut();
        let (v, h) = y.split_at(next.v.len());
        let (dv, dh) = direction.split_at(next.v.len());
        network.feature.0.curve(v, dv, &mut next.g);
        network.hidden.0.curve(h, dh, &mut next.f);
        let errand = Errand { outputs: Some(&next.g), weigh: known(&next.f) };
        network.memories.relay(errand, relay);
        let (to_v, to_h) = out.split_at_mut(dv.len());
        for (((out, x), d), tau) in
            to_v.iter_mut().zip(relay.field()).zip(dv).zip(network.tau_f.all())
        {
            *out = (x - network.alpha * d) / tau;
        }
        for (((out, x), d), tau) in
            to_h.iter_mut().zip(relay.overlaps()).zip(dh).zip(network.tau_h.all())
        {
            *out = (x - d) / tau;
        }
        self.refuse_unbounded(out);
    }

    /// Counts an evaluation at `y`, or notes why there is none.
    fn admits(&self, y: &[f64], count: &Cell<usize>) -> bool {
        let used = self.evaluations.get() + self.products.get();
        match self.end.get() {
            Some(_) => return false,
            None if !is_bounded(y) => self.end.set(Some(Outcome::NotFinite)),
            None if used >= self.budget => self.end.set(Some(Outcome::OutOfSteps)),
            None => count.set(count.get() + 1),
        }
        self.end.get().is_none()
    }

    fn refuse_unbounded(&self, out: &mut [f64]) {
        if !is_bounded(out) {
            self.end.set(Some(Outcome::NotFinite));
            out.fill(0.0);
        }
    }
}

/// Numbers whose squares are finite, as error norms need them.
pub(super) fn is_bounded(x: &[f64]) -> bool {
    x.iter().all(|x| x.abs() < 1e150)
}
