//! Layers: against PyTorch's, with shared and static heads, and sample by sample.

mod common;

use attractor_attention::*;
use attractor_io::{NamedTensors, Source, Tensor, read_tensors};
use attractor_synapse::{Element, Patterns, Synapses};
use common::{numbers, patterns};
use rand::SeedableRng;
use rand_pcg::Pcg64;

/// Layers of torch.nn.MultiheadAttention with inputs, outputs and gradients, made by torch 2.15 in f64.
fn torch<T: Element>() -> NamedTensors<T> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/torch.safetensors");
    read_tensors(&Source::from_arg(path)).unwrap()
}

fn rows<T: Element>(tensors: &NamedTensors<T>, name: &str) -> Patterns<T> {
    let tensor = tensors.get(name).unwrap_or_else(|| panic!("{name}"));
    Patterns::new(tensor.data().to_vec(), *tensor.shape().last().unwrap()).unwrap()
}

fn flags<T: Element>(tensors: &NamedTensors<T>, name: &str) -> Vec<bool> {
    tensors.get(name).unwrap().data().iter().map(|x| *x == T::ONE).collect()
}

fn apart<T: Element>(found: &[T], expected: &[T]) -> f64 {
    assert_eq!(found.len(), expected.len());
    assert!(found.iter().chain(expected).all(|x| x.is_finite()), "max drops a NaN");
    found.iter().zip(expected).fold(0.0, |most: f64, (a, b)| most.max((a.f64() - b.f64()).abs()))
}

#[test]
fn layers_of_torch_give_what_torch_gives() {
    fn holds<T: Element>(slack: f64) {
        let all = torch::<T>();
        let [q, k, v] = ["q", "k", "v"].map(|name| rows(&all, name));
        let (pad, pairs) = (flags(&all, "pad"), flags(&all, "pairs"));
        let added = all.get("add").unwrap().data().iter().map(|x| x.f64()).collect();
        let whole = Association::from_state_dict(&all, "whole.", 3).unwrap();
        let split = Association::from_state_dict(&all, "split.", 2).unwrap();
        let sets = Sets { queries: &q, keys: &k, values: &v };
        let [k2, v2] = ["k2", "v2"].map(|name| rows(&all, name));
        let narrow = Sets { queries: &q, keys: &k2, values: &v2 };
        let masked = Mask::default().keys(Ignore(pad)).pairs(Ignore(pairs));
        let cases = [
            ("whole.plain", &whole, sets, Mask::default()),
            ("whole.masked", &whole, sets, masked),
            ("whole.added", &whole, sets, Mask::default().added(added)),
            ("whole.causal", &whole, Sets::own(&q), Mask::default().causal()),
            ("split.plain", &split, narrow, Mask::default()),
        ];
        for (name, layer, sets, mask) in cases {
            let found = layer.associate(&sets, &mask).unwrap();
            let off = apart(found.output.as_slice(), rows(&all, name).as_slice());
            assert!(off < slack, "{name}: {off}");
        }
    }
    holds::<f64>(1e-14);
    holds::<f32>(4e-6);
}

#[test]
fn gradients_are_those_of_torch() {
    let all = torch::<f64>();
    let [q, k, v] = ["q", "k", "v"].map(|name| rows(&all, name));
    let mask = Mask::default().keys(Ignore(flags(&all, "pad"))).pairs(Ignore(flags(&all, "pairs")));
    let layer = Association::from_state_dict(&all, "whole.", 3).unwrap();
    let sets = Sets { queries: &q, keys: &k, values: &v };
    let pull = rows(&all, "pull");
    let found = layer.vjp(&sets, &mask, pull.as_slice()).unwrap();
    let sides: Vec<&LinearGradient> =
        found.sides.iter().map(|side| side.projection.as_ref().unwrap()).collect();
    let weight: Vec<f64> = sides.iter().flat_map(|side| side.weight.clone()).collect();
    let bias: Vec<f64> = sides.iter().flat_map(|side| side.bias.clone()).collect();
    let output = found.output.unwrap();
    for (name, found) in [
        ("grad.q", &found.queries),
        ("grad.k", &found.keys),
        ("grad.v", &found.values),
        ("grad.in_proj_weight", &weight),
        ("grad.in_proj_bias", &bias),
        ("grad.out_proj.weight", &output.weight),
        ("grad.out_proj.bias", &output.bias),
    ] {
        let off = apart(found, all.get(name).unwrap().data());
        assert!(off < 2e-14, "{name}: {off}");
    }
}

