//! The two-body network: feature and hidden neurons, and nothing but synapses between them.

use crate::NetworkError;
use crate::times::Times;
use attractor_lagrangian::{
    Absolute, Additive, Lagrangian, Layer, LogCosh, LogSumExp, Norm, ParameterError, Quadratic,
    admissible, norm,
};
use attractor_synapse::{Element, Memories, Synapses};
use std::marker::PhantomData;

/// The microscopic network of Krotov & Hopfield (eq. 1–4): d feature neurons with currents v and
/// outputs g = ∂L_v(v), N hidden neurons with currents h and outputs f = ∂L_h(h), and the synapses Ξ
/// (N × d) between them:
///
/// τ_f v̇ = Ξᵀf + I − αv,  τ_h ḣ = Ξg + b − h.
///
/// All synapses connect two neurons, and none connects neurons of one layer. The network is
/// immutable; states are values of their own, see [`Network::start`]. The memories can be shared
/// (`&M`, `Arc<M>`).
///
/// ```
/// use attractor_lagrangian::LogSumExp;
/// use attractor_network::{ModernNetwork, Plan, Strang};
/// use attractor_synapse::Synapses;
/// let memories = Synapses::from_rows(&[[1.0f64, 0.0], [0.0, 1.0]])?;
/// let network = ModernNetwork::modern(memories, LogSumExp::new(20.0)?)?.with_times(1.0, 0.1)?;
/// let mut state = network.start(&[0.9, 0.2])?;
/// let run = network.run(&Strang, &mut state, &Plan::to_time(0.5, 20.0)?, &mut ())?;
/// assert!(state.v()[0] > 0.99 && run.certificate.unwrap().drop > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Network<T, Lv, Lh, M = Synapses<T>> {
    pub(crate) feature: Layer<Lv>,
    pub(crate) hidden: Layer<Lh>,
    pub(crate) memories: M,
    pub(crate) tau_f: Times,
    pub(crate) tau_h: Times,
    pub(crate) alpha: f64,
    pub(crate) input: Vec<f64>,
    pub(crate) bias: Vec<f64>,
    scalar: PhantomData<T>,
}

/// The network behind model A (KH eq. 6–8): spins.
pub type DenseNetwork<T, F> = Network<T, Absolute, Additive<F>>;
/// The network behind model B (KH eq. 11–16): attention.
pub type ModernNetwork<T> = Network<T, Quadratic, LogSumExp>;
/// The network behind model C (KH eq. 17–22): states on the sphere.
pub type SphericalNetwork<T, F> = Network<T, Norm, Additive<F>>;
/// The network behind Hopfield 1984 (KH eq. 24–28): graded neurons, linear hidden ones.
pub type GradedNetwork<T> = Network<T, LogCosh, Quadratic>;

impl<T: Element, M: Memories<T>> Network<T, Quadratic, LogSumExp, M> {
    /// The network behind model B at inverse temperature β.
    ///
    /// # Errors
    /// As [`Network::new`].
    pub fn modern(memories: M, hidden: LogSumExp) -> Result<Self, NetworkError> {
        Self::new(Quadratic, hidden, memories)
    }
}

impl<T: Element, F, M: Memories<T>> Network<T, Absolute, Additive<F>, M>
where
    Additive<F>: Lagrangian<T>,
{
    /// The network behind model A with energy function F.
    ///
    /// # Errors
    /// As [`Network::new`].
    pub fn dense(memories: M, energy: F) -> Result<Self, NetworkError> {
        Self::new(Absolute, Additive(energy), memories)
    }
}

impl<T: Element, F, M: Memories<T>> Network<T, Norm, Additive<F>, M>
where
    Additive<F>: Lagrangian<T>,
{
    /// The network behind model C with energy function F.
    ///
    /// # Errors
    /// As [`Network::new`].
    pub fn spherical(memories: M, energy: F) -> Result<Self, NetworkError> {
        Self::new(Norm, Additive(energy), memories)
    }
}

