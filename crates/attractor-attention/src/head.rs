//! One head of attention: model B whose memories are the keys.

use crate::error::size;
use crate::{AttentionError, Mask, Steps};
use attractor_dynamics::{Certificate, Outcome, Proof};
use attractor_effective::{Effective, Recall};
use attractor_lagrangian::{LogSumExp, Quadratic, norm};
use attractor_synapse::{
    Answer, Answers, Element, Masked, Memories, Patterns, Question, Reading, Shift, Synapses,
};

/// Model B over the keys of one head.
pub type HeadModel<'a, T> = Effective<T, Quadratic, LogSumExp, &'a Synapses<T>>;

/// One head of attention: softmax(βqKᵀ)V is one step of model B (KH eq. 11–16) over the keys as memories,
/// read out through the values that they are paired with; where the values are the keys it is the step.
///
/// ```
/// use attractor_attention::{Head, Mask, Steps};
/// use attractor_synapse::{Patterns, Synapses};
/// let keys = Synapses::from_rows(&[[1.0f64, 0.0], [0.0, 1.0]])?;
/// let values = Patterns::from_rows(&[[10.0], [20.0]])?;
/// let head = Head::new(&keys, 8.0)?.with_values(&values)?;
/// let found = head.attend(&[1.0, 0.0], &Mask::default(), Steps::ONE)?;
/// assert!((found.output[0] - 10.0).abs() < 0.01);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Head<'a, T> {
    pub(crate) keys: &'a Synapses<T>,
    pub(crate) values: Option<&'a Patterns<T>>,
    pub(crate) softmax: LogSumExp,
}

/// What a head answers to a batch of queries.
#[derive(Debug, Clone, PartialEq)]
pub struct HeadOutput<T> {
    /// Σ p·value, q × m.
    pub output: Vec<T>,
    /// Where the values were read: the queries after all but the last softmax, q × d.
    pub states: Vec<T>,
    /// How each answer came about.
    pub runs: Vec<HeadRun>,
}

/// How one head came to its answer to one query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeadRun {
    /// Softmaxes taken, the last one included.
    pub steps: usize,
    /// Why it stopped. With a number of steps it is [`Outcome::OutOfSteps`], unless the query was at rest.
    pub outcome: Outcome,
    /// What the moves among the keys provably took off the energy of model B, ½‖v‖² − L(Kv).
    pub certificate: Certificate,
    /// n_eff = 1/Σp² of the keys at the read-out; 0 if no key is seen.
    pub effective_memories: f64,
    /// L = β⁻¹·ln Σ e^{βk·v} over the keys that are seen, at the read-out; −∞ if none is.
    pub potential: f64,
}

impl HeadRun {
    /// The query saw no key: its answer is zeros.
    pub fn is_blind(&self) -> bool {
        self.effective_memories == 0.0
    }
}

impl<'a, T: Element> Head<'a, T> {
    /// A head that answers with its keys, at inverse temperature β; attention has 1/√d.
    ///
    /// # Errors
    /// [`AttentionError::Parameter`] unless β is positive and finite.
    pub fn new(keys: &'a Synapses<T>, beta: f64) -> Result<Self, AttentionError> {
        Ok(Self { keys, values: None, softmax: LogSumExp::new(beta)? })
    }

    /// Answers with what the keys are paired with, n × m.
    ///
    /// # Errors
    /// [`AttentionError::Size`] unless there is one value for each key.
    pub fn with_values(self, values: &'a Patterns<T>) -> Result<Self, AttentionError> {
        size("the list of values", values.len(), self.keys.memories())?;
        Ok(Self { values: Some(values), ..self })
    }

    /// β.
    pub fn beta(&self) -> f64 {
        self.softmax.beta()
    }

