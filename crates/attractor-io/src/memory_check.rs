//! What a memory file says, every field held against every other.

use crate::compact_file::{self, Read};
use crate::error::clip;
use crate::header::{COMPACT_VERSION, FEATURES, KEYS, VERSION};
use crate::memory_load::LoadedMemory;
use crate::opened::{Content, Held, Opened};
use crate::{IoError, Memory};
use attractor_synapse::Element as Scalar;
use attractor_synapse::{MemoryId, Normalization, Normalize, Patterns, Precision};
use safetensors::Dtype;
use std::sync::Arc;

/// A memory file whose bytes are those that were written.
pub(crate) struct Checked<'a, T> {
    pub(crate) name: &'a str,
    pub(crate) opened: Opened<T>,
}

impl<T: Scalar> Checked<'_, T> {
    /// The memory in the file.
    pub(crate) fn memory(mut self) -> Result<LoadedMemory<T>, IoError> {
        self.check_keys()?;
        let read = self.patterns()?;
        let (patterns, precision, stored) = (read.patterns, read.precision, read.precision.name());
        let (normalization, labels, image) = (self.normalization()?, self.labels()?, self.image()?);
        let memory = Memory::new(patterns, normalization, labels, image)
            .map_err(|error| IoError::Memory { name: self.name.to_owned(), error })?;
        let memory = self.with_ids(memory)?;
        let memory = match read.residuals {
            Some(residuals) => memory.with_residuals(residuals),
            None => memory,
        };
        Ok(LoadedMemory { memory, stored, precision })
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.opened.fields.get(key).map(String::as_str)
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

    /// Refuses what this version does not know: to ignore it could change the meaning.
    fn check_keys(&self) -> Result<(), IoError> {
        let compact = self.is_compact();
        let known = |key: &str| KEYS.contains(&key) || (compact && key == FEATURES);
        let key = self.opened.fields.keys().find(|key| !known(key));
        let small = if compact { &["residuals", "scales"][..] } else { &[] };
        let known =
            |name: &str| ["ids", "mean", "patterns"].contains(&name) || small.contains(&name);
        let tensor = self.opened.tensors.keys().find(|name| !known(name));
        match key.or(tensor) {
            Some(unknown) => {
                let version = if compact { COMPACT_VERSION } else { VERSION };
                Err(self.wrong(&clip(unknown), format!("is unknown in version {version}")))
            }
            None => Ok(()),
        }
    }

    fn is_compact(&self) -> bool {
        self.get("version") == Some(COMPACT_VERSION)
    }

    fn has(&self, tensor: &str) -> bool {
        self.opened.tensors.contains_key(tensor)
    }

    /// A tensor of this type and number of dimensions.
    pub(crate) fn tensor(
        &self,
        tensor: &str,
        dtype: Dtype,
        dimensions: usize,
    ) -> Result<&Held<T>, IoError> {
        let missing = || self.wrong(tensor, "is missing");
        let held = self.opened.tensors.get(tensor).ok_or_else(missing)?;
        if held.dtype != dtype || held.shape.len() != dimensions {
            let found = format!("is {} of the shape {:?}", held.dtype, held.shape);
            return Err(self.wrong(tensor, found));
        }
        Ok(held)
    }

    fn patterns(&mut self) -> Result<Read<T>, IoError> {
        if self.is_compact() {
            return compact_file::read(self);
        }
        let precision = self.precision()?;
        let dtype = if precision == Precision::F64 { Dtype::F64 } else { Dtype::F32 };
        let features = self.tensor("patterns", dtype, 2)?.shape[1];
        let content = self.opened.tensors.remove("patterns").map(|held| held.content);
        let patterns = match content {
            Some(Content::Numbers(numbers)) => Patterns::new(numbers, features),
            Some(Content::Mapped(numbers)) => Patterns::shared(Arc::new(numbers), features),
            _ => return Err(self.wrong("patterns", "are no numbers")),
        };
        let patterns =
            patterns.map_err(|error| IoError::Patterns { name: self.name.to_owned(), error })?;
        Ok(Read { patterns, precision, residuals: None })
    }

    /// That of the patterns, which the field `dtype` must state.
    fn precision(&self) -> Result<Precision, IoError> {
        let held = self.opened.tensors.get("patterns").map(|held| held.dtype);
        let (stored, precision) = match held {
            Some(Dtype::F64) => ("f64", Precision::F64),
            Some(Dtype::F32) => ("f32", Precision::F32),
            Some(other) => {
                return Err(self.wrong("patterns", format!("holds {other}, not F32 or F64")));
            }
            None => return Err(self.wrong("patterns", "is missing")),
        };
        let stated = self.need("dtype")?;
        if stated == stored {
            return Ok(precision);
        }
        let stated = clip(stated);
        Err(self.wrong("dtype", format!("states {stated:?}, the patterns are {stored}")))
    }

    fn normalization(&self) -> Result<Normalization, IoError> {
        let kind: Normalize = self
            .need("normalize")?
            .parse()
            .map_err(|error| self.wrong("normalize", format!("{error}")))?;
        self.check_presence("mean", self.has("mean"), kind == Normalize::Center)?;
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
        let (bytes, _) = self.tensor("mean", Dtype::F64, 1)?.bytes().as_chunks();
        Ok(Normalization::Center { mean: bytes.iter().map(|x| f64::from_le_bytes(*x)).collect() })
    }

    fn threshold(&self) -> Result<Normalization, IoError> {
        let text = self.need("threshold")?;
        let threshold = text
            .parse()
            .map_err(|_| self.wrong("threshold", format!("{:?} is no number", clip(text))))?;
        Ok(Normalization::Sign { threshold })
    }

    /// The ids, where patterns were forgotten.
    fn with_ids(&self, memory: Memory<T>) -> Result<Memory<T>, IoError> {
        if !self.has("ids") {
            return match self.get("next_id") {
                None => Ok(memory),
                Some(_) => Err(self.wrong("ids", "are missing, next_id is there")),
            };
        }
        let (ids, _) = self.tensor("ids", Dtype::U64, 1)?.bytes().as_chunks();
        let ids = ids.iter().map(|bytes| MemoryId(u64::from_le_bytes(*bytes))).collect();
        let next = self.need("next_id")?;
        let no_id = |_| self.wrong("next_id", format!("{:?} is no id", clip(next)));
        let named = memory.with_ids(ids, next.parse().map_err(no_id)?);
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
            None => Err(self.wrong("image", format!("{:?} is not HEIGHTxWIDTH", clip(text)))),
        }
    }
}
