//! The colours: what they are on a light page, and what style sheets make of them on a dark one.
//!
//! A drawing carries the light colours as plain attributes, so that a renderer without style sheets
//! shows it correctly. A style sheet then finds each of those attributes by its exact value and puts
//! a variable in its place, which the reader's preference for light or dark decides.

use std::fmt::Write as _;

/// Text and strong lines.
pub(crate) const INK: &str = "#1C2128";
/// Axis names, tick labels, captions.
pub(crate) const MUTED: &str = "#56606C";
/// The lines of the grid behind curves.
pub(crate) const GRID: &str = "#DCE2E9";
/// What the drawing lies on.
pub(crate) const SURFACE: &str = "#FCFDFE";
/// Where a cell of a grid holds no image.
pub(crate) const GAP: &str = "#EEF1F5";

/// The colours of curves: Okabe and Ito's, in an order that keeps neighbours far apart. Yellow is left
/// out because it is hard to see on white, and black because it is the colour of text.
pub(crate) const SERIES: [&str; 7] =
    ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#6E7781"];

/// Name of the variable, colour on a light page, colour on a dark page.
const TOKENS: [(&str, &str, &str); 12] = [
    ("ink", INK, "#E7EBF0"),
    ("muted", MUTED, "#A3AEBB"),
    ("grid", GRID, "#313A46"),
    ("surface", SURFACE, "#12161C"),
    ("gap", GAP, "#1D232C"),
    ("s0", SERIES[0], "#4AA3E8"),
    ("s1", SERIES[1], "#F08A4B"),
    ("s2", SERIES[2], "#2CC295"),
    ("s3", SERIES[3], "#E39AC3"),
    ("s4", SERIES[4], "#F2B632"),
    ("s5", SERIES[5], "#9AD7F7"),
    ("s6", SERIES[6], "#9AA3AD"),
];

/// The style sheet that lets drawings follow the reader's theme.
pub(crate) fn style_sheet() -> String {
    let mut css = String::from(":root{color-scheme:light dark;");
    for (name, light, _) in TOKENS {
        let _ = write!(css, "--{name}:{light};");
    }
    css.push_str("}\n@media (prefers-color-scheme: dark){:root{");
    for (name, _, dark) in TOKENS {
        let _ = write!(css, "--{name}:{dark};");
    }
    css.push_str("}}\n");
    for (name, light, _) in TOKENS {
        let _ = writeln!(
            css,
            ".attractor-figure [fill=\"{light}\"]{{fill:var(--{name})}}.attractor-figure [stroke=\"{light}\"]{{stroke:var(--{name})}}"
        );
    }
    css
}

/// A colour of this module as red, green and blue.
pub(crate) fn rgb(colour: &str) -> (u8, u8, u8) {
    let byte = |at: usize| {
        colour.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).unwrap_or(0)
    };
    (byte(1), byte(3), byte(5))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(colour: &str) -> f64 {
        let (r, g, b) = rgb(colour);
        let linear = |c: u8| {
            let c = f64::from(c) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_reads_in_both_themes() {
        let (light, dark) = (SURFACE, TOKENS[3].2);
        for (_, on_light, on_dark) in &TOKENS[..2] {
            assert!(contrast(on_light, light) >= 4.5, "{on_light} on {light}");
            assert!(contrast(on_dark, dark) >= 4.5, "{on_dark} on {dark}");
        }
    }

    #[test]
    fn no_two_meanings_share_a_colour() {
        for (i, a) in TOKENS.iter().enumerate() {
            for b in &TOKENS[i + 1..] {
                assert_ne!(a.1, b.1);
                assert_ne!(a.0, b.0);
            }
        }
    }
}
