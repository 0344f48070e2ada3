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
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
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
