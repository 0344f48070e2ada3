//! numpy's `.npy`: magic, version, header length, a Python dict, numbers.
//!
//! The dict is read by hand: a Python-literal parser would recurse into hostile brackets, and the
//! three keys need none of it.

use crate::array::{Array, Layout};
use crate::element::{Element, Endian, encode};
use crate::source::malformed;
use crate::{Format, IoError, Limits};
use attractor_lagrangian::Real;

const MAGIC: &[u8] = b"\x93NUMPY";

/// The array in `bytes`.
pub(crate) fn read<T: Real>(
    name: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Array<T>, IoError> {
    let (header, numbers) = split(name, bytes)?;
    parse(name, header)?.decode(name, numbers, limits)
}

/// The shape of the array in `bytes`, whatever the type of its numbers.
pub(crate) fn shape(name: &str, bytes: &[u8]) -> Result<Vec<u64>, IoError> {
    let (header, _) = split(name, bytes)?;
    Dict::parse(header).map(|dict| dict.shape).map_err(|problem| bad_header(name, problem))
}

/// `rows` as a C-order `<f4` or `<f8` array of this shape, version 1.0.
pub(crate) fn write<T: Real>(rows: &[T], shape: &[usize]) -> Vec<u8> {
    let size = size_of::<T>();
    let sizes: Vec<String> = shape.iter().map(usize::to_string).collect();
    let shape = match &sizes[..] {
        [one] => format!("({one},)"),
        all => format!("({})", all.join(", ")),
    };
    let mut header = format!("{{'descr': '<f{size}', 'fortran_order': False, 'shape': {shape}, }}");
    // numpy's own alignment: magic, version, length, header and newline fill a multiple of 64
    let end = (MAGIC.len() + 4 + header.len() + 1).next_multiple_of(64);
    header.extend(std::iter::repeat_n(' ', end - MAGIC.len() - 4 - header.len() - 1));
    header.push('\n');
    let mut out = Vec::with_capacity(end + size_of_val(rows));
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&[1, 0]);
    out.extend_from_slice(&(header.len() as u16).to_le_bytes());
    out.extend_from_slice(header.as_bytes());
    encode(rows, &mut out);
    out
}

fn bad_header(name: &str, problem: impl std::fmt::Display) -> IoError {
    malformed(name, Format::Npy, "header", problem)
}

/// The header's text and what follows it.
fn split<'a>(name: &str, bytes: &'a [u8]) -> Result<(&'a str, &'a [u8]), IoError> {
    let truncated = |expected: usize| IoError::Truncated {
        name: name.to_owned(),
        format: Format::Npy,
        place: "header",
        expected: expected as u64,
        found: bytes.len() as u64,
    };
    let rest = bytes.strip_prefix(MAGIC).ok_or_else(|| bad_header(name, "no npy magic"))?;
    let (length, rest) = match rest {
        [1, 0, a, b, rest @ ..] => (usize::from(u16::from_le_bytes([*a, *b])), rest),
        [2 | 3, 0, a, b, c, d, rest @ ..] => (u32::from_le_bytes([*a, *b, *c, *d]) as usize, rest),
        [1..=3, 0, ..] | [] | [_] => return Err(truncated(12)),
        [major, minor, ..] => {
            let problem = format!("version {major}.{minor} is unknown, 1.0 to 3.0 are read");
            return Err(bad_header(name, problem));
        }
    };
    let start = bytes.len() - rest.len();
    let (header, numbers) =
        rest.split_at_checked(length).ok_or_else(|| truncated(start.saturating_add(length)))?;
    let header = std::str::from_utf8(header).map_err(|error| bad_header(name, error))?;
    Ok((header, numbers))
}

fn parse(name: &str, header: &str) -> Result<Layout, IoError> {
    let dict = Dict::parse(header).map_err(|problem| bad_header(name, problem))?;
    let (element, endian) = element(dict.descr).ok_or_else(|| IoError::Element {
        name: name.to_owned(),
        format: Format::Npy,
        found: crate::error::clip(dict.descr),
    })?;
    Ok(Layout { format: Format::Npy, element, endian, shape: dict.shape, fortran: dict.fortran })
}

/// numpy's type string: byte order, kind, bytes.
fn element(descr: &str) -> Option<(Element, Endian)> {
    let (order, kind) = descr.split_at_checked(1)?;
    let element = match kind {
        "b1" => Element::Bool,
        "i1" => Element::I8,
        "u1" => Element::U8,
        "i2" => Element::I16,
        "u2" => Element::U16,
        "i4" => Element::I32,
        "u4" => Element::U32,
        "i8" => Element::I64,
        "u8" => Element::U64,
        "f2" => Element::F16,
        "f4" => Element::F32,
        "f8" => Element::F64,
        _ => return None,
    };
    match order {
        "<" | "|" => Some((element, Endian::Little)),
        ">" => Some((element, Endian::Big)),
        _ => None,
    }
}

