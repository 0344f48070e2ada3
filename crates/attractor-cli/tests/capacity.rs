//! `attractor capacity`: measurements beside theory, the same to the bit whatever happens on the way.

mod common;

use common::{Bench, ran};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

/// Some seconds of work without optimisation, less with it; of every kind of load.
const LONG: &str = "capacity --features 96 --memories 200..1500x8 --noise 0,0.1 --networks 40 --cues 4 --save-every 0 -o out.json";

fn number(value: &Value, key: &str) -> f64 {
    value[key].as_f64().unwrap_or_else(|| panic!("{key} is a number in {value}"))
}

#[test]
fn what_is_measured_is_what_theory_says() {
    let bench = Bench::new();
    let line = "capacity --features 64 --memories 124,400,500,700 --networks 50 --cues 4 --json --figure c.svg";
    let json = bench.run(line).works().json();
    assert_eq!(
        (&json["schema"], &json["complete"]),
        (&"attractor.capacity/1".into(), &true.into())
    );
    assert_eq!((&json["synapses"], &json["plan"]["model"]), (&"bits".into(), &"dense".into()));
    assert_eq!(json["provenance"]["seed"], 1982);
    assert!(json["provenance"]["generator"].as_str().is_some_and(|g| g.contains("Pcg64")));
    assert!(json["provenance"]["machine"]["features"].is_array());
    let points = json["points"].as_array().expect("points");
    assert_eq!(points.len(), 4);
    for point in points {
        let (recall, theory) = (&point["recall"], &point["theory"]);
        // recall leaves out what comes back by itself or is lost later: a few percent
        let (low, high) = (number(recall, "low") - 0.06, number(recall, "high") + 0.06);
        let expected = number(theory, "recalled");
        assert!(low <= expected && expected <= high, "{point}");
        assert!(number(recall, "low") <= number(recall, "measured"));
        assert_eq!(point["cues"], 200);
    }
    let drawn = String::from_utf8(bench.read("c.svg")).expect("SVG is text");
    assert!(drawn.contains("probability of recall") && drawn.contains("memories N"));
}

#[test]
fn threads_do_not_matter() {
    let bench = Bench::new();
    for (line, files) in [
        ("--features 70 --memories 50,300 --noise 0.1 --networks 9 --cues 3", ["a.json", "b.json"]),
        (
            "--model modern --features 30 --memories 40 --beta 8,16 --damage gaussian --noise 0.5 --networks 5",
            ["c.json", "d.json"],
        ),
        ("--find memories --features 24,32,40 --networks 10 --cues 3", ["e.json", "f.json"]),
    ] {
        for (threads, file) in [1, 2].into_iter().zip(files) {
            bench.run(&format!("capacity {line} --threads {threads} -o {file}")).works();
        }
        assert!(bench.read(files[0]) == bench.read(files[1]), "{line}");
    }
}

#[test]
fn killing_it_twenty_times_changes_nothing() {
    let bench = Bench::new();
    bench.run(&LONG.replace("out.json", "whole.json")).works();
    let whole = bench.read("whole.json");
    let mut random = Pcg64::seed_from_u64(20);
    let (mut killed, mut went_on) = (0, 0);
    while killed < 20 {
        let mut run = bench.command(&format!("{LONG} --resume")).spawn().expect("the program runs");
        std::thread::sleep(Duration::from_millis(random.random_range(10..120)));
        if run.try_wait().expect("a child").is_none() {
            run.kill().expect("it can be killed");
            killed += 1;
        }
        run.wait().expect("a child");
        went_on += usize::from(bench.has("out.json.checkpoint"));
        if bench.has("out.json") {
            assert!(bench.read("out.json") == whole, "after {killed} kills");
            std::fs::remove_file(bench.path("out.json")).expect("a file of the test");
        }
    }
    assert!(went_on > 5, "a checkpoint was left {went_on} times only");
    bench.run(&format!("{LONG} --resume")).works();
    assert!(bench.read("out.json") == whole);
    assert!(!bench.has("out.json.checkpoint"), "a checkpoint is for runs that are not done");
}

