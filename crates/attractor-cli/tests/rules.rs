//! `recall --rule` and `--mask`: spins some at a time, and what is known of a cue.

mod common;

use common::{Bench, with_signs};

fn cues(bench: &Bench) -> &Bench {
    bench.write("cue.csv", "1,1,1,-1\n-1,-1,1,-1\n")
}

/// Two patterns of signs, and two cues that are one flip away from them.
fn spins() -> Bench {
    let bench = Bench::new();
    bench.write("a.csv", "1,1,-1,-1\n1,-1,1,-1\n");
    cues(&bench);
    bench.run("store a.csv -o a.mem").works();
    bench
}

const RECALL: &str = "recall a.mem --cue cue.csv --model dense --power 3 --json";

#[test]
fn every_rule_says_what_it_guarantees() {
    let bench = spins();
    for (rule, guarantee) in [
        ("synchronous", "unconditional"),
        ("cyclic", "unconditional"),
        ("random --seed 4", "unconditional"),
        ("greedy", "unconditional"),
        ("simultaneous", "none"),
        ("glauber --steps 5", "none"),
    ] {
        let ran = bench.run(&format!("{RECALL} --rule {rule}"));
        let json = ran.json();
        assert_eq!(json["guarantee"], guarantee, "{rule}");
        let name = json["rule"].as_str().unwrap_or("synchronous");
        assert!(rule.starts_with(name));
        let query = &json["queries"][0];
        assert_eq!(query["certified_drop"].is_number(), guarantee != "none", "{rule}");
        assert_eq!(query["flips"].is_number(), name != "synchronous", "{rule}");
        let named = |top: &str| bench.run(&format!("{RECALL} --rule {rule} {top}")).json();
        assert_eq!(named("--top 1")["queries"][0]["top"].as_array().unwrap().len(), 1);
    }
}

#[test]
fn a_cycle_is_named_with_its_length_and_is_code_4() {
    let bench = Bench::new();
    bench.write("a.csv", "1,1\n").write("cue.csv", "1,-1\n");
    bench.run("store a.csv -o a.mem").works();
    let line = "recall a.mem --cue cue.csv --model hopfield --json --rule";
    let ran = bench.run(&format!("{line} simultaneous"));
    let json = ran.json();
    let query = &json["queries"][0];
    assert_eq!((ran.code, &query["outcome"], &query["cycle"]), (4, &"cycle".into(), &2.into()));
    assert!(ran.err.contains("--rule cyclic"), "{}", ran.err);
    let json = bench.run(&format!("{line} cyclic")).works().json();
    assert_eq!(json["queries"][0]["outcome"], "settled");
}

#[test]
fn draws_are_those_of_the_seed() {
    let bench = spins();
    let draw = |seed: u32| {
        let line = format!("{RECALL} --rule glauber --temperature 50 --steps 3 --seed {seed}");
        bench.run(&line).works().out
    };
    assert_eq!(draw(1), draw(1));
    assert!((2..9).any(|seed| draw(seed) != draw(1)));
}

#[test]
fn what_is_known_stays() {
    let bench = spins();
    bench.write("one.csv", "0,0,1,1\n").write("each.csv", "0,0,1,1\n1,1,0,0\n");
    for model in ["dense --power 3", "dense --power 3 --rule cyclic", "modern --beta 8"] {
        for mask in ["one.csv", "each.csv"] {
            let line = format!(
                "recall a.mem --cue cue.csv --model {model} --mask {mask} -o out.csv --force"
            );
            bench.run(&line).works();
            let out = String::from_utf8(bench.read("out.csv")).unwrap();
            let row = |text: &str, q: usize| -> Vec<f64> {
                text.lines().nth(q).unwrap().split(',').map(|x| x.trim().parse().unwrap()).collect()
            };
            let cue = "1,1,1,-1\n-1,-1,1,-1\n";
            assert_eq!(row(&out, 0)[2..], row(cue, 0)[2..], "{model} {mask}");
            let known = if mask == "one.csv" { 2..4 } else { 0..2 };
            assert_eq!(row(&out, 1)[known.clone()], row(cue, 1)[known], "{model} {mask}");
        }
    }
}

