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
    let mut tensor = |(name, shape): (String, Vec<usize>)| {
        let numbers = bytes.by_ref().take(shape.iter().product());
        let numbers = numbers.map(|b| f64::from(b.cast_signed()) / 16.0).collect();
        Some((name, Tensor::new(shape, numbers).ok()?))
    };
    let all: Option<Vec<_>> = shapes(config).into_iter().map(&mut tensor).collect();
    NamedTensors::new(all?).ok()
}

/// The tensors that such an encoder has.
fn shapes(config: &EncoderConfig) -> Vec<(String, Vec<usize>)> {
    let (h, wide) = (config.hidden, config.intermediate);
    let tables = [("word", 3), ("position", config.positions), ("token_type", 2)];
    let tables =
        tables.map(|(name, rows)| (format!("embeddings.{name}_embeddings.weight"), vec![rows, h]));
    let mut all: Vec<_> = tables.into_iter().chain(norm("embeddings", h)).collect();
    for layer in (0..config.layers).map(|layer| format!("encoder.layer.{layer}")) {
        for name in ["query", "key", "value"] {
            all.extend(map(&format!("{layer}.attention.self.{name}"), h, h));
        }
        all.extend(map(&format!("{layer}.attention.output.dense"), h, h));
        all.extend(map(&format!("{layer}.intermediate.dense"), wide, h));
        all.extend(map(&format!("{layer}.output.dense"), h, wide));
        all.extend(norm(&format!("{layer}.attention.output"), h));
        all.extend(norm(&format!("{layer}.output"), h));
    }
    all
}

fn map(name: &str, outputs: usize, inputs: usize) -> [(String, Vec<usize>); 2] {
    [(format!("{name}.weight"), vec![outputs, inputs]), (format!("{name}.bias"), vec![outputs])]
}

fn norm(name: &str, h: usize) -> [(String, Vec<usize>); 2] {
    ["weight", "bias"].map(|part| (format!("{name}.LayerNorm.{part}"), vec![h]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_made_to_fit() {
        let json = r#"{"model_type": "bert", "hidden_size": 4, "num_hidden_layers": 2,
            "num_attention_heads": 2, "intermediate_size": 3, "max_position_embeddings": 4}"#;
        let config = EncoderConfig::parse("case", json).unwrap();
        let tensors = fitting(&config, &[1, 2, 3]).unwrap();
        let encoder = Encoder::new(config, &tensors).unwrap();
        assert_eq!(encoder.encode(&[0, 1]).unwrap().outputs.len(), 8);
    }
}
