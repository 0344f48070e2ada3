//! The one door for patterns, and what normalisation refuses.

use attractor_synapse::*;

#[test]
fn every_refusal_says_where_and_what() {
    let refused: [(Result<Patterns<f32>, PatternError>, &str); 8] = [
        (Patterns::new(vec![], 3), "there are no patterns"),
        (Patterns::new(vec![], 0), "no features"),
        (Patterns::new(vec![1.0], 0), "no features"),
        (Patterns::new(vec![1.0; 5], 2), "5 numbers cannot be split into patterns of 2"),
        (Patterns::from_rows::<[f32; 1]>(&[]), "there are no patterns"),
        (
            Patterns::from_rows(&[vec![1.0], vec![]]),
            "pattern 1 has 0 features, the patterns before it have 1",
        ),
        (Patterns::new(vec![1.0, f32::NAN], 2), "pattern 0, feature 1 is NaN"),
        (Patterns::new(vec![1.0, 0.0, f32::NEG_INFINITY], 1), "pattern 2, feature 0 is -inf"),
    ];
    for (refused, says) in refused {
        let message = refused.unwrap_err().to_string();
        assert!(message.contains(says), "{message}");
    }
    let wide = Patterns::new(vec![1e39f64], 1).unwrap().cast::<f32>().unwrap_err().to_string();
    assert!(wide.contains("--dtype f64"), "{wide}");
}

#[test]
fn appended_patterns_must_fit_and_change_nothing_if_they_do_not() {
    let mut patterns = Patterns::from_rows(&[[1.0f64, 2.0]]).unwrap();
    let before = patterns.clone();
    let narrow = Patterns::from_rows(&[[1.0]]).unwrap();
    assert_eq!(patterns.append(&narrow), Err(PatternError::Width { expected: 2, found: 1 }));
    assert_eq!(patterns, before);
    patterns.append(&before).unwrap();
    assert_eq!((patterns.len(), patterns.row(1)), (2, &[1.0, 2.0][..]));
}

fn normalized(kind: Normalize, rows: &[Vec<f64>]) -> Result<Vec<f64>, PatternError> {
    let patterns = Patterns::from_rows(rows)?;
    Normalization::fit(kind, &patterns).apply(patterns).map(Patterns::into_vec)
}

#[test]
fn normalisations_are_their_formulas_at_every_width() {
    for (n, d) in [(1, 1), (2, 3), (9, 8), (65, 63), (257, 2)] {
        let entry = |i: usize, k: usize| ((i * 31 + k * 17) % 23) as f64 - 11.0 + 0.25;
        let rows: Vec<Vec<f64>> = (0..n).map(|i| (0..d).map(|k| entry(i, k)).collect()).collect();
        let unit = normalized(Normalize::Unit, &rows).unwrap();
        let center = normalized(Normalize::Center, &rows).unwrap();
        let sign = normalized(Normalize::Sign, &rows).unwrap();
        let low = rows.iter().flatten().copied().fold(f64::INFINITY, f64::min);
        let high = rows.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
        for (i, row) in rows.iter().enumerate() {
            let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
            for (k, x) in row.iter().enumerate() {
                let mean = rows.iter().map(|row| row[k]).sum::<f64>() / n as f64;
                assert!((unit[i * d + k] - x / length).abs() < 1e-15);
                assert!((center[i * d + k] - (x - mean)).abs() < 1e-13);
                assert_eq!(sign[i * d + k] > 0.0, *x > (low + high) / 2.0);
            }
        }
    }
}

#[test]
fn cues_get_what_was_fitted_to_the_memories_and_nothing_of_their_own() {
    let stored = Patterns::from_rows(&[[0.0f64, 10.0], [4.0, 6.0]]).unwrap();
    let cue = || Patterns::from_rows(&[[6.0f64, 4.0]]).unwrap();
    let center = Normalization::fit(Normalize::Center, &stored);
    assert_eq!(center.apply(cue()).unwrap().as_slice(), [4.0, -4.0]);
    let sign = Normalization::fit(Normalize::Sign, &stored);
    assert_eq!(sign.apply(cue()).unwrap().as_slice(), [1.0, -1.0]);
    assert_eq!((sign.kind(), center.kind()), (Normalize::Sign, Normalize::Center));
    let narrow = Patterns::from_rows(&[[1.0f64]]).unwrap();
    assert_eq!(center.apply(narrow), Err(PatternError::Width { expected: 2, found: 1 }));
}

#[test]
fn extreme_patterns_are_normalised_or_refused() {
    for scale in [5e-324f64, 1e-310, 1e-200, 1e200, 1e308] {
        let unit = normalized(Normalize::Unit, &[vec![scale, 0.0], vec![-scale, scale]]).unwrap();
        assert_eq!(unit[..2], [1.0, 0.0]);
        assert!((unit[3] - 0.5f64.sqrt()).abs() < 1e-15, "{scale:e}");
    }
    let far = normalized(Normalize::Center, &[vec![-1.7e308], vec![1.7e308], vec![1.7e308]]);
    assert!(matches!(far, Err(PatternError::NotFinite { pattern: 0, feature: 0, .. })), "{far:?}");
}

/// Many numbers are looked at by all threads, a piece each; the first that is none is named all the same.
#[test]
fn of_many_numbers_the_first_that_is_none_is_named() {
    let (n, d) = (40_000, 33);
    let numbers = vec![1.5f32; n * d];
    assert!(Patterns::new(numbers.clone(), d).is_ok());
    for places in [vec![0], vec![n * d - 1], vec![700_000, 262_144], vec![1_048_576, 1_048_575]] {
        let mut numbers = numbers.clone();
        places.iter().for_each(|&at| numbers[at] = f32::NAN);
        let at = places.into_iter().min().unwrap();
        let Err(PatternError::NotFinite { pattern, feature, .. }) = Patterns::new(numbers, d)
        else {
            panic!("a NaN at {at} is not found")
        };
        assert_eq!((pattern, feature), (at / d, at % d));
    }
}

#[test]
fn the_lengths_of_many_memories_are_those_of_each() {
    let (n, d) = (40_000, 33);
    let numbers: Vec<f32> = (0..n * d).map(|i| (i * 37 % 101) as f32 - 50.0).collect();
    let xi = Synapses::new(Patterns::new(numbers.clone(), d).unwrap());
    for (row, found) in numbers.chunks_exact(d).zip(xi.squared_norms()) {
        let truth: f64 = row.iter().map(|x| f64::from(x * x)).sum();
        assert!((found - truth).abs() <= 1e-9 * truth, "{found} is not {truth}");
    }
}
