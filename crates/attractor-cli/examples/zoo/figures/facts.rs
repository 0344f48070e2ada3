//! The table of what each Lagrangian says of itself.

use super::rows::ROWS;
use attractor_lagrangian::{Growth, Lagrangian, OnePass, Properties, ZeroModes};
use std::error::Error;
use std::fmt::Write as _;

/// The table, in Markdown.
pub(super) fn facts() -> Result<String, Box<dyn Error>> {
    let mut text = String::from(
        "| in data | solid curve | growth | g bounded | Lipschitz | Hessian vanishes | streams |\n|---|---|---|---|---|---|---|\n",
    );
    for row in ROWS.iter().filter(|row| row.has_name()) {
        let (name, label, it) = (row.name, row.family[row.solid()].0, row.member(row.solid())?);
        let Properties { growth, bounded_activation, lipschitz, zero_modes, .. } = it.properties();
        let bounded = if bounded_activation { "yes" } else { "no" };
        let lipschitz = lipschitz.map_or_else(|| "none".to_owned(), short);
        let growth = grows(growth);
        let (zero, streams) = (vanishes(zero_modes), streams(&*it));
        writeln!(
            text,
            "| `{name}` | {label} | {growth} | {bounded} | {lipschitz} | {zero} | {streams} |"
        )?;
    }
    Ok(text)
}

/// At most three decimals.
fn short(number: f64) -> String {
    format!("{number:.3}").trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn grows(growth: Growth) -> String {
    match growth {
        Growth::Linear => "linear".to_owned(),
        Growth::Power { degree, .. } => format!("power {degree}"),
        _ => "exponential".to_owned(),
    }
}

fn vanishes(modes: ZeroModes) -> String {
    if modes.all {
        return "everywhere".to_owned();
    }
    let named = [
        (modes.radial, "along x"),
        (modes.uniform, "along 1"),
        (modes.dead_units, "at idle units"),
    ];
    let names: Vec<_> = named.iter().filter(|(has, _)| *has).map(|(_, name)| *name).collect();
    if names.is_empty() { "nowhere".to_owned() } else { names.join(", ") }
}

fn streams(l: &dyn Lagrangian<f64>) -> &'static str {
    match l.one_pass() {
        Some(OnePass::Sum(_)) => "a sum",
        Some(_) => "few survive",
        None => "two reads",
    }
}
