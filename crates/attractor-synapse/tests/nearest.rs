//! The nearest memory is found whatever stands beside it.

use attractor_lagrangian::LogSumExp;
use attractor_synapse::{Answers, Memories, Patterns, Question, Synapses};

/// The nearest is in a later tile, beside a memory whose length has no inverse in f32: 0·∞ is no number, and
/// must not hide it.
#[test]
fn a_memory_that_is_all_but_zero_hides_nobody() {
    let softmax = LogSumExp::new(1.0).expect("1 is an inverse temperature");
    let best = 192; // the first of the second tile of a share
    for tiny in [1e-40f32, 1e-44] {
        for q in [1, 3, 20] {
            let mut rows = vec![[0.5f32, 1.0]; 9600];
            (rows[0], rows[1]) = ([0.8, 1.0], [0.1, 1.0]); // the ends of the first
            rows[best] = [1.0, 0.1];
            for next in [1, 2, 8, 16] {
                rows[best + next] = [0.0, tiny];
            }
            let xi = Synapses::new(Patterns::from_rows(&rows).expect("finite numbers"));
            let outputs = [1.0, 0.0].repeat(q);
            let mut answers = Answers::default();
            xi.read(&Question::of(&softmax, &outputs), &mut answers);
            for k in 0..q {
                assert_eq!(answers.get(k).nearest.memory, best, "{tiny} {q} {k}");
            }
        }
    }
}

/// Rows so long that the inverse of their length is subnormal in f32, and has few digits.
#[test]
fn a_memory_that_is_all_but_infinite_is_found() {
    let softmax = LogSumExp::new(1e-38).expect("a small inverse temperature");
    for q in [1, 3, 20] {
        let mut rows = vec![[1e38f32, 2e38, 3e38]; 9600];
        (rows[0], rows[1]) = ([1.0002e38, 2e38, 3e38], [0.999e38, 2e38, 3e38]);
        rows[200] = [1.0003e38, 2e38, 3e38];
        let xi = Synapses::new(Patterns::from_rows(&rows).expect("finite numbers"));
        let outputs = [1.0f32, 0.0, 0.0].repeat(q);
        let mut answers = Answers::default();
        xi.read(&Question::of(&softmax, &outputs), &mut answers);
        assert!((0..q).all(|k| answers.get(k).nearest.memory == 200), "{q}");
    }
}
