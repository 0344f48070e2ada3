//! The state of a network, a value that the caller owns.

use crate::{Network, NetworkError};
use attractor_lagrangian::{Lagrangian, Real};
use attractor_synapse::{Element, Errand, Memories, Relay};

/// Currents and outputs of both layers: v, g = ∂L_v(v) of the d features and h, f = ∂L_h(h) of the N
/// hidden neurons. Outputs are state: at a kink of L they are no function of the currents.
#[derive(Debug, Clone, PartialEq)]
pub struct NetworkState<T> {
    pub(crate) v: Vec<T>,
    pub(crate) g: Vec<T>,
    pub(crate) h: Vec<T>,
    pub(crate) f: Vec<T>,
    pub(crate) log_scale: f64,
    pub(crate) time: f64,
}

impl<T: Real> NetworkState<T> {
    /// v in units of e^[`NetworkState::log_scale`], d numbers.
    pub fn v(&self) -> &[T] {
        &self.v
    }

    /// g, d numbers.
    pub fn g(&self) -> &[T] {
        &self.g
    }

    /// h, N numbers.
    pub fn h(&self) -> &[T] {
        &self.h
    }

    /// f, N numbers.
    pub fn f(&self) -> &[T] {
        &self.f
    }

    /// ln of the unit of v: 0, but for a 1-homogeneous visible layer whose currents leave all bounds.
    pub fn log_scale(&self) -> f64 {
        self.log_scale
    }

    /// The time passed since the start, in the unit of τ.
    pub fn time(&self) -> f64 {
        self.time
    }

    /// Takes the numbers of another state of the same network into the storage of this one.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.v.copy_from_slice(&other.v);
        self.g.copy_from_slice(&other.g);
        self.h.copy_from_slice(&other.h);
        self.f.copy_from_slice(&other.f);
        (self.log_scale, self.time) = (other.log_scale, other.time);
    }

    /// All currents and outputs are finite.
    pub fn is_finite(&self) -> bool {
        let finite = |x: &[T]| x.iter().all(|x| x.is_finite());
        self.log_scale.is_finite()
            && [&self.v, &self.g, &self.h, &self.f].map(|x| finite(x)) == [true; 4]
    }
}

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Network<T, Lv, Lh, M> {
    /// The state with these currents, at time 0; outputs at kinks start from zeros.
    ///
    /// # Errors
    /// [`NetworkError::Width`], [`NetworkError::NotFinite`] by neuron, [`NetworkError::ZeroState`] where
    /// a direction is needed, [`NetworkError::Overflow`] where the hidden energy is not finite.
    pub fn state(&self, v: &[T], h: &[T]) -> Result<NetworkState<T>, NetworkError> {
        check("v", v, self.features())?;
        check("h", h, self.neurons())?;
        let properties = self.feature.0.properties();
        let directional = properties.homogeneous && !properties.is_separable();
        if directional && v.iter().all(|x| *x == T::ZERO) {
            return Err(NetworkError::ZeroState);
        }
        let (mut g, mut f) = (vec![T::ZERO; v.len()], vec![T::ZERO; h.len()]);
        self.feature.0.activate(v, &mut g);
        self.hidden.0.activate(h, &mut f);
        let state = NetworkState { v: v.to_vec(), g, h: h.to_vec(), f, log_scale: 0.0, time: 0.0 };
        if state.is_finite() && self.hidden.0.value(h).is_finite() {
            Ok(state)
        } else {
            let current = h.iter().fold(0.0f64, |m, h| m.max(h.f64().abs()));
            Err(NetworkError::Overflow { current, dtype: T::NAME })
        }
    }

    /// The state in which the hidden neurons have followed the features: h = Ξg + b.
    ///
    /// # Errors
    /// As [`Network::state`].
    pub fn start(&self, v: &[T]) -> Result<NetworkState<T>, NetworkError> {
        check("v", v, self.features())?;
        let mut g = vec![T::ZERO; v.len()];
        self.feature.0.activate(v, &mut g);
        let mut relay = Relay::default();
        self.memories.relay(Errand { outputs: Some(&g), weigh: None }, &mut relay);
        let follow = |(s, b): (&T, &f64)| T::of(s.f64() + b);
        let h: Vec<T> = relay.overlaps().iter().zip(&self.bias).map(follow).collect();
        self.state(v, &h)
    }

    /// The state in which the hidden neurons are silent: h = 0.
    ///
    /// # Errors
    /// As [`Network::state`].
    pub fn start_silent(&self, v: &[T]) -> Result<NetworkState<T>, NetworkError> {
        self.state(v, &vec![T::ZERO; self.neurons()])
    }
}

pub(crate) fn check<T: Real>(
    what: &'static str,
    x: &[T],
    expected: usize,
) -> Result<(), NetworkError> {
    if x.len() != expected {
        return Err(NetworkError::Width { what, expected, found: x.len() });
    }
    match x.iter().position(|x| !x.is_finite()) {
        Some(index) => Err(NetworkError::NotFinite { what, index, value: x[index].f64() }),
        None => Ok(()),
    }
}
