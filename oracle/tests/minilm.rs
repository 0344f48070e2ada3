//! All heads of a real transformer, computed by candle, next to model B.

#![expect(clippy::print_stdout, reason = "what is measured is shown")]

use attractor_attention::{Encoder, Head, HeadSample, Mask, Steps, equivalence};
use attractor_effective::ModernHopfield;
use attractor_io::{read_encoder_folder, read_tokenizer};
use attractor_lagrangian::{LogSumExp, Real};
use attractor_synapse::{Patterns, Synapses};
use oracle::CandleEncoder;
use std::error::Error;
use std::path::Path;

const TEXTS: [&str; 4] = [
    "a",
    "hello big world again",
    "A memory that is stored can be recalled from a part of it: the cue falls into the basin of the nearest pattern, \
     and the energy falls with it.",
    "The two-body network of feature and hidden neurons has a global energy function. When the hidden neurons are fast \
     they can be integrated out, and what is left is a memory of many patterns: dense associative memory, the modern \
     Hopfield network, the spherical memory. One step of the modern network is one application of attention, with \
     the keys of a head as the patterns, its query as the state and the inverse square root of the width as the \
     inverse temperature. What a transformer does besides, with learned values, layer norm and only one step, is \
     not said by this.",
];

/// 2e-6 of a head's largest entry, in f32.
const CLOSE: f64 = 2e-6;
/// What f32 leaves of queries, keys and values after six layers, in units of a head's largest entry.
const ENCODED: f64 = 2e-5;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn largest(numbers: impl IntoIterator<Item = f64>) -> f64 {
    numbers
        .into_iter()
        .fold(0.0, |most: f64, x| if most.is_nan() || x.abs() <= most { most } else { x.abs() })
}

/// max|a − b| in units of max|b|.
fn deviation<T: Real>(a: &[f32], b: &[T]) -> f64 {
    assert_eq!(a.len(), b.len());
    let off = largest(a.iter().zip(b).map(|(a, b)| f64::from(*a) - b.f64()));
    off / largest(b.iter().map(|x| x.f64()))
}

/// Model B without values, as a head and as a model: how far their step is from softmax(βQKᵀ)K by candle, in units
/// of the largest entry of K.
fn step_off(sample: &HeadSample<f32>, beta: f64) -> Outcome<f64> {
    let keys = Synapses::new(Patterns::new(sample.keys.clone(), sample.features)?);
    let head = Head::new(&keys, beta)?.attend(&sample.queries, &Mask::default(), Steps::ONE)?;
    let step = ModernHopfield::modern(keys, LogSumExp::new(beta)?)?.map(&sample.queries)?;
    let off = |found: &[f32]| {
        largest(found.iter().zip(&sample.from_keys).map(|(a, b)| f64::from(*a) - b))
    };
    let unit = largest(sample.keys.iter().map(|x| f64::from(*x)));
    Ok(largest([off(&head.output), off(&step)]) / unit)
}

/// How far candle's encoder in f32 is from ours in f64, which is written without it.
fn encoder_off(candle: &[HeadSample<f32>], ours: &[HeadSample<f64>]) -> f64 {
    assert_eq!(candle.len(), ours.len());
    largest(candle.iter().zip(ours).flat_map(|(a, b)| {
        assert_eq!((a.layer, a.head), (b.layer, b.head));
        [
            deviation(&a.queries, &b.queries),
            deviation(&a.keys, &b.keys),
            deviation(&a.values, &b.values),
        ]
    }))
}

/// Every head of one text.
fn check(samples: &[HeadSample<f32>], beta: f64, tokens: usize) -> Outcome<()> {
    let found = equivalence(samples, beta)?;
    let most = largest(found.iter().map(|head| head.max_deviation));
    let steps = samples.iter().map(|sample| step_off(sample, beta)).collect::<Outcome<Vec<_>>>()?;
    let step = largest(steps);
    println!(
        "{tokens} tokens, {} heads: at most {most:.2e} of a head's largest entry, {step:.2e} without values",
        samples.len()
    );
    assert!(most <= CLOSE && step <= CLOSE, "{tokens} tokens: {most:e}, {step:e}");
    assert!(found.iter().all(|head| head.energy_after <= head.energy_before + 1e-5));
    if tokens > 3 {
        let off = equivalence(samples, 1.001 * beta)?; // a wrong β is noticed
        assert!(off.iter().any(|head| head.max_deviation > 10.0 * CLOSE));
    }
    Ok(())
}

#[test]
fn every_head_of_minilm_is_a_step_of_model_b() -> Outcome<()> {
    let Some(folder) = std::env::var_os("ATTRACTOR_MODEL") else {
        let reason = std::env::var("ATTRACTOR_NO_MODEL");
        let reason = reason.as_deref().unwrap_or("`cargo xtask extras oracle` fetches the model");
        println!("SKIPPED: minilm: {reason}");
        return Ok(());
    };
    let folder = Path::new(&folder);
    let tokenizer = read_tokenizer(folder)?;
    let (single, double) = (read_encoder_folder::<f32>(folder)?, read_encoder_folder(folder)?);
    let candle = CandleEncoder::new(single.config.clone(), &single.tensors);
    let ours = Encoder::new(double.config.clone(), &double.tensors)?;
    for text in TEXTS {
        let ids = tokenizer.ids(text, single.config.positions)?;
        let samples = candle.heads(&ids)?;
        assert_eq!(samples.len(), 72);
        check(&samples, candle.beta(), ids.len())?;
        let off = encoder_off(&samples, &ours.encode(&ids)?.heads);
        println!("{} tokens: our encoder in f64 is within {off:.2e} of candle's", ids.len());
        assert!(off <= ENCODED, "{off:e}");
    }
    Ok(())
}
