//! What a Lagrangian says of itself; tests hold it to every word.

/// How fast L grows along its fastest ray.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Growth {
    /// L(x) = O(‖x‖).
    Linear,
    /// L(x) ~ (factor/degree)·‖x‖^degree, degree ≥ 2.
    Power {
        /// The degree n.
        degree: f64,
        /// The factor, β for a quadratic ½βx².
        factor: f64,
    },
    /// Faster than any power.
    Exponential,
}

/// The directions in which the Hessian of L vanishes: any of these together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ZeroModes {
    /// Every direction: L is piecewise linear.
    pub all: bool,
    /// The currents x themselves, as in every 1-homogeneous L.
    pub radial: bool,
    /// The constant vector: L(x + c) is L(x) plus a multiple of c.
    pub uniform: bool,
    /// The axes of the units that are saturated, dead or outside the support.
    pub dead_units: bool,
}

impl ZeroModes {
    /// The Hessian is positive definite (for even powers: away from 0).
    pub const NONE: Self = Self { all: false, radial: false, uniform: false, dead_units: false };
    /// Every direction.
    pub const ALL: Self = Self { all: true, ..Self::NONE };
    /// The currents.
    pub const RADIAL: Self = Self { radial: true, ..Self::NONE };
    /// The constant vector.
    pub const UNIFORM: Self = Self { uniform: true, ..Self::NONE };
    /// The axes of dead units.
    pub const DEAD_UNITS: Self = Self { dead_units: true, ..Self::NONE };
}

/// What is known of a Lagrangian beyond its values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Properties {
    /// L is convex; without that nothing is promised.
    pub convex: bool,
    /// How fast L grows.
    pub growth: Growth,
    /// L is a sum over consecutive groups of this many neurons, each with a block of the Hessian of
    /// its own: 1 where L is a sum over neurons and the Hessian is diagonal.
    pub group: Option<usize>,
    /// The Lipschitz constant of the activation in the 2-norm, where there is one.
    pub lipschitz: Option<f64>,
    /// Where the Hessian vanishes.
    pub zero_modes: ZeroModes,
    /// The activation stays within a bounded set.
    pub bounded_activation: bool,
    /// L(cx) = c·L(x) for c ≥ 0: the length of x carries no information.
    pub homogeneous: bool,
}

impl Properties {
    /// A smooth convex sum over neurons with the given growth: the start from which a
    /// Lagrangian's own properties are written as differences.
    pub const fn separable(growth: Growth) -> Self {
        Self {
            convex: true,
            growth,
            group: Some(1),
            lipschitz: None,
            zero_modes: ZeroModes::NONE,
            bounded_activation: false,
            homogeneous: false,
        }
    }

    /// L is a sum over neurons: the Hessian is diagonal.
    pub const fn is_separable(&self) -> bool {
        matches!(self.group, Some(1))
    }
}
