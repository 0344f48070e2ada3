//! From names on the command line to a model.

use crate::args::{Beta, Bias, Model, ModelArgs};
use crate::failure::Failure;
use crate::separation::Separation;
use attractor_effective::{Effective, sufficient_beta};
use attractor_lagrangian::{Absolute, AnyLagrangian, Norm, Quadratic};
use attractor_network::Network;
use attractor_synapse::{Element, Memories, Synapses};

/// A model chosen at run time; it has no second code path.
pub(crate) type AnyModel<T> = Effective<T, AnyLagrangian, AnyLagrangian>;

/// A network chosen at run time.
pub(crate) type AnyNetwork<T> = Network<T, AnyLagrangian, AnyLagrangian>;

/// The name under which a model is reported.
pub(crate) fn model_name(model: Model) -> &'static str {
    match model {
        Model::Hopfield => "hopfield",
        Model::Dense => "dense",
        Model::Modern => "modern",
        Model::Spherical => "spherical",
        Model::Epanechnikov => "epanechnikov",
    }
}

/// The separation asked for, or the one that gives the model its name.
fn separation(args: &ModelArgs) -> Result<Separation, Failure> {
    let own = match args.model {
        Model::Epanechnikov => {
            return Err(Failure::usage(
                "--model epanechnikov has no hidden neurons to run in time: use it with recall",
            ));
        }
        Model::Hopfield => "power",
        Model::Dense => "rectified-power",
        Model::Modern => "log-sum-exp",
        Model::Spherical => "exponential",
    };
    Ok(args.separation.clone().unwrap_or_else(|| Separation::named(own)))
}

/// β and n as they will be used, checked against the separation before any file is read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameters {
    separation: Separation,
    pub(crate) beta: Option<Beta>,
    power: Option<u32>,
}

/// Which parameters the separation has; one that it has not is a usage error, never ignored.
pub(crate) fn parameters(args: &ModelArgs) -> Result<Parameters, Failure> {
    let separation = separation(args)?;
    if args.beta.is_some() {
        separation.check_flag("beta", "--beta")?;
    }
    if args.power.is_some() {
        separation.check_flag("n", "--power")?;
    }
    let (beta, power) = (separation.beta(args.beta), separation.power(args.power));
    let parameters = Parameters { separation, beta, power };
    parameters.lagrangian(1.0)?;
    Ok(parameters)
}

impl Parameters {
    /// The hidden Lagrangian, with this β where it has one and none came with its name.
    fn lagrangian(&self, beta: f64) -> Result<AnyLagrangian, Failure> {
        self.separation.lagrangian(Some(beta), self.power)
    }
}

fn visible(model: Model) -> AnyLagrangian {
    match model {
        Model::Hopfield | Model::Dense => Absolute.into(),
        Model::Modern | Model::Epanechnikov => Quadratic.into(),
        Model::Spherical => Norm.into(),
    }
}

/// A model with the hidden Lagrangian that was asked for.
#[derive(Debug)]
pub(crate) struct Built<T> {
    pub(crate) model: AnyModel<T>,
    pub(crate) hidden: AnyLagrangian,
}

/// A network with the hidden Lagrangian that was asked for.
#[derive(Debug)]
pub(crate) struct BuiltNetwork<T> {
    pub(crate) network: AnyNetwork<T>,
    pub(crate) hidden: AnyLagrangian,
}

/// The model asked for.
pub(crate) fn effective<T: Element>(
    args: &ModelArgs,
    parameters: &Parameters,
    memories: Synapses<T>,
) -> Result<Built<T>, Failure> {
    let hidden = hidden(args, parameters, &memories)?;
    let model = Effective::new(visible(args.model), hidden.clone(), memories)?;
    let euclidean = args.bias == Bias::Euclidean;
    Ok(Built { model: if euclidean { model.with_euclidean_bias()? } else { model }, hidden })
}

/// The two-body network asked for, with τ_f and τ_h.
pub(crate) fn network<T: Element>(
    args: &ModelArgs,
    parameters: &Parameters,
    memories: Synapses<T>,
    (tau_f, tau_h): (f64, f64),
) -> Result<BuiltNetwork<T>, Failure> {
    let hidden = hidden(args, parameters, &memories)?;
    let network = Network::new(visible(args.model), hidden.clone(), memories)?;
    let network = network.with_times(tau_f, tau_h)?;
    let euclidean = args.bias == Bias::Euclidean;
    let network = if euclidean { network.with_euclidean_bias()? } else { network };
    Ok(BuiltNetwork { network, hidden })
}

/// The hidden Lagrangian; `--beta auto` is told from the memories, and said.
pub(crate) fn hidden<T: Element>(
    args: &ModelArgs,
    parameters: &Parameters,
    memories: &Synapses<T>,
) -> Result<AnyLagrangian, Failure> {
    let beta = match parameters.beta {
        Some(Beta::Auto) => {
            let beta = auto_beta(memories, args.bias == Bias::Euclidean)?;
            anstream::eprintln!("beta = {beta} (auto, from the median separation of the memories)");
            beta
        }
        Some(Beta::Value(beta)) => beta,
        None => 1.0,
    };
    parameters.lagrangian(beta)
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
