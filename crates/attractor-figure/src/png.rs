//! Images as `data:` addresses: PNG without compression, which needs no library.
//!
//! A PNG file is a signature and chunks; its pixels are a zlib stream, which may consist of stored
//! blocks (RFC 1950, RFC 1951 §3.2.4). For images of a few thousand pixels this is smaller than any SVG
//! element per pixel, and it is exact.

/// How the bytes of an image are to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Pixels<'a> {
    /// One byte per pixel, 0 black and 255 white.
    Grey,
    /// One byte per pixel, an index into these red, green and blue triples.
    Palette(&'a [[u8; 3]]),
}

/// The image as a `data:` address. `bytes` holds `height` rows of `width` pixels, top row first.
pub(crate) fn data_address(
    width: usize,
    height: usize,
    bytes: &[u8],
    pixels: Pixels<'_>,
) -> String {
    format!("data:image/png;base64,{}", base64(&encode(width, height, bytes, pixels)))
}

fn encode(width: usize, height: usize, bytes: &[u8], pixels: Pixels<'_>) -> Vec<u8> {
    let colour_type = match pixels {
        Pixels::Grey => 0,
        Pixels::Palette(_) => 3,
    };
    let mut header = Vec::with_capacity(13);
    header.extend_from_slice(&be32(width));
    header.extend_from_slice(&be32(height));
    header.extend_from_slice(&[8, colour_type, 0, 0, 0]);

    let mut file = vec![0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
    chunk(&mut file, *b"IHDR", &header);
    if let Pixels::Palette(palette) = pixels {
        chunk(&mut file, *b"PLTE", palette.as_flattened());
    }
    chunk(&mut file, *b"IDAT", &zlib_stored(&scan_lines(width, bytes)));
    chunk(&mut file, *b"IEND", &[]);
    file
}

/// Every row after the filter byte that says "as it is".
fn scan_lines(width: usize, bytes: &[u8]) -> Vec<u8> {
    bytes
        .chunks(width.max(1))
        .flat_map(|row| std::iter::once(0).chain(row.iter().copied()))
        .collect()
}

fn zlib_stored(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = data.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(blocks.peek().is_none()));
        out.extend_from_slice(&length.to_le_bytes());
        out.extend_from_slice(&(!length).to_le_bytes());
        out.extend_from_slice(block);
    }
    out.extend_from_slice(&adler32(data).to_be_bytes());
    out
}

fn chunk(file: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    file.extend_from_slice(&be32(data.len()));
    let start = file.len();
    file.extend_from_slice(&kind);
    file.extend_from_slice(data);
    let sum = crc32(&file[start..]);
    file.extend_from_slice(&sum.to_be_bytes());
}

fn be32(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes()
}

fn crc32(data: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !data.iter().fold(!0, |crc, &byte| (0..8).fold(crc ^ u32::from(byte), step))
}

fn adler32(data: &[u8]) -> u32 {
    let (a, b) = data.iter().fold((1_u32, 0_u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    (b << 16) | a
}

fn base64(data: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(data.len().div_ceil(3) * 4);
    for group in data.chunks(3) {
        let word =
            (0..3).fold(0_u32, |w, i| (w << 8) | u32::from(group.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * i)) as usize & 63];
            out.push(if i <= group.len() { char::from(digit) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_and_digits_agree_with_their_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
        assert_eq!(base64(b"Man"), "TWFu");
        assert_eq!(base64(b"Ma"), "TWE=");
        assert_eq!(base64(b"M"), "TQ==");
    }

    #[test]
    fn a_stream_longer_than_a_block_is_split() {
        let stream = zlib_stored(&vec![7; 0x1_0005]);
        assert_eq!(stream[2], 0, "the first block is not the last");
        assert_eq!(stream[2 + 5 + 0xffff], 1, "the second is");
        assert_eq!(stream.len(), 2 + 5 + 0xffff + 5 + 6 + 4);
    }
}
