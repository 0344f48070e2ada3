//! Hopfield's 1982 network by its couplings T, and the rules by which they are learned.

use super::fields::Fields;
use super::retrieve::{check_cues, retrieve};
use super::walk::Kept;
use super::{Energy, SpinRecall, SpinRetrieval, drift};
use crate::ModelError;
use crate::error::width;
use crate::model::checked;
use attractor_synapse::{Element, Memories, Synapses};

/// A rule by which d × d couplings are learned from N patterns of d numbers, most often ±1. All of them
/// leave T_ii = 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Learning {
    /// T = ΞᵀΞ/d, the outer products of the patterns (Hopfield 1982): local and incremental; about 0.138·d
    /// random patterns.
    Hebbian,
    /// T = Ξ⁺Ξ, the projection on their span (Personnaz, Guyon & Dreyfus 1985 \[recalled\]): up to d linearly
    /// independent patterns are fixed points, however correlated they are. Neither local nor incremental.
    PseudoInverse,
    /// T_ij += (ξ_iξ_j − ξ_ih_ji − h_ijξ_j)/d, h_ij = Σ_{k≠i,j} T_ikξ_k, pattern by pattern (Storkey 1997
    /// \[recalled\]): local, incremental, and more patterns than Hebb's, correlated ones too. T may have
    /// negative eigenvalues: only flips one at a time have a guarantee.
    Storkey,
}

impl Learning {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hebbian, Self::PseudoInverse, Self::Storkey];

    /// The name on the command line and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hebbian => "hebbian",
            Self::PseudoInverse => "pseudo-inverse",
            Self::Storkey => "storkey",
        }
    }
}

/// Spins with the energy E(σ) = −½σᵀTσ − I·σ (Hopfield 1982), flipped by a
/// [`SpinRule`](super::SpinRule). The field of every spin is kept: a look at a spin costs one number and
/// a flip d, whatever the number of memories.
///
/// [`Couplings::new`] has the energy and the flips of [`Spins`](super::Spins) with F = ½h²; use it where
/// there are more memories than features.
///
/// ```
/// use attractor_effective::{Couplings, Learning, SpinRecall, SpinRule};
/// use attractor_synapse::Synapses;
/// // three patterns that overlap by half
/// let rows = [[1.0f32, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, -1.0], [1.0, 1.0, -1.0, 1.0]];
/// let network = Couplings::learned(Learning::PseudoInverse, Synapses::from_rows(&rows)?)?;
/// for row in &rows {
///     let found = network.recall(row, &SpinRecall::to_rest(SpinRule::Cyclic)?)?;
///     assert_eq!((&found.state[..], found.flips), (&row[..], 0));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Couplings<T> {
    /// T, d × d.
    t: Vec<f64>,
    input: Vec<f64>,
    drift: f64,
    memories: Synapses<T>,
}

impl<T: Element> Couplings<T> {
    /// T = ΞᵀΞ with its diagonal, which adds −½Σ‖ξ_μ‖² to every energy: as the general form has it.
    /// N·d² multiplications.
    ///
    /// # Errors
    /// [`ModelError::Overflow`] where energies leave the range of f64.
    pub fn new(memories: Synapses<T>) -> Result<Self, ModelError> {
        Self::of(memories.couplings(), memories)
    }

    /// Couplings learned by a rule. N·d² multiplications, N·d·min(N, d) for the pseudo-inverse.
    ///
    /// # Errors
    /// As [`Couplings::new`]; [`ModelError::Pattern`] where the pseudo-inverse has no pattern but 0.
    pub fn learned(rule: Learning, memories: Synapses<T>) -> Result<Self, ModelError> {
        let d = memories.features();
        let mut t = match rule {
            Learning::Hebbian => memories.couplings(),
            Learning::PseudoInverse => memories.projection()?,
            Learning::Storkey => storkey(&memories),
        };
        if rule == Learning::Hebbian {
            t.iter_mut().for_each(|t| *t /= d as f64);
        }
        t.iter_mut().step_by(d + 1).for_each(|own| *own = 0.0);
        Self::of(t, memories)
    }

