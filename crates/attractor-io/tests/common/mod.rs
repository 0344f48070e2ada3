//! Files for the tests, written by other hands than the crate's own where there are any.
#![expect(dead_code, reason = "each test binary uses its share")]

pub(crate) mod damage;
pub(crate) mod valid;

use attractor_io::{IoError, Loaded, ReadOptions, Source, read_patterns};
use npyz::WriterBuilder;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

pub(crate) struct Scratch(TempDir);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }
}

pub(crate) fn read(path: &Path) -> Result<Loaded<f64>, IoError> {
    read_patterns(&Source::from(path), &ReadOptions::default())
}

pub(crate) fn read_array(path: &Path, array: &str) -> Result<Loaded<f64>, IoError> {
    let options = ReadOptions { array: Some(array.to_owned()) };
    read_patterns(&Source::from(path), &options)
}

/// The message, which must contain the file's name and all of `parts`.
pub(crate) fn assert_says(path: &Path, error: &IoError, parts: &[&str]) {
    let message = error.to_string();
    assert!(message.contains(&path.display().to_string()), "{message}");
    for part in parts {
        assert!(message.contains(part), "{part:?} is not in: {message}");
    }
}

pub(crate) fn npy<T: npyz::Serialize + Copy>(
    numbers: &[T],
    shape: &[u64],
    descr: &str,
    order: npyz::Order,
) -> Vec<u8> {
    let mut out = Vec::new();
    let dtype = npyz::DType::new_scalar(descr.parse().unwrap());
    let mut writer = npyz::WriteOptions::new()
        .dtype(dtype)
        .shape(shape)
        .order(order)
        .writer(&mut out)
        .begin_nd()
        .unwrap();
    writer.extend(numbers.iter().copied()).unwrap();
    writer.finish().unwrap();
    out
}

pub(crate) fn npy_f64(numbers: &[f64], shape: &[u64]) -> Vec<u8> {
    npy(numbers, shape, "<f8", npyz::Order::C)
}

pub(crate) fn zipped(members: &[(&str, Vec<u8>)], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = SimpleFileOptions::default().compression_method(method);
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub(crate) fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

pub(crate) fn idx(kind: u8, sizes: &[u32], numbers: &[u8]) -> Vec<u8> {
    let mut out = vec![0, 0, kind, sizes.len() as u8];
    sizes.iter().for_each(|n| out.extend_from_slice(&n.to_be_bytes()));
    out.extend_from_slice(numbers);
    out
}

pub(crate) fn png(
    width: u32,
    height: u32,
    color: png::ColorType,
    depth: png::BitDepth,
    palette: Option<&[u8]>,
    data: &[u8],
) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width, height);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if let Some(palette) = palette {
        encoder.set_palette(palette.to_vec());
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(data).unwrap();
    writer.finish().unwrap();
    out
}

pub(crate) fn grey(width: u32, height: u32, data: &[u8]) -> Vec<u8> {
    png(width, height, png::ColorType::Grayscale, png::BitDepth::Eight, None, data)
}

/// A safetensors file from its header's text and its data.
pub(crate) fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
    let mut out = (header.len() as u64).to_le_bytes().to_vec();
    out.extend_from_slice(header.as_bytes());
    out.extend_from_slice(data);
    out
}
