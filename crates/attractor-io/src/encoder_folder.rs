//! The folder of a transformer encoder: `config.json` and the weights.

use crate::{EncoderConfig, IoError, NamedTensors, Source, read_tensors};
use attractor_lagrangian::Real;
use std::fs;
use std::path::{Path, PathBuf};

/// An encoder as its folder has it; whether the tensors are those that it needs is for the encoder to say.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EncoderFolder<T> {
    /// What `config.json` says.
    pub config: EncoderConfig,
    /// The weights.
    pub tensors: NamedTensors<T>,
}

/// Reads `config.json` and `model.safetensors` of a folder, or the one file that ends in `.safetensors`
/// where none has that name; within the usual [`Limits`](crate::Limits).
///
/// # Errors
/// As [`EncoderConfig::parse`] and [`read_tensors`]; [`IoError::Weights`] for a folder without weights, or
/// with several files of them.
pub fn read_encoder_folder<T: Real>(folder: &Path) -> Result<EncoderFolder<T>, IoError> {
    let path = folder.join("config.json");
    let config = EncoderConfig::parse(&path.display().to_string(), &read_text(&path)?)?;
    let tensors = read_tensors(&Source::from(&*weights(folder)?))?;
    Ok(EncoderFolder { config, tensors })
}

/// A file that must be UTF-8.
pub(crate) fn read_text(path: &Path) -> Result<String, IoError> {
    let bytes = Source::from(path).read()?;
    String::from_utf8(bytes).map_err(|error| {
        let place = format!("is not UTF-8 at byte {}", error.utf8_error().valid_up_to());
        IoError::Json { name: path.display().to_string(), problem: place }
    })
}

fn weights(folder: &Path) -> Result<PathBuf, IoError> {
    let usual = folder.join("model.safetensors");
    if usual.exists() {
        return Ok(usual);
    }
    let name = folder.display().to_string();
    let failed = |error| IoError::Read { name: name.clone(), error };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "safetensors") {
            found.push(path);
        }
    }
    match (found.pop(), found.len()) {
        (Some(only), 0) => Ok(only),
        (last, others) => {
            Err(IoError::Weights { name, found: others + usize::from(last.is_some()) })
        }
    }
}