    /// Any symmetric couplings, d × d; the memories are those that answers name.
    ///
    /// # Errors
    /// [`ModelError::Width`], [`ModelError::NotFinite`] or [`ModelError::Asymmetric`] for what is no
    /// symmetric d × d matrix, and as [`Couplings::new`].
    pub fn of(t: Vec<f64>, memories: Synapses<T>) -> Result<Self, ModelError> {
        let d = memories.features();
        let total: f64 = t.iter().map(|t| t.abs()).sum();
        let t = checked("a coupling", t, d * d)?;
        if !total.is_finite() {
            return Err(ModelError::Overflow { overlap: total, dtype: "f64" });
        }
        let differ = |&(i, j): &(usize, usize)| t[i * d + j].to_bits() != t[j * d + i].to_bits();
        let zero = |&(i, j): &(usize, usize)| t[i * d + j].abs().max(t[j * d + i].abs()) > 0.0;
        let pairs = (0..d).flat_map(|i| (0..i).map(move |j| (i, j)));
        if let Some((row, column)) = pairs.filter(zero).find(differ) {
            return Err(ModelError::Asymmetric { row, column });
        }
        Ok(Self { drift: drift(&t, d), t, input: vec![0.0; d], memories })
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

    /// T, d × d.
    pub fn matrix(&self) -> &[f64] {
        &self.t
    }

    /// Recalls one cue.
    ///
    /// # Errors
    /// As [`Couplings::retrieve`].
    pub fn recall(&self, cue: &[T], how: &SpinRecall) -> Result<SpinRetrieval<T>, ModelError> {
        width("the cue", cue.len(), self.features())?;
        Ok(self.retrieve(cue, None, how)?.swap_remove(0))
    }

    /// Recalls a batch of cues, as [`Spins::retrieve`](super::Spins::retrieve) does; the weights of
    /// memories are |h|. A sweep of q cues costs d numbers for each spin that flips, and the end one read
    /// of the memories.
    ///
    /// # Errors
    /// As [`Spins::retrieve`](super::Spins::retrieve).
    pub fn retrieve(
        &self,
        cues: &[T],
        known: Option<&[bool]>,
        how: &SpinRecall,
    ) -> Result<Vec<SpinRetrieval<T>>, ModelError> {
        check_cues(cues, known, self.features())?;
        let start = || Fields::new(&self.t, &self.input, self.drift);
        let found = retrieve((cues, known), how, &self.memories, start, |_| None);
        Ok(found)
    }

    /// |h_μ|/Σ|h| of every memory at some spins.
    ///
    /// # Errors
    /// [`ModelError::Width`], [`ModelError::NotFinite`], or [`ModelError::Overflow`] beyond the range of the numbers.
    pub fn weights(&self, spins: &[T]) -> Result<Vec<f64>, ModelError> {
        super::weights(&self.memories, spins, |h| h)
    }

    /// The energy of some spins, each ±1.
    ///
    /// # Errors
    /// [`ModelError::Width`], [`ModelError::NotFinite`], or [`ModelError::Overflow`] beyond the range of the numbers.
    pub fn energy(&self, spins: &[T]) -> Result<Energy, ModelError> {
        let spins = spins.iter().map(|x| x.f64()).collect();
        let spins = checked("a spin", spins, self.features())?;
        let mut fields = Fields::new(&self.t, &self.input, self.drift);
        fields.refresh(&spins);
        let energy = fields.energy(&spins);
        match energy.value.is_finite() {
            true => Ok(energy),
            false => Err(ModelError::Overflow { overlap: energy.magnitude, dtype: "f64" }),
        }
    }
}

fn storkey<T: Element>(memories: &Synapses<T>) -> Vec<f64> {
    let d = memories.features();
    let mut t = vec![0.0; d * d];
    let mut fields = vec![0.0; d];
    for row in memories.patterns().rows() {
        let xi: Vec<f64> = row.iter().map(|x| x.f64()).collect();
        let dot = |t: &[f64]| t.iter().zip(&xi).map(|(t, x)| t * x).sum::<f64>();
        fields.iter_mut().zip(t.chunks_exact(d)).for_each(|(field, row)| *field = dot(row));
        for i in 0..d {
            for j in 0..i {
                let (own, pair) = (t[i * d + j], xi[i] * xi[j]);
                let (here, there) = (fields[i] - own * xi[j], fields[j] - own * xi[i]);
                let learned = own + (pair - xi[i] * there - here * xi[j]) / d as f64;
                (t[i * d + j], t[j * d + i]) = (learned, learned);
            }
        }
    }
    t
}
