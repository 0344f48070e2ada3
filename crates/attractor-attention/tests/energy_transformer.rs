//! The energy transformer against its formulas, and where its energy falls.

mod tokens;

use attractor_attention::*;
use attractor_dynamics::{Guarantee, Outcome, Proof, StopRule, settle};
use attractor_effective::ModernHopfield;
use attractor_lagrangian::*;
use attractor_synapse::{Patterns, Synapses};
use proptest::prelude::*;
use tokens::*;

fn published(alpha: f64) -> Motion {
    Motion::published(alpha).unwrap()
}

fn leaky(eta: f64) -> Motion {
    Motion::leaky(Factor::euler(eta).unwrap())
}

#[test]
fn energy_and_forces_are_those_of_the_paper() {
    for (seed, n) in [(1, 1), (2, 2), (3, 3), (4, 7)] {
        let weights = Weights::new(seed, Shape { n, ..SMALL }, 0.5);
        let block = weights.block::<f64>();
        let mut state = block.start(&numbers(seed, n * 5)).unwrap();
        let (x, g) = (state.currents().to_vec(), state.outputs().to_vec());
        let energy = block.energy(&state);
        let parts = [energy.attention, energy.memories, energy.tokens];
        let exact = [weights.attention(&g, false), weights.hopfield(&g), weights.layers(&x, &g)];
        for (part, exact) in parts.iter().zip(exact) {
            assert!(
                (part.value - exact).abs() <= 1e-13 * (1.0 + part.magnitude),
                "{part:?} {exact}"
            );
        }
        let forces = block.forces(&mut state);
        let size = largest(forces.iter().copied());
        for (i, force) in forces.iter().enumerate() {
            let slope = derivative(&g, i, &|g| weights.published(g, false));
            assert!((force + slope).abs() < 1e-9 * size, "n {n}, {i}: {force} and {slope}");
        }
    }
}

/// The identity of the theorem for one sweep: E(after) − E(before) = −drop, in f64 to the last digits.
fn identity(weights: &Weights, tokens: &[f64], motion: Motion) -> Result<(), TestCaseError> {
    let block = weights.block::<f64>();
    let mut state = block.start(tokens).unwrap();
    for _ in 0..3 {
        let before = motion.energy(&block.energy(&state));
        let certificate = block.step(&mut state, &Scheme::one_by_one(motion));
        let after = motion.energy(&block.energy(&state));
        let scale = before.magnitude + after.magnitude + certificate.drop;
        let off = after.value - before.value + certificate.drop;
        // at α = 10⁻³ the last digit of a large x is a thousand times that of αT
        prop_assert!(
            off.abs() <= 1e-12 * scale + certificate.rounding,
            "{off:e} of {scale:e}, {certificate:?}"
        );
        prop_assert!(certificate.drop >= 0.0 && certificate.rounding >= 0.0);
        prop_assert!(certificate.proof == Proof::Full);
    }
    Ok(())
}

/// The f64 energy of f32 states falls by what the certificate says less its rounding.
fn descent(
    weights: &Weights,
    tokens: &[f64],
    motion: Motion,
    proof: Proof,
) -> Result<(), TestCaseError> {
    let (block, exact) = (weights.block::<f32>(), weights.block::<f64>());
    let tokens: Vec<f32> = tokens.iter().map(|x| *x as f32).collect();
    let mut state = block.start(&tokens).unwrap();
    let energy = |state: &TokenState<f32>| {
        let (x, g) = (lift(state.currents()), lift(state.outputs()));
        let size = motion.energy(&exact.energy(&exact.start(&x).unwrap())).magnitude;
        let layers = if motion == leaky(1.0) || motion == leaky(0.3) || motion == leaky(1e-3) {
            weights.layers(&x, &g)
        } else {
            0.0
        };
        (weights.published(&g, false) + layers, size)
    };
    for _ in 0..3 {
        let before = energy(&state);
        let certificate = block.step(&mut state, &Scheme { proof, ..Scheme::one_by_one(motion) });
        let after = energy(&state);
        let bound = certificate.rounding + 1e-12 * (before.1 + after.1 + certificate.drop);
        let change = after.0 - before.0;
        prop_assert!(change <= bound - certificate.drop, "{change:e}, {certificate:?}");
        if proof == Proof::Full {
            prop_assert!(change >= -bound - certificate.drop, "{change:e}, {certificate:?}");
        }
    }
    Ok(())
}

