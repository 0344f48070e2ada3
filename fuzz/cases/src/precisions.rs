//! f32 against f64 against plain loops.

use crate::cursor::{Cursor, Problem, to};
use crate::naive::Naive;
use attractor_lagrangian::LogSumExp;
use attractor_synapse::{Answers, Element, Memories, Patterns, Question, Synapses};

/// One read of softmax in both precisions is within rounding of the formulas, so that both are within it of each
/// other.
pub fn precision(bytes: &[u8]) {
    let mut cursor = Cursor::new(bytes);
    let beta = cursor.one_of(&[1.0, 0.125, 8.0, 64.0]);
    let biased = cursor.byte() % 2 == 1;
    let problem = cursor.problem([64, 4, 32]);
    let bias: Vec<f64> =
        problem.rows().map(|_| if biased { cursor.number(1.0) } else { 0.0 }).collect();
    let shown = biased.then_some(&bias[..]);
    let wide = read::<f64>(&problem, &problem.cues, shown, beta);
    let narrow = read::<f32>(&problem, &problem.cues, shown, beta);
    for (q, cue) in problem.cues.chunks_exact(problem.features).enumerate() {
        Naive::of::<f64>(&problem, &bias, beta, cue).holds(&wide, q);
        Naive::of::<f32>(&problem, &bias, beta, cue).holds(&narrow, q);
    }
}

pub(crate) fn read<T: Element>(
    problem: &Problem,
    cues: &[f64],
    bias: Option<&[f64]>,
    beta: f64,
) -> Answers<T> {
    let patterns = Patterns::new(to(&problem.memories), problem.features);
    let memories = Synapses::<T>::new(patterns.unwrap_or_else(|error| panic!("{error}")));
    let softmax = LogSumExp::new(beta).unwrap_or_else(|error| panic!("{error}"));
    let (mut answers, outputs) = (Answers::default(), to::<T>(cues));
    memories.read(&Question { bias, top: 2, ..Question::of(&softmax, &outputs) }, &mut answers);
    answers
}
