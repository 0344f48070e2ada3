//! One thread's share of the memories, sorted by what they can add.

use super::PackedSpins;
use attractor_synapse::Bits;
use std::ops::Range;

/// Places that are looked at together for one that is wanted.
const GLANCE: usize = 32;

/// Some memories, and where they stand.
#[derive(Debug)]
pub(super) struct Share {
    pub(super) memories: Range<usize>,
    /// The place in the order of sizes of every memory.
    places: Vec<u32>,
    /// How many memories have each place.
    pub(super) counts: Vec<u32>,
    /// The memories of some places, place by place, and where the next one of a place goes.
    sorted: Vec<u32>,
    next: Vec<u32>,
    /// Σ over the memories that were taken of what those with the other sign take off σ_iA_i.
    pub(super) sums: Vec<f64>,
}

impl Share {
    pub(super) fn new(memories: Range<usize>, spins: &PackedSpins) -> Self {
        let (n, buckets) = (memories.len(), spins.signs().features() + 1);
        Self {
            places: vec![0; n],
            counts: vec![0; buckets],
            sorted: vec![0; n],
            next: vec![0; buckets],
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
        self.counts.fill(0);
        self.places.iter().for_each(|&place| self.counts[place as usize] += 1);
        self.sums.fill(0.0);
    }

    /// Sorts the memories of some places: a counting sort, 4 bytes written per memory.
    pub(super) fn sort(&mut self, places: &Range<usize>) {
        let mut end = 0;
        for place in places.clone() {
            self.next[place] = end;
            end += self.counts[place];
        }
        let (first, width) = (places.start as u32, places.len() as u32);
        let start = self.memories.start as u32;
        let wanted = |place: u32| place.wrapping_sub(first) < width;
        for (chunk, from) in self.places.chunks(GLANCE).zip((start..).step_by(GLANCE)) {
            if !chunk.iter().fold(false, |any, &place| any | wanted(place)) {
                continue;
            }
            for (&place, memory) in chunk.iter().zip(from..) {
                if wanted(place) {
                    let next = &mut self.next[place as usize];
                    self.sorted[*next as usize] = memory;
                    *next += 1;
                }
            }
        }
    }

    /// The memories of a place that were sorted.
    pub(super) fn at(&self, place: usize) -> &[u32] {
        let end = self.next[place] as usize;
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
