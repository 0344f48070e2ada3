//! One layer's energy and its certified relaxation: the theorem, once.

use crate::error::ParameterError;
use crate::lagrangian::at_least_zero;
use crate::length::norm_of;
use crate::special::phi;
use crate::{Lagrangian, Real, norm, sum};

/// How far a layer moves towards its target: x' = x + η(target − x).
///
/// Keeps 1/η − 1 beside η, because 1/(1 − e^{−t}) − 1 = 1/(eᵗ − 1) loses every digit at small and
/// large t when it is computed from η.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factor {
    eta: f64,
    slack: f64,
}

impl Factor {
    /// η = 1: the map, one application of the update.
    pub const MAP: Self = Self { eta: 1.0, slack: 0.0 };

    /// An explicit Euler step, η = dt/τ ≤ 1.
    ///
    /// # Errors
    /// [`ParameterError::Factor`] unless 0 < η ≤ 1.
    pub fn euler(eta: f64) -> Result<Self, ParameterError> {
        if eta > 0.0 && eta <= 1.0 && (1.0 / eta).is_finite() {
            Ok(Self { eta, slack: 1.0 / eta - 1.0 })
        } else {
            Err(ParameterError::Factor(eta))
        }
    }

    /// The exact flow towards a frozen target over dt: η = 1 − e^{−dt/τ}, safe for every dt.
    ///
    /// # Errors
    /// [`ParameterError::TimeStep`] unless dt/τ is positive and finite.
    pub fn exponential(dt_over_tau: f64) -> Result<Self, ParameterError> {
        let slack = 1.0 / dt_over_tau.exp_m1();
        if dt_over_tau > 0.0 && dt_over_tau.is_finite() && slack.is_finite() {
            Ok(Self { eta: -(-dt_over_tau).exp_m1(), slack })
        } else {
            Err(ParameterError::TimeStep(dt_over_tau))
        }
    }

    /// The exact flow τẋ = target − αx of a 1-homogeneous layer over dt, whose output does not hang on
    /// the length of x, and ln of the factor by which x is longer than [`Layer::relax`] makes it.
    ///
    /// With η̂ = (1 − e^{−αs})/α, s = dt/τ, it is a step of η = η̂/(1 + η̂ − αη̂) whose result is
    /// multiplied by 1 + η̂ − αη̂; so 1/η − 1 = α/(e^{αs} − 1). α = 1 is [`Factor::exponential`], and α = 0
    /// lets x grow for ever.
    ///
    /// # Errors
    /// [`ParameterError::TimeStep`] unless dt/τ is positive and finite, and as long as the flow leaves
    /// x in range; [`ParameterError::Decay`] unless α is finite.
    pub fn homogeneous(dt_over_tau: f64, alpha: f64) -> Result<(Self, f64), ParameterError> {
        if !alpha.is_finite() {
            return Err(ParameterError::Decay(alpha));
        }
        if alpha.to_bits() == 1.0f64.to_bits() {
            return Ok((Self::exponential(dt_over_tau)?, 0.0));
        }
        let decay = alpha * dt_over_tau;
        let (hat, slack) = if decay == 0.0 {
            (dt_over_tau, 1.0 / dt_over_tau)
        } else {
            (-(-decay).exp_m1() / alpha, alpha / decay.exp_m1())
        };
        let ln_longer = (hat * (1.0 - alpha)).ln_1p();
        if dt_over_tau > 0.0 && dt_over_tau.is_finite() && slack.is_finite() && hat.is_finite() {
            Ok((Self { eta: 1.0 / (1.0 + slack), slack }, ln_longer))
        } else {
            Err(ParameterError::TimeStep(dt_over_tau))
        }
    }

    /// (1 − η)x + η·target.
    pub fn mix(self, x: f64, target: f64) -> f64 {
        (1.0 - self.eta) * x + self.eta * target
    }

    /// η.
    pub fn eta(self) -> f64 {
        self.eta
    }

    /// 1/η − 1 ≥ 0.
    pub fn slack(self) -> f64 {
        self.slack
    }
}

