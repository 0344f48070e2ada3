//! For each sign of a state: how many of some memories differ from it there.
//!
//! Counting one by one takes an addition per bit. Here 256 features are counted side by side: a full adder
//! takes three bits of one weight to a sum and a carry in five instructions, so that the counters of all
//! features stand in a few words each, one bit of every counter in the same word (bit-sliced, or vertical,
//! counters; Harley & Seal's carry-save tree as described by Muła, Kurz & Lemire, arXiv 1611.07612).

use crate::{Bits, Signs};
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// Numbers per word.
const WORD: usize = u64::BITS as usize;
/// Bits of a counter: as many memories as a `u32` numbers.
const PLANES: usize = u32::BITS as usize + 1;
/// Memories that one carry-save tree takes.
const TREE: usize = 8;
/// Blocks of words whose counters are kept together, so that a memory is fetched once for all of them.
const BLOCKS: usize = 8;

/// The counters of B blocks of C words, plane by plane.
type Planes<const C: usize, const B: usize> = [[[u64; C]; B]; PLANES];

impl Signs {
    /// Adds `weight` to `sums[i]` for each of the memories that differs from the state in sign i; their
    /// number is counted exactly, and enters with one multiplication and one addition. Five
    /// instructions for every 256 signs, and nothing allocated.
    ///
    /// # Panics
    /// If there is no such memory, and unless the state has d signs and `sums` 64 places for each of its
    /// words.
    #[track_caller]
    pub fn add_votes(&self, memories: &[u32], state: &Bits, weight: f64, sums: &mut [f64]) {
        let width = self.width();
        assert_eq!(state.features(), self.features(), "signs of the state");
        assert_eq!(sums.len(), width * WORD, "places for sums");
        let rows = Rows { words: self.words(), width, memories };
        pulp::Arch::new().dispatch(Add { rows, state: state.words(), weight, sums });
    }

    /// How many of the memories differ from the state in each of the 64 signs of one of its words.
    ///
    /// # Panics
    /// If there is no such memory or word.
    #[track_caller]
    pub fn votes(&self, memories: &[u32], state: &Bits, word: usize) -> [u32; WORD] {
        assert!(word < self.width(), "word {word} of {}", self.width());
        let rows = Rows { words: self.words(), width: self.width(), memories };
        let mut planes = [[[0]; 1]; PLANES];
        let levels = rows.count(word, &state.words()[word..=word], &mut planes);
        counters(&planes[..levels], 0, 0)
    }
}

/// [`Signs::add_votes`] for the instruction set at hand. A closure would be compiled for the least one.
struct Add<'a> {
    rows: Rows<'a>,
    state: &'a [u64],
    weight: f64,
    sums: &'a mut [f64],
}

impl WithSimd for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { rows, state, weight, sums } = self;
        let (width, even) = (rows.width, rows.width / 4 * 4);
        for first in (0..even).step_by(4 * BLOCKS) {
            rows.add::<4>(first..even.min(first + 4 * BLOCKS), state, weight, sums);
        }
        match width - even {
            3 => rows.add_beside::<3, 3>(even, state, weight, sums),
            2 => rows.add_beside::<2, 4>(even, state, weight, sums),
            1 => rows.add_beside::<1, 4>(even, state, weight, sums),
            _ => {}
        }
    }
}

/// Some memories.
struct Rows<'a> {
    words: &'a [u64],
    width: usize,
    memories: &'a [u32],
}

impl Rows<'_> {
    #[inline(always)]
    fn add<const C: usize>(
        &self,
        columns: Range<usize>,
        state: &[u64],
        weight: f64,
        sums: &mut [f64],
    ) {
        let mut planes: Planes<C, BLOCKS> = [[[0; C]; BLOCKS]; PLANES];
        let levels = self.count(columns.start, &state[columns.clone()], &mut planes);
        let (sums, _) = sums[columns.start * WORD..columns.end * WORD].as_chunks_mut::<WORD>();
        for (word, sums) in sums.iter_mut().enumerate() {
            add_weighed(sums, counters(&planes[..levels], word / C, word % C), weight);
        }
    }

    /// The last C words of every memory, those of W / C memories side by side.
    #[inline(always)]
    fn add_beside<const C: usize, const W: usize>(
        &self,
        column: usize,
        state: &[u64],
        weight: f64,
        sums: &mut [f64],
    ) {
        let mut planes: Planes<W, 1> = [[[0; W]; 1]; PLANES];
        let levels = self.count_beside::<C, W>(column, &state[column..], &mut planes);
        let (sums, _) = sums[column * WORD..].as_chunks_mut::<WORD>();
        for (word, sums) in sums.iter_mut().enumerate() {
            add_weighed(sums, counters(&planes[..levels], 0, word), weight);
        }
    }

    /// The counters of the last C words, in the lowest lane; returns how many planes are in use.
    #[inline(always)]
    fn count_beside<const C: usize, const W: usize>(
        &self,
        column: usize,
        state: &[u64],
        planes: &mut Planes<W, 1>,
    ) -> usize {
        let state: &[u64; C] = &state.as_chunks().0[0];
        let levels = (usize::BITS - self.memories.len().leading_zeros()) as usize;
        let used = &mut planes[..levels.max(3)];
        let row = |memory: u32| -> &[u64; C] {
            if self.width == C {
                &self.words.as_chunks().0[memory as usize]
            } else {
                &self.words[memory as usize * self.width + column..].as_chunks().0[0]
            }
        };
        let mut trees = self.memories.chunks_exact(TREE * (W / C));
        for tree in &mut trees {
            grow(&beside::<C, W>(tree, row, state), used, 0);
        }
        grow(&beside::<C, W>(trees.remainder(), row, state), used, 0);
        for lane in 1..W / C {
            gather_lane::<C, W>(used, lane);
        }
        levels
    }

    /// The counters of the features of some words, whole blocks of C; returns how many planes are in use.
    #[inline(always)]
    fn count<const C: usize, const B: usize>(
        &self,
        column: usize,
        state: &[u64],
        planes: &mut Planes<C, B>,
    ) -> usize {
        let levels = (usize::BITS - self.memories.len().leading_zeros()) as usize;
        let used = &mut planes[..levels.max(3)];
        // loops instead of closures: those do not take over the instruction set they are called under
        for tree in self.memories.chunks(TREE) {
            // the state differs from itself nowhere
            let mut rows = [state; TREE];
            for (row, &memory) in rows.iter_mut().zip(tree) {
                *row = &self.words[memory as usize * self.width + column..][..state.len()];
            }
            plant(&rows, state, used);
        }
        levels
    }
}

