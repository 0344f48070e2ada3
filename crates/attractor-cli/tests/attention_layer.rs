//! `attractor attention LAYER.safetensors`: layers of others, run on files.

mod common;

use common::Bench;
use std::path::Path;

/// A folder with a layer of PyTorch, its inputs, and what PyTorch makes of them.
fn with_layer() -> Bench {
    let bench = Bench::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../attractor-attention/tests/data/torch.safetensors");
    bench.write("torch.safetensors", std::fs::read(data).unwrap());
    bench
}

/// Rows of a csv file.
fn rows(bytes: &[u8]) -> Vec<Vec<f64>> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let row = |line: &str| line.split(',').map(|x| x.trim().parse().unwrap()).collect();
    text.lines().map(row).collect()
}

fn tensor(bench: &Bench, name: &str) -> Vec<Vec<f64>> {
    use attractor_io::{Source, read_tensors};
    let all = read_tensors::<f64>(&Source::from(&*bench.path("torch.safetensors"))).unwrap();
    let tensor = all.get(name).unwrap();
    tensor.data().chunks(*tensor.shape().last().unwrap()).map(<[f64]>::to_vec).collect()
}

fn csv(rows: &[Vec<f64>]) -> String {
    let line = |row: &Vec<f64>| row.iter().map(f64::to_string).collect::<Vec<_>>().join(",") + "\n";
    rows.iter().map(line).collect()
}

fn write_inputs(bench: &Bench) {
    for name in ["q", "k", "v", "pad", "pairs"] {
        bench.write(&format!("{name}.csv"), csv(&tensor(bench, name)));
    }
}

#[track_caller]
fn close(found: &[Vec<f64>], expected: &[Vec<f64>], slack: f64) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().flatten().zip(expected.iter().flatten()) {
        assert!((a - b).abs() < slack, "{a} {b}");
    }
}

const LAYER: &str =
    "attention torch.safetensors --layer whole --heads 3 --query q.csv --keys k.csv --values v.csv";

#[test]
fn a_layer_of_torch_gives_what_torch_gives() {
    let bench = with_layer();
    write_inputs(&bench);
    bench.run(&format!("{LAYER} --dtype f64 -o out.csv")).works();
    close(&rows(&bench.read("out.csv")), &tensor(&bench, "whole.plain"), 1e-14);
    bench.run(&format!("{LAYER} -o out32.csv")).works();
    close(&rows(&bench.read("out32.csv")), &tensor(&bench, "whole.plain"), 4e-6);
    bench.run("attention torch.safetensors --layer whole. --heads 3 --query q.csv --causal --dtype f64 -o c.csv").works();
    close(&rows(&bench.read("c.csv")), &tensor(&bench, "whole.causal"), 1e-14);
}

#[test]
fn keys_can_be_ignored_by_all_queries_or_by_each() {
    let bench = with_layer();
    write_inputs(&bench);
    // both masks of the reference in one: a key that is padding is ignored by every query
    let pad = &tensor(&bench, "pad")[0];
    let both: Vec<Vec<f64>> = tensor(&bench, "pairs")
        .iter()
        .map(|row| row.iter().zip(pad).map(|(a, b)| a.max(*b)).collect())
        .collect();
    bench.write("both.csv", csv(&both));
    bench.run(&format!("{LAYER} --dtype f64 --ignore both.csv -o out.csv")).works();
    close(&rows(&bench.read("out.csv")), &tensor(&bench, "whole.masked"), 1e-14);
    bench.run(&format!("{LAYER} --ignore pad.csv -o pad-out.csv")).works();

    let blind = vec![vec![1.0; 5], vec![0.0; 5], vec![0.0; 5], vec![0.0; 5]];
    bench.write("blind.csv", csv(&blind));
    let ran = bench.run(&format!("{LAYER} --ignore blind.csv --json -o blind-out.csv")).works();
    assert!(ran.err.contains("query 0 sees no key"), "{}", ran.err);
    let json = ran.json();
    assert_eq!(json["schema"], "attractor.attention-layer/1");
    assert_eq!(json["blind"], serde_json::json!([0]));
    assert_eq!(json["heads"].as_array().unwrap().len(), 3);
    assert!(rows(&bench.read("blind-out.csv")).iter().flatten().all(|x| x.is_finite()));
}

#[test]
fn bad_requests_are_refused() {
    let bench = with_layer();
    write_inputs(&bench);
    bench.run(LAYER).fails(2, &["needs -o"]);
    bench
        .run("attention torch.safetensors --heads 3 --query q.csv -o o.csv")
        .fails(2, &["--layer", "split., whole."]);
    bench
        .run("attention torch.safetensors --layer whole --query q.csv -o o.csv")
        .fails(2, &["--heads"]);
    bench
        .run("attention torch.safetensors --layer whole --heads 3 -o o.csv")
        .fails(2, &["--query"]);
    bench
        .run("attention torch.safetensors --layer other --heads 3 --query q.csv -o o.csv")
        .fails(3, &["other.in_proj_weight"]);
    bench
        .run("attention torch.safetensors --layer whole --heads 4 --query q.csv -o o.csv")
        .fails(2, &["does not divide into 4 heads"]);
    bench
        .run("attention torch.safetensors --layer whole --heads 0 --query q.csv -o o.csv")
        .fails(2, &["at least one head"]);
    bench.run(&format!("{LAYER} --steps 0 -o o.csv")).fails(2, &["0 steps"]);
    bench
        .run(&format!("{LAYER} --beta 1,2 -o o.csv"))
        .fails(2, &["the list of betas has 2, 3 is needed"]);
    bench.run(&format!("{LAYER} --beta -1 -o o.csv")).fails(2, &["beta"]);
    bench
        .run(&format!("{LAYER} --ignore q.csv -o o.csv"))
        .fails(3, &["q.csv", "4 queries and 5 keys"]);
    bench.run("attention q.csv --heads 3 --query q.csv -o o.csv").fails(3, &["q.csv"]);
    bench
        .run("attention none.safetensors --heads 3 --query q.csv -o o.csv")
        .fails(3, &["none.safetensors"]);
    bench.write("full.csv", "1\n");
    bench.run(&format!("{LAYER} -o full.csv")).fails(2, &["exists"]);
    assert!(!bench.has("o.csv"));
}

#[test]
fn pooling_layers_bring_their_queries() {
    let bench = Bench::new();
    use attractor_io::{NamedTensors, Tensor, encode_tensors};
    let numbers = |n: usize| (0..n).map(|i| ((i * 7) % 11) as f32 / 11.0).collect::<Vec<f32>>();
    let tensor =
        |shape: &[usize]| Tensor::new(shape.to_vec(), numbers(shape.iter().product())).unwrap();
    let layer = NamedTensors::new([
        ("hopfield.association_core.in_proj_weight", tensor(&[12, 4])),
        ("hopfield.association_core.out_proj.weight", tensor(&[4, 4])),
        ("hopfield.norm_stored_pattern.weight", tensor(&[4])),
        ("pooling_weights", tensor(&[1, 2, 4])),
    ]);
    bench.write("pool.safetensors", encode_tensors(&layer.unwrap()));
    bench.write("bag.csv", "1,2,3,4\n4,3,2,1\n0,1,0,1\n");
    bench.run("attention pool.safetensors --heads 2 --keys bag.csv --steps 3 -o out.csv").works();
    let pooled = rows(&bench.read("out.csv"));
    assert_eq!((pooled.len(), pooled[0].len()), (2, 4));
}
