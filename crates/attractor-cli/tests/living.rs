//! `forget` and `store --append`: ids that stay, and what is gone from every answer. `--model epanechnikov`.

mod common;

use common::Bench;

fn three() -> Bench {
    let bench = Bench::new();
    bench.write("a.csv", "1,0,0\n0,1,0\n0,0,1\n").write("names.txt", "x\ny\nz\n");
    bench.run("store a.csv -o a.mem --labels names.txt --normalize unit").works();
    bench
}

#[test]
fn what_is_forgotten_is_gone_from_every_answer() {
    let bench = three();
    bench.write("cue.csv", "0.1,1,0\n").write("more.csv", "3,3,0\n").write("more.txt", "w\n");
    let line = "recall a.mem --cue cue.csv --beta 50 --json --explain";
    let before = bench.run(line).works().json();
    assert_eq!(before["queries"][0]["top"][0]["label"], "y");
    assert!(before["queries"][0]["top"][0].get("id").is_none());
    let said = bench.run("forget a.mem --id 1").works().err;
    assert!(said.contains("1 patterns forgotten, 2 left"), "{said}");
    let out = bench.run(line).works().out;
    assert!(!String::from_utf8_lossy(out.as_ref()).contains("\"y\""));
    bench.run("store more.csv -o a.mem --append --labels more.txt").works();
    let after = bench.run(line).works().json();
    let top = &after["queries"][0]["top"][0];
    assert_eq!((&top["index"], &top["id"], &top["label"]), (&2.into(), &3.into(), &"w".into()));
    assert_eq!(after["queries"][0]["nearest_id"], 3);
    let held = bench.run("inspect a.mem --json").works().json();
    assert_eq!(
        (&held["forgotten"], &held["next_id"], &held["memories"]),
        (&1.into(), &4.into(), &3.into())
    );
    assert!(!String::from_utf8_lossy(&bench.read("a.mem")).contains("\"y\""));
}

#[test]
fn forgetting_is_all_or_nothing() {
    let bench = three();
    let whole = bench.read("a.mem");
    bench.run("forget a.mem --id 0,7").fails(3, &["a.mem", "id 7"]);
    bench.run("forget a.mem --id 0,1,2").fails(3, &["a.mem", "all the memories"]);
    bench.run("forget a.mem").fails(2, &["--id"]);
    bench.run("forget a.mem --id -1").fails(2, &[]);
    bench.run("forget none.mem --id 0").fails(3, &["none.mem"]);
    bench.run("forget - --id 0").fails(2, &["name a file"]);
    assert_eq!(bench.read("a.mem"), whole);
    bench.run("forget a.mem --id 2 --id 2,0").works();
    bench.run("forget a.mem --id 0").fails(3, &["id 0"]);
}

#[test]
fn one_step_to_the_bit_within_the_guard() {
    let bench = Bench::new();
    bench.write("a.csv", "0,0\n1,0\n0,3\n").write("cue.csv", "0.7,0.2\n0.4,0.1\n");
    bench.run("store a.csv -o a.mem").works();
    let line = "recall a.mem --cue cue.csv --model epanechnikov";
    let json = bench.run(&format!("{line} --within 0.45 --json -o out.csv")).works().json();
    assert_eq!(
        (&json["separation"], &json["guarantee"]),
        (&"log-sum-relu".into(), &"unconditional".into())
    );
    assert_eq!(json["queries"][0]["kind"], "single");
    assert_eq!(json["queries"][0]["active"], 1);
    assert_eq!(String::from_utf8(bench.read("out.csv")).unwrap(), "1.0,0.0\n0.0,0.0\n");
    bench.write("near.csv", "1.00000001,0\n");
    let near = "recall a.mem --cue near.csv --model epanechnikov --within 0.4 --dtype f64";
    bench.run(&format!("{near} -o near-out.csv")).works();
    assert_eq!(String::from_utf8(bench.read("near-out.csv")).unwrap(), "1.0,0.0\n");
    let wide = bench.run(&format!("{line} --beta 2 --json")).works().json();
    assert_eq!(
        (&wide["queries"][1]["kind"], &wide["queries"][1]["active"]),
        (&"metastable".into(), &2.into())
    );
}

#[test]
fn what_epanechnikov_has_not_is_refused() {
    let bench = Bench::new();
    bench.write("a.csv", "0,0\n1,0\n").write("cue.csv", "9,9\n");
    bench.run("store a.csv -o a.mem").works();
    let line = "recall a.mem --cue cue.csv --model epanechnikov";
    for (options, code, part) in [
        ("--within 0.5", 3, "0.5"),
        ("--within 0.4", 3, "cue 0"),
        ("--within=-1", 2, "delta"),
        ("--floor=-1", 2, "epsilon"),
        ("--beta auto", 2, "--within"),
        ("--within 0.4 --beta 2", 2, "--within"),
        ("--separation sparsemax", 2, "--separation"),
        ("--rule cyclic", 2, "spins"),
        ("--mask cue.csv", 2, "--mask"),
        ("--bias euclidean", 2, "--bias"),
        ("--explain", 2, "--explain"),
    ] {
        bench.run(&format!("{line} {options}")).fails(code, &[part]);
    }
    let left = bench.run(&format!("{line} --within 0.4 --floor 1e-9 --json")).works().json();
    assert_eq!(
        (&left["queries"][0]["kind"], &left["queries"][0]["steps"]),
        (&"silent".into(), &0.into())
    );
    bench.run("recall a.mem --cue cue.csv --within 0.1").fails(2, &["--model epanechnikov"]);
    bench.run("trace a.mem --cue cue.csv --model epanechnikov").fails(2, &["recall"]);
}