/// One carry-save tree of eight memories onto the counters of all blocks.
#[inline(always)]
fn plant<const C: usize, const B: usize>(
    rows: &[&[u64]; TREE],
    state: &[u64],
    planes: &mut [[[u64; C]; B]],
) {
    for (block, state) in state.as_chunks::<C>().0.iter().enumerate().take(B) {
        let mut differ = [*state; TREE];
        for (differ, row) in differ.iter_mut().zip(rows) {
            let row = &row[block * C..][..C];
            for c in 0..C {
                differ[c] ^= row[c];
            }
        }
        grow(&differ, planes, block);
    }
}

/// Where the words of some memories, no more than have room, differ from the state.
#[inline(always)]
fn beside<'a, const C: usize, const W: usize>(
    memories: &[u32],
    row: impl Fn(u32) -> &'a [u64; C],
    state: &[u64; C],
) -> [[u64; W]; TREE] {
    let mut differ = [[0; W]; TREE];
    for (differ, memories) in differ.iter_mut().zip(memories.chunks(W / C)) {
        for (differ, &memory) in differ.as_chunks_mut::<C>().0.iter_mut().zip(memories) {
            let row = row(memory);
            for c in 0..C {
                differ[c] = row[c] ^ state[c];
            }
        }
    }
    differ
}

/// Eight bits per feature onto the counters of a block.
#[inline(always)]
fn grow<const C: usize, const B: usize>(
    differ: &[[u64; C]; TREE],
    planes: &mut [[[u64; C]; B]],
    block: usize,
) {
    let [mut ones, mut twos, mut fours] = [planes[0][block], planes[1][block], planes[2][block]];
    let eights = add(differ, &mut ones, &mut twos, &mut fours);
    (planes[0][block], planes[1][block], planes[2][block]) = (ones, twos, fours);
    carry(eights, &mut planes[3..], block);
}

/// Adds the counters of one lane of C words to those of the lowest.
#[inline(always)]
fn gather_lane<const C: usize, const W: usize>(planes: &mut [[[u64; W]; 1]], lane: usize) {
    let mut carries = [0; C];
    for plane in planes {
        let [words] = plane;
        for (c, carried) in carries.iter_mut().enumerate() {
            let more = words[lane * C + c];
            let either = words[c] ^ more;
            (words[c], *carried) = (either ^ *carried, (words[c] & more) | (either & *carried));
        }
    }
}

/// Eight bits per feature onto counters; returns the carry into the plane of eights.
#[inline(always)]
fn add<const C: usize>(
    x: &[[u64; C]; TREE],
    ones: &mut [u64; C],
    twos: &mut [u64; C],
    fours: &mut [u64; C],
) -> [u64; C] {
    let mut carries = [[0; C]; 2];
    for (half, carried) in carries.iter_mut().enumerate() {
        let low = full(ones, x[4 * half], x[4 * half + 1]);
        let high = full(ones, x[4 * half + 2], x[4 * half + 3]);
        *carried = full(twos, low, high);
    }
    full(fours, carries[0], carries[1])
}

/// The full adder: the sum stays, the carry is returned.
#[inline(always)]
fn full<const C: usize>(sum: &mut [u64; C], a: [u64; C], b: [u64; C]) -> [u64; C] {
    let mut carry = [0; C];
    for c in 0..C {
        let either = sum[c] ^ a[c];
        carry[c] = (sum[c] & a[c]) | (either & b[c]);
        sum[c] = either ^ b[c];
    }
    carry
}

/// One more bit for every counter of a block, from the lowest of these planes upwards.
#[inline(always)]
fn carry<const C: usize, const B: usize>(
    mut bits: [u64; C],
    planes: &mut [[[u64; C]; B]],
    block: usize,
) {
    for plane in planes {
        for c in 0..C {
            let both = plane[block][c] & bits[c];
            plane[block][c] ^= bits[c];
            bits[c] = both;
        }
    }
}

#[inline(always)]
fn add_weighed(sums: &mut [f64; WORD], counted: [u32; WORD], weight: f64) {
    for (sum, count) in sums.iter_mut().zip(counted) {
        *sum += weight * f64::from(count);
    }
}

/// The counters of the features of word c of a block, one number each.
#[inline(always)]
fn counters<const C: usize, const B: usize>(
    planes: &[[[u64; C]; B]],
    block: usize,
    c: usize,
) -> [u32; WORD] {
    let mut counts = [0; WORD];
    for (level, plane) in planes.iter().enumerate() {
        let word = plane[block][c];
        let halves = [word as u32, (word >> 32) as u32];
        for (counts, half) in counts.as_chunks_mut::<32>().0.iter_mut().zip(halves) {
            for (at, count) in counts.iter_mut().enumerate() {
                *count += (half >> at & 1) << level;
            }
        }
    }
    counts
}
