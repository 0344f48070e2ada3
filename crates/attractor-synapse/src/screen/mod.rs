//! Certified screening: few bits first, then exactly what could matter.

mod balls;
mod bounds;
mod codes;
mod earlier;
mod estimate;
mod gather;
mod glimpse;
mod hunt;
mod index;
mod parts;
mod planes;
mod products;
mod rescore;
mod search;
mod signs;
mod softmax;
mod tile;

use crate::question::{Answer, Answers, Question};
use crate::together::together;
use crate::{Element, Errand, Memories, Relay, Synapses, answer};
use attractor_lagrangian::norm;
use codes::Query;
pub(crate) use earlier::Earlier;
use earlier::Told;
use hunt::Hunt;
use index::Index;
use rescore::Exact;
use search::Found;
use signs::Signs;
use std::borrow::Borrow;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Queries that are screened together at most; more are bound by arithmetic, which a screen does not save.
const FEW: usize = 8;
/// Memories that are read exactly, wherever they lie, for which another thread is worth waking.
const APART: usize = 512;
/// Bytes of memories below which a read takes less than what a screen costs besides its own.
const WORTH: usize = 1 << 20;

/// The number of the next index.
static NEXT: AtomicU64 = AtomicU64::new(0);

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
    /// From those that could matter at a state read before and so near this one that no others can matter
    /// here: nothing else was looked at.
    Reused,
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
    /// How many memories were looked at in few bits.
    pub seen: usize,
    /// How many memories were read exactly.
    pub read: usize,
    /// The share of the weights that was left out is at most this.
    pub mass: f64,
    /// ‖Ξᵀf‖ is off by at most this.
    pub state: f64,
    /// L_h is off by at most this; what was left out makes it too small.
    pub energy: f64,
}

