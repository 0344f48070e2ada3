//! A memory file with the checksum that its content asks for, computed as the format's documentation says and not by
//! the library's own code.

use serde_json::{Map, Value};
use std::fmt::Write;

/// The file with its checksum put right; `None` for what has no header to put it into.
pub(crate) fn repaired(bytes: &[u8]) -> Option<Vec<u8>> {
    let length = usize::try_from(u64::from_le_bytes(*bytes.first_chunk()?)).ok()?;
    let end = length.checked_add(8)?;
    let mut header: Map<String, Value> = serde_json::from_slice(bytes.get(8..end)?).ok()?;
    let sum = checksum(&header, bytes.get(end..)?)?;
    let fields = header.get_mut("__metadata__")?.as_object_mut()?;
    fields.insert("checksum".to_owned(), Value::String(sum));
    let mut text = Value::Object(header).to_string();
    text.extend(std::iter::repeat_n(' ', text.len().next_multiple_of(8) - text.len()));
    Some([&(text.len() as u64).to_le_bytes(), text.as_bytes(), &bytes[end..]].concat())
}

/// CRC-32 over parts that end in a zero byte: the fields by key, then the tensors by name.
fn checksum(header: &Map<String, Value>, data: &[u8]) -> Option<String> {
    let mut all = Vec::new();
    let mut part = |bytes: &[u8]| {
        all.extend_from_slice(bytes);
        all.push(0);
    };
    let fields = header.get("__metadata__")?.as_object()?;
    for (key, value) in fields.iter().filter(|(key, _)| *key != "checksum") {
        part(key.as_bytes());
        part(value.as_str()?.as_bytes());
    }
    for (name, tensor) in header.iter().filter(|(name, _)| *name != "__metadata__") {
        part(name.as_bytes());
        part(tensor.get("dtype")?.as_str()?.as_bytes());
        part(shape(tensor)?.as_bytes());
        let offset =
            |at: usize| usize::try_from(tensor.get("data_offsets")?.get(at)?.as_u64()?).ok();
        part(data.get(offset(0)?..offset(1)?)?);
    }
    Some(format!("{:08x}", crc32fast::hash(&all)))
}

/// The sizes with commas between.
fn shape(tensor: &Value) -> Option<String> {
    let mut text = String::new();
    for (at, size) in tensor.get("shape")?.as_array()?.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        write!(text, "{comma}{}", size.as_u64()?).ok()?;
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::repaired;
    use crate::reading::source;
    use attractor_io::{Memory, Overwrite, Source, load_memory, read_whole, save_memory};
    use attractor_synapse::{Normalization, Patterns};

    fn file() -> Vec<u8> {
        let patterns = Patterns::from_rows(&[[1.0f64, 2.0], [3.0, 4.0]]).unwrap();
        let center = Normalization::Center { mean: vec![0.5, 0.25] };
        let labels = Some(vec!["a".to_owned(), "b".to_owned()]);
        let memory = Memory::new(patterns, center, labels, Some((1, 2))).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m");
        save_memory(&path, &memory, Overwrite::Refuse).unwrap();
        read_whole(&Source::from(&*path)).unwrap()
    }

    #[test]
    fn a_good_file_stays_and_a_damaged_one_is_put_right() {
        let good = file();
        assert_eq!(repaired(&good).as_ref(), Some(&good));
        let mut bad = good;
        *bad.last_mut().unwrap() ^= 1;
        assert!(load_memory::<f64>(&source(&bad)).is_err());
        assert!(load_memory::<f64>(&source(&repaired(&bad).unwrap())).is_ok());
    }
}
