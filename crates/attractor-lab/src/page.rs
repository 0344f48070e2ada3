//! Results as one HTML page with a figure for every claim.

use crate::finding::Part;
use crate::record::{Record, Reproduction};
use crate::table::short;
use attractor_figure::Page;

const LEAD: &str = "Each claim is held against an oracle with a tolerance that was fixed before it was measured. \
    It `agrees` where all of the 95 % interval lies within the tolerance, it `disagrees` where all of it lies outside, and \
    is `undecided` where the interval is too wide to tell.";

/// A page that needs nothing else: verdicts, numbers with their intervals, figures.
#[must_use]
pub fn page(all: &Reproduction) -> String {
    let rows: Vec<_> = all.claims.iter().map(overview).collect();
    let headers =
        ["claim", "verdict", "expected", "measured", "95 % interval", "tolerance", "seconds"];
    let page = Page::new("Claims of the field, measured").lead(LEAD);
    let page = page.section("Verdicts").table(
        &headers,
        &rows,
        "The number of a claim with several is the one furthest from its oracle",
    );
    let page = all.claims.iter().fold(page, section);
    page.footer(&footer(all)).render()
}

fn overview(record: &Record) -> Vec<String> {
    let number = |x: Option<f64>| x.map_or_else(|| "–".to_owned(), short);
    vec![
        record.id.to_owned(),
        record.verdict.name().to_owned(),
        number(record.expected),
        number(record.measured),
        record.low.zip(record.high).map_or_else(|| "–".to_owned(), interval),
        number(record.tolerance),
        format!("{:.1}", record.seconds),
    ]
}

fn interval((low, high): (f64, f64)) -> String {
    if high > low { format!("{} … {}", short(low), short(high)) } else { "exact".to_owned() }
}

fn section(page: Page, record: &Record) -> Page {
    let said = record.reason.iter().chain(&record.notes).map(String::as_str);
    let text = format!(
        "{}\n\n**Source**: {}. **Oracle**: {}. **Verdict**: {}.",
        record.claim,
        record.source,
        record.oracle,
        record.verdict.name()
    );
    let text = std::iter::once(text.as_str()).chain(said).collect::<Vec<_>>().join("\n\n");
    let page = page.section(record.id).prose(&text);
    let page = match &record.figure {
        Some((svg, caption)) => page.figure(svg, caption),
        None => page,
    };
    if record.parts.is_empty() { page } else { numbers(page, record) }
}

fn numbers(page: Page, record: &Record) -> Page {
    let headers =
        ["what", "expected", "measured", "95 % interval", "tolerance", "verdict", "beside it"];
    let rows: Vec<_> = record.parts.iter().map(row).collect();
    let sizes: Vec<_> = record.parameters.iter().map(|(k, v)| format!("{k} = {v}")).collect();
    page.table(&headers, &rows, &sizes.join(", "))
}

fn row(part: &Part) -> Vec<String> {
    let beside: Vec<_> = part.beside.iter().map(|(k, v)| format!("{k} {}", short(*v))).collect();
    vec![
        part.name.clone(),
        short(part.expected),
        short(part.found.measured),
        interval((part.found.low, part.found.high)),
        short(part.tolerance),
        part.verdict.name().to_owned(),
        beside.join(", "),
    ]
}

fn footer(all: &Reproduction) -> String {
    let made = &all.provenance;
    let commit = made.commit.map(|commit| format!(", commit {commit}")).unwrap_or_default();
    format!(
        "attractor {}{commit}; seed {}, {} run; random numbers: {}; {} {}, {}. The same seed gives the same numbers for any \
         number of threads.",
        made.version,
        all.seed,
        all.effort,
        made.generator,
        made.machine.architecture,
        made.machine.system,
        made.machine.features.join(" + ")
    )
}
