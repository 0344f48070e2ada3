//! Memories in and out of files. The byte layout is documented at the crate root.

use crate::array::Layout;
use crate::compact_file::{self, Read, Stored};
use crate::element::{Element, Endian, encode};
use crate::header::{
    COMPACT_VERSION, FEATURES, FORMAT, Fields, KEYS, Tensor, VERSION, assemble, checksum,
};
use crate::limits::{HEADER_LIMIT, check_limit};
use crate::{Format, IoError, Memory, Overwrite, Source, write_output};
use attractor_lagrangian::Real;
use attractor_synapse::Element as Scalar;
use attractor_synapse::{MemoryId, Normalization, Normalize, Patterns, Precision};
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;
use std::path::Path;

/// A memory and how its numbers were stored.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LoadedMemory<T> {
    /// The memory, its numbers in the precision asked for.
    pub memory: Memory<T>,
    /// The name of the precision of the numbers in the file.
    pub stored: &'static str,
    /// That precision.
    pub precision: Precision,
}

/// Writes a memory to a file, whole or not at all.
///
/// The same memory gives the same bytes.
///
/// # Errors
/// As [`write_output`], and [`IoError::TooLarge`] for labels beyond the limit of the header.
pub fn save_memory<T: Real>(
    path: &Path,
    memory: &Memory<T>,
    overwrite: Overwrite,
) -> Result<(), IoError> {
    let name = path.display().to_string();
    write_output(path, overwrite, &to_bytes(&name, memory)?)
}

/// Reads a memory, checking the checksum and every field against every other.
///
/// # Errors
/// [`IoError`] for a file that is not a memory, of a newer version, damaged, or that holds
/// numbers beyond the range of `T`.
pub fn load_memory<T: Scalar>(source: &Source) -> Result<LoadedMemory<T>, IoError> {
    let name = source.to_string();
    if source.folder().is_some() {
        return Err(IoError::NotMemory { name });
    }
    let bytes = source.read_raw()?;
    if bytes.is_empty() {
        return Err(IoError::Empty { name });
    }
    from_bytes(&name, &bytes)
}

/// The same in the precision of the caller's choice.
///
/// # Errors
/// As [`save_memory`], and [`IoError::Precision`] or [`IoError::Memory`] for patterns that the precision cannot
/// keep.
pub fn save_memory_as<T: Scalar>(
    path: &Path,
    memory: &Memory<T>,
    precision: Precision,
    overwrite: Overwrite,
) -> Result<(), IoError> {
    let name = path.display().to_string();
    let beyond = |error| IoError::Memory { name: name.clone(), error };
    match precision {
        Precision::F64 => save_memory(path, &memory.cast::<f64>().map_err(beyond)?, overwrite),
        Precision::F32 => save_memory(path, &memory.cast::<f32>().map_err(beyond)?, overwrite),
        small => {
            let stored = compact_file::stored(&name, memory, small)?;
            write_output(path, overwrite, &whole(&name, memory, &stored)?)
        }
    }
}

fn to_bytes<T: Real>(name: &str, memory: &Memory<T>) -> Result<Vec<u8>, IoError> {
    let mut data = Vec::new();
    encode(memory.patterns().as_slice(), &mut data);
    let stored = Stored {
        version: VERSION,
        dtype: T::NAME,
        tensor: if T::NAME == "f32" { "F32" } else { "F64" },
        width: memory.patterns().features(),
        data,
        ..Stored::default()
    };
    whole(name, memory, &stored)
}