#[test]
fn what_cannot_be_is_said() {
    let bench = with_signs();
    bench.write("cue.csv", "1,1,1,-1\n").write("wide.csv", "1,1\n");
    bench.write("half.csv", "1,0,0.5,0\n").write("ok.csv", "1,0,0,0\n");
    for (line, code, part) in [
        ("--model modern --rule cyclic", 2, "--model dense"),
        ("--model dense --rule glauber", 2, "--steps N"),
        ("--model dense --rule cyclic --temperature 2", 2, "--rule glauber"),
        ("--model dense --rule cyclic --tolerance 0.1", 2, "--tolerance"),
        ("--model dense --rule cyclic --bias euclidean", 2, "--bias"),
        ("--model dense --rule cyclic --seed 3", 2, "--seed"),
        ("--model modern --seed 3", 2, "--seed"),
        ("--model dense --rule glauber --steps 3 --temperature -1", 2, "positive"),
        ("--model dense --rule cyclic --separation log-sum-exp", 2, "sum over hidden neurons"),
        ("--model modern --mask wide.csv", 3, "1 rows of 2"),
        ("--model modern --mask half.csv", 3, "row 0, column 2 is 0.5"),
        ("--model spherical --mask ok.csv", 3, "unit sphere"),
        ("--model modern --mask none.csv", 3, "none.csv"),
    ] {
        let ran = bench.run(&format!("recall signs.mem --cue cue.csv {line}"));
        assert!(ran.code == code && ran.err.contains(part), "{line}: {} {}", ran.code, ran.err);
    }
}

#[test]
fn an_explanation_is_printed_on_request() {
    let bench = spins();
    bench.write("cue.csv", "1,1,-0.5,-1\n");
    let line = "recall a.mem --cue cue.csv --beta 4 --dtype f64 --explain";
    let json = bench.run(&format!("{line} --json")).works().json();
    let explained = &json["queries"][0]["explained"];
    assert_eq!(explained["memory"], json["queries"][0]["nearest"]);
    assert!(explained["distance"].as_f64().unwrap() < 1e-6);
    assert!(explained["error"].as_f64().unwrap() < 1e-3);
    assert!(bench.run(line).works().text().contains("fixed point within"));
    let plain = bench.run("recall a.mem --cue cue.csv --beta 4 --json").works().json();
    assert!(plain["queries"][0]["explained"].is_null());
    for other in ["--model dense", "--separation sparsemax"] {
        let line = format!("recall a.mem --cue cue.csv --explain --json {other}");
        assert!(bench.run(&line).works().json()["queries"][0]["explained"].is_null());
    }
    let spins = "recall a.mem --cue cue.csv --explain --model dense --rule cyclic --json";
    assert!(bench.run(spins).works().json()["queries"][0].get("explained").is_none());
}

#[test]
fn labels_vote_and_values_are_paired() {
    let bench = Bench::new();
    bench
        .write("a.csv", "1,0,0\n0,1,0\n0,0.9,0.1\n")
        .write("labels.txt", "one\nother\nother\n")
        .write("values.csv", "10,0\n0,5\n0,5\n")
        .write("cue.csv", "0.1,0.8,0\n0.9,0,0\n");
    bench.run("store a.csv --labels labels.txt -o a.mem").works();
    let line = "recall a.mem --cue cue.csv --beta 30 --dtype f64";
    let json = bench.run(&format!("{line} --explain --json")).works().json();
    let votes = &json["queries"][0]["votes"];
    assert!(votes[0]["label"] == "other" && votes[0]["probability"].as_f64().unwrap() > 0.999);
    assert_eq!(json["queries"][1]["votes"][0]["label"], "one");
    bench.run(&format!("{line} --values values.csv -o out.csv")).works();
    let out = String::from_utf8(bench.read("out.csv")).unwrap();
    let rows: Vec<Vec<f64>> =
        out.lines().map(|line| line.split(',').map(|x| x.parse().unwrap()).collect()).collect();
    assert!(rows.len() == 2 && rows.iter().all(|row| row.len() == 2));
    assert!((rows[0][1] - 5.0).abs() < 1e-6 && (rows[1][0] - 10.0).abs() < 1e-6);
    bench.run(&format!("{line} --values cue.csv -o o.csv")).fails(3, &["cue.csv", "3 memories"]);
    bench.run(&format!("{line} --values values.csv")).fails(2, &["--output"]);
}

/// Masked memories are neither named nor weighed, and keep the numbers of the others as they are.
#[test]
fn masked_memories_are_as_if_not_stored() {
    let bench = Bench::new();
    bench
        .write("a.csv", "1,0,0\n0,1,0\n0,0.9,0.3\n")
        .write("labels.txt", "one\ntwo\nthree\n")
        .write("values.csv", "10,0\n0,5\n0,7\n")
        .write("some.csv", "1,0,1\n")
        .write("column.csv", "1\n0\n1\n")
        .write("cue.csv", "0.1,0.8,0\n");
    bench.run("store a.csv --labels labels.txt -o a.mem").works();
    for mask in ["some.csv", "column.csv"] {
        let line = format!("recall a.mem --cue cue.csv --beta 30 --memory-mask {mask}");
        let json = bench.run(&format!("{line} --json --explain")).works().json();
        let query = &json["queries"][0];
        assert_eq!((&json["memories"], &query["nearest"]), (&2.into(), &2.into()));
        assert_eq!(
            (&query["top"][0]["index"], &query["top"][0]["label"]),
            (&2.into(), &"three".into())
        );
        assert_eq!(
            (&query["votes"][0]["label"], &query["explained"]["memory"]),
            (&"three".into(), &2.into())
        );
        bench.run(&format!("{line} --values values.csv -o out.csv --force")).works();
        let out = String::from_utf8(bench.read("out.csv")).unwrap();
        let paired: Vec<f64> = out.trim().split(',').map(|x| x.parse().unwrap()).collect();
        assert!(paired.len() == 2 && (paired[1] - 7.0).abs() < 1e-3);
    }
    let dense =
        "recall a.mem --cue cue.csv --model dense --rule cyclic --memory-mask some.csv --json";
    assert_eq!(bench.run(dense).works().json()["memories"], 2);
    bench.write("none.csv", "0,0,0\n").write("few.csv", "1,0\n").write("odd.csv", "1,2,1\n");
    for (mask, part) in
        [("none.csv", "no patterns"), ("few.csv", "3 memories"), ("odd.csv", "is 2")]
    {
        let line = format!("recall a.mem --cue cue.csv --memory-mask {mask}");
        bench.run(&line).fails(3, &[mask, part]);
    }
}

