//! States of a hierarchy, and their energy.

use super::{Hierarchy, LayerId};
use crate::NetworkError;
use crate::energy::{along, layer_energy};
use crate::state::check;
use attractor_dynamics::Energy;
use attractor_lagrangian::{Lagrangian, Real};
use attractor_synapse::{Element, Errand, Memories, Relay};

/// Currents and outputs of every layer, with the storage in which they move.
#[derive(Debug)]
pub struct HierarchyState<T> {
    pub(crate) layers: Vec<LayerState<T>>,
    pub(crate) relay: Relay<T>,
    pub(crate) time: f64,
}

#[derive(Debug, Clone)]
pub(crate) struct LayerState<T> {
    pub(crate) x: Vec<T>,
    pub(crate) y: Vec<T>,
    pub(crate) log_scale: f64,
    pub(crate) target: Vec<f64>,
    pub(crate) next_x: Vec<T>,
    pub(crate) next_y: Vec<T>,
}

impl<T: Real> HierarchyState<T> {
    /// The currents of a layer, in units of e^[`HierarchyState::log_scale`].
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn currents(&self, layer: LayerId) -> &[T] {
        &self.layers[layer.0].x
    }

    /// The outputs of a layer.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn outputs(&self, layer: LayerId) -> &[T] {
        &self.layers[layer.0].y
    }

    /// ln of the unit of a layer's currents: 0, but for a 1-homogeneous one whose currents leave all
    /// bounds.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn log_scale(&self, layer: LayerId) -> f64 {
        self.layers[layer.0].log_scale
    }

    /// The time passed since the start.
    pub fn time(&self) -> f64 {
        self.time
    }
}

impl<T: Element> Hierarchy<T> {
    /// The state with these currents, a slice for each layer in the order in which they were added.
    ///
    /// # Errors
    /// [`NetworkError::Width`], [`NetworkError::NotFinite`] by neuron, [`NetworkError::ZeroState`] where a
    /// direction is needed, [`NetworkError::Overflow`] where outputs or energies are not finite.
    pub fn start(&self, currents: &[&[T]]) -> Result<HierarchyState<T>, NetworkError> {
        let (expected, found) = (self.layers.len(), currents.len());
        if expected != found {
            return Err(NetworkError::Width {
                what: "the list of layers' currents",
                expected,
                found,
            });
        }
        let layers = currents.iter().enumerate();
        let layers =
            layers.map(|(layer, x)| self.start_layer(layer, x)).collect::<Result<_, _>>()?;
        Ok(HierarchyState { layers, relay: Relay::default(), time: 0.0 })
    }

    fn start_layer(&self, layer: usize, x: &[T]) -> Result<LayerState<T>, NetworkError> {
        let vertex = &self.layers[layer];
        check("the currents of a layer, number", x, vertex.input.len())?;
        let properties = vertex.layer.0.properties();
        let directional = properties.homogeneous && !properties.is_separable();
        if directional && x.iter().all(|x| *x == T::ZERO) {
            return Err(NetworkError::ZeroState);
        }
        let mut y = vec![T::ZERO; x.len()];
        vertex.layer.0.activate(x, &mut y);
        if !(y.iter().all(|y| y.is_finite()) && vertex.layer.0.value(x).is_finite()) {
            let current = x.iter().fold(0.0f64, |m, x| m.max(x.f64().abs()));
            return Err(NetworkError::Overflow { current, dtype: T::NAME });
        }
        let (x, target) = (x.to_vec(), vec![0.0; x.len()]);
        let (next_x, next_y) = (x.clone(), y.clone());
        Ok(LayerState { x, y, log_scale: 0.0, target, next_x, next_y })
    }

    /// E = Σ_layers [(x − I)·y − L(x)] − Σ_edges y(above)ᵀ·Ξ·y(below), at one product with every Ξ.
    pub fn energy(&self, state: &mut HierarchyState<T>) -> Energy {
        let mut total = Energy::default();
        let mut add = |part: Energy, sign: f64| {
            total.value += sign * part.value;
            total.magnitude += part.magnitude;
        };
        for (vertex, state) in self.layers.iter().zip(&state.layers) {
            let input = along(&state.y, &vertex.input);
            add(layer_energy(&vertex.layer.0, &state.x, &state.y, input), 1.0);
        }
        for edge in &self.edges {
            let below = &state.layers[edge.below].y;
            edge.synapses.relay(Errand { outputs: Some(below), weigh: None }, &mut state.relay);
            add(along(&state.layers[edge.above].y, state.relay.overlaps()), -1.0);
        }
        total
    }
}