/// The weights of x, t₀ and t₁ in the exact flow τẋ = t(s) − αx over dt, along which the target goes
/// from t₀ to t₁ at constant speed: second order for every τ where targets are known at both ends.
///
/// With a = dt/τ and b = αa they are e^{−b}, a(1 − e^{−b})/b − w and w = a(e^{−b} − 1 + b)/b².
pub fn ramp(dt_over_tau: f64, alpha: f64) -> [f64; 3] {
    let decay = alpha * dt_over_tau;
    let (all, late) = if decay == 0.0 {
        (1.0, 0.5)
    } else {
        let grown = -(-decay).exp_m1();
        let all = if grown.is_infinite() { f64::INFINITY } else { grown / decay };
        let late = match decay.abs() {
            _ if all.is_infinite() => all,
            b if b < 1e-8 => 0.5 - decay / 6.0,
            b if b < 1.0 => phi(-decay) / (decay * decay),
            _ => (1.0 - all) / decay, // the squares of neither end of the floats are any
        };
        (all, late)
    };
    let early = if all.is_infinite() { all } else { all - late };
    [(-decay).exp(), dt_over_tau * early, dt_over_tau * late]
}

/// The currents of a layer, x = e^{`log_scale`}·`values`.
///
/// The scale is 0 except in 1-homogeneous layers, whose currents may grow beyond any float while
/// their outputs stay the same.
#[derive(Debug, Clone, Copy)]
pub struct Scaled<'a, U> {
    /// The numbers, in units of e^{`log_scale`}.
    pub values: &'a [U],
    /// ln of the unit.
    pub log_scale: f64,
}

/// What a relaxation of one layer takes off the energy: non-negative terms.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Relaxation {
    /// (1/η − 1)·⟨x' − x, y' − y⟩, 0 for the map.
    pub detour: f64,
    /// D_L(x', x).
    pub bregman: f64,
}

/// A layer of neurons with currents x and outputs y = ∂L(x).
///
/// ```
/// use attractor_lagrangian::{Factor, Layer, LogCosh, Scaled};
/// let layer = Layer(LogCosh::new(2.0)?);
/// let (x, y, target) = ([0.5f64], [1.0f64.tanh()], [-0.3]);
/// let (mut x2, mut y2) = ([0.0], [0.0]);
/// let (before, target) = (Scaled { values: &x[..], log_scale: 0.0 }, Scaled { values: &target[..], log_scale: 0.0 });
/// let (drop, _) = layer.relax((before, &y), target, Factor::euler(0.5)?, (&mut x2, &mut y2));
/// assert!((x2[0] - 0.1).abs() < 1e-15 && drop.detour > 0.0 && drop.bregman > 0.0);
/// # Ok::<(), attractor_lagrangian::ParameterError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layer<L>(
    /// The layer's Lagrangian.
    pub L,
);

impl<L> Layer<L> {
    /// The layer's own energy (x − I)·y − L(x), which is L*(y) − I·y (KH eq. 2).
    ///
    /// # Panics
    /// If the slices differ in length.
    #[track_caller]
    pub fn energy<T: Real>(&self, x: &[T], y: &[T], input: &[T]) -> f64
    where
        L: Lagrangian<T>,
    {
        assert_eq!(
            (x.len(), y.len()),
            (y.len(), input.len()),
            "currents, outputs and input differ in length"
        );
        let along = sum((0..x.len()).map(|i| (x[i].f64() - input[i].f64()) * y[i].f64()));
        let energy = along - self.0.value(x);
        if energy.is_nan() && [x, y, input].iter().all(|x| x.iter().all(|x| x.is_finite())) {
            return self.conjugate_energy(y, input); // both terms are beyond any float
        }
        energy
    }

    /// L*(y) − I·y, +∞ if that is ∞ − ∞ as well.
    fn conjugate_energy<T: Real>(&self, y: &[T], input: &[T]) -> f64
    where
        L: Lagrangian<T>,
    {
        let along = sum(y.iter().zip(input).map(|(y, i)| y.f64() * i.f64()));
        let energy = self.0.conjugate(y) - along;
        if energy.is_nan() { f64::INFINITY } else { energy }
    }

    /// How far the layer is from rest at `target`: ‖∂L(target) − y‖/‖y‖, free of x and η; ties count as
    /// rest. The scratch takes the target and its outputs.
    ///
    /// # Panics
    /// If the slices differ in length.
    #[track_caller]
    pub fn residual<T: Real>(&self, target: &[f64], y: &[T], scratch: (&mut [T], &mut [T])) -> f64
    where
        L: Lagrangian<T>,
    {
        let (x, y2) = scratch;
        assert_eq!([y.len(), x.len(), y2.len()], [target.len(); 3], "target, outputs and scratch");
        let homogeneous = self.0.properties().homogeneous;
        let largest = if homogeneous { largest(target.iter().copied()) } else { 1.0 };
        let unit = if largest > 0.0 { largest } else { 1.0 };
        x.iter_mut().zip(target).for_each(|(x, t)| *x = T::of(t / unit));
        y2.copy_from_slice(y);
        self.0.activate(x, y2);
        let distance = norm_of(y2.iter().zip(y).map(|(a, b)| a.f64() - b.f64()));
        let size = norm(y);
        match () {
            () if distance == 0.0 => 0.0,
            () if distance.is_infinite() && size.is_infinite() => shrunken_ratio(y2, y),
            // a denormal state is further from rest than its own size can say
            () if distance.is_finite() && size < distance / f64::MAX => f64::MAX,
            () if size > 0.0 => distance / size,
            () => 1.0, // from rest at 0, every move is as large as the state it leads to
        }
    }

