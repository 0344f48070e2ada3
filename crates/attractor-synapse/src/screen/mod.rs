//! Certified screening: int8 first, then exactly what could matter.

mod codes;
mod estimate;
mod hunt;
mod products;
mod rescore;
mod signs;
mod softmax;

use crate::question::{Answer, Answers, Question};
use crate::{Element, Errand, Memories, Relay, Synapses, answer};
use attractor_lagrangian::norm;
use codes::{Codes, Query};
use hunt::{Found, Hunt};
use rescore::Exact;
use signs::Signs;
use std::borrow::Borrow;
use std::fmt::Debug;

/// Queries that are screened together at most; more are bound by arithmetic, which a screen does not save.
const FEW: usize = 8;
/// Bytes of memories below which a read takes less than what a screen costs besides its own.
const WORTH: usize = 1 << 20;

/// A share of the weights that cannot be left out.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("a share of {0} of the weights cannot be left out: give one above 0 and below 1")]
pub struct NoShare(pub f64);

/// How a query was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Screen {
    /// From the memories that could matter.
    Screened,
    /// From all of them: the hidden Lagrangian is not log-sum-exp.
    NotSoftmax,
    /// From all of them: the certificate of the last move was asked for, which needs every score.
    Certified,
    /// From all of them: there are so many queries, or so few bytes, that a screen saves nothing.
    Cheap,
    /// From all of them: too many could matter.
    TooMany,
}

/// What a screen did for one query, and how far its answer can be from that of all memories in exact
/// arithmetic. Of a query that was answered from all of them nothing is left out: the bounds are 0, and
/// what is between it and exact arithmetic is the rounding of every read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Screening {
    /// How it was answered.
    pub screen: Screen,
    /// How many memories were read exactly.
    pub read: usize,
    /// The share of the weights that was left out is at most this.
    pub mass: f64,
    /// ‖Ξᵀf‖ is off by at most this.
    pub state: f64,
    /// L_h is off by at most this; what was left out makes it too small.
    pub energy: f64,
}

/// Memories that are read in int8 first; those that could matter are then read exactly (THEORY §8).
///
/// A screened answer leaves out memories whose weights together are a share of at most ε; what that can do to
/// state and energy is returned by [`Screened::read_certified`], rounding included, and is part of the
/// allowance for rounding in a run's certificates through [`Answer::activity`](crate::Answer::activity).
/// Scores, weights and sums of what is kept are in f64. [`Answer::nearest`](crate::Answer::nearest) is exact
/// among what is kept; its opposite end is as near as int8 tells.
///
/// It screens for log-sum-exp hidden neurons, up to 8 queries at a time, where a sample says that few
/// memories survive; else it is the read of all of them. The index takes 9/8 bytes a number and 12 a memory.
///
/// The memories may be its own or lent, `&Synapses<T>`.
///
/// ```
/// use attractor_lagrangian::LogSumExp;
/// use attractor_synapse::{Answers, Memories, Question, Screened, Synapses};
/// let xi = Synapses::from_rows(&[[1.0f32, 0.0], [0.9, 0.1], [0.0, 1.0]])?;
/// let softmax = LogSumExp::new(100.0).unwrap();
/// let (mut answers, mut screenings) = (Answers::default(), Vec::new());
/// let screened = Screened::new(xi, 1e-9).unwrap().eager();
/// screened.read_certified(&Question::of(&softmax, &[1.0, 0.0]), &mut answers, &mut screenings);
/// assert_eq!((screenings[0].read, answers.get(0).nearest.memory), (2, 0));
/// assert!(screenings[0].mass <= 1e-9 && screenings[0].state <= 2e-9);
/// # Ok::<(), attractor_synapse::PatternError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Screened<T, S = Synapses<T>> {
    exact: S,
    codes: Codes,
    signs: Signs,
    epsilon: f64,
    eager: bool,
    scalar: std::marker::PhantomData<T>,
}

impl<T: Element, S: Borrow<Synapses<T>>> Screened<T, S> {
    /// An index over the memories, for answers that leave out at most `epsilon` of the weights: one pass
    /// over them.
    ///
    /// # Errors
    /// [`NoShare`] unless 0 < ε < 1.
    pub fn new(memories: S, epsilon: f64) -> Result<Self, NoShare> {
        if !(epsilon > 0.0 && epsilon < 1.0) {
            return Err(NoShare(epsilon));
        }
        let patterns = memories.borrow().patterns();
        let codes = Codes::new(patterns.features(), patterns.rows());
        let signs = Signs::new(patterns);
        let scalar = std::marker::PhantomData;
        Ok(Self { exact: memories, codes, signs, epsilon, eager: false, scalar })
    }

    /// Screens however few bytes there are and however many memories survive: to see what a screen does.
    #[must_use]
    pub fn eager(self) -> Self {
        Self { eager: true, ..self }
    }

    /// ε, the share of the weights that may be left out.
    pub fn epsilon(&self) -> f64 {
        self.epsilon
    }

    /// The memories.
    pub fn synapses(&self) -> &Synapses<T> {
        self.exact.borrow()
    }

    /// [`Memories::read`] with what the screen did for each query.
    ///
    /// # Panics
    /// As [`Memories::read`].
    pub fn read_certified(
        &self,
        question: &Question<'_, T>,
        answers: &mut Answers<T>,
        screenings: &mut Vec<Screening>,
    ) {
        crate::read::check(self.synapses().memories(), self.synapses().features(), question);
        screenings.clear();
        let plain = match self.screened(question) {
            Ok((beta, found)) => return self.write(question, beta, &found, answers, screenings),
            Err(plain) => plain,
        };
        self.synapses().read(question, answers);
        let read = self.synapses().memories();
        let all = Screening { screen: plain, read, mass: 0.0, state: 0.0, energy: 0.0 };
        screenings.resize(question.outputs.len() / self.synapses().features(), all);
    }

