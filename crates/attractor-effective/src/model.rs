//! A two-layer network with its hidden neurons integrated out: one type, all models.

use crate::ModelError;
use crate::error::width;
use attractor_lagrangian::{
    Absolute, Additive, Lagrangian, Layer, LogCosh, LogSumExp, Norm, Quadratic, Real, admissible,
};
use attractor_synapse::{Coupled, Element, Memories, Synapses, is_half_square};
use std::marker::PhantomData;

/// An associative memory with energy E(g) = L_v*(g) − I·g − L_h(Ξg + b) over the outputs
/// g = ∂L_v(v) of its d features, and update v ← I + Ξᵀ∂L_h(Ξg + b) (KH eq. 5 put into eq. 2).
///
/// The pair of Lagrangians makes the model; the models with a name are aliases. It is immutable:
/// states are values of their own, see [`Effective::retrieve`].
#[derive(Debug, Clone)]
pub struct Effective<T, Lv, Lh, M = Synapses<T>> {
    pub(crate) visible: Layer<Lv>,
    hidden: Lh,
    pub(crate) memories: M,
    input: Option<Vec<f64>>,
    bias: Option<Vec<f64>>,
    scalar: PhantomData<T>,
}

/// Model A (KH eq. 6–8): spins, E = −I·σ − Σ_μ F(ξ_μ·σ).
pub type DenseMemory<T, F> = Effective<T, Absolute, Additive<F>>;
/// Model B (KH eq. 11–16): v ← Ξᵀ softmax(βΞv), attention.
pub type ModernHopfield<T> = Effective<T, Quadratic, LogSumExp>;
/// Model C (KH eq. 17–22): states on the sphere, E = −Σ_μ F(ξ_μ·v/‖v‖).
pub type SphericalMemory<T, F> = Effective<T, Norm, Additive<F>>;
/// Hopfield 1982 with self-coupling: E = −½σᵀTσ, T = ΞᵀΞ.
pub type ClassicalHopfield<T> = Effective<T, Absolute, Quadratic>;
/// Hopfield 1984 (KH eq. 24–28): graded neurons g = tanh βv with T = ΞᵀΞ.
pub type GradedHopfield<T> = Effective<T, LogCosh, Quadratic>;

impl<T: Real, M: Memories<T>> Effective<T, Quadratic, LogSumExp, M> {
    /// Model B at inverse temperature β; attention has β = 1/√d.
    ///
    /// ```
    /// use attractor_effective::ModernHopfield;
    /// use attractor_lagrangian::LogSumExp;
    /// use attractor_synapse::Synapses;
    /// let memories = Synapses::from_rows(&[[1.0f32, 0.0], [0.0, 1.0]])?;
    /// let model = ModernHopfield::modern(memories, LogSumExp::new(20.0)?)?;
    /// let answer = model.recall(&[0.9, 0.2])?;
    /// assert_eq!((answer.nearest.memory, answer.kind.name()), (0, "single"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Effective::new`].
    pub fn modern(memories: M, hidden: LogSumExp) -> Result<Self, ModelError> {
        Self::new(Quadratic, hidden, memories)
    }
}

impl<T: Real, F, M: Memories<T>> Effective<T, Absolute, Additive<F>, M>
where
    Additive<F>: Lagrangian<T>,
{
    /// Model A with energy function F.
    ///
    /// # Errors
    /// As [`Effective::new`].
    pub fn dense(memories: M, energy: F) -> Result<Self, ModelError> {
        Self::new(Absolute, Additive(energy), memories)
    }
}

impl<T: Real, F, M: Memories<T>> Effective<T, Norm, Additive<F>, M>
where
    Additive<F>: Lagrangian<T>,
{
    /// Model C with energy function F.
    ///
    /// # Errors
    /// As [`Effective::new`].
    pub fn spherical(memories: M, energy: F) -> Result<Self, ModelError> {
        Self::new(Norm, Additive(energy), memories)
    }
}

impl<T: Real, M: Memories<T>> Effective<T, Absolute, Quadratic, M> {
    /// Hopfield 1982, updated synchronously with its self-coupling kept.
    ///
    /// # Errors
    /// As [`Effective::new`].
    pub fn classical(memories: M) -> Result<Self, ModelError> {
        Self::new(Absolute, Quadratic, memories)
    }
}

/// A model that is read through T = ΞᵀΞ, see [`Effective::coupled`].
pub type CoupledForm<'m, T, Lv, Lh> = Effective<T, &'m Lv, &'m Lh, Coupled<T, &'m Synapses<T>>>;

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>> Effective<T, Lv, Lh> {
    /// The same model with its memories behind T = ΞᵀΞ if that is the smaller matrix, N > d: a step costs
    /// d² instead of N·d multiplications where the hidden neurons are quadratic (Hopfield 1982 and 1984,
    /// KH eq. 24–28). `None` where N ≤ d, where T would cost more than it saves, or with a hidden bias or
    /// other hidden neurons.
    ///
    /// ```
    /// use attractor_effective::ClassicalHopfield;
    /// use attractor_synapse::Synapses;
    /// let memories = Synapses::from_rows(&[[1.0f32, 1.0], [1.0, -1.0], [1.0, 1.0]])?;
    /// let model = ClassicalHopfield::classical(memories)?;
    /// let coupled = model.coupled().unwrap();
    /// assert_eq!(coupled.recall(&[1.0, 0.5])?.state, [1.0, 1.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn coupled(&self) -> Option<CoupledForm<'_, T, Lv, Lh>> {
        let pays = self.memories.memories() > self.features() && self.bias.is_none();
        (pays && is_half_square(self.hidden())).then(|| Effective {
            visible: Layer(&self.visible.0),
            hidden: &self.hidden,
            memories: Coupled::new(&self.memories),
            input: self.input.clone(),
            bias: None,
            scalar: PhantomData,
        })
    }
}