#[cfg(unix)]
#[test]
fn a_signal_leaves_the_checkpoint() {
    let bench = Bench::new();
    bench.run(&LONG.replace("out.json", "whole.json")).works();
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let line = LONG
            .replace("--networks 40", "--networks 4000 --json")
            .replace("every 0", "every 3600");
        let run = bench.command(&line).spawn().expect("the program runs");
        std::thread::sleep(Duration::from_millis(400));
        let sent = Command::new("kill").args([signal, &run.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
        let ran = ran(run.wait_with_output().expect("a child"));
        ran.fails(code, &["--resume"]);
        assert_eq!(ran.json()["complete"], false);
        assert!(bench.has("out.json.checkpoint") && !bench.has("out.json"));
        // another plan does not go on from it, nor is it overwritten
        bench
            .run(&format!("{LONG} --resume"))
            .fails(3, &["another experiment", "networks", "4000"]);
        bench.run(&line).fails(2, &["--resume", "--force"]);
        std::fs::remove_file(bench.path("out.json.checkpoint")).expect("a file of the test");
    }
}

#[test]
fn what_would_not_fit_is_refused_beforehand() {
    let bench = Bench::new();
    let line = "capacity --features 100000 --memories 1000000000";
    bench.run(line).fails(2, &["1000000000 memories of 100000 features", "TB", "free"]);
}

#[test]
fn patterns_of_the_user_are_what_networks_are_drawn_from() {
    let bench = Bench::new();
    let row = |i: u32| {
        let sign = |j: u32| if (i * 7919 + j * j * 31 + i * j) % 13 < 6 { "1" } else { "-1" };
        (0..40).map(sign).collect::<Vec<_>>().join(",")
    };
    bench.write("p.csv", (1..60).map(row).collect::<Vec<_>>().join("\n"));
    bench.run("store p.csv -o p.mem").works();
    let (file, memory) =
        ("capacity p.csv --memories 5,20 --json", "capacity p.mem --memories 5,20 --json");
    let (file, memory) = (bench.run(file).works().json(), bench.run(memory).works().json());
    assert_eq!(file["points"], memory["points"]);
    assert_eq!(file["plan"]["patterns"]["given"]["patterns"], 59);
    assert_eq!(file["points"][0]["features"], 40);
    bench.run("capacity p.csv --memories 60").fails(2, &["60 memories", "59 patterns"]);
}

#[test]
fn exponents_and_basins_are_searched_for() {
    let bench = Bench::new();
    let line = "capacity --find memories --features 32,48,64 --networks 30 --json";
    let found = bench.run(line).works().json();
    let exponent = &found["exponents"][0];
    let (slope, theory) = (&exponent["exponent"], number(exponent, "theory"));
    assert!(
        number(slope, "low") - 0.1 < theory && theory < number(slope, "high") + 0.1,
        "{exponent}"
    );
    let line = "capacity --find noise --features 64 --memories 20,100 --networks 20 --json";
    let basins = bench.run(line).works().json();
    let radius = |k: usize| number(&basins["thresholds"][k]["at"], "measured");
    assert!(radius(0) > radius(1) + 0.05 && radius(1) > 0.2, "{}", basins["thresholds"]);
}

#[test]
fn every_model_and_rule_has_its_capacity() {
    let bench = Bench::new();
    for line in [
        "--model hopfield --memories 3 --rule synchronous",
        "--model hopfield --memories 3 --rule greedy --noise 0.1",
        "--model hopfield --memories 20 --rule random --learning pseudo-inverse",
        "--model dense --separation exponential --beta 1 --memories 200 --rule simultaneous",
        "--model dense --memories 20 --rule glauber --temperature 0.5,1 --steps 5",
        "--model dense --memories 20 --lesion 0.05 --recalled 0.7",
        "--model spherical --beta 50 --memories 20 --damage gaussian --noise 0.3",
        "--model modern --separation sparsemax --beta 30 --memories 20 --dtype f64",
    ] {
        let line = format!("capacity --features 50 --networks 4 --cues 3 --json {line}");
        let json = bench.run(&line).works().json();
        let recall = number(&json["points"][0]["recall"], "measured");
        assert!(recall > 0.9, "{line}: {recall}");
    }
    bench.run("capacity --model modern").fails(2, &["--beta"]);
    bench.run("capacity --model modern --beta 9 --rule cyclic --memories 9").fails(2, &["spins"]);
    bench.run("capacity --memories 5 --noise 1.5").fails(2, &["noise = 1.5", "from 0 to 1"]);
    bench.run("capacity --memories 5.5").fails(2, &["5.5", "whole number"]);
    bench.run("capacity --features 0").fails(2, &["--features 0", "at least 1"]);
}

#[test]
fn spurious_states_are_counted() {
    let bench = Bench::new();
    let line = "capacity --model hopfield --features 60 --memories 2,9 --start anywhere --networks 10 --json --figure s.svg";
    let json = bench.run(line).works().json();
    let ends = |k: usize| &json["points"][k]["ends"];
    // two memories: the states ±ξ and nothing between them but ties; nine: beyond the capacity
    assert!(number(ends(0), "spurious") < 10.0 && number(ends(0), "negated") > 25.0, "{json}");
    assert!(number(ends(1), "spurious") > 50.0);
    assert!(number(ends(1), "spurious_states_at_least") >= number(ends(1), "spurious_states"));
    assert!(String::from_utf8(bench.read("s.svg")).expect("text").contains("spurious"));
}
