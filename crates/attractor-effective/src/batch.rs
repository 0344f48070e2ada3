//! The states of a batch of queries, a value that the caller owns.

use crate::clamped::{Clamped, Free};
use crate::error::whole_cues;
use crate::{Effective, ModelError};
use attractor_dynamics::Look;
use attractor_lagrangian::{Before, Lagrangian, Real, Relaxation};
use attractor_synapse::{Answer, Answers, Memories, together};

/// So many numbers of all queries are worth waking other threads for.
const WAKE: usize = 50_000;
/// And so many are taken at once, so that threads seldom meet.
const ITEM: usize = 8192;

/// The states of q queries: currents v and outputs g of their features, with what the last look
/// and the last move left. The first look and the first move allocate what all others use.
#[derive(Debug)]
pub struct Batch<T> {
    pub(crate) features: usize,
    pub(crate) queries: Vec<Query>,
    /// v in units of e^`log_scale`, q × d.
    pub(crate) v: Vec<T>,
    /// g, q × d.
    pub(crate) g: Vec<T>,
    /// Δg of the last move, q × d.
    pub(crate) moves: Vec<T>,
    /// Ξᵀf at the last look at each query in units of e^`field_scale`, q × d.
    pub(crate) fields: Vec<f64>,
    pub(crate) scratch: Scratch<T>,
}

/// What is kept of one query besides its vectors.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) log_scale: f64,
    pub(crate) field_scale: f64,
    pub(crate) steps: usize,
    pub(crate) before: Before,
    pub(crate) relaxation: Relaxation,
    /// ‖Δv‖ of the last move.
    pub(crate) shift: f64,
    /// Of the state that the last move left, and of the one that was looked at last.
    pub(crate) left: Sizes,
    pub(crate) sizes: Sizes,
    pub(crate) answer: Option<Answer>,
    /// The features that are not clamped, where some are.
    pub(crate) free: Option<Free>,
}

impl Query {
    const NEW: Self = Self {
        log_scale: 0.0,
        field_scale: 0.0,
        steps: 0,
        before: Before { value: 0.0, tilt: 0.0 },
        relaxation: Relaxation { detour: 0.0, bregman: 0.0 },
        shift: 0.0,
        left: Sizes::NONE,
        sizes: Sizes::NONE,
        answer: None,
        free: None,
    };
}

/// The norms behind the rounding of a move, of the states before and after it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) currents: f64,
    pub(crate) outputs: f64,
    pub(crate) moved: f64,
    pub(crate) activity: f64,
}

impl Sizes {
    const NONE: Self = Self { currents: 0.0, outputs: 0.0, moved: 0.0, activity: 0.0 };
}

#[derive(Debug)]
pub(crate) struct Scratch<T> {
    /// Of the active queries, where these are not all: outputs, Δg of the last move.
    pub(crate) outputs: Vec<T>,
    pub(crate) moved: Vec<T>,
    pub(crate) before: Vec<Before>,
    pub(crate) answers: Answers<T>,
    active: Vec<bool>,
    desks: Vec<Desk<T>>,
}

impl<T> Default for Scratch<T> {
    fn default() -> Self {
        Self {
            outputs: Vec::new(),
            moved: Vec::new(),
            before: Vec::new(),
            answers: Answers::default(),
            active: Vec::new(),
            desks: Vec::new(),
        }
    }
}

/// Where one query after the other is worked on: a target, currents and outputs, d numbers each.
#[derive(Debug)]
pub(crate) struct Desk<T> {
    pub(crate) target: Vec<f64>,
    pub(crate) v: Vec<T>,
    pub(crate) g: Vec<T>,
    pub(crate) clamped: Clamped<T>,
}

impl<T> Default for Desk<T> {
    fn default() -> Self {
        let clamped = Clamped { target: Vec::new(), v: Vec::new(), g: Vec::new() };
        Self { target: Vec::new(), v: Vec::new(), g: Vec::new(), clamped }
    }
}

/// A query with its vectors.
#[derive(Debug)]
pub(crate) struct Row<'a, T> {
    pub(crate) query: &'a mut Query,
    pub(crate) v: &'a mut [T],
    pub(crate) g: &'a mut [T],
    pub(crate) moves: &'a mut [T],
    pub(crate) field: &'a [f64],
}

impl<T> Default for Batch<T> {
    /// No queries.
    fn default() -> Self {
        let (v, g, moves, fields) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { features: 0, queries: Vec::new(), v, g, moves, fields, scratch: Scratch::default() }
    }
}

fn refill<U>(place: &mut Vec<U>, numbers: impl Iterator<Item = U>) {
    place.clear();
    place.extend(numbers);
}

