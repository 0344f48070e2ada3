//! `attractor attention MODEL_DIR`: a small random BERT, held next to model B head by head.

mod common;

use attractor_io::{NamedTensors, Tensor, encode_tensors};
use common::Bench;

const LAYERS: usize = 2;
const HEADS: usize = 2;
const HIDDEN: usize = 8;
const INSIDE: usize = 12;

fn config(family: &str, heads: usize) -> String {
    format!(
        r#"{{"model_type":"{family}","hidden_size":{HIDDEN},"num_hidden_layers":{LAYERS},"num_attention_heads":{heads},
        "intermediate_size":{INSIDE},"max_position_embeddings":16,"type_vocab_size":2,"hidden_act":"gelu"}}"#
    )
}

/// All tensors of the encoder, with numbers between −1 and 1.
fn weights() -> Vec<(String, Vec<usize>)> {
    let mut all = vec![
        ("embeddings.word_embeddings.weight".to_owned(), vec![8, HIDDEN]),
        ("embeddings.position_embeddings.weight".to_owned(), vec![16, HIDDEN]),
        ("embeddings.token_type_embeddings.weight".to_owned(), vec![2, HIDDEN]),
    ];
    let mut norms = vec!["embeddings.LayerNorm".to_owned()];
    for layer in 0..LAYERS {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        let linear = [
            ("attention.self.query", HIDDEN, HIDDEN),
            ("attention.self.key", HIDDEN, HIDDEN),
            ("attention.self.value", HIDDEN, HIDDEN),
            ("attention.output.dense", HIDDEN, HIDDEN),
            ("intermediate.dense", INSIDE, HIDDEN),
            ("output.dense", HIDDEN, INSIDE),
        ];
        for (part, outputs, inputs) in linear {
            all.push((name(&format!("{part}.weight")), vec![outputs, inputs]));
            all.push((name(&format!("{part}.bias")), vec![outputs]));
        }
        norms.extend([name("attention.output.LayerNorm"), name("output.LayerNorm")]);
    }
    for norm in norms {
        all.push((format!("{norm}.weight"), vec![HIDDEN]));
        all.push((format!("{norm}.bias"), vec![HIDDEN]));
    }
    all
}

fn tensors(shapes: &[(String, Vec<usize>)]) -> Vec<u8> {
    let mut state = 17u64;
    let mut number = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / 8_388_608.0 - 1.0
    };
    let mut tensor = |shape: &Vec<usize>| {
        let numbers = (0..shape.iter().product::<usize>()).map(|_| number()).collect();
        Tensor::new(shape.clone(), numbers).unwrap()
    };
    let all = shapes.iter().map(|(name, shape)| (name.clone(), tensor(shape)));
    encode_tensors(&NamedTensors::new(all.collect::<Vec<_>>()).unwrap())
}

fn with_model() -> Bench {
    let bench = Bench::new();
    std::fs::create_dir(bench.path("bert")).unwrap();
    bench.write("bert/config.json", config("bert", HEADS));
    bench.write("bert/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\ncat\n##s\nsat\n");
    bench.write("bert/model.safetensors", tensors(&weights()));
    bench
}

#[test]
fn every_head_is_a_step_of_model_b() {
    let bench = with_model();
    for (dtype, close) in [("f64", 1e-13), ("f32", 2e-6)] {
        let line = format!("attention bert --json --dtype {dtype} --text the");
        let json = bench.run(&line).works().json();
        assert_eq!(json["schema"], "attractor.attention/1");
        assert_eq!(json["reference"], "own f64");
        assert_eq!(json["tokens"], 3); // with [CLS] and [SEP]
        let heads = json["heads"].as_array().unwrap();
        assert_eq!(heads.len(), LAYERS * HEADS);
        for (at, head) in heads.iter().enumerate() {
            assert_eq!(
                (head["layer"].as_u64(), head["head"].as_u64()),
                (Some(at as u64 / 2), Some(at as u64 % 2))
            );
            assert_eq!(head["memories"], 3);
            let number = |field: &str| head[field].as_f64().unwrap_or_else(|| panic!("{field}"));
            assert!(number("max_deviation") <= close, "{head}");
            assert!(number("energy_after") <= number("energy_before"));
            assert!((1.0..=3.0 + 1e-6).contains(&number("effective_memories")));
            assert!(number("context_norm") > 0.0);
            let kinds = number("single") + number("metastable") + number("global");
            assert!((kinds - 1.0).abs() < 1e-12);
        }
    }
    let ran = bench.args(&["attention", "bert", "--text", "The cats sat"]).works();
    assert!(ran.text().contains("4 heads, 6 tokens"), "{}", ran.text());
}

#[test]
fn the_figure_shows_every_head_and_is_not_overwritten() {
    let bench = with_model();
    bench.run("attention bert --text cat --figure heads.svg").works();
    let svg = String::from_utf8(bench.read("heads.svg")).unwrap();
    assert!(svg.contains("<svg") && svg.contains("Queries that settle at a single memory"));
    bench.run("attention bert --text cat --figure heads.svg").fails(2, &["heads.svg", "exists"]);
    bench.run("attention bert --text cat --figure heads.svg --force").works();
    bench.run("attention bert --text cat --figure heads.png").fails(2, &["SVG"]);
}

#[test]
fn what_is_no_encoder_is_refused_by_name() {
    let bench = with_model();
    let run = || bench.run("attention bert --text cat");
    bench.write("bert/config.json", config("gpt2", HEADS));
    run().fails(3, &["config.json", "gpt2"]);
    bench.write("bert/config.json", config("bert", 3));
    run().fails(3, &["config.json", "heads"]);
    bench.write("bert/config.json", "{");
    run().fails(3, &["config.json"]);
    bench.write("bert/config.json", config("bert", HEADS));
    let mut all = weights();
    let lost = all.remove(5);
    bench.write("bert/model.safetensors", tensors(&all));
    run().fails(3, &["bert", &lost.0]);
    all.insert(5, (lost.0.clone(), vec![HIDDEN, HIDDEN + 1]));
    bench.write("bert/model.safetensors", tensors(&all));
    run().fails(3, &[&lost.0, "[8, 9]"]);
    bench.write("bert/model.safetensors", &tensors(&weights())[..200]);
    run().fails(3, &["model.safetensors"]);
    std::fs::remove_file(bench.path("bert/model.safetensors")).unwrap();
    run().fails(3, &["bert"]);
}

#[test]
fn texts_and_options_that_cannot_be_are_refused() {
    let bench = with_model();
    bench.args(&["attention", "bert", "--text", ""]).fails(3, &["text"]);
    bench.args(&["attention", "bert", "--text", &"cat ".repeat(15)]).fails(3, &["17 tokens", "16"]);
    bench.run("attention bert --heads 2").fails(2, &["--heads", "one layer"]);
    bench.run("attention bert -o out.npy").fails(2, &["-o", "one layer"]);
    bench.run("attention none --text cat").fails(2, &["--text", "none"]);
    bench.write("bert/vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\ncat\n##s\nsat\ndog\n");
    bench.run("attention bert --text dog").fails(3, &["id 8", "vocabulary"]);
}
