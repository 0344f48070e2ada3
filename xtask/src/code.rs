//! Rust source with comments and literals blanked, so that a rule about code reads code only.

/// The text with the insides of comments, strings and characters turned into spaces; lines stay where they are.
pub(crate) fn code_only(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = at + blank_length(text, at);
        if end == at {
            out.push(if bytes[at].is_ascii() { bytes[at] } else { b' ' });
            at += 1;
        } else {
            out.extend(blanked(&bytes[at..end]));
            at = end;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Code without its `#[cfg(test)]` items; takes the output of [`code_only`], where every brace is a brace.
pub(crate) fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = code.to_owned();
    while let Some(start) = out.find(MARK) {
        let end = item_end(&out, start + MARK.len());
        let blank = String::from_utf8_lossy(&blanked(&out.as_bytes()[start..end])).into_owned();
        out.replace_range(start..end, &blank.replace('"', " "));
    }
    out
}

/// Whether `word` occurs in `line` as a word: not as the tail or head of a longer name.
pub(crate) fn has_word(line: &str, word: &str) -> bool {
    let name = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let bytes = line.as_bytes();
    line.match_indices(word).any(|(at, _)| {
        let end = at + word.len();
        let head = name(bytes.get(at)) && at > 0 && name(bytes.get(at - 1));
        let tail = name(bytes.get(end - 1)) && name(bytes.get(end));
        !head && !tail
    })
}

/// How many bytes at `at` are a comment or a literal: 0 for code.
fn blank_length(text: &str, at: usize) -> usize {
    let rest = &text.as_bytes()[at..];
    match rest {
        [b'/', b'/', ..] => rest.iter().position(|&b| b == b'\n').unwrap_or(rest.len()),
        [b'/', b'*', ..] => comment_length(rest),
        [b'"', ..] => quoted_length(rest, b'"'),
        [b'\'', ..] => character_length(rest),
        [b'r', b'"' | b'#', ..] if !continues_name(text, at) => raw_length(rest),
        _ => 0,
    }
}

/// Block comments nest.
fn comment_length(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] if depth == 1 => return at + 2,
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    rest.len()
}

fn quoted_length(rest: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// `'a'`, `'\n'` or `'é'`; a lifetime has no closing quote where a character would.
fn character_length(rest: &[u8]) -> usize {
    if rest.get(1) == Some(&b'\\') {
        return quoted_length(rest, b'\'');
    }
    let closing = (2..=5).find(|&at| rest.get(at) == Some(&b'\''));
    let one =
        |at: usize| std::str::from_utf8(&rest[1..at]).is_ok_and(|inner| inner.chars().count() == 1);
    closing.filter(|&at| one(at)).map_or(0, |at| at + 1)
}

/// `r"…"`, `r#"…"#`, …; a raw identifier (`r#type`) is code.
fn raw_length(rest: &[u8]) -> usize {
    let hashes = rest[1..].iter().take_while(|&&b| b == b'#').count();
    if rest.get(1 + hashes) != Some(&b'"') {
        return 0;
    }
    let close = [&b"\""[..], &b"#".repeat(hashes)].concat();
    let body = hashes + 2;
    let found = rest[body..].windows(close.len()).position(|window| window == close);
    found.map_or(rest.len(), |at| body + at + close.len())
}

/// Whether the byte before `at` belongs to the same name (`br"…"` and `cr"…"` do not count as one).
fn continues_name(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches(['b', 'c']);
    before.bytes().next_back().is_some_and(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// Spaces, but for line ends and quotes: a literal stays visible as one.
fn blanked(bytes: &[u8]) -> Vec<u8> {
    let (first, last) = (bytes.first(), bytes.len() - 1);
    let keep = |at: usize| {
        bytes[at] == b'\n' || (at == 0 || at == last) && first == Some(&b'"') && bytes[at] == b'"'
    };
    (0..bytes.len()).map(|at| if keep(at) { bytes[at] } else { b' ' }).collect()
}

/// Where the item after an attribute ends: at its closing brace, or at a semicolon before any brace.
fn item_end(code: &str, from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(from) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth <= 1 => return at + 1,
            b'}' => depth -= 1,
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::{code_only, has_word, without_tests};

    #[test]
    fn comments_and_literals_vanish_and_code_stays() {
        for (text, kept) in [
            ("a // fs::read\nb", vec!["a", "b"]),
            ("a /* x /* y */ z */ b", vec!["a", "b"]),
            (r#"f("fs::read \" x") + b"#, vec!["f(\"", "\")", "+", "b"]),
            ("r#\"unsafe \"x\"# + b", vec!["+", "b"]),
            ("br\"unsafe\" + b", vec!["b", "+", "b"]),
            ("'\"' + '\\'' + '{' + b", vec!["+", "+", "+", "b"]),
            ("&'a str", vec!["&'a", "str"]),
            ("r#type", vec!["r#type"]),
            ("'β' x", vec!["x"]),
        ] {
            assert_eq!(code_only(text).split_whitespace().collect::<Vec<_>>(), kept, "{text}");
        }
    }

    #[test]
    fn lines_keep_their_numbers() {
        let text = "one\n\"two\nthree\"\n/* four\nfive */ six";
        assert_eq!(code_only(text).lines().count(), text.lines().count());
        assert!(code_only(text).lines().nth(4).is_some_and(|line| line.contains("six")));
    }

    #[test]
    fn test_items_are_blanked_and_what_follows_is_not() {
        let code =
            "a\n#[cfg(test)]\nmod tests { fn f() { fs::read() } }\nb\n#[cfg(test)]\nuse x;\nc";
        let rest = without_tests(code);
        assert_eq!(rest.split_whitespace().collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(rest.lines().count(), code.lines().count());
    }

    #[test]
    fn a_word_is_not_a_part_of_a_longer_one() {
        assert!(has_word("    println!(x)", "println!"));
        assert!(!has_word("    eprintln!(x)", "println!"));
        assert!(!has_word("MemoryFile::open()", "File::"));
        assert!(has_word("std::fs::File::open()", "File::"));
        assert!(!has_word("deny(unsafe_code)", "unsafe"));
    }
}