fn shapes() -> impl Strategy<Value = Shape> {
    let of = |sizes: &'static [usize]| prop::sample::select(sizes);
    (of(&[1, 2, 3, 7]), of(&[1, 2, 3, 8, 9]), of(&[1, 2, 3]), of(&[1, 2, 5]), of(&[1, 7, 65]))
        .prop_map(|(n, d, h, y, m)| Shape { n, d, h, y, m })
}

fn motions() -> impl Strategy<Value = Motion> {
    prop::sample::select(vec![
        leaky(1.0),
        leaky(0.3),
        leaky(1e-3),
        published(1e-3),
        published(0.1),
        published(1.0),
        published(30.0),
        published(1e3),
    ])
}

/// Tokens with zeros, ties among features and among tokens, and a large entry.
fn drawn(seed: u64, shape: Shape) -> Vec<f64> {
    let mut x = attractor_laws::currents::<f64>(seed, shape.n * shape.d);
    match seed % 4 {
        0 => (1..shape.n).for_each(|token| x.copy_within(0..shape.d, token * shape.d)),
        1 => x[..shape.d].fill(0.0),
        2 => x[..shape.d].fill(0.5),
        _ => {}
    }
    x.iter().map(|x| f64::from(*x as f32)).collect()
}

proptest! {
    #[test]
    fn the_identity_holds_in_f64(
        shape in shapes(), seed in 0u64..1 << 40, motion in motions(),
        beta in prop::sample::select(vec![1e-3, 0.3, 1.0, 1e3, 1e6]),
    ) {
        identity(&Weights::new(seed, shape, beta), &drawn(seed, shape), motion)?;
    }

    #[test]
    fn the_energy_falls_in_f32(
        shape in shapes(), seed in 0u64..1 << 40, motion in motions(), full in any::<bool>(),
        beta in prop::sample::select(vec![1e-3, 0.3, 1.0, 1e3, 1e6]),
    ) {
        let proof = if full { Proof::Full } else { Proof::Visible };
        descent(&Weights::new(seed, shape, beta), &drawn(seed, shape), motion, proof)?;
    }
}

#[test]
fn at_once_the_energy_may_rise_and_one_by_one_it_does_not() {
    let largest_rise = |seed: u64, scheme: Scheme| {
        let mut weights = Weights::new(seed, SMALL, 0.05);
        // tokens that dislike each other: at once, all of them run to the same side
        weights.keys = weights.queries.iter().map(|q| -3.0 * q).collect();
        let block = weights.block::<f64>();
        let mut state = block.start(&numbers(seed, 20)).unwrap();
        let energy = |state: &_| block.energy(state).published().value;
        let rise = |_| {
            let before = energy(&state);
            let certificate = block.step(&mut state, &scheme);
            assert!(certificate.drop >= 0.0);
            energy(&state) - before
        };
        (0..20).map(rise).fold(f64::NEG_INFINITY, f64::max)
    };
    let motion = published(100.0);
    let (at_once, one_by_one) = (Scheme::at_once(motion), Scheme::one_by_one(motion));
    assert_eq!(at_once.guarantee(), Guarantee::None);
    assert_eq!(one_by_one.guarantee(), Guarantee::Unconditional);
    let most = |scheme| (0..40).map(|seed| largest_rise(seed, scheme)).fold(f64::MIN, f64::max);
    let (rise, fall) = (most(at_once), most(one_by_one));
    assert!(rise > 0.1, "at once: {rise}");
    assert!(fall < 1e-12, "one by one: {fall}");
}

