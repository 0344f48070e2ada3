//! γD·√(‖x‖²/D + ε): layer norm and RMS norm as activations (Krotov 2021; Hoover et al. 2023).

use crate::lagrangian::{at_least_zero, or_difference};
use crate::length::{Length, norm_of};
use crate::{Growth, Lagrangian, ParameterError, Properties, Real, ZeroModes};

/// Layer norm: L(x) = γD·√(var x + ε) + Σδ_i x_i, g = γ(x − x̄)/√(var x + ε) + δ, D neurons.
///
/// With ε = 0 it is 1-homogeneous and has a kink where all currents are equal; there the previous
/// output is kept if it is a subgradient.
///
/// ```
/// use attractor_lagrangian::{Lagrangian, LayerNorm};
/// let mut g = [0.0f64; 2];
/// LayerNorm::new(2.0, 0.0)?.with_shift(vec![0.5])?.activate(&[3.0, 1.0], &mut g);
/// assert_eq!(g, [2.5, -1.5]);
/// # Ok::<(), attractor_lagrangian::ParameterError>(())
/// ```
///
/// # Panics
/// All methods, if there are several shifts and their number is not that of the neurons.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerNorm {
    gain: Gain,
    delta: Vec<f64>,
}

/// RMS norm: L(x) = γD·√(‖x‖²/D + ε), g = γx/√(‖x‖²/D + ε), D neurons. With ε = 0 it is a multiple
/// of the norm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RmsNorm {
    gain: Gain,
}

impl LayerNorm {
    /// Layer norm with one gain γ for all neurons and without shift.
    ///
    /// # Errors
    /// [`ParameterError::Gain`] unless γ is positive and finite, [`ParameterError::Epsilon`] unless
    /// ε ≥ 0 is finite.
    pub fn new(gamma: f64, epsilon: f64) -> Result<Self, ParameterError> {
        Ok(Self { gain: Gain::new(gamma, epsilon, true)?, delta: vec![0.0] })
    }

    /// Adds δ: one number for all neurons, or one for each.
    ///
    /// # Errors
    /// [`ParameterError::Shift`] if a number is not finite, or if there is none.
    pub fn with_shift(mut self, delta: Vec<f64>) -> Result<Self, ParameterError> {
        match delta.iter().position(|d| !d.is_finite()) {
            Some(at) => Err(ParameterError::Shift(at, delta[at])),
            None if delta.is_empty() => Err(ParameterError::Shift(0, f64::NAN)),
            None => {
                self.delta = delta;
                Ok(self)
            }
        }
    }

    /// γ.
    pub fn gamma(&self) -> f64 {
        self.gain.gamma
    }

    /// ε.
    pub fn epsilon(&self) -> f64 {
        self.gain.epsilon
    }

    /// δ: one number for all neurons, or one for each.
    pub fn delta(&self) -> &[f64] {
        &self.delta
    }

    /// δ of each of n neurons.
    #[track_caller]
    fn shifts(&self, n: usize) -> impl Iterator<Item = f64> + Clone {
        let (found, same) = (self.delta.len(), self.delta.len() == 1);
        assert!(same || found == n, "{found} shifts for {n} neurons");
        (0..n).map(move |i| if same { self.delta[0] } else { self.delta[i] })
    }
}

impl RmsNorm {
    /// RMS norm with one gain γ for all neurons.
    ///
    /// # Errors
    /// [`ParameterError::Gain`] unless γ is positive and finite, [`ParameterError::Epsilon`] unless
    /// ε ≥ 0 is finite.
    pub fn new(gamma: f64, epsilon: f64) -> Result<Self, ParameterError> {
        Ok(Self { gain: Gain::new(gamma, epsilon, false)? })
    }

    /// γ.
    pub fn gamma(self) -> f64 {
        self.gain.gamma
    }

    /// ε.
    pub fn epsilon(self) -> f64 {
        self.gain.epsilon
    }
}

/// γ√D·√(‖x‖² + Dε), of the currents or of their deviations from their mean.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Gain {
    gamma: f64,
    epsilon: f64,
    centred: bool,
}

impl Gain {
    fn new(gamma: f64, epsilon: f64, centred: bool) -> Result<Self, ParameterError> {
        if !(gamma > 0.0 && gamma.is_finite()) {
            return Err(ParameterError::Gain(gamma));
        }
        if !(epsilon >= 0.0 && epsilon.is_finite()) {
            return Err(ParameterError::Epsilon(epsilon, "at least 0"));
        }
        Ok(Self { gamma, epsilon, centred })
    }

    /// The length for n neurons, and its factor γ√D; parameters near the end of the floats must not
    /// become infinite here, where 0 times them would be no number.
    fn length(self, n: usize) -> (Length, f64) {
        let n = n as f64;
        let epsilon = (n * self.epsilon).min(f64::MAX);
        (Length { epsilon, centred: self.centred }, (self.gamma * n.sqrt()).min(f64::MAX))
    }

    fn value<T: Real>(self, x: &[T]) -> f64 {
        let (length, scale) = self.length(x.len());
        scale * length.of(x)
    }

