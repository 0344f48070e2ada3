//! Driving diffsol's solvers step by step, and looking at every step.

use super::field::{Field, is_bounded};
use super::{Reference, ReferencePlan};
use attractor_dynamics::Outcome;
use attractor_lagrangian::Lagrangian;
use attractor_synapse::Memories;
use diffsol::error::DiffsolError;
use diffsol::{
    FaerLU, FaerMat, FaerVec, OdeBuilder, OdeEquations, OdeSolverMethod, OdeSolverStopReason, Op,
    Vector,
};

/// Where a run has come: times count from its start.
#[derive(Debug)]
pub(super) struct Way {
    /// The last accepted step.
    pub(super) last: (f64, Vec<f64>),
    /// The currents at the times asked for.
    pub(super) kept: Vec<(f64, Vec<f64>)>,
    pub(super) steps: usize,
    pub(super) outcome: Outcome,
}

/// Runs from `start` by plan.
pub(super) fn drive<Lv: Lagrangian<f64>, Lh: Lagrangian<f64>, M: Memories<f64>>(
    reference: Reference,
    field: &Field<'_, Lv, Lh, M>,
    start: Vec<f64>,
    plan: &ReferencePlan,
) -> Way {
    let begin = start.clone();
    let mut way =
        Way { last: (0.0, start), kept: Vec::new(), steps: 0, outcome: Outcome::OutOfSteps };
    let mut problem = OdeBuilder::<FaerMat<f64>>::new()
        .rtol(plan.tolerances.rtol)
        .atol([plan.tolerances.atol])
        .rhs_implicit(
            |y, _, _, out| field.velocity(y, out),
            |y, _, _, direction, out| field.product(y, direction, out),
        )
        .init(|_, _, y| y.copy_from_slice(&begin), begin.len())
        .build()
        .expect("there is a right-hand side, a start and one tolerance for all");
    let options = &mut problem.ode_options;
    // counted over the whole run by diffsol; the cap on evaluations ends what never converges
    options.max_nonlinear_solver_failures = usize::MAX;
    // an absolute 1e-13 in diffsol, whatever the unit of time
    options.min_timestep = f64::MIN_POSITIVE;
    let ended = match reference {
        Reference::Bdf => {
            problem.bdf::<FaerLU<f64>>().and_then(|solver| way.follow(solver, field, plan))
        }
        Reference::Tsit45 => problem.tsit45().and_then(|solver| way.follow(solver, field, plan)),
    };
    // an integrator that cannot go on has made its steps too small: the state is the last good one
    way.outcome = field.end().or(ended.ok()).unwrap_or(Outcome::OutOfSteps);
    way
}

impl Way {
    /// Steps to every stop of the plan.
    fn follow<'a, Eqn, S, Lv, Lh, M>(
        &mut self,
        mut solver: S,
        field: &Field<'_, Lv, Lh, M>,
        plan: &ReferencePlan,
    ) -> Result<Outcome, DiffsolError>
    where
        Eqn: OdeEquations + Op<T = f64, V = FaerVec<f64>> + 'a,
        S: OdeSolverMethod<'a, Eqn>,
        Lv: Lagrangian<f64>,
        Lh: Lagrangian<f64>,
        M: Memories<f64>,
    {
        for (stop, keep) in plan.stops() {
            solver.set_stop_time(stop)?;
            loop {
                let reason = solver.step()?;
                let (t, y) = (solver.state().t, solver.state().y.clone_as_vec());
                if field.end().is_some() || !is_bounded(&y) {
                    return Ok(Outcome::NotFinite);
                }
                self.last = (t, y);
                self.steps += 1;
                if matches!(reason, OdeSolverStopReason::TstopReached) {
                    break;
                }
            }
            if keep {
                self.kept.push(self.last.clone());
            }
        }
        Ok(Outcome::Finished)
    }
}
