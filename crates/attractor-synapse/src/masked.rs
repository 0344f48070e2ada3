//! Some of the memories: the others are skipped, as if they were not stored.

use crate::{
    Answers, Element, Errand, Memories, PatternError, Patterns, Question, Relay, Synapses,
};

/// The memories that a mask lets through. Those it does not are left out, not given a score of −∞, so no
/// weight, bound or count knows of them. Answers name memories as they are named without the mask.
///
/// A copy of what is let through.
///
/// ```
/// use attractor_lagrangian::LogSumExp;
/// use attractor_synapse::{Answers, Masked, Memories, Question, Synapses};
/// let all = Synapses::from_rows(&[[1.0f32, 0.0], [0.9, 0.1], [0.0, 1.0]])?;
/// let some = Masked::new(&all, &[false, true, true])?;
/// let softmax = LogSumExp::new(1.0).unwrap();
/// let mut answers = Answers::default();
/// some.read(&Question::of(&softmax, &[1.0, 0.0]), &mut answers);
/// assert_eq!((some.memories(), answers.get(0).nearest.memory), (2, 1));
/// # Ok::<(), attractor_synapse::PatternError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Masked<T> {
    kept: Synapses<T>,
    ids: Vec<usize>,
}

impl<T: Element> Masked<T> {
    /// The memories whose flag is set, N flags.
    ///
    /// # Errors
    /// [`PatternError::Mask`] unless there is one flag for each memory, [`PatternError::Empty`] where no
    /// flag is set.
    pub fn new(memories: &Synapses<T>, keep: &[bool]) -> Result<Self, PatternError> {
        let (expected, found) = (memories.memories(), keep.len());
        if found != expected {
            return Err(PatternError::Mask { expected, found });
        }
        let ids: Vec<usize> = (0..expected).filter(|&mu| keep[mu]).collect();
        let rows = ids.iter().flat_map(|&mu| memories.patterns().row(mu)).copied().collect();
        let kept = Synapses::new(Patterns::new(rows, memories.features())?);
        Ok(Self { kept, ids })
    }

    /// What is let through, in order.
    pub fn kept(&self) -> &Synapses<T> {
        &self.kept
    }

    /// What is let through and the names of those, without a copy.
    pub fn into_parts(self) -> (Synapses<T>, Vec<usize>) {
        (self.kept, self.ids)
    }

    /// The names of those without the mask, ascending.
    pub fn ids(&self) -> &[usize] {
        &self.ids
    }
}

impl<T: Element> Memories<T> for Masked<T> {
    fn memories(&self) -> usize {
        self.kept.memories()
    }

    fn features(&self) -> usize {
        self.kept.features()
    }

    fn largest_norm(&self) -> f64 {
        self.kept.largest_norm()
    }

    fn squared_norms(&self) -> Vec<f64> {
        self.kept.squared_norms()
    }

    fn spectral_norm(&self) -> f64 {
        self.kept.spectral_norm()
    }

    fn read(&self, question: &Question<'_, T>, answers: &mut Answers<T>) {
        self.kept.read(question, answers);
        answers.rename(&self.ids);
    }

    fn relay(&self, errand: Errand<'_, T>, relay: &mut Relay<T>) {
        self.kept.relay(errand, relay);
    }
}
