//! The states of a batch of queries, a value that the caller owns.

use crate::error::{whole_cues, width};
use crate::{Effective, ModelError};
use attractor_lagrangian::{Before, Lagrangian, Real, Relaxation, ZeroModes, norm};
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
    pub(crate) free: Option<Free>,
}

/// Features that are not clamped. Their Lagrangian is `radius` times the layer's: what a unit sphere has left
/// for them, ρ‖v_F‖ with ρ² = 1 − ‖g_C‖², and 1 where outputs do not depend on each other.
#[derive(Debug, Clone)]
pub(crate) struct Free {
    pub(crate) features: Vec<usize>,
    pub(crate) radius: f64,
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

impl Free {
    /// Multiplies outputs; a radius of 1 leaves their bits.
    pub(crate) fn scale<T: Real>(&self, outputs: &mut [T], by: f64) {
        if self.radius < 1.0 {
            outputs.iter_mut().for_each(|g| *g = T::of(by * g.f64()));
        }
    }
}

impl<T: Real> Clamped<T> {
    /// Takes these features out of a query's vectors, outputs in units of the radius.
    pub(crate) fn gather(&mut self, free: &Free, target: &[f64], v: &[T], g: &[T]) {
        fn take<U: Copy>(from: &[U], free: &Free, to: &mut Vec<U>) {
            to.clear();
            to.extend(free.features.iter().map(|&i| from[i]));
        }
        take(target, free, &mut self.target);
        take(v, free, &mut self.v);
        take(g, free, &mut self.g);
        free.scale(&mut self.g, 1.0 / free.radius);
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
    /// On the sphere, where outputs depend on each other, the known numbers of the cue *are* outputs g_C, those of
    /// a pattern of length 1, and the others share the length that is left, √(1 − ‖g_C‖²), in the direction of
    /// the cue, or of their field where the cue has none.
    ///
    /// # Errors
    /// As [`Effective::start`]; [`ModelError::Width`] unless there are as many flags as numbers;
    /// [`ModelError::ClampedLength`] where known numbers leave no length on the sphere;
    /// [`ModelError::CoupledClamp`] where outputs depend on each other in another way.
    pub fn start_clamped(&self, cues: &[T], known: &[bool]) -> Result<Batch<T>, ModelError> {
        let sphere = is_sphere(&self.visible.0);
        if !sphere && !self.visible.0.properties().is_separable() {
            return Err(ModelError::CoupledClamp);
        }
        let mut batch = self.start(cues)?;
        width("the mask", known.len(), cues.len())?;
        let d = self.features();
        for (q, known) in known.chunks_exact(d).enumerate() {
            let features = (0..d).filter(|&i| !known[i]).collect();
            let mut free = Free { features, radius: 1.0 };
            let cue = q * d..(q + 1) * d;
            if sphere && free.features.len() < d {
                split_sphere(q, &cues[cue.clone()], &mut free, &mut batch.g[cue])?;
            }
            batch.queries[q].free = Some(free);
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

/// Whether L = ‖v‖: by what it says of itself, and by two values.
fn is_sphere<T: Real>(visible: &impl Lagrangian<T>) -> bool {
    let properties = visible.properties();
    let said = properties.homogeneous
        && properties.group.is_none()
        && properties.zero_modes == ZeroModes::RADIAL;
    let length = |numbers: &[f64], length: f64| {
        let numbers: Vec<T> = numbers.iter().map(|x| T::of(*x)).collect();
        (visible.value(&numbers) - length).abs() <= 16.0 * T::UNIT_ROUNDOFF * length
    };
    // lengths of two and of three numbers: a root mean square differs in one of them
    said && length(&[3.0, -4.0], 5.0) && length(&[2.0, 3.0, 6.0], 7.0)
}

/// Known numbers of a cue become outputs, and the others what is left of length 1.
fn split_sphere<T: Real>(
    cue: usize,
    numbers: &[T],
    free: &mut Free,
    g: &mut [T],
) -> Result<(), ModelError> {
    g.copy_from_slice(numbers);
    free.features.iter().for_each(|&i| g[i] = T::ZERO);
    let length = norm(g);
    if free.features.is_empty() {
        return Ok(());
    }
    // less than a rounding of the known length is nothing
    let left = (1.0 - length) * (1.0 + length);
    if !(left > 8.0 * T::UNIT_ROUNDOFF) {
        return Err(ModelError::ClampedLength { cue, length });
    }
    free.radius = left.sqrt();
    let others: Vec<T> = free.features.iter().map(|&i| numbers[i]).collect();
    let size = norm(&others);
    if size > 0.0 {
        let place = |(&i, x): (&usize, &T)| g[i] = T::of(free.radius * (x.f64() / size));
        free.features.iter().zip(&others).for_each(place);
    }
    Ok(())
}