fn linear(seed: u64, outputs: usize, inputs: usize) -> Linear<f64> {
    let mut rng = Pcg64::seed_from_u64(seed);
    Linear::new(patterns(seed + 100, outputs, inputs), Some(numbers(&mut rng, outputs))).unwrap()
}

fn norm(seed: u64, features: usize) -> FeatureNorm {
    let mut rng = Pcg64::seed_from_u64(seed);
    FeatureNorm::new(numbers(&mut rng, features), numbers(&mut rng, features), 0.1).unwrap()
}

/// 4 heads that share 2 of keys and values; norms, projections and an output; several softmaxes.
fn grouped(steps: usize) -> Association<f64> {
    let side = |seed: u64, outputs: usize, inputs: usize| Side {
        norm: Some(norm(seed, inputs)),
        projection: Some(linear(seed, outputs, inputs)),
    };
    Association::new(4)
        .unwrap()
        .with_sides(side(1, 12, 5), side(2, 6, 4), side(3, 4, 7))
        .with_head_norm(norm(9, 3))
        .with_output(linear(5, 3, 8))
        .with_betas(&[0.3, 0.5, 0.8, 1.1])
        .unwrap()
        .with_steps(Steps::exactly(steps).unwrap())
}

#[test]
fn heads_that_share_keys_are_heads_with_equal_keys() {
    let shared = grouped(2);
    let [query, key, value] = shared.sides().map(Clone::clone);
    let twice = |side: &Side<f64>, width: usize| {
        let own = side.projection.as_ref().unwrap();
        let order = [0, 0, 1, 1].into_iter().flat_map(|h| h * width..(h + 1) * width);
        let order: Vec<usize> = order.collect();
        let weight: Vec<&[f64]> = order.iter().map(|row| own.weight().row(*row)).collect();
        let bias = order.iter().map(|row| own.bias().unwrap()[*row]).collect();
        let projection = Linear::new(Patterns::from_rows(&weight).unwrap(), Some(bias)).unwrap();
        Side { projection: Some(projection), norm: side.norm.clone() }
    };
    let own = shared.clone().with_sides(query, twice(&key, 3), twice(&value, 2));
    let (q, k, v) = (patterns(7, 6, 5), patterns(8, 9, 4), patterns(9, 9, 7));
    let sets = Sets { queries: &q, keys: &k, values: &v };
    let mask = Mask::default().causal_from(2);
    let [one, other] = [shared, own].map(|layer| layer.associate(&sets, &mask).unwrap());
    assert_eq!(one, other);
}

