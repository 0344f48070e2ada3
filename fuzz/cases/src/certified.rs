//! Certificates against energies of many digits.

use crate::cursor::{Cursor, Problem, to};
use attractor_dynamics::{Certificate, Look, Proof, System};
use attractor_effective::{DenseMemory, Effective, ModernHopfield, SphericalMemory};
use attractor_lagrangian::{Factor, Lagrangian, LogSumExp, RectifiedPower};
use attractor_synapse::{Element, Synapses};
use dashu_float::{FBig, round::mode::HalfEven};

type Big = FBig<HalfEven, 2>;

const BITS: usize = 240;

/// E(after) − E(before) ≤ −drop + rounding for every step of models A, B and C, in both precisions; where the proof is
/// of all of the decrease, it is all of it up to that rounding.
pub fn certificates(bytes: &[u8]) {
    let mut cursor = Cursor::new(bytes);
    match cursor.byte() % 2 {
        0 => of::<f32>(&mut cursor),
        _ => of::<f64>(&mut cursor),
    }
}

fn of<T: Element>(cursor: &mut Cursor<'_>) {
    let kind = cursor.byte() % 3;
    let proof = cursor.one_of(&[Proof::Full, Proof::Visible]);
    let eta = cursor.one_of(&[1.0, 0.5, 0.9, 0.015625]);
    let (beta, power) = (cursor.one_of(&[1.0, 0.0625, 8.0, 1000.0]), cursor.one_of(&[3, 2, 7]));
    let problem = cursor.problem([12, 1, 8]);
    let rows: Vec<Vec<T>> = problem.rows().map(to).collect();
    let memories = Synapses::from_rows(&rows).unwrap_or_else(|error| panic!("{error}"));
    let factor = Factor::euler(eta).unwrap_or_else(|error| panic!("{error}"));
    let rectified = || RectifiedPower::new(power).unwrap_or_else(|error| panic!("{error}"));
    let powers = |g: &[T]| minus(&power_sum(&problem, g, power));
    let run = (factor, proof);
    match kind {
        0 => {
            let softmax = LogSumExp::new(beta).unwrap_or_else(|error| panic!("{error}"));
            let model = ModernHopfield::modern(memories, softmax);
            steps(&problem, model, run, &|g| half_square(g) - soft_maximum(&problem, g, beta));
        }
        1 => steps(&problem, DenseMemory::dense(memories, rectified()), run, &powers),
        _ => steps(&problem, SphericalMemory::spherical(memories, rectified()), run, &powers),
    }
}

/// Three steps, each held against the energies before and after it. Models and cues that are refused are no case.
fn steps<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>, E>(
    problem: &Problem,
    model: Result<Effective<T, Lv, Lh>, E>,
    (factor, proof): (Factor, Proof),
    energy: &dyn Fn(&[T]) -> Big,
) {
    let Ok(model) = model else { return };
    let Ok(mut batch) = model.start(&to(&problem.cues)) else { return };
    let descent = model.descent(factor, proof, 0);
    let mut looks = [Look::NONE];
    descent.look(&mut batch, &[0], &mut looks);
    for _ in 0..3 {
        let before = energy(batch.output(0));
        descent.advance(&mut batch, &[0]);
        descent.look(&mut batch, &[0], &mut looks);
        if !(looks[0].is_finite() && batch.output(0).iter().all(|x| x.is_finite())) {
            return;
        }
        let fall = (before - energy(batch.output(0))).to_f64().value();
        holds(fall, &looks[0].certificate, looks[0].energy.magnitude);
    }
}

fn holds(fall: f64, certificate: &Certificate, size: f64) {
    let Certificate { drop, rounding, proof } = *certificate;
    assert!(drop >= 0.0 && rounding >= 0.0, "{certificate:?}");
    // the sum of the terms is itself rounded
    let slack = rounding + 1e-15 * (drop + size);
    assert!(drop - fall <= slack, "fell by {fall:e}, certified {certificate:?}");
    let all = proof == Proof::Full;
    assert!(!all || fall - drop <= slack + 1e-12 * size, "fell by {fall:e}, all: {certificate:?}");
}

