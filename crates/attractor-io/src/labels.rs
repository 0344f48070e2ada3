//! Labels: a line of text, or a whole number, for each pattern.

use crate::array::Array;
use crate::error::clip;
use crate::{Format, IoError, Source, idx, npy};

/// Reads labels from IDX or npy of one dimension (whole numbers), or from text with one label on
/// each line; a line in double quotes loses them. Each may be gzipped.
///
/// # Errors
/// [`IoError`] for a file of another kind, an empty line, or a number that is not whole.
pub fn read_labels(source: &Source) -> Result<Vec<String>, IoError> {
    let name = source.to_string();
    let bytes = source.read()?;
    match Format::recognise(&bytes) {
        Some(Format::Npy) => {
            numbers(&name, Format::Npy, npy::read(&name, &bytes, source.limits())?)
        }
        Some(Format::Idx) => {
            numbers(&name, Format::Idx, idx::read(&name, &bytes, source.limits())?)
        }
        Some(Format::Csv) => lines(&name, &String::from_utf8_lossy(&bytes)),
        Some(format) => Err(IoError::NotLabels { name, format }),
        None => Err(IoError::Unrecognised { name }),
    }
}

fn numbers(name: &str, format: Format, array: Array<f64>) -> Result<Vec<String>, IoError> {
    if array.shape.len() != 1 {
        let shape = array.shape.iter().map(|n| *n as u64).collect();
        return Err(IoError::LabelShape { name: name.to_owned(), format, shape });
    }
    array.data.iter().enumerate().map(|(index, x)| whole(name, index, *x)).collect()
}

/// Beyond 2⁵³ neighbouring whole numbers are one `f64`, and two labels would become one.
fn whole(name: &str, index: usize, value: f64) -> Result<String, IoError> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.abs() < EXACT && value.fract().abs() <= 0.0 {
        Ok((value as i64).to_string())
    } else {
        Err(IoError::Label { name: name.to_owned(), index, found: value.to_string() })
    }
}

fn lines(name: &str, text: &str) -> Result<Vec<String>, IoError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).trim_end();
    if text.is_empty() {
        return Err(IoError::Empty { name: name.to_owned() });
    }
    text.lines().enumerate().map(|(index, line)| label(name, index, line)).collect()
}

fn label(name: &str, index: usize, line: &str) -> Result<String, IoError> {
    let line = line.trim();
    let quoted = line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let bare = quoted.map_or_else(|| line.to_owned(), |inner| inner.replace("\"\"", "\""));
    if bare.is_empty() {
        let found = format!("the empty line {}", index + 1);
        return Err(IoError::Label { name: name.to_owned(), index, found: clip(&found) });
    }
    Ok(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_labels() {
        let text = "\u{feff}cat\r\n \"a \"\"big\"\" dog\" \r\nNew York, NY\n\n";
        assert_eq!(lines("l", text).unwrap(), ["cat", "a \"big\" dog", "New York, NY"]);
    }

    #[test]
    fn what_is_no_label_is_named_with_its_place() {
        assert!(lines("l.txt", "a\n\nb").unwrap_err().to_string().contains("the empty line 2"));
        assert!(whole("l", 3, 1.5).unwrap_err().to_string().contains("label 3 is 1.5"));
        assert!(whole("l", 0, f64::NAN).is_err() && whole("l", 0, 1e17).is_err());
        assert_eq!(whole("l", 0, -0.0).unwrap(), "0");
    }
}