/// One query of one head against the others' keys is one step of model B.
#[test]
fn a_query_is_a_step_of_model_b() {
    let (n, d, beta) = (5, 6, 1.5);
    let mut weights = Weights::new(8, Shape { n, d, h: 1, y: 3, m: 1 }, beta);
    weights.memories.fill(0.0);
    // queries read the first three features, keys the others: so do the two roles of the force
    for (i, (q, k)) in weights.queries.iter_mut().zip(&mut weights.keys).enumerate() {
        *(if i % d < 3 { k } else { q }) = 0.0;
    }
    let block = weights.block::<f64>();
    let mut state = block.start(&numbers(9, n * d)).unwrap();
    let g = state.outputs().to_vec();
    let forces = block.forces(&mut state);
    let project = |weights: &[f64], g: &[f64]| -> Vec<f64> {
        weights.chunks_exact(d).map(|row| dot(row, g)).collect()
    };
    for token in 0..n {
        let others = g.chunks_exact(d).enumerate().filter(|(other, _)| *other != token);
        let keys: Vec<_> = others.map(|(_, g)| project(&weights.keys, g)).collect();
        let query = project(&weights.queries, &g[token * d..(token + 1) * d]);
        let softmax = LogSumExp::new(beta).unwrap();
        let model = ModernHopfield::modern(Synapses::from_rows(&keys).unwrap(), softmax).unwrap();
        let how = attractor_effective::Recall::steps(1, 1e-9).unwrap();
        let step = model.retrieve(&query, &how, &mut ()).unwrap().swap_remove(0).state;
        for i in 0..3 {
            let back = (0..3).map(|y| weights.queries[y * d + i] * step[y]).sum::<f64>();
            assert!((forces[token * d + i] - back).abs() < 1e-14, "token {token}, feature {i}");
        }
    }
}

#[test]
fn it_comes_to_rest() {
    // as published the currents grow, and outputs come to rest as a power of the time
    for (motion, tolerance) in [(leaky(1.0), 1e-9), (leaky(0.3), 1e-9), (published(10.0), 0.05)] {
        let weights = Weights::new(5, SMALL, 1.0);
        let block = weights.block::<f64>();
        let scheme = Scheme::one_by_one(motion);
        let blocks = Blocks { transformer: &block, scheme };
        let start = |seed| block.start(&numbers(seed, 20)).unwrap();
        let mut batch = TokenBatch::new(vec![start(1), start(2)]);
        let rule = StopRule::rest(tolerance, 10_000).unwrap();
        for run in settle(&blocks, &mut batch, &rule, &mut ()) {
            assert_eq!(run.outcome, Outcome::Settled, "{motion:?}: {run:?}");
            let fall = run.energy_start.value - run.energy.value;
            assert!((fall - run.certificate.drop).abs() < 1e-10 * run.energy.magnitude);
        }
    }
}

#[test]
fn frozen_tokens_stay_and_are_seen() {
    let block = Weights::new(6, SMALL, 1.0).block::<f64>();
    for scheme in [Scheme::one_by_one(leaky(0.5)), Scheme::at_once(published(0.1))] {
        let mut state = block.start(&numbers(6, 20)).unwrap();
        let before = (state.currents().to_vec(), block.energy(&state).total().value);
        state.freeze(&[true, false, true, false]).unwrap();
        let certificate = block.step(&mut state, &scheme);
        let x = state.currents();
        assert_eq!([&x[..5], &x[10..15]], [&before.0[..5], &before.0[10..15]]);
        assert!(x[5..10] != before.0[5..10] && x[15..] != before.0[15..]);
        // what is kept along the way is what a fresh start finds
        let fresh = block.energy(&block.start(x).unwrap()).total().value;
        let energy = block.energy(&state).total().value;
        assert!((fresh - energy).abs() < 1e-13);
        if scheme.order == Order::OneByOne {
            assert!((before.1 - energy - certificate.drop).abs() < 1e-13);
        }
    }
    let mut state = block.start(&numbers(6, 20)).unwrap();
    state.freeze(&[true; 4]).unwrap();
    assert_eq!(block.step(&mut state, &Scheme::one_by_one(leaky(1.0))).drop.to_bits(), 0);
    assert_eq!(block.residual(&mut state, leaky(1.0)).to_bits(), 0);
}

