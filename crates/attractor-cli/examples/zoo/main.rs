//! Draws the zoo of Lagrangians for the documentation of `attractor-lagrangian`.
//!
//! `cargo run -p attractor-cli --example zoo` writes the files of
//! `crates/attractor-lagrangian/doc/zoo` that are not written by hand; with `-- --check` it compares
//! them with what it would write.

#![expect(clippy::print_stdout, reason = "an example says what it did")]

mod figures;

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(figures::FOLDER);
    let files = figures::files()?;
    let stale: Vec<_> = files
        .iter()
        .filter(|(name, text)| {
            std::fs::read_to_string(folder.join(name)).ok().as_ref() != Some(text)
        })
        .collect();
    if !std::env::args().any(|word| word == "--check") {
        for (name, text) in stale {
            std::fs::write(folder.join(name), text)?;
            println!("wrote {name}");
        }
    } else if let [(name, _), ..] = stale[..] {
        let stale = stale.len();
        return Err(format!("{stale} files, {name} first: {}", figures::REMEDY).into());
    }
    Ok(())
}
