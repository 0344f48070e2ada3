//! One thread's share of the memories, sorted by what they can add.

use super::PackedSpins;
use super::strands::{STRANDS, count};
use attractor_synapse::Bits;
use std::ops::Range;

/// Places that are looked at together for one that is wanted: a whole number of strands.
const GLANCE: usize = 32;

/// Some memories, and where they stand.
#[derive(Debug)]
pub(super) struct Share {
    pub(super) memories: Range<usize>,
    /// The place in the order of sizes of every memory.
    places: Vec<u32>,
    /// How many memories have each place, and how many of each strand.
    pub(super) counts: Vec<u32>,
    strands: Vec<[u32; STRANDS]>,
    /// The memories of some places, place by place, and where the next one of each strand of a place goes.
    sorted: Vec<u32>,
    next: Vec<[u32; STRANDS]>,
    /// Σ over the memories that were taken of what those with the other sign take off σ_iA_i.
    pub(super) sums: Vec<f64>,
}

impl Share {
    pub(super) fn new(memories: Range<usize>, spins: &PackedSpins) -> Self {
        let (n, buckets) = (memories.len(), spins.signs().features() + 1);
        Self {
            places: vec![0; n],
            counts: vec![0; buckets],
            strands: vec![[0; STRANDS]; buckets],
            sorted: vec![0; n],
            next: vec![[0; STRANDS]; buckets],
            sums: vec![0.0; spins.signs().width() * 64],
            memories,
        }
    }

    /// Looks at all memories: where each stands.
    pub(super) fn look(&mut self, spins: &PackedSpins, state: &Bits) {
        spins.signs().distances(self.memories.clone(), state, &mut self.places);
        if let Some(places) = &spins.table.places {
            self.places.iter_mut().for_each(|c| *c = places[*c as usize]);
        }
        count(&self.places, &mut self.strands, &mut self.counts);
        self.sums.fill(0.0);
    }

    /// Sorts the memories of some places: a counting sort, 4 bytes written per memory.
    pub(super) fn sort(&mut self, places: &Range<usize>) {
        let mut end = 0;
        for place in places.clone() {
            for (next, count) in self.next[place].iter_mut().zip(self.strands[place]) {
                *next = end;
                end += count;
            }
        }
        let (chunks, rest) = self.places.as_chunks::<GLANCE>();
        let first = self.memories.start as u32;
        let mut sorting = Sorting {
            first: places.start as u32,
            count: places.len() as u32,
            all: *places == (0..self.counts.len()),
            next: &mut self.next,
            sorted: &mut self.sorted,
        };
        for (chunk, memory) in chunks.iter().zip((first..).step_by(GLANCE)) {
            sorting.put(chunk, memory);
        }
        sorting.put(rest, first + (self.places.len() - rest.len()) as u32);
    }

    /// The memories of a place that were sorted.
    pub(super) fn at(&self, place: usize) -> &[u32] {
        let end = self.next[place][STRANDS - 1] as usize;
        &self.sorted[end - self.counts[place] as usize..end]
    }

    /// Sorts the memories of some places and adds what they take off; `least` is the smallest distance.
    pub(super) fn take(
        &mut self,
        spins: &PackedSpins,
        state: &Bits,
        places: &Range<usize>,
        least: usize,
    ) {
        self.sort(places);
        let mut sums = std::mem::take(&mut self.sums);
        for place in places.clone().filter(|&place| self.counts[place] > 0) {
            let entry = spins.table.entry(spins.table.order[place] as usize, least);
            spins.signs().add_votes(self.at(place), state, spins.table.both[entry], &mut sums);
        }
        self.sums = sums;
    }
}

/// A counting sort on its way.
struct Sorting<'a> {
    /// The places that are wanted.
    first: u32,
    count: u32,
    all: bool,
    next: &'a mut [[u32; STRANDS]],
    sorted: &'a mut [u32],
}

impl Sorting<'_> {
    /// Puts those of some memories in a row where they belong that have a place that is wanted.
    #[inline(always)]
    fn put(&mut self, places: &[u32], memory: u32) {
        let wanted = |place: u32| place.wrapping_sub(self.first) < self.count;
        if !self.all && !places.iter().fold(false, |any, &place| any | wanted(place)) {
            return;
        }
        for (at, &place) in places.iter().enumerate() {
            if self.all || wanted(place) {
                let next = &mut self.next[place as usize][at % STRANDS];
                self.sorted[*next as usize] = memory + at as u32;
                *next += 1;
            }
        }
    }
}
