//! Steps of a hierarchy: one colour after another, there and back again.

use super::{Edge, Hierarchy, HierarchyState};
use crate::NetworkError;
use crate::flow::{Flow, Slip};
use crate::network::share;
use crate::substep::{feature_slip, hidden_slip, known, unscaled};
use attractor_dynamics::{Certificate, Guarantee, Look, System};
use attractor_lagrangian::{ParameterError, Scaled};
use attractor_synapse::{Element, Errand, Memories};
use rayon::prelude::*;

impl<T: Element> Hierarchy<T> {
    /// A step of dt: the last colour for half of it, …, the second for half, the first for all of it,
    /// and the second, …, the last again. So it is second order, and with two layers it is
    /// [`Strang`](crate::Strang)'s step.
    ///
    /// With its neighbours frozen a layer's flow is linear and solved exactly, and E is convex in its
    /// outputs: each move lowers the energy, by what the certificate says, at every dt. Reads every Ξ
    /// three to four times.
    ///
    /// # Errors
    /// [`NetworkError::Parameter`] unless dt is positive and dt/τ finite.
    pub fn step(
        &self,
        state: &mut HierarchyState<T>,
        dt: f64,
    ) -> Result<Certificate, NetworkError> {
        let colours = self.colours.layers();
        let mut total = Certificate::ZERO;
        let back = (1..colours.len()).map(|colour| (colour, 0.5));
        let there = back.clone().rev();
        for (colour, share) in there.chain([(0, 1.0)]).chain(back) {
            for &layer in colours.get(colour).into_iter().flatten() {
                total += self.relax(state, layer, share * dt)?;
            }
        }
        state.time += dt;
        Ok(total)
    }

    /// Moves one layer over dt with all others frozen.
    fn relax(
        &self,
        state: &mut HierarchyState<T>,
        layer: usize,
        dt: f64,
    ) -> Result<Certificate, ParameterError> {
        let slip = self.aim(state, layer);
        let vertex = &self.layers[layer];
        let flow = Flow { layer: &vertex.layer, times: &vertex.times, alpha: 1.0, dt, slip };
        let own = &mut state.layers[layer];
        let before = (Scaled { values: &own.x[..], log_scale: own.log_scale }, &own.y[..]);
        let after = (&mut own.next_x[..], &mut own.next_y[..]);
        let (certificate, unit) = flow.relax(before, unscaled(&own.target[..]), after)?;
        std::mem::swap(&mut own.x, &mut own.next_x);
        std::mem::swap(&mut own.y, &mut own.next_y);
        own.log_scale = unit;
        Ok(certificate)
    }

    /// Sets a layer's target I + Σ Ξ·y(below) + Σ Ξᵀ·y(above); returns how far it may be off.
    fn aim(&self, state: &mut HierarchyState<T>, layer: usize) -> Slip {
        let HierarchyState { layers, relay, .. } = state;
        let mut target = std::mem::take(&mut layers[layer].target);
        target.copy_from_slice(&self.layers[layer].input);
        let mut slip = Slip::default();
        for edge in &self.edges {
            if edge.above == layer {
                let below = &layers[edge.below].y;
                edge.synapses.relay(Errand { outputs: Some(below), weigh: None }, relay);
                target.iter_mut().zip(relay.overlaps()).for_each(|(t, s)| *t += s.f64());
                slip += hidden_slip(&edge.synapses, below);
            } else if edge.below == layer {
                let above = &layers[edge.above].y;
                edge.synapses.relay(Errand { outputs: None, weigh: known(above) }, relay);
                target.iter_mut().zip(relay.field()).for_each(|(t, f)| *t += f);
                slip += feature_slip(&edge.synapses, above);
            }
        }
        layers[layer].target = target;
        slip
    }

    /// The smallest residual that steps of dt can tell from rest, as in a network of two layers.
    pub(crate) fn resolution(&self, dt: f64) -> f64 {
        let layers = self.layers.iter().enumerate().map(|(layer, vertex)| {
            let steepness = vertex.layer.0.properties().lipschitz.unwrap_or(0.0);
            let current = |edge: &Edge<T>| match (edge.above == layer, edge.below == layer) {
                (true, _) => edge.norm * (edge.synapses.features() as f64).sqrt(),
                (_, true) => edge.norm * (edge.synapses.memories() as f64).sqrt(),
                _ => 0.0,
            };
            let largest: f64 = self.edges.iter().map(current).sum();
            (1.0 + steepness * largest) / share(dt, vertex.times.shortest())
        });
        T::UNIT_ROUNDOFF * (16.0 + layers.sum::<f64>())
    }

    /// How far a state is from rest: the largest ‖∂L(target) − y‖/‖y‖ of its layers.
    pub fn residual(&self, state: &mut HierarchyState<T>) -> f64 {
        let mut largest = 0.0;
        for (layer, vertex) in self.layers.iter().enumerate() {
            self.aim(state, layer);
            let own = &mut state.layers[layer];
            let scratch = (&mut own.next_x[..], &mut own.next_y[..]);
            let residual = vertex.layer.residual(&own.target, &own.y, scratch);
            largest = if residual > largest || residual.is_nan() { residual } else { largest };
        }
        largest
    }
}

/// A hierarchy run with steps of dt, as a [`System`] that [`settle`](attractor_dynamics::settle) runs.
#[derive(Debug, Clone, Copy)]
pub struct Sweeps<'a, T> {
    /// The hierarchy.
    pub hierarchy: &'a Hierarchy<T>,
    /// The step, positive and finite.
    pub dt: f64,
}

/// The states of a batch of queries.
#[derive(Debug)]
pub struct Throng<T> {
    states: Vec<(HierarchyState<T>, Look)>,
    active: Vec<bool>,
}

impl<T: Element> Throng<T> {
    /// A batch of these states.
    pub fn new(states: Vec<HierarchyState<T>>) -> Self {
        let active = vec![false; states.len()];
        Self { states: states.into_iter().map(|state| (state, Look::NONE)).collect(), active }
    }

    /// The state of query `q`.
    ///
    /// # Panics
    /// If there is no such query.
    #[track_caller]
    pub fn state(&self, q: usize) -> &HierarchyState<T> {
        &self.states[q].0
    }

    fn each(&mut self, active: &[usize], act: impl Fn(&mut (HierarchyState<T>, Look)) + Sync) {
        self.active.fill(false);
        active.iter().for_each(|&q| self.active[q] = true);
        let states = self.states.par_iter_mut().zip(&self.active);
        states.filter(|(_, active)| **active).for_each(|(state, _)| act(state));
    }
}

impl<T: Element> System for Sweeps<'_, T> {
    type State = Throng<T>;

    fn queries(&self, throng: &Throng<T>) -> usize {
        throng.states.len()
    }

    fn look(&self, throng: &mut Throng<T>, active: &[usize], looks: &mut [Look]) {
        throng.each(active, |(state, look)| {
            look.energy = self.hierarchy.energy(state);
            look.residual = self.hierarchy.residual(state);
        });
        active.iter().for_each(|&q| looks[q] = throng.states[q].1);
    }

    /// A step that leaves the numbers proves nothing: its certificate is none.
    fn advance(&self, throng: &mut Throng<T>, active: &[usize]) {
        throng.each(active, |(state, look)| {
            let none = Certificate { drop: f64::NAN, ..Certificate::ZERO };
            look.certificate = self.hierarchy.step(state, self.dt).unwrap_or(none);
        });
    }

    fn guarantee(&self) -> Guarantee {
        Guarantee::Unconditional
    }

    fn resolution(&self) -> f64 {
        self.hierarchy.resolution(self.dt)
    }
}
