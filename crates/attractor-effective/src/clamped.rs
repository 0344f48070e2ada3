//! Queries some of whose features are known: those keep their outputs, the others move.

use crate::batch::Batch;
use crate::error::width;
use crate::{Effective, ModelError};
use attractor_lagrangian::{Lagrangian, Real, ZeroModes, norm};
use attractor_synapse::Memories;

/// Features that are not clamped. Their Lagrangian is `radius` times the layer's: what a unit sphere has left
/// for them, ρ‖v_F‖ with ρ² = 1 − ‖g_C‖², and 1 where outputs do not depend on each other.
#[derive(Debug, Clone)]
pub(crate) struct Free {
    pub(crate) features: Vec<usize>,
    pub(crate) radius: f64,
}

/// The free features of a query that has clamped ones, side by side.
#[derive(Debug)]
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

impl<T: Real, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Effective<T, Lv, Lh, M> {
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
