//! Absences in the sources: words that must not occur in some places. Comments, documentation and
//! strings do not count; where a rule leaves tests free, neither do `#[cfg(test)]` items.

use super::{Problem, Tree, manifests, place};
use crate::code::{code_only, has_word, without_tests};

/// Words that are absent where `holds` says so.
struct Absence {
    words: &'static [&'static str],
    /// Whether the rule holds for this part of this package: `("attractor-io", "src")`.
    holds: fn(package: &str, part: &str) -> bool,
    tests_too: bool,
    what: &'static str,
    remedy: &'static str,
}

const ABSENCES: &[Absence] = &[
    Absence {
        words: &["faer"],
        holds: |package, _| !manifests::NAME_FAER.contains(&package),
        tests_too: true,
        what: "faer is named outside attractor-synapse and benches",
        remedy: "use what attractor-synapse exports, or add it there",
    },
    Absence {
        words: &["std::fs", "fs::", "File::", "OpenOptions"],
        holds: |package, part| library(package, part) && package != "attractor-io",
        tests_too: false,
        what: "a file is opened outside attractor-io",
        remedy: "let attractor-io do it",
    },
    Absence {
        words: &["println!", "eprintln!", "print!", "eprint!", "std::io::stderr", "stderr()"],
        holds: |package, part| library(package, part) && package != "attractor-cli",
        tests_too: false,
        what: "a library prints",
        remedy: "return it, and let the program print it",
    },
    Absence {
        // attractor-io writes data there when a file is called `-`; it does not talk.
        words: &["std::io::stdout", "stdout()"],
        holds: |package, part| {
            library(package, part) && !["attractor-cli", "attractor-io"].contains(&package)
        },
        tests_too: false,
        what: "a library prints",
        remedy: "return it, and let the program print it",
    },
    Absence {
        words: &["StdRng", "SmallRng", "ThreadRng", "thread_rng", "rand::rng()", "rand::random"],
        holds: |package, part| package.starts_with("attractor-") && part != "Cargo.toml",
        tests_too: true,
        what: "a generator whose numbers differ between runs or versions",
        remedy: "name one, such as rand_pcg::Pcg64, and seed it",
    },
    Absence {
        words: &["with_cases"],
        holds: |package, part| package.starts_with("attractor-") && part == "tests",
        tests_too: true,
        what: "a fixed number of cases, which PROPTEST_CASES cannot raise",
        remedy: "use ProptestConfig::default(), or draw less per case",
    },
    Absence {
        words: &["todo!", "unimplemented!", "dbg!"],
        holds: |_, _| true,
        tests_too: true,
        what: "unfinished code",
        remedy: "finish it or take it out",
    },
];

/// Files that may say `unsafe`, each with its reason.
const UNSAFE: &[(&str, &str)] = &[
    ("benches/src/abi.rs", "functions for C"),
    ("benches/src/abi/makers.rs", "functions for C"),
    ("benches/src/abi/pointers.rs", "what comes from C is checked and becomes slices"),
    ("benches/src/abi/tests.rs", "functions for C are called"),
    ("benches/src/limits.rs", "instructions that the processor is asked about first"),
    (
        "crates/attractor-io/src/map.rs",
        "mapping a file, and seeing its bytes as numbers; what is relied on stands there",
    ),
    ("crates/attractor-synapse/src/rows.rs", "memory is asked for before it is needed"),
];

fn library(package: &str, part: &str) -> bool {
    package.starts_with("attractor-") && part == "src"
}

/// Reads every Rust source.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.ending(".rs").flat_map(|(file, text)| of_file(file, text)).collect()
}

fn of_file(file: &str, text: &str) -> Vec<Problem> {
    let code = code_only(text);
    let shipped = without_tests(&code);
    let (package, part) = place(file);
    let held = ABSENCES.iter().filter(|rule| (rule.holds)(package, part));
    let absent = held
        .flat_map(|rule| occurrences(file, if rule.tests_too { &code } else { &shipped }, rule));
    absent
        .chain(unsafe_code(file, &code, UNSAFE))
        .chain(public_modules(file, &code))
        .chain(attributes(file, &code))
        .collect()
}

