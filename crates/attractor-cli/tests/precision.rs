//! `store --precision`, and recall from what it wrote.

mod common;

use common::{Bench, with_signs};

fn digits() -> Bench {
    let bench = Bench::new();
    let row = |i: usize| {
        (0..16).map(move |k| ((i * 37 + k * k * 11 + i * i * k * 7) % 97) as f64 / 48.0 - 1.0)
    };
    let line = |i| row(i).map(|x| format!("{x:.3}")).collect::<Vec<_>>().join(",") + "\n";
    bench.write("a.csv", (0..20).map(line).collect::<String>()).write("cue.csv", line(7));
    bench.write("more.csv", line(33));
    bench
}

#[test]
fn every_precision_is_kept_recalled_from_and_told() {
    let bench = digits();
    for (precision, bytes) in [("f64", 2560), ("f32", 1280), ("bf16", 640), ("int8", 320)] {
        let file = format!("{precision}.mem");
        bench
            .run(&format!("store a.csv -o {file} --normalize unit --precision {precision}"))
            .works();
        assert!(bench.read(&file).len() < bytes + 1400, "{precision}");
        let held = bench.run(&format!("inspect {file} --json")).works().json();
        assert_eq!(held["stored"], precision);
        let ran = bench.run(&format!("recall {file} --cue cue.csv --beta 60 --json")).works();
        assert_eq!(ran.json()["queries"][0]["top"][0]["index"], 7, "{precision}");
        let small = bytes < 1280;
        assert_eq!(ran.err.contains("of what was stored"), small, "{}", ran.err);
        let json = ran.json();
        assert_eq!(json.get("taken").is_some(), small);
        if small {
            assert_eq!(json["taken"]["precision"], precision);
            let residual = json["taken"]["residual"].as_f64().unwrap();
            assert!(residual > 0.0 && residual < 0.01, "{residual}");
        }
        bench.run(&format!("store more.csv -o {file} --append")).works();
        bench.run(&format!("forget {file} --id 3")).works();
        let held = bench.run(&format!("inspect {file} --json")).works().json();
        assert_eq!((&held["stored"], &held["memories"]), (&precision.into(), &20.into()));
    }
}

#[test]
fn bits_are_for_signs() {
    let bench = with_signs();
    bench.run("store signs.csv -o bits.mem --normalize sign --precision bits").works();
    bench.run("store signs.csv -o full.mem --normalize sign").works();
    let states = |file: &str| {
        let line = format!("recall {file} --cue cue.csv --model dense -o states.npy --force");
        bench.run(&line).works();
        bench.read("states.npy")
    };
    assert_eq!(states("bits.mem"), states("full.mem"));
    let bench = digits();
    bench.run("store a.csv -o x.mem --precision bits").fails(3, &["pattern 0", "--normalize sign"]);
    assert!(!bench.has("x.mem"));
}
