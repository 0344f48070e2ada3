//! More than two layers: a graph whose vertices are layers and whose edges are synapses.

// How it is put together.
mod colour;
// Its states and their energy.
mod state;
// How it descends.
mod sweep;

pub use state::HierarchyState;
pub use sweep::{Sweeps, Throng};

use crate::times::Times;
use crate::{NetworkError, network};
use attractor_lagrangian::{Growth, Lagrangian, Layer};
use attractor_synapse::{Element, Memories, Synapses};
use colour::Colours;

/// A network of any number of layers (Krotov, arXiv 2107.06446): layers are the vertices of a graph and
/// synapses, which connect two neurons each, its edges. With y = ∂L(x) in every layer,
///
/// τ ẋ = I + Σ Ξ·y(below) + Σ Ξᵀ·y(above) − x,
///
/// E = Σ_layers [(x − I)·y − L(x)] − Σ_edges y(above)ᵀ·Ξ·y(below).
///
/// Layers without an edge between them relax at once, one colour of the graph after another, there
/// and back again ([`Sweeps`]): the energy falls at every step size, as in [`Network`](crate::Network),
/// which is the case of two layers.
///
/// ```
/// use attractor_lagrangian::{LogCosh, LogSumExp, Quadratic};
/// use attractor_network::Hierarchy;
/// use attractor_synapse::Synapses;
/// let mut net = Hierarchy::<f64>::new();
/// let pixels = net.layer(2, Quadratic, 1.0)?;
/// let parts = net.layer(3, LogCosh::new(1.0)?, 0.5)?;
/// let wholes = net.layer(2, LogSumExp::new(4.0)?, 0.1)?;
/// net.connect(pixels, parts, Synapses::from_rows(&[[1.0, 0.0], [0.0, 1.0], [0.7, 0.7]])?)?;
/// net.connect(parts, wholes, Synapses::from_rows(&[[1.0, 0.0, 0.5], [0.0, 1.0, 0.5]])?)?;
/// let mut state = net.start(&[&[0.9, 0.1], &[0.0; 3], &[0.0; 2]])?;
/// let certificate = net.step(&mut state, 10.0)?; // twenty time constants of the parts
/// assert!(certificate.drop > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Hierarchy<T> {
    pub(crate) layers: Vec<Vertex<T>>,
    pub(crate) edges: Vec<Edge<T>>,
    pub(crate) colours: Colours,
}

/// A layer by its place in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerId(pub(crate) usize);

#[derive(Debug)]
pub(crate) struct Vertex<T> {
    pub(crate) layer: Layer<Box<dyn Lagrangian<T>>>,
    pub(crate) times: Times,
    pub(crate) input: Vec<f64>,
}

#[derive(Debug)]
pub(crate) struct Edge<T> {
    pub(crate) below: usize,
    pub(crate) above: usize,
    pub(crate) synapses: Synapses<T>,
    pub(crate) norm: f64,
}

impl<T: Element> Default for Hierarchy<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Element> Hierarchy<T> {
    /// No layers yet.
    pub fn new() -> Self {
        Self { layers: Vec::new(), edges: Vec::new(), colours: Colours::default() }
    }

    /// Adds a layer of n neurons with time constant τ and no input.
    ///
    /// # Errors
    /// [`NetworkError::Empty`], [`NetworkError::TimeConstant`], [`NetworkError::Groups`], and
    /// [`NetworkError::Inadmissible`] for a Lagrangian that is not convex.
    pub fn layer(
        &mut self,
        neurons: usize,
        lagrangian: impl Lagrangian<T> + 'static,
        tau: f64,
    ) -> Result<LayerId, NetworkError> {
        let properties = lagrangian.properties();
        if neurons == 0 {
            return Err(NetworkError::Empty);
        }
        if !properties.convex {
            return Err(attractor_lagrangian::Inadmissible::NotConvex("layer's").into());
        }
        network::groups("layer's", neurons, properties.group)?;
        self.layers.push(Vertex {
            layer: Layer(Box::new(lagrangian)),
            times: Times::one("layer's", neurons, tau)?,
            input: vec![0.0; neurons],
        });
        self.colours.add_layer();
        Ok(LayerId(self.layers.len() - 1))
    }

    /// Gives a layer constant input currents I (for a hidden layer: its bias).
    ///
    /// # Errors
    /// [`NetworkError::Width`] or [`NetworkError::NotFinite`].
    ///
    /// # Panics
    /// If the layer belongs to another hierarchy.
    pub fn input(&mut self, layer: LayerId, input: Vec<f64>) -> Result<(), NetworkError> {
        network::finite("an input current of the layer, number", &input)?;
        network::width("the input", &input, self.neurons(layer))?;
        self.layers[layer.0].input = input;
        Ok(())
    }

    /// Connects two layers by synapses, one row for each neuron of the layer above and as wide as the
    /// layer below.
    ///
    /// # Errors
    /// [`NetworkError::Width`] if they do not fit, [`NetworkError::Loop`] for two that are one, and
    /// [`NetworkError::Unbounded`] where the energy may then have no lower bound.
    ///
    /// # Panics
    /// If a layer belongs to another hierarchy.
    pub fn connect(
        &mut self,
        below: LayerId,
        above: LayerId,
        synapses: Synapses<T>,
    ) -> Result<(), NetworkError> {
        let shape = [synapses.features(), synapses.memories()];
        let names = ["a row of the synapses", "the list of rows of the synapses"];
        for ((what, found), layer) in names.into_iter().zip(shape).zip([below, above]) {
            let expected = self.neurons(layer);
            if found != expected {
                return Err(NetworkError::Width { what, expected, found });
            }
        }
        if below == above {
            return Err(NetworkError::Loop(below.0));
        }
        let norm = synapses.spectral_norm();
        self.edges.push(Edge { below: below.0, above: above.0, synapses, norm });
        if let Err(refused) = self.check_bound() {
            self.edges.pop();
            return Err(refused);
        }
        self.colours.add_edge(below.0, above.0);
        Ok(())
    }

    /// The number of neurons of a layer.
    ///
    /// # Panics
    /// If the layer belongs to another hierarchy.
    pub fn neurons(&self, layer: LayerId) -> usize {
        self.layers[layer.0].input.len()
    }

    /// The layers of each colour, in the order in which they relax on the way back.
    pub fn colours(&self) -> &[Vec<usize>] {
        self.colours.layers()
    }

    /// The energy is bounded below if of every edge one end has a bounded activation, and among the
    /// other edges, whose ends must be quadratic with factors β, Σ √(ββ')‖Ξ‖ < 1 at every layer: then
    /// the quadratic form of their outputs is positive by its diagonal.
    fn check_bound(&self) -> Result<(), NetworkError> {
        let mut loads = vec![0.0; self.layers.len()];
        for edge in &self.edges {
            let ends = [edge.below, edge.above];
            let properties = ends.map(|end| self.layers[end].layer.0.properties());
            if properties.iter().any(|p| p.bounded_activation) {
                continue;
            }
            let factors = properties.map(|p| match p.growth {
                Growth::Power { degree, factor } if degree <= 2.0 => factor,
                Growth::Linear => 0.0,
                _ => f64::INFINITY,
            });
            let load = (factors[0] * factors[1]).sqrt() * edge.norm;
            ends.iter().for_each(|&end| loads[end] += load);
        }
        // the norm is rounded: what is this close to 1 is not proved to be below it
        match loads.iter().position(|load| !(*load < 1.0 - 64.0 * f64::EPSILON)) {
            Some(layer) => Err(NetworkError::Unbounded { layer, load: loads[layer] }),
            None => Ok(()),
        }
    }
}
