//! The page of the zoo leaves nothing out.

use attractor_lagrangian::AnyLagrangian;
use std::path::Path;

fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// `"name"` stands in the page's list, and the section shows it in data with every parameter.
#[test]
fn every_name_has_its_section_and_its_figure() {
    let page = text("src/page.rs");
    for (name, parameters) in AnyLagrangian::NAMES {
        assert!(page.contains(&format!("\"{name}\"")), "{name} is missing in src/page.rs");
        let section = text(&format!("doc/zoo/{name}.md"));
        for word in [name].into_iter().chain(*parameters) {
            assert!(section.contains(&format!("\"{word}\"")), "{name}.md says nothing of {word}");
        }
        for part in ["# ", "| g(x) | L*(p) |", "**Used by**", "**Choose it**"] {
            assert!(section.contains(part), "{name}.md lacks `{part}`");
        }
        let figure = text(&format!("doc/zoo/{name}.svg"));
        assert!(figure.starts_with("<svg") && figure.ends_with("</svg>\n"), "{name}.svg");
        assert!(!figure.contains("\n\n"), "{name}.svg: an empty line ends it in Markdown");
        assert!(text("doc/zoo/facts.md").contains(&format!("`{name}`")), "{name}: no facts");
    }
}