impl<T: Real, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Effective<T, Lv, Lh, M> {
    /// The memory with this pair of Lagrangians, without input and hidden bias.
    ///
    /// # Errors
    /// [`ModelError::Inadmissible`] for a pair whose energy has no lower bound, [`ModelError::Groups`]
    /// for neurons that do not divide into the Lagrangian's groups, [`ModelError::Overflow`] where scores or energies leave the scalar's range.
    pub fn new(visible: Lv, hidden: Lh, memories: M) -> Result<Self, ModelError> {
        let pair = admissible(&visible.properties(), &hidden.properties())?;
        pair.with_norm(|| memories.spectral_norm())?;
        let layers = [
            ("features", memories.features(), visible.properties().group),
            ("memories", memories.memories(), hidden.properties().group),
        ];
        for (what, count, group) in layers {
            if let Some(group) = group.filter(|group| !count.is_multiple_of(*group)) {
                return Err(ModelError::Groups { what, count, group });
            }
        }
        let model = Self {
            visible: Layer(visible),
            hidden,
            memories,
            input: None,
            bias: None,
            scalar: PhantomData,
        };
        model.check_range()?;
        Ok(model)
    }

    /// Adds constant input currents I, one per feature.
    ///
    /// # Errors
    /// [`ModelError::Width`] or [`ModelError::NotFinite`]; [`ModelError::Overflow`] where an
    /// exponential can no longer be taken in its logarithmic form.
    pub fn with_input(mut self, input: &[T]) -> Result<Self, ModelError> {
        let input = input.iter().map(|x| x.f64()).collect();
        self.input = Some(checked("the input", input, self.features())?);
        self.check_range()?;
        Ok(self)
    }

    /// Adds a hidden bias b, one number per memory.
    ///
    /// # Errors
    /// [`ModelError::Width`] or [`ModelError::NotFinite`].
    pub fn with_bias(mut self, bias: Vec<f64>) -> Result<Self, ModelError> {
        self.bias = Some(checked("the hidden bias", bias, self.memories.memories())?);
        self.check_range()?;
        Ok(self)
    }

    /// The bias b_μ = −½‖ξ_μ‖², which turns overlaps into Euclidean distances: model B then is
    /// the denoiser Σ softmax(−β‖x − ξ_μ‖²/2)·ξ_μ.
    ///
    /// # Errors
    /// [`ModelError::NotFinite`] if a norm overflows.
    pub fn with_euclidean_bias(self) -> Result<Self, ModelError> {
        let bias = self.memories.squared_norms().iter().map(|square| -0.5 * square).collect();
        self.with_bias(bias)
    }

    /// The number of features, d.
    pub fn features(&self) -> usize {
        self.memories.features()
    }

    /// The memories.
    pub fn memories(&self) -> &M {
        &self.memories
    }

    /// The input currents, if there are any.
    pub fn input(&self) -> Option<&[f64]> {
        self.input.as_deref()
    }

    /// The hidden bias, if there is one.
    pub fn bias(&self) -> Option<&[f64]> {
        self.bias.as_deref()
    }

    /// The hidden Lagrangian in use: its logarithmic form where that gives the same orbit, which is
    /// under a 1-homogeneous visible layer without input.
    pub fn hidden(&self) -> &dyn Lagrangian<T> {
        let same_orbit = self.visible.0.properties().homogeneous && self.input.is_none();
        let log_form = if same_orbit { self.hidden.log_form() } else { None };
        log_form.unwrap_or(&self.hidden)
    }

    /// The hidden Lagrangian as it was given.
    pub(crate) fn own_hidden(&self) -> &Lh {
        &self.hidden
    }

    /// States are ±1: the visible layer is 1-homogeneous and separable.
    pub fn has_spins(&self) -> bool {
        let properties = self.visible.0.properties();
        properties.homogeneous && properties.is_separable()
    }

    /// The largest score that a state can reach must have a finite energy in the scalar's range.
    fn check_range(&self) -> Result<(), ModelError> {
        let properties = self.visible.0.properties();
        let largest_output = match (properties.bounded_activation, properties.is_separable()) {
            (true, true) => (self.features() as f64).sqrt(),
            (true, false) => 1.0,
            (false, _) => self.memories.largest_norm().max(1.0),
        };
        let bias = self.bias().unwrap_or_default().iter().fold(0.0f64, |m, b| m.max(b.abs()));
        let overlap = self.memories.largest_norm() * largest_output + bias;
        let score = T::of(overlap);
        let energy = self.hidden().value(&vec![score; self.memories.memories()]);
        if score.is_finite() && energy.is_finite() {
            Ok(())
        } else {
            Err(ModelError::Overflow { overlap, dtype: T::NAME })
        }
    }
}

pub(crate) fn checked(
    what: &'static str,
    values: Vec<f64>,
    expected: usize,
) -> Result<Vec<f64>, ModelError> {
    width(what, values.len(), expected)?;
    match values.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(ModelError::NotFinite { what, index, value: values[index] }),
        None => Ok(values),
    }
}