impl<T: Element, M: Memories<T>> Network<T, LogCosh, Quadratic, M> {
    /// The network behind Hopfield 1984 with g = tanh βv.
    ///
    /// # Errors
    /// As [`Network::new`].
    pub fn graded(memories: M, feature: LogCosh) -> Result<Self, NetworkError> {
        Self::new(feature, Quadratic, memories)
    }
}

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Network<T, Lv, Lh, M> {
    /// The network with this pair of Lagrangians: τ_f = τ_h = 1, α = 1, no input, no hidden bias.
    ///
    /// # Errors
    /// [`NetworkError::Inadmissible`] for a pair whose energy has no lower bound,
    /// [`NetworkError::Overflow`] where currents or energies leave the scalar's range.
    pub fn new(feature: Lv, hidden: Lh, memories: M) -> Result<Self, NetworkError> {
        let pair = admissible(&feature.properties(), &hidden.properties())?;
        pair.with_norm(|| memories.spectral_norm())?;
        let (d, n) = (memories.features(), memories.memories());
        groups("feature", d, feature.properties().group)?;
        groups("hidden", n, hidden.properties().group)?;
        let network = Self {
            feature: Layer(feature),
            hidden: Layer(hidden),
            tau_f: Times::one("feature", d, 1.0)?,
            tau_h: Times::one("hidden", n, 1.0)?,
            alpha: 1.0,
            input: vec![0.0; d],
            bias: vec![0.0; n],
            memories,
            scalar: PhantomData,
        };
        network.check_range()?;
        Ok(network)
    }

    /// One time constant τ_f for all features and one τ_h for all hidden neurons.
    ///
    /// # Errors
    /// [`NetworkError::TimeConstant`] unless both are positive and finite.
    pub fn with_times(self, tau_f: f64, tau_h: f64) -> Result<Self, NetworkError> {
        let tau_f = Times::one("feature", self.features(), tau_f)?;
        let tau_h = Times::one("hidden", self.neurons(), tau_h)?;
        Ok(Self { tau_f, tau_h, ..self })
    }

    /// A time constant for every feature, where L_v is a sum over neurons or groups of them.
    ///
    /// # Errors
    /// [`NetworkError::Width`], [`NetworkError::TimeConstant`]; [`NetworkError::CoupledTimes`] where two
    /// differ whose neurons L_v couples.
    pub fn with_feature_times(self, taus: &[f64]) -> Result<Self, NetworkError> {
        width("the list of feature time constants", taus, self.features())?;
        let tau_f = Times::each("feature", taus, &self.feature.0.properties())?;
        Ok(Self { tau_f, ..self })
    }

    /// A time constant for every hidden neuron, where L_h is a sum over neurons or groups of them.
    ///
    /// # Errors
    /// As [`Network::with_feature_times`].
    pub fn with_hidden_times(self, taus: &[f64]) -> Result<Self, NetworkError> {
        width("the list of hidden time constants", taus, self.neurons())?;
        let tau_h = Times::each("hidden", taus, &self.hidden.0.properties())?;
        Ok(Self { tau_h, ..self })
    }

    /// The decay α of v, which is free where L_v is 1-homogeneous (KH eq. 19). With α = 0 ‖v‖ grows
    /// for ever, and model C converges only algebraically.
    ///
    /// # Errors
    /// [`NetworkError::FixedDecay`] if α ≠ 1 and L_v is not 1-homogeneous, or if α is not finite.
    pub fn with_decay(self, alpha: f64) -> Result<Self, NetworkError> {
        let is_one = alpha.to_bits() == 1.0f64.to_bits();
        match () {
            () if !alpha.is_finite() => Err(ParameterError::Decay(alpha).into()),
            () if is_one || self.feature.0.properties().homogeneous => Ok(Self { alpha, ..self }),
            () => Err(NetworkError::FixedDecay(alpha)),
        }
    }

    /// Adds constant input currents I, one per feature.
    ///
    /// # Errors
    /// [`NetworkError::Width`] or [`NetworkError::NotFinite`].
    pub fn with_input(mut self, input: &[T]) -> Result<Self, NetworkError> {
        self.input = input.iter().map(|x| x.f64()).collect();
        finite("the input current of feature", &self.input)?;
        width("the input", &self.input, self.features())?;
        self.check_range()?;
        Ok(self)
    }

    /// Adds a hidden bias b, one number per hidden neuron.
    ///
    /// # Errors
    /// [`NetworkError::Width`], [`NetworkError::NotFinite`] or [`NetworkError::Overflow`].
    pub fn with_bias(mut self, bias: Vec<f64>) -> Result<Self, NetworkError> {
        finite("the bias of hidden neuron", &bias)?;
        width("the hidden bias", &bias, self.neurons())?;
        self.bias = bias;
        self.check_range()?;
        Ok(self)
    }

    /// The bias b_μ = −½‖ξ_μ‖², which turns overlaps into Euclidean distances.
    ///
    /// # Errors
    /// As [`Network::with_bias`].
    pub fn with_euclidean_bias(self) -> Result<Self, NetworkError> {
        let bias = self.memories.squared_norms().iter().map(|square| -0.5 * square).collect();
        self.with_bias(bias)
    }

    /// d, the number of feature neurons.
    pub fn features(&self) -> usize {
        self.memories.features()
    }

    /// N, the number of hidden neurons.
    pub fn neurons(&self) -> usize {
        self.memories.memories()
    }

    /// The memories, which are the synapses.
    pub fn memories(&self) -> &M {
        &self.memories
    }

    /// I, d numbers.
    pub fn input(&self) -> &[f64] {
        &self.input
    }

    /// b, N numbers.
    pub fn bias(&self) -> &[f64] {
        &self.bias
    }

    /// The smallest τ_f and the smallest τ_h.
    pub fn shortest_times(&self) -> (f64, f64) {
        (self.tau_f.shortest(), self.tau_h.shortest())
    }

    /// α.
    pub fn decay(&self) -> f64 {
        self.alpha
    }

    /// The smallest residual that steps of dt can tell from rest: a current no longer moves when it is
    /// within a rounding of u|x|/η of its target, and the outputs follow with their Lipschitz constant.
    pub(crate) fn resolution(&self, dt: f64) -> f64 {
        let (tau_f, tau_h) = self.shortest_times();
        let steepness = self.hidden.0.properties().lipschitz.unwrap_or(0.0);
        let hidden = steepness * self.largest_current() / share(dt, tau_h);
        T::UNIT_ROUNDOFF * (16.0 + hidden + 1.0 / share(dt, tau_f))
    }

    /// The largest current that a hidden neuron is drawn to.
    fn largest_current(&self) -> f64 {
        let properties = self.feature.0.properties();
        let largest_output = match properties.group {
            _ if !properties.bounded_activation => self.memories.largest_norm().max(1.0),
            Some(group) => ((self.features() / group) as f64).sqrt(),
            None => self.far_output().max(1.0),
        };
        let bias = self.bias.iter().fold(0.0f64, |m, b| m.max(b.abs()));
        self.memories.largest_norm() * largest_output + bias
    }

    /// ‖g‖ far out, where layer norms have their γ√d; of other coupled activations it is at most 1.
    fn far_output(&self) -> f64 {
        let sign = |i: usize| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
        let far: Vec<T> = (0..self.features()).map(|i| T::of(1e18 * sign(i))).collect();
        let mut g = vec![T::ZERO; far.len()];
        self.feature.0.activate(&far, &mut g);
        norm(&g)
    }

    /// The largest current that a hidden neuron is drawn to must have a finite energy and output.
    fn check_range(&self) -> Result<(), NetworkError> {
        let current = self.largest_current();
        let h = vec![T::of(current); self.neurons()];
        let mut f = vec![T::ZERO; h.len()];
        self.hidden.0.activate(&h, &mut f);
        let largest = [self.hidden.0.value(&h), norm(&f)];
        if T::of(current).is_finite() && largest.iter().all(|x| x.is_finite()) {
            Ok(())
        } else {
            Err(NetworkError::Overflow { current, dtype: T::NAME })
        }
    }
}

/// 1 − e^{−dt/τ}, the share of its way that a current goes in a step.
pub(crate) fn share(dt: f64, tau: f64) -> f64 {
    -(-dt / tau).exp_m1()
}

pub(crate) fn groups(
    layer: &'static str,
    neurons: usize,
    group: Option<usize>,
) -> Result<(), NetworkError> {
    match group {
        Some(group) if !neurons.is_multiple_of(group) => {
            Err(NetworkError::Groups { layer, neurons, group })
        }
        _ => Ok(()),
    }
}

pub(crate) fn width(what: &'static str, x: &[f64], expected: usize) -> Result<(), NetworkError> {
    if x.len() == expected {
        Ok(())
    } else {
        Err(NetworkError::Width { what, expected, found: x.len() })
    }
}

pub(crate) fn finite(what: &'static str, x: &[f64]) -> Result<(), NetworkError> {
    match x.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(NetworkError::NotFinite { what, index, value: x[index] }),
        None => Ok(()),
    }
}
