//! Claims that take no time: their numbers, and that threads change nothing.

use attractor_lab::{
    Effort, Reproduction, Setting, Verdict, Watch, choose, expected_seconds, page, reproduce, table,
};

/// The names of the table of claims.
const ALL: [&str; 20] = [
    "energy-identity",
    "bit-error",
    "capacity-exponent",
    "no-error-capacity",
    "hopfield-0.138",
    "exponential",
    "one-step",
    "ramsauer-capacity",
    "fixed-points",
    "many-body",
    "hidden-bound",
    "rem-threshold",
    "sparse-margin",
    "epanechnikov",
    "adiabatic",
    "orders",
    "spherical-capacity",
    "xor",
    "attention",
    "diffusion",
];
const FAST: [&str; 9] = [
    "energy-identity",
    "one-step",
    "ramsauer-capacity",
    "fixed-points",
    "many-body",
    "sparse-margin",
    "epanechnikov",
    "xor",
    "attention",
];

fn run(ids: &[&str], seed: u64, threads: usize) -> Reproduction {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    let claims = choose(&ids).unwrap();
    let setting = Setting { seed, effort: Effort::Quick, ..Setting::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| reproduce(&claims, &setting, &mut ()))
}

/// Every bit of every number, without the seconds.
fn bits(all: &Reproduction) -> Vec<(String, [u64; 3])> {
    let parts = all.claims.iter().flat_map(|record| &record.parts);
    let numbers = |e: attractor_lab::Estimate| [e.measured, e.low, e.high].map(f64::to_bits);
    parts.map(|part| (part.name.clone(), numbers(part.found))).collect()
}

#[test]
fn every_claim_of_the_table_is_there() {
    let claims = choose(&[]).unwrap();
    assert_eq!(claims.iter().map(|claim| claim.id).collect::<Vec<_>>(), ALL);
    let quick = Setting { effort: Effort::Quick, ..Setting::default() };
    assert!(expected_seconds(&claims, &quick) <= 600.0, "quick is ten minutes at most");
    assert!(expected_seconds(&claims, &Setting::default()) <= 2400.0, "full is forty at most");
}

#[test]
fn fast_claims_agree_and_are_the_same_with_one_thread_and_two() {
    let (one, two) = (run(&FAST, 20, 1), run(&FAST, 20, 2));
    assert_eq!(bits(&one), bits(&two));
    for record in &one.claims {
        if record.id == "attention" {
            assert_eq!(record.verdict, Verdict::Skipped);
            assert!(record.reason.as_ref().unwrap().contains("--model"));
            continue;
        }
        assert_eq!(record.verdict, Verdict::Agrees, "{}: {:?}", record.id, record.parts);
        assert!(record.parts.iter().all(|part| part.found.is_sound()), "{}", record.id);
        assert!(record.figure.is_some() && !record.parts.is_empty());
    }
}

#[test]
fn another_seed_gives_other_numbers() {
    assert_ne!(
        bits(&run(&["one-step", "energy-identity"], 1, 2)),
        bits(&run(&["one-step", "energy-identity"], 2, 2))
    );
}

#[test]
fn the_record_is_the_part_that_is_furthest_off() {
    let all = run(&["fixed-points"], 3, 2);
    let record = &all.claims[0];
    let off = |measured: f64, expected: f64, tolerance: f64| {
        let off = (measured - expected).abs();
        if off > 0.0 { off / tolerance } else { 0.0 }
    };
    let worst = record.parts.iter().map(|p| off(p.found.measured, p.expected, p.tolerance));
    let own = off(record.measured.unwrap(), record.expected.unwrap(), record.tolerance.unwrap());
    assert!((own - worst.fold(0.0, f64::max)).abs() < 1e-15);
}

#[test]
fn a_run_can_be_ended_between_claims() {
    struct Once(usize);
    impl Watch for Once {
        fn ends(&mut self, _record: &attractor_lab::Record) {
            self.0 += 1;
        }
        fn interrupted(&mut self) -> bool {
            self.0 > 0
        }
    }
    let claims = choose(&["xor".to_owned(), "ramsauer-capacity".to_owned()]).unwrap();
    let all = reproduce(&claims, &Setting::default(), &mut Once(0));
    assert!(all.interrupted && all.claims.len() == 1);
}

#[test]
fn tables_and_pages_say_it_all() {
    let all = run(&["xor", "ramsauer-capacity", "attention"], 1, 2);
    let (table, page) = (table(&all), page(&all));
    for text in ["xor", "ramsauer-capacity", "agrees", "skipped", "--model"] {
        assert!(table.contains(text) && page.contains(text), "{text}");
    }
    assert_eq!(page.matches("<figure>").count(), 2);
    assert!(!all.disagrees() && !page.contains("NaN"));
}
