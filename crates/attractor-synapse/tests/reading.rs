//! Memories with values behind a cover, against the sums written out.

use attractor_lagrangian::{Additive, EvenPower, Lagrangian, LogSumExp};
use attractor_synapse::{Answers, Cover, Element, Patterns, Question, Reading, Shift, Synapses};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// A case: n memories of d with values of m, q queries, and covers of every kind.
struct Case<T> {
    keys: Synapses<T>,
    values: Patterns<T>,
    queries: Vec<T>,
    kept: Vec<bool>,
    kept_by: Vec<bool>,
    shift: Vec<f64>,
}

impl<T: Element> Case<T> {
    fn new(seed: u64, [n, d, m, q]: [usize; 4]) -> Self {
        let mut rng = Pcg64::seed_from_u64(seed);
        let mut numbers = |count: usize| -> Vec<T> {
            (0..count).map(|_| T::of(rng.random_range(-2.0..2.0))).collect()
        };
        let keys = Synapses::new(Patterns::new(numbers(n * d), d).unwrap());
        let values = Patterns::new(numbers(n * m), m).unwrap();
        let queries = numbers(q * d);
        let mut flags = |count: usize, share: f64| -> Vec<bool> {
            (0..count).map(|_| rng.random_bool(share)).collect()
        };
        let (kept, kept_by, hidden) = (flags(n, 0.8), flags(q * n, 0.7), flags(q * n, 0.1));
        let number = |hidden: &bool| {
            if *hidden { f64::NEG_INFINITY } else { rng.random_range(-3.0..3.0) }
        };
        let shift = hidden.iter().map(number).collect();
        Self { keys, values, queries, kept, kept_by, shift }
    }

    fn cover(&self, kind: u64) -> Cover<'_> {
        let on = |bit: u64| kind & (1 << bit) != 0;
        Cover {
            kept: on(0).then_some(&self.kept[..]),
            kept_by: on(1).then_some(&self.kept_by[..]),
            ahead: on(2).then_some([-1, 0, 3][kind as usize % 3]),
            shift: on(3).then_some(Shift { by: &self.shift, times: 0.5 }),
        }
    }

    /// Σ pᵥ, L and n_eff of query i by their definitions, or nothing where it sees nothing.
    fn by_hand(&self, i: usize, cover: &Cover<'_>, beta: f64) -> Option<(Vec<f64>, f64, f64)> {
        let (n, d) = (self.values.len(), self.keys.patterns().features());
        let seen = |mu: &usize| {
            cover.kept.is_none_or(|k| k[*mu])
                && cover.kept_by.is_none_or(|k| k[i * n + mu])
                && cover.ahead.is_none_or(|a| *mu as isize <= i as isize + a)
                && cover.shift.is_none_or(|s| s.by[i * n + mu] > f64::NEG_INFINITY)
        };
        let query = &self.queries[i * d..][..d];
        let score = |mu: usize| {
            let row = self.keys.patterns().row(mu);
            let overlap: f64 = row.iter().zip(query).map(|(a, b)| a.f64() * b.f64()).sum();
            overlap + cover.shift.map_or(0.0, |s| s.times * s.by[i * n + mu])
        };
        let ids: Vec<usize> = (0..n).filter(seen).collect();
        let top = ids.iter().map(|mu| score(*mu)).fold(f64::NEG_INFINITY, f64::max);
        let w: Vec<f64> = ids.iter().map(|mu| (beta * (score(*mu) - top)).exp()).collect();
        let all: f64 = w.iter().sum();
        let mut sum = vec![0.0; self.values.features()];
        for (mu, w) in ids.iter().zip(&w) {
            sum.iter_mut().zip(self.values.row(*mu)).for_each(|(s, x)| *s += w / all * x.f64());
        }
        let square: f64 = w.iter().map(|w| (w / all).powi(2)).sum();
        (!ids.is_empty()).then_some((sum, top + all.ln() / beta, 1.0 / square))
    }

    fn check(&self, kind: u64, beta: f64) {
        let (n, d, m) =
            (self.values.len(), self.keys.patterns().features(), self.values.features());
        let cover = self.cover(kind);
        let softmax = LogSumExp::new(beta).unwrap();
        let mut answers = Answers::default();
        let question = Question { top: 2, ..Question::of(&softmax, &self.queries) };
        self.keys.read_through(
            &question,
            &Reading { values: Some(&self.values), cover },
            &mut answers,
        );
        // overlaps of size 4d times β, and sums over n of numbers up to 2
        let slack =
            T::UNIT_ROUNDOFF * (n as f64 + 64.0 + beta * 16.0 * d as f64 * (d as f64 + 8.0));
        for i in 0..self.queries.len() / d {
            let (answer, field) = (answers.get(i), answers.field(i));
            let Some((sum, value, n_eff)) = self.by_hand(i, &cover, beta) else {
                assert_eq!((answer.activity, answer.effective_memories), (0.0, 0.0));
                assert!(answer.top.is_empty() && answer.value == f64::NEG_INFINITY);
                assert!(field.iter().all(|x| *x == 0.0));
                continue;
            };
            let unit = answer.log_scale.exp();
            for k in 0..m {
                assert!((field[k] * unit - sum[k]).abs() <= 4.0 * slack, "{kind} {i} {k}");
            }
            assert!((answer.value - value).abs() <= slack * (1.0 + value.abs()) / beta.min(1.0));
            assert!((answer.effective_memories / n_eff - 1.0).abs() <= 8.0 * slack);
            assert!(answer.top.iter().all(|w| cover.shows(i, w.memory, n)));
            let nearest = answer.nearest;
            assert!(cover.shows(i, nearest.memory, n) && cover.shows(i, nearest.opposite, n));
        }
    }
}

