//! `--explain` and `--values`: what is proved of a state, what it votes for, what it is paired with.

use crate::args::{Model, RecallArgs};
use crate::failure::Failure;
use crate::files::Facts;
use crate::model::Built;
use crate::separation;
use crate::source::source;
use attractor_dynamics::Outcome;
use attractor_effective::{Explanation, ModelError, Retrieval, Vote, associate, explain, vote};
use attractor_io::{ReadOptions, read_patterns};
use attractor_synapse::{Element, Patterns};

/// What `--explain` adds to a state.
#[derive(Debug, Default)]
pub(crate) struct Insight<'a> {
    /// Of model B with log-sum-exp.
    pub(crate) proved: Option<Explanation>,
    /// Where the memories have labels.
    pub(crate) votes: Vec<Vote<&'a str>>,
}

/// One for each state, or nothing where it was not asked for.
pub(crate) fn insights<'a, T: Element>(
    args: &RecallArgs,
    built: &Built<T>,
    (facts, known): (&'a Facts, Option<&[bool]>),
    found: &[Retrieval<T>],
) -> Result<Vec<Insight<'a>>, Failure> {
    if !args.explain {
        return Ok(Vec::new());
    }
    let softmax = built.hidden.name() == "log-sum-exp" && args.choice.model == Model::Modern;
    let beta = separation::beta(&built.hidden).filter(|_| softmax);
    let labels = facts.names();
    let d = built.model.features();
    let insight = |(q, found): (usize, &Retrieval<T>)| {
        if found.outcome == Outcome::NotFinite {
            return Ok(Insight::default());
        }
        let state = &found.state;
        let known = known.map(|known| &known[q * d..][..d]);
        let proved = beta.map(|beta| explain(&built.model, beta, state, known)).transpose()?;
        let votes = labels.as_ref().map(|labels| built.model.vote(state, labels)).transpose()?;
        Ok(Insight { proved, votes: votes.unwrap_or_default() })
    };
    found.iter().enumerate().map(insight).collect()
}

/// The values that memories are paired with, one row for each.
pub(crate) fn values<T: Element>(
    args: &RecallArgs,
    facts: &Facts,
) -> Result<Option<Patterns<T>>, Failure> {
    let Some(path) = &args.values else { return Ok(None) };
    let values = read_patterns::<T>(&source(path), &ReadOptions { array: None })?;
    let (rows, expected) = (values.patterns.len(), facts.stored);
    if rows != expected {
        return Err(Failure::input(format!(
            "{path}: there are {rows} values, but {expected} memories: give one row for each memory"
        )));
    }
    let Some(kept) = &facts.kept else { return Ok(Some(values.patterns)) };
    let rows: Vec<&[T]> = kept.iter().map(|&mu| values.patterns.row(mu)).collect();
    let kept = Patterns::from_rows(&rows);
    Ok(Some(kept.map_err(|error| Failure::input(format!("{path}: {error}")))?))
}

/// What each state is paired with, by the weights of its memories; where there are none, because the state
/// is not finite, no number.
pub(crate) fn paired<T: Element>(
    values: &Patterns<T>,
    weights: impl Iterator<Item = Result<Option<Vec<f64>>, ModelError>>,
) -> Result<Vec<Vec<T>>, Failure> {
    let pair = |weights: Result<Option<Vec<f64>>, ModelError>| match weights? {
        None => Ok(vec![T::of(f64::NAN); values.features()]),
        Some(weights) => Ok(associate(&weights, values)?.into_iter().map(T::of).collect()),
    };
    weights.map(pair).collect()
}

/// What labels say of each state, by the weights of its memories.
pub(crate) fn votes<'a>(
    facts: &'a Facts,
    weights: impl Iterator<Item = Result<Vec<f64>, ModelError>>,
) -> Result<Vec<Insight<'a>>, Failure> {
    let Some(labels) = facts.names() else { return Ok(Vec::new()) };
    let insight = |weights: Result<Vec<f64>, ModelError>| {
        Ok(Insight { proved: None, votes: vote(&weights?, &labels)? })
    };
    weights.map(insight).collect()
}