fn occurrences(file: &str, code: &str, rule: &Absence) -> Vec<Problem> {
    let lines = code.lines().enumerate();
    let hits = lines
        .filter_map(|(at, line)| Some((at, rule.words.iter().find(|word| has_word(line, word))?)));
    hits.map(|(at, word)| {
        Problem::new(file, at + 1, format!("{} (`{word}`)", rule.what), rule.remedy)
    })
    .collect()
}

fn unsafe_code(file: &str, code: &str, allowed: &[(&str, &str)]) -> Vec<Problem> {
    let rule = Absence {
        words: &["unsafe"],
        holds: |_, _| true,
        tests_too: true,
        what: "unsafe code",
        remedy: "write it safely, or list the file with its reason in xtask/src/tidy/sources.rs",
    };
    if allowed.iter().any(|(name, _)| *name == file) {
        Vec::new()
    } else {
        occurrences(file, code, &rule)
    }
}

/// A crate's modules are private: its `lib.rs` exports one flat list.
fn public_modules(file: &str, code: &str) -> Vec<Problem> {
    if !(file.starts_with("crates/") && file.ends_with("/src/lib.rs")) {
        return Vec::new();
    }
    let public = code.lines().enumerate().filter(|(_, line)| has_word(line, "pub mod"));
    public
        .map(|(at, _)| {
            Problem::new(
                file,
                at + 1,
                "`pub mod` in lib.rs",
                "keep the module private and `pub use` its items",
            )
        })
        .collect()
}

/// `#[allow(…)]` and `#[ignore]` say why.
fn attributes(file: &str, code: &str) -> Vec<Problem> {
    let starts = code.match_indices('#').filter_map(|(at, _)| Some((at, inside(&code[at..])?)));
    let silent = starts.filter_map(|(at, attribute)| Some((at, silence(&attribute)?)));
    silent.map(|(at, (what, remedy))| Problem::new(file, line_of(code, at), what, remedy)).collect()
}

/// The inside of the attribute that begins here, without its white space.
fn inside(rest: &str) -> Option<String> {
    let body = rest.strip_prefix("#![").or_else(|| rest.strip_prefix("#["))?;
    let mut depth = 1;
    let end = body.find(|c| {
        depth += i32::from(c == '[') - i32::from(c == ']');
        depth == 0
    })?;
    Some(body[..end].split(char::is_whitespace).collect())
}

