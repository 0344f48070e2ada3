//! The configuration of an encoder and its weights.

use crate::reading::{blame, source};
use attractor_attention::Encoder;
use attractor_io::{EncoderConfig, NamedTensors, Tensor, read_tensors};

/// Up to the first zero byte `config.json`; then the weights, which are made to fit where they are no file and the
/// encoder is small.
pub fn encoder(bytes: &[u8]) {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    let (json, weights) = bytes.split_at(end);
    let config = match EncoderConfig::parse("case", &String::from_utf8_lossy(json)) {
        Ok(config) => config,
        Err(error) => return blame(&error),
    };
    assert!(config.head_size() * config.heads == config.hidden, "{config:?}");
    match read_tensors::<f64>(&source(weights.get(1..).unwrap_or_default())) {
        Ok(tensors) => run(config, &tensors),
        Err(error) => {
            blame(&error);
            if let Some(tensors) = fitting(&config, weights) {
                run(config, &tensors);
            }
        }
    }
}

/// Tokens that exist and one that does not: an error, or finite numbers.
fn run(config: EncoderConfig, tensors: &NamedTensors<f64>) {
    let (hidden, layers, heads) = (config.hidden, config.layers, config.heads);
    let Ok(encoder) = Encoder::new(config, tensors) else { return };
    for ids in [&[0u32, 1, 0][..], &[u32::MAX], &[]] {
        if let Ok(encoded) = encoder.encode(ids) {
            assert_eq!(encoded.outputs.len(), ids.len() * hidden);
            assert_eq!(encoded.heads.len(), layers * heads);
            assert!(encoded.outputs.iter().all(|x| x.is_finite()));
        }
    }
}

/// Weights of a small encoder, their numbers out of the bytes.
fn fitting(config: &EncoderConfig, bytes: &[u8]) -> Option<NamedTensors<f64>> {
    let small = config.layers <= 2 && config.positions <= 8;
    if !small || config.hidden > 8 || config.intermediate > 8 {
        return None;
    }
    let mut bytes = bytes.iter().cycle().chain(std::iter::repeat(&7));
    let mut tensor = |name: String, shape: &[usize]| {
        let numbers = bytes.by_ref().take(shape.iter().product());
        let numbers = numbers.map(|b| f64::from(b.cast_signed()) / 16.0).collect();
        Some((name, Tensor::new(shape.to_vec(), numbers).ok()?))
    };
    let (h, wide) = (config.hidden, config.intermediate);
    let mut all = Vec::new();
    for (name, rows) in [("word", 3), ("position", config.positions), ("token_type", 2)] {
        all.push(tensor(format!("embeddings.{name}_embeddings.weight"), &[rows, h])?);
    }
    let mut norms = vec!["embeddings".to_owned()];
    let mut maps = Vec::new();
    for layer in (0..config.layers).map(|layer| format!("encoder.layer.{layer}")) {
        maps.extend(
            ["query", "key", "value"].map(|name| (format!("{layer}.attention.self.{name}"), h, h)),
        );
        maps.push((format!("{layer}.attention.output.dense"), h, h));
        maps.push((format!("{layer}.intermediate.dense"), wide, h));
        maps.push((format!("{layer}.output.dense"), h, wide));
        norms.extend([format!("{layer}.attention.output"), format!("{layer}.output")]);
    }
    for (name, outputs, inputs) in maps {
        all.push(tensor(format!("{name}.weight"), &[outputs, inputs])?);
        all.push(tensor(format!("{name}.bias"), &[outputs])?);
    }
    for name in norms {
        all.push(tensor(format!("{name}.LayerNorm.weight"), &[h])?);
        all.push(tensor(format!("{name}.LayerNorm.bias"), &[h])?);
    }
    NamedTensors::new(all).ok()
}
