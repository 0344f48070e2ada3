//! The project's runner: `cargo xtask ci` is the one gate, `cargo xtask extras` the long checks.
//!
//! It depends on the standard library alone, so that it builds in a second or two.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a runner talks")]

use std::process::ExitCode;

mod alone;
mod ci;
mod code;
mod demo;
mod extras;
mod faults;
mod fuzz;
mod instructions;
mod laws;
mod manifest;
mod members;
mod names;
mod oracle;
mod package;
mod peers;
mod plan;
mod report;
mod shell;
mod supply;
mod tests;
mod tidy;
mod tools;
mod unused;

const PLANS: [&plan::Plan; 2] = [&ci::CI, &extras::EXTRAS];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match &words[..] {
        ["bench", options @ ..] => return peers::bench(options),
        ["fuzz", options @ ..] => return fuzz::fuzz(options),
        ["names", "--bless"] => return names::bless(),
        _ => {}
    }
    match chosen(&words) {
        Some((plan, only)) => plan.run(only),
        None => usage(&words),
    }
}

/// The plan and, if one was named, the single step: `ci`, `ci tidy`, or `tidy` alone.
fn chosen<'a>(words: &[&'a str]) -> Option<(&'static plan::Plan, Option<&'a str>)> {
    let plan = |name: &str| PLANS.into_iter().find(|plan| plan.name == name);
    match *words {
        [name] if plan(name).is_some() => Some((plan(name)?, None)),
        [name, step] => plan(name).filter(|plan| plan.has(step)).map(|plan| (plan, Some(step))),
        [step] => PLANS.into_iter().find(|plan| plan.has(step)).map(|plan| (plan, Some(step))),
        _ => None,
    }
}

/// Prints what there is; an unknown word is a usage error, a plea for help is not.
fn usage(words: &[&str]) -> ExitCode {
    println!("usage: cargo xtask ci [STEP] | extras [STEP] | STEP");
    for plan in PLANS {
        println!("\ncargo xtask {}: {}", plan.name, plan.what);
        for step in plan.steps {
            println!("  {:14} {}", step.name, step.what);
        }
    }
    println!("\ncargo xtask {}: agrees to the public names as they are now", names::USAGE);
    println!("cargo xtask {}: ours beside other systems", peers::USAGE);
    println!("cargo xtask {}: libFuzzer on every target of fuzz/", fuzz::USAGE);
    match *words {
        [] | ["help" | "--help" | "-h"] => ExitCode::SUCCESS,
        _ => {
            eprintln!("\nxtask: no plan or step is called `{}`", words.join(" "));
            ExitCode::from(2)
        }
    }
}

#[cfg(test)]
mod choice {
    use super::chosen;

    #[test]
    fn a_step_runs_alone_with_or_without_its_plan() {
        for words in [&["ci", "tidy"][..], &["tidy"]] {
            let (plan, only) = chosen(words).expect("tidy is a step of ci");
            assert_eq!((plan.name, only), ("ci", Some("tidy")));
        }
        assert_eq!(chosen(&["extras"]).expect("a plan").0.name, "extras");
    }

    #[test]
    fn unknown_words_choose_nothing() {
        for words in [&["nothing"][..], &["ci", "demo"], &["ci", "tidy", "docs"], &[]] {
            assert!(chosen(words).is_none(), "{words:?}");
        }
    }
}
