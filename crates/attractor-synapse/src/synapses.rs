//! ξ: the memories as the synapses between feature and hidden neurons.

use crate::cover::Reading;
use crate::product::Element;
use crate::question::{Answers, Question};
use crate::read::read;
use crate::relay::{Errand, Relay, relay};
use crate::together::worth_waking;
use crate::{PatternError, Patterns};
use attractor_lagrangian::norm;
use rayon::prelude::*;
use std::fmt::Debug;
use std::sync::Arc;

/// Memories that queries can be read against: in RAM, in a file, in shards, compressed.
pub trait Memories<T>: Debug + Send + Sync {
    /// N, the number of memories.
    fn memories(&self) -> usize;

    /// d, the number of features.
    fn features(&self) -> usize;

    /// M = max‖ξ_μ‖.
    fn largest_norm(&self) -> f64;

    /// ‖ξ_μ‖² for every memory.
    fn squared_norms(&self) -> Vec<f64>;

    /// ‖Ξ‖₂. Costs a factorisation of the smaller Gram matrix: O(N·d·min(N, d)).
    fn spectral_norm(&self) -> f64;

    /// Reads all memories once for a batch of queries.
    ///
    /// # Panics
    /// If a slice of the question does not fit the memories.
    fn read(&self, question: &Question<'_, T>, answers: &mut Answers<T>);

    /// The last read of a run, for what [`Memories::read`] leaves out on the way there: the names and
    /// number of the memories in [`Answer`](crate::Answer). Whether there was anything left to say; by
    /// default there is not, and nothing is read.
    fn name(&self, _question: &Question<'_, T>, _answers: &mut Answers<T>) -> bool {
        false
    }

    /// Reads all memories once for one state of the two-body network: overlaps Ξg down, and of what
    /// the hidden neurons make of them Ξᵀw back up.
    ///
    /// # Panics
    /// If the outputs are not d numbers.
    fn relay(&self, errand: Errand<'_, T>, relay: &mut Relay<T>);
}

/// Implements the trait through what a pointer points at, so that models can share memories.
macro_rules! shared {
    ($($pointer:ty),*) => {$(
        impl<T, M: Memories<T> + ?Sized> Memories<T> for $pointer {
            fn memories(&self) -> usize {
                (**self).memories()
            }
            fn features(&self) -> usize {
                (**self).features()
            }
            fn largest_norm(&self) -> f64 {
                (**self).largest_norm()
            }
            fn squared_norms(&self) -> Vec<f64> {
                (**self).squared_norms()
            }
            fn spectral_norm(&self) -> f64 {
                (**self).spectral_norm()
            }
            fn read(&self, question: &Question<'_, T>, answers: &mut Answers<T>) {
                (**self).read(question, answers);
            }
            fn name(&self, question: &Question<'_, T>, answers: &mut Answers<T>) -> bool {
                (**self).name(question, answers)
            }
            fn relay(&self, errand: Errand<'_, T>, relay: &mut Relay<T>) {
                (**self).relay(errand, relay);
            }
        }
    )*};
}

shared!(&M, Arc<M>);

/// The memories in RAM, one contiguous column each: the synaptic matrix ξ, N × d.
///
/// ```
/// use attractor_lagrangian::LogSumExp;
/// use attractor_synapse::{Answers, Memories, Patterns, Question, Synapses};
/// let xi = Synapses::new(Patterns::from_rows(&[[1.0f64, 0.0], [0.0, 1.0]])?);
/// let softmax = LogSumExp::new(1.0).unwrap();
/// let mut answers = Answers::default();
/// xi.read(&Question::of(&softmax, &[3.0, 3.0]), &mut answers);
/// let answer = answers.get(0);
/// let field = answers.field(0)[0] * answer.log_scale.exp(); // Ξᵀ softmax(Ξv)
/// assert!((field - 0.5).abs() < 1e-15 && (answer.value - (3.0 + 2f64.ln())).abs() < 1e-15);
/// # Ok::<(), attractor_synapse::PatternError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Synapses<T> {
    patterns: Patterns<T>,
    /// 1/‖ξ_μ‖, 0 for a zero memory.
    inverse_norms: Vec<f64>,
    largest_norm: f64,
}

impl<T: Element> Synapses<T> {
    /// Memories from validated patterns. One pass over them for their norms, by all threads.
    pub fn new(patterns: Patterns<T>) -> Self {
        let (numbers, d) = (patterns.as_slice(), patterns.features());
        let norms: Vec<f64> = if worth_waking(size_of_val(numbers), 0) {
            numbers.par_chunks_exact(d).map(length).collect()
        } else {
            patterns.rows().map(length).collect()
        };
        let largest_norm = norms.iter().copied().fold(0.0, f64::max);
        let inverse_norms = norms.into_iter().map(inverse).collect();
        Self { inverse_norms, largest_norm, patterns }
    }

