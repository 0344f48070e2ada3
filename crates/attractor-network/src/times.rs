//! Time constants: one for a layer, or several where the theorem allows it.

use crate::NetworkError;
use attractor_lagrangian::Properties;
use std::ops::Range;

/// The time constants of a layer, as stretches of neurons that share one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Times {
    stretches: Vec<(Range<usize>, f64)>,
}

impl Times {
    /// One time constant for n neurons.
    pub(crate) fn one(layer: &'static str, n: usize, tau: f64) -> Result<Self, NetworkError> {
        positive(layer, 0, tau)?;
        Ok(Self { stretches: vec![(0..n, tau)] })
    }

    /// One for every neuron; neurons whose outputs depend on each other must share theirs, for
    /// −ẋᵀH·diag(τ)ẋ can be positive otherwise.
    pub(crate) fn each(
        layer: &'static str,
        taus: &[f64],
        properties: &Properties,
    ) -> Result<Self, NetworkError> {
        taus.iter().enumerate().try_for_each(|(index, &tau)| positive(layer, index, tau))?;
        let mut stretches: Vec<(Range<usize>, f64)> = Vec::new();
        for (index, &tau) in taus.iter().enumerate() {
            match stretches.last_mut() {
                Some((range, last)) if last.to_bits() == tau.to_bits() => range.end += 1,
                _ if index > 0 && properties.group.is_none_or(|k| !index.is_multiple_of(k)) => {
                    let (index, next) = (index - 1, index);
                    return Err(NetworkError::CoupledTimes { layer, index, next });
                }
                _ => stretches.push((index..index + 1, tau)),
            }
        }
        Ok(Self { stretches })
    }

    /// The neurons of each stretch with their time constant.
    pub(crate) fn stretches(&self) -> &[(Range<usize>, f64)] {
        &self.stretches
    }

    /// The smallest time constant.
    pub(crate) fn shortest(&self) -> f64 {
        self.stretches.iter().fold(f64::INFINITY, |m, (_, tau)| m.min(*tau))
    }

    /// The time constant of every neuron, in order.
    pub(crate) fn all(&self) -> impl Iterator<Item = f64> + '_ {
        self.stretches.iter().flat_map(|(range, tau)| range.clone().map(|_| *tau))
    }
}

fn positive(layer: &'static str, index: usize, value: f64) -> Result<(), NetworkError> {
    if value > 0.0 && value.is_finite() {
        Ok(())
    } else {
        Err(NetworkError::TimeConstant { layer, index, value })
    }
}
