//! One read of softmax by the formulas, in plain loops, with what rounding may make of it.

use crate::cursor::Problem;
use attractor_lagrangian::Real;
use attractor_synapse::Answers;

/// What a query is told: L = β⁻¹ ln Σ e^{βh} and Ξᵀ softmax(βh), h = Ξg + b.
#[derive(Debug)]
pub(crate) struct Naive {
    pub(crate) value: f64,
    pub(crate) field: Vec<f64>,
    slack_value: f64,
    slack_field: Vec<f64>,
}

impl Naive {
    /// In f64, its slack that of a read in `T`: products of d terms, tiles of 256 terms, weights that are stored.
    pub(crate) fn of<T: Real>(problem: &Problem, bias: &[f64], beta: f64, g: &[f64]) -> Self {
        let (u, d) = (T::UNIT_ROUNDOFF, problem.features as f64);
        let dot = |x: &[f64]| -> f64 { x.iter().zip(g).map(|(x, g)| x * g).sum() };
        let mass = |x: &[f64]| -> f64 { x.iter().zip(g).map(|(x, g)| (x * g).abs()).sum() };
        let h: Vec<f64> = problem.rows().zip(bias).map(|(x, b)| dot(x) + b).collect();
        // of a score, and of its sum with the bias
        let worst = problem
            .rows()
            .zip(&h)
            .fold(0.0f64, |most, (x, h)| most.max((d + 4.0) * u * mass(x) + 2.0 * u * h.abs()));
        let largest = h.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = h.iter().map(|h| (beta * (h - largest)).exp()).collect();
        let total: f64 = weights.iter().sum();
        let value = largest + total.ln() / beta;
        // a weight moves by twice what its score and the largest move by; it is rounded once, after an exponential of
        // an argument of at most about 100
        let spread = (2.0 * beta * worst).exp_m1() + 388.0 * u;
        // what lies below the smallest number of T in the unit of its tile is lost
        let floor = if u > 1e-10 { 1e-37 } else { 1e-290 };
        let sums = |size: &dyn Fn(f64, f64) -> f64| -> Vec<f64> {
            let weights = || weights.iter().map(|w| w / total);
            let column = |k: usize| problem.rows().zip(weights()).map(|(x, p)| size(x[k], p)).sum();
            (0..problem.features).map(column).collect()
        };
        Self {
            value,
            field: sums(&|x, p| x * p),
            slack_value: worst + 130.0 * u / beta + 1e-13 * (value.abs() + largest.abs()),
            // no weight is off by more than 1, whatever becomes of the bound (0 times infinity is no number)
            slack_field: sums(&|x, p| x.abs() * ((spread * p).min(1.0) + floor)),
        }
    }

    /// Holds an answer against it.
    pub(crate) fn holds<T: Real>(&self, answers: &Answers<T>, q: usize) {
        let (answer, unit) = (answers.get(q), answers.get(q).log_scale.exp());
        near("value", answer.value, self.value, self.slack_value);
        for ((k, exact), slack) in self.field.iter().enumerate().zip(&self.slack_field) {
            near("field", answers.field(q)[k] * unit, *exact, *slack);
        }
        assert!(answer.activity > 0.99 && answer.activity < 1.01, "{answer:?}");
    }

    /// Both within their slack of the formulas.
    pub(crate) fn same<T: Real>(&self, one: (&Answers<T>, usize), other: (&Answers<T>, usize)) {
        let value = |(answers, q): (&Answers<T>, usize)| answers.get(q).value;
        near("value", value(one), value(other), 2.0 * self.slack_value);
        let field = |(answers, q): (&Answers<T>, usize), k: usize| {
            answers.field(q)[k] * answers.get(q).log_scale.exp()
        };
        for (k, slack) in self.slack_field.iter().enumerate() {
            near("field", field(one, k), field(other, k), 2.0 * slack);
        }
    }
}

/// NaN is near nothing.
pub(crate) fn near(what: &str, found: f64, expected: f64, slack: f64) {
    let off = (found - expected).abs();
    assert!(
        off <= slack,
        "{what}: {found:e} for {expected:e}, apart by {off:e}, allowed {slack:e}"
    );
}

#[cfg(test)]
mod tests {
    use super::near;
    use std::panic::catch_unwind;

    #[test]
    fn what_is_off_is_found() {
        near("value", 1.0, 1.0 + 1e-9, 1e-8);
        for wrong in [1.1, f64::NAN, f64::INFINITY] {
            assert!(catch_unwind(|| near("value", wrong, 1.0, 1e-8)).is_err(), "{wrong}");
        }
    }
}
