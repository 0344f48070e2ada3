//! The check that a head is model B, against whoever computed it.

use crate::error::size;
use crate::{AttentionError, Head, HeadSample, Mask, Steps};
use attractor_dynamics::{Outcome, StopRule};
use attractor_effective::{Kind, Recall, Retrieval};
use attractor_synapse::{Element, Patterns, Synapses};
use rayon::prelude::*;

/// The most steps on the way to a fixed point.
const PATIENCE: usize = 1000;

/// One head next to model B with its keys as memories, and what kind of memory it is.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HeadEquivalence {
    /// The layer, from 0.
    pub layer: usize,
    /// The head in its layer, from 0.
    pub head: usize,
    /// n, its keys.
    pub memories: usize,
    /// How far model B is from the other implementation: the larger of that of its step softmax(βKq)ᵀK, in units of
    /// the largest |entry| of K, and that of the read-out softmax(βKq)ᵀV, in units of the largest |entry| of V; where
    /// that is 0, as it is.
    pub max_deviation: f64,
    /// The Frobenius norm of the read-out over all tokens: how loud the head is.
    pub context_norm: f64,
    /// n_eff = 1/Σp², the mean over the tokens: how many keys share the attention of a query.
    pub effective_memories: f64,
    /// ½‖q‖² − β⁻¹·ln Σe^{βk·q}, the mean over the tokens.
    pub energy_before: f64,
    /// The same after one step of model B.
    pub energy_after: f64,
    /// The share of the tokens whose query settles, by more steps than a transformer takes, where one key has all but
    /// all of the weight (n_eff ≤ 1.1).
    pub single: f64,
    /// The share that settles among several keys.
    pub metastable: f64,
    /// The share that settles where all keys weigh about the same (n_eff ≥ 0.9·n). What the three lack of 1 has not
    /// settled within 1,000 steps.
    pub global: f64,
}

/// Runs model B on every head and holds it against what the sample says; at inverse temperature β, 1/√d in a
/// transformer. Heads are shared among the threads.
///
/// ```
/// use attractor_attention::{HeadSample, equivalence};
/// let sample = HeadSample {
///     layer: 0, head: 0, features: 1,
///     queries: vec![0.0f64], keys: vec![1.0, 3.0], values: vec![5.0, 7.0],
///     from_keys: vec![2.0], from_values: vec![6.0], // a query of 0 averages
/// };
/// let found = equivalence(&[sample], 1.0)?;
/// assert!(found[0].max_deviation < 1e-15 && found[0].effective_memories == 2.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`AttentionError::Size`] for a sample whose parts do not fit together, [`AttentionError::Pattern`] or
/// [`AttentionError::NotFinite`] for numbers that are not finite, [`AttentionError::Range`] where an energy or a
/// norm overflows, otherwise as [`Head::attend`].
pub fn equivalence<T: Element>(
    samples: &[HeadSample<T>],
    beta: f64,
) -> Result<Vec<HeadEquivalence>, AttentionError> {
    samples.par_iter().map(|sample| compare(sample, beta)).collect()
}