/// The header's three entries.
struct Dict<'a> {
    descr: &'a str,
    fortran: bool,
    shape: Vec<u64>,
}

impl<'a> Dict<'a> {
    fn parse(header: &'a str) -> Result<Self, String> {
        let (mut descr, mut fortran, mut shape) = (None, None, None);
        let mut scan = Scan(header);
        scan.expect("{")?;
        while !scan.take("}") {
            let key = scan.string()?;
            scan.expect(":")?;
            match key {
                "descr" => descr = Some(scan.descr()?),
                "fortran_order" => fortran = Some(scan.boolean()?),
                "shape" => shape = Some(scan.tuple()?),
                _ => return Err(format!("the key {:?} is unknown", crate::error::clip(key))),
            }
            if !scan.take(",") {
                scan.expect("}")?;
                break;
            }
        }
        if !scan.0.trim().is_empty() {
            return Err("something follows the dict".to_owned());
        }
        let missing = |key| format!("the key {key:?} is missing");
        Ok(Self {
            descr: descr.ok_or_else(|| missing("descr"))?,
            fortran: fortran.ok_or_else(|| missing("fortran_order"))?,
            shape: shape.ok_or_else(|| missing("shape"))?,
        })
    }
}

/// What is left to read of a header.
struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
    fn take(&mut self, token: &str) -> bool {
        let rest = self.0.trim_start().strip_prefix(token);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        let found = crate::error::clip(self.0.trim());
        if self.take(token) { Ok(()) } else { Err(format!("{token:?} expected, found {found:?}")) }
    }

    fn string(&mut self) -> Result<&'a str, String> {
        let quote = if self.take("\"") { '"' } else { '\'' };
        if quote == '\'' {
            self.expect("'")?;
        }
        let (text, rest) = self.0.split_once(quote).ok_or("a string does not end")?;
        self.0 = rest;
        Ok(text)
    }

    /// A plain type is a string. A list describes a structured array; it is stepped over, so that
    /// such an array beside others does no harm.
    fn descr(&mut self) -> Result<&'a str, String> {
        let text = self.0.trim_start();
        if !text.starts_with('[') {
            return self.string();
        }
        let mut depth = 0i32;
        let end = text.bytes().position(|b| {
            depth += i32::from(b == b'[') - i32::from(b == b']');
            depth == 0
        });
        let (list, rest) = text.split_at(end.ok_or("a list does not end")? + 1);
        self.0 = rest;
        Ok(list)
    }

    fn boolean(&mut self) -> Result<bool, String> {
        if self.take("True") {
            return Ok(true);
        }
        self.expect("False").map(|()| false)
    }

    fn tuple(&mut self) -> Result<Vec<u64>, String> {
        self.expect("(")?;
        let mut sizes = Vec::new();
        while !self.take(")") {
            sizes.push(self.integer()?);
            if !self.take(",") {
                self.expect(")")?;
                break;
            }
        }
        Ok(sizes)
    }

    /// A size, perhaps with the L of Python 2.
    fn integer(&mut self) -> Result<u64, String> {
        let text = self.0.trim_start();
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (digits, rest) = text.split_at(end);
        self.0 = rest.strip_prefix('L').unwrap_or(rest);
        digits.parse().map_err(|_| format!("{:?} is not a size", crate::error::clip(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_python_writes_them() {
        let dict = Dict::parse("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }  \n");
        assert_eq!(dict.unwrap().shape, [3, 4]);
        let dict =
            Dict::parse("{\"shape\":(7L,),\"descr\":\">i2\",\"fortran_order\":True}").unwrap();
        assert_eq!((dict.descr, dict.fortran, dict.shape), (">i2", true, vec![7]));
        let dict = Dict::parse("{'descr':'<f8','fortran_order':False,'shape':()}").unwrap();
        assert!(dict.shape.is_empty());
    }

    #[test]
    fn structured_arrays_are_a_type_that_is_not_read() {
        let header =
            "{'descr': [('a', '<f8', [2]), ('b', '|b1')], 'fortran_order': False, 'shape': (3,)}";
        assert_eq!(Dict::parse(header).unwrap().shape, [3]);
        let message = parse("s.npy", header).unwrap_err().to_string();
        assert!(message.contains("numbers of type [('a', '<f8'"), "{message}");
    }

    #[test]
    fn broken_headers_say_what_is_wrong() {
        let cases = [
            ("", "\"{\" expected"),
            ("{'descr': '<f8'}", "\"fortran_order\" is missing"),
            ("{'descr': [('a', '<f8')", "a list does not end"),
            ("{'shape': (1, -2)}", "is not a size"),
            ("{'shape': (99999999999999999999,)}", "is not a size"),
            ("{'colour': 1}", "\"colour\" is unknown"),
            ("{'descr", "does not end"),
            ("((((((((((", "\"{\" expected"),
        ];
        for (header, expected) in cases {
            let problem = Dict::parse(header).err().unwrap();
            assert!(problem.contains(expected), "{header}: {problem}");
        }
    }
}
