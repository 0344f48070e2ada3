//! Random numbers: one generator for every item of work, whoever does it and when.

use rand::SeedableRng;
use rand_pcg::Pcg64;

/// The name of the generator, as results state it.
pub const GENERATOR: &str = "rand_pcg::Pcg64, seeded by SplitMix64 from (seed, name, index)";

/// The generator of item `index` of the work called `name` in a run with this seed: the same three always give the
/// same numbers, and no two items share theirs.
///
/// ```
/// use attractor_lab::generator;
/// use rand::Rng;
/// assert_eq!(generator(1, "a", 0).next_u64(), generator(1, "a", 0).next_u64());
/// assert_ne!(generator(1, "a", 0).next_u64(), generator(1, "a", 1).next_u64());
/// ```
#[must_use]
pub fn generator(seed: u64, name: &str, index: u64) -> Pcg64 {
    let mut state = mix(seed) ^ mix(hash(name)).rotate_left(1) ^ mix(mix(index)).rotate_left(2);
    let mut bytes = [0; 32];
    for word in bytes.chunks_exact_mut(8) {
        state = state.wrapping_add(GOLDEN);
        word.copy_from_slice(&mix(state).to_le_bytes());
    }
    Pcg64::from_seed(bytes)
}

/// 2⁶⁴ over the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The output function of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014): a bijection that spreads every bit.
fn mix(state: u64) -> u64 {
    let mut z = state.wrapping_add(GOLDEN);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Fowler, Noll and Vo's hash, 1a, in 64 bits.
fn hash(name: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325;
    name.bytes().fold(start, |hash, b| (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;
    use std::collections::HashSet;

    #[test]
    fn no_two_items_share_their_numbers() {
        let mut seen = HashSet::new();
        for seed in 0..20 {
            for name in ["", "a", "b", "ab", "bit-error", "bit-error/2"] {
                for index in 0..50 {
                    assert!(seen.insert(generator(seed, name, index).next_u64()));
                }
            }
        }
    }

    #[test]
    fn the_numbers_stay_what_they_are() {
        assert_eq!(hash("a"), 0xaf63_dc4c_8601_ec8c); // published value
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf); // the first number of SplitMix64 from 0
    }
}
