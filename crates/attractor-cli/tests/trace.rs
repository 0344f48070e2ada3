//! The contract of `trace`, by what it prints and writes.

mod common;

use common::{Bench, Ran, npy, ran, with_many, with_signs};
use serde_json::Value;

/// One cue of the signs, by model B at a β that tells them apart.
const TRACE: &str = "trace signs.mem --cue cue.csv --beta 4";

/// The numbers under a key.
#[track_caller]
fn numbers(json: &Value, key: &str) -> Vec<f64> {
    let array = json[key].as_array().unwrap_or_else(|| panic!("{key} is an array: {json}"));
    array.iter().map(|x| x.as_f64().expect("a finite number")).collect()
}

#[track_caller]
fn number(json: &Value, key: &str) -> f64 {
    json[key].as_f64().unwrap_or_else(|| panic!("{key} is a number: {json}"))
}

#[test]
fn json_has_the_promised_fields() {
    let json = with_signs().run(&format!("{TRACE} --json")).works().json();
    assert_eq!(json["schema"], "attractor.trace/1");
    for (key, word) in [
        ("model", "modern"),
        ("separation", "log-sum-exp"),
        ("bias", "none"),
        ("start", "overlaps"),
        ("integrator", "strang"),
        ("dtype", "f32"),
        ("guarantee", "unconditional"),
        ("outcome", "finished"),
    ] {
        assert_eq!(json[key], word, "{key}");
    }
    let expected = [("beta", 4.0), ("dt", 0.1), ("tau_f", 1.0), ("tau_h", 0.1), ("t_end", 20.0)];
    for (key, value) in expected {
        assert!((number(&json, key) - value).abs() < 1e-15, "{key}");
    }
    assert_eq!(
        (&json["steps"], &json["every"], &json["query"]),
        (&200.into(), &1.into(), &0.into())
    );
    assert_eq!((numbers(&json, "v").len(), numbers(&json, "h").len()), (4, 3));
    for key in ["t", "energy", "feature", "hidden", "coupling"] {
        assert_eq!(numbers(&json, key).len(), 201, "{key}");
    }
    assert_eq!(numbers(&json, "certified_drop").len(), 200);
}

/// What rounding can take off an energy that is the sum of its parts over seven neurons.
fn noise(json: &Value, unit_roundoff: f64) -> f64 {
    let sizes = |key: &str| numbers(json, key).iter().fold(0.0f64, |most, e| most.max(e.abs()));
    23.0 * unit_roundoff * ["feature", "hidden", "coupling"].map(sizes).iter().sum::<f64>()
}

#[test]
fn the_energy_is_its_parts_and_falls_by_the_certified_drops() {
    for (dtype, unit_roundoff) in [("f32", 2f64.powi(-24)), ("f64", 2f64.powi(-53))] {
        let line = format!("{TRACE} --json --dt 0.7 --hidden zero --dtype {dtype}");
        let json = with_signs().run(&line).works().json();
        let of = |key: &str| numbers(&json, key);
        let (energy, drops, roundings) = (of("energy"), of("certified_drop"), of("rounding"));
        let noise = noise(&json, unit_roundoff);
        for (i, pair) in energy.windows(2).enumerate() {
            let (fall, slack) = (pair[0] - pair[1], roundings[i] + noise);
            assert!(drops[i] >= 0.0 && (fall - drops[i]).abs() <= slack, "{dtype}, interval {i}");
        }
        let parts = of("feature").into_iter().zip(of("hidden")).zip(of("coupling"));
        for (sum, energy) in parts.map(|((f, h), c)| f + h + c).zip(&energy) {
            assert!((sum - energy).abs() <= 1e-15 * (1.0 + sum.abs()) * 8.0);
        }
        assert!(energy[0] - energy[energy.len() - 1] > 0.1 && drops.iter().sum::<f64>() > 0.1);
        assert!(number(&json, "largest_rise") <= noise);
    }
}

