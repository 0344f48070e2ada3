//! Reference integrators: somebody else's BDF and Runge–Kutta pair, to hold ours against.

use crate::{Network, NetworkState};
use attractor_dynamics::Outcome;
use attractor_lagrangian::Lagrangian;
use attractor_synapse::Memories;
use field::Field;

mod drive;
mod field;
mod plan;

pub use plan::{ReferenceError, ReferencePlan, Tolerances};

/// A reference integrator of the `diffsol` crate. Both control their error, know nothing of the
/// energy, and promise nothing about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reference {
    /// Backward differentiation of order 1 to 5: implicit, for stiff networks (τ_h ≪ τ_f). Its Newton
    /// iterations hold dense Jacobians, which bounds the size of the network.
    Bdf,
    /// The Runge–Kutta pair 5(4) of Tsitouras (2011): explicit, so its steps stay below about 3 τ_h.
    Tsit45,
}

/// How a reference run went; the state itself is where the run left it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceRun {
    /// [`Outcome::Finished`]; [`Outcome::NotFinite`] where the flow left the numbers; or
    /// [`Outcome::OutOfSteps`] where the evaluations were used up or the steps shrank to nothing.
    pub outcome: Outcome,
    /// Accepted steps.
    pub steps: usize,
    /// Evaluations of the right-hand side: one is a product with Ξ and one with Ξᵀ.
    pub evaluations: usize,
    /// Products of the Jacobian with a vector, each as costly as an evaluation; 0 for [`Reference::Tsit45`].
    pub jacobian_products: usize,
    /// The states at the times that the plan asked for, as far as the run came.
    pub states: Vec<NetworkState<f64>>,
}

impl Reference {
    /// The name on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bdf => "bdf",
            Self::Tsit45 => "tsit45",
        }
    }
}

impl<Lv: Lagrangian<f64>, Lh: Lagrangian<f64>, M: Memories<f64>> Network<f64, Lv, Lh, M> {
    /// Runs a state by a reference integrator and leaves it at the last accepted step.
    ///
    /// It is made for smooth pairs of Lagrangians. At a kink the outputs are no function of the currents,
    /// which is what these integrators take them for: use [`Strang`](crate::Strang) there.
    ///
    /// A number that is not finite, be it in a trial step, ends the run.
    ///
    /// ```
    /// use attractor_lagrangian::LogSumExp;
    /// use attractor_network::{ModernNetwork, Reference, ReferencePlan, Tolerances};
    /// use attractor_synapse::Synapses;
    /// let memories = Synapses::from_rows(&[[1.0f64, 0.0], [0.0, 1.0]])?;
    /// let network = ModernNetwork::modern(memories, LogSumExp::new(20.0)?)?.with_times(1.0, 1e-3)?;
    /// let mut state = network.start(&[0.9, 0.2])?;
    /// let plan = ReferencePlan::to_time(20.0, Tolerances { rtol: 1e-8, atol: 1e-8 })?;
    /// let run = network.reference(Reference::Bdf, &mut state, &plan)?;
    /// assert!(state.v()[0] > 0.99 && run.evaluations < 1000);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ReferenceError::TooLarge`] for [`Reference::Bdf`] and more neurons than dense Jacobians allow.
    pub fn reference(
        &self,
        reference: Reference,
        state: &mut NetworkState<f64>,
        plan: &ReferencePlan,
    ) -> Result<ReferenceRun, ReferenceError> {
        if reference == Reference::Bdf {
            plan::small_enough(self.features(), self.neurons())?;
        }
        let field = Field::new(self, state.clone(), plan.max_evaluations);
        let start = currents(state);
        let way = drive::drive(reference, &field, start, plan);
        let begin = state.time;
        let mut arrive = |(time, y): &(f64, Vec<f64>)| {
            self.land(state, begin + time, y);
            state.clone()
        };
        let states: Vec<_> = way.kept.iter().map(&mut arrive).collect();
        arrive(&way.last);
        let outcome = if state.is_finite() { way.outcome } else { Outcome::NotFinite };
        let (evaluations, jacobian_products) = field.counts();
        Ok(ReferenceRun { outcome, steps: way.steps, evaluations, jacobian_products, states })
    }

    /// Puts currents and the outputs that belong to them into a state.
    fn land(&self, state: &mut NetworkState<f64>, time: f64, y: &[f64]) {
        state.put(y);
        state.time = time;
        self.activate(state);
    }
}

impl NetworkState<f64> {
    /// Takes the currents, v in its own unit and then h.
    fn put(&mut self, y: &[f64]) {
        let (v, h) = y.split_at(self.v.len());
        self.v.copy_from_slice(v);
        self.h.copy_from_slice(h);
        self.log_scale = 0.0;
    }
}

/// v in its own unit, and then h.
fn currents(state: &NetworkState<f64>) -> Vec<f64> {
    let unit = state.log_scale.exp();
    state.v.iter().map(|v| unit * v).chain(state.h.iter().copied()).collect()
}