fn compare<T: Element>(
    sample: &HeadSample<T>,
    beta: f64,
) -> Result<HeadEquivalence, AttentionError> {
    let keys = Synapses::new(Patterns::new(sample.keys.clone(), sample.features)?);
    let n = keys.patterns().len();
    let values = Patterns::new(sample.values.clone(), sample.values.len() / n)?;
    let head = Head::new(&keys, beta)?.with_values(&values)?;
    let found = head.attend(&sample.queries, &Mask::default(), Steps::ONE)?;
    let tokens = found.runs.len();
    if tokens == 0 {
        size("the list of queries", 0, 1)?;
    }
    let model = head.model()?;
    let run = |rule: StopRule| {
        let how = Recall { top: 0, ..Recall::by(rule) };
        model.retrieve(&sample.queries, &how, &mut ())
    };
    let tolerance = Recall::tolerance::<T>();
    let wrong = |_| AttentionError::Tolerance(tolerance);
    let stepped = run(StopRule::exactly(1, tolerance).map_err(wrong)?)?;
    let settled = run(StopRule::rest(tolerance, PATIENCE).map_err(wrong)?)?;
    if stepped.iter().chain(&settled).any(|found| found.outcome == Outcome::NotFinite) {
        return Err(AttentionError::Range { what: "the energy of a query", dtype: T::NAME });
    }
    let step: Vec<T> = stepped.iter().flat_map(|found| found.state.iter().copied()).collect();
    let of_keys = deviation("the step among the keys", &step, &sample.from_keys, &sample.keys)?;
    let of_values = deviation("the read-out", &found.output, &sample.from_values, &sample.values)?;
    let mean = |sum: f64| sum / tokens as f64;
    let share = |kind: fn(&Retrieval<T>) -> bool| {
        let here = |found: &&Retrieval<T>| found.outcome == Outcome::Settled && kind(found);
        mean(settled.iter().filter(here).count() as f64)
    };
    HeadEquivalence {
        layer: sample.layer,
        head: sample.head,
        memories: n,
        max_deviation: of_keys.max(of_values),
        context_norm: sample.from_values.iter().map(|x| x * x).sum::<f64>().sqrt(),
        effective_memories: mean(found.runs.iter().map(|run| run.effective_memories).sum()),
        energy_before: mean(stepped.iter().map(|found| found.energy_start.value).sum()),
        energy_after: mean(stepped.iter().map(|found| found.energy.value).sum()),
        single: share(|found| matches!(found.kind, Kind::Single { .. })),
        metastable: share(|found| found.kind == Kind::Metastable),
        global: share(|found| found.kind == Kind::Global),
    }
    .checked(T::NAME)
}

impl HeadEquivalence {
    /// Sums of squares of finite numbers can overflow, and what is not finite must not look like an answer.
    fn checked(self, dtype: &'static str) -> Result<Self, AttentionError> {
        let numbers =
            [self.max_deviation, self.context_norm, self.energy_before, self.energy_after];
        if numbers.iter().all(|x| x.is_finite()) {
            return Ok(self);
        }
        Err(AttentionError::Range { what: "the energy or the norm of a head", dtype })
    }
}

/// max|found − expected| in units of max|unit|.
fn deviation<T: Element>(
    what: &'static str,
    found: &[T],
    expected: &[f64],
    unit: &[T],
) -> Result<f64, AttentionError> {
    size(what, expected.len(), found.len())?;
    if let Some(index) = expected.iter().position(|x| !x.is_finite()) {
        return Err(AttentionError::NotFinite { what, index, value: expected[index] });
    }
    let pairs = found.iter().zip(expected);
    let most = pairs.fold(0.0f64, |most, (a, b)| most.max((a.f64() - b).abs()));
    let unit = unit.iter().fold(0.0f64, |most, x| most.max(x.f64().abs()));
    Ok(if unit > 0.0 { most / unit } else { most })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One query among two keys of one number.
    fn of(query: f64, keys: [f64; 2], values: [f64; 2], read: [f64; 2]) -> HeadSample<f64> {
        HeadSample {
            layer: 0,
            head: 0,
            features: 1,
            queries: vec![query],
            keys: keys.to_vec(),
            values: values.to_vec(),
            from_keys: vec![read[0]],
            from_values: vec![read[1]],
        }
    }

    #[test]
    fn what_overflows_is_an_error_and_no_answer() {
        let query = of(1e200, [1.0, 2.0], [1.0, 2.0], [2.0, 2.0]); // its energy is ½·1e400
        let value = of(1.0, [0.0, 0.0], [1e200, 1e200], [0.0, 1e200]); // and its norm √1e400
        for sample in [query, value] {
            let error = equivalence(&[sample], 1.0).unwrap_err();
            assert!(matches!(error, AttentionError::Range { .. }), "{error}");
        }
    }

    #[test]
    fn what_does_not_settle_is_of_no_kind() {
        // q ← tanh q, at the critical temperature: it falls like 1/√t
        let read = 0.5f64.tanh();
        let found = equivalence(&[of(0.5, [1.0, -1.0], [1.0, -1.0], [read, read])], 1.0).unwrap();
        assert!(found[0].max_deviation < 1e-15);
        let sum = found[0].single + found[0].metastable + found[0].global;
        assert!(sum <= 0.0, "{found:?}");
    }

    #[test]
    fn a_difference_among_zeros_is_told_as_it_is() {
        let found = equivalence(&[of(1.0, [0.0, 0.0], [0.0, 0.0], [0.0, 0.25])], 1.0).unwrap();
        assert!((found[0].max_deviation - 0.25).abs() < 1e-15);
    }
}
