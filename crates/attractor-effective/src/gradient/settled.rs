//! Settled states by implicit differentiation.

use super::{Gradient, Step, finite, hold, inner, length};
use crate::error::width;
use crate::model::checked;
use crate::{Effective, ModelError};
use attractor_lagrangian::Lagrangian;
use attractor_synapse::{Element, Memories};

impl<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, M: Memories<T>> Effective<T, Lv, Lh, M> {
    /// The gradient of ℓ(g*) of a settled state by implicit differentiation: g* = g(I + Ξᵀf(Ξg* + b)) moves
    /// with the model as (1 − J)⁻¹ times one step does, J = ∂²L_v·Ξᵀ·∂²L_h·Ξ. The system is solved by
    /// conjugate gradients in the inner product of ∂²L_v, in which 1 − J is symmetric, and positive where
    /// the state is a minimum of the energy: d steps at most, of two products with Ξ each.
    ///
    /// Within its basin, where a state settles does not depend on where it came from: the gradient with
    /// respect to the query is 0 but for the features that are `known`, d flags, as in
    /// [`Effective::complete`], for which it is that with respect to their outputs.
    ///
    /// # Errors
    /// As [`Effective::energy_gradient`]; [`ModelError::Restless`] for a state that is not at rest to √u,
    /// [`ModelError::NotStable`] where 1 − J is not positive; [`ModelError::CoupledClamp`] as there.
    pub fn settled_gradient(
        &self,
        state: &[T],
        known: Option<&[bool]>,
        slope: &[f64],
    ) -> Result<Gradient, ModelError> {
        self.check_numbers(state)?;
        checked("a number of the slope", slope.to_vec(), state.len())?;
        known.map_or(Ok(()), |known| width("the mask", known.len(), state.len()))?;
        if known.is_some() && !self.visible.0.properties().is_separable() {
            return Err(ModelError::CoupledClamp);
        }
        let step = Step { known, ..self.apply(state)? };
        self.check_rest(&step)?;
        let mut gradient = self.nothing();
        let pull = self.solve(&step, slope)?;
        let w = self.visible_pull(&step.t, &pull, known, &mut gradient);
        let pulled = self.pull_back(&step, &w, &mut gradient);
        let flags = known.unwrap_or_default().iter().zip(slope).zip(&pulled);
        let of_known = flags.map(|((known, slope), p)| if *known { slope + p.f64() } else { 0.0 });
        gradient.query.iter_mut().zip(of_known).for_each(|(q, x)| *q = x);
        finite::<T>(gradient)
    }

    fn check_rest(&self, step: &Step<'_, T>) -> Result<(), ModelError> {
        let mut again = step.g.clone();
        self.visible.0.activate(&step.t, &mut again);
        hold(step.known, &mut again, &step.g);
        let square = |(a, b): (&T, &T)| (a.f64() - b.f64()).powi(2);
        let off = step.g.iter().zip(&again).map(square).sum::<f64>().sqrt();
        let rest = T::UNIT_ROUNDOFF.sqrt();
        let size = inner(&step.g, &step.g).sqrt();
        if off <= rest * size.max(1.0) {
            return Ok(());
        }
        Err(ModelError::Restless { residual: off / size.max(f64::MIN_POSITIVE) })
    }

    /// λ = slope + Jᵀλ, Jᵀ = Ξᵀ·∂²L_h·Ξ·∂²L_v.
    fn solve(&self, step: &Step<'_, T>, slope: &[f64]) -> Result<Vec<T>, ModelError> {
        let slope: Vec<T> = slope.iter().map(|x| T::of(*x)).collect();
        let mut solution = vec![T::ZERO; slope.len()];
        let mut left = slope;
        let mut along = left.clone();
        let mut curved = self.curved_visible(&step.t, &left, step.known);
        let mut of_left = curved.clone();
        let mut square = inner(&left, &curved);
        let mut steepest = 0.0f64;
        let noise = (16 * (left.len() + 8)) as f64 * T::UNIT_ROUNDOFF;
        let enough = (8.0 * T::UNIT_ROUNDOFF).powi(2) * square;
        for _ in 0..2 * solution.len() + 8 {
            let twice = self.curved_visible(&step.t, &of_left, step.known);
            let (pull, bent) = (length(&of_left), length(&twice));
            steepest = steepest.max(pull / length(&left)).max(bent / pull);
            // what rounding leaves; along zero modes of ∂²L_v a residual never shrinks, and pulls at nothing
            let attained = noise * steepest * (length(&left) + length(&solution));
            if square <= enough || pull <= attained {
                return Ok(solution);
            }
            let image = self.through(step, &curved);
            // (1 − Jᵀ)p, and its product with ∂²L_v·p
            let rest: Vec<T> = along.iter().zip(&image).map(|(p, j)| *p - *j).collect();
            let stiff = inner(&rest, &curved);
            if !(stiff > 0.0) {
                return Err(ModelError::NotStable);
            }
            let by = T::of(square / stiff);
            solution.iter_mut().zip(&along).for_each(|(x, p)| *x += by * *p);
            left.iter_mut().zip(&rest).for_each(|(r, a)| *r -= by * *a);
            of_left = self.curved_visible(&step.t, &left, step.known);
            let next = inner(&left, &of_left);
            let keep = T::of(next / square);
            along.iter_mut().zip(&left).for_each(|(p, r)| *p = *r + keep * *p);
            curved = self.curved_visible(&step.t, &along, step.known);
            square = next;
        }
        Err(ModelError::NotStable)
    }

    /// Ξᵀ·∂²L_h·Ξw.
    fn through(&self, step: &Step<'_, T>, w: &[T]) -> Vec<T> {
        let mut hidden = vec![T::ZERO; step.h.len()];
        self.hidden().curve(&step.h, &self.overlaps(w), &mut hidden);
        self.field(&hidden)
    }
}
