//! Text in drawings: escaping it, and guessing how wide it will be.

/// Text made safe inside an SVG or HTML element or a quoted attribute.
///
/// Control characters, which XML forbids even as entities, become spaces.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' => out.push('\n'),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A guess, a little generous, at the width of `text` in a system font of `size` pixels.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    size * text.chars().map(advance).sum::<f64>()
}

fn advance(c: char) -> f64 {
    match c {
        'i' | 'j' | 'l' | 't' | 'f' | 'r' | 'I' | '.' | ',' | ':' | ';' | '|' | '\'' | '!'
        | '(' | ')' | ' ' => 0.36,
        '⁰' | '¹' | '²' | '³' | '⁴'..='⁹' | '⁻' | '₀'..='₉' => 0.42,
        'm' | 'w' | 'M' | 'W' | '@' => 0.92,
        'A'..='Z' => 0.7,
        '\u{0300}'..='\u{036f}' => 0.0,
        '\u{2e80}'.. => 1.05,
        _ => 0.59,
    }
}

/// The text, shortened with an ellipsis until the guess says that it fits.
pub(crate) fn fitted(text: &str, size: f64, room: f64) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let mut used = width("…", size);
    let mut out: String = text
        .chars()
        .take_while(|&c| {
            used += size * advance(c);
            used <= room
        })
        .collect();
    out.push('…');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_closes_an_attribute_or_opens_an_element_survives() {
        assert_eq!(escape(r#"<a href="x">'&'"#), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;");
        assert_eq!(escape("a\u{0}b"), "a b");
    }

    #[test]
    fn long_text_is_cut_to_its_room() {
        assert_eq!(fitted("short", 12.0, 100.0), "short");
        let cut = fitted(&"m".repeat(50), 12.0, 100.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0) <= 100.0);
    }
}
