//! The integrators by name.

use crate::args::TraceArgs;
use crate::failure::Failure;
use attractor_lagrangian::AnyLagrangian;
use attractor_network::{
    Adaptive, DormandPrince, Euler, ExponentialEuler, Integrator, Lie, PlanError, Rk4, Strang,
};
use attractor_synapse::{Element, Synapses};
use clap::builder::PossibleValuesParser;

/// An integrator chosen at run time.
pub(crate) type AnyIntegrator<T> = dyn Integrator<T, AnyLagrangian, AnyLagrangian, Synapses<T>>;

/// What an integrator that estimates its error tolerates, unless it is told.
const TOLERANCE: f64 = 1e-3;
/// The absolute tolerance as a share of the relative one: it counts near silence alone.
const FLOOR: f64 = 1e-3;

/// All of them, the default first.
fn all<T: Element>(tolerance: f64) -> Result<Vec<Box<AnyIntegrator<T>>>, PlanError> {
    Ok(vec![
        Box::new(Strang),
        Box::new(Lie),
        Box::new(Euler),
        Box::new(ExponentialEuler),
        Box::new(Rk4),
        Box::new(Adaptive::new(tolerance, FLOOR * tolerance)?),
        Box::new(DormandPrince::new(tolerance, FLOOR * tolerance)?),
    ])
}

/// The names that the command line takes.
pub(crate) fn names() -> PossibleValuesParser {
    let all = all::<f64>(TOLERANCE).unwrap_or_else(|error| unreachable!("{error}"));
    PossibleValuesParser::new(all.iter().map(|integrator| integrator.name()))
}

/// What the integrator tolerates, if it estimates its error.
pub(crate) fn tolerance(args: &TraceArgs) -> Result<Option<f64>, Failure> {
    match (args.integrator.as_str(), args.tolerance) {
        ("adaptive" | "dormand-prince", given) => Ok(Some(given.unwrap_or(TOLERANCE))),
        (_, None) => Ok(None),
        (name, Some(_)) => Err(Failure::usage(format!(
            "--tolerance: {name} takes steps of --dt whatever its error; use it with --integrator adaptive or dormand-prince"
        ))),
    }
}

/// The integrator of this name, which the command line has checked.
pub(crate) fn named<T: Element>(
    name: &str,
    tolerance: Option<f64>,
) -> Result<Box<AnyIntegrator<T>>, Failure> {
    let all = all(tolerance.unwrap_or(TOLERANCE))?;
    let found = all.into_iter().find(|integrator| integrator.name() == name);
    Ok(found.unwrap_or_else(|| unreachable!("{name} is none of the names")))
}