    /// Writes the outputs without shift; `false` at the kink, where it leaves them alone.
    fn activate<T: Real>(self, x: &[T], shifts: impl Iterator<Item = f64>, g: &mut [T]) -> bool {
        let (length, scale) = self.length(x.len());
        let size = length.of(x);
        if let Some((shrunk, x)) = length.shrink(size, x) {
            let (size, pairs) = (shrunk.of(&x), g.iter_mut().zip(shrunk.view(&x)).zip(shifts));
            pairs.for_each(|((g, x), shift)| *g = T::of(scale * (x / size) + shift));
            return true;
        }
        let smooth = size > 0.0 || size.is_nan();
        if smooth {
            for ((g, x), shift) in g.iter_mut().zip(length.view(x)).zip(shifts) {
                *g = T::of(scale * (x / size) + shift);
            }
        }
        smooth
    }

    fn curve<T: Real>(self, x: &[T], d: &[T], out: &mut [T]) {
        let (length, scale) = self.length(x.len());
        length.curve(x, d, scale, out);
    }

    /// L* of outputs less their shifts. Where those are large, rounding has their size.
    fn conjugate(self, p: impl Iterator<Item = f64> + Clone, size: f64, unit_roundoff: f64) -> f64 {
        let n = p.clone().count();
        if n == 0 {
            return 0.0;
        }
        let (length, scale) = self.length(n);
        let slack = (8.0 + n as f64) * unit_roundoff * (1.0 + size / scale);
        let sum: f64 = p.clone().sum();
        if self.centred && sum.abs() > slack * scale * (n as f64).sqrt() {
            return f64::INFINITY;
        }
        scale * length.conjugate(norm_of(p) / scale, slack)
    }

    fn properties(self) -> Properties {
        let homogeneous = self.epsilon == 0.0;
        Properties {
            convex: true,
            growth: Growth::Linear,
            group: None,
            lipschitz: (!homogeneous).then(|| self.gamma / self.epsilon.sqrt()),
            zero_modes: ZeroModes { uniform: self.centred, radial: homogeneous, ..ZeroModes::NONE },
            bounded_activation: true,
            homogeneous,
        }
    }

    /// From the outputs less their shifts: those of a state that began at the kink are inside.
    fn gap<T: Real>(self, to: &[T], from: &[T], slope: impl Iterator<Item = f64> + Clone) -> f64 {
        let (length, scale) = self.length(to.len());
        let inside = self.epsilon == 0.0 && norm_of(slope.clone()) < 0.999 * scale;
        if inside || length.of(from) == 0.0 {
            let along: f64 = slope.zip(length.view(to)).map(|(s, t)| s * t).sum();
            return at_least_zero(scale * length.of(to) - along);
        }
        scale * length.gap(to, from)
    }
}

impl<T: Real> Lagrangian<T> for LayerNorm {
    fn value(&self, x: &[T]) -> f64 {
        let shifted: f64 = x.iter().zip(self.shifts(x.len())).map(|(x, d)| x.f64() * d).sum();
        self.gain.value(x) + shifted
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        let smooth = self.gain.activate(x, self.shifts(x.len()), g);
        if !smooth && self.conjugate(g) > 0.0 {
            g.iter_mut().zip(self.shifts(x.len())).for_each(|(g, shift)| *g = T::of(shift));
        }
    }

    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        self.gain.curve(x, d, out);
    }

    /// −γD√ε·√(1 − ‖p − δ‖²/(γ²D)) where ‖p − δ‖ ≤ γ√D and Σ(p − δ) = 0.
    fn conjugate(&self, p: &[T]) -> f64 {
        let own = p.iter().zip(self.shifts(p.len())).map(|(p, d)| p.f64() - d);
        self.gain.conjugate(own, norm_of(self.shifts(p.len())), T::UNIT_ROUNDOFF)
    }

    fn properties(&self) -> Properties {
        self.gain.properties()
    }

    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        let own = slope.iter().zip(self.shifts(to.len())).map(|(s, d)| s.f64() - d);
        or_difference(self, self.gain.gap(to, from, own), (to, from, slope))
    }
}

impl<T: Real> Lagrangian<T> for RmsNorm {
    fn value(&self, x: &[T]) -> f64 {
        self.gain.value(x)
    }

    fn activate(&self, x: &[T], g: &mut [T]) {
        let smooth = self.gain.activate(x, std::iter::repeat(0.0), g);
        if !smooth && self.conjugate(g) > 0.0 {
            g.fill(T::ZERO);
        }
    }

    fn curve(&self, x: &[T], d: &[T], out: &mut [T]) {
        self.gain.curve(x, d, out);
    }

    /// −γD√ε·√(1 − ‖p‖²/(γ²D)) where ‖p‖ ≤ γ√D.
    fn conjugate(&self, p: &[T]) -> f64 {
        self.gain.conjugate(p.iter().map(|p| p.f64()), 0.0, T::UNIT_ROUNDOFF)
    }

    fn properties(&self) -> Properties {
        self.gain.properties()
    }

    fn bregman(&self, to: &[T], from: &[T], slope: &[T]) -> f64 {
        let gap = self.gain.gap(to, from, slope.iter().map(|s| s.f64()));
        or_difference(self, gap, (to, from, slope))
    }
}
