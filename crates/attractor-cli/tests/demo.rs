//! `attractor demo` as its users run it.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn demo(page: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_attractor"));
    command.arg("demo").arg("-o").arg(page).args(arguments);
    command.output().unwrap()
}

fn read(page: &Path) -> String {
    std::fs::read_to_string(page).unwrap()
}

#[test]
fn the_seed_decides_every_byte() {
    let folder = tempfile::tempdir().unwrap();
    let pages = ["a", "b", "c"].map(|name| folder.path().join(name));
    let same =
        [demo(&pages[0], &["--seed", "7"]), demo(&pages[1], &["--seed", "7", "--threads", "1"])];
    let other = demo(&pages[2], &["--seed", "8"]);
    assert!(same.iter().chain([&other]).all(|output| output.status.success()));
    assert_eq!(same[0].stdout, same[1].stdout);
    assert_ne!(same[0].stdout, other.stdout);
    assert!(read(&pages[0]) == read(&pages[1]), "the same seed gave another page");
    assert!(read(&pages[0]) != read(&pages[2]), "another seed gave the same page");
}

#[test]
fn a_page_that_exists_is_replaced_only_when_forced() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    std::fs::write(&page, "mine").unwrap();
    let refused = demo(&page, &[]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--force"));
    assert_eq!(read(&page), "mine");
    let forced = demo(&page, &["--force"]);
    assert!(forced.status.success());
    assert!(String::from_utf8_lossy(&forced.stderr).contains("page.html"));
    assert!(read(&page).starts_with("<!DOCTYPE html>"));
}

/// Base64 can spell anything.
fn without_pictures(html: &str) -> String {
    let mut parts = html.split("base64,");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('"').map_or("", |(_, rest)| rest))
}

#[test]
fn the_page_is_whole_and_needs_nothing_from_outside() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    assert!(demo(&page, &[]).status.success());
    let html = read(&page);
    assert!(html.trim_end().ends_with("</html>") && html.len() < 1_500_000);
    assert!(!without_pictures(&html).contains("NaN"));
    for absent in ["inf<", "src=\"http", "href=\"http", "url(http", "@import", "<script"] {
        assert!(!html.contains(absent), "the page contains {absent}");
    }
    for present in ["CC BY 4.0", "softmax", "--seed 1982", "prefers-color-scheme", "certified"] {
        assert!(html.contains(present), "the page lacks {present}");
    }
}

#[test]
fn json_holds_every_rate() {
    let folder = tempfile::tempdir().unwrap();
    let output = demo(&folder.path().join("page.html"), &["--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["schema"], "attractor.demo/1");
    let results = report["results"].as_array().unwrap();
    for result in results {
        assert!((0.0..=1.0).contains(&result["recalled"].as_f64().unwrap()), "{result}");
        assert!(result["mean_certified_drop"].as_f64().unwrap() >= 0.0, "{result}");
    }
    let undamaged = |model: &str| {
        let found = results.iter().find(|r| r["model"] == model && r["amount"] == 0.0);
        found.unwrap()["recalled"].as_f64().unwrap()
    };
    assert!(undamaged("modern") > 0.9 && undamaged("spherical") > 0.9);
    assert!(undamaged("hopfield") < 0.1, "classical Hopfield cannot hold the digits");
}

#[test]
fn a_dash_writes_the_page_alone_to_standard_output() {
    let output = demo(Path::new("-"), &[]);
    let html = String::from_utf8(output.stdout).unwrap();
    assert!(html.starts_with("<!DOCTYPE html>") && html.trim_end().ends_with("</html>"));
    assert_eq!(demo(Path::new("-"), &["--json"]).status.code(), Some(2));
}
