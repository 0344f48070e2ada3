//! Model A with its spins updated some at a time: no ODE, no self-coupling, any energy function.

use crate::ModelError;
use crate::model::checked;
use attractor_dynamics::{Certificate, Energy, Guarantee, Outcome};
use attractor_lagrangian::{Lagrangian, Real};
use attractor_synapse::{Element, Memories, Nearest, Synapses};

mod couplings;
mod event;
mod fields;
mod overlaps;
mod retrieve;
mod rule;
mod sweep;
mod walk;

pub use couplings::{Couplings, Learning};
pub use event::{SpinEvent, SpinPath};
pub use retrieve::SpinRetrieval;
pub use rule::{SpinRecall, SpinRule, SpinRuleError};

/// Spins σ with the energy E(σ) = −I·σ − Σ_μ F(ξ_μ·σ), F convex or not (Krotov & Hopfield,
/// arXiv 2008.06996, eq. 6–8, and arXiv 1606.01164, eq. 4).
///
/// [`SpinRule`] says which spins are looked at, and when one flips; a rule that asks for the energy
/// difference needs no convexity. The synchronous rule with self-coupling, and its theorem, are
/// [`DenseMemory`](crate::DenseMemory) and [`ClassicalHopfield`](crate::ClassicalHopfield).
///
/// The memories are kept by columns as well, so that a spin reads its own synapses only: twice the
/// storage of ξ.
///
/// ```
/// use attractor_effective::{SpinRecall, SpinRule, Spins};
/// use attractor_lagrangian::NotConvex;
/// use attractor_synapse::Synapses;
/// let memories = Synapses::from_rows(&[[1.0f32, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]])?;
/// let spins = Spins::new(NotConvex::odd_power(3)?, memories)?; // model A refuses x³
/// let found = spins.recall(&[1.0, 1.0, -1.0, 1.0], &SpinRecall::to_rest(SpinRule::Cyclic)?)?;
/// assert_eq!(found.state, [1.0, 1.0, -1.0, -1.0]);
/// assert!(found.certificate.unwrap().drop > 0.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Spins<T, L> {
    energy: L,
    memories: Synapses<T>,
    /// ξ by columns, d × N.
    columns: Vec<T>,
    input: Vec<f64>,
    /// How far the overlaps, as they are kept, can be off.
    drift: f64,
}

impl<T: Element, L: Lagrangian<f64>> Spins<T, L> {
    /// Spins on these memories with the energy function F of one hidden neuron.
    ///
    /// # Errors
    /// [`ModelError::Coupled`] unless `energy` is a sum over neurons; [`ModelError::Overflow`] where
    /// F leaves the range of f64.
    pub fn new(energy: L, memories: Synapses<T>) -> Result<Self, ModelError> {
        if !energy.properties().is_separable() {
            return Err(ModelError::Coupled);
        }
        let (n, d) = (memories.memories(), memories.features());
        let rows = memories.patterns().as_slice();
        let columns = (0..d).flat_map(|i| (0..n).map(move |mu| rows[mu * d + i])).collect();
        let spins = Self { drift: drift(rows, d), energy, columns, input: vec![0.0; d], memories };
        spins.check_range()?;
        Ok(spins)
    }

    /// Adds constant input currents I, one per spin.
    ///
    /// # Errors
    /// [`ModelError::Width`] or [`ModelError::NotFinite`].
    pub fn with_input(self, input: &[T]) -> Result<Self, ModelError> {
        let input = input.iter().map(|x| x.f64()).collect();
        let input = checked("the input", input, self.features())?;
        Ok(Self { input, ..self })
    }

    /// The number of spins, d.
    pub fn features(&self) -> usize {
        self.memories.features()
    }

    /// The memories.
    pub fn memories(&self) -> &Synapses<T> {
        &self.memories
    }

    /// What is proved of the energy under a rule.
    pub fn guarantee(&self, rule: SpinRule) -> Guarantee {
        rule.guarantee()
    }

