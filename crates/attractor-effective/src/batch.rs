//! The states of a batch of queries, a value that the caller owns.

use crate::error::{whole_cues, width};
use crate::{Effective, ModelError};
use attractor_lagrangian::{Before, Lagrangian, Real, Relaxation};
use attractor_synapse::{Answer, Answers, Memories};

/// The states of q queries: currents v and outputs g of their features, with what the last look
/// and the last move left. All storage is allocated here once.
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
    /// Ξᵀf at the last look in units of e^`field_scale`, q × d.
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
    pub(crate) free: Option<Vec<usize>>,
}

/// The norms behind the rounding of a move, of the states before and after it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sizes {
    pub(crate) currents: f64,
    pub(crate) outputs: f64,
    pub(crate) moved: f64,
    pub(crate) activity: f64,
}

#[derive(Debug)]
pub(crate) struct Scratch<T> {
    pub(crate) outputs: Vec<T>,
    pub(crate) moves: Vec<T>,
    pub(crate) before: Vec<Before>,
    pub(crate) answers: Answers<T>,
    pub(crate) target: Vec<f64>,
    pub(crate) v: Vec<T>,
    pub(crate) g: Vec<T>,
    pub(crate) clamped: Clamped<T>,
}

/// The free features of a query that has clamped ones, side by side.
#[derive(Debug, Default)]
pub(crate) struct Clamped<T> {
    pub(crate) target: Vec<f64>,
    pub(crate) v: Vec<T>,
    pub(crate) g: Vec<T>,
}

impl<T: Real> Clamped<T> {
    /// Takes these features out of a query's vectors.
    pub(crate) fn gather(&mut self, free: &[usize], target: &[f64], v: &[T], g: &[T]) {
        fn take<U: Copy>(from: &[U], free: &[usize], to: &mut Vec<U>) {
            to.clear();
            to.extend(free.iter().map(|&i| from[i]));
        }
        take(target, free, &mut self.target);
        take(v, free, &mut self.v);
        take(g, free, &mut self.g);
    }
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
        &self.g
    }
}

impl<T: Real, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Effective<T, Lv, Lh, M> {
    /// The initial states: v is the cue, g its activation. `cues` is q × d.
    ///
    /// # Errors
    /// [`ModelError::Width`] if the cues are no multiple of d, [`ModelError::NotFinite`] by cue,
    /// [`ModelError::ZeroCue`] where a direction is needed.
    pub fn start(&self, cues: &[T]) -> Result<Batch<T>, ModelError> {
        let d = self.features();
        whole_cues(cues.len(), d)?;
        let mut g = vec![T::ZERO; cues.len()];
        for (cue, (v, g)) in cues.chunks_exact(d).zip(g.chunks_exact_mut(d)).enumerate() {
            self.activate_cue(cue, v, g)?;
        }
        let query = Query {
            log_scale: 0.0,
            field_scale: 0.0,
            steps: 0,
            before: Before { value: 0.0, tilt: 0.0 },
            relaxation: Relaxation::default(),
            shift: 0.0,
            left: Sizes::default(),
            sizes: Sizes::default(),
            answer: None,
            free: None,
        };
        let zeros = || vec![T::ZERO; cues.len()];
        Ok(Batch {
            features: d,
            queries: vec![query; cues.len() / d],
            v: cues.to_vec(),
            g,
            moves: zeros(),
            fields: vec![0.0; cues.len()],
            scratch: Scratch {
                outputs: zeros(),
                moves: zeros(),
                before: Vec::with_capacity(cues.len() / d),
                answers: Answers::default(),
                target: vec![0.0; d],
                v: vec![T::ZERO; d],
                g: vec![T::ZERO; d],
                clamped: Clamped { target: vec![], v: vec![], g: vec![] },
            },
        })
    }

    /// The initial states with some features clamped: those that are `known`, q × d flags, keep the output
    /// that the cue gives them for ever. The theorem holds for the others as it does for all, because a
    /// feature with Δg = 0 takes no part in the change of the energy.
    ///
    /// # Errors
    /// As [`Effective::start`]; [`ModelError::Width`] unless there are as many flags as numbers;
    /// [`ModelError::CoupledClamp`] where the outputs of the visible layer depend on each other.
    pub fn start_clamped(&self, cues: &[T], known: &[bool]) -> Result<Batch<T>, ModelError> {
        if !self.visible.0.properties().is_separable() {
            return Err(ModelError::CoupledClamp);
        }
        let mut batch = self.start(cues)?;
        width("the mask", known.len(), cues.len())?;
        for (query, known) in batch.queries.iter_mut().zip(known.chunks_exact(self.features())) {
            query.free = Some((0..known.len()).filter(|&i| !known[i]).collect());
        }
        // their currents drive nothing
        batch.v.iter_mut().zip(known).filter(|(_, known)| **known).for_each(|(v, _)| *v = T::ZERO);
        Ok(batch)
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
