//! What an integrator is.

use crate::Network;
use crate::lane::Lane;
use attractor_dynamics::Guarantee;
use std::fmt::Debug;

/// A rule that takes states of a network forward in time.
///
/// The protocol is *look, then advance*: [`Integrator::look`] completes the last move, and tells
/// energy, certificate and residual of the state; [`Integrator::advance`] moves by the same dt.
/// Steps allocate nothing.
pub trait Integrator<T, Lv, Lh, M>: Debug + Send + Sync {
    /// The name on the command line and in reports.
    fn name(&self) -> &'static str;

    /// The order in dt, for smooth activations.
    fn order(&self) -> u32;

    /// What is proved of the energy under steps of dt.
    fn guarantee(&self, network: &Network<T, Lv, Lh, M>, dt: f64) -> Guarantee;

    /// The largest dt at which the energy is proved not to rise; `None` if none is known.
    fn safe_step(&self, network: &Network<T, Lv, Lh, M>) -> Option<f64>;

    /// Completes the last move, looks at the state, and prepares a step of dt.
    fn look(&self, network: &Network<T, Lv, Lh, M>, lane: &mut Lane<T>, dt: f64);

    /// Moves by dt, the one of the last look; an integrator that controls its error may move by less,
    /// and returns what it did.
    fn advance(&self, network: &Network<T, Lv, Lh, M>, lane: &mut Lane<T>, dt: f64) -> f64;
}

/// Implements the trait for a rule through what its kind provides.
macro_rules! integrator {
    ($rule:ty: $kind:ident) => {
        impl<
            T: attractor_synapse::Element,
            Lv: attractor_lagrangian::Lagrangian<T>,
            Lh: attractor_lagrangian::Lagrangian<T>,
            M: attractor_synapse::Memories<T>,
        > crate::Integrator<T, Lv, Lh, M> for $rule
        {
            fn name(&self) -> &'static str {
                <Self as $kind>::NAME
            }
            fn order(&self) -> u32 {
                <Self as $kind>::ORDER
            }
            fn guarantee(
                &self,
                network: &crate::Network<T, Lv, Lh, M>,
                dt: f64,
            ) -> attractor_dynamics::Guarantee {
                $kind::guarantee(self, network, dt)
            }
            fn safe_step(&self, network: &crate::Network<T, Lv, Lh, M>) -> Option<f64> {
                $kind::safe_step(self, network)
            }
            fn look(
                &self,
                network: &crate::Network<T, Lv, Lh, M>,
                lane: &mut crate::Lane<T>,
                dt: f64,
            ) {
                $kind::look(self, network, lane, dt);
            }
            fn advance(
                &self,
                network: &crate::Network<T, Lv, Lh, M>,
                lane: &mut crate::Lane<T>,
                dt: f64,
            ) -> f64 {
                $kind::advance(self, network, lane, dt)
            }
        }
    };
}
pub(crate) use integrator;

impl<T, Lv, Lh, M, I: Integrator<T, Lv, Lh, M> + ?Sized> Integrator<T, Lv, Lh, M> for Box<I> {
    fn name(&self) -> &'static str {
        (**self).name()
    }
    fn order(&self) -> u32 {
        (**self).order()
    }
    fn guarantee(&self, network: &Network<T, Lv, Lh, M>, dt: f64) -> Guarantee {
        (**self).guarantee(network, dt)
    }
    fn safe_step(&self, network: &Network<T, Lv, Lh, M>) -> Option<f64> {
        (**self).safe_step(network)
    }
    fn look(&self, network: &Network<T, Lv, Lh, M>, lane: &mut Lane<T>, dt: f64) {
        (**self).look(network, lane, dt);
    }
    fn advance(&self, network: &Network<T, Lv, Lh, M>, lane: &mut Lane<T>, dt: f64) -> f64 {
        (**self).advance(network, lane, dt)
    }
}
