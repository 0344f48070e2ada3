//! Numbers as text: a pattern on each line, with commas, semicolons, tabs or blanks between.

use crate::array::Array;
use crate::error::clip;
use crate::limits::check_limit;
use crate::source::malformed;
use crate::{Format, IoError, Limits};
use attractor_lagrangian::Real;
use csv::{ByteRecord, ReaderBuilder, Trim};

/// The numbers of a text, which is UTF-8: its lines are the patterns.
///
/// A first line without any number is a header; blank lines and lines that begin with `#` are
/// skipped.
pub(crate) fn read<T: Real>(
    name: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Array<T>, IoError> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut table = Table { name, text, header: None, features: None, data: Vec::new(), limits };
    let delimiter = delimiter(text);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .comment(Some(b'#'))
        .delimiter(delimiter)
        .from_reader(text);
    let (mut record, mut first) = (ByteRecord::new(), true);
    while reader
        .read_byte_record(&mut record)
        .map_err(|e| malformed(name, Format::Csv, "text", e))?
    {
        let blanks_separate = delimiter == b' ';
        let cells: Vec<&[u8]> =
            record.iter().filter(|cell| !(blanks_separate && cell.is_empty())).collect();
        let blank = cells.iter().all(|cell| cell.is_empty()) && cells.len() < 2;
        let at = record.position().map_or(0, csv::Position::byte);
        if blank {
            continue;
        }
        match std::mem::take(&mut first) && is_header(&cells) {
            true => table.header = Some((at, cells[0].to_owned())),
            false => table.push(&cells, at)?,
        }
    }
    table.finish()
}

/// The numbers so far.
struct Table<'a, T> {
    name: &'a str,
    text: &'a [u8],
    /// Where the header stands, and its first cell.
    header: Option<(u64, Vec<u8>)>,
    features: Option<usize>,
    data: Vec<T>,
    limits: &'a Limits,
}

impl<T: Real> Table<'_, T> {
    fn push(&mut self, cells: &[&[u8]], at: u64) -> Result<(), IoError> {
        for (column, cell) in cells.iter().enumerate() {
            let number: T = number(cell).ok_or_else(|| self.bad_cell(cell, at, column))?;
            if !number.is_finite() {
                return Err(self.not_finite(cell, at, column));
            }
            self.data.push(number);
        }
        let numbers = self.data.len() as u64;
        check_limit(self.name, "the table", numbers, (self.limits.elements, "elements"))?;
        let (expected, found) = (*self.features.get_or_insert(cells.len()), cells.len());
        if found != expected {
            let (name, line) = (self.name.to_owned(), self.line(at));
            return Err(IoError::Ragged { name, line, expected, found });
        }
        Ok(())
    }

    /// A text of nothing but a header is a text that is no table.
    fn finish(self) -> Result<Array<T>, IoError> {
        match (self.features, &self.header) {
            (Some(features), _) => {
                Ok(Array { shape: vec![self.data.len() / features, features], data: self.data })
            }
            (None, Some((at, cell))) => Err(self.bad_cell(cell, *at, 0)),
            (None, None) => Err(IoError::Empty { name: self.name.to_owned() }),
        }
    }

    fn bad_cell(&self, cell: &[u8], at: u64, column: usize) -> IoError {
        IoError::Cell {
            name: self.name.to_owned(),
            line: self.line(at),
            column: column + 1,
            found: clip(&String::from_utf8_lossy(cell)),
        }
    }

    fn not_finite(&self, cell: &[u8], at: u64, column: usize) -> IoError {
        IoError::CellNotFinite {
            name: self.name.to_owned(),
            line: self.line(at),
            column: column + 1,
            found: clip(&String::from_utf8_lossy(cell)),
            dtype: T::NAME,
        }
    }

    /// The line of the record that the reader began at byte `at`, from 1. The reader's own count
    /// is that of the blank lines, comments and line ends which it skips first.
    fn line(&self, at: u64) -> u64 {
        let at = usize::try_from(at).unwrap_or(usize::MAX).min(self.text.len());
        let mut line = 1 + self.text[..at].iter().filter(|b| **b == b'\n').count() as u64;
        for skipped in self.text[at..].split_inclusive(|b| *b == b'\n') {
            let content = skipped.trim_ascii();
            if !content.is_empty() && content[0] != b'#' {
                break;
            }
            line += 1;
        }
        line
    }
}

