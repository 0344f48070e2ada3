//! What the check says of heads whose answer is known.

use attractor_attention::{AttentionError, HeadSample, equivalence};

/// Keys on the axes, far apart or near; the read-outs by hand.
fn sample(queries: &[[f64; 2]], keys: &[[f64; 2]]) -> HeadSample<f64> {
    let weights = |q: &[f64; 2]| {
        let w: Vec<f64> = keys.iter().map(|k| (k[0] * q[0] + k[1] * q[1]).exp()).collect();
        let sum: f64 = w.iter().sum();
        w.into_iter().map(|w| w / sum).collect::<Vec<f64>>()
    };
    let mean = |q: &[f64; 2]| {
        let w = weights(q);
        let of = |i: usize| w.iter().zip(keys).map(|(w, k)| w * k[i]).sum::<f64>();
        [of(0), of(1)]
    };
    let first = |q: &[f64; 2]| weights(q)[0];
    HeadSample {
        layer: 3,
        head: 1,
        features: 2,
        queries: queries.concat(),
        keys: keys.concat(),
        values: keys.iter().enumerate().map(|(j, _)| if j == 0 { 1.0 } else { 0.0 }).collect(),
        from_keys: queries.iter().flat_map(mean).collect(),
        from_values: queries.iter().map(first).collect(),
    }
}

#[test]
fn sharp_heads_settle_at_single_memories_and_blunt_ones_at_the_mean() {
    let sharp = sample(&[[5.0, 0.0], [0.0, 5.0]], &[[5.0, 0.0], [0.0, 5.0], [-5.0, 0.0]]);
    let blunt = sample(&[[0.1, 0.0], [0.0, 0.1]], &[[0.1, 0.0], [0.0, 0.1], [-0.1, 0.0]]);
    // two near, one far: what is near together is found together
    let both = sample(&[[4.0, 0.1]], &[[4.0, 0.0], [4.0, 0.2], [-4.0, 0.0]]);
    let found = equivalence(&[sharp, blunt, both], 1.0).unwrap();
    let kinds: Vec<[f64; 3]> = found.iter().map(|h| [h.single, h.metastable, h.global]).collect();
    assert_eq!(kinds, [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]);
    for head in &found {
        assert!(head.max_deviation < 1e-15, "{head:?}");
        assert!(head.energy_after <= head.energy_before + 1e-12, "{head:?}");
        assert_eq!((head.layer, head.head, head.memories), (3, 1, 3));
    }
    assert!((found[0].effective_memories - 1.0).abs() < 1e-9);
    assert!(found[1].effective_memories > 2.99 && (found[2].effective_memories - 2.0).abs() < 0.1);
    assert!((found[0].context_norm - 1.0).abs() < 1e-9);
}

#[test]
fn a_difference_is_found_in_its_unit() {
    let mut head = sample(&[[1.0, 0.0]], &[[4.0, 0.0], [0.0, 2.0]]);
    head.from_keys[1] += 0.01;
    let off = equivalence(&[head.clone()], 1.0).unwrap()[0].max_deviation;
    assert!((off - 0.0025).abs() < 1e-12); // of 4
    head.from_values[0] += 0.02;
    let off = equivalence(&[head], 1.0).unwrap()[0].max_deviation;
    assert!((off - 0.02).abs() < 1e-12); // of 1
}

#[test]
fn samples_that_cannot_be_are_refused() {
    let good = sample(&[[1.0, 0.0]], &[[4.0, 0.0], [0.0, 2.0]]);
    let told = |change: &dyn Fn(&mut HeadSample<f64>)| {
        let mut head = good.clone();
        change(&mut head);
        equivalence(&[head], 1.0).unwrap_err()
    };
    assert!(matches!(told(&|head| head.keys[1] = f64::NAN), AttentionError::Pattern(_)));
    assert!(matches!(told(&|head| head.queries[0] = f64::NAN), AttentionError::NotFinite { .. }));
    assert!(matches!(told(&|head| head.from_keys[0] = f64::NAN), AttentionError::NotFinite { .. }));
    assert!(matches!(told(&|head| head.from_values.clear()), AttentionError::Size { .. }));
    assert!(matches!(told(&|head| head.values.clear()), AttentionError::Pattern(_)));
    assert!(matches!(told(&|head| head.keys.clear()), AttentionError::Pattern(_)));
    assert!(matches!(told(&|head| head.queries.clear()), AttentionError::Size { .. }));
    assert!(matches!(told(&|head| head.features = 3), AttentionError::Pattern(_)));
    assert!(equivalence(&[good], 0.0).is_err());
    let still =
        HeadSample { keys: vec![0.0; 4], ..sample(&[[0.0, 0.0]], &[[0.0, 0.0], [0.0, 0.0]]) };
    assert_eq!(equivalence(&[still], 1.0).unwrap()[0].max_deviation.to_bits(), 0);
}
