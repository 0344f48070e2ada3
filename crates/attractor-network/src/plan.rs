//! How long to run, and what to keep of it.

/// A plan that cannot be followed.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A time or a step that is not positive.
    #[error("{what} is {value}: it must be a positive finite number")]
    Positive {
        /// What it is.
        what: &'static str,
        /// The number.
        value: f64,
    },
    /// A count of 0.
    #[error("{0} is 0: it must be at least 1")]
    Zero(&'static str),
}

/// When a run ends; every run ends as well where a number leaves the scalar's range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Until {
    /// After this time.
    Time(f64),
    /// At a residual of at most this.
    Rest(f64),
    /// When the state is proved to be this close to a state of rest.
    Within(f64),
}

/// How a network is run: the step, the end, and what is kept on the way.
///
/// ```
/// use attractor_network::Plan;
/// let plan = Plan::to_time(0.1, 5.0)?.every(10)?.keep(100)?; // of 50 steps, 6 records
/// # Ok::<(), attractor_network::PlanError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    pub(crate) dt: f64,
    pub(crate) until: Until,
    pub(crate) max_steps: usize,
    pub(crate) every: usize,
    pub(crate) keep: usize,
    pub(crate) states: bool,
}

impl Plan {
    /// Steps of dt until `time` has passed; the last step is shorter if it must be.
    ///
    /// # Errors
    /// [`PlanError::Positive`] unless both are positive and finite.
    pub fn to_time(dt: f64, time: f64) -> Result<Self, PlanError> {
        Self::until(dt, Until::Time(positive("the time to run", time)?))
    }

    /// Steps of dt until the residual is at most `tolerance`, or the arithmetic resolves no better;
    /// 100,000 steps at most.
    ///
    /// # Errors
    /// [`PlanError::Positive`] unless both are positive and finite.
    pub fn to_rest(dt: f64, tolerance: f64) -> Result<Self, PlanError> {
        let plan = Self::until(dt, Until::Rest(positive("the tolerance", tolerance)?))?;
        Ok(Self { max_steps: 100_000, ..plan })
    }

    /// Steps of dt until v is proved to be within `distance` (in the 2-norm) of the only state of rest;
    /// 100,000 steps at most. The proof needs ℓ_gℓ_f‖Ξ‖₂² < 1.
    ///
    /// # Errors
    /// [`PlanError::Positive`] unless both are positive and finite.
    pub fn within(dt: f64, distance: f64) -> Result<Self, PlanError> {
        let plan = Self::until(dt, Until::Within(positive("the distance", distance)?))?;
        Ok(Self { max_steps: 100_000, ..plan })
    }

    fn until(dt: f64, until: Until) -> Result<Self, PlanError> {
        let dt = positive("the step dt", dt)?;
        Ok(Self { dt, until, max_steps: usize::MAX, every: 1, keep: 10_000, states: false })
    }

    /// At most so many steps.
    #[must_use]
    pub fn at_most(self, max_steps: usize) -> Self {
        Self { max_steps, ..self }
    }

    /// Keeps a record of every k-th step, and always of the first and the last state.
    ///
    /// # Errors
    /// [`PlanError::Zero`] if k is 0.
    pub fn every(self, k: usize) -> Result<Self, PlanError> {
        if k == 0 {
            Err(PlanError::Zero("the stride between records"))
        } else {
            Ok(Self { every: k, ..self })
        }
    }

    /// Keeps at most so many records (10,000 by default; never fewer than 2): where a run has more, every
    /// second one is dropped and the stride doubled, so memory is bounded whatever the length of the run.
    ///
    /// # Errors
    /// [`PlanError::Zero`] if it is 0.
    pub fn keep(self, records: usize) -> Result<Self, PlanError> {
        if records == 0 {
            Err(PlanError::Zero("the number of records"))
        } else {
            Ok(Self { keep: records.max(2), ..self })
        }
    }

    /// Keeps v and h with every record.
    #[must_use]
    pub fn with_states(self) -> Self {
        Self { states: true, ..self }
    }
}

pub(crate) fn positive(what: &'static str, value: f64) -> Result<f64, PlanError> {
    if value > 0.0 && value.is_finite() {
        Ok(value)
    } else {
        Err(PlanError::Positive { what, value })
    }
}
