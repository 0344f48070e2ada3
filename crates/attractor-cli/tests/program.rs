//! The program's contract, by what it prints and writes.

mod common;

use common::{Bench, npy, ran, with_many, with_signs};
use std::io::Write;
use std::process::Stdio;

#[test]
fn one_step_of_the_modern_model_is_attention() {
    let bench = Bench::new();
    bench.write("a.csv", "1,0\n0,1\n").write("q.csv", "2,1\n");
    bench.run("store a.csv -o a.mem").works();
    bench.run("recall a.mem --cue q.csv --beta 0.7 --steps 1 -o out.npy").works();
    let (header, state) = npy(&bench.read("out.npy"));
    assert!(header.contains("(1, 2)") && header.contains("<f4"), "{header}");
    let p = 1.0 / (1.0 + (-0.7f64).exp());
    assert!((f64::from(state[0]) - p).abs() < 1e-6 && (f64::from(state[1]) - 1.0 + p).abs() < 1e-6);
}

#[test]
fn json_has_the_promised_fields() {
    let bench = with_signs();
    let json =
        bench.run("recall signs.mem --cue cue.csv --beta 4 --json --proof full").works().json();
    assert_eq!(json["schema"], "attractor.recall/1");
    assert_eq!((&json["model"], &json["separation"]), (&"modern".into(), &"log-sum-exp".into()));
    assert_eq!((&json["memories"], &json["features"]), (&3.into(), &4.into()));
    assert_eq!((&json["dtype"], &json["proof"]), (&"f32".into(), &"full".into()));
    assert_eq!((&json["guarantee"], &json["beta"]), (&"unconditional".into(), &4.0.into()));
    let query = &json["queries"][0];
    let number = |key: &str| query[key].as_f64().unwrap_or_else(|| panic!("{key} is a number"));
    assert_eq!((&query["outcome"], &query["kind"]), (&"settled".into(), &"single".into()));
    let fall = number("energy_start") - number("energy");
    let slack = number("rounding") + 1e-6 * fall.abs();
    assert!((fall - number("certified_drop")).abs() <= slack, "{query}");
    assert!(number("residual") <= 1e-6 && number("effective_memories") < 1.1);
    assert_eq!(query["top"][0]["index"], 1);
    assert_eq!(query["top"].as_array().map(Vec::len), Some(3));
}

#[test]
fn every_model_recalls_by_its_name() {
    let bench = Bench::new();
    bench.write("eight.csv", "1,1,1,1,1,1,1,1\n1,1,1,1,-1,-1,-1,-1\n1,1,-1,-1,1,1,-1,-1\n");
    bench.write("flip.csv", "1,1,1,-1,-1,-1,-1,-1\n");
    bench.run("store eight.csv -o eight.mem").works();
    for (model, separation) in [
        ("hopfield", "power"),
        ("dense", "rectified-power"),
        ("spherical", "exponential"),
        ("modern", "log-sum-exp"),
    ] {
        let beta = if model == "modern" || model == "spherical" { "--beta 8" } else { "" };
        let line = format!("recall eight.mem --cue flip.csv --model {model} {beta} --json");
        let json = bench.run(&line).works().json();
        assert_eq!(json["separation"], separation);
        let query = &json["queries"][0];
        let overlap = query["overlap"].as_f64().expect("a number");
        assert!(query["nearest"] == 1 && (overlap - 1.0).abs() < 1e-5, "{model}: {query}");
    }
}

#[test]
fn a_separation_is_named_or_given_as_data_and_printed_back() {
    let bench = with_signs();
    let data = "{\"log-sum-exp\":{\"beta\":4.5}}";
    let given = ["recall", "signs.mem", "--cue", "cue.csv", "--json", "--separation", data];
    let as_data = bench.args(&given).works().json();
    let flag = "recall signs.mem --cue cue.csv --json --separation log-sum-exp --beta 4.5";
    assert_eq!(as_data, bench.run(flag).works().json());
    assert_eq!(as_data["lagrangian"].to_string(), data);
    let mut twice = given.to_vec();
    twice.extend(["--beta", "2"]);
    bench.args(&twice).fails(2, &["gives beta already"]);
}

#[test]
fn spins_that_are_the_negative_of_a_memory_say_so() {
    let bench = Bench::new();
    bench.write("a.csv", "1,1,1,-1\n").write("q.csv", "-1,-1,-1,1\n");
    bench.run("store a.csv -o a.mem").works();
    let json = bench.run("recall a.mem --cue q.csv --model hopfield --json").works().json();
    assert_eq!(
        (&json["queries"][0]["kind"], &json["queries"][0]["negated"]),
        (&"single".into(), &true.into())
    );
}

