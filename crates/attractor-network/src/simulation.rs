//! A network with an integrator as a descending system: batches that settle.

use crate::lane::Lane;
use crate::{Integrator, Network, NetworkState};
use attractor_dynamics::{Certificate, Guarantee, Look, System};
use attractor_lagrangian::Lagrangian;
use attractor_synapse::{Element, Memories};
use rayon::prelude::*;

/// A network, an integrator and its step, as a [`System`]: what [`settle`](attractor_dynamics::settle)
/// runs, with states that stop one by one and are worked on in parallel.
#[derive(Debug, Clone, Copy)]
pub struct Simulation<'a, T, Lv, Lh, M, I> {
    /// The network.
    pub network: &'a Network<T, Lv, Lh, M>,
    /// The integrator.
    pub integrator: I,
    /// Its step, positive and finite.
    pub dt: f64,
}

/// The states of a batch.
#[derive(Debug)]
pub struct Lanes<T> {
    lanes: Vec<Lane<T>>,
    active: Vec<bool>,
}

impl<T: Element> Lanes<T> {
    /// A batch of these states.
    pub fn new(states: Vec<NetworkState<T>>) -> Self {
        let lanes: Vec<Lane<T>> = states.into_iter().map(Lane::new).collect();
        Self { active: vec![false; lanes.len()], lanes }
    }

    /// The state of query `q`, as it was looked at last.
    ///
    /// # Panics
    /// If there is no such query.
    #[track_caller]
    pub fn state(&self, q: usize) -> &NetworkState<T> {
        self.lanes[q].state()
    }

    fn each(&mut self, active: &[usize], act: impl Fn(&mut Lane<T>) + Sync) {
        self.active.fill(false);
        active.iter().for_each(|&q| self.active[q] = true);
        let lanes = self.lanes.par_iter_mut().zip(&self.active);
        lanes.filter(|(_, active)| **active).for_each(|(lane, _)| act(lane));
    }
}

impl<T: Element> Lane<T> {
    /// What the last look told, as plain numbers; a move without a proof has a drop of 0.
    pub(crate) fn look(&self) -> Look {
        let certificate = self.certificate().unwrap_or(Certificate::ZERO);
        Look { energy: self.energy().total(), certificate, residual: self.residual() }
    }
}

impl<T, Lv, Lh, M, I> System for Simulation<'_, T, Lv, Lh, M, I>
where
    T: Element,
    Lv: Lagrangian<T>,
    Lh: Lagrangian<T>,
    M: Memories<T>,
    I: Integrator<T, Lv, Lh, M>,
{
    type State = Lanes<T>;

    fn queries(&self, state: &Lanes<T>) -> usize {
        state.lanes.len()
    }

    fn look(&self, state: &mut Lanes<T>, active: &[usize], looks: &mut [Look]) {
        state.each(active, |lane| self.integrator.look(self.network, lane, self.dt));
        active.iter().for_each(|&q| looks[q] = state.lanes[q].look());
    }

    fn advance(&self, state: &mut Lanes<T>, active: &[usize]) {
        state.each(active, |lane| {
            self.integrator.advance(self.network, lane, self.dt);
        });
    }

    fn guarantee(&self) -> Guarantee {
        self.integrator.guarantee(self.network, self.dt)
    }

    fn resolution(&self) -> f64 {
        self.network.resolution(self.dt)
    }
}
