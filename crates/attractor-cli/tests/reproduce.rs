//! `attractor reproduce`: claims by name, their JSON, their page, and what is refused.

mod common;

use common::Bench;
use serde_json::Value;

/// Every decided record has its numbers in order, and its parts as well.
fn sound(record: &Value) {
    let number =
        |of: &Value, key: &str| of[key].as_f64().unwrap_or_else(|| panic!("{key} in {of}"));
    let ordered = |of: &Value| {
        let [low, measured, high] = ["low", "measured", "high"].map(|key| number(of, key));
        assert!(low <= measured && measured <= high, "{of}");
        assert!(number(of, "tolerance") >= 0.0 && number(of, "expected").is_finite(), "{of}");
    };
    ordered(record);
    record["parts"].as_array().expect("parts").iter().for_each(ordered);
}

#[test]
fn claims_by_name_in_json_and_on_a_page() {
    let bench = Bench::new();
    let line =
        "reproduce xor ramsauer-capacity --quick --seed 7 --json -o out.json --report out.html";
    let ran = bench.run(line).works();
    let json = ran.json();
    assert_eq!(
        (json["schema"].as_str(), json["seed"].as_u64()),
        (Some("attractor.reproduce/1"), Some(7))
    );
    assert!(json["provenance"]["generator"].as_str().unwrap().contains("Pcg64"));
    let claims = json["claims"].as_array().unwrap();
    assert_eq!(claims.len(), 2);
    for record in claims {
        sound(record);
        assert_eq!(record["verdict"], "agrees", "{record}");
        assert!(record["seconds"].as_f64().unwrap() >= 0.0);
    }
    assert_eq!(serde_json::from_slice::<Value>(&bench.read("out.json")).unwrap(), json);
    let page = String::from_utf8(bench.read("out.html")).unwrap();
    assert_eq!(page.matches("<figure>").count(), 2);
    assert!(!page.contains("NaN") && page.contains("95 % interval"));
    assert!(ran.err.contains("about"), "the time is said first: {}", ran.err);
}

#[test]
fn the_table_is_for_people() {
    let text = Bench::new().run("reproduce xor --quick").works().text();
    assert!(text.contains("xor") && text.contains("agrees") && text.contains("1 agree"), "{text}");
}

#[test]
fn what_is_refused_is_refused_before_the_work() {
    let bench = Bench::new();
    bench.run("reproduce exclusive-or").fails(2, &["exclusive-or", "xor"]);
    bench
        .write("there.json", "")
        .run("reproduce xor -o there.json")
        .fails(2, &["there.json", "--force"]);
    bench.run("reproduce xor --json -o -").fails(2, &["standard output"]);
    bench.run("reproduce xor --model nowhere").fails(3, &["nowhere"]);
}
