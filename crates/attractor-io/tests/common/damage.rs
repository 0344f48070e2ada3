//! Files as they arrive: cut short, or with some bytes changed, lost or added.

use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// Sizes and counts that arithmetic does not survive unchecked.
const HOSTILE: [u64; 8] =
    [0, 1, 1 << 31, u32::MAX as u64, 1 << 32, 1 << 63, (1 << 63) - 1, u64::MAX];

/// Endless damage to a file, the same for the same seed.
pub(crate) struct Damage<'a> {
    file: &'a [u8],
    random: Pcg64,
}

impl<'a> Damage<'a> {
    pub(crate) fn new(file: &'a [u8], seed: u64) -> Self {
        Self { file, random: Pcg64::seed_from_u64(seed) }
    }
}

impl Iterator for Damage<'_> {
    type Item = Vec<u8>;

    /// The file with one to three things done to it.
    fn next(&mut self) -> Option<Vec<u8>> {
        let mut bytes = self.file.to_vec();
        for _ in 0..self.random.random_range(1..=3) {
            damage(&mut bytes, &mut self.random);
        }
        Some(bytes)
    }
}

fn damage(bytes: &mut Vec<u8>, random: &mut Pcg64) {
    if bytes.is_empty() {
        return bytes.push(random.random());
    }
    let at = random.random_range(0..bytes.len());
    let end = bytes.len().min(at + random.random_range(1..=16));
    match random.random_range(0..7) {
        0 => bytes[at] ^= 1 << random.random_range(0..8),
        1 => bytes[at] = random.random(),
        2 => bytes.insert(at, random.random()),
        3 => drop(bytes.drain(at..end)),
        4 => bytes.truncate(at),
        // a piece of the file comes twice
        5 => bytes.extend_from_within(at..end),
        _ => hostile(bytes, at, random),
    }
}

/// Four or eight bytes become a number, the small end first or last.
fn hostile(bytes: &mut [u8], at: usize, random: &mut impl Rng) {
    let number = HOSTILE[random.random_range(0..HOSTILE.len())];
    let word = match random.random_range(0..4) {
        0 => (number as u32).to_le_bytes().to_vec(),
        1 => (number as u32).to_be_bytes().to_vec(),
        2 => number.to_le_bytes().to_vec(),
        _ => number.to_be_bytes().to_vec(),
    };
    bytes[at..].iter_mut().zip(word).for_each(|(old, new)| *old = new);
}
