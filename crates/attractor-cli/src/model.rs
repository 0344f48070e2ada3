//! From names on the command line to a model.

use crate::args::{Beta, Bias, Model, RecallArgs, Separation};
use crate::failure::Failure;
use attractor_effective::{Effective, sufficient_beta};
use attractor_lagrangian::{
    Absolute, Additive, EvenPower, Exponential, Lagrangian, LogSumExp, Norm, Quadratic,
    RectifiedPower,
};
use attractor_synapse::{Element, Memories, Synapses};

/// A model chosen at run time; it has no second code path.
pub(crate) type AnyModel<T> = Effective<T, Box<dyn Lagrangian<T>>, Box<dyn Lagrangian<T>>>;

/// The name under which a separation is reported.
pub(crate) fn separation_name(separation: Separation) -> &'static str {
    match separation {
        Separation::LogSumExp => "log-sum-exp",
        Separation::RectifiedPower => "rectified-power",
        Separation::Power => "power",
        Separation::Exponential => "exponential",
    }
}

/// The name under which a model is reported.
pub(crate) fn model_name(model: Model) -> &'static str {
    match model {
        Model::Hopfield => "hopfield",
        Model::Dense => "dense",
        Model::Modern => "modern",
        Model::Spherical => "spherical",
    }
}

/// The separation asked for, or the one that gives the model its name.
pub(crate) fn separation(args: &RecallArgs) -> Separation {
    args.separation.unwrap_or(match args.model {
        Model::Hopfield => Separation::Power,
        Model::Dense => Separation::RectifiedPower,
        Model::Modern => Separation::LogSumExp,
        Model::Spherical => Separation::Exponential,
    })
}

/// β and n as they will be used, checked against the separation before any file is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parameters {
    pub(crate) separation: Separation,
    pub(crate) beta: Option<Beta>,
    pub(crate) power: Option<u32>,
}

/// Which parameters the separation has; one that it has not is a usage error, never ignored.
pub(crate) fn parameters(args: &RecallArgs) -> Result<Parameters, Failure> {
    let separation = separation(args);
    let name = separation_name(separation);
    let has_beta = matches!(separation, Separation::LogSumExp | Separation::Exponential);
    if !has_beta && args.beta.is_some() {
        return Err(Failure::usage(format!(
            "the separation {name} has no beta: leave --beta out, or use --separation log-sum-exp or exponential"
        )));
    }
    if has_beta && args.power.is_some() {
        return Err(Failure::usage(format!(
            "the separation {name} has no power: leave --power out, or use --separation rectified-power or power"
        )));
    }
    let default_power = if separation == Separation::Power { 2 } else { 3 };
    let parameters = Parameters {
        separation,
        beta: has_beta.then(|| args.beta.unwrap_or(Beta::Value(1.0))),
        power: (!has_beta).then(|| args.power.unwrap_or(default_power)),
    };
    hidden::<f32>(parameters, 1.0)?;
    Ok(parameters)
}

fn visible<T: Element>(model: Model) -> Box<dyn Lagrangian<T>> {
    match model {
        Model::Hopfield | Model::Dense => Box::new(Absolute),
        Model::Modern => Box::new(Quadratic),
        Model::Spherical => Box::new(Norm),
    }
}

fn hidden<T: Element>(
    parameters: Parameters,
    beta: f64,
) -> Result<Box<dyn Lagrangian<T>>, Failure> {
    let power = parameters.power.unwrap_or_default();
    Ok(match parameters.separation {
        Separation::LogSumExp => Box::new(LogSumExp::new(beta)?),
        Separation::Exponential => Box::new(Additive(Exponential::new(beta)?)),
        Separation::RectifiedPower => Box::new(Additive(RectifiedPower::new(power)?)),
        Separation::Power => Box::new(Additive(EvenPower::new(power)?)),
    })
}

/// A model with the β it uses, `None` where its separation has none.
pub(crate) fn build<T: Element>(
    args: &RecallArgs,
    parameters: Parameters,
    memories: Synapses<T>,
) -> Result<(AnyModel<T>, Option<f64>), Failure> {
    let euclidean = args.bias == Bias::Euclidean;
    let beta = match parameters.beta {
        Some(Beta::Auto) => Some(auto_beta(&memories, euclidean)?),
        Some(Beta::Value(beta)) => Some(beta),
        None => None,
    };
    let hidden = hidden::<T>(parameters, beta.unwrap_or(1.0))?;
    let model = Effective::new(visible::<T>(args.model), hidden, memories)?;
    Ok((if euclidean { model.with_euclidean_bias()? } else { model }, beta))
}

/// At most this many memories stand for all when separations are measured.
const SAMPLE: usize = 1024;

/// The separations of up to [`SAMPLE`] evenly spaced memories, ascending.
pub(crate) fn separations<T: Element>(memories: &Synapses<T>, euclidean: bool) -> Vec<f64> {
    let n = memories.memories();
    let count = n.min(SAMPLE);
    let ids: Vec<usize> = (0..count).map(|i| i * n / count).collect();
    let bias: Option<Vec<f64>> =
        euclidean.then(|| memories.squared_norms().iter().map(|s| -0.5 * s).collect());
    let mut found = memories.separations(&ids, bias.as_deref());
    found.sort_by(f64::total_cmp);
    found
}

/// The smallest β at which the median memory is well separated.
pub(crate) fn auto_beta<T: Element>(
    memories: &Synapses<T>,
    euclidean: bool,
) -> Result<f64, Failure> {
    let found = separations(memories, euclidean);
    let median = found[found.len() / 2];
    let beta = sufficient_beta(median, memories.memories(), memories.largest_norm());
    beta.ok_or_else(|| {
        Failure::input(format!(
            "--beta auto needs memories that can be told apart, but their median separation is {median:.3e}: store them with --normalize unit or center, use --bias euclidean, or give --beta a number"
        ))
    })
}