impl<T: Real> Batch<T> {
    /// The number of queries.
    pub fn queries(&self) -> usize {
        self.queries.len()
    }

    /// The output g of query `q`: v for model B, ±1 for spins, v/‖v‖ on the sphere.
    ///
    /// # Panics
    /// If there is no such query.
    #[track_caller]
    pub fn output(&self, q: usize) -> &[T] {
        &self.g[q * self.features..][..self.features]
    }

    /// The outputs of all queries, q × d.
    pub fn outputs(&self) -> &[T] {
        &self.g[..self.queries() * self.features]
    }

    /// Does the work for every active query that has been looked at, each with its look if there is one; many
    /// are shared among the threads.
    pub(crate) fn each(
        &mut self,
        active: &[usize],
        looks: &mut [Look],
        work: impl Fn(&mut Desk<T>, Row<'_, T>, Option<&mut Look>) + Sync,
    ) {
        if active.is_empty() {
            return;
        }
        let Self { features, queries, v, g, moves, fields, scratch } = self;
        let (d, Scratch { desks, active: marks, .. }) = (*features, scratch);
        marks.clear();
        marks.resize(queries.len(), false);
        active.iter().for_each(|&q| marks[q] = true);
        let per = (ITEM / d).max(1);
        let looks = looks.chunks_mut(per).chain(std::iter::repeat_with(Default::default));
        let vectors = v.chunks_mut(per * d).zip(g.chunks_mut(per * d));
        let vectors = vectors.zip(moves.chunks_mut(per * d)).zip(fields.chunks(per * d));
        let parts = queries.chunks_mut(per).zip(vectors).zip(looks).zip(marks.chunks(per));
        let wake = active.len() * d >= WAKE;
        together(desks, active.len().div_ceil(per), parts, wake, |desk, part| {
            let (((queries, (((v, g), moves), fields)), looks), marks) = part;
            desk.v.resize(d, T::ZERO);
            desk.g.resize(d, T::ZERO);
            let looks = looks.iter_mut().map(Some).chain(std::iter::repeat_with(|| None));
            let vectors = v.chunks_exact_mut(d).zip(g.chunks_exact_mut(d));
            let vectors = vectors.zip(moves.chunks_exact_mut(d)).zip(fields.chunks_exact(d));
            let rows = queries.iter_mut().zip(vectors).zip(looks).zip(marks);
            for (((query, (((v, g), moves), field)), look), active) in rows {
                if *active && query.answer.is_some() {
                    work(desk, Row { query, v, g, moves, field }, look);
                }
            }
        });
    }
}

impl<T: Real, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Effective<T, Lv, Lh, M> {
    /// The initial states: v is the cue, g its activation. `cues` is q × d.
    ///
    /// # Errors
    /// [`ModelError::Width`] if the cues are no multiple of d, [`ModelError::NotFinite`] by cue,
    /// [`ModelError::ZeroCue`] where a direction is needed.
    pub fn start(&self, cues: &[T]) -> Result<Batch<T>, ModelError> {
        let mut batch = Batch::default();
        self.restart(&mut batch, cues)?;
        Ok(batch)
    }

    /// As [`Effective::start`], in the storage of an earlier batch, of this model or of another: who asks again
    /// and again allocates once.
    ///
    /// # Errors
    /// As [`Effective::start`]; then the batch has no queries.
    pub fn restart(&self, batch: &mut Batch<T>, cues: &[T]) -> Result<(), ModelError> {
        let d = self.features();
        batch.queries.clear();
        whole_cues(cues.len(), d)?;
        let Batch { v, g, moves, fields, .. } = batch;
        refill(v, cues.iter().copied());
        refill(g, cues.iter().map(|_| T::ZERO));
        refill(moves, cues.iter().map(|_| T::ZERO));
        refill(fields, cues.iter().map(|_| 0.0));
        for (cue, (v, g)) in cues.chunks_exact(d).zip(g.chunks_exact_mut(d)).enumerate() {
            self.activate_cue(cue, v, g)?;
        }
        batch.features = d;
        batch.queries.resize(cues.len() / d, Query::NEW);
        Ok(())
    }

    pub(crate) fn activate_cue(&self, cue: usize, v: &[T], g: &mut [T]) -> Result<(), ModelError> {
        if let Some(bad) = v.iter().find(|x| !x.is_finite()) {
            return Err(ModelError::NotFinite {
                what: "a number of cue",
                index: cue,
                value: bad.f64(),
            });
        }
        let properties = self.visible.0.properties();
        let directional = properties.homogeneous && !properties.is_separable();
        if directional && v.iter().all(|x| *x == T::ZERO) {
            return Err(ModelError::ZeroCue { cue });
        }
        self.visible.0.activate(v, g);
        Ok(())
    }
}
