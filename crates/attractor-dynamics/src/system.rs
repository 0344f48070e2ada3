//! What a descending system is.

use crate::{Certificate, Energy, Guarantee};

/// What one look at a query's state tells.
///
/// Everything belongs to the state that is looked at, the certificate to the move that led there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// The energy of the state.
    pub energy: Energy,
    /// The certificate of the last move; [`Certificate::ZERO`] before the first.
    pub certificate: Certificate,
    /// How far the state is from rest, relative to its own size.
    pub residual: f64,
}

impl Look {
    /// A look at nothing yet, which no check takes for a result.
    pub const NONE: Self = Self {
        energy: Energy { value: f64::NAN, magnitude: f64::NAN },
        certificate: Certificate::ZERO,
        residual: f64::NAN,
    };

    /// All numbers are finite.
    pub fn is_finite(&self) -> bool {
        self.energy.is_finite() && self.certificate.is_finite() && self.residual.is_finite()
    }
}

/// A system of many queries that lower their energies independently of each other.
///
/// The protocol is *look, then advance*: a look costs one read of the memories and yields all that
/// the next advance needs, so n certified steps cost n + 1 reads. The system is immutable; the
/// state of the whole batch is a value that the caller owns.
///
/// ```
/// use attractor_dynamics::*;
///
/// /// x' = x/2 lowers x² by ¾x².
/// struct Halving;
/// impl System for Halving {
///     type State = Vec<[f64; 2]>; // x and its predecessor
///     fn queries(&self, state: &Self::State) -> usize {
///         state.len()
///     }
///     fn look(&self, state: &mut Self::State, active: &[usize], looks: &mut [Look]) {
///         for &q in active {
///             let [x, last] = state[q];
///             let drop = (last - x) * (last + x);
///             let certificate = Certificate::of_terms(&[drop], 1e-15 * last * last, Proof::Full);
///             looks[q] = Look { energy: Energy::of_terms(&[x * x]), certificate, residual: x.abs() };
///         }
///     }
///     fn advance(&self, state: &mut Self::State, active: &[usize]) {
///         for &q in active {
///             state[q] = [state[q][0] / 2.0, state[q][0]];
///         }
///     }
///     fn guarantee(&self) -> Guarantee {
///         Guarantee::Unconditional
///     }
/// }
///
/// let mut state = vec![[1.0, 1.0], [8.0, 8.0]];
/// let runs = settle(&Halving, &mut state, &StopRule::rest(0.3, 100)?, &mut ());
/// assert_eq!((runs[0].steps, runs[1].steps), (2, 5));
/// assert_eq!(runs[1].certificate.drop, 64.0 - 0.0625);
/// # Ok::<(), StopError>(())
/// ```
pub trait System {
    /// The states of all queries.
    type State;

    /// How many queries there are.
    fn queries(&self, state: &Self::State) -> usize;

    /// Writes `looks[q]` for every active q.
    fn look(&self, state: &mut Self::State, active: &[usize], looks: &mut [Look]);

    /// Moves every active query by one step, from what the last look found.
    fn advance(&self, state: &mut Self::State, active: &[usize]);

    /// What is proved of the energy under [`System::advance`].
    fn guarantee(&self) -> Guarantee;

    /// The smallest residual that the arithmetic can tell from rest.
    fn resolution(&self) -> f64 {
        0.0
    }
}