    /// Memories from rows.
    ///
    /// # Errors
    /// As [`Patterns::from_rows`].
    pub fn from_rows<R: AsRef<[T]>>(rows: &[R]) -> Result<Self, PatternError> {
        Patterns::from_rows(rows).map(Self::new)
    }

    /// The patterns.
    pub fn patterns(&self) -> &Patterns<T> {
        &self.patterns
    }

    /// T = ΞᵀΞ, the couplings of the features with each other once the hidden neurons of ½h² are
    /// integrated out (KH eq. 24–28): d × d, symmetric, summed in f64. N·d² multiplications.
    pub fn couplings(&self) -> Vec<f64> {
        crate::spectrum::couplings(&self.patterns)
    }

    /// Memories Ψ with ΨᵀΨ = Ξ⁺Ξ, the projection on the span of the patterns: the couplings of the
    /// pseudo-inverse rule (Personnaz, Guyon & Dreyfus 1985 \[recalled\]), under which every pattern of
    /// linearly independent ones is a fixed point. The rank of Ξ many, each of length 1; which ones they
    /// are has no meaning. O(N·d·min(N, d)), and 2·N·d numbers of f64 on the way.
    ///
    /// # Errors
    /// [`PatternError::Zero`] where all patterns are 0.
    pub fn whitened(&self) -> Result<Self, PatternError> {
        let rows =
            crate::spectrum::span(&self.patterns).ok_or(PatternError::Zero { pattern: 0 })?;
        let rows = rows.into_iter().map(T::of).collect();
        Patterns::new(rows, self.patterns.features()).map(Self::new)
    }

    /// Ξ⁺Ξ = ΨᵀΨ, d × d, symmetric, in f64; see [`Synapses::whitened`].
    ///
    /// # Errors
    /// As [`Synapses::whitened`].
    pub fn projection(&self) -> Result<Vec<f64>, PatternError> {
        let rows =
            crate::spectrum::span(&self.patterns).ok_or(PatternError::Zero { pattern: 0 })?;
        Ok(crate::spectrum::projection(&rows, self.features()))
    }

    pub(crate) fn push(&mut self, row: &[T], norm: f64) {
        self.patterns.push(row);
        self.inverse_norms.push(inverse(norm));
        self.largest_norm = self.largest_norm.max(norm);
    }

    pub(crate) fn overwrite(&mut self, place: usize, row: &[T], norm: f64) {
        self.patterns.row_mut(place).copy_from_slice(row);
        self.inverse_norms[place] = inverse(norm);
        self.largest_norm = self.largest_norm.max(norm);
    }

    /// The last memory takes the place.
    pub(crate) fn swap_remove(&mut self, place: usize) {
        self.patterns.swap_remove(place);
        self.inverse_norms.swap_remove(place);
    }

    pub(crate) fn largest(&self) -> f64 {
        self.largest_norm
    }

    pub(crate) fn set_largest(&mut self, norm: f64) {
        self.largest_norm = norm;
    }

