//! All heads of a real transformer, computed by candle, next to model B.

use attractor_attention::equivalence;
use attractor_io::{read_encoder_folder, read_tokenizer};
use oracle::CandleEncoder;
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

#[test]
fn every_head_of_minilm_is_a_step_of_model_b() {
    let Some(folder) = std::env::var_os("ATTRACTOR_MODEL") else {
        let reason = std::env::var("ATTRACTOR_NO_MODEL");
        let reason = reason.as_deref().unwrap_or("`cargo xtask extras oracle` fetches the model");
        println!("SKIPPED: minilm: {reason}");
        return;
    };
    let folder = Path::new(&folder);
    let model = read_encoder_folder::<f32>(folder).unwrap();
    let tokenizer = read_tokenizer(folder).unwrap();
    let encoder = CandleEncoder::new(model.config.clone(), &model.tensors);
    for text in TEXTS {
        let ids = tokenizer.ids(text, model.config.positions).unwrap();
        let samples = encoder.heads(&ids).unwrap();
        assert_eq!(samples.len(), 72);
        let found = equivalence(&samples, encoder.beta()).unwrap();
        let most = found.iter().fold(0.0f64, |most, head| most.max(head.max_deviation));
        println!("{} tokens, 72 heads: at most {most:.2e} of a head's largest entry", ids.len());
        assert!(found.iter().all(|head| head.max_deviation <= CLOSE), "{most:e}");
        assert!(found.iter().all(|head| head.energy_after <= head.energy_before + 1e-5));
        if ids.len() > 3 {
            let off = equivalence(&samples, 1.001 * encoder.beta()).unwrap(); // a wrong β is noticed
            assert!(off.iter().any(|head| head.max_deviation > 10.0 * CLOSE));
        }
    }
}
