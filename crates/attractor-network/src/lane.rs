//! One state on its way: what the last read of the synapses told, and what the next move needs.

use crate::correction::Control;
use crate::{EnergyTerms, NetworkState, Velocity};
use attractor_dynamics::Certificate;
use attractor_synapse::{Element, Relay};

/// A state with the storage that its integrator works in, allocated once.
///
/// The protocol is that of [`System`](attractor_dynamics::System): a look reads the synapses once and
/// completes the last move; an advance needs no read (with the certified integrators).
#[derive(Debug)]
pub struct Lane<T> {
    pub(crate) state: NetworkState<T>,
    /// Ξg and Ξᵀf of the last read.
    pub(crate) relay: Relay<T>,
    /// I + Ξᵀf, or Ξg + b.
    pub(crate) target_f: Vec<f64>,
    pub(crate) target_h: Vec<f64>,
    /// Where a layer moves before it is there.
    pub(crate) next: NetworkState<T>,
    /// What the hidden layer still has to move towards the overlaps of the next read.
    pub(crate) pending: Option<f64>,
    /// The part of the next move that the last look has made already.
    pub(crate) ahead: Option<Certificate>,
    pub(crate) log: Log,
    /// What an integrator with error control keeps.
    pub(crate) control: Option<Box<Control<T>>>,
    /// Velocities of integrators that use them, stage after stage.
    pub(crate) velocities: Vec<Velocity>,
}

/// What a look tells of a state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Log {
    pub(crate) energy: EnergyTerms,
    /// Of the last move, if its integrator proves one.
    pub(crate) certificate: Option<Certificate>,
    pub(crate) residual: f64,
    /// Products with Ξ so far, and reads of it.
    pub(crate) products: usize,
    pub(crate) passes: usize,
}

impl<T: Element> Lane<T> {
    /// A lane from this state on.
    pub fn new(state: NetworkState<T>) -> Self {
        let (d, n) = (state.v.len(), state.h.len());
        let energy = EnergyTerms::default();
        Self {
            relay: Relay::default(),
            target_f: vec![0.0; d],
            target_h: vec![0.0; n],
            next: state.clone(),
            state,
            pending: None,
            ahead: None,
            log: Log { energy, certificate: None, residual: f64::NAN, products: 0, passes: 0 },
            control: None,
            velocities: Vec::new(),
        }
    }

    /// The state as it is after the last look.
    pub fn state(&self) -> &NetworkState<T> {
        &self.state
    }

    /// The state, taken out.
    pub fn into_state(self) -> NetworkState<T> {
        self.state
    }

    /// The energy at the last look.
    pub fn energy(&self) -> &EnergyTerms {
        &self.log.energy
    }

    /// The certificate of the last move, where its integrator proves one.
    pub fn certificate(&self) -> Option<Certificate> {
        self.log.certificate
    }

    /// How far the state is from rest, relative to its outputs.
    pub fn residual(&self) -> f64 {
        self.log.residual
    }

    /// Evaluations of the right-hand side so far: one is a product with Ξ and one with Ξᵀ.
    pub fn evaluations(&self) -> f64 {
        self.log.products as f64 / 2.0
    }

    /// How often the synapses were read so far; one read can serve both products.
    pub fn passes(&self) -> usize {
        self.log.passes
    }

    /// The hidden state has moved to `next`.
    pub(crate) fn take_hidden(&mut self) {
        std::mem::swap(&mut self.state.h, &mut self.next.h);
        std::mem::swap(&mut self.state.f, &mut self.next.f);
    }

    /// The feature state has moved to `next`.
    pub(crate) fn take_features(&mut self) {
        std::mem::swap(&mut self.state.v, &mut self.next.v);
        std::mem::swap(&mut self.state.g, &mut self.next.g);
        self.state.log_scale = self.next.log_scale;
    }

    /// Adds a part of the last move to its certificate; what left the numbers proves nothing.
    pub(crate) fn prove(&mut self, part: Option<Certificate>) {
        self.log.certificate = match (self.log.certificate, part) {
            (Some(mut total), Some(part)) => {
                total += part;
                Some(total)
            }
            _ => None,
        };
    }
}
