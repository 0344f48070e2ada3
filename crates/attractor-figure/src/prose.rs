//! Plain text with `code` and **bold** as HTML.

use crate::text::escape;

/// One run of text on one line of thought: escaped, with its backticks and double stars turned to elements.
pub(crate) fn inline(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((at, mark, element)) = next_mark(rest) {
        let inside = &rest[at + mark.len()..];
        let Some(length) = inside.find(mark).filter(|&length| length > 0) else {
            out.push_str(&escape(&rest[..at + mark.len()]));
            rest = inside;
            continue;
        };
        out.push_str(&escape(&rest[..at]));
        let content = &inside[..length];
        let content = if element == "code" { escape(content) } else { inline(content) };
        out.push_str(&format!("<{element}>{content}</{element}>"));
        rest = &inside[length + mark.len()..];
    }
    out + &escape(rest)
}

fn next_mark(text: &str) -> Option<(usize, &'static str, &'static str)> {
    [("`", "code"), ("**", "strong")]
        .into_iter()
        .filter_map(|(mark, element)| Some((text.find(mark)?, mark, element)))
        .min()
}

/// Paragraphs, which blank lines part.
pub(crate) fn paragraphs(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
    paragraphs.map(|paragraph| format!("<p>{}</p>\n", inline(paragraph))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_elements_and_everything_else_is_escaped() {
        assert_eq!(
            inline("a `x<y` **b & `c`** d"),
            "a <code>x&lt;y</code> <strong>b &amp; <code>c</code></strong> d"
        );
        assert_eq!(inline("2 ** 3 and a ` alone"), "2 ** 3 and a ` alone");
        assert_eq!(inline("`**`"), "<code>**</code>");
    }

    #[test]
    fn blank_lines_part_paragraphs() {
        assert_eq!(paragraphs("a\nb\n\n\n\nc"), "<p>a\nb</p>\n<p>c</p>\n");
    }
}
