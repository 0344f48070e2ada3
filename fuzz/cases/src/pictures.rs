//! PNG with its checksums put right: else nearly everything would be refused for them.

use crate::arrays::signed;
use crate::reading::patterns;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A picture.
pub fn png(bytes: &[u8]) {
    patterns(&repaired(signed(SIGNATURE, bytes)));
}

/// Every chunk that lies within the bytes gets the checksum of what it holds.
fn repaired(mut bytes: Vec<u8>) -> Vec<u8> {
    let mut at = SIGNATURE.len();
    while let Some(length) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let end = at.saturating_add(8).saturating_add(u32::from_be_bytes(*length) as usize);
        let Some(content) = bytes.get(at + 4..end) else { break };
        let sum = crc32fast::hash(content).to_be_bytes();
        let Some(place) = bytes.get_mut(end..end + 4) else { break };
        place.copy_from_slice(&sum);
        at = end + 4;
    }
    bytes
}
