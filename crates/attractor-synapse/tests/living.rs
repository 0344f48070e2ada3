//! Memories that come and go are those of a memory built anew.

use attractor_lagrangian::LogSumExp;
use attractor_synapse::{
    Answers, Element, Living, LivingError, Memories, MemoryId, PatternError, Patterns, Question,
    Synapses,
};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
enum Change {
    Append(f64),
    Replace(usize, f64),
    Remove(usize),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let size = || prop::sample::select(&[0.0, 0.1, 1.0, -3.0, 50.0][..]);
    let change = prop_oneof![
        3 => size().prop_map(Change::Append),
        2 => (any::<usize>(), size()).prop_map(|(k, x)| Change::Replace(k, x)),
        3 => any::<usize>().prop_map(Change::Remove),
    ];
    prop::collection::vec(change, 0..60)
}

fn pattern<T: Element>(d: usize, size: f64) -> Vec<T> {
    (0..d).map(|i| T::of(size * (1.0 + i as f64 * 0.37).sin())).collect()
}

/// Against a map from names to patterns, and against the same memories built anew.
fn lives<T: Element>(d: usize, first: usize, changes: &[Change]) -> Result<(), TestCaseError> {
    let rows: Vec<Vec<T>> = (0..first).map(|k| pattern(d, k as f64 * 0.3)).collect();
    let mut living = Living::new(Patterns::from_rows(&rows).unwrap());
    let mut truth: BTreeMap<MemoryId, Vec<T>> = living.ids().iter().copied().zip(rows).collect();
    let mut gone = Vec::new();
    for change in changes {
        let chosen = |k: usize| living.ids()[k % living.len()];
        match change {
            Change::Append(size) => {
                let new = pattern(d, *size);
                let id = living.append(&new).unwrap();
                prop_assert!(truth.insert(id, new).is_none() && !gone.contains(&id));
            }
            Change::Replace(k, size) => {
                let (id, new) = (chosen(*k), pattern(d, *size));
                living.replace(id, &new).unwrap();
                truth.insert(id, new);
            }
            Change::Remove(k) if living.len() > 1 => {
                let id = chosen(*k);
                living.remove(id).unwrap();
                truth.remove(&id);
                gone.push(id);
            }
            Change::Remove(k) => {
                let id = chosen(*k);
                prop_assert_eq!(living.remove(id), Err(LivingError::Last(id)));
            }
        }
    }
    prop_assert_eq!(living.len(), truth.len());
    for (id, row) in &truth {
        prop_assert_eq!(living.pattern(*id), Some(&row[..]));
        prop_assert_eq!(living.place(*id).and_then(|place| living.id(place)), Some(*id));
    }
    for id in gone {
        prop_assert_eq!((living.pattern(id), living.place(id)), (None, None));
        prop_assert_eq!(living.remove(id), Err(LivingError::Unknown(id)));
    }
    let order: Vec<&Vec<T>> = living.ids().iter().map(|id| &truth[id]).collect();
    let anew = Synapses::from_rows(&order).unwrap();
    prop_assert_eq!(living.synapses(), &anew);
    let (query, softmax) = (pattern::<T>(d, 0.7), LogSumExp::new(2.0).unwrap());
    let (mut own, mut fresh) = (Answers::default(), Answers::default());
    living.synapses().read(&Question::of(&softmax, &query), &mut own);
    anew.read(&Question::of(&softmax, &query), &mut fresh);
    prop_assert_eq!((own.get(0), own.field(0)), (fresh.get(0), fresh.field(0)));
    Ok(())
}

proptest! {
    #[test]
    fn a_memory_that_lives_is_that_built_anew(
        d in prop::sample::select(&[1usize, 2, 3, 7, 8, 9, 63, 64, 65][..]),
        first in 1..5usize,
        changes in changes(),
    ) {
        lives::<f64>(d, first, &changes)?;
        lives::<f32>(d, first, &changes)?;
    }
}

#[test]
fn what_cannot_be_stored_changes_nothing() {
    let mut living = Living::new(Patterns::from_rows(&[[1.0f32, 2.0]]).unwrap());
    let before = living.synapses().clone();
    let id = living.id(0).unwrap();
    let narrow = PatternError::Width { expected: 2, found: 1 };
    assert_eq!(living.append(&[1.0]), Err(narrow.clone().into()));
    assert_eq!(living.replace(id, &[1.0]), Err(narrow.into()));
    assert!(matches!(
        living.append(&[1.0, f32::NAN]),
        Err(LivingError::Pattern(PatternError::NotFinite { pattern: 1, feature: 1, .. }))
    ));
    assert_eq!(living.replace(MemoryId(9), &[1.0, 1.0]), Err(LivingError::Unknown(MemoryId(9))));
    assert_eq!((living.synapses(), living.len()), (&before, 1));
}