#[test]
fn a_whole_layer_differentiates() {
    for steps in [1, 3] {
        let layer = grouped(steps);
        let (q, k, v) = (patterns(7, 3, 5), patterns(8, 4, 4), patterns(9, 4, 7));
        let mask = Mask::default().keys(Keep(vec![true, true, false, true]));
        let pull: Vec<f64> = (0..9).map(|i| f64::from(i % 5) - 1.7).collect();
        let loss =
            |layer: &Association<f64>, q: &Patterns<f64>, k: &Patterns<f64>, v: &Patterns<f64>| {
                let sets = Sets { queries: q, keys: k, values: v };
                let found = layer.associate(&sets, &mask).unwrap();
                found.output.as_slice().iter().zip(&pull).map(|(a, b)| a * b).sum::<f64>()
            };
        let found = layer.vjp(&Sets { queries: &q, keys: &k, values: &v }, &mask, &pull).unwrap();
        let close = |what: &str, found: f64, slope: f64| {
            assert!((found - slope).abs() < 1e-8 * (1.0 + slope.abs()), "{what}: {found} {slope}");
        };
        let nudged = |rows: &Patterns<f64>, at: usize, by: f64| {
            let mut numbers = rows.as_slice().to_vec();
            numbers[at] += by;
            Patterns::new(numbers, rows.features()).unwrap()
        };
        for at in [0, 7, 14] {
            close(
                "query",
                found.queries[at],
                common::slope(|x| loss(&layer, &nudged(&q, at, x), &k, &v), 1e-3),
            );
            close(
                "key",
                found.keys[at],
                common::slope(|x| loss(&layer, &q, &nudged(&k, at, x), &v), 1e-3),
            );
            close(
                "value",
                found.values[at],
                common::slope(|x| loss(&layer, &q, &k, &nudged(&v, at, x)), 1e-3),
            );
        }
        for head in 0..4 {
            let betas = |x: f64| {
                let mut betas = [0.3, 0.5, 0.8, 1.1];
                betas[head] *= x.exp();
                layer.clone().with_betas(&betas).unwrap()
            };
            close("β", found.log_betas[head], common::slope(|x| loss(&betas(x), &q, &k, &v), 1e-3));
        }
        let wiggle = |numbers: &[f64], at: usize, by: f64| {
            let mut numbers = numbers.to_vec();
            numbers[at] += by;
            numbers
        };
        let moved = |old: &Linear<f64>, weight: Option<usize>, bias: Option<usize>, by: f64| {
            let weight =
                weight.map_or_else(|| old.weight().clone(), |at| nudged(old.weight(), at, by));
            let bias = bias.map_or_else(
                || old.bias().unwrap().to_vec(),
                |at| wiggle(old.bias().unwrap(), at, by),
            );
            Linear::new(weight, Some(bias)).unwrap()
        };
        for (i, gradient) in found.sides.iter().enumerate() {
            let with = |projection: Linear<f64>| {
                let mut sides = layer.sides().map(Clone::clone);
                sides[i].projection = Some(projection);
                let [q, k, v] = sides;
                layer.clone().with_sides(q, k, v)
            };
            let old = layer.sides()[i].projection.as_ref().unwrap();
            let own = gradient.projection.as_ref().unwrap();
            close(
                "weight",
                own.weight[5],
                common::slope(|x| loss(&with(moved(old, Some(5), None, x)), &q, &k, &v), 1e-3),
            );
            close(
                "bias",
                own.bias[1],
                common::slope(|x| loss(&with(moved(old, None, Some(1), x)), &q, &k, &v), 1e-3),
            );
        }
        let out = layer.output().unwrap();
        let own = found.output.as_ref().unwrap();
        let with = |x: f64, weight, bias| layer.clone().with_output(moved(out, weight, bias, x));
        close(
            "output",
            own.weight[4],
            common::slope(|x| loss(&with(x, Some(4), None), &q, &k, &v), 1e-3),
        );
        close(
            "output's bias",
            own.bias[2],
            common::slope(|x| loss(&with(x, None, Some(2)), &q, &k, &v), 1e-3),
        );
        // the norms: their gains and shifts
        let seeds = [1, 2, 3];
        for (i, seed) in seeds.into_iter().enumerate() {
            let width = [5, 4, 7][i];
            let mut rng = Pcg64::seed_from_u64(seed);
            let (gain, shift): (Vec<f64>, Vec<f64>) =
                (numbers(&mut rng, width), numbers(&mut rng, width));
            let with = |norm: FeatureNorm| {
                let mut sides = layer.sides().map(Clone::clone);
                sides[i].norm = Some(norm);
                let [q, k, v] = sides;
                layer.clone().with_sides(q, k, v)
            };
            let of =
                |gain: Vec<f64>, shift: Vec<f64>| with(FeatureNorm::new(gain, shift, 0.1).unwrap());
            let own = found.sides[i].norm.as_ref().unwrap();
            close(
                "gain",
                own.weight[1],
                common::slope(|x| loss(&of(wiggle(&gain, 1, x), shift.clone()), &q, &k, &v), 1e-3),
            );
            close(
                "shift",
                own.bias[2],
                common::slope(|x| loss(&of(gain.clone(), wiggle(&shift, 2, x)), &q, &k, &v), 1e-3),
            );
        }
        let mut rng = Pcg64::seed_from_u64(9);
        let (gain, shift): (Vec<f64>, Vec<f64>) = (numbers(&mut rng, 3), numbers(&mut rng, 3));
        let of = |gain: Vec<f64>, shift: Vec<f64>| {
            layer.clone().with_head_norm(FeatureNorm::new(gain, shift, 0.1).unwrap())
        };
        let own = found.head_norm.as_ref().unwrap();
        close(
            "heads' gain",
            own.weight[0],
            common::slope(|x| loss(&of(wiggle(&gain, 0, x), shift.clone()), &q, &k, &v), 1e-3),
        );
        close(
            "heads' shift",
            own.bias[1],
            common::slope(|x| loss(&of(gain.clone(), wiggle(&shift, 1, x)), &q, &k, &v), 1e-3),
        );
    }
}

