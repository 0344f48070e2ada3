//! The log-sum-ReLU memory: exact recall in one step, and memories that emerge between the stored.

use crate::error::width;
use attractor_dynamics::Energy;
use attractor_synapse::{Element, Memories, Synapses};
use geometry::{gamma, square_distance};

mod error;
mod geometry;
mod minima;
mod retrieve;
mod walk;

pub use error::EpanechnikovError;
pub use minima::Minimum;
pub use walk::EpanechnikovBatch;

/// The log-sum-ReLU memory, whose kernel is Epanechnikov's (Hoover et al. 2025, "Dense Associative
/// Memory with Epanechnikov Energy", arXiv 2506.10801 \[recalled\]):
///
/// E(x) = −β⁻¹ ln(ε + Σ_μ relu(q_μ(x))),  q_μ(x) = 1 − (β/2)‖x − ξ_μ‖²,  ε ≥ 0.
///
/// A memory is active within the radius √(2/β), at less than it; one step goes to the mean of the
/// active memories (mean shift): x' = |A|⁻¹ Σ_{μ∈A} ξ_μ, A = {μ : ‖x − ξ_μ‖² < 2/β}.
///
/// **Descent.** With S = Σ relu(q), A and A' active at x and x', and m the mean of A, for any x'
///
/// S(x') − S(x) = (β|A|/2)(‖x − m‖² − ‖x' − m‖²) + Σ_{μ∈A'∖A} q_μ(x') + Σ_{μ∈A∖A'} −q_μ(x'),
///
/// because Σ_A q is a paraboloid around m, and relu(q) is q on A', 0 outside. All three terms are ≥ 0:
/// the first is (β|A|/2)‖x' − x‖² at x' = m, and where x' is m rounded to a number of type T it is
/// still ≥ 0, because no coordinate of that type, also not that of x, is nearer to m. So E falls by
/// β⁻¹ ln(1 + (S' − S)/(ε + S)), which is the certificate. Where nothing is gained x is at rest, and as a
/// state follows from its active set alone, of which there are finitely many, rest is reached *exactly*
/// after finitely many steps.
///
/// States are numbers of type T; everything else is f64, from distances that are sums of squared
/// differences. A step costs N·d of them per cue. For memories in RAM.
///
/// ```
/// use attractor_effective::{Epanechnikov, Kind};
/// use attractor_synapse::Synapses;
/// let memories = Synapses::from_rows(&[[0.0f32, 0.0], [1.0, 0.0], [0.0, 3.0]])?;
/// let exact = Epanechnikov::exact_within(memories.clone(), 0.4)?;
/// assert_eq!(exact.recall(&[0.7, 0.2])?.state, [1.0, 0.0]); // to the bit
///
/// let wide = Epanechnikov::new(memories, 2.0, 0.0)?; // radius 1: a state between the first two
/// let emergent = wide.recall(&[0.4, 0.1])?;
/// assert_eq!((emergent.state, emergent.kind), (vec![0.5, 0.0], Kind::Metastable));
/// assert_eq!(wide.minima(100)?.len(), 2); // that one, and the third memory
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Epanechnikov<T> {
    memories: Synapses<T>,
    /// R² = 2/β.
    square_radius: f64,
    epsilon: f64,
}

impl<T: Element> Epanechnikov<T> {
    /// The memory at inverse temperature β, radius √(2/β), with a floor ε: with ε = 0 the energy is
    /// infinite outside all balls, otherwise it is flat there, −β⁻¹ ln ε.
    ///
    /// # Errors
    /// [`EpanechnikovError::Beta`] unless 1e-300 ≤ β ≤ 1e300, [`EpanechnikovError::Epsilon`] unless ε is
    /// finite and ≥ 0.
    pub fn new(memories: Synapses<T>, beta: f64, epsilon: f64) -> Result<Self, EpanechnikovError> {
        if !(1e-300..=1e300).contains(&beta) {
            return Err(EpanechnikovError::Beta(beta));
        }
        Ok(Self { memories, square_radius: 2.0 / beta, epsilon: check_epsilon(epsilon)? })
    }

    /// The same with another floor ε.
    ///
    /// # Errors
    /// [`EpanechnikovError::Epsilon`] unless ε is finite and ≥ 0.
    pub fn with_epsilon(self, epsilon: f64) -> Result<Self, EpanechnikovError> {
        Ok(Self { epsilon: check_epsilon(epsilon)?, ..self })
    }