    pub(crate) fn inverse_norms(&self) -> &[f64] {
        &self.inverse_norms
    }

    /// [`Memories::read`] with something in between: memories that are paired with values, which the
    /// answers then hold sums of, and memories that some queries do not see. Attention has both.
    ///
    /// One pass over keys and values; no N × q matrix. What all queries of a tile are not to see, because it
    /// lies ahead of them, is not read.
    ///
    /// ```
    /// use attractor_lagrangian::LogSumExp;
    /// use attractor_synapse::{Answers, Cover, Patterns, Question, Reading, Synapses};
    /// let keys = Synapses::from_rows(&[[1.0f64, 0.0], [0.0, 1.0]])?;
    /// let values = Patterns::from_rows(&[[10.0], [20.0]])?;
    /// let softmax = LogSumExp::new(1.0).unwrap();
    /// let cover = Cover { kept: Some(&[false, true]), ..Cover::default() };
    /// let mut answers = Answers::default();
    /// let question = Question::of(&softmax, &[5.0, 0.0]);
    /// keys.read_through(&question, &Reading { values: Some(&values), cover }, &mut answers);
    /// assert_eq!(answers.field(0)[0] * answers.get(0).log_scale.exp(), 20.0);
    /// # Ok::<(), attractor_synapse::PatternError>(())
    /// ```
    ///
    /// # Panics
    /// As [`Memories::read`]; if values or cover do not fit; if there is a cover and the hidden Lagrangian does not
    /// say that a score of −∞ has no weight ([`Pool::hides`](attractor_lagrangian::Pool::hides)).
    pub fn read_through(
        &self,
        question: &Question<'_, T>,
        reading: &Reading<'_, T>,
        answers: &mut Answers<T>,
    ) {
        read(self, question, reading, answers);
    }

    /// Δ_i = h_i − max_{j≠i} h_j at the memories `ids`, where h = Ξξ_i (+ `bias`): how far each can
    /// be told from the rest by its score. +∞ where there is no other memory, −∞ where the scores are
    /// beyond the floats and nothing can be told.
    ///
    /// Costs |ids|·N·d multiplications and one tile of scores.
    ///
    /// # Panics
    /// If an id is not below N, or if there is not one bias per memory.
    #[track_caller]
    pub fn separations(&self, ids: &[usize], bias: Option<&[f64]>) -> Vec<f64> {
        crate::spectrum::separations(&self.patterns, ids, bias)
    }
}

impl<T: Element> Memories<T> for Synapses<T> {
    fn memories(&self) -> usize {
        self.patterns.len()
    }

    fn features(&self) -> usize {
        self.patterns.features()
    }

    fn largest_norm(&self) -> f64 {
        self.largest_norm
    }

    fn squared_norms(&self) -> Vec<f64> {
        self.patterns.rows().map(square).collect()
    }

    fn spectral_norm(&self) -> f64 {
        crate::spectrum::spectral_norm(&self.patterns)
    }

    fn read(&self, question: &Question<'_, T>, answers: &mut Answers<T>) {
        read(self, question, &Reading::default(), answers);
    }

    fn relay(&self, errand: Errand<'_, T>, place: &mut Relay<T>) {
        relay(self, errand, place);
    }
}

/// 1/‖ξ‖, 0 for a zero memory.
pub(crate) fn inverse(norm: f64) -> f64 {
    if norm > 0.0 { 1.0 / norm } else { 0.0 }
}

/// ‖row‖, also where its square is beyond the range of f64.
pub(crate) fn length<T: Element>(row: &[T]) -> f64 {
    let length = square(row).sqrt();
    if length.is_normal() { length } else { norm(row) }
}

/// ‖row‖², in several sums side by side.
pub(crate) fn square<T: Element>(row: &[T]) -> f64 {
    let (whole, rest) = row.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for row in whole {
        sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x.f64() * x.f64());
    }
    sums.iter().sum::<f64>() + rest.iter().map(|x| x.f64() * x.f64()).sum::<f64>()
}
