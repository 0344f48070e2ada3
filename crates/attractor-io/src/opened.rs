//! What stands in a memory file: its header taken apart, its bytes gone through once, the checksum compared.

use crate::element::{Element, Endian};
use crate::error::clip;
use crate::header::{COMPACT_VERSION, Checksum, FORMAT, Fields, VERSION};
use crate::input::Input;
use crate::limits::check_limit;
use crate::source::malformed;
use crate::{Format, IoError, Limits};
use attractor_lagrangian::Real;
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::io::{self, Read};

/// The bytes before the header: its length.
const LENGTH: u64 = 8;

/// A memory file whose checksum is right; what it says is still to be checked.
pub(crate) struct Opened<T> {
    pub(crate) fields: Fields,
    pub(crate) tensors: BTreeMap<String, Held<T>>,
}

/// A tensor of the file.
pub(crate) struct Held<T> {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    pub(crate) content: Content<T>,
}

impl<T> Held<T> {
    /// The bytes of what is not numbers yet.
    pub(crate) fn bytes(&self) -> &[u8] {
        match &self.content {
            Content::Bytes(bytes) => bytes,
            _ => &[],
        }
    }
}

/// The numbers of a tensor.
pub(crate) enum Content<T> {
    /// As they stand in the file.
    Bytes(Vec<u8>),
    /// As they are used.
    Numbers(Vec<T>),
    /// In the mapped file.
    Mapped(crate::map::Numbers<T>),
}

/// A file being read.
pub(crate) struct Reading<'a, R> {
    pub(crate) name: &'a str,
    pub(crate) input: Input<R>,
    /// Of the whole file, in bytes.
    pub(crate) size: u64,
    pub(crate) limits: &'a Limits,
}

impl<R: Read> Reading<'_, R> {
    /// Goes through the file once.
    pub(crate) fn open<T: Real>(mut self) -> Result<Opened<T>, IoError> {
        let (header, start) = self.header()?;
        let fields: Fields =
            header.metadata().iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
        check_version(self.name, &fields)?;
        let order = self.order(&header, start)?;
        self.check_size::<T>(&order)?;
        let mut checksum = Checksum::of(&fields);
        let mut tensors = BTreeMap::new();
        for (name, info) in order {
            checksum.tensor(&name, &info.dtype.to_string(), &info.shape);
            let content = self.content(&name, info, &mut checksum);
            let content = content.map_err(|error| self.failed(error))?;
            checksum.end();
            let (dtype, shape) = (info.dtype, info.shape.clone());
            tensors.insert(name, Held { dtype, shape, content });
        }
        compare(self.name, fields.get("checksum"), checksum)?;
        Ok(Opened { fields, tensors })
    }

    fn failed(&self, error: io::Error) -> IoError {
        IoError::Read { name: self.name.to_owned(), error }
    }

    fn broken(&self, problem: impl std::fmt::Display) -> IoError {
        malformed(self.name, Format::SafeTensors, "header", problem)
    }

    /// What its length says, or that it was cut short or goes on.
    fn check_end(&self, end: u64) -> Result<(), IoError> {
        let (name, format, found) = (self.name.to_owned(), Format::SafeTensors, self.size);
        match end.cmp(&found) {
            Ordering::Greater => {
                Err(IoError::Truncated { name, format, place: "memory file", expected: end, found })
            }
            Ordering::Less => Err(IoError::Trailing { name, format, extra: found - end }),
            Ordering::Equal => Ok(()),
        }
    }

    /// The header, its length checked before it is read, and where it ends.
    fn header(&mut self) -> Result<(Metadata, u64), IoError> {
        let not_memory = IoError::NotMemory { name: self.name.to_owned() };
        match self.size {
            0 => return Err(IoError::Empty { name: self.name.to_owned() }),
            1..=LENGTH => return Err(not_memory),
            _ => {}
        }
        let bytes = self.input.take(8).map_err(|error| self.failed(error))?;
        let length = bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let brace = self.input.take(1).map_err(|error| self.failed(error))?;
        if length > u64::from(u32::MAX) || length == 0 || brace != b"{" {
            return Err(not_memory);
        }
        check_limit(self.name, "the header", length, (self.limits.header, "header"))?;
        if LENGTH + length > self.size {
            self.check_end(LENGTH + length)?;
        }
        let rest = self.input.take(length as usize - 1).map_err(|error| self.failed(error))?;
        let header = serde_json::from_reader(brace.chain(&rest[..]));
        Ok((header.map_err(|error| self.broken(error))?, LENGTH + length))
    }

    /// The tensors in their order, which is that of their names; they fill the file without gaps.
    fn order<'h>(
        &self,
        header: &'h Metadata,
        start: u64,
    ) -> Result<Vec<(String, &'h TensorInfo)>, IoError> {
        let mut order: Vec<_> = header.tensors().into_iter().collect();
        order.sort_by(|a, b| a.0.cmp(&b.0));
        let mut end = 0;
        for (name, info) in &order {
            let (from, to) = info.data_offsets;
            if from != end || bytes(info).and_then(|size| from.checked_add(size)) != Some(to) {
                let name = clip(name);
                return Err(self.broken(format!("tensor {name:?} is not where its turn is")));
            }
            end = to;
        }
        self.check_end(start.saturating_add(end as u64))?;
        Ok(order)
    }

    /// Refuses what would take more memory than there is.
    fn check_size<T: Real>(&self, order: &[(String, &TensorInfo)]) -> Result<(), IoError> {
        let mut needed = 0;
        for (name, info) in order {
            let (size, numbers) = (bytes(info).unwrap_or(0) as u64, numbers(info));
            check_limit(self.name, "a tensor", numbers, (self.limits.elements, "elements"))?;
            let direct = name == "patterns" && element(info).is_some();
            needed += if direct { 0 } else { size };
            let mapped = self.input.is_map() && stands_as::<T>(info);
            if name == "patterns" && !mapped {
                needed += numbers.saturating_mul(size_of::<T>() as u64);
            }
        }
        self.limits.check_memory(self.name, needed)
    }

    fn content<T: Real>(
        &mut self,
        name: &str,
        info: &TensorInfo,
        checksum: &mut Checksum,
    ) -> io::Result<Content<T>> {
        let length = bytes(info).unwrap_or(0);
        let element = element(info).filter(|_| name == "patterns");
        let Some(element) = element else {
            let bytes = self.input.take(length)?;
            checksum.data(&bytes);
            return Ok(Content::Bytes(bytes));
        };
        let mapped = self.input.numbers(length).filter(|_| stands_as::<T>(info));
        if let Some(mapped) = mapped {
            self.input.pieces(length, |piece| checksum.data(piece))?;
            return Ok(Content::Mapped(mapped));
        }
        let mut all = Vec::new();
        all.try_reserve_exact(length / element.size()).map_err(io::Error::other)?;
        self.input.pieces(length, |piece| {
            checksum.data(piece);
            element.decode_into(piece, Endian::Little, &mut all);
        })?;
        Ok(Content::Numbers(all))
    }
}