#[test]
fn static_patterns_do_not_mix_samples() {
    // every head sees the whole pattern; two samples, each by itself or in any order, give the same
    let layer = Association::<f32>::new(2).unwrap().with_betas(&[1.0, 10.0]).unwrap();
    let samples: Vec<(Patterns<f32>, Patterns<f32>)> =
        (0..2).map(|s| (patterns(s, 3, 4), patterns(s + 10, 5, 4))).collect();
    let run = |(queries, keys): &(Patterns<f32>, Patterns<f32>)| {
        layer.associate(&Sets::of(queries, keys), &Mask::default()).unwrap()
    };
    let there: Vec<_> = samples.iter().map(run).collect();
    let mut back: Vec<_> = samples.iter().rev().map(run).collect();
    back.reverse();
    assert_eq!(there, back);
    for ((queries, keys), found) in samples.iter().zip(&there) {
        let keys = Synapses::new(keys.clone());
        for (h, beta) in [1.0, 10.0].into_iter().enumerate() {
            let alone = Head::new(&keys, beta).unwrap();
            let alone = alone.attend(queries.as_slice(), &Mask::default(), Steps::ONE).unwrap();
            for q in 0..3 {
                assert_eq!(found.output.row(q)[4 * h..][..4], alone.output[4 * q..][..4]);
            }
        }
    }
}

#[test]
fn raw_patterns_are_retrieved_without_any_flag() {
    let stored = Patterns::from_rows(&[
        [1.0f64, -1.0, 1.0, 1.0],
        [-1.0, -1.0, 1.0, -1.0],
        [1.0, 1.0, -1.0, 1.0],
    ])
    .unwrap();
    let damaged = Patterns::from_rows(&[[1.0, -1.0, 1.0, 0.0]]).unwrap();
    let found = Association::new(1)
        .unwrap()
        .associate(&Sets::of(&damaged, &stored), &Mask::default())
        .unwrap();
    let (state, memory) = (found.output.row(0), stored.row(0));
    let signs = |row: &[f64]| row.iter().map(|x| x.is_sign_positive()).collect::<Vec<bool>>();
    assert_eq!(signs(state), signs(memory));
}

#[test]
fn pooling_and_look_up_are_associations() {
    let layer = grouped(2);
    let pooling = Pooling::new(
        layer.clone().with_sides(
            layer.sides()[0].clone(),
            layer.sides()[1].clone(),
            linear(3, 4, 4).into(),
        ),
        patterns(1, 2, 5),
    );
    let set = patterns(2, 6, 4);
    let mask = Mask::default().keys(Ignore(vec![false, true, false, false, false, false]));
    let pooled = pooling.pool(&set, &mask).unwrap();
    assert_eq!((pooled.output.len(), pooled.output.features()), (2, 3));
    let kept =
        Patterns::from_rows(&(0..6).filter(|i| *i != 1).map(|i| set.row(i)).collect::<Vec<_>>())
            .unwrap();
    let without = pooling.pool(&kept, &Mask::default()).unwrap();
    assert!(apart(pooled.output.as_slice(), without.output.as_slice()) < 1e-13);
    let lookup = Lookup::new(layer, patterns(3, 8, 4), Some(patterns(4, 8, 7)));
    let found = lookup.look_up(&patterns(5, 2, 5), &Mask::default()).unwrap();
    assert_eq!((found.output.len(), found.blind().len()), (2, 0));
    let gradient = lookup.vjp(&patterns(5, 2, 5), &Mask::default(), &[1.0; 6]).unwrap();
    assert_eq!((gradient.keys.len(), gradient.values.len()), (32, 56));
}

