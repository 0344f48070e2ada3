//! Bad input: each case with its exit code and the words that help.

mod common;

use common::{Bench, with_signs};

/// `store` of one file fails as input data, names the file, and leaves nothing behind.
#[track_caller]
fn store_refuses(name: &str, content: impl AsRef<[u8]>, flags: &str, parts: &[&str]) {
    let bench = Bench::new();
    bench.write(name, content);
    let ran = bench.run(&format!("store {name} -o out.mem {flags}"));
    ran.fails(3, parts);
    ran.fails(3, &[name]);
    assert!(!bench.has("out.mem"), "a refused store must leave no file");
}

#[test]
fn ragged_rows_are_named_with_their_widths() {
    store_refuses("a.csv", "1,2,3\n4,5\n", "", &["line 2", "2", "3"]);
}

#[test]
fn an_empty_file_is_no_data() {
    store_refuses("a.csv", "", "", &["empty"]);
}

#[test]
fn nan_and_infinity_are_named_by_place() {
    store_refuses("a.csv", "1,2\n3,nan\n", "", &["line 2, column 2", "finite"]);
    store_refuses("a.csv", "1,inf\n3,4\n", "", &["line 1, column 2", "finite"]);
}

#[test]
fn a_value_beyond_f32_asks_for_f64() {
    store_refuses("a.csv", "1,1e300\n", "", &["f64"]);
    let bench = Bench::new();
    bench.write("a.csv", "1,1e30\n");
    bench.run("store a.csv -o out.mem --dtype f64").works();
}

#[test]
fn words_are_not_numbers() {
    store_refuses("a.csv", "1,2\n3,four\n", "", &["line 2", "four"]);
}

#[test]
fn a_foreign_or_truncated_file_is_told_from_data() {
    store_refuses("a.bin", [0xfe, 0xed, 0xfa, 0xce, 0, 1, 2, 3], "", &["npy", "csv"]);
    store_refuses("a.npy", b"\x93NUMPY\x01\x00", "", &["cut short"]);
}

#[test]
fn a_zero_pattern_has_no_unit_vector() {
    store_refuses("a.csv", "1,2\n0,0\n", "--normalize unit", &["pattern 1", "zero"]);
}

#[test]
fn files_of_different_widths_do_not_mix() {
    let bench = Bench::new();
    bench.write("a.csv", "1,2\n").write("b.csv", "1,2,3\n");
    bench.run("store a.csv b.csv -o out.mem").fails(3, &["b.csv", "3", "2"]);
}

#[test]
fn labels_must_be_as_many_as_patterns() {
    let bench = Bench::new();
    bench.write("a.csv", "1,2\n3,4\n").write("l.txt", "one\ntwo\nthree\n");
    bench.run("store a.csv -o out.mem --labels l.txt").fails(3, &["3", "2", "label"]);
}

#[test]
fn missing_files_are_named() {
    let bench = with_signs();
    bench.run("store none.csv -o out.mem").fails(3, &["none.csv"]);
    bench.run("recall none.mem --cue cue.csv").fails(3, &["none.mem"]);
    bench.run("recall signs.mem --cue none.csv").fails(3, &["none.csv"]);
    bench.run("inspect none.mem").fails(3, &["none.mem"]);
}

#[test]
fn outputs_that_exist_are_refused_and_kept() {
    let bench = with_signs();
    bench.write("out.npy", "precious").write("out.svg", "precious");
    bench.run("store signs.csv -o signs.mem").fails(2, &["signs.mem", "--force"]);
    bench.run("recall signs.mem --cue cue.csv -o out.npy").fails(2, &["out.npy", "--force"]);
    bench.run("recall signs.mem --cue cue.csv --figure out.svg").fails(2, &["out.svg", "--force"]);
    assert_eq!(
        (bench.read("out.npy"), bench.read("out.svg")),
        (b"precious".into(), b"precious".into())
    );
    bench.run("recall signs.mem --cue cue.csv -o out.npy --force").works();
    assert_ne!(bench.read("out.npy"), b"precious");
}

#[test]
fn cues_of_another_width_are_named_with_both() {
    let bench = with_signs();
    bench.write("wide.csv", "1,2,3,4,5\n");
    bench.run("recall signs.mem --cue wide.csv").fails(3, &["wide.csv", "5", "4"]);
}

