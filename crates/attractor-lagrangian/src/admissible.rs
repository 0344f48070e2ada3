//! Which pairs of Lagrangians have an energy that is bounded below.

use crate::{Growth, Properties};

/// On what the lower bound of the energy depends.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Admissible {
    /// Bounded below for every Ξ.
    Always,
    /// Bounded below if `factor`·‖Ξ‖₂² < 1.
    SmallNorm {
        /// β_v·β_h, the product of the quadratic factors.
        factor: f64,
    },
}

/// Why a pair is refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Inadmissible {
    /// A Lagrangian without convexity: nothing is promised.
    #[error(
        "the {0} Lagrangian is not convex, so no step is certain to lower the energy: use a convex one (a rectified or even power for an odd one)"
    )]
    NotConvex(
        /// `"visible"` or `"hidden"`.
        &'static str,
    ),
    /// The hidden Lagrangian outgrows the conjugate of the visible one.
    #[error(
        "the energy has no lower bound: the hidden Lagrangian outgrows this visible layer. Use a visible layer with bounded activation (absolute, norm, log-cosh) or a hidden one that grows linearly (log-sum-exp)"
    )]
    Unbounded,
    /// A pair that is bounded below for small ‖Ξ‖ only.
    #[error(
        "the energy has no lower bound: {factor}·‖Ξ‖₂² = {value:.6} must stay below 1 with these two Lagrangians. Scale the memories down, or use a visible layer with bounded activation (absolute, norm, log-cosh)"
    )]
    NormTooLarge {
        /// β_v·β_h.
        factor: f64,
        /// β_v·β_h·‖Ξ‖₂².
        value: f64,
    },
}

impl Admissible {
    /// Holds the pair against ‖Ξ‖₂, which is asked for only where it matters.
    ///
    /// # Errors
    /// [`Inadmissible::NormTooLarge`] unless `factor`·‖Ξ‖₂² is below 1 by more than its rounding.
    pub fn with_norm(self, spectral_norm: impl FnOnce() -> f64) -> Result<(), Inadmissible> {
        let Self::SmallNorm { factor } = self else { return Ok(()) };
        let value = factor * spectral_norm().powi(2);
        // the eigenvalue is rounded: what is this close to 1 is not proved to be below it
        if value < 1.0 - 64.0 * f64::EPSILON {
            Ok(())
        } else {
            Err(Inadmissible::NormTooLarge { factor, value })
        }
    }
}

/// Whether E(g) = L_v*(g) − I·g − L_h(Ξg + b) is bounded below (the matrix of growth rates).
///
/// # Errors
/// [`Inadmissible`] if one of the two is not convex, or if the energy falls without end for some Ξ
/// of every norm.
///
/// ```
/// use attractor_lagrangian::*;
/// let properties = |l: &dyn Lagrangian<f64>| l.properties();
/// let softmax = properties(&LogSumExp::new(1.0)?);
/// let exponential = properties(&Additive(Exponential::new(1.0)?));
/// assert_eq!(admissible(&properties(&Quadratic), &softmax), Ok(Admissible::Always));
/// assert_eq!(admissible(&properties(&Quadratic), &exponential), Err(Inadmissible::Unbounded));
/// # Ok::<(), ParameterError>(())
/// ```
pub fn admissible(visible: &Properties, hidden: &Properties) -> Result<Admissible, Inadmissible> {
    for (name, layer) in [("visible", visible), ("hidden", hidden)] {
        if !layer.convex {
            return Err(Inadmissible::NotConvex(name));
        }
    }
    if visible.bounded_activation || hidden.growth == Growth::Linear {
        return Ok(Admissible::Always);
    }
    match (quadratic_factor(visible.growth), quadratic_factor(hidden.growth)) {
        (Some(v), Some(h)) => Ok(Admissible::SmallNorm { factor: v * h }),
        _ => Err(Inadmissible::Unbounded),
    }
}

fn quadratic_factor(growth: Growth) -> Option<f64> {
    match growth {
        Growth::Power { degree, factor } if degree <= 2.0 => Some(factor),
        _ => None,
    }
}
