//! The hidden Lagrangian on the command line: a name, or a Lagrangian as data.

use crate::args::Beta;
use crate::failure::Failure;
use attractor_lagrangian::AnyLagrangian;
use serde_json::{Map, Value};
use std::str::FromStr;

/// A Lagrangian by name with the parameters that came with it; flags and defaults give the others.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Separation {
    name: &'static str,
    parameters: &'static [&'static str],
    given: Map<String, Value>,
}

impl FromStr for Separation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, given) = if text.trim_start().starts_with('{') {
            from_data(text)?
        } else {
            (text.to_owned(), Map::new())
        };
        let known = AnyLagrangian::NAMES.iter().find(|(known, _)| *known == name);
        let &(name, parameters) = known.ok_or_else(|| {
            let names: Vec<_> = AnyLagrangian::NAMES.iter().map(|(name, _)| *name).collect();
            format!("there is no separation {name}: use one of {}", names.join(", "))
        })?;
        if let Some(unknown) = given.keys().find(|key| !parameters.contains(&key.as_str())) {
            return Err(format!("{name} has no {unknown}; its parameters are {parameters:?}"));
        }
        Ok(Self { name, parameters, given })
    }
}

/// `{"name": {…}}` as its name and its parameters.
fn from_data(text: &str) -> Result<(String, Map<String, Value>), String> {
    const FORM: &str = r#"write it like {"log-sum-exp": {"beta": 8.0}}"#;
    let data: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| format!("{error}; {FORM}"))?;
    match data.into_iter().collect::<Vec<_>>().as_slice() {
        [(name, Value::Object(given))] => Ok((name.clone(), given.clone())),
        _ => Err(FORM.to_owned()),
    }
}

impl Separation {
    /// The separation that gives a model its name.
    pub(crate) fn named(name: &str) -> Self {
        name.parse().unwrap_or_else(|error: String| unreachable!("{error}"))
    }

    /// A parameter that flags can set as well is given once, and only where it exists.
    pub(crate) fn check_flag(&self, parameter: &str, flag: &str) -> Result<(), Failure> {
        let name = self.name;
        if self.given.contains_key(parameter) {
            return Err(Failure::usage(format!(
                "--separation gives {parameter} already: leave {flag} out"
            )));
        }
        if self.has(parameter) {
            return Ok(());
        }
        let others: Vec<_> = AnyLagrangian::NAMES
            .iter()
            .filter(|(_, parameters)| parameters.contains(&parameter))
            .map(|(name, _)| *name)
            .collect();
        Err(Failure::usage(format!(
            "the separation {name} has no {}: leave {flag} out, or use one that has: {}",
            flag.trim_start_matches('-'),
            others.join(", ")
        )))
    }

    pub(crate) fn has(&self, parameter: &str) -> bool {
        self.parameters.contains(&parameter)
    }

    /// Whether the parameter came with the name.
    pub(crate) fn gives(&self, parameter: &str) -> bool {
        self.given.contains_key(parameter)
    }

    /// β as it will be used: from the data, from the flag, or 1; `None` if there is no β.
    pub(crate) fn beta(&self, flag: Option<Beta>) -> Option<Beta> {
        let given = self.given.get("beta").and_then(Value::as_f64).map(Beta::Value);
        self.has("beta").then(|| given.or(flag).unwrap_or(Beta::Value(1.0)))
    }

    /// The power as it will be used; `None` if there is none.
    pub(crate) fn power(&self, flag: Option<u32>) -> Option<u32> {
        let given = self.given.get("n").and_then(Value::as_u64).and_then(|n| n.try_into().ok());
        let default = if self.name == "power" { 2 } else { 3 };
        self.has("n").then(|| given.or(flag).unwrap_or(default))
    }

    /// The Lagrangian with these two and defaults for the others.
    pub(crate) fn lagrangian(
        &self,
        beta: Option<f64>,
        power: Option<u32>,
    ) -> Result<AnyLagrangian, Failure> {
        let mut all = self.given.clone();
        for &parameter in self.parameters {
            let default = match parameter {
                "beta" => beta.map(Value::from),
                "n" => power.map(Value::from),
                other => default(other),
            };
            if let (false, Some(value)) = (all.contains_key(parameter), default) {
                all.insert(parameter.to_owned(), value);
            }
        }
        let name = Value::String(self.name.to_owned());
        let data = if self.parameters.is_empty() {
            name
        } else {
            Value::Object(Map::from_iter([(self.name.to_owned(), Value::Object(all))]))
        };
        serde_json::from_value(data).map_err(|error| {
            Failure::usage(format!(
                "--separation {}: {error}; parameters without a flag are given as data, like --separation '{{\"entmax\": {{\"alpha\": 1.5}}}}'",
                self.name
            ))
        })
    }
}

/// β, if the Lagrangian has one.
pub(crate) fn beta(of: &AnyLagrangian) -> Option<f64> {
    parameter(of, "beta")?.as_f64()
}

/// The power n, if the Lagrangian has one.
pub(crate) fn power(of: &AnyLagrangian) -> Option<u64> {
    parameter(of, "n")?.as_u64()
}

fn parameter(of: &AnyLagrangian, name: &str) -> Option<Value> {
    serde_json::to_value(of).ok()?.get(of.name())?.get(name).cloned()
}

/// What a parameter is where nothing else is said.
fn default(parameter: &str) -> Option<Value> {
    match parameter {
        "alpha" => Some(1.5.into()),
        "gamma" => Some(2.0.into()),
        _ => None,
    }
}
