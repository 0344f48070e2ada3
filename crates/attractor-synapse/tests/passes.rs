//! Every memory is scored once for each query, and no more: what the page on cost says.

use attractor_lagrangian::{
    Before, Lagrangian, LogSumExp, OnePass, Pool, Properties, Sparsemax, Tally,
};
use attractor_synapse::{Answers, Memories, Moved, Patterns, Question, Synapses};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Log-sum-exp that counts the scores that it weighs, and those it is asked for a gap of.
#[derive(Debug)]
struct Counted {
    softmax: LogSumExp,
    weighed: AtomicUsize,
    gaps: AtomicUsize,
}

impl Counted {
    fn new() -> Self {
        let softmax = LogSumExp::new(1.0).expect("1 is an inverse temperature");
        Self { softmax, weighed: AtomicUsize::new(0), gaps: AtomicUsize::new(0) }
    }

    fn pool(&self) -> &dyn Pool<f32> {
        match self.softmax.one_pass() {
            Some(OnePass::Sum(pool)) => pool,
            other => panic!("{other:?}"),
        }
    }
}

impl Lagrangian<f32> for Counted {
    fn value(&self, x: &[f32]) -> f64 {
        self.softmax.value(x)
    }
    fn activate(&self, x: &[f32], g: &mut [f32]) {
        self.softmax.activate(x, g);
    }
    fn curve(&self, x: &[f32], d: &[f32], out: &mut [f32]) {
        self.softmax.curve(x, d, out);
    }
    fn conjugate(&self, p: &[f32]) -> f64 {
        self.softmax.conjugate(p)
    }
    fn properties(&self) -> Properties {
        Lagrangian::<f32>::properties(&self.softmax)
    }
    fn bregman(&self, to: &[f32], from: &[f32], slope: &[f32]) -> f64 {
        self.softmax.bregman(to, from, slope)
    }
    fn one_pass(&self) -> Option<OnePass<'_, f32>> {
        Some(OnePass::Sum(self))
    }
}

impl Pool<f32> for Counted {
    fn weigh(&self, tile: &mut [f32], tallies: &mut [Tally]) {
        self.weighed.fetch_add(tile.len(), Relaxed);
        self.pool().weigh(tile, tallies);
    }
    fn potential(&self, tally: &Tally) -> f64 {
        self.pool().potential(tally)
    }
    fn log_factor(&self, tally: &Tally) -> f64 {
        self.pool().log_factor(tally)
    }
    fn gap(&self, scores: &[f32], moves: &[f32], before: &[Before], sums: &mut [[f64; 3]]) {
        self.gaps.fetch_add(scores.len(), Relaxed);
        self.pool().gap(scores, moves, before, sums);
    }
    fn gap_value(&self, sums: &[f64; 3], before: &Before, value: f64) -> f64 {
        self.pool().gap_value(sums, before, value)
    }
    fn gap_slack(&self, sums: &[f64; 3], before: &Before) -> f64 {
        self.pool().gap_slack(sums, before)
    }
}

fn numbers(n: usize) -> Vec<f32> {
    (0..n).map(|i| ((i as f32) * 0.618_034).fract() - 0.5).collect()
}

/// What the last panel has no query for is weighed too: less than a vector.
const LANES: usize = 16;

#[test]
fn each_memory_is_weighed_once_for_each_query() {
    for (n, d, q) in [(1, 1, 1), (700, 9, 1), (700, 9, 5), (700, 9, 33), (5000, 3, 200)] {
        let xi = Synapses::new(Patterns::new(numbers(n * d), d).expect("finite numbers"));
        let (outputs, by) = (numbers(q * d), vec![0.01; q * d]);
        let before = vec![Before { value: 1.0, tilt: 0.0 }; q];
        for moved in [None, Some(Moved { by: &by, before: &before })] {
            let counted = Counted::new();
            let mut answers = Answers::default();
            xi.read(&Question { moved, ..Question::of(&counted, &outputs) }, &mut answers);
            let chunks = q.div_ceil(64);
            let fits = |count: usize| count >= n * q && count < n * (q + chunks * LANES);
            assert!(fits(counted.weighed.load(Relaxed)), "{n} {q}: {counted:?}");
            let gaps = counted.gaps.load(Relaxed);
            assert!(if moved.is_some() { fits(gaps) } else { gaps == 0 }, "{n} {q}: {counted:?}");
        }
    }
}

/// A selection is read once as well: what it says of few memories is what it says of all.
#[test]
fn a_selection_is_what_it_is_of_all_scores() {
    for (n, d, q) in [(1, 1, 1), (700, 9, 1), (700, 9, 5), (5000, 3, 40)] {
        let xi = Synapses::new(Patterns::new(numbers(n * d), d).expect("finite numbers"));
        let (outputs, sparsemax) = (numbers(q * d), Sparsemax::new(8.0).expect("8 is positive"));
        let mut answers = Answers::default();
        xi.read(&Question::of(&sparsemax, &outputs), &mut answers);
        for (k, g) in outputs.chunks_exact(d).enumerate() {
            let dot =
                |row: &[f32]| row.iter().zip(g).map(|(x, g)| f64::from(*x) * f64::from(*g)).sum();
            let h: Vec<f64> = xi.patterns().rows().map(dot).collect();
            let mut f = vec![0.0; n];
            sparsemax.activate(&h, &mut f);
            let value = answers.get(k).value;
            assert!((value - sparsemax.value(&h)).abs() < 1e-6, "{n} {q} {k}: {value}");
            for (i, found) in answers.field(k).iter().enumerate() {
                let rows = xi.patterns().rows();
                let field: f64 = rows.zip(&f).map(|(row, f)| f * f64::from(row[i])).sum();
                assert!((found - field).abs() < 1e-5, "{n} {q} {k}: {found} for {field}");
            }
        }
    }
}
