//! One bit per sign: what is refused, and overlaps and votes against the plain definition.

use attractor_synapse::*;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

const SIZES: [usize; 12] = [1, 2, 3, 7, 8, 9, 63, 64, 65, 200, 257, 600];

fn signs<T: Element>(rows: usize, d: usize, seed: u64) -> Patterns<T> {
    let mut random = Pcg64::seed_from_u64(seed);
    let sign = |_| T::of(if random.random::<bool>() { 1.0 } else { -1.0 });
    Patterns::new((0..rows * d).map(sign).collect(), d).unwrap()
}

fn differ<T: Element>(a: &[T], b: &[T]) -> Vec<bool> {
    a.iter().zip(b).map(|(a, b)| a != b).collect()
}

fn as_defined<T: Element>(n: usize, d: usize, seed: u64) -> Result<(), TestCaseError> {
    let (patterns, cue) = (signs::<T>(n, d, seed), signs::<T>(1, d, !seed));
    let (packed, state) = (Signs::new(&patterns).unwrap(), Bits::new(cue.row(0)).unwrap());
    prop_assert_eq!((packed.memories(), packed.features()), (n, d));
    prop_assert_eq!(packed.to_patterns::<T>(), patterns.clone());
    prop_assert_eq!(packed.transposed().transposed(), packed.clone());
    let columns = (0..d).flat_map(|i| patterns.rows().map(move |row| row[i])).collect();
    prop_assert_eq!(packed.transposed(), Signs::new(&Patterns::new(columns, n).unwrap()).unwrap());
    let mut overlaps = vec![0; n];
    packed.overlaps(&state, &mut overlaps);
    for (h, row) in overlaps.iter().zip(patterns.rows()) {
        let expected: f64 = row.iter().zip(cue.row(0)).map(|(x, s)| x.f64() * s.f64()).sum();
        prop_assert!((*h as f64 - expected).abs() < 0.5, "{h} for {expected}");
    }
    // every third memory, and all of them
    for step in [1, 3] {
        let chosen: Vec<u32> = (0..n as u32).step_by(step).collect();
        let mut sums = vec![0.0; packed.width() * 64];
        packed.add_votes(&chosen, &state, 0.25, &mut sums);
        let mut expected = vec![0u32; packed.width() * 64];
        for &memory in &chosen {
            let differ = differ(patterns.row(memory as usize), cue.row(0));
            expected.iter_mut().zip(differ).for_each(|(e, d)| *e += u32::from(d));
        }
        prop_assert!(
            sums.iter().zip(&expected).all(|(s, e)| (*s - 0.25 * f64::from(*e)).abs() < 0.1)
        );
        let counted = (0..packed.width()).flat_map(|word| packed.votes(&chosen, &state, word));
        prop_assert_eq!(counted.collect::<Vec<_>>(), expected);
    }
    Ok(())
}

proptest! {
    #[test]
    fn overlaps_and_votes(
        n in prop::sample::select(&SIZES[..]),
        d in prop::sample::select(&SIZES[..]),
        seed in any::<u64>(),
    ) {
        as_defined::<f32>(n, d, seed)?;
        as_defined::<f64>(n, d, seed)?;
    }
}

/// Rows of few words are compared by code of their own for each number of words.
#[test]
fn distances_at_every_number_of_words() {
    for width in 1..=18 {
        for d in [64 * width - 63, 64 * width - 1, 64 * width] {
            let (patterns, cue) = (signs::<f32>(5, d, 7), signs::<f32>(1, d, 8));
            let mut found = [0; 4];
            let state = Bits::new(cue.row(0)).unwrap();
            Signs::new(&patterns).unwrap().distances(1..5, &state, &mut found);
            for (found, row) in found.iter().zip(patterns.rows().skip(1)) {
                let expected = differ(row, cue.row(0)).into_iter().filter(|differ| *differ).count();
                assert_eq!(*found as usize, expected, "{d}");
            }
        }
    }
}

#[test]
fn only_signs_fit() {
    let refused = |rows: &[[f64; 2]]| Signs::new(&Patterns::from_rows(rows).unwrap()).unwrap_err();
    let zero = PatternError::NotSign { pattern: 1, feature: 0, value: 0.0 };
    assert_eq!(refused(&[[1.0, -1.0], [0.0, 1.0]]), zero);
    assert!(zero.to_string().contains("pattern 1, feature 0 is 0"), "{zero}");
    let near = 1.0 - f64::EPSILON;
    assert_eq!(
        refused(&[[1.0, near]]),
        PatternError::NotSign { pattern: 0, feature: 1, value: near }
    );
    assert!(matches!(Bits::new(&[f32::NAN]), Err(PatternError::NotSign { feature: 0, .. })));
    assert_eq!(Bits::new::<f32>(&[]), Err(PatternError::NoFeatures));
}

#[test]
fn spins_turn() {
    let mut bits = Bits::of_signs(&[-0.0f64, -1e-300, 3.0, -2.0]);
    assert_eq!(bits.to_vec::<f32>(), [1.0, -1.0, 1.0, -1.0]);
    assert_eq!(bits.turn(0, 0b1010), 2);
    bits.flip(0);
    assert_eq!((bits.to_vec::<f32>(), bits.words()), (vec![-1.0, 1.0, 1.0, 1.0], &[0b1110][..]));
}

#[test]
#[should_panic(expected = "bits beyond 3 signs")]
fn nothing_is_set_beyond_the_last_sign() {
    Bits::of_signs(&[1.0f32; 3]).turn(0, 0b1000);
}
