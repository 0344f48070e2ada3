//! PNG: a picture is a pattern, its grey values from 0 to 255 (or 65535 at 16 bits) in rows.

use crate::array::Array;
use crate::limits::check_limit;
use crate::source::malformed;
use crate::{Format, IoError, Limits, Source};
use attractor_lagrangian::Real;
use png::{BitDepth, ColorType, Decoder, Transformations};
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// The picture in `bytes` as an array [1, height, width].
pub(crate) fn read<T: Real>(
    name: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<Array<T>, IoError> {
    check_chunks(name, bytes)?;
    let broken = |error| malformed(name, Format::Png, "picture", error);
    let allowance = limits.allowance(bytes.len());
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_limits(png::Limits { bytes: usize::try_from(allowance).unwrap_or(usize::MAX) });
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(broken)?;
    let size = reader.output_buffer_size().unwrap_or(usize::MAX);
    let pixels = u64::from(reader.info().width) * u64::from(reader.info().height);
    check_limit(name, "the picture", pixels, (limits.pixels, "pixels"))?;
    check_limit(name, "the inflated picture", size as u64, (allowance, "ratio"))?;
    limits.check_memory(name, pixels.saturating_mul(size_of::<T>() as u64))?;
    let mut pixels = vec![0; size];
    let frame = reader.next_frame(&mut pixels).map_err(broken)?;
    reader.finish().map_err(broken)?;
    pixels.truncate(frame.buffer_size());
    let data = luma(&pixels, frame.color_type, frame.bit_depth);
    Ok(Array { shape: vec![1, frame.height as usize, frame.width as usize], data })
}

/// Every `.png` of the folder in the order of their names, all of one size: [N, height, width].
pub(crate) fn read_folder<T: Real>(folder: &Path, limits: &Limits) -> Result<Array<T>, IoError> {
    let mut all: Option<Array<T>> = None;
    let pictures = pictures(folder)?;
    let name = || folder.display().to_string();
    check_limit(&name(), "the folder", pictures.len() as u64, (limits.members, "members"))?;
    for path in pictures {
        let source = Source::from(&*path).within(*limits);
        let name = source.to_string();
        let one = read::<T>(&name, &source.read_raw()?, limits)?;
        match &mut all {
            None => all = Some(one),
            Some(all) if all.shape[1..] == one.shape[1..] => {
                let numbers = (all.data.len() + one.data.len()) as u64;
                check_limit(&name, "the folder", numbers, (limits.elements, "elements"))?;
                limits.check_memory(&name, numbers.saturating_mul(size_of::<T>() as u64))?;
                all.shape[0] += 1;
                all.data.extend(one.data);
            }
            Some(all) => {
                let (expected, found) =
                    ((all.shape[1], all.shape[2]), (one.shape[1], one.shape[2]));
                return Err(IoError::ImageSize { name, expected, found });
            }
        }
    }
    all.ok_or_else(|| IoError::NoImages { name: folder.display().to_string() })
}

fn pictures(folder: &Path) -> Result<Vec<PathBuf>, IoError> {
    let failed = |error| IoError::Read { name: folder.display().to_string(), error };
    let entries: Result<Vec<_>, _> =
        fs::read_dir(folder).map_err(failed)?.map(|entry| entry.map(|e| e.path())).collect();
    let mut paths = entries.map_err(failed)?;
    let is_png = |path: &Path| path.extension().is_some_and(|e| e.eq_ignore_ascii_case("png"));
    paths.retain(|path| is_png(path) && path.is_file());
    paths.sort();
    Ok(paths)
}

/// Walks the chunks, which must end with IEND at the end of the bytes: the decoder itself is
/// content once it has all pixels.
fn check_chunks(name: &str, bytes: &[u8]) -> Result<(), IoError> {
    const SIGNATURE: usize = 8;
    const AROUND: usize = 12;
    let mut at = SIGNATURE;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = rest.first_chunk().map(|b| u32::from_be_bytes(*b) as usize);
        let end = length.and_then(|n| at.checked_add(n)?.checked_add(AROUND));
        let expected = end.unwrap_or(at.saturating_add(AROUND));
        if end.is_none() || expected > bytes.len() {
            let (name, found) = (name.to_owned(), bytes.len() as u64);
            let (format, expected) = (Format::Png, expected as u64);
            return Err(IoError::Truncated { name, format, place: "chunks", expected, found });
        }
        at = expected;
        if rest[4..8] == *b"IEND" {
            break;
        }
    }
    if at < bytes.len() {
        let (name, extra) = (name.to_owned(), (bytes.len() - at) as u64);
        return Err(IoError::Trailing { name, format: Format::Png, extra });
    }
    Ok(())
}

/// One grey value per pixel; transparency is ignored.
fn luma<T: Real>(pixels: &[u8], color: ColorType, depth: BitDepth) -> Vec<T> {
    let channels = color.samples();
    let values: Vec<u16> = match depth {
        BitDepth::Sixteen => pixels.as_chunks().0.iter().map(|b| u16::from_be_bytes(*b)).collect(),
        _ => pixels.iter().map(|b| u16::from(*b)).collect(),
    };
    values.chunks_exact(channels).map(|pixel| T::of(grey(pixel))).collect()
}

/// ITU-R BT.601, in whole thousandths so that grey stays exactly what it was.
fn grey(pixel: &[u16]) -> f64 {
    match *pixel {
        [red, green, blue, ..] => {
            let sum = 299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue);
            f64::from(sum) / 1000.0
        }
        [grey, ..] => f64::from(grey),
        [] => 0.0,
    }
}
