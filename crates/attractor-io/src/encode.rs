//! Rows of numbers as the bytes of a file.

use crate::output::is_stdout;
use crate::{IoError, npy};
use attractor_lagrangian::Real;
use png::{BitDepth, ColorType, Encoder};
use std::fmt::Write;
use std::path::Path;

/// The kinds of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OutputKind {
    /// numpy's format: an array [N, features] of `<f4` or `<f8` in C order.
    Npy,
    /// A row on each line; every number in the fewest digits that read back as the same number.
    Csv,
    /// A grey picture of all rows.
    Png,
}

impl OutputKind {
    /// The kind that the ending of a path asks for; npy for standard output.
    ///
    /// # Errors
    /// [`IoError::Extension`] for any other ending.
    pub fn from_path(path: &Path) -> Result<Self, IoError> {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("npy") => Ok(Self::Npy),
            Some("csv") => Ok(Self::Csv),
            Some("png") => Ok(Self::Png),
            None if is_stdout(path) || path.starts_with("/dev") => Ok(Self::Npy),
            _ => Err(IoError::Extension { name: path.display().to_string() }),
        }
    }
}

/// `rows`, of `features` numbers each, as the bytes of a file of this kind.
///
/// In a picture every row is scaled to its own range, smallest black and largest white; rows that
/// are images of `image` = (height, width) pixels stand in a grid about as wide as high, others
/// are one line of pixels each. Numbers that are not finite are written as they are, and black in
/// a picture.
///
/// # Errors
/// [`IoError::Picture`] for a picture beyond the format's size.
///
/// # Panics
/// If `rows` is empty or no multiple of `features`, or an image has another number of pixels.
#[track_caller]
pub fn encode_rows<T: Real>(
    kind: OutputKind,
    rows: &[T],
    features: usize,
    image: Option<(usize, usize)>,
) -> Result<Vec<u8>, IoError> {
    assert!(
        features > 0 && !rows.is_empty() && rows.len().is_multiple_of(features),
        "{} numbers are not rows of {features}",
        rows.len()
    );
    match kind {
        OutputKind::Npy => Ok(npy::write(rows, &[rows.len() / features, features])),
        OutputKind::Csv => Ok(csv(rows, features)),
        OutputKind::Png => picture(rows, features, image),
    }
}

fn csv<T: Real>(rows: &[T], features: usize) -> Vec<u8> {
    let mut text = String::new();
    for row in rows.chunks_exact(features) {
        for (column, x) in row.iter().enumerate() {
            let comma = if column == 0 { "" } else { "," };
            write!(text, "{comma}{x:?}").unwrap_or_else(|_| unreachable!("a String takes all"));
        }
        text.push('\n');
    }
    text.into_bytes()
}

#[track_caller]
fn picture<T: Real>(
    rows: &[T],
    features: usize,
    image: Option<(usize, usize)>,
) -> Result<Vec<u8>, IoError> {
    let (height, width) = image.unwrap_or((1, features));
    assert_eq!(height * width, features, "images of {height} x {width} pixels");
    let count = rows.len() / features;
    let across = if image.is_some() { count.isqrt().max(1) } else { 1 };
    let (tall, wide) = (count.div_ceil(across) * height, across * width);
    let mut pixels = vec![0u8; tall * wide];
    for (index, row) in rows.chunks_exact(features).enumerate() {
        let corner = index / across * height * wide + index % across * width;
        for (line, values) in greys(row).chunks_exact(width).enumerate() {
            pixels[corner + line * wide..][..width].copy_from_slice(values);
        }
    }
    png_bytes(&pixels, tall, wide)
}

/// The numbers of one row from 0, its smallest, to 255, its largest.
fn greys<T: Real>(row: &[T]) -> Vec<u8> {
    let finite = || row.iter().map(|x| x.f64()).filter(|x| x.is_finite());
    let low = finite().fold(f64::INFINITY, f64::min);
    let high = finite().fold(f64::NEG_INFINITY, f64::max);
    // halves, so that the range of huge numbers does not overflow
    let range = high / 2.0 - low / 2.0;
    let share = |x: f64| if range > 0.0 { (x / 2.0 - low / 2.0) / range } else { 0.0 };
    row.iter()
        .map(|x| if x.is_finite() { (share(x.f64()) * 255.0).round() as u8 } else { 0 })
        .collect()
}

fn png_bytes(pixels: &[u8], height: usize, width: usize) -> Result<Vec<u8>, IoError> {
    let too_large = || IoError::Picture { name: "png".to_owned(), height, width };
    let side = |n: usize| u32::try_from(n).ok().filter(|n| *n <= i32::MAX as u32);
    let (w, h) = (side(width).ok_or_else(too_large)?, side(height).ok_or_else(too_large)?);
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, w, h);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(pixels)?;
        writer.finish()
    });
    written.map_err(|_| too_large())?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_follows_from_the_ending() {
        let kind = |path: &str| OutputKind::from_path(Path::new(path));
        assert_eq!(kind("a/b.NPY").unwrap(), OutputKind::Npy);
        assert_eq!(kind("b.csv").unwrap(), OutputKind::Csv);
        assert_eq!(kind("b.png").unwrap(), OutputKind::Png);
        assert_eq!(kind("-").unwrap(), OutputKind::Npy);
        assert_eq!(kind("/dev/null").unwrap(), OutputKind::Npy);
        let message = kind("b.txt").unwrap_err().to_string();
        assert!(message.contains("b.txt") && message.contains(".npy, .csv or .png"), "{message}");
    }

    #[test]
    fn csv_is_the_shortest_that_reads_back() {
        let bytes = encode_rows(OutputKind::Csv, &[0.1f32, 1e-30, -2.0, 3.0], 2, None).unwrap();
        assert_eq!(bytes, b"0.1,1e-30\n-2.0,3.0\n");
    }

    #[test]
    fn every_row_has_its_own_greys() {
        assert_eq!(greys(&[-1.0f64, 0.0, 1.0]), [0, 128, 255]);
        assert_eq!(greys(&[f64::MAX, f64::MIN, f64::NAN]), [255, 0, 0]);
        assert_eq!(greys(&[5.0f32, 5.0]), [0, 0]);
    }

    #[test]
    #[should_panic(expected = "5 numbers are not rows of 2")]
    fn rows_must_be_whole() {
        let _ = encode_rows(OutputKind::Csv, &[0.0f32; 5], 2, None);
    }
}