/// Three patterns that overlap by half, and labels.
fn crowded() -> Bench {
    let bench = Bench::new();
    bench.write("a.csv", "1,1,1,1,1,1\n1,1,1,-1,-1,1\n1,1,1,1,-1,-1\n");
    bench.write("names.txt", "a\nb\nb\n").write("values.csv", "1,0\n0,1\n0,3\n");
    bench.run("store a.csv -o a.mem --labels names.txt").works();
    bench
}

#[test]
fn couplings_are_learned_by_the_rule_asked_for() {
    let bench = crowded();
    let line = "recall a.mem --cue a.csv --model hopfield --rule cyclic --json --learning";
    let flips = |rule: &str| {
        let json = bench.run(&format!("{line} {rule}")).works().json();
        assert_eq!(
            (&json["learning"], &json["guarantee"]),
            (&rule.into(), &"unconditional".into())
        );
        let queries = json["queries"].as_array().unwrap();
        queries.iter().map(|q| q["flips"].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(flips("pseudo-inverse"), 0);
    assert!(flips("hebbian") > 0 && flips("storkey") <= flips("hebbian"));
}

#[test]
fn learning_where_there_are_no_couplings_is_refused() {
    let bench = crowded();
    for (options, remedy) in [
        ("--model dense --rule cyclic", "--model hopfield"),
        ("--model hopfield", "--rule cyclic"),
        ("--model hopfield --rule cyclic --power 4", "--power"),
    ] {
        let line = format!("recall a.mem --cue a.csv --learning hebbian {options}");
        let ran = bench.run(&line);
        assert_eq!(ran.code, 2, "{options}");
        assert!(ran.err.contains(remedy), "{options}: {}", ran.err);
    }
}

#[test]
fn spins_vote_and_are_paired_as_well() {
    let bench = crowded();
    let line = "recall a.mem --cue a.csv --model dense --power 3 --rule cyclic --explain --json";
    let json = bench.run(line).works().json();
    let votes = json["queries"][0]["votes"].as_array().unwrap();
    // h = 6, 2, 2: weights 36, 4, 4
    let share = |k: usize| votes[k]["probability"].as_f64().unwrap();
    assert_eq!((&votes[0]["label"], &votes[1]["label"]), (&"a".into(), &"b".into()));
    assert!((share(0) - 36.0 / 44.0).abs() < 1e-12 && (share(1) - 8.0 / 44.0).abs() < 1e-12);
    let line = "recall a.mem --cue a.csv --model dense --power 3 --rule cyclic --values values.csv";
    bench.run(&format!("{line} -o out.csv")).works();
    let paired = String::from_utf8(bench.read("out.csv")).unwrap();
    let first: Vec<f64> =
        paired.lines().next().unwrap().split(',').map(|x| x.trim().parse().unwrap()).collect();
    assert!((first[0] - 36.0 / 44.0).abs() < 1e-6 && (first[1] - 16.0 / 44.0).abs() < 1e-6);
}

/// On the sphere the known numbers are those of a pattern of length 1.
#[test]
fn what_is_known_stays_on_the_sphere() {
    let bench = Bench::new();
    bench.write("a.csv", "0.6,0,0.8,0\n0,0.6,0,0.8\n").write("cue.csv", "0.6,0,0,0\n");
    bench.write("known.csv", "1,1,0,0\n");
    bench.run("store a.csv -o a.mem").works();
    let line = "recall a.mem --cue cue.csv --model spherical --beta 20 --mask known.csv -o out.csv";
    bench.run(line).works();
    let out = String::from_utf8(bench.read("out.csv")).unwrap();
    let state: Vec<f64> = out.trim().split(',').map(|x| x.parse().unwrap()).collect();
    assert!((state[0] - 0.6).abs() < 1e-6 && (state[2] - 0.8).abs() < 1e-3, "{state:?}");
}
