//! Many cues together against each alone.

use crate::cursor::{Cursor, Problem, to};
use crate::naive::Naive;
use crate::precisions::read;
use attractor_effective::{ClassicalHopfield, DenseMemory, Effective, Recall, Retrieval};
use attractor_lagrangian::{Lagrangian, RectifiedPower};
use attractor_synapse::{Element, Synapses};

/// A read of softmax gives each cue what it is given alone, up to rounding; spins, whose sums are exact here, are
/// recalled with the same bits.
pub fn batch(bytes: &[u8]) {
    let mut cursor = Cursor::new(bytes);
    if cursor.byte() % 2 == 1 {
        spins::<f32>(&mut cursor);
    } else {
        sums::<f32>(&mut cursor);
        sums::<f64>(&mut cursor);
    }
}

fn sums<T: Element>(cursor: &mut Cursor<'_>) {
    let beta = cursor.one_of(&[1.0, 0.125, 8.0]);
    // beyond 64 and 128 queries are read in chunks
    let problem = cursor.problem([48, 140, 9]);
    let all = read::<T>(&problem, &problem.cues, None, beta);
    let bias = vec![0.0; problem.rows().count()];
    for (q, cue) in problem.cues.chunks_exact(problem.features).enumerate() {
        let alone = read::<T>(&problem, cue, None, beta);
        Naive::of::<T>(&problem, &bias, beta, cue).same((&all, q), (&alone, 0));
    }
}

fn spins<T: Element>(cursor: &mut Cursor<'_>) {
    let dense = cursor.byte() % 2 == 1;
    let mut problem = cursor.problem([48, 140, 24]);
    problem.memories.iter_mut().for_each(|x| *x = if *x < 0.0 { -1.0 } else { 1.0 });
    let memories = || {
        let rows: Vec<Vec<T>> = problem.rows().map(to).collect();
        Synapses::from_rows(&rows).unwrap_or_else(|error| panic!("{error}"))
    };
    if dense {
        let cube = RectifiedPower::new(3).unwrap_or_else(|error| panic!("{error}"));
        alike(&problem, &DenseMemory::dense(memories(), cube).unwrap_or_else(|e| panic!("{e}")));
    } else {
        alike(
            &problem,
            &ClassicalHopfield::classical(memories()).unwrap_or_else(|e| panic!("{e}")),
        );
    }
}

/// Every step of every cue, together and alone.
fn alike<T: Element, Lv: Lagrangian<T>, Lh: Lagrangian<T>>(
    problem: &Problem,
    model: &Effective<T, Lv, Lh>,
) {
    let how = Recall::steps(3, 1e-6).unwrap_or_else(|error| panic!("{error}"));
    let cues = to::<T>(&problem.cues);
    let run = |cues: &[T]| -> Vec<Retrieval<T>> {
        model.retrieve(cues, &how, &mut ()).unwrap_or_else(|error| panic!("{error}"))
    };
    for (cue, together) in cues.chunks_exact(problem.features).zip(run(&cues)) {
        let alone = run(cue).swap_remove(0);
        assert_eq!(together.state, alone.state);
        let how = |one: &Retrieval<T>| (one.steps, one.outcome, one.kind, one.active);
        assert_eq!(how(&together), how(&alone));
    }
}