#[test]
fn parameters_out_of_range_are_usage_errors() {
    let bench = with_signs();
    for beta in ["0", "-1", "nan", "inf", "warm"] {
        bench
            .run(&format!("recall signs.mem --cue cue.csv --beta {beta}"))
            .fails(2, &["beta", "positive"]);
    }
    let odd = "recall signs.mem --cue cue.csv --model dense --separation power --power 3";
    bench.run(odd).fails(2, &["odd", "rectified"]);
    let low = "recall signs.mem --cue cue.csv --model dense --power 1";
    bench.run(low).fails(2, &["power 1", "at least 2"]);
    bench.run("recall signs.mem --cue cue.csv --tolerance -1").fails(2, &["tolerance"]);
    bench.run("recall signs.mem --cue cue.csv --threads 0").fails(2, &["--threads"]);
}

#[test]
fn parameters_that_a_separation_has_not_are_refused() {
    let bench = with_signs();
    bench.run("recall signs.mem --cue cue.csv --model dense --beta 2").fails(2, &["no beta"]);
    bench.run("recall signs.mem --cue cue.csv --power 3").fails(2, &["no power"]);
}

#[test]
fn separations_that_are_none_are_refused_with_the_way_to_write_one() {
    let bench = with_signs();
    let recall = |separation: &str| {
        bench.args(&["recall", "signs.mem", "--cue", "cue.csv", "--separation", separation])
    };
    recall("softmax").fails(2, &["no separation softmax", "log-sum-exp"]);
    recall("{\"log-sum-exp\"").fails(2, &["write it like"]);
    recall("{\"log-sum-exp\": 3}").fails(2, &["write it like"]);
    recall("{\"log-sum-exp\": {\"n\": 3}}").fails(2, &["log-sum-exp has no n"]);
    recall("{\"log-sum-exp\": {\"beta\": -3}}").fails(2, &["positive finite"]);
}

#[test]
fn unbounded_energies_are_refused_with_a_way_out() {
    let bench = with_signs();
    bench
        .run("recall signs.mem --cue cue.csv --separation exponential")
        .fails(2, &["no lower bound", "log-sum-exp"]);
    bench
        .run("recall signs.mem --cue cue.csv --separation power")
        .fails(3, &["no lower bound", "below 1"]);
    bench
        .run("recall signs.mem --cue cue.csv --model dense --power 2000")
        .fails(3, &["not finite", "lower the power"]);
}

#[test]
fn a_zero_cue_has_no_direction_on_the_sphere() {
    let bench = with_signs();
    bench.write("zero.csv", "1,1,1,1\n0,0,0,0\n");
    bench
        .run("recall signs.mem --cue zero.csv --model spherical")
        .fails(3, &["zero.csv", "cue 1", "zero"]);
}

#[test]
fn what_is_not_there_yet_is_a_usage_error() {
    let bench = with_signs();
    bench.run("recall signs.mem --cue cue.csv --rule asynchronous").fails(2, &["cyclic"]);
    bench.run("store signs.csv -o x.mem --precision int4").fails(2, &["int4"]);
    bench.run("capacity --rows 3").fails(2, &["capacity"]);
}

#[test]
fn outputs_need_a_known_ending() {
    let bench = with_signs();
    bench.run("recall signs.mem --cue cue.csv -o out.txt").fails(2, &["out.txt", "npy"]);
    bench.run("recall signs.mem --cue cue.csv --figure out.png").fails(2, &["out.png", "svg"]);
}

#[test]
fn standard_streams_are_used_once() {
    let bench = with_signs();
    bench.run("recall - --cue -").fails(2, &["standard input"]);
    bench.run("store - - -o x.mem").fails(2, &["standard input"]);
    bench.run("recall signs.mem --cue cue.csv -o - --json").fails(2, &["standard output"]);
    bench.run("store signs.csv -o -").fails(2, &["standard output"]);
}

#[test]
fn a_memory_file_that_is_damaged_or_none_is_refused() {
    let bench = with_signs();
    let whole = bench.read("signs.mem");
    bench.write("cut.mem", &whole[..whole.len() - 3]);
    bench.run("recall cut.mem --cue cue.csv").fails(3, &["cut.mem"]);
    let mut flipped = whole.clone();
    *flipped.last_mut().expect("bytes") ^= 1;
    bench.write("flipped.mem", &flipped);
    bench.run("recall flipped.mem --cue cue.csv").fails(3, &["flipped.mem", "checksum"]);
    bench.run("recall signs.csv --cue cue.csv").fails(3, &["signs.csv", "store"]);
}