#[test]
fn every_model_ends_at_the_memory_that_its_cue_is_near() {
    let bench = Bench::new();
    bench.write("eight.csv", "1,1,1,1,1,1,1,1\n1,1,1,1,-1,-1,-1,-1\n1,1,-1,-1,1,1,-1,-1\n");
    bench.write("flip.csv", "1,1,1,1,1,1,1,1\n1,1,1,-1,-1,-1,-1,-1\n");
    bench.run("store eight.csv -o eight.mem").works();
    for (model, more) in
        [("hopfield", ""), ("dense", ""), ("modern", "--beta 8"), ("spherical", "--beta 2")]
    {
        let line =
            format!("trace eight.mem --cue flip.csv --query 1 --model {model} {more} --json");
        let json = bench.run(&line).works().json();
        assert_eq!((&json["nearest"], &json["query"]), (&1.into(), &1.into()), "{model}");
        assert!(number(&json, "overlap") > 0.9999 && number(&json, "residual") < 1e-4, "{model}");
        let v = numbers(&json, "v");
        assert!(
            v[..4].iter().all(|v| *v > 0.0) && v[4..].iter().all(|v| *v < 0.0),
            "{model}: {v:?}"
        );
    }
}

#[test]
fn records_are_the_first_every_kth_and_the_last() {
    let line = format!("{TRACE} --dt 0.25 --t-end 2.6 --every 4");
    let json = with_signs().run(&format!("{line} --json")).works().json();
    assert_eq!(json["steps"], 11);
    let t = numbers(&json, "t");
    assert!(t.iter().zip([0.0, 1.0, 2.0, 2.6]).all(|(t, at)| (t - at).abs() < 1e-12), "{t:?}");
    assert_eq!((t.len(), numbers(&json, "certified_drop").len()), (4, 3));
    let whole = with_signs().run(&format!("{TRACE} --dt 0.25 --t-end 2.6 --json")).works().json();
    let sum = |json: &Value| numbers(json, "certified_drop").iter().sum::<f64>();
    assert!((sum(&json) - sum(&whole)).abs() < 1e-12 && json["v"] == whole["v"]);
}

#[test]
fn hidden_neurons_follow_or_are_silent_at_first() {
    let bench = with_signs();
    let h = |more: &str| {
        bench.run(&format!("{TRACE} -o h.npy --force {more}")).works();
        npy(&bench.read("h.npy")).1[4..7].to_vec()
    };
    assert_eq!(h(""), [1.5, 2.5, -1.5]); // (1, −1, 1, −1)·(1, 1, −1, ½) = −1½
    assert_eq!(h("--bias euclidean"), [-0.5, 0.5, -3.5]);
    assert_eq!(h("--hidden zero"), [0.0; 3]);
}

#[test]
fn the_rows_of_the_trace_are_v_and_then_h() {
    let bench = with_signs();
    let json = bench.run(&format!("{TRACE} -o trace.npy --every 50 --json")).works().json();
    let (header, rows) = npy(&bench.read("trace.npy"));
    assert!(header.contains("(5, 7)") && header.contains("<f4"), "{header}");
    assert_eq!(rows[..4], [1.0, 1.0, -1.0, 0.5]);
    let last: Vec<f64> = rows[28..].iter().map(|x| f64::from(*x)).collect();
    assert_eq!(last, [numbers(&json, "v"), numbers(&json, "h")].concat());
    let piped = bench.run(&format!("{TRACE} -o - --every 50")).works();
    assert_eq!(piped.out, bench.read("trace.npy"));
}

#[test]
fn outputs_that_exist_are_refused_and_kept() {
    let bench = with_signs();
    bench.write("out.npy", "precious").write("out.svg", "precious");
    bench.run(&format!("{TRACE} -o out.npy")).fails(2, &["out.npy", "--force"]);
    bench.run(&format!("{TRACE} --figure out.svg")).fails(2, &["out.svg", "--force"]);
    assert_eq!([bench.read("out.npy"), bench.read("out.svg")], [b"precious"; 2]);
    bench.run(&format!("{TRACE} -o out.npy --figure out.svg --force")).works();
}

