//! From what was read of all memories to the answer to one query.

use crate::Answer;
use crate::partial::Partial;
use crate::question::{Question, Weight};
use attractor_lagrangian::{OnePass, Real, norm};

/// Writes the answer to query `q`, whose field is this, into the storage of an earlier one; the question is that of the queries
/// that were read together.
pub(crate) fn write<T: Real>(
    question: &Question<'_, T>,
    partial: &Partial,
    q: usize,
    field: &[f64],
    place: &mut Answer,
) {
    let tally = &partial.tallies[q];
    let pool = match question.hidden.one_pass() {
        Some(OnePass::Sum(pool)) => Some(pool),
        _ => None,
    };
    let value = pool.map_or(tally.value, |pool| pool.potential(tally));
    let log_factor = pool.map_or(0.0, |pool| pool.log_factor(tally));
    let silent = tally.weight == 0.0;
    let (gap, gap_slack) = gap(question, partial, q, value);
    let d = question.outputs.len() / partial.queries();
    let mut top = std::mem::take(&mut place.top);
    top.clear();
    if !silent {
        let share = |ln: f64| none_if_nan((ln - tally.log_scale).exp() / tally.weight);
        let named = partial.tops[q].ranked().iter();
        top.extend(named.map(|r| Weight { memory: r.memory, weight: share(r.ln_weight) }));
    }
    *place = Answer {
        value,
        log_scale: if silent { f64::NEG_INFINITY } else { log_factor },
        activity: match silent {
            // what is not finite has no digit that could be trusted
            _ if field.iter().fold(false, |bad, x| bad | !x.is_finite()) => f64::INFINITY,
            true => 0.0,
            false => tally.weight * log_factor.exp(),
        },
        effective_memories: none_if_nan(tally.weight / tally.square * tally.weight),
        active: partial.active[q],
        gap,
        gap_slack,
        nearest: partial.nearest[q].of_length(norm(&question.outputs[q * d..][..d])),
        top,
    };
}

/// Nothing can be said of weights beyond the range of the numbers; that they are is said by `value` or `activity`.
fn none_if_nan(x: f64) -> f64 {
    if x.is_nan() { 0.0 } else { x }
}

/// The hidden term of the last move's certificate and what rounding made of its first order.
fn gap<T: Real>(question: &Question<'_, T>, partial: &Partial, q: usize, value: f64) -> (f64, f64) {
    let Some(moved) = question.moved else { return (0.0, 0.0) };
    let (sums, before) = (&partial.gaps[q], &moved.before[q]);
    match question.hidden.one_pass() {
        Some(OnePass::Sum(pool)) => {
            (pool.gap_value(sums, before, value), pool.gap_slack(sums, before))
        }
        _ => (sums[0], (sums[1] - before.tilt).abs()),
    }
}
