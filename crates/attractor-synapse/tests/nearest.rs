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

/// Cosines that f32 cannot tell apart are told apart in f64: of many queries as of one.
#[test]
fn the_nearest_of_memories_that_are_all_but_the_same_is_found() {
    for step in [1, 7, 127, 389, 611, 733, 877, 997] {
        let row = |i: usize| {
            let length = 1.0 + ((i + step) * 7 % 97) as f32 / 50.0;
            let sign = if i.is_multiple_of(2) { length } else { -length };
            [sign, length * (0.01 + (i * step % 1000) as f32 * 1e-9)]
        };
        let rows: Vec<[f32; 2]> = (0..1000).map(row).collect();
        are_told_apart(&rows);
        rows.chunks_exact(4).for_each(are_told_apart); // few are the same in f32
    }
}

fn are_told_apart(rows: &[[f32; 2]]) {
    let softmax = LogSumExp::new(1.0).expect("1 is an inverse temperature");
    let cosine = |i: &usize| {
        let [x, y] = rows[*i].map(f64::from);
        x / x.hypot(y)
    };
    let by_cosine = |a: &usize, b: &usize| cosine(a).total_cmp(&cosine(b));
    let ends = ((0..rows.len()).max_by(by_cosine), (0..rows.len()).min_by(by_cosine));
    let xi = Synapses::new(Patterns::from_rows(rows).expect("finite numbers"));
    for q in [1, 7, 16, 40] {
        let mut answers = Answers::default();
        xi.read(&Question::of(&softmax, &[1.0, 0.0].repeat(q)), &mut answers);
        for k in 0..q {
            let nearest = answers.get(k).nearest;
            assert_eq!((Some(nearest.memory), Some(nearest.opposite)), ends, "{q} {k}");
        }
    }
}
