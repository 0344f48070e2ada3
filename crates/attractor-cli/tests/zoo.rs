//! The figures of the zoo in the documentation of `attractor-lagrangian` are what the code draws.

#[path = "../examples/zoo/figures/mod.rs"]
mod figures;

use std::path::Path;

#[test]
fn committed_figures_are_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(figures::FOLDER);
    for (name, text) in figures::files().unwrap() {
        let committed = std::fs::read_to_string(folder.join(&name)).unwrap_or_default();
        assert!(committed == text, "{name}: {}", figures::REMEDY);
    }
}
