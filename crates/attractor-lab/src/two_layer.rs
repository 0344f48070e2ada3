//! Random two-layer networks, and how far their runs are apart.

use crate::claim::Setting;
use crate::draw::uniform;
use crate::error::LabError;
use attractor_lagrangian::AnyLagrangian;
use attractor_network::{Integrator, Network, NetworkState, Plan};
use attractor_synapse::Synapses;

/// A network of any pair of Lagrangians.
pub(crate) type AnyNetwork = Network<f64, AnyLagrangian, AnyLagrangian>;

/// Features and hidden neurons; neither is a multiple of a vector register.
const FEATURES: usize = 7;
const NEURONS: usize = 9;

/// A pair of Lagrangians by name, with how large entries of ξ are.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) name: &'static str,
    pub(crate) visible: AnyLagrangian,
    pub(crate) hidden: AnyLagrangian,
    pub(crate) size: f64,
}

impl Pair {
    /// A random network with input and hidden bias, and a state far from rest in both layers.
    pub(crate) fn network(
        &self,
        setting: &Setting<'_>,
        claim: &str,
        index: u64,
    ) -> Result<(AnyNetwork, NetworkState<f64>), LabError> {
        let mut random = setting.random(&format!("{claim}/{}", self.name), index);
        let rows: Vec<_> =
            (0..NEURONS).map(|_| uniform(&mut random, FEATURES, self.size)).collect();
        let memories = Synapses::from_rows(&rows)?;
        let network = Network::new(self.visible.clone(), self.hidden.clone(), memories)?
            .with_input(&uniform(&mut random, FEATURES, 0.3))?
            .with_bias(uniform(&mut random, NEURONS, 0.3))?;
        let (v, h) = (uniform(&mut random, FEATURES, 1.0), uniform(&mut random, NEURONS, 1.0));
        let state = network.state(&v, &h)?;
        Ok((network, state))
    }
}

/// v and then h after `steps` steps to time 1.
pub(crate) fn end(
    network: &AnyNetwork,
    integrator: &dyn Integrator<f64, AnyLagrangian, AnyLagrangian, Synapses<f64>>,
    start: &NetworkState<f64>,
    steps: u32,
) -> Result<Vec<f64>, LabError> {
    let mut state = start.clone();
    let plan = Plan::to_time(1.0 / f64::from(steps), 1.0)?;
    network.run(integrator, &mut state, &plan, &mut ())?;
    Ok([state.v(), state.h()].concat())
}