    /// The memory that recalls exactly: one step from any cue within Δ of ξ_i gives ξ_i to the bit.
    /// ε = 0, and β = 2/(r − Δ)², r the smallest distance between two memories.
    ///
    /// Proof: with ‖x − ξ_i‖ ≤ Δ < r/2 memory i is active, since Δ < r − Δ = √(2/β). For every other j,
    /// ‖x − ξ_j‖ ≥ ‖ξ_i − ξ_j‖ − ‖x − ξ_i‖ ≥ r − Δ, so j is not, and the mean of ξ_i alone is ξ_i.
    ///
    /// The radius is smaller than r − Δ by what the rounding of distances can hide, so that this holds for
    /// the numbers as they are stored. Costs N²·d/2.
    ///
    /// # Errors
    /// [`EpanechnikovError::Guard`] unless Δ < r/2, [`EpanechnikovError::Duplicates`] where r = 0,
    /// [`EpanechnikovError::Alone`] for a single memory, whose r = +∞ sets no radius,
    /// [`EpanechnikovError::Delta`], and [`EpanechnikovError::Beta`] where a distance leaves the range.
    pub fn exact_within(memories: Synapses<T>, delta: f64) -> Result<Self, EpanechnikovError> {
        if !(delta >= 0.0 && delta.is_finite()) {
            return Err(EpanechnikovError::Delta(delta));
        }
        let closest = geometry::closest_pair(memories.patterns());
        let (square, first, second) = closest.ok_or(EpanechnikovError::Alone)?;
        if square == 0.0 {
            return Err(EpanechnikovError::Duplicates { first, second });
        }
        let (separation, hidden) = (square.sqrt(), gamma(memories.features() + 8));
        let square_radius = (separation - delta).powi(2) * (1.0 - 4.0 * hidden);
        if !(delta < separation / 2.0 && delta * delta * (1.0 + hidden) < square_radius) {
            return Err(EpanechnikovError::Guard { delta, separation, first, second });
        }
        Self::new(memories, 2.0 / square_radius, 0.0)
    }

    /// The memories.
    pub fn memories(&self) -> &Synapses<T> {
        &self.memories
    }

    /// The number of features, d.
    pub fn features(&self) -> usize {
        self.memories.features()
    }

    /// β.
    pub fn beta(&self) -> f64 {
        2.0 / self.square_radius
    }

    /// √(2/β), within which a memory is active.
    pub fn radius(&self) -> f64 {
        self.square_radius.sqrt()
    }

    /// ε.
    pub fn epsilon(&self) -> f64 {
        self.epsilon
    }

    /// The energy of a state, d numbers; +∞ outside all balls where ε = 0.
    ///
    /// # Errors
    /// [`ModelError::Width`](crate::ModelError::Width).
    pub fn energy(&self, state: &[T]) -> Result<Energy, EpanechnikovError> {
        width("the state", state.len(), self.features())?;
        let rows = self.memories.patterns().rows();
        let active = rows.map(|row| self.hat(square_distance(state, row))).filter(|q| *q > 0.0);
        let (count, sum) = active.fold((0, 0.0), |(count, sum), q| (count + 1, sum + q));
        Ok(self.energy_of(count, sum))
    }

    /// The memory nearest to a state by distance, and that distance; of equals the first.
    ///
    /// # Errors
    /// [`ModelError::Width`](crate::ModelError::Width).
    pub fn closest(&self, state: &[T]) -> Result<(usize, f64), EpanechnikovError> {
        width("the state", state.len(), self.features())?;
        let squares = self.memories.patterns().rows().map(|row| square_distance(state, row));
        let nearer = |best: (usize, f64), at: (usize, f64)| if at.1 < best.1 { at } else { best };
        let (memory, square) = squares.enumerate().fold((0, f64::INFINITY), nearer);
        Ok((memory, square.sqrt()))
    }

    /// q = 1 − (β/2)·`square`: positive exactly where `square` is below 2/β.
    fn hat(&self, square: f64) -> f64 {
        (self.square_radius - square) / self.square_radius
    }

    /// −β⁻¹ ln(ε + S). S is made of |A| ones less as many shares of a square, which is what its rounding
    /// is relative to.
    fn energy_of(&self, active: usize, sum: f64) -> Energy {
        let (scale, inside) = (self.square_radius / 2.0, self.epsilon + sum);
        let terms = (self.epsilon + 2.0 * active as f64) / inside;
        let terms = if inside > 0.0 { terms } else { f64::INFINITY };
        Energy { value: -scale * inside.ln(), magnitude: scale * (inside.ln().abs() + terms) }
    }
}

fn check_epsilon(epsilon: f64) -> Result<f64, EpanechnikovError> {
    if epsilon >= 0.0 && epsilon.is_finite() {
        Ok(epsilon)
    } else {
        Err(EpanechnikovError::Epsilon(epsilon))
    }
}