fn big(x: f64) -> Big {
    let exact = Big::try_from(x).unwrap_or_else(|_| panic!("{x} is no number"));
    exact.with_precision(BITS).value()
}

/// 0 − x would be 0 for −0, so zeros never take part.
fn minus(x: &Big) -> Big {
    if *x == big(0.0) { big(0.0) } else { -x.clone() }
}

/// Σ x·y; terms that vanish are left out, for dashu-float 0.5.2 takes z − (−0) to be 0.
fn dot<T: Element>(x: &[f64], y: &[T]) -> Big {
    let terms = x.iter().zip(y).map(|(x, y)| (*x, y.f64()));
    let terms = terms.filter(|(x, y)| x.abs() > 0.0 && y.abs() > 0.0);
    terms.map(|(x, y)| big(x) * big(y)).fold(big(0.0), |sum, term| sum + term)
}

fn half_square<T: Element>(g: &[T]) -> Big {
    let same: Vec<f64> = g.iter().map(|x| x.f64()).collect();
    big(0.5) * dot(&same, g)
}

/// β⁻¹ ln Σ e^{βh}.
fn soft_maximum<T: Element>(problem: &Problem, g: &[T], beta: f64) -> Big {
    let scores: Vec<Big> = problem.rows().map(|x| dot(x, g)).collect();
    let top = scores.iter().cloned().reduce(|a, b| if a >= b { a } else { b });
    let top = top.unwrap_or_else(|| big(0.0));
    let below = |h: &Big| -> Big { big(beta) * (&top - h) };
    let weight = |below: Big| match () {
        () if below == big(0.0) => big(1.0),
        () if below > big(750.0) => big(0.0),
        () => (-below).exp(),
    };
    let sum = scores.iter().map(|h| weight(below(h))).fold(big(0.0), |sum, w| sum + w);
    let log = if sum == big(1.0) { big(0.0) } else { sum.ln() / big(beta) };
    top + log
}

/// Σ h₊ⁿ/n.
fn power_sum<T: Element>(problem: &Problem, g: &[T], n: u32) -> Big {
    let positive = problem.rows().map(|x| dot(x, g)).filter(|h| *h > big(0.0));
    let powers = positive.map(|h| h.powi(n.into()) / big(f64::from(n)));
    powers.fold(big(0.0), |sum, term| sum + term)
}

#[cfg(test)]
mod tests {
    use super::{holds, soft_maximum};
    use crate::cursor::Problem;
    use attractor_dynamics::{Certificate, Proof};
    use std::panic::catch_unwind;

    #[test]
    fn a_certificate_of_more_than_the_decrease_is_found() {
        let certificate = |drop, proof| Certificate { drop, rounding: 1e-9, proof };
        holds(1.0, &certificate(1.0, Proof::Full), 1.0);
        holds(1.0, &certificate(0.5, Proof::Visible), 1.0);
        let wrong = [(1.1, Proof::Visible), (0.9, Proof::Full), (f64::NAN, Proof::Visible)];
        for (drop, proof) in wrong {
            let found = catch_unwind(|| holds(1.0, &certificate(drop, proof), 1.0));
            assert!(found.is_err(), "{drop} {proof:?}");
        }
    }

    #[test]
    fn many_digits_agree_with_a_few() {
        let problem = Problem { features: 1, memories: vec![1.0, -1.0, 0.5], cues: Vec::new() };
        let few = (3f64.exp() + (-3f64).exp() + 1.5f64.exp()).ln() / 2.0;
        let many = soft_maximum(&problem, &[1.5], 2.0).to_f64().value();
        assert!((many - few).abs() < 1e-14, "{many} for {few}");
    }
}