    /// This head as model B, for its energy, certificates, gradients and explanations.
    ///
    /// # Errors
    /// As [`Effective::new`].
    pub fn model(&self) -> Result<HeadModel<'a, T>, AttentionError> {
        Ok(Effective::modern(self.keys, self.softmax)?)
    }

    /// The answers to `queries`, q × d. Reads keys and values once for each softmax, and once more where
    /// there are several; no q × n matrix. Where queries see different keys, moves among the keys cost a
    /// copy of these for each of them.
    ///
    /// # Errors
    /// [`AttentionError::Size`] for a query or a mask that does not fit, [`AttentionError::NotFinite`],
    /// [`AttentionError::Overflow`] where scores can leave the range of the scalar.
    pub fn attend(
        &self,
        queries: &[T],
        mask: &Mask,
        steps: Steps,
    ) -> Result<HeadOutput<T>, AttentionError> {
        self.check(queries, mask)?;
        let run = HeadRun {
            steps: 1,
            outcome: Outcome::OutOfSteps,
            certificate: Certificate { proof: Proof::Visible, ..Certificate::ZERO },
            effective_memories: 0.0,
            potential: f64::NEG_INFINITY,
        };
        let runs = vec![run; queries.len() / self.keys.features()];
        let mut out = HeadOutput { output: Vec::new(), states: queries.to_vec(), runs };
        self.settle(mask, steps, &mut out)?;
        self.read_out(mask, &mut out)?;
        Ok(out)
    }

    pub(crate) fn check(&self, queries: &[T], mask: &Mask) -> Result<(), AttentionError> {
        let d = self.keys.features();
        if !queries.len().is_multiple_of(d) {
            size("the last query", queries.len() % d, d)?;
        }
        mask.check(queries.len() / d, self.keys.memories())?;
        if let Some(index) = queries.iter().position(|x| !x.is_finite()) {
            let value = queries[index].f64();
            return Err(AttentionError::NotFinite { what: "the queries", index, value });
        }
        let largest = self.keys.largest_norm();
        let score = |query: &[T]| norm(query) * largest;
        match queries.chunks_exact(d).position(|query| !T::of(score(query)).is_finite()) {
            None => Ok(()),
            Some(query) => {
                let score = score(&queries[query * d..][..d]);
                Err(AttentionError::Overflow { query, score, dtype: T::NAME })
            }
        }
    }

    /// Moves the states among the keys, by all softmaxes but the last.
    fn settle(
        &self,
        mask: &Mask,
        steps: Steps,
        out: &mut HeadOutput<T>,
    ) -> Result<(), AttentionError> {
        let Some(rule) = steps.rule() else { return Ok(()) };
        let how = Recall { top: 0, ..Recall::by(rule) };
        for group in self.groups(mask, out.runs.len()) {
            let Some(seen) = self.seen(&group, mask)? else { continue };
            let d = self.keys.features();
            let states = group.iter().flat_map(|q| &out.states[q * d..][..d]).copied();
            let found = seen.model()?.retrieve(&states.collect::<Vec<T>>(), &how, &mut ())?;
            for (q, found) in group.into_iter().zip(found) {
                out.states[q * d..][..d].copy_from_slice(&found.state);
                let run = &mut out.runs[q];
                run.steps += found.steps;
                (run.outcome, run.certificate) = (found.outcome, found.certificate);
            }
        }
        Ok(())
    }

    /// Queries that see the same.
    pub(crate) fn groups(&self, mask: &Mask, queries: usize) -> Vec<Vec<usize>> {
        if mask.is_shared() {
            return vec![(0..queries).collect()];
        }
        (0..queries).map(|q| vec![q]).collect()
    }

    /// The keys that a group of queries sees, with what is added to their scores; `None` if they see none.
    pub(crate) fn seen(
        &self,
        group: &[usize],
        mask: &Mask,
    ) -> Result<Option<Seen<'a, T>>, AttentionError> {
        let (n, cover) = (self.keys.memories(), mask.cover(self.beta()));
        let Some(&first) = group.first() else { return Ok(None) };
        let flags: Vec<bool> = (0..n).map(|key| cover.shows(first, key, n)).collect();
        if !flags.contains(&true) {
            return Ok(None);
        }
        let (kept, ids) = if flags.contains(&false) {
            let (kept, ids) = Masked::new(self.keys, &flags)?.into_parts();
            (Some(kept), ids)
        } else {
            (None, (0..n).collect::<Vec<usize>>())
        };
        let shift = |shift: Shift<'_>| {
            ids.iter().map(|key| shift.times * shift.by[first * n + key]).collect()
        };
        let bias = cover.shift.map(shift);
        Ok(Some(Seen { keys: self.keys, kept, ids, bias, softmax: self.softmax }))
    }

    /// The last softmax, through the values.
    fn read_out(&self, mask: &Mask, out: &mut HeadOutput<T>) -> Result<(), AttentionError> {
        let mut answers = Answers::default();
        let question = Question::of(&self.softmax, &out.states);
        let reading = Reading { values: self.values, cover: mask.cover(self.beta()) };
        self.keys.read_through(&question, &reading, &mut answers);
        let width = self.values.map_or(self.keys.features(), Patterns::features);
        out.output.reserve_exact(out.runs.len() * width);
        for (q, run) in out.runs.iter_mut().enumerate() {
            let answer: &Answer = answers.get(q);
            let unit = answer.log_scale.exp();
            out.output.extend(answers.field(q).iter().map(|x| T::of(x * unit)));
            (run.effective_memories, run.potential) = (answer.effective_memories, answer.value);
        }
        match out.output.iter().all(|x| x.is_finite()) {
            true => Ok(()),
            false => Err(AttentionError::Range { what: "an answer", dtype: T::NAME }),
        }
    }
}

/// What some queries see of the keys.
#[derive(Debug)]
pub(crate) struct Seen<'a, T> {
    keys: &'a Synapses<T>,
    kept: Option<Synapses<T>>,
    /// The places of what is seen among all keys.
    pub(crate) ids: Vec<usize>,
    bias: Option<Vec<f64>>,
    softmax: LogSumExp,
}

impl<T: Element> Seen<'_, T> {
    pub(crate) fn model(&self) -> Result<HeadModel<'_, T>, AttentionError> {
        let model = Effective::modern(self.kept.as_ref().unwrap_or(self.keys), self.softmax)?;
        Ok(match &self.bias {
            Some(bias) => model.with_bias(bias.clone())?,
            None => model,
        })
    }
}
