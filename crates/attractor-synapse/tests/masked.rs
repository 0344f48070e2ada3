//! What is masked is as if it had never been stored.

use attractor_lagrangian::{Additive, Lagrangian, LogSumExp, RectifiedPower, Sparsemax};
use attractor_synapse::{Answers, Element, Masked, Memories, PatternError, Question, Synapses};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

fn as_if_not_stored<T: Element>(seed: u64, n: usize, d: usize) -> Result<(), TestCaseError> {
    let mut random = Pcg64::seed_from_u64(seed);
    let mut number = || T::of(2.0 * random.random::<f64>() - 1.0);
    let rows: Vec<Vec<T>> = (0..n).map(|_| (0..d).map(|_| number()).collect()).collect();
    let query: Vec<T> = (0..2 * d).map(|_| number()).collect();
    let keep: Vec<bool> = (0..n).map(|mu| mu == n / 2 || random.random()).collect();
    let masked = Masked::new(&Synapses::from_rows(&rows).unwrap(), &keep).unwrap();
    let kept: Vec<&Vec<T>> = rows.iter().zip(&keep).filter(|(_, k)| **k).map(|(r, _)| r).collect();
    let fresh = Synapses::from_rows(&kept).unwrap();
    prop_assert_eq!((masked.memories(), masked.ids().len()), (kept.len(), kept.len()));
    let softmax = LogSumExp::new(3.0).unwrap();
    let (cubic, sparse) = (Additive(RectifiedPower::new(3).unwrap()), Sparsemax::new(2.0).unwrap());
    for hidden in [&softmax as &dyn Lagrangian<T>, &cubic, &sparse] {
        let question = Question { top: 3, ..Question::of(hidden, &query) };
        let (mut own, mut truth) = (Answers::default(), Answers::default());
        masked.read(&question, &mut own);
        fresh.read(&question, &mut truth);
        for q in 0..2 {
            let (own_answer, answer) = (own.get(q), truth.get(q));
            prop_assert_eq!(own.field(q), truth.field(q));
            prop_assert_eq!(own_answer.value.to_bits(), answer.value.to_bits());
            prop_assert_eq!(own_answer.nearest.memory, masked.ids()[answer.nearest.memory]);
            prop_assert_eq!(own_answer.nearest.opposite, masked.ids()[answer.nearest.opposite]);
            for (a, b) in own_answer.top.iter().zip(&answer.top) {
                prop_assert!(keep[a.memory] && a.memory == masked.ids()[b.memory]);
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn what_is_masked_is_not_there(
        seed in any::<u64>(),
        n in prop::sample::select(&[1usize, 2, 3, 9, 65, 300, 600][..]),
        d in prop::sample::select(&[1usize, 2, 3, 7, 8, 9, 63, 64, 65][..]),
    ) {
        as_if_not_stored::<f64>(seed, n, d)?;
        as_if_not_stored::<f32>(seed, n, d)?;
    }
}

#[test]
fn masks_that_leave_nothing_or_do_not_fit_are_refused() {
    let memories = Synapses::from_rows(&[[1.0f32], [2.0]]).unwrap();
    assert_eq!(Masked::new(&memories, &[false, false]).unwrap_err(), PatternError::Empty);
    let short = Masked::new(&memories, &[true]).unwrap_err();
    assert_eq!(short, PatternError::Mask { expected: 2, found: 1 });
}
