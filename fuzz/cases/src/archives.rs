//! Compressed bytes: zip and gzip.

use crate::reading::patterns;
use flate2::bufread::DeflateDecoder;
use std::io::{Cursor, Read, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// An archive of arrays. What is no archive is put into one: all of it as one array, its halves as two more.
pub fn npz(bytes: &[u8]) {
    if bytes.starts_with(b"PK") {
        return patterns(bytes);
    }
    let (first, second) = bytes.split_at(bytes.len() / 2);
    patterns(&archive(&[("a", bytes)]));
    patterns(&archive(&[("a", first), ("b", second)]));
}

/// Something gzipped. What has no gzip header is taken for the compressed part, and gets header and checksum.
pub fn gzip(bytes: &[u8]) {
    match bytes.starts_with(&[0x1f, 0x8b]) {
        true => patterns(bytes),
        false => patterns(&framed(bytes)),
    }
}

fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options =
            SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        let begun = zip.start_file(format!("{name}.npy"), options);
        let written = begun.map(|()| zip.write_all(bytes));
        assert!(matches!(written, Ok(Ok(()))), "an archive in memory is written");
    }
    zip.finish().map(Cursor::into_inner).unwrap_or_default()
}

/// The deflated bytes between a header and the checksum of what they inflate to, as far as they do.
fn framed(deflated: &[u8]) -> Vec<u8> {
    const MOST: u64 = 1 << 16;
    let mut decoder = DeflateDecoder::new(deflated);
    let mut inflated = Vec::new();
    // what is broken stays broken: that is a case as well
    let _end = (&mut decoder).take(MOST).read_to_end(&mut inflated);
    let used = decoder.total_in() as usize;
    let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    let (sum, length) = (crc32fast::hash(&inflated), inflated.len() as u32);
    let body = &deflated[..used.min(deflated.len())];
    [&header, body, &sum.to_le_bytes(), &length.to_le_bytes()].concat()
}