/// Memories that are read in few bits first; those that could matter are then read exactly (THEORY §8).
///
/// The few bits are int8; one bit where all numbers of a memory are ±a. Of a query such memories see as many bits as
/// its window asks for: one where it is ±1 itself, 2, 4 or 8 elsewhere.
///
/// A screened answer leaves out memories whose weights together are a share of at most ε; what that can do to
/// state and energy is returned by [`Screened::read_certified`], rounding included, and is part of the
/// allowance for rounding in a run's certificates through [`Answer::activity`](crate::Answer::activity).
/// Scores, weights and sums of what is kept are in f64. [`Answer::nearest`](crate::Answer::nearest) is exact
/// among what is kept; its opposite end is as near as the few bits tell.
///
/// A run screens once and again only where its states have moved too far: no step of length r moves a score by
/// more than M·r, and [`Answers`] keeps of each query what was found for it. The opposite end of
/// [`Answer::nearest`](crate::Answer::nearest) is then that of the state that was screened.
///
/// It screens for log-sum-exp hidden neurons, up to 8 queries at a time, where a sample says that few
/// memories survive; else it is the read of all of them. The index takes 9 bits a number, 2 of ±a, and 12 bytes a
/// memory.
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
    index: Index<T>,
    signs: Signs,
    epsilon: f64,
    eager: bool,
    /// Which index it is, so that nothing found in another one is taken for its own.
    number: u64,
    /// 1/‖ξ‖ of the shortest memory that is not 0.
    largest_inverse: f64,
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
        let (index, signs) =
            (Index::new(memories.borrow()), Signs::new(memories.borrow().patterns()));
        let inverses = memories.borrow().inverse_norms().iter();
        let largest_inverse = inverses.fold(0.0f64, |most, x| most.max(*x));
        let (number, eager) = (NEXT.fetch_add(1, Ordering::Relaxed), false);
        Ok(Self { exact: memories, index, signs, epsilon, eager, number, largest_inverse })
    }

    /// For memories that lie in clusters: looks through them in balls, and not into those in which nothing can
    /// matter. Independent memories of many features lie in none: then nothing changes.
    ///
    /// Gathers the memories, which takes 16 products of each a few times, and makes the index anew; at most N/4
    /// centres of d numbers are kept beside it. A query has a product with each of them and is then told of what is
    /// in few balls; with a bias it looks into all.
    #[must_use]
    pub fn in_balls(self) -> Self {
        match Index::in_balls(self.synapses()) {
            Some(index) => Self { index, number: NEXT.fetch_add(1, Ordering::Relaxed), ..self },
            None => self,
        }
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
        let plain = match self.screened(question, &mut answers.earlier) {
            Ok(told) => return self.write(question, &told, answers, screenings),
            Err(plain) => plain,
        };
        self.synapses().read(question, answers);
        let read = self.synapses().memories();
        let all = Screening { screen: plain, seen: 0, read, mass: 0.0, state: 0.0, energy: 0.0 };
        screenings.resize(question.outputs.len() / self.synapses().features(), all);
    }

    /// What every query is told, or why all memories are to be read.
    fn screened(
        &self,
        question: &Question<'_, T>,
        earlier: &mut Vec<Arc<Earlier>>,
    ) -> Result<Vec<(Screen, Told)>, Screen> {
        let (xi, n) = (self.synapses(), self.index.codes.len());
        let bytes = size_of_val(xi.patterns().as_slice());
        let queries = question.outputs.len() / xi.features();
        if question.moved.is_some() {
            return Err(Screen::Certified);
        }
        let beta = softmax::softmax_beta(question.hidden).ok_or(Screen::NotSoftmax)?;
        let saves = 2 * self.index.codes.bytes() * n <= bytes && bytes >= WORTH && queries <= FEW;
        if queries == 0 || !(saves || self.eager) {
            return Err(Screen::Cheap);
        }
        let exact: Vec<_> = (0..queries).map(|q| self.exact(question, q, beta)).collect();
        let again = |exact| {
            let limits = (self.epsilon, self.largest_inverse);
            Earlier::tell(earlier, self.number, exact, limits)
        };
        let mut told: Vec<Option<(Screen, Told, Arc<Earlier>)>> = exact
            .iter()
            .map(|exact| again(exact).map(|(told, base)| (Screen::Reused, told, base)))
            .collect();
        let open: Vec<usize> = (0..queries).filter(|q| told[*q].is_none()).collect();
        let found = self.hunt_all(question, &exact, &open)?;
        let wake = found.iter().map(|found| found.kept.len()).sum::<usize>() >= APART;
        let places = told.iter_mut().zip(&exact).filter(|(told, _)| told.is_none()).zip(found);
        let number = self.number;
        together(
            &mut Vec::new(),
            open.len(),
            places,
            wake,
            |(): &mut (), ((place, exact), found)| {
                let (base, told) = Earlier::begin(number, exact, found);
                *place = Some((Screen::Screened, told, base));
            },
        );
        earlier.clear();
        let keep = |(screen, told, base)| {
            earlier.push(base);
            (screen, told)
        };
        Ok(told.into_iter().flatten().map(keep).collect())
    }

    /// What is found for some of the queries in one pass over the codes.
    fn hunt_all(
        &self,
        question: &Question<'_, T>,
        exact: &[Exact<'_, T>],
        open: &[usize],
    ) -> Result<Vec<Found>, Screen> {
        if open.is_empty() {
            return Ok(Vec::new());
        }
        let d = self.synapses().features();
        let n = self.index.codes.len();
        // twice what a sample was to leave: when all codes have been read, so many rows still cost less than all
        let most = if self.eager { n } else { 2 * n / estimate::PAYS + 64 };
        let hunt = |&q: &usize| self.hunt(&exact[q], &question.outputs[q * d..(q + 1) * d]);
        let mut hunts: Vec<Hunt<'_>> = open.iter().map(hunt).collect();
        let exact: Vec<_> = open.iter().map(|&q| &exact[q]).collect();
        if !self.eager && !estimate::floors(&self.index, &self.signs, &mut hunts, &exact) {
            return Err(Screen::TooMany);
        }
        search::search(&self.index, &mut hunts, most).ok_or(Screen::TooMany)
    }

    /// Query `q`, as it is read exactly.
    fn exact<'a>(&'a self, question: &Question<'a, T>, q: usize, beta: f64) -> Exact<'a, T> {
        let (xi, d) = (self.synapses(), self.synapses().features());
        let outputs = &question.outputs[q * d..(q + 1) * d];
        let up = 1.0 + (d as f64 + 4.0) * f64::EPSILON;
        let bias = question.bias.unwrap_or(&[]).iter().fold(0.0f64, |m, b| m.max(b.abs()));
        let sizes = [xi.largest_norm() * up, norm(outputs) * up, bias];
        let outputs = outputs.iter().map(|g| g.f64()).collect();
        Exact { xi, outputs, beta, bias: question.bias, top: question.top, sizes }
    }

    /// What decides about a memory for this query.
    fn hunt<'a>(&self, exact: &Exact<'a, T>, outputs: &[T]) -> Hunt<'a> {
        let [largest, _, bias] = exact.sizes;
        let window = (self.index.codes.len() as f64 / self.epsilon).ln() / exact.beta;
        let mut hunt = Hunt {
            query: Query::new(&exact.outputs, &self.index.codes, bias, window),
            bias: exact.bias,
            window,
            floor: f64::NEG_INFINITY,
            uppers: Vec::new(),
            largest,
        };
        if let (Some(balls), None) = (&self.index.balls, exact.bias) {
            let (uppers, nearest) = balls.uppers(outputs, exact.rounding());
            hunt.uppers = uppers;
            hunt.floor = hunt.reached(&self.index, balls.places(nearest));
        }
        hunt
    }

    fn write(
        &self,
        question: &Question<'_, T>,
        told: &[(Screen, Told)],
        answers: &mut Answers<T>,
        screenings: &mut Vec<Screening>,
    ) {
        let d = self.synapses().features();
        let Answers { features, answers, fields, .. } = answers;
        *features = d;
        answers.resize_with(told.len(), Answer::default);
        fields.resize(question.outputs.len(), 0.0);
        for (q, (screen, told)) in told.iter().enumerate() {
            let outputs = &question.outputs[q * d..(q + 1) * d];
            fields[q * d..(q + 1) * d].copy_from_slice(told.partial.field(0));
            let question = Question { outputs, ..*question };
            let field = told.partial.field(0);
            answer::write(&question, &told.partial, 0, field, &mut answers[q]);
            let off = told.off;
            answers[q].activity += allowance::<T>(off.energy, d, told.sizes);
            let (mass, state, energy) = (off.mass, off.state, off.energy);
            let (screen, seen, read) = (*screen, told.seen, told.read);
            screenings.push(Screening { screen, seen, read, mass, state, energy });
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
