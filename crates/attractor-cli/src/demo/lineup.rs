//! The models that the demonstration compares.

use super::digits::Digits;
use crate::failure::Failure;
use crate::model::{AnyModel, auto_beta};
use crate::separation;
use attractor_effective::Effective;
use attractor_lagrangian::{
    Absolute, Additive, AnyLagrangian, EvenPower, Exponential, LogSumExp, Norm, Quadratic,
    RectifiedPower,
};
use attractor_synapse::{Normalization, Normalize, Patterns, Synapses};
use serde::Serialize;

/// A model by the names that `attractor recall` takes.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Setting {
    pub(crate) model: &'static str,
    pub(crate) separation: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) power: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) beta: Option<f64>,
    pub(crate) bias: &'static str,
    pub(crate) normalize: &'static str,
}

/// A model that holds the digits.
#[derive(Debug)]
pub(crate) struct Contender {
    /// A short name for columns and legends.
    pub(crate) name: &'static str,
    pub(crate) setting: Setting,
    pub(crate) model: AnyModel<f64>,
    normalization: Normalization,
}

/// Where the models stand in the line-up.
pub(crate) const HOPFIELD: usize = 0;
/// Model A with power 3.
pub(crate) const DENSE: usize = 1;
/// Model B without bias.
pub(crate) const MODERN: usize = 4;
/// Model C.
pub(crate) const SPHERICAL: usize = 6;

/// All models, each with the digits stored as it needs them.
pub(crate) fn lineup(digits: &Digits) -> Result<Vec<Contender>, Failure> {
    let signs = Stored::new(Normalize::Sign, digits)?;
    let units = Stored::new(Normalize::Unit, digits)?;
    let greys = Stored::new(Normalize::None, digits)?;
    let beta = auto_beta(&units.synapses, false)?;
    let power = |n| RectifiedPower::new(n).map(Additive);
    let exponential = |beta| Exponential::new(beta).map(Additive);
    Ok(vec![
        signs.under("Hopfield", "hopfield", Additive(EvenPower::new(2)?), Absolute)?,
        signs.under("A, power 3", "dense", power(3)?, Absolute)?,
        signs.under("A, power 20", "dense", power(20)?, Absolute)?,
        signs.under("A, exp", "dense", exponential(1.0)?, Absolute)?,
        units.under("B", "modern", LogSumExp::new(beta)?, Quadratic)?,
        greys.euclidean("B, distances")?,
        units.under("C", "spherical", exponential(beta)?, Norm)?,
    ])
}

/// How many times smaller the β of [`warm`] is.
const WARMER: f64 = 8.0;

/// Model B at a β too small for the digits.
pub(crate) fn warm(digits: &Digits) -> Result<Contender, Failure> {
    let units = Stored::new(Normalize::Unit, digits)?;
    let beta = auto_beta(&units.synapses, false)? / WARMER;
    units.under(WARM, "modern", LogSumExp::new(beta)?, Quadratic)
}

/// The name of the model [`warm`].
pub(crate) const WARM: &str = "B, too warm";

/// The digits in one normalisation.
struct Stored {
    normalization: Normalization,
    synapses: Synapses<f64>,
}

impl Stored {
    fn new(kind: Normalize, digits: &Digits) -> Result<Self, Failure> {
        let normalization = Normalization::fit(kind, &digits.pixels);
        let synapses = Synapses::new(normalized(&normalization, &digits.pixels)?);
        Ok(Self { normalization, synapses })
    }

    fn under(
        &self,
        name: &'static str,
        model: &'static str,
        hidden: impl Into<AnyLagrangian>,
        visible: impl Into<AnyLagrangian>,
    ) -> Result<Contender, Failure> {
        let hidden = hidden.into();
        let setting = Setting {
            model,
            separation: hidden.name(),
            power: separation::power(&hidden),
            beta: separation::beta(&hidden),
            bias: "none",
            normalize: self.normalization.kind().name(),
        };
        let model = Effective::new(visible.into(), hidden, self.synapses.clone())?;
        Ok(Contender { name, setting, model, normalization: self.normalization.clone() })
    }

    fn euclidean(&self, name: &'static str) -> Result<Contender, Failure> {
        let beta = auto_beta(&self.synapses, true)?;
        let mut found = self.under(name, "modern", LogSumExp::new(beta)?, Quadratic)?;
        found.model = found.model.with_euclidean_bias()?;
        found.setting.bias = "euclidean";
        Ok(found)
    }
}

impl Contender {
    /// The cues as this model wants them: the treatment that the memories had.
    pub(crate) fn prepare(&self, cues: &Patterns<f64>) -> Result<Patterns<f64>, Failure> {
        normalized(&self.normalization, cues)
    }

    /// Memory `index` as it is stored.
    pub(crate) fn memory(&self, index: usize) -> &[f64] {
        self.model.memories().patterns().row(index)
    }

    /// β or n in a few characters.
    pub(crate) fn parameter(&self) -> String {
        match (self.setting.beta, self.setting.power) {
            (Some(beta), _) => format!("β\u{a0}=\u{a0}{}", short(beta)),
            (_, Some(power)) => format!("n\u{a0}=\u{a0}{power}"),
            _ => String::new(),
        }
    }
}

/// At least two digits that matter.
fn short(x: f64) -> String {
    match x {
        x if x >= 10.0 => format!("{x:.0}"),
        x if x >= 1.0 => format!("{}", (10.0 * x).round() / 10.0),
        x if x >= 0.01 => format!("{x:.3}"),
        x => format!("{x:.1e}"),
    }
}

fn normalized(how: &Normalization, patterns: &Patterns<f64>) -> Result<Patterns<f64>, Failure> {
    how.apply(patterns.clone()).map_err(|error| Failure::input(error.to_string()))
}
