//! Memories into files. The byte layout is documented at the crate root.

use crate::compact_file::{self, Stored};
use crate::element::encode;
use crate::header::{
    COMPACT_VERSION, Data, FEATURES, FORMAT, Fields, Tensor, VERSION, checksum, write,
};
use crate::limits::check_limit;
use crate::lock::lock;
use crate::output::write_with;
use crate::system::{Real as Reality, System};
use crate::{IoError, Limits, Memory, Overwrite};
use attractor_lagrangian::Real;
use attractor_synapse::{Element as Scalar, Normalization, Precision};
use std::path::Path;
use std::time::Duration;

/// How long [`save_memory`] and [`save_memory_as`] wait for another writer of the file that they replace.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Writes a memory to a file, whole or not at all, in the precision that it has.
///
/// The same memory gives the same bytes. It takes two passes over the numbers, one for the checksum, and no copy of
/// them. A file that is there is replaced only when no other writer has it, see [`update_memory`](crate::update_memory).
///
/// # Errors
/// As [`write_output`](crate::write_output), [`IoError::Locked`] after [`PATIENCE`], and [`IoError::TooLarge`] for
/// labels beyond the limit of the header.
pub fn save_memory<T: Scalar>(
    path: &Path,
    memory: &Memory<T>,
    overwrite: Overwrite,
) -> Result<(), IoError> {
    let own = if T::NAME == "f32" { Precision::F32 } else { Precision::F64 };
    save_memory_as(path, memory, own, overwrite)
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
    let _lock = match overwrite {
        Overwrite::Replace => lock(path, PATIENCE, &Reality)?,
        Overwrite::Refuse => None,
    };
    save(path, memory, precision, overwrite, &Reality)
}

/// Writes without a lock of its own.
pub(crate) fn save<T: Scalar>(
    path: &Path,
    memory: &Memory<T>,
    precision: Precision,
    overwrite: Overwrite,
    system: &dyn System,
) -> Result<(), IoError> {
    let name = path.display().to_string();
    let beyond = |error| IoError::Memory { name: name.clone(), error };
    let output = Output { path, overwrite, system };
    match (precision, T::NAME) {
        (Precision::F64, "f64") | (Precision::F32, "f32") => output.numbers(memory),
        (Precision::F64, _) => output.numbers(&memory.cast::<f64>().map_err(beyond)?),
        (Precision::F32, _) => output.numbers(&memory.cast::<f32>().map_err(beyond)?),
        (small, _) => {
            let stored = compact_file::stored(&name, memory, small)?;
            output.write(memory, &stored, &stored.data)
        }
    }
}

/// Where a memory goes.
struct Output<'a> {
    path: &'a Path,
    overwrite: Overwrite,
    system: &'a dyn System,
}

impl Output<'_> {
    /// The numbers as they are.
    fn numbers<T: Real>(&self, memory: &Memory<T>) -> Result<(), IoError> {
        let stored = Stored {
            version: VERSION,
            dtype: T::NAME,
            tensor: if T::NAME == "f32" { "F32" } else { "F64" },
            width: memory.patterns().features(),
            ..Stored::default()
        };
        self.write(memory, &stored, &memory.patterns().as_slice())
    }

    /// The file of a memory whose numbers are stored like this.
    fn write<T: Real>(
        &self,
        memory: &Memory<T>,
        stored: &Stored,
        data: &dyn Data,
    ) -> Result<(), IoError> {
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
        tensors.push(Tensor { name: "patterns", dtype: stored.tensor, shape: &shape, data });
        for (name, data) in [("residuals", &stored.residuals), ("scales", &stored.scales)] {
            if !data.is_empty() {
                tensors.push(Tensor { name, dtype: "F32", shape: &count, data });
            }
        }
        self.file(fields(memory, stored), &tensors)
    }

    fn file(&self, mut fields: Fields, tensors: &[Tensor<'_>]) -> Result<(), IoError> {
        let name = || self.path.display().to_string();
        let stated: usize = fields.values().map(String::len).sum();
        let limit = (Limits::default().header / 2, "header");
        check_limit(&name(), "the header with its labels", stated as u64, limit)?;
        let sum = checksum(&fields, tensors);
        let sum = sum.map_err(|error| IoError::Write { name: name(), error })?;
        fields.insert("checksum".to_owned(), sum);
        write_with(self.path, self.overwrite, self.system, &mut |writer| {
            write(&fields, tensors, writer)
        })
    }
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