fn dict(entries: &[(&str, &[usize])]) -> NamedTensors<f64> {
    let tensor = |name: &str, shape: &[usize]| {
        let count = shape.iter().product::<usize>();
        let mut rng = Pcg64::seed_from_u64(name.len() as u64 + count as u64);
        Tensor::new(shape.to_vec(), numbers(&mut rng, count)).unwrap()
    };
    NamedTensors::new(entries.iter().map(|(name, shape)| (*name, tensor(name, shape)))).unwrap()
}

#[test]
fn hopfield_layers_are_read_by_their_names() {
    // association space of 2 heads × 3, patterns of 4, values of 5 projected to 2 heads × 2
    let names: [(&str, &[usize]); 15] = [
        ("hopfield.association_core.q_proj_weight", &[6, 4]),
        ("hopfield.association_core.k_proj_weight", &[6, 4]),
        ("hopfield.association_core.v_proj_weight", &[4, 4]),
        ("hopfield.association_core.in_proj_bias", &[16]),
        ("hopfield.association_core.out_proj.weight", &[7, 4]),
        ("hopfield.association_core.out_proj.bias", &[7]),
        ("hopfield.association_core.p_norm_weight", &[3]),
        ("hopfield.association_core.p_norm_bias", &[3]),
        ("hopfield.norm_state_pattern.weight", &[4]),
        ("hopfield.norm_state_pattern.bias", &[4]),
        ("hopfield.norm_stored_pattern.weight", &[4]),
        ("hopfield.norm_stored_pattern.bias", &[4]),
        ("hopfield.norm_pattern_projection.weight", &[4]),
        ("hopfield.norm_pattern_projection.bias", &[4]),
        ("pooling_weights", &[1, 2, 4]),
    ];
    let all = dict(&names);
    assert_eq!(layers_of(&all), ["hopfield."]);
    let pooling = Pooling::from_state_dict(&all, "", 2).unwrap();
    assert_eq!((pooling.queries.len(), pooling.queries.features()), (2, 4));
    let set = patterns(3, 5, 4);
    let found = pooling.pool(&set, &Mask::default()).unwrap();

    // the same, put together by hand
    let get = |name: &str| all.get(name).unwrap();
    let numbers = |name: &str| get(name).data().to_vec();
    let core = |name: &str| format!("hopfield.association_core.{name}");
    let bias = numbers(&core("in_proj_bias"));
    let side = |name: &str, norm: &str, range: std::ops::Range<usize>| {
        let weight = get(&core(name));
        let weight = Patterns::new(weight.data().to_vec(), weight.shape()[1]).unwrap();
        let [gain, shift] =
            ["weight", "bias"].map(|part| numbers(&format!("hopfield.{norm}.{part}")));
        Side {
            norm: Some(FeatureNorm::new(gain, shift, 1e-5).unwrap()),
            projection: Some(Linear::new(weight, Some(bias[range].to_vec())).unwrap()),
        }
    };
    let out = Patterns::new(numbers(&core("out_proj.weight")), 4).unwrap();
    let by_hand = Association::new(2)
        .unwrap()
        .with_sides(
            side("q_proj_weight", "norm_state_pattern", 0..6),
            side("k_proj_weight", "norm_stored_pattern", 6..12),
            side("v_proj_weight", "norm_pattern_projection", 12..16),
        )
        .with_head_norm(
            FeatureNorm::new(numbers(&core("p_norm_weight")), numbers(&core("p_norm_bias")), 1e-5)
                .unwrap(),
        )
        .with_output(Linear::new(out, Some(numbers(&core("out_proj.bias")))).unwrap());
    let expected = by_hand.associate(&Sets::of(&pooling.queries, &set), &Mask::default()).unwrap();
    assert_eq!(found, expected);

    let mut lookup = names;
    lookup[14] = ("lookup_weights", &[1, 9, 4]);
    let lookup = Lookup::from_state_dict(&dict(&lookup), "", 2).unwrap();
    assert_eq!((lookup.memories.len(), lookup.targets), (9, None));
}