#[test]
fn the_figure_shows_energies_certificates_and_neurons() {
    let bench = with_signs();
    bench.run(&format!("{TRACE} --figure out.svg")).works();
    let svg = String::from_utf8(bench.read("out.svg")).expect("UTF-8");
    let parts = ["certified", "features", "synapses", "hidden neuron", "activity f", "time", "τ_h"];
    for part in parts {
        assert!(svg.contains(part), "{part}");
    }
    assert!(!svg.contains("NaN"));
    bench.run(&format!("{TRACE} --figure rk4.svg --integrator rk4")).works();
    let svg = String::from_utf8(bench.read("rk4.svg")).expect("UTF-8");
    assert!(!svg.contains("certified") && svg.contains("by rk4"));
}

#[test]
fn of_many_neurons_the_figure_shows_the_most_active() {
    let bench = Bench::new();
    let row = |i: usize| format!("{},{}\n", (i as f64).cos(), (i as f64).sin());
    bench.write("circle.csv", (0..100).map(row).collect::<String>()).write("q.csv", "0,1\n");
    bench.run("store circle.csv -o circle.mem").works();
    bench.run("trace circle.mem --cue q.csv --beta 9 --figure out.svg").works();
    let svg = String::from_utf8(bench.read("out.svg")).expect("UTF-8");
    assert!(svg.contains("32 most active of 100 hidden neurons"));
}

#[test]
fn euler_with_a_long_step_says_that_the_energy_rose() {
    let bench = with_signs();
    let ran = bench.run(&format!("{TRACE} --integrator euler --dt 1.9 --json")).works();
    let json = ran.json();
    assert_eq!(json["guarantee"], "none");
    assert!(json["certified_drop"].is_null() && number(&json, "largest_rise") > 0.1, "{json}");
    for part in ["the energy rose by", "at most", "`strang`"] {
        assert!(ran.err.contains(part), "{}", ran.err);
    }
    let short = bench.run(&format!("{TRACE} --integrator euler --dt 0.001 --t-end 1 --json"));
    assert_eq!((&short.json()["guarantee"], short.err.as_str()), (&"conditional".into(), ""));
}

#[test]
fn adaptive_steps_follow_the_tolerance_and_are_certified() {
    let bench = with_signs();
    let steps = |more: &str| {
        let line = format!("{TRACE} --integrator adaptive --dt 20 --dtype f64 --json {more}");
        let json = bench.run(&line).works().json();
        let (energy, drops) = (numbers(&json, "energy"), numbers(&json, "certified_drop"));
        let roundings = numbers(&json, "rounding");
        for (i, pair) in energy.windows(2).enumerate() {
            assert!(drops[i] >= 0.0 && pair[0] - pair[1] >= drops[i] - roundings[i] - 1e-14);
        }
        (number(&json, "tolerance"), number(&json, "steps"))
    };
    let (default, some) = steps("");
    let (given, more) = steps("--tolerance 1e-6");
    assert!((default - 1e-3).abs() + (given - 1e-6).abs() < 1e-15);
    assert!(2.0 <= some && 2.0 * some < more, "{some} steps, then {more}");
}

#[test]
fn every_integrator_comes_near_the_same_state() {
    let bench = with_signs();
    let v = |name: &str| {
        let json =
            bench.run(&format!("{TRACE} --dt 0.02 --integrator {name} --json")).works().json();
        assert_eq!(json["integrator"], *name);
        numbers(&json, "v")
    };
    let strang = v("strang");
    for name in ["lie", "euler", "exponential-euler", "rk4", "adaptive", "dormand-prince"] {
        let off = v(name).iter().zip(&strang).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(off < 1e-4, "{name}: {off}");
    }
}

#[test]
fn a_run_that_leaves_the_numbers_omits_them_and_is_code_1() {
    let bench = with_signs();
    let line = "trace signs.mem --cue cue.csv --beta 4 --integrator euler --dt 9 --t-end 900 --json -o out.npy";
    let broken = bench.run(line);
    broken.fails(1, &["left the range", "strang"]);
    let json = broken.json();
    assert_eq!(json["outcome"], "not-finite");
    for key in ["t", "energy", "certified_drop", "largest_rise", "residual", "v", "h"] {
        assert!(json[key].is_null(), "{key}");
    }
    assert!(number(&json, "steps") > 1.0 && bench.has("out.npy"));
}