    /// The energy of some spins, each ±1.
    ///
    /// # Errors
    /// [`ModelError::Width`], [`ModelError::NotFinite`], or [`ModelError::Overflow`] beyond the range of the numbers.
    pub fn energy(&self, spins: &[T]) -> Result<Energy, ModelError> {
        let spins = spins.iter().map(|x| x.f64()).collect();
        let spins = checked("a spin", spins, self.features())?;
        let input = spins.iter().zip(&self.input).map(|(s, i)| -s * i);
        let overlap = |mu: usize| {
            let row = self.memories.patterns().row(mu);
            row.iter().zip(&spins).map(|(x, s)| x.f64() * s).sum::<f64>()
        };
        let hidden = (0..self.memories.memories()).map(|mu| -self.f(overlap(mu)));
        Ok(Energy::of_terms(&input.chain(hidden).collect::<Vec<_>>()))
    }

    /// |F'(h_μ)|/Σ|F'(h)| of every memory at some spins.
    ///
    /// # Errors
    /// [`ModelError::Width`], [`ModelError::NotFinite`], or [`ModelError::Overflow`] beyond the range of the numbers.
    pub fn weights(&self, spins: &[T]) -> Result<Vec<f64>, ModelError> {
        weights(&self.memories, spins, |h| self.slope(h))
    }

    /// F(h).
    fn f(&self, h: f64) -> f64 {
        self.energy.value(&[h])
    }

    /// F'(h).
    fn slope(&self, h: f64) -> f64 {
        let mut f = [0.0];
        self.energy.activate(&[h], &mut f);
        f[0]
    }

    /// F''(h).
    fn curvature(&self, h: f64) -> f64 {
        let mut out = [0.0];
        self.energy.curve(&[h], &[1.0], &mut out);
        out[0]
    }

    /// ξ_·i, N numbers.
    fn column(&self, i: usize) -> &[T] {
        let n = self.memories.memories();
        &self.columns[i * n..][..n]
    }

    /// F must be finite at the largest overlap that spins can have.
    fn check_range(&self) -> Result<(), ModelError> {
        let d = self.features();
        let largest = |row: &[T]| row.iter().map(|x| x.f64().abs()).sum::<f64>();
        let rows = self.memories.patterns().as_slice().chunks_exact(d);
        let overlap = rows.map(largest).fold(0.0, f64::max);
        let sizes = [overlap, -overlap].map(|h| self.f(h).abs() + self.slope(h).abs());
        let n = self.memories.memories() as f64;
        if (n * (sizes[0] + sizes[1])).is_finite() {
            Ok(())
        } else {
            Err(ModelError::Overflow { overlap, dtype: "f64" })
        }
    }
}

/// The shares of |f(h)|, all 0 where no hidden neuron is active.
fn weights<T: Element>(
    memories: &Synapses<T>,
    spins: &[T],
    f: impl Fn(f64) -> f64,
) -> Result<Vec<f64>, ModelError> {
    let spins = spins.iter().map(|x| x.f64()).collect();
    let spins = checked("a spin", spins, memories.features())?;
    let overlap = |row: &[T]| row.iter().zip(&spins).map(|(x, s)| x.f64() * s).sum::<f64>();
    let weights: Vec<f64> = memories.patterns().rows().map(|row| f(overlap(row)).abs()).collect();
    crate::readout::shares(weights, T::NAME)
}

/// Overlaps are sums of d numbers, to each of which a sweep adds at most once: γ_{2d}·max‖ξ_μ‖₁; whole
/// numbers are added exactly.
fn drift<T: Real>(rows: &[T], d: usize) -> f64 {
    let sum = |row: &[T]| row.iter().map(|x| x.f64().abs()).sum::<f64>();
    let largest = rows.chunks_exact(d).map(sum).fold(0.0, f64::max);
    let whole = rows.iter().all(|x| x.f64().fract() == 0.0);
    if whole && largest < 1e15 { 0.0 } else { 2.0 * d as f64 * f64::EPSILON * largest }
}
