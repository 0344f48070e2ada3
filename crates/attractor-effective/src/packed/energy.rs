//! F of one hidden neuron, where overlaps are whole numbers.

use super::decay::Decay;
use super::whole::Whole;
use crate::ModelError;
use attractor_lagrangian::{EvenPower, Exponential, Lagrangian, Quadratic, RectifiedPower};
use std::cmp::Ordering;
use std::sync::Arc;

/// Which field a spin follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignField {
    /// Σ_μ ξ_μi F'(h_μ), the self-coupling kept: the map of [`DenseMemory`](crate::DenseMemory), which
    /// lowers the energy for all spins at once where F is convex.
    Slope,
    /// A_i = Σ_μ [F(σ_i = +1) − F(σ_i = −1)], the energy difference: the field of
    /// [`SpinRule`](crate::SpinRule), which lowers the energy for one spin at a time, whatever F is.
    Difference,
}

/// The energy function F of one hidden neuron, such that the sign of any sum over memories can be decided
/// exactly: powers are whole numbers, and of exponentials any number of digits can be had. Of any other F
/// the numbers that it gives in f64 are taken as they are.
///
/// ```
/// use attractor_effective::SignEnergy;
/// use attractor_lagrangian::{Exponential, NotConvex, RectifiedPower};
/// let cubic: SignEnergy = RectifiedPower::new(3)?.into();
/// let exponential: SignEnergy = Exponential::new(1.0)?.into();
/// let any = SignEnergy::of(NotConvex::gelu())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct SignEnergy(Function);

#[derive(Debug, Clone)]
enum Function {
    /// (1/n)·hⁿ, for h > 0 only where it is rectified.
    Power {
        n: u32,
        rectified: bool,
    },
    /// β⁻¹e^{βh}.
    Exponential {
        beta: f64,
    },
    Any(Arc<dyn Lagrangian<f64>>),
}

impl SignEnergy {
    /// (1/n)·hⁿ with any n ≥ 1, odd ones included: not convex for odd n > 1, so that only the energy
    /// difference lowers the energy then.
    ///
    /// # Panics
    /// If n is 0.
    #[track_caller]
    pub fn power(n: u32) -> Self {
        assert!(n > 0, "power 0 is no energy");
        Self(Function::Power { n, rectified: false })
    }

    /// Any sum over neurons, by its numbers in f64.
    ///
    /// # Errors
    /// [`ModelError::Coupled`] unless `energy` is a sum over neurons.
    pub fn of(energy: impl Lagrangian<f64> + 'static) -> Result<Self, ModelError> {
        if !energy.properties().is_separable() {
            return Err(ModelError::Coupled);
        }
        Ok(Self(Function::Any(Arc::new(energy))))
    }

    /// The values V_c from which a field is made, h = d − 2c: F', or F up to a positive factor.
    pub(super) fn values(&self, field: SignField, d: usize) -> Result<Values, ModelError> {
        let h: Vec<i64> = (0..=d).map(|c| d as i64 - 2 * c as i64).collect();
        match &self.0 {
            Function::Power { n, rectified } => {
                let n = if field == SignField::Slope { n - 1 } else { *n };
                expect_range(f64::from(n) * (d as f64).log2() < 900.0, d)?;
                Ok(Values::Whole(Whole::powers(&h, n, |h| *rectified && h <= 0)))
            }
            Function::Exponential { beta } => {
                let decay = Decay::new(2.0 * beta, d + 1, LIMBS);
                Ok(Values::Exponential { rate: 2.0 * beta, decay })
            }
            Function::Any(energy) => {
                let values: Vec<f64> =
                    h.iter().map(|h| number(&**energy, field, *h as f64)).collect();
                expect_range(values.iter().all(|x| x.abs() < 1e290), d)?;
                Ok(Values::Whole(Whole::values(&values)))
            }
        }
    }
}

fn number(energy: &dyn Lagrangian<f64>, field: SignField, h: f64) -> f64 {
    let mut slope = [0.0];
    match field {
        SignField::Slope => energy.activate(&[h], &mut slope),
        SignField::Difference => slope[0] = energy.value(&[h]),
    }
    slope[0]
}

/// Sums over memories must stay in the range of f64.
fn expect_range(inside: bool, d: usize) -> Result<(), ModelError> {
    let overflow = ModelError::Overflow { overlap: d as f64, dtype: "f64" };
    if inside { Ok(()) } else { Err(overflow) }
}

impl From<RectifiedPower> for SignEnergy {
    fn from(power: RectifiedPower) -> Self {
        Self(Function::Power { n: power.power(), rectified: true })
    }
}

impl From<EvenPower> for SignEnergy {
    fn from(power: EvenPower) -> Self {
        Self::power(power.power())
    }
}

impl From<Quadratic> for SignEnergy {
    fn from(_: Quadratic) -> Self {
        Self::power(2)
    }
}

impl From<Exponential> for SignEnergy {
    fn from(exponential: Exponential) -> Self {
        Self(Function::Exponential { beta: exponential.beta() })
    }
}

/// Digits of the first attempt at exponentials.
const LIMBS: usize = 4;

/// V_c, of which signs of Σ a_c·V_c with whole a_c are exact.
#[derive(Debug, Clone)]
pub(super) enum Values {
    Whole(Whole),
    /// V_c = e^{−rate·c}, in any unit.
    Exponential {
        rate: f64,
        decay: Decay,
    },
}

impl Values {
    /// Limbs of a sum.
    pub(super) fn room(&self) -> usize {
        match self {
            Self::Whole(whole) => whole.room(),
            Self::Exponential { decay, .. } => decay.numbers.room(),
        }
    }

    /// The sign of Σ a_c·V_c. It allocates only where an exponential needs more than some 70 digits.
    pub(super) fn sign(&self, a: &[i64], room: &mut [u64]) -> Ordering {
        match self {
            Self::Whole(whole) => whole.sum(a.iter().copied().enumerate(), room).0,
            Self::Exponential { rate, decay } => exponential_sign(*rate, decay, a, room),
        }
    }
}

/// e^{−rate} is transcendental for a rational rate (Lindemann), so a sum is 0 only if every a_c is; else
/// enough digits decide.
fn exponential_sign(rate: f64, decay: &Decay, a: &[i64], room: &mut [u64]) -> Ordering {
    let Some(first) = a.iter().position(|a| *a != 0) else { return Ordering::Equal };
    let a = &a[first..];
    let weight: f64 = a.iter().map(|a| a.unsigned_abs() as f64).sum();
    let decided = |decay: &Decay, room: &mut [u64]| {
        let (sign, units) = decay.numbers.sum(a.iter().copied().enumerate(), room);
        (units > 1.001 * weight * decay.error).then_some(sign)
    };
    let more = |limbs: usize| {
        let decay = Decay::new(rate, a.len(), limbs);
        decided(&decay, &mut vec![0; decay.numbers.room()])
    };
    let attempts = (1..).map(|doublings| LIMBS << doublings);
    decided(decay, room).or_else(|| attempts.filter_map(more).next()).unwrap_or(Ordering::Equal)
}