#[test]
fn a_token_alone_has_no_attention_and_one_feature_no_direction() {
    let weights = Weights::new(7, Shape { n: 1, ..SMALL }, 1.0);
    let state = weights.block::<f64>().start(&numbers(7, 5)).unwrap();
    let energy = weights.block::<f64>().energy(&state);
    assert_eq!(energy.attention, attractor_dynamics::Energy::default());
    let weights = Weights::new(7, Shape { n: 3, d: 1, ..SMALL }, 1.0);
    let block = weights.block::<f32>();
    let mut state = block.start(&[1.0, -2.0, 0.0]).unwrap();
    block.step(&mut state, &Scheme::one_by_one(published(3.0)));
    let shift = (weights.delta[0] as f32).to_bits();
    assert!(state.outputs().iter().all(|g| g.to_bits() == shift));
    assert_eq!(block.residual(&mut state, published(3.0)).to_bits(), 0);
}

#[test]
fn any_convex_hidden_lagrangian_will_do() {
    let hidden: [Box<dyn Lagrangian<f64>>; 4] = [
        Box::new(Additive(RectifiedPower::new(3).unwrap())),
        Box::new(LogSumExp::new(4.0).unwrap()),
        Box::new(Sparsemax::new(2.0).unwrap()),
        Box::new(Threshold::new(0.1).unwrap()),
    ];
    for hidden in hidden {
        let block = Weights::new(2, SMALL, 1.0).block::<f64>().with_hidden(hidden).unwrap();
        for motion in [leaky(0.7), published(50.0)] {
            let mut state = block.start(&numbers(2, 20)).unwrap();
            for _ in 0..5 {
                let before = motion.energy(&block.energy(&state)).value;
                let certificate = block.step(&mut state, &Scheme::one_by_one(motion));
                let change = motion.energy(&block.energy(&state)).value - before;
                assert!((change + certificate.drop).abs() < 1e-11, "{block:?}");
            }
        }
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    use EnergyTransformerError as E;
    let rows = |n: usize, d: usize| Patterns::new(numbers::<f64>(1, n * d), d).unwrap();
    let xi = |d| Synapses::new(rows(3, d));
    let norm = || LayerNorm::new(1.0, 1e-5).unwrap();
    let build = |q, k, h, xi, norm| EnergyTransformer::new(q, k, h, xi, norm);
    let found = |made: Result<EnergyTransformer<f64>, E>| made.map(|_| ()).unwrap_err();
    let width = |e: E| matches!(e, E::Width { .. });
    assert!(width(found(build(rows(4, 5), rows(3, 5), 2, xi(5), norm()))));
    assert!(width(found(build(rows(4, 5), rows(4, 6), 2, xi(5), norm()))));
    assert!(width(found(build(rows(4, 5), rows(4, 5), 2, xi(4), norm()))));
    let shifted = norm().with_shift(vec![0.0; 4]).unwrap();
    assert!(width(found(build(rows(4, 5), rows(4, 5), 2, xi(5), shifted))));
    let heads = |h| found(build(rows(4, 5), rows(4, 5), h, xi(5), norm()));
    assert_eq!([heads(0), heads(3)], [0, 3].map(|heads| E::Heads { rows: 4, heads }));
    let sharp = LayerNorm::new(1.0, 0.0).unwrap();
    assert_eq!(found(build(rows(4, 5), rows(4, 5), 2, xi(5), sharp)), E::Epsilon);
    let block = || build(rows(4, 5), rows(4, 5), 2, xi(5), norm()).unwrap();
    assert!(width(found(block().with_betas(&[]))) && width(found(block().with_betas(&[1.0]))));
    assert!(matches!(found(block().with_betas(&[1.0, 0.0])), E::Parameter(_)));
    let odd = NotConvex::odd_power(3).unwrap();
    assert!(matches!(found(block().with_hidden(odd)), E::Inadmissible(_)));
    let pairs = Grouped::new(LogSumExp::new(1.0).unwrap(), 2).unwrap();
    assert!(width(found(block().with_hidden(pairs))));
    assert_eq!(block().start(&[1.0; 6]).unwrap_err(), E::Tokens { numbers: 6, features: 5 });
    assert_eq!(block().start(&[]).unwrap_err(), E::Tokens { numbers: 0, features: 5 });
    let not = block().start(&[0.0, 0.0, 0.0, 0.0, 0.0, 1.0, f64::NAN, 0.0, 0.0, 0.0]).unwrap_err();
    assert!(matches!(not, E::NotFinite { token: 1, feature: 1, .. }));
    let steep = Additive(Exponential::new(1e6).unwrap());
    let overflow = block().with_hidden(steep).unwrap().start(&numbers(1, 10)).unwrap_err();
    assert_eq!(overflow, E::Overflow { dtype: "f64" });
    assert_eq!(Motion::published(0.0), Err(E::Step(0.0)));
    let mut state = block().start(&numbers(1, 10)).unwrap();
    assert!(width(state.freeze(&[true]).unwrap_err()));
}

/// ∂ℓ/∂(tokens, W^Q, W^K, Ξ, ln β) of a step of all tokens at once, against differences of fourth order.
#[test]
fn a_step_at_once_differentiates() {
    for (seed, motion) in
        [(1, published(0.3)), (2, leaky(0.7)), (3, published(2.0)), (4, leaky(1.0))]
    {
        let weights = Weights { epsilon: 0.1, ..Weights::new(seed, SMALL, 0.8) };
        let tokens = numbers::<f64>(seed, 20);
        let pull: Vec<f64> = numbers(seed + 9, 20);
        let loss = |weights: &Weights, tokens: &[f64]| {
            let block = weights.block::<f64>();
            let mut state = block.start(tokens).unwrap();
            block.step(&mut state, &Scheme::at_once(motion));
            dot(state.currents(), &pull)
        };
        let block = weights.block::<f64>();
        let found = block.step_vjp(&block.start(&tokens).unwrap(), motion, &pull).unwrap();
        let close = |what: &str, at: usize, found: f64, f: &dyn Fn(f64) -> f64| {
            let h = 1e-3;
            let slope = (8.0 * (f(h) - f(-h)) - (f(2.0 * h) - f(-2.0 * h))) / (12.0 * h);
            assert!(
                (found - slope).abs() < 1e-6 * (1.0 + slope.abs()),
                "{what} {at}: {found} {slope}"
            );
        };
        let with = |change: &dyn Fn(&mut Weights)| {
            let mut weights = weights.clone();
            change(&mut weights);
            loss(&weights, &tokens)
        };
        for at in 0..20 {
            let nudged = |by: f64| {
                let mut tokens = tokens.clone();
                tokens[at] += by;
                loss(&weights, &tokens)
            };
            close("token", at, found.tokens[at], &nudged);
        }
        for at in 0..30 {
            close("W^Q", at, found.queries[at], &|by| with(&|w| w.queries[at] += by));
            close("W^K", at, found.keys[at], &|by| with(&|w| w.keys[at] += by));
        }
        for at in 0..35 {
            close("memory", at, found.memories[at], &|by| with(&|w| w.memories[at] += by));
        }
        for head in 0..2 {
            close("β", head, found.log_betas[head], &|by| with(&|w| w.betas[head] *= by.exp()));
        }
        assert!(block.step_vjp(&block.start(&tokens).unwrap(), motion, &pull[1..]).is_err());
    }
}