#[test]
fn labels_travel_from_the_file_to_the_answer() {
    let bench = Bench::new();
    bench.write("a.csv", "1,0\n0,1\n").write("l.txt", "cat\ndog\n").write("q.csv", "0,3\n");
    bench.run("store a.csv -o a.mem --labels l.txt").works();
    let json = bench.run("recall a.mem --cue q.csv --beta 9 --json").works().json();
    assert_eq!(json["queries"][0]["top"][0]["label"], "dog");
    let table = bench.run("recall a.mem --cue q.csv --beta 9").works().text();
    assert!(table.contains("dog") && table.contains("settled"), "{table}");
}

#[test]
fn cues_get_the_normalisation_of_the_memory() {
    let bench = Bench::new();
    bench.write("a.csv", "0,16\n16,0\n").write("q.csv", "3,12\n");
    bench.run("store a.csv -o a.mem --normalize sign").works();
    let json = bench.run("recall a.mem --cue q.csv --model dense --json").works().json();
    let query = &json["queries"][0];
    assert_eq!((&query["nearest"], &query["residual"]), (&0.into(), &0.0.into()));
    let overlap = query["overlap"].as_f64().expect("a number");
    assert!((overlap - 1.0).abs() < 1e-15, "two roundings of 1/√2: {overlap}");
}

#[test]
fn appending_keeps_the_normalisation_and_the_labels() {
    let bench = Bench::new();
    bench
        .write("a.csv", "3,4\n")
        .write("b.csv", "0,5\n")
        .write("a.txt", "a\n")
        .write("b.txt", "b\n");
    bench.run("store a.csv -o m.mem --normalize unit --labels a.txt").works();
    bench.run("store b.csv -o m.mem --append").fails(3, &["label"]);
    bench.run("store b.csv -o m.mem --append --labels b.txt").works();
    let json = bench.run("inspect m.mem --json --beta 1e6").works().json();
    assert_eq!((&json["memories"], &json["labels"]), (&2.into(), &2.into()));
    assert!((json["norm"]["largest"].as_f64().expect("a norm") - 1.0).abs() < 1e-6);
    assert_eq!(json["conditions"]["well_separated"], 1.0);
    bench.run("store b.csv -o m.mem --append --normalize sign").fails(2, &["--normalize"]);
}

#[test]
fn not_settling_is_code_4_with_results_written_and_exact_steps_are_code_0() {
    let bench = with_signs();
    let line = "recall signs.mem --cue cue.csv --beta 0.3 --tolerance 1e-9 --dtype f64 --json";
    let tired = bench.run(&format!("{line} --max-steps 2 -o out.npy"));
    tired.fails(4, &["did not settle", "--max-steps"]);
    assert_eq!(tired.json()["queries"][0]["outcome"], "out-of-steps");
    assert!(bench.has("out.npy"));
    let exact = bench.run(&format!("{line} --steps 2")).works().json();
    assert_eq!(exact["queries"][0]["steps"], 2);
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let bench = with_many();
    let outs = ["1", "2", "3"].map(|threads| {
        bench
            .run(&format!(
                "recall a.mem --cue q.csv --beta 30 --threads {threads} --json --proof full"
            ))
            .works()
            .out
    });
    assert!(outs[0] == outs[1] && outs[1] == outs[2]);
}

#[test]
fn pipes_are_read_and_written() {
    let bench = with_signs();
    let mut child = bench
        .command("recall signs.mem --cue - --beta 9 -o -")
        .stdin(Stdio::piped())
        .spawn()
        .expect("the program runs");
    child.stdin.take().expect("a pipe").write_all(b"1,1,-1,-0.5\n").expect("written");
    let ran = ran(child.wait_with_output().expect("output")).works();
    assert_eq!(npy(&ran.out).1.len(), 4);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let bench = with_signs();
    bench.write("many.csv", "1,1,-1,0.5\n".repeat(20_000));
    let mut child =
        bench.command("recall signs.mem --cue many.csv --steps 1").spawn().expect("runs");
    drop(child.stdout.take());
    let ended = child.wait().expect("an end");
    assert!(ended.success(), "{ended}");
}

#[test]
fn the_figure_is_one_svg_with_its_parts() {
    let bench = with_signs();
    bench.run("recall signs.mem --cue cue.csv --beta 2 --figure out.svg").works();
    let svg = String::from_utf8(bench.read("out.svg")).expect("UTF-8");
    for part in ["<svg", "cue 0", "recalled", "nearest memory", "energy", "step"] {
        assert!(svg.contains(part), "{part}");
    }
    assert!(!svg.contains("NaN") && svg.matches("<svg").count() == svg.matches("</svg>").count());
}

#[test]
fn completions_and_help_are_there() {
    let bench = Bench::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(bench.run(&format!("completions {shell}")).works().text().contains("attractor"));
    }
    for command in ["demo", "store", "recall", "trace", "inspect"] {
        assert!(bench.run(&format!("{command} --help")).works().text().contains("Usage"));
    }
}