    /// β and what was found for every query, or why all memories are to be read.
    fn screened(&self, question: &Question<'_, T>) -> Result<(f64, Vec<Found>), Screen> {
        let (xi, n) = (self.synapses(), self.codes.len());
        let bytes = size_of_val(xi.patterns().as_slice());
        let queries = question.outputs.len() / xi.features();
        if question.moved.is_some() {
            return Err(Screen::Certified);
        }
        let beta = softmax::softmax_beta(question.hidden).ok_or(Screen::NotSoftmax)?;
        let saves = 2 * self.codes.bytes() * n <= bytes && bytes >= WORTH && queries <= FEW;
        if queries == 0 || !(saves || self.eager) {
            return Err(Screen::Cheap);
        }
        let hunts: Option<Vec<Hunt<'_>>> =
            (0..queries).map(|q| self.hunt(&self.exact(question, q, beta))).collect();
        let most = if self.eager { n } else { n / estimate::PAYS + 64 };
        let hunts = hunts.ok_or(Screen::TooMany)?;
        let found = hunt::hunt(&self.codes, &hunts, most).ok_or(Screen::TooMany)?;
        Ok((beta, found))
    }

    /// Query `q`, as it is read exactly.
    fn exact<'a>(&'a self, question: &Question<'a, T>, q: usize, beta: f64) -> Exact<'a, T> {
        let (xi, d) = (self.synapses(), self.synapses().features());
        let outputs = &question.outputs[q * d..(q + 1) * d];
        let up = 1.0 + (d as f64 + 4.0) * f64::EPSILON;
        let bias = question.bias.unwrap_or(&[]);
        let sizes = [
            xi.largest_norm() * up,
            norm(outputs) * up,
            bias.iter().fold(0.0f64, |m, b| m.max(b.abs())),
        ];
        let outputs = outputs.iter().map(|g| g.f64()).collect();
        Exact { xi, outputs, beta, bias: question.bias, top: question.top, sizes }
    }

    /// What decides about a memory for this query, if a screen will pay.
    fn hunt<'a>(&self, exact: &Exact<'a, T>) -> Option<Hunt<'a>> {
        let [largest, length, bias] = exact.sizes;
        let n = self.codes.len();
        let mut hunt = Hunt {
            query: Query::new(&exact.outputs, &self.codes, bias),
            bias: exact.bias,
            window: (n as f64 / self.epsilon).ln() / exact.beta,
            floor: f64::NEG_INFINITY,
        };
        if !self.eager {
            let at_least = |memory| exact.at_least(memory);
            let known: (f64, &dyn Fn(usize) -> f64) = (largest * length + bias, &at_least);
            hunt.floor = estimate::floor(&self.codes, &self.signs, &hunt, &exact.outputs, known)?;
        }
        Some(hunt)
    }

    fn write(
        &self,
        question: &Question<'_, T>,
        beta: f64,
        found: &[Found],
        answers: &mut Answers<T>,
        screenings: &mut Vec<Screening>,
    ) {
        let d = self.synapses().features();
        let Answers { features, answers, fields, .. } = answers;
        *features = d;
        answers.resize_with(found.len(), Answer::default);
        fields.resize(question.outputs.len(), 0.0);
        for (q, found) in found.iter().enumerate() {
            let exact = self.exact(question, q, beta);
            let partial = exact.read(found);
            fields[q * d..(q + 1) * d].copy_from_slice(partial.field(0));
            let outputs = &question.outputs[q * d..(q + 1) * d];
            answer::write(&Question { outputs, ..*question }, &partial, 0, &mut answers[q]);
            let off = exact.off(found, &partial);
            answers[q].activity += allowance::<T>(off.energy, d, exact.sizes);
            let (screen, read) = (Screen::Screened, found.kept.len());
            let (mass, state, energy) = (off.mass, off.state, off.energy);
            screenings.push(Screening { screen, read, mass, state, energy });
        }
    }
}

/// An error of the energy, in the unit in which the activity enters a certificate's rounding:
/// 2γ_{d+8}·M·‖g‖.
fn allowance<T: Element>(energy: f64, d: usize, [largest, length, _]: [f64; 3]) -> f64 {
    let unit = 2.0 * (d as f64 + 8.0) * T::UNIT_ROUNDOFF * largest * length;
    if unit > 0.0 { energy / unit } else { 0.0 }
}

impl<T: Element, S: Borrow<Synapses<T>> + Debug + Send + Sync> Memories<T> for Screened<T, S> {
    fn memories(&self) -> usize {
        self.synapses().memories()
    }

    fn features(&self) -> usize {
        self.synapses().features()
    }

    fn largest_norm(&self) -> f64 {
        self.synapses().largest_norm()
    }

    fn squared_norms(&self) -> Vec<f64> {
        self.synapses().squared_norms()
    }

    fn spectral_norm(&self) -> f64 {
        self.synapses().spectral_norm()
    }

    fn read(&self, question: &Question<'_, T>, answers: &mut Answers<T>) {
        self.read_certified(question, answers, &mut Vec::new());
    }

    fn relay(&self, errand: Errand<'_, T>, relay: &mut Relay<T>) {
        self.synapses().relay(errand, relay);
    }
}