fn silence(attribute: &str) -> Option<(&'static str, &'static str)> {
    if attribute.starts_with("allow(") && !has_word(attribute, "reason") {
        return Some(("`allow` without a reason", "write #[expect(…, reason = \"…\")]"));
    }
    (attribute == "ignore").then_some(("`ignore` without a reason", "write #[ignore = \"why\"]"))
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::{Problem, of_file, unsafe_code};

    fn whats(file: &str, text: &str) -> Vec<String> {
        of_file(file, text)
            .into_iter()
            .map(|Problem { what, line, .. }| format!("{line}: {what}"))
            .collect()
    }

    /// The rule speaks in `file` about the second line of the text, and is silent in `free`.
    fn rule(word: &str, file: &str, text: &str, free: &str) {
        let text = format!("fn f() {{\n{text}\n}}\n");
        let found = whats(file, &text);
        assert!(
            found.len() == 1 && found[0].starts_with("2: ") && found[0].contains(word),
            "{text}: {found:?}"
        );
        assert_eq!(whats(free, &text), [""; 0], "{free}");
    }

    const NET: &str = "crates/attractor-network/src/state.rs";

    #[test]
    fn only_synapse_and_benches_name_faer() {
        rule("faer", NET, "faer::Mat::zeros(1, 1)", "crates/attractor-synapse/src/product.rs");
        rule("faer", "crates/attractor-io/tests/x.rs", "use faer::Mat;", "benches/benches/x.rs");
    }

    #[test]
    fn only_io_opens_files() {
        for text in ["use std::fs;", "fs::read(x)", "File::open(x)", "OpenOptions::new()"] {
            rule("file is opened", NET, text, "crates/attractor-io/src/npy.rs");
            rule(
                "file is opened",
                "crates/attractor-cli/src/main.rs",
                text,
                "crates/attractor-cli/tests/demo.rs",
            );
        }
    }

    #[test]
    fn only_the_program_prints() {
        for text in
            ["println!(\"x\")", "eprintln!()", "print!(\"x\")", "eprint!(\"x\")", "stderr()"]
        {
            rule("prints", NET, text, "crates/attractor-cli/src/main.rs");
            rule(
                "prints",
                "crates/attractor-io/src/npy.rs",
                text,
                "crates/attractor-io/tests/x.rs",
            );
        }
    }

    #[test]
    fn standard_output_is_a_file_to_io() {
        rule("prints", NET, "io::stdout().lock()", "crates/attractor-io/src/output.rs");
        rule("prints", NET, "use std::io::stdout;", "crates/attractor-cli/src/main.rs");
    }

    #[test]
    fn random_numbers_come_from_a_named_generator() {
        for text in ["StdRng::seed_from_u64(7)", "thread_rng()", "rand::rng()", "rand::random()"] {
            rule("generator", "crates/attractor-lab/tests/x.rs", text, "xtask/src/x.rs");
        }
    }

    #[test]
    fn laws_draw_as_many_cases_as_asked() {
        rule(
            "cases",
            "crates/attractor-laws/tests/laws_zoo.rs",
            "ProptestConfig::with_cases(9)",
            NET,
        );
    }

    #[test]
    fn nothing_is_unfinished() {
        for text in ["todo!()", "unimplemented!()", "dbg!(x)"] {
            assert!(whats("xtask/src/x.rs", text)[0].contains("unfinished"));
        }
    }

    #[test]
    fn unsafe_is_listed_or_absent() {
        let code = "unsafe { f() }";
        assert!(whats(NET, code)[0].contains("unsafe code"));
        assert_eq!(unsafe_code(NET, code, &[(NET, "kernels")]), []);
        assert_eq!(whats(NET, "#![deny(unsafe_code)]"), [""; 0]);
    }

    #[test]
    fn modules_are_private() {
        let text = "mod a;\npub mod b;\npub(crate) mod c;\n";
        assert_eq!(whats("crates/attractor-io/src/lib.rs", text), ["2: `pub mod` in lib.rs"]);
        assert_eq!(whats("benches/src/lib.rs", text), [""; 0]);
    }

    #[test]
    fn attributes_say_why() {
        assert_eq!(whats(NET, "#[allow(dead_code)]\nfn f() {}"), ["1: `allow` without a reason"]);
        assert_eq!(whats(NET, "\n#![allow(\n  dead_code,\n)]"), ["2: `allow` without a reason"]);
        assert_eq!(whats(NET, "#[test]\n#[ignore]\nfn f() {}"), ["2: `ignore` without a reason"]);
        assert_eq!(
            whats(NET, "#[allow(dead_code, reason = \"x\")]\n#[ignore = \"slow\"]\nfn f() {}"),
            [""; 0]
        );
    }

    #[test]
    fn comments_documentation_strings_and_unit_tests_are_free() {
        let text = "//! println!(\"x\"), faer\n/// File::open(x)\nconst A: &str = \"todo!() unsafe\";\n#[cfg(test)]\nmod tests { fn f() { println!(\"SKIPPED: x\"); fs::read(x); } }\n";
        assert_eq!(whats(NET, text), [""; 0]);
    }
}