#[test]
fn the_summary_reads_without_the_manual() {
    let bench = with_signs();
    bench.write("l.txt", "all\nfront\nodd\n");
    bench.run("store signs.csv -o signs.mem --labels l.txt --force").works();
    let text = bench.run(TRACE).works().text();
    for part in ["modern", "beta = 4", "unconditional", "finished, 200 steps", "memory 1 (front)"] {
        assert!(text.contains(part), "{part:?} is missing in: {text}");
    }
}

/// A trace of the signs that fails.
#[track_caller]
fn refuses(more: &str, code: i32, parts: &[&str]) {
    let bench = with_signs();
    bench.write("nan.csv", "1,1,nan,1\n").write("zero.csv", "1,1,1,1\n0,0,0,0\n");
    let ran: Ran = bench.run(&format!("trace signs.mem {more}"));
    ran.fails(code, parts);
    assert!(ran.out.is_empty());
}

#[test]
fn a_cue_that_is_none_is_named() {
    refuses("--cue nan.csv", 3, &["nan.csv", "line 1, column 3", "finite"]);
    refuses("--cue none.csv", 3, &["none.csv"]);
    refuses("--cue cue.csv --query 1", 2, &["--query 1", "cue.csv", "1 cues"]);
    refuses("--cue zero.csv --query 1 --model spherical", 3, &["zero.csv", "cue 1", "direction"]);
}

#[test]
fn options_that_cannot_be_are_usage_errors() {
    refuses("--cue cue.csv --integrator leapfrog", 2, &["leapfrog", "strang", "rk4"]);
    for flag in ["--dt", "--t-end", "--tau-f", "--tau-h"] {
        for value in ["0", "-1", "nan", "inf", "soon"] {
            refuses(&format!("--cue cue.csv {flag} {value}"), 2, &[flag, "positive finite"]);
        }
    }
    refuses("--cue cue.csv --tolerance 0.1", 2, &["--tolerance", "strang", "adaptive"]);
    refuses("--cue cue.csv --integrator adaptive --tolerance 0", 2, &["positive finite"]);
    refuses("--cue cue.csv --every 0", 2, &["--every"]);
    refuses("--cue cue.csv --power 3", 2, &["no power"]);
    refuses("--cue cue.csv --separation exponential", 2, &["no lower bound"]);
    refuses("--cue cue.csv -o - --json", 2, &["standard output"]);
    refuses("--cue cue.csv --dt 1e-9", 2, &["--every", "20000000000 steps"]);
}

#[test]
fn a_network_that_overflows_is_refused_when_it_is_built() {
    let spherical = "--cue cue.csv --model spherical --beta 100";
    refuses(spherical, 3, &["not finite in f32"]);
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let bench = with_many();
    let line = "trace a.mem --cue q.csv --beta 30 --json --threads";
    let outs = ["1", "2", "3"].map(|threads| bench.run(&format!("{line} {threads}")).works().out);
    assert!(outs[0] == outs[1] && outs[1] == outs[2]);
}

/// Whether the process has begun to listen for interrupts.
#[cfg(target_os = "linux")]
fn listens(id: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let mask = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 0b10 != 0)
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_run_leaves_what_it_has() {
    let bench = with_signs();
    let line = format!("{TRACE} --t-end 1e12 --every 1000000000 --json -o out.npy");
    let child = bench.command(&line).spawn().expect("the program runs");
    while !listens(child.id()) {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("a signal is sent").success());
    let ended = ran(child.wait_with_output().expect("an end"));
    assert_eq!(
        (ended.code, &ended.json()["outcome"]),
        (130, &"interrupted".into()),
        "{}",
        ended.err
    );
    assert!(bench.has("out.npy"));
}
