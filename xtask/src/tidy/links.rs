//! Local links in Markdown lead somewhere.

use super::{Problem, Tree};

/// Reads every Markdown file of the workspace.
pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.ending(".md").flat_map(|(file, text)| of_file(tree, file, text)).collect()
}

fn of_file(tree: &Tree, file: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (number, line) in prose(text) {
        for link in links(&line).into_iter().filter(|link| is_local(link)) {
            let target = resolve(file, link);
            if !target.as_ref().is_some_and(|path| exists(tree, path)) {
                let what = format!("the link `{link}` leads nowhere");
                problems.push(Problem::new(
                    file,
                    number,
                    what,
                    "mend the path or take the link out",
                ));
            }
        }
    }
    problems
}

/// The lines outside fenced blocks, numbered from 1, without their code spans.
fn prose(text: &str) -> Vec<(usize, String)> {
    let mut fenced = false;
    let mut lines = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let fence = line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~");
        fenced ^= fence;
        if !fenced && !fence {
            lines.push((at + 1, line.split('`').step_by(2).collect()));
        }
    }
    lines
}

/// The targets of `[x](target "title")`, `[x]: target`, `src="target"` and `href="target"`.
fn links(line: &str) -> Vec<&str> {
    let up_to = |rest: &'static [char]| move |text: &'_ str| text.find(rest).unwrap_or(text.len());
    let mut found = Vec::new();
    for (mark, end) in [
        ("](", up_to(&[')', ' '])),
        ("src=\"", up_to(&['"', '"'])),
        ("href=\"", up_to(&['"', '"'])),
    ] {
        found.extend(line.match_indices(mark).map(|(at, _)| {
            let rest = &line[at + mark.len()..];
            &rest[..end(rest)]
        }));
    }
    if let Some((_, target)) =
        line.split_once("]: ").filter(|_| line.starts_with('[') && !line.starts_with("[^"))
    {
        found.push(target.split_whitespace().next().unwrap_or_default());
    }
    found
}

/// Not an address, not a place on the same page, not a Rust path (rustdoc checks those).
fn is_local(link: &str) -> bool {
    !(link.contains("://")
        || link.starts_with("mailto:")
        || link.starts_with('#')
        || link.contains("::"))
}

/// The path from the root that a link in `file` means; `None` if it leaves the workspace.
fn resolve(file: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in link.split('#').next()?.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

fn exists(tree: &Tree, path: &str) -> bool {
    path.is_empty() || tree.paths.contains(path)
}

#[cfg(test)]
mod tests {
    use super::{Tree, check};

    fn broken(text: &str) -> Vec<String> {
        let tree = Tree::fake(&[
            ("crates/attractor-io/README.md", text),
            ("README.md", ""),
            ("docs/a.md", ""),
        ]);
        check(&tree)
            .into_iter()
            .map(|problem| format!("{}: {}", problem.line, problem.what))
            .collect()
    }

    #[test]
    fn links_that_lead_somewhere_are_fine() {
        for text in [
            "[a](../../README.md) and [b](../../docs/a.md#part \"title\")",
            "[docs](../../docs) [top](#part) [site](https://example.org/x) [type](crate::Patterns)",
            "[a]: ../../README.md",
            "`[a](nowhere.md)`\n```text\n[a](nowhere.md)\n```\n",
        ] {
            assert_eq!(broken(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        for text in [
            "\n[a](nowhere.md)",
            "\n[a](../../../outside.md)",
            "\n<img src=\"nowhere.svg\">",
            "\n[a]: nowhere.md",
            "\n[b](../../README.md) [a](nowhere.md)",
        ] {
            let found = broken(text);
            assert!(found.len() == 1 && found[0].starts_with("2: the link"), "{text}: {found:?}");
        }
    }
}