/// The file of a memory whose numbers are stored like this.
fn whole<T: Real>(name: &str, memory: &Memory<T>, stored: &Stored) -> Result<Vec<u8>, IoError> {
    let (mut mean, mut ids) = (Vec::new(), Vec::new());
    let count = [memory.ids().len()];
    let (width, shape) = ([memory.patterns().features()], [count[0], stored.width]);
    let mut tensors = Vec::new();
    if memory.has_gaps() {
        ids.extend(memory.ids().iter().flat_map(|id| id.0.to_le_bytes()));
        tensors.push(Tensor { name: "ids", dtype: "U64", shape: &count, data: &ids });
    }
    if let Normalization::Center { mean: numbers } = memory.normalization() {
        encode(numbers, &mut mean);
        tensors.push(Tensor { name: "mean", dtype: "F64", shape: &width, data: &mean });
    }
    let (dtype, data) = (stored.tensor, &stored.data);
    tensors.push(Tensor { name: "patterns", dtype, shape: &shape, data });
    for (name, data) in [("residuals", &stored.residuals), ("scales", &stored.scales)] {
        if !data.is_empty() {
            tensors.push(Tensor { name, dtype: "F32", shape: &count, data });
        }
    }
    let mut fields = fields(memory, stored);
    let stated: usize = fields.values().map(String::len).sum();
    check_limit(name, "the header with its labels", stated as u64, HEADER_LIMIT / 2)?;
    fields.insert("checksum".to_owned(), checksum(&fields, &tensors));
    Ok(assemble(&fields, &tensors))
}

fn fields<T: Real>(memory: &Memory<T>, stored: &Stored) -> Fields {
    let mut fields = Fields::new();
    let mut put = |key: &str, value: String| fields.insert(key.to_owned(), value);
    put("format", FORMAT.to_owned());
    put("version", stored.version.to_owned());
    put("dtype", stored.dtype.to_owned());
    if stored.version == COMPACT_VERSION {
        put(FEATURES, memory.patterns().features().to_string());
    }
    if memory.has_gaps() {
        put("next_id", memory.next_id().to_string());
    }
    put("normalize", memory.normalization().kind().name().to_owned());
    if let Normalization::Sign { threshold } = memory.normalization() {
        put("threshold", format!("{threshold:?}"));
    }
    if let Some(labels) = memory.labels() {
        put("labels", serde_json::json!(labels).to_string());
    }
    if let Some((height, width)) = memory.image() {
        put("image", format!("{height}x{width}"));
    }
    fields
}

fn from_bytes<T: Scalar>(name: &str, bytes: &[u8]) -> Result<LoadedMemory<T>, IoError> {
    if Format::recognise(bytes) != Some(Format::SafeTensors) {
        return Err(IoError::NotMemory { name: name.to_owned() });
    }
    let broken = |error| crate::source::malformed(name, Format::SafeTensors, "header", error);
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(broken)?;
    let file = SafeTensors::deserialize(bytes).map_err(broken)?;
    let fields: Fields =
        metadata.metadata().iter().flatten().map(|(k, v)| (k.clone(), v.clone())).collect();
    let file = File { name, fields, tensors: file };
    file.check_version()?;
    file.check_checksum()?;
    file.check_keys()?;
    let read = file.patterns()?;
    let (patterns, precision, stored) = (read.patterns, read.precision, read.precision.name());
    let (normalization, labels, image) = (file.normalization()?, file.labels()?, file.image()?);
    let memory = Memory::new(patterns, normalization, labels, image)
        .map_err(|error| IoError::Memory { name: name.to_owned(), error })?;
    let memory = file.with_ids(memory)?;
    let memory = match read.residuals {
        Some(residuals) => memory.with_residuals(residuals),
        None => memory,
    };
    Ok(LoadedMemory { memory, stored, precision })
}

/// A memory file being checked.
pub(crate) struct File<'a> {
    pub(crate) name: &'a str,
    fields: Fields,
    tensors: SafeTensors<'a>,
}