    /// Moves the layer from (x, y) towards `target` by `factor` with everything else frozen, writes
    /// the new currents and outputs and returns what that takes off the energy, with ln of the new
    /// currents' unit:
    ///
    /// ΔE = −(1/η − 1)⟨x' − x, y' − y⟩ − D_L(x', x), where ⟨Δx, Δy⟩ = D(x', x) + D(x, x').
    ///
    /// # Panics
    /// If the slices differ in length.
    #[track_caller]
    pub fn relax<T: Real>(
        &self,
        before: (Scaled<'_, T>, &[T]),
        target: Scaled<'_, f64>,
        factor: Factor,
        after: (&mut [T], &mut [T]),
    ) -> (Relaxation, f64)
    where
        L: Lagrangian<T>,
    {
        let ((x, y), (x2, y2)) = (before, after);
        let n = x.values.len();
        assert_eq!(
            [y.len(), target.values.len(), x2.len(), y2.len()],
            [n; 4],
            "a layer of {n} neurons"
        );
        let log_scale = mix(x, target, factor.eta, x2, self.0.properties().homogeneous);
        y2.copy_from_slice(y);
        self.0.activate(x2, y2);
        let bregman = at_least_zero(scaled(self.0.bregman(x2, x.values, y), log_scale));
        let detour = if factor.slack > 0.0 {
            let back = scaled(self.0.bregman(x.values, x2, y2), x.log_scale);
            factor.slack * (bregman + at_least_zero(back))
        } else {
            0.0
        };
        (Relaxation { detour, bregman }, log_scale)
    }
}

/// ‖a − b‖/‖b‖ of finite numbers whose lengths are beyond any float; of others NaN.
fn shrunken_ratio<T: Real>(a: &[T], b: &[T]) -> f64 {
    let shrunk = |x: &T| x.f64() * f64::EPSILON.powi(4);
    norm_of(a.iter().zip(b).map(|(a, b)| shrunk(a) - shrunk(b))) / norm_of(b.iter().map(shrunk))
}

fn scaled(gap: f64, log_scale: f64) -> f64 {
    if gap == 0.0 { 0.0 } else { gap * log_scale.exp() }
}

/// Currents within e^{±40} of 1 are stored as they are.
const UNSCALED: f64 = 40.0;

/// x' = (1 − η)x + ηt, in a common unit where the layer is 1-homogeneous.
fn mix<T: Real>(
    x: Scaled<'_, T>,
    target: Scaled<'_, f64>,
    eta: f64,
    out: &mut [T],
    homogeneous: bool,
) -> f64 {
    let unit = if homogeneous { common_unit(x, target, eta) } else { 0.0 };
    let keep = if eta < 1.0 { Exp::of(x.log_scale - unit) } else { Exp { root: 0.0 } };
    let take = Exp::of(target.log_scale - unit);
    for ((out, x), t) in out.iter_mut().zip(x.values).zip(target.values) {
        *out = T::of((1.0 - eta) * keep.times(x.f64()) + eta * take.times(*t));
    }
    unit
}

/// e^s as the square of its root: where currents are denormal the unit's inverse overflows.
#[derive(Clone, Copy)]
struct Exp {
    root: f64,
}

impl Exp {
    fn of(s: f64) -> Self {
        Self { root: (s / 2.0).exp() }
    }

    fn times(self, x: f64) -> f64 {
        if x == 0.0 || self.root == 0.0 { 0.0 } else { self.root * x * self.root }
    }
}

fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |m, v| m.max(v.abs()))
}

/// ln of the largest current after the step, or 0 if that fits as it is.
fn common_unit<T: Real>(x: Scaled<'_, T>, target: Scaled<'_, f64>, eta: f64) -> f64 {
    let kept = if eta < 1.0 {
        largest(x.values.iter().map(|v| v.f64())).ln() + x.log_scale
    } else {
        f64::NEG_INFINITY
    };
    let taken = largest(target.values.iter().copied()).ln() + target.log_scale;
    let unit = kept.max(taken);
    if unit.is_finite() && unit.abs() > UNSCALED { unit } else { 0.0 }
}
