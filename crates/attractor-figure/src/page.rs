//! One page that holds everything it shows.

use crate::prose::{inline, paragraphs};
use crate::svg::Svg;
use crate::text::escape;
use crate::theme::style_sheet;

/// From this many sections on, a page lists them at its top.
const LISTED: usize = 3;

/// One self-contained HTML page: headings, prose, figures and tables, without script and without any
/// address outside of itself.
///
/// The page follows the reader's preference for light or dark and fits narrow screens. Text is plain and
/// escaped; `` `code` `` and `**bold**` are understood, and a blank line begins a paragraph.
///
/// ```
/// use attractor_figure::Page;
/// let html = Page::new("Recall").lead("What was stored comes back.").section("Energy").prose("It `falls`.").render();
/// assert!(html.contains("<h1>Recall</h1>") && html.contains("<code>falls</code>"));
/// ```
#[derive(Debug, Clone)]
pub struct Page {
    title: String,
    lead: String,
    sections: Vec<String>,
    body: String,
    footer: String,
}

impl Page {
    /// A page with a title and nothing else yet.
    #[must_use]
    pub fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            lead: String::new(),
            sections: Vec::new(),
            body: String::new(),
            footer: String::new(),
        }
    }

    /// What the page says in two or three sentences, beneath its title.
    #[must_use]
    pub fn lead(mut self, text: &str) -> Self {
        text.clone_into(&mut self.lead);
        self
    }

    /// Begins a section.
    #[must_use]
    pub fn section(mut self, heading: &str) -> Self {
        self.sections.push(heading.to_owned());
        let number = self.sections.len();
        self.with(&format!("<h2 id=\"section-{number}\">{}</h2>\n", inline(heading)))
    }

    /// Paragraphs.
    #[must_use]
    pub fn prose(self, text: &str) -> Self {
        self.with(&paragraphs(text))
    }

    /// A figure with its caption, which may be empty.
    #[must_use]
    pub fn figure(self, svg: &Svg, caption: &str) -> Self {
        self.with(&figure(svg, caption))
    }

    /// Figures side by side, or one beneath the other where the screen is narrow.
    #[must_use]
    pub fn figures<C: AsRef<str>>(self, figures: &[(Svg, C)]) -> Self {
        let figures: String =
            figures.iter().map(|(svg, caption)| figure(svg, caption.as_ref())).collect();
        self.with(&format!("<div class=\"pair\">\n{figures}</div>\n"))
    }

    /// A table; columns that hold only numbers are aligned to the right.
    ///
    /// # Panics
    ///
    /// If a row has not as many cells as there are headers.
    #[must_use]
    #[track_caller]
    pub fn table(self, headers: &[&str], rows: &[Vec<String>], caption: &str) -> Self {
        for (i, row) in rows.iter().enumerate() {
            let (cells, columns) = (row.len(), headers.len());
            assert_eq!(cells, columns, "row {i} has {cells} cells under {columns} headers");
        }
        self.with(&table(headers, rows, caption))
    }

    /// Text that is folded away until the reader opens it.
    #[must_use]
    pub fn details(self, summary: &str, text: &str) -> Self {
        let (summary, text) = (inline(summary), paragraphs(text));
        self.with(&format!("<details><summary>{summary}</summary>\n{text}</details>\n"))
    }

    /// The last line of the page: how it was made.
    #[must_use]
    pub fn footer(mut self, text: &str) -> Self {
        text.clone_into(&mut self.footer);
        self
    }

    /// The whole page as HTML.
    #[must_use]
    pub fn render(&self) -> String {
        let title = escape(&self.title);
        let lead = optional(&self.lead, |text| format!("<p class=\"lead\">{}</p>\n", inline(text)));
        let footer =
            optional(&self.footer, |text| format!("<footer><p>{}</p></footer>\n", inline(text)));
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
             <link rel=\"icon\" href=\"data:,\">\n<style>\n{}{}</style>\n</head>\n<body>\n\
             <header>\n<h1>{title}</h1>\n{lead}{}</header>\n<main>\n{}</main>\n{footer}</body>\n</html>\n",
            style_sheet(),
            include_str!("page.css"),
            self.list(),
            self.body
        )
    }

    fn list(&self) -> String {
        if self.sections.len() < LISTED {
            return String::new();
        }
        let entry = |(i, heading): (usize, &String)| {
            format!("<li><a href=\"#section-{}\">{}</a></li>\n", i + 1, inline(heading))
        };
        let entries: String = self.sections.iter().enumerate().map(entry).collect();
        format!("<nav aria-label=\"Sections\"><ol>\n{entries}</ol></nav>\n")
    }

    fn with(mut self, html: &str) -> Self {
        self.body.push_str(html);
        self
    }
}

fn optional(text: &str, element: impl Fn(&str) -> String) -> String {
    if text.is_empty() { String::new() } else { element(text) }
}

fn figure(svg: &Svg, caption: &str) -> String {
    let caption = optional(caption, |text| format!("<figcaption>{}</figcaption>\n", inline(text)));
    format!("<figure>\n<div class=\"scroll\">{}</div>\n{caption}</figure>\n", svg.inline())
}

fn table(headers: &[&str], rows: &[Vec<String>], caption: &str) -> String {
    let class: Vec<&str> = (0..headers.len())
        .map(|column| if is_numeric(rows, column) { " class=\"number\"" } else { "" })
        .collect();
    let row = |tag: &str, cells: &mut dyn Iterator<Item = &str>| {
        let cells: String = cells
            .zip(&class)
            .map(|(cell, class)| format!("<{tag}{class}>{}</{}>", inline(cell), &tag[..2]))
            .collect();
        format!("<tr>{cells}</tr>\n")
    };
    let head = row("th scope=\"col\"", &mut headers.iter().copied());
    let body: String =
        rows.iter().map(|cells| row("td", &mut cells.iter().map(String::as_str))).collect();
    let label = escape(caption);
    let caption =
        optional(caption, |text| format!("<caption><span>{}</span></caption>\n", inline(text)));
    format!(
        "<div class=\"scroll table\" role=\"region\" aria-label=\"Table: {label}\" tabindex=\"0\"><table>\n{caption}<thead>\n{head}</thead>\n<tbody>\n{body}</tbody>\n</table></div>\n"
    )
}

/// Whether every cell of the column that is not empty starts like a number and has no words in it.
fn is_numeric(rows: &[Vec<String>], column: usize) -> bool {
    let mut cells =
        rows.iter().filter_map(|row| row.get(column)).filter(|cell| !cell.is_empty()).peekable();
    cells.peek().is_some() && cells.all(|cell| reads_as_number(cell))
}

fn reads_as_number(cell: &str) -> bool {
    let unsigned = cell.trim_start_matches(['+', '-', '−', '±', '<', '>', '≤', '≥', '≈', '~', ' ']);
    let starts = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == '∞');
    let letters = cell.chars().filter(|c| c.is_alphabetic() && !matches!(c, 'e' | 'E')).count();
    matches!(cell, "–" | "—" | "-") || (starts && letters <= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_words() {
        for number in ["1", "−2.5", "3.1e-9", "<0.001", "0.93 ± 0.02", "12 ms", "–", "98 %"] {
            assert!(reads_as_number(number), "{number}");
        }
        for word in ["model A", "", "e", "2 of the three", "yes"] {
            assert!(!reads_as_number(word), "{word}");
        }
    }
}