#[test]
fn other_names_and_shapes() {
    let linear: [(&str, &[usize]); 5] = [
        ("layers.3.q_proj.weight", &[8, 6]),
        ("layers.3.k_proj.weight", &[4, 6]),
        ("layers.3.v_proj.weight", &[4, 6]),
        ("layers.3.v_proj.bias", &[4]),
        ("layers.3.o_proj.weight", &[6, 8]),
    ];
    let all = dict(&linear);
    assert_eq!(layers_of(&all), ["layers.3."]);
    let layer = Association::from_state_dict(&all, "layers.3.", 4).unwrap();
    let rows = patterns(1, 3, 6);
    let found = layer.associate(&Sets::own(&rows), &Mask::default().causal()).unwrap();
    assert_eq!((found.output.len(), found.output.features()), (3, 6));

    // a static query has no projection and no bias; the values' part of the bias is there all the same
    let still = dict(&[
        ("k_proj_weight", &[4, 3]),
        ("v_proj_weight", &[4, 3]),
        ("in_proj_bias", &[8]),
        ("out_proj.weight", &[2, 4]),
    ]);
    let still = Association::from_state_dict(&still, "", 2).unwrap();
    assert!(still.sides()[0].projection.is_none() && still.sides()[1].projection.is_some());
    let found = still.associate(
        &Sets { queries: &patterns(1, 2, 2), keys: &patterns(2, 5, 3), values: &patterns(3, 5, 3) },
        &Mask::default(),
    );
    assert_eq!(found.unwrap().output.features(), 2);

    let told = |entries: &[(&str, &[usize])]| {
        Association::from_state_dict(&dict(entries), "", 2).unwrap_err().to_string()
    };
    assert!(told(&[("weight", &[6, 2])]).contains("no tensor \"in_proj_weight\""));
    assert!(told(&[("in_proj_weight", &[7, 2])]).contains("static"));
    assert!(told(&[("in_proj_weight", &[6, 2]), ("in_proj_bias", &[5])]).contains("[6] is needed"));
    assert!(told(&[("in_proj_weight", &[6])]).contains("a matrix is needed"));
    assert!(told(&[("in_proj_weight", &[6, 2]), ("bias_k", &[1, 1, 2])]).contains("bias_k"));
    assert!(told(&[("q_proj.weight", &[6, 2]), ("q_proj.bias", &[3])]).contains("[6] is needed"));
}

#[test]
fn sets_and_layers_that_do_not_fit_are_refused() {
    let (three, four) = (patterns::<f64>(1, 3, 4), patterns::<f64>(2, 4, 4));
    let plain = Association::<f64>::new(1).unwrap();
    let told = |layer: &Association<f64>, sets: Sets<'_, f64>| {
        layer.associate(&sets, &Mask::default()).unwrap_err().to_string()
    };
    let uneven = Sets { queries: &three, keys: &three, values: &four };
    assert!(told(&plain, uneven).contains("the list of values has 4, 3 is needed"));
    assert!(told(&plain, Sets::of(&three, &patterns(3, 2, 5))).contains("a key"));
    let sided = |heads: usize, q: usize, k: usize, v: usize| {
        let layer = Association::new(heads).unwrap();
        layer.with_sides(linear(1, q, 4).into(), linear(2, k, 4).into(), linear(3, v, 4).into())
    };
    assert!(
        told(&sided(3, 8, 6, 6), Sets::own(&three)).contains("8, does not divide into 3 heads")
    );
    assert!(
        told(&sided(2, 8, 6, 6), Sets::own(&three)).contains("the last head of the projected keys")
    );
    assert!(told(&sided(4, 8, 6, 6), Sets::own(&three)).contains("does not divide into 3 heads"));
    assert!(told(&sided(4, 8, 4, 3), Sets::own(&three)).contains("the projection of the values"));
    let out = sided(2, 8, 8, 6).with_output(linear(4, 4, 8));
    assert!(told(&out, Sets::own(&three)).contains("the input of the output projection"));
    assert!(matches!(Association::<f32>::new(0), Err(AttentionError::NoHeads)));
    assert!(Association::<f32>::new(2).unwrap().with_betas(&[1.0; 3]).is_err());
    assert!(Association::<f32>::new(2).unwrap().with_betas(&[1.0, -1.0]).is_err());
    let huge = Linear::new(Patterns::from_rows(&[[1e300, 1e300]]).unwrap(), None).unwrap();
    let wide = Patterns::from_rows(&[[1e300, 1e300]]).unwrap();
    assert!(matches!(huge.project(&wide), Err(AttentionError::Range { .. })));
}