impl File<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.fields.get(key).map(String::as_str)
    }

    pub(crate) fn need(&self, key: &str) -> Result<&str, IoError> {
        self.get(key).ok_or_else(|| self.wrong(key, "is missing"))
    }

    pub(crate) fn wrong(&self, field: &str, problem: impl Into<String>) -> IoError {
        IoError::Field {
            name: self.name.to_owned(),
            field: field.to_owned(),
            problem: problem.into(),
        }
    }

    fn check_version(&self) -> Result<(), IoError> {
        let name = || self.name.to_owned();
        if self.get("format") != Some(FORMAT) {
            return Err(IoError::NotMemory { name: name() });
        }
        match self.need("version")? {
            VERSION | COMPACT_VERSION => Ok(()),
            newer if newer.parse::<u64>().is_ok_and(|version| version > 2) => {
                Err(IoError::Newer { name: name(), version: newer.to_owned() })
            }
            other => {
                Err(self.wrong("version", format!("{:?} never was one", crate::error::clip(other))))
            }
        }
    }

    fn check_checksum(&self) -> Result<(), IoError> {
        let mut names = self.tensors.names();
        names.sort_unstable();
        let views: Vec<_> =
            names.iter().filter_map(|n| Some((*n, self.tensors.tensor(n).ok()?))).collect();
        let dtypes: Vec<String> = views.iter().map(|(_, view)| view.dtype().to_string()).collect();
        let tensors: Vec<Tensor<'_>> = views
            .iter()
            .zip(&dtypes)
            .map(|((name, view), dtype)| Tensor {
                name,
                dtype,
                shape: view.shape(),
                data: view.data(),
            })
            .collect();
        let computed = checksum(&self.fields, &tensors);
        let stored = self.need("checksum")?;
        if stored == computed {
            return Ok(());
        }
        let (name, stored) = (self.name.to_owned(), crate::error::clip(stored));
        Err(IoError::Checksum { name, stored, computed })
    }

    /// Refuses what this version does not know: to ignore it could change the meaning.
    fn check_keys(&self) -> Result<(), IoError> {
        let compact = self.is_compact();
        let known = |key: &str| KEYS.contains(&key) || (compact && key == FEATURES);
        let key = self.fields.keys().find(|key| !known(key));
        let tensors = self.tensors.names();
        let small = if compact { &["residuals", "scales"][..] } else { &[] };
        let of_all = ["ids", "mean", "patterns"];
        let tensor = tensors.iter().find(|name| !of_all.contains(name) && !small.contains(name));
        match key.map(String::as_str).or(tensor.copied()) {
            Some(unknown) => {
                let version = if compact { COMPACT_VERSION } else { VERSION };
                Err(self.wrong(unknown, format!("is unknown in version {version}")))
            }
            None => Ok(()),
        }
    }

    pub(crate) fn is_compact(&self) -> bool {
        self.get("version") == Some(COMPACT_VERSION)
    }

    /// A tensor of this type and number of dimensions.
    pub(crate) fn tensor(
        &self,
        tensor: &str,
        dtype: safetensors::Dtype,
        dimensions: usize,
    ) -> Result<TensorView<'_>, IoError> {
        let view = self.tensors.tensor(tensor).map_err(|_| self.wrong(tensor, "is missing"))?;
        if view.dtype() != dtype || view.shape().len() != dimensions {
            let found = format!("is {} of the shape {:?}", view.dtype(), view.shape());
            return Err(self.wrong(tensor, found));
        }
        Ok(view)
    }

    fn numbers<T: Real>(
        &self,
        tensor: &str,
        dimensions: usize,
    ) -> Result<(Vec<T>, Vec<usize>, &'static str), IoError> {
        let view = self.tensors.tensor(tensor).map_err(|_| self.wrong(tensor, "is missing"))?;
        let (element, stored) = match view.dtype() {
            safetensors::Dtype::F32 => (Element::F32, "f32"),
            safetensors::Dtype::F64 => (Element::F64, "f64"),
            other => return Err(self.wrong(tensor, format!("holds {other}, not F32 or F64"))),
        };
        if view.shape().len() != dimensions {
            return Err(self.wrong(tensor, format!("has the shape {:?}", view.shape())));
        }
        let shape = view.shape().iter().map(|n| *n as u64).collect();
        let (format, endian) = (Format::SafeTensors, Endian::Little);
        let layout = Layout { format, element, endian, shape, fortran: false };
        let array = layout.decode(self.name, view.data())?;
        Ok((array.data, array.shape, stored))
    }

    fn patterns<T: Scalar>(&self) -> Result<Read<T>, IoError> {
        if self.is_compact() {
            return compact_file::read(self);
        }
        let (data, shape, stored) = self.numbers("patterns", 2)?;
        let stated = self.need("dtype")?;
        if stated != stored {
            return Err(
                self.wrong("dtype", format!("states {stated:?}, the patterns are {stored}"))
            );
        }
        let patterns = Patterns::new(data, shape[1])
            .map_err(|error| IoError::Patterns { name: self.name.to_owned(), error })?;
        let precision = if stored == "f64" { Precision::F64 } else { Precision::F32 };
        Ok(Read { patterns, precision, residuals: None })
    }

    fn normalization(&self) -> Result<Normalization, IoError> {
        let kind: Normalize = self
            .need("normalize")?
            .parse()
            .map_err(|error| self.wrong("normalize", format!("{error}")))?;
        self.check_presence(
            "mean",
            self.tensors.tensor("mean").is_ok(),
            kind == Normalize::Center,
        )?;
        self.check_presence("threshold", self.get("threshold").is_some(), kind == Normalize::Sign)?;
        match kind {
            Normalize::None => Ok(Normalization::None),
            Normalize::Unit => Ok(Normalization::Unit),
            Normalize::Center => self.mean(),
            Normalize::Sign => self.threshold(),
            other => Err(self.wrong("normalize", format!("{other} is unknown in version 1"))),
        }
    }

    fn check_presence(&self, field: &str, present: bool, needed: bool) -> Result<(), IoError> {
        match (present, needed) {
            (true, false) => Err(self.wrong(field, "does not belong to this normalisation")),
            (false, true) => Err(self.wrong(field, "is missing for this normalisation")),
            _ => Ok(()),
        }
    }

    fn mean(&self) -> Result<Normalization, IoError> {
        let (mean, _, stored) = self.numbers("mean", 1)?;
        if stored != "f64" {
            return Err(self.wrong("mean", format!("is {stored}, not f64")));
        }
        Ok(Normalization::Center { mean })
    }

    fn threshold(&self) -> Result<Normalization, IoError> {
        let text = self.need("threshold")?;
        let threshold =
            text.parse().map_err(|_| self.wrong("threshold", format!("{text:?} is no number")))?;
        Ok(Normalization::Sign { threshold })
    }

    /// The ids, where patterns were forgotten.
    fn with_ids<T: Real>(&self, memory: Memory<T>) -> Result<Memory<T>, IoError> {
        let Ok(view) = self.tensors.tensor("ids") else {
            return match self.get("next_id") {
                None => Ok(memory),
                Some(_) => Err(self.wrong("ids", "are missing, next_id is there")),
            };
        };
        if view.dtype() != safetensors::Dtype::U64 || view.shape().len() != 1 {
            let found = format!("are {} of the shape {:?}", view.dtype(), view.shape());
            return Err(self.wrong("ids", found));
        }
        let (ids, _) = view.data().as_chunks::<8>();
        let ids = ids.iter().map(|bytes| MemoryId(u64::from_le_bytes(*bytes))).collect();
        let next = self.need("next_id")?;
        let next = next.parse().map_err(|_| self.wrong("next_id", format!("{next:?} is no id")))?;
        let named = memory.with_ids(ids, next);
        named.map_err(|error| IoError::Memory { name: self.name.to_owned(), error })
    }

    fn labels(&self) -> Result<Option<Vec<String>>, IoError> {
        let parse = |text| {
            serde_json::from_str(text).map_err(|error| self.wrong("labels", error.to_string()))
        };
        self.get("labels").map(parse).transpose()
    }

    fn image(&self) -> Result<Option<(usize, usize)>, IoError> {
        let Some(text) = self.get("image") else { return Ok(None) };
        let size = text.split_once('x');
        let size = size.and_then(|(h, w)| Some((h.parse().ok()?, w.parse().ok()?)));
        match size {
            Some(size) => Ok(Some(size)),
            None => Err(self.wrong("image", format!("{text:?} is not HEIGHTxWIDTH"))),
        }
    }
}