/// How many bytes the numbers of a tensor take.
fn bytes(info: &TensorInfo) -> Option<usize> {
    let numbers = info.shape.iter().try_fold(1usize, |all, n| all.checked_mul(*n))?;
    let bits = numbers.checked_mul(info.dtype.bitsize())?;
    bits.is_multiple_of(8).then_some(bits / 8)
}

/// How many numbers it has when it is read, a byte of bits being eight.
fn numbers(info: &TensorInfo) -> u64 {
    let stated = info.shape.iter().fold(1u64, |all, n| all.saturating_mul(*n as u64));
    if info.dtype == Dtype::U8 { stated.saturating_mul(8) } else { stated }
}

/// The element of patterns that are read number by number.
fn element(info: &TensorInfo) -> Option<Element> {
    match info.dtype {
        Dtype::F32 => Some(Element::F32),
        Dtype::F64 => Some(Element::F64),
        _ => None,
    }
}

/// Whether its bytes are what `T` is in memory.
fn stands_as<T: Real>(info: &TensorInfo) -> bool {
    info.dtype == if T::NAME == "f32" { Dtype::F32 } else { Dtype::F64 }
}

/// Refuses what is no memory file, or one of another version, before anything else is believed.
fn check_version(name: &str, fields: &Fields) -> Result<(), IoError> {
    let name = || name.to_owned();
    if fields.get("format").map(String::as_str) != Some(FORMAT) {
        return Err(IoError::NotMemory { name: name() });
    }
    let problem = match fields.get("version").map(String::as_str) {
        Some(VERSION | COMPACT_VERSION) => return Ok(()),
        Some(newer) if newer.parse::<u64>().is_ok_and(|version| version > 2) => {
            return Err(IoError::Newer { name: name(), version: clip(newer) });
        }
        Some(other) => format!("{:?} never was one", clip(other)),
        None => "is missing".to_owned(),
    };
    Err(IoError::Field { name: name(), field: "version".to_owned(), problem })
}

fn compare(name: &str, stored: Option<&String>, checksum: Checksum) -> Result<(), IoError> {
    let (name, computed) = (name.to_owned(), checksum.text());
    match stored {
        Some(stored) if *stored == computed => Ok(()),
        Some(stored) => Err(IoError::Checksum { name, stored: clip(stored), computed }),
        None => {
            let (field, problem) = ("checksum".to_owned(), "is missing".to_owned());
            Err(IoError::Field { name, field, problem })
        }
    }
}