#[test]
fn every_cover_at_odd_sizes_in_both_precisions() {
    let sizes = [1, 2, 3, 7, 9, 64, 257, 700];
    for (k, &n) in sizes.iter().enumerate() {
        for kind in 0..16 {
            let [d, m, q] = [[1, 3, 1], [8, 1, 130], [5, 7, 3]][k % 3];
            let seed = 100 * k as u64 + kind;
            Case::<f64>::new(seed, [n, d, m, q]).check(kind, [0.3, 1.0, 3.0][k % 3]);
            Case::<f32>::new(seed, [n, d, m, q]).check(kind, [0.3, 1.0, 3.0][k % 3]);
        }
    }
}

#[test]
fn a_hidden_memory_cannot_drown_the_others() {
    let keys = Synapses::from_rows(&[[1e6f32], [1.0], [-1e6]]).unwrap();
    let softmax = LogSumExp::new(1e3).unwrap();
    let mut answers = Answers::default();
    let cover = Cover { kept: Some(&[false, true, false]), ..Cover::default() };
    let reading = Reading { cover, ..Reading::default() };
    keys.read_through(&Question::of(&softmax, &[1e3f32, -1e3]), &reading, &mut answers);
    for q in 0..2 {
        let answer = answers.get(q);
        assert!((answers.field(q)[0] * answer.log_scale.exp() - 1.0).abs() < 1e-15);
        assert_eq!((answer.nearest.memory, answer.nearest.opposite), (1, 1));
    }
}

fn read(hidden: &dyn Lagrangian<f64>, reading: &Reading<'_, f64>) {
    let keys = Synapses::from_rows(&[[1.0], [2.0]]).unwrap();
    keys.read_through(&Question::of(hidden, &[1.0]), reading, &mut Answers::default());
}

#[test]
#[should_panic(expected = "gives a memory at −∞ some weight")]
fn who_cannot_hide_is_refused() {
    let cover = Cover { ahead: Some(0), ..Cover::default() };
    let reading = Reading { cover, ..Reading::default() };
    read(&Additive(EvenPower::new(4).unwrap()), &reading);
}

#[test]
#[should_panic(expected = "3 flags for 2 memories")]
fn flags_must_fit() {
    let cover = Cover { kept: Some(&[true; 3]), ..Cover::default() };
    read(&LogSumExp::new(1.0).unwrap(), &Reading { cover, ..Reading::default() });
}

#[test]
#[should_panic(expected = "1 values for 2 memories")]
fn values_must_fit() {
    let values = Patterns::from_rows(&[[1.0]]).unwrap();
    let reading = Reading { values: Some(&values), ..Reading::default() };
    read(&LogSumExp::new(1.0).unwrap(), &reading);
}