/// A header is a first line without any number, whose cells are words or empty: `1,5` between
/// semicolons is a number written wrongly.
fn is_header(cells: &[&[u8]]) -> bool {
    let is_word = |cell: &[u8]| String::from_utf8_lossy(cell).chars().any(char::is_alphabetic);
    cells.iter().all(|c| c.is_empty() || (number::<f64>(c).is_none() && is_word(c)))
        && cells.iter().any(|c| !c.is_empty())
}

/// The nearest `T`, in one rounding.
fn number<T: Real>(cell: &[u8]) -> Option<T> {
    let text = std::str::from_utf8(cell).ok()?;
    match T::NAME {
        "f32" => text.parse::<f32>().ok().map(|x| T::of(f64::from(x))),
        _ => text.parse::<f64>().ok().map(T::of),
    }
}

/// What separates the cells of the first line that is neither blank nor a comment.
fn delimiter(text: &[u8]) -> u8 {
    let content = |line: &&[u8]| !line.is_empty() && line[0] != b'#';
    let line = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).find(content).unwrap_or(b"");
    let mut quoted = false;
    let bare: Vec<u8> = line
        .iter()
        .copied()
        .filter(|b| {
            quoted ^= *b == b'"';
            !quoted
        })
        .collect();
    let found = [b'\t', b';', b',', b' '].into_iter().find(|d| bare.contains(d));
    found.unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Array<f64> {
        read("t.csv", text.as_bytes(), &Limits::default()).unwrap()
    }

    fn message(text: &str) -> String {
        read::<f32>("t.csv", text.as_bytes(), &Limits::default()).unwrap_err().to_string()
    }

    #[test]
    fn every_usual_way_of_writing_a_table_is_read() {
        let texts = [
            "1,2\n3,4\n",
            "1,2\r\n3,4\r\n",
            "\u{feff}a,b\n1,2\n3,4",
            "1;2\n3;4",
            "1\t2\n3\t4",
            "  1   2\n3 4  \n",
            "# made by numpy\n1.0e0 2\n3 +4.",
            "\n\n1, 2\n\n   \n3, 4\n\n",
            "\"the, first\",\"b\"\n\"1\",\"2\"\n3,4",
        ];
        for text in texts {
            let array = numbers(text);
            assert_eq!((array.shape, array.data), (vec![2, 2], vec![1.0, 2.0, 3.0, 4.0]), "{text}");
        }
        assert_eq!(numbers("5\n6\n7").shape, [3, 1]);
    }

    #[test]
    fn errors_name_line_and_column() {
        assert!(message("1,2\r\n\r\n# c\r\n3,x\r\n").contains("line 4, column 2: \"x\""));
        assert!(
            message("a,b\n1,2\n3\n").contains("line 3 has 1 numbers, the lines before it have 2")
        );
        assert!(message("1,2\n3,nan").contains("line 2, column 2: \"nan\" is not a finite f32"));
        assert!(
            message("1,2\n1e300,2").contains("line 2, column 1: \"1e300\" is not a finite f32")
        );
        assert!(message("1,,2").contains("line 1, column 2: \"\" is not a number"));
        assert!(message("once upon\na time").contains("line 2, column 1: \"a\""));
        assert!(message("1,5;2,5").contains("\"1,5\" is not a number"));
        assert!(message("\n \n").contains("is empty"));
        assert!(message("\nhello, you\n").contains("line 2, column 1: \"hello\" is not a number"));
    }

    #[test]
    fn a_decimal_is_rounded_to_f32_once() {
        // just above the middle of two f32: through f64 it would land on the middle, then on even
        let text = "1.00000005960464477540";
        assert_eq!(
            read::<f32>("t", text.as_bytes(), &Limits::default()).unwrap().data,
            [1.0 + f32::EPSILON]
        );
    }
}
